"""What guarantees that need the buyer's word have in common: the line they are about, the claims made under them, and
how a claim ends. Pure; the rules themselves stand in `kinds/`.

A claim counts from the moment it was sent. While one made in time waits for its answer the promise waits with it; a
granted one is owed from the moment of the answer; a refused or withdrawn one is as if it had not been made. When the
window closes without a claim in it, the promise is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from sanhao.kit.deadline import start_of_day, zone
from sanhao.kit.money import Money, total
from sanhao.kit.refusals import Invalid
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time, sum_of
from sanhao.service.promises.core import (
    CARRIER,
    EVER,
    INSURANCE,
    NEVER,
    PLATFORM,
    Accepted,
    Admission,
    Answered,
    Cancelled,
    Claimed,
    Delivered,
    Dropped,
    Due,
    Line,
    PaidOrder,
    PromiseNews,
    Share,
    Split,
    Verdict,
    What,
)
from sanhao.service.promises.phrases import VOID_FOR_SHOP, void
from sanhao.service.promises.scans import Scans, add, concerns, earlier, scan_of

MAX_CLAIMS = 20
"""Of one line; more are not kept. The case allows five."""
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

Finding = Literal["share_bp", "grams", "packed_well"]
Part = tuple[What, Money]
Parts = Sequence[Part]
"""What a claim gives, by what it is."""


class ClaimFacts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line, when it came, and what was claimed of it. *window_ends* is null until it is known."""

    start_at: datetime
    due_at: datetime = NEVER
    settle_at: datetime = NEVER
    window_ends: datetime | None = None
    timezone: str
    currency: str
    line: str
    shop: str
    quantity: int = 1
    category: str = ""
    country: str = ""
    paid: Money | None = None
    freight: Money | None = None
    arrived: Scans = ()
    cancelled: Cancelled | None = None
    claims: tuple[Claimed, ...] = ()
    answers: tuple[Answered, ...] = ()
    accepted: Accepted = Accepted()

    @property
    def signed_at(self) -> datetime | None:
        """The signing that starts the window: the first we heard of, so that a later message never shortens it."""
        return min(self.arrived, key=lambda scan: (scan.received_at, scan.at)).at if self.arrived else None

    def answer_to(self, claim: Claimed) -> Answered | None:
        return next((answer for answer in self.answers if answer.id == claim.id), None)


CF = TypeVar("CF", bound=ClaimFacts)


class Rule(NamedTuple):
    """What a kind adds. *window*: the last moment of a claim, None while it cannot be known. *refusal*: why a claim is
    not admitted besides its moment, None if it is. *gives*: what it gives part by part, None where it cannot be read.
    """

    name: str
    terms: type[Any]
    window: Callable[[Any, Any], datetime | None]
    refusal: Callable[[Any, Any, Claimed], tuple[str, Text] | None]
    gives: Callable[[Any, Any, Claimed, Answered | None], Parts | None]
    payer: Callable[[Any, Any, Answered | None], str] | None = None
    """Who answers for it instead of the shop by the rule itself; empty: the shop."""
    weighs: tuple[Finding, ...] = ()
    """What a person who looks at the file may find otherwise than it was claimed."""


def lines_of(order: PaidOrder) -> Iterator[Line]:
    """The lines of a paid order that a promise can be made about."""
    return iter(order.lines if order.paid_at is not None else ())


def facts_for(order: PaidOrder, line: Line, name: str, timezone: str) -> dict[str, Any]:
    """The fields that the facts of every claim kind begin with."""
    return {
        "start_at": order.paid_at,
        "timezone": timezone,
        "currency": order.currency,
        "line": line.id,
        "shop": line.shop,
        "quantity": line.quantity,
        "category": line.category,
        "country": order.country,
        "paid": line.paid,
        "freight": line.freight,
        "accepted": line.accepted.get(name, Accepted()),
    }


def in_category(category: str, among: Sequence[str]) -> bool:
    """Whether a category, or one it stands under, is *among* these."""
    return any(part in among for part in category.split("/"))


def after_signing(facts: ClaimFacts, *, hours: int) -> datetime | None:
    """*hours* after it was signed for, to the second: the last moment."""
    signed = facts.signed_at
    return None if signed is None else signed + timedelta(hours=hours)


def days_after_signing(facts: ClaimFacts, *, days: int) -> datetime | None:
    """*days* full days from 00:00 of the day after signing, where the site is: the last moment, 23:59:59.999999."""
    signed = facts.signed_at
    if signed is None:
        return None
    next_day = signed.astimezone(zone(facts.timezone)).date() + DAY
    return start_of_day(next_day + days * DAY, facts.timezone) - TICK


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


N = TypeVar("N", Claimed, Answered)


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


def timed(terms: Any, facts: CF, rule: Rule) -> CF:
    """The facts with their window, and when the promise settles: not while a claim made in time waits."""
    ends = rule.window(terms, facts)
    facts = replace(facts, window_ends=ends)
    if ends is None:
        return replace(facts, due_at=NEVER, settle_at=NEVER)
    settle_at = ends
    for claim in facts.claims:
        if _refused(terms, facts, claim, rule) is not None:
            continue
        answer = facts.answer_to(claim)
        if answer is None:
            return replace(facts, due_at=ends, settle_at=NEVER)
        settle_at = max(settle_at, answer.at)
    return replace(facts, due_at=ends, settle_at=settle_at)


def due(facts: ClaimFacts) -> Due:
    return Due(facts.due_at, facts.settle_at)


_RUNNING = Verdict("waiting", "running")
_OPEN = Verdict("waiting", "window_open")
_CLAIMED = Verdict("waiting", "claimed")


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
        if claim.at > now or _refused(terms, facts, claim, rule) is not None:
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


def _refused(terms: Any, facts: CF, claim: Claimed, rule: Rule) -> tuple[str, Text] | None:
    """Why a claim does not count; None if it does."""
    ends = facts.window_ends
    if ends is None:
        return "not_delivered", _NOT_DELIVERED
    if claim.at > ends:
        by = date_time(ends, facts.timezone)
        return "window_closed", Text(
            zh=f"申请期到{by.zh}为止，已经过了", en=f"Claims were open until {by.en}; that has passed"
        )
    if not 0 <= claim.units <= facts.quantity:
        return "units", _UNITS
    if claim.worth is not None and not claim.worth.minor:
        return "nothing_left", _NOTHING_LEFT
    return rule.refusal(terms, facts, claim)


_NOT_DELIVERED = Text(zh="签收以后才能申请", en="You can claim once the parcel has been signed for")
_UNITS = Text(zh="数量超过了这件商品买的数量", en="That is more than was bought")
_NOTHING_LEFT = Text(zh="这几件付的钱已经全部退回", en="All that was paid for these has gone back already")
_MAY = Text(zh="可以申请", en="You can claim this")


def _owed(terms: Any, facts: CF, answer: Answered, claim: Claimed, rule: Rule) -> Verdict:
    parts = given(terms, facts, claim, answer, rule)
    if parts is None:
        return Verdict("broken", "claim_granted", (facts.shop,), None, "refund", answer.at)
    split = split_of(terms, facts, claim, answer, parts, rule)
    owed = total([share.amount for share in split], facts.currency)
    fault = tuple(dict.fromkeys(share.payer for share in split)) or (facts.shop,)
    return Verdict("broken", "claim_granted", fault, owed, "refund" if owed.minor else "", answer.at, split)


def given(terms: Any, facts: CF, claim: Claimed, answer: Answered | None, rule: Rule) -> Parts | None:
    """What the kind gives, within what may still go back by the time of the answer, and within what was agreed on."""
    if answer is None:
        return rule.gives(terms, facts, claim, None)
    claim = replace(
        claim, worth=_lesser(claim.worth, answer.worth), freight=_lesser(claim.freight, answer.freight)
    )
    parts = rule.gives(terms, facts, claim, answer)
    if parts is None or answer.at_most is None:
        return parts
    left, within = answer.at_most, []
    for what, amount in parts:
        within.append((what, min(amount, left)))
        left -= within[-1][1]
    return within


def _lesser(asked: Money | None, now: Money | None) -> Money | None:
    return now if asked is None else asked if now is None else min(asked, now)


def require_found(terms: Any, facts: CF, answer: Answered, rule: Rule) -> None:
    """Raises Invalid ``claim.found_…`` where *answer* found what cannot be: what this guarantee does not weigh, more than
    the buyer claimed, or so little that nothing would be owed."""
    found = [name for name in _FINDINGS if getattr(answer, name) not in (None, False)]
    if not found:
        return
    claim = next((claim for claim in facts.claims if claim.id == answer.id), None)
    if claim is None or not set(found) <= set(rule.weighs):
        raise Invalid(
            "claim.found_other", zh="这个保障不看这一项。", en="This guarantee does not weigh that."
        )
    share, grams = answer.share_bp, answer.grams
    if (share is not None and not 0 <= share <= (claim.share_bp or 0)) or (
        grams is not None and grams < (claim.grams or 0)
    ):
        raise Invalid(
            "claim.found_more",
            zh="认定的损失不能超过买家申请的。",
            en="No more can be found than the buyer claimed.",
        )
    parts = given(terms, facts, claim, answer, rule)
    if parts is not None and not any(amount.minor for _, amount in parts):
        raise Invalid(
            "claim.found_nothing",
            zh="按这个认定一分也不用赔，请改判维持店家的答复。",
            en="By that nothing is owed: decide for the shop instead.",
        )


_FINDINGS: tuple[Finding, ...] = ("share_bp", "grams", "packed_well")


def split_of(
    terms: Any, facts: CF, claim: Claimed, answer: Answered | None, parts: Parts, rule: Rule
) -> Split:
    """Who pays which part: whoever was found to answer for it; else the shop, within what it accepted, and the
    platform's fund what goes beyond."""
    payer = answer.payer if answer is not None else ""
    if not payer and rule.payer is not None:
        payer = rule.payer(terms, facts, answer)
    if payer in (CARRIER, PLATFORM, INSURANCE):
        return tuple(Share(payer, amount, what) for what, amount in parts if amount.minor)
    most = _accepted(terms, facts, claim, answer, rule)
    split: list[Share] = []
    for what, amount in parts:
        own = amount if most is None else min(amount, most.get(what, Money.zero(amount.currency)))
        if own.minor:
            split.append(Share(facts.shop, own, what))
        if beyond := amount - own:
            split.append(Share(PLATFORM, beyond, what))
    return tuple(split)


def _accepted(
    terms: Any, facts: CF, claim: Claimed, answer: Answered | None, rule: Rule
) -> dict[What, Money] | None:
    """What the shop bears at most, by the terms it accepted; None: all of it, it accepted those in force."""
    if facts.accepted.terms is None:
        return None
    accepted = msgspec.convert(facts.accepted.terms, rule.terms)
    there = timed(accepted, replace(facts, claims=(), answers=()), rule)
    if _refused(accepted, there, claim, rule) is not None:
        return {}
    most: dict[What, Money] = {}
    for what, amount in given(accepted, there, claim, answer, rule) or ():
        most[what] = most[what] + amount if what in most else amount
    return most


def admit(terms: Any, facts: CF, claim: Claimed, now: datetime, rule: Rule, **rest: Any) -> Admission:
    """Whether *claim* could be made at its moment, and what it would give; *rest* are the kind's own conditions."""
    until = facts.window_ends
    refused = _taken(facts, now) or _refused(terms, facts, claim, rule)
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


def wanting(
    claim: Claimed, *, photos: int, or_video: bool = True, records: int = 0
) -> tuple[str, Text] | None:
    """What evidence a claim still lacks."""
    if claim.photos < photos and not (or_video and claim.videos):
        also = Text(zh="，或1段视频", en=", or one video") if or_video else Text(zh="", en="")
        return "photos", Text(
            zh=f"至少要{photos}张照片{also.zh}", en=f"It takes {counted(photos, 'photo')}{also.en} at least"
        )
    if claim.records < records:
        return "records", Text(zh="还缺证明文件", en="A document that proves it is still missing")
    return None


def counted(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def paid_for(facts: ClaimFacts, claim: Claimed) -> Money | None:
    """What may go back of what was paid for the units claimed: as it was told, else by prefix."""
    return price_of(facts, claim) if claim.worth is None else claim.worth


def price_of(facts: ClaimFacts, claim: Claimed) -> Money | None:
    """What was paid for the units claimed, whatever has gone back since: by prefix, so that parts add up to the line to
    the cent."""
    return _part(facts.paid, facts.quantity, claim.units)


def freight_for(facts: ClaimFacts, claim: Claimed) -> Money | None:
    return _part(facts.freight, facts.quantity, claim.units) if claim.freight is None else claim.freight


def _part(amount: Money | None, quantity: int, units: int) -> Money | None:
    if amount is None:
        return None
    units = units or quantity
    return Money(amount.minor * units // max(quantity, 1), amount.currency)


def granted(facts: ClaimFacts) -> Claimed | None:
    """The claim that was granted, for what is said about it."""
    for claim in facts.claims:
        answer = facts.answer_to(claim)
        if answer is not None and answer.granted:
            return claim
    return None


class Sayings(msgspec.Struct, frozen=True):
    """The half-sentences of one guarantee. *offer*: what holds before anything happened. *why*, after "because"."""

    offer: Text
    why: Text
    by_shop: Text


def say(facts: ClaimFacts, verdict: Verdict, sayings: Sayings) -> Text:
    match verdict.outcome:
        case "void":
            return void(verdict.reason)
        case "kept":
            return Text(zh="保障期已过，没有理赔", en="The time to claim has passed; nothing was claimed")
        case "waiting" if verdict.reason == "claimed":
            return Text(zh="已收到你的申请，正在处理", en="Your claim is in; it is being looked at")
        case "waiting" if facts.window_ends is not None:
            by = date_time(facts.window_ends, facts.timezone)
            return Text(
                zh=f"{sayings.offer.zh}；{by.zh}前可以申请", en=f"{sayings.offer.en}. Open until {by.en}"
            )
        case "waiting":
            return sayings.offer
    if verdict.owed is None:
        return Text(
            zh=f"{sayings.why.zh}，赔多少正在人工核对",
            en=f"A person is working out what you are owed, because {sayings.why.en}",
        )
    owed = sum_of(verdict.owed)
    who, words = _who(facts, verdict), _ruled(facts)
    return Text(
        zh=f"{sayings.why.zh}，{owed.zh}赔给你{who.zh}{words.zh}",
        en=f"{owed.en} goes to you, because {sayings.why.en}{who.en}{words.en}",
    )


def _ruled(facts: ClaimFacts) -> Text:
    """What the arbiter wrote, where one decided."""
    claim = granted(facts)
    answer = facts.answer_to(claim) if claim is not None else None
    words = answer.words if answer is not None else ""
    return Text(zh=f"。平台的理由：{words}", en=f". The platform's reason: {words}") if words else _NOTHING


def _who(facts: ClaimFacts, verdict: Verdict) -> Text:
    """Who pays, where it is not the shop alone."""
    others = {payer: amount for payer, amount in borne(verdict).items() if payer != facts.shop}
    if not others:
        return _NOTHING
    named = [(_PAYERS.get(payer, _PAYERS[PLATFORM]), sum_of(amount)) for payer, amount in others.items()]
    return Text(
        zh=f"（其中{'、'.join(f'{who.zh}承担{amount.zh}' for who, amount in named)}）",
        en=f" ({', '.join(f'{amount.en} of it from {who.en}' for who, amount in named)})",
    )


_NOTHING = Text(zh="", en="")
_PAYERS = {
    PLATFORM: Text(zh="平台基金", en="the platform's fund"),
    CARRIER: Text(zh="承运商", en="the carrier"),
    INSURANCE: Text(zh="保险", en="the insurance"),
}


def borne(verdict: Verdict) -> dict[str, Money]:
    """What each payer bears."""
    borne: dict[str, Money] = {}
    for share in verdict.shares:
        borne[share.payer] = borne[share.payer] + share.amount if share.payer in borne else share.amount
    return borne


def say_to_shop(facts: ClaimFacts, verdict: Verdict, sayings: Sayings) -> Text:
    """For the shop: its sum, the reason, and what others bear."""
    match verdict.outcome:
        case "void":
            return VOID_FOR_SHOP
        case "kept":
            return Text(zh="保障期已过，没有理赔", en="The time to claim has passed; nothing was charged")
        case "waiting" if verdict.reason == "claimed":
            return Text(
                zh=f"买家申请理赔：{sayings.by_shop.zh}，等你处理",
                en=f"The buyer claims: {sayings.by_shop.en}. It waits for your answer",
            )
        case "waiting":
            return Text(zh=f"保障期内：{sayings.offer.zh}", en=f"Still open: {sayings.offer.en}")
    if verdict.owed is None:
        return Text(
            zh=f"赔付金额待核对：{sayings.by_shop.zh}",
            en=f"The sum is being worked out, because {sayings.by_shop.en}",
        )
    own = borne(verdict).get(facts.shop, Money.zero(facts.currency))
    others, paid, words = _who(facts, verdict), sum_of(own), _ruled(facts)
    if not own.minor:
        return Text(
            zh=f"没有扣款{others.zh}：{sayings.by_shop.zh}{words.zh}",
            en=f"Nothing was charged{others.en}: {sayings.by_shop.en}{words.en}",
        )
    return Text(
        zh=f"赔付{paid.zh}{others.zh}：{sayings.by_shop.zh}{words.zh}",
        en=f"{paid.en}{others.en}, because {sayings.by_shop.en}{words.en}",
    )
