"""What a claim gives, within what may still go back, and who bears which part of it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.service.promises.claims.facts import CF
from sanhao.service.promises.claims.rule import Finding, Parts, Rule, timed, why_not
from sanhao.service.promises.core import (
    CARRIER,
    INSURANCE,
    PLATFORM,
    Answered,
    Claimed,
    Share,
    Split,
    Verdict,
    What,
)

_FINDINGS: tuple[Finding, ...] = ("share_bp", "grams", "packed_well")


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
    if why_not(accepted, there, claim, rule) is not None:
        return {}
    most: dict[What, Money] = {}
    for what, amount in given(accepted, there, claim, answer, rule) or ():
        most[what] = most[what] + amount if what in most else amount
    return most


def borne(verdict: Verdict) -> dict[str, Money]:
    """What each payer bears."""
    borne: dict[str, Money] = {}
    for share in verdict.shares:
        borne[share.payer] = borne[share.payer] + share.amount if share.payer in borne else share.amount
    return borne
