"""How a claim is heard, admitted and judged."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from msgspec.structs import replace

from sanhao.kit.money import total
from sanhao.kit.text import Text
from sanhao.service.promises.claims.facts import CF, ClaimFacts
from sanhao.service.promises.claims.owed import given, split_of
from sanhao.service.promises.claims.rule import Rule, timed, why_not
from sanhao.service.promises.core import (
    EVER,
    Admission,
    Answered,
    Cancelled,
    Claimed,
    Delivered,
    Dropped,
    Due,
    PromiseNews,
    Verdict,
)
from sanhao.service.promises.phrases import void
from sanhao.service.promises.scans import add, concerns, earlier, scan_of

MAX_CLAIMS = 20
"""Of one line; more are not kept. The case allows five."""
N = TypeVar("N", Claimed, Answered)
_RUNNING = Verdict("waiting", "running")
_OPEN = Verdict("waiting", "window_open")
_CLAIMED = Verdict("waiting", "claimed")
_MAY = Text(zh="可以申请", en="You can claim this")


def hear(terms: Any, facts: CF, news: PromiseNews, rule: Rule) -> CF:
    match news:
        case Delivered() if not news.hub and concerns(news, facts.line, facts.shop):
            facts = replace(facts, arrived=add(facts.arrived, scan_of(news, facts.start_at)))
        case Cancelled():
            facts = replace(facts, cancelled=earlier(facts.cancelled, news))
        case Dropped():
            if facts.line in dict(news.lines):
                facts = replace(facts, cancelled=earlier(facts.cancelled, Cancelled(news.at, "buyer")))
        case Claimed():
            facts = replace(facts, claims=_with(facts.claims, news))
        case Answered():
            facts = replace(facts, answers=_with(facts.answers, news))
        case _:
            return facts
    return timed(terms, facts, rule)


def _with(known: tuple[N, ...], new: N) -> tuple[N, ...]:
    """By moment; of two with one id the first counts, but a yes counts more than a no, and an appeal's yes most."""
    by_id: dict[str, N] = {}
    every = list(known)
    every.append(new)
    for one in sorted(every, key=_rank):
        by_id.setdefault(one.id, one)
    return tuple(sorted(by_id.values(), key=_moment)[:MAX_CLAIMS])


def _moment(one: Claimed | Answered) -> tuple[datetime, str, str]:
    return one.at, one.id, repr(one)


def _rank(one: Claimed | Answered) -> tuple[bool, bool, datetime, str, str]:
    refused = isinstance(one, Answered) and not one.granted
    return refused, not (isinstance(one, Answered) and one.by == "appeal"), *_moment(one)


def due(facts: ClaimFacts) -> Due:
    return Due(facts.due_at, facts.settle_at)


def judge(terms: Any, facts: CF, now: datetime, rule: Rule) -> Verdict:
    """Whatever became certain first decides, and stays: so a later *now* never changes a verdict."""
    cancelled, signed = facts.cancelled, facts.signed_at
    if cancelled is not None and signed is None:
        at = cancelled.at or EVER
        if at <= now and not any(answer.granted and answer.at <= at for answer in facts.answers):
            return Verdict("void", "cancelled", decided_at=cancelled.at)
    ends, waits = facts.window_ends, False
    granted: list[tuple[Answered, Claimed]] = []
    last = ends
    for claim in facts.claims:
        if claim.at > now or why_not(terms, facts, claim, rule) is not None:
            continue
        answer = facts.answer_to(claim)
        if answer is None or answer.at > now:
            waits = True
        elif answer.granted:
            granted.append((answer, claim))
        elif last is not None:
            last = max(last, answer.at)
    if granted:
        return _owed(terms, facts, *min(granted, key=lambda pair: (pair[0].at, pair[0].id)), rule)
    if waits:
        return _CLAIMED
    if last is not None and last <= now:
        return Verdict("kept", "no_claim", decided_at=last)
    return _RUNNING if ends is None else _OPEN


def _owed(terms: Any, facts: CF, answer: Answered, claim: Claimed, rule: Rule) -> Verdict:
    parts = given(terms, facts, claim, answer, rule)
    if parts is None:
        return Verdict("broken", "claim_granted", (facts.shop,), None, "refund", answer.at)
    split = split_of(terms, facts, claim, answer, parts, rule)
    owed = total([share.amount for share in split], facts.currency)
    fault = tuple(dict.fromkeys(share.payer for share in split)) or (facts.shop,)
    return Verdict("broken", "claim_granted", fault, owed, "refund" if owed.minor else "", answer.at, split)


def admit(terms: Any, facts: CF, claim: Claimed, now: datetime, rule: Rule, **rest: Any) -> Admission:
    """Whether *claim* could be made at its moment, and what it would give; *rest* are the kind's own conditions."""
    until = facts.window_ends
    refused = _taken(facts, now) or why_not(terms, facts, claim, rule)
    if refused is not None:
        return Admission(False, *refused, until=until, **rest)
    parts = given(terms, facts, claim, None, rule)
    if parts is None:
        return Admission(True, "ok", _MAY, until, **rest)
    split = split_of(terms, facts, claim, None, parts, rule)
    return Admission(True, "ok", _MAY, until, total([s.amount for s in split], facts.currency), split, **rest)


def _taken(facts: ClaimFacts, now: datetime) -> tuple[str, Text] | None:
    """One granted claim of a line, and one at a time."""
    if facts.cancelled is not None and not facts.arrived:
        return "cancelled", void("cancelled")
    for claim in facts.claims:
        answer = facts.answer_to(claim)
        if answer is None:
            return "claim_open", Text(zh="已经有一个申请在处理", en="A claim is already being looked at")
        if answer.granted and answer.at <= now:
            return "claimed_before", Text(zh="这件商品已经赔付过了", en="This was already made good")
    return None
