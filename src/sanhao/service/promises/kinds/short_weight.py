"""Weighs less than it says? The rest is paid back (缺重包退). The rule this file keeps, in words:

1. What is sold by weight and comes short by more than 3 % is paid back for what is missing: the missing share of what
   was paid for the units claimed, rounded up to the cent. Within the tolerance nothing is owed.
2. The buyer asks within 72 hours of signing with one photo or video of it on the scales, wrapping taken off. Nothing is
   sent back. The shop has 24 hours to answer; silence is a yes.
3. The shop pays within what it accepted, the platform's fund beyond it. Where no weight is listed nothing is promised.

Sources: Pinduoduo's category flag ``lack_of_weight_claim_rule`` (缺重包退). Tolerance and hours are this site's own choice
until a market's rule of weights and measures says otherwise.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace

from sanhao.kit.deadline import zone
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.promises import claims
from sanhao.service.promises.claims import ClaimFacts, Rule
from sanhao.service.promises.core import (
    Admission,
    Answered,
    Claimed,
    Due,
    PaidOrder,
    PromiseNews,
    Scope,
    Verdict,
)

name = "short_weight"
title = Text(zh="缺重包退", en="Short weight, paid back")


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Raises ValueError for an unknown timezone, hours below one, or a tolerance outside 0 to 100 %."""

    timezone: str = "Asia/Shanghai"
    hours: int = 72
    tolerance_bp: int = 300
    photos: int = 1
    answer_hours: int = 24

    def __post_init__(self) -> None:
        zone(self.timezone)
        if self.hours < 1:
            raise ValueError("hours are counted from one")
        if not 0 <= self.tolerance_bp < 100_00:
            raise ValueError("a tolerance is a share of the weight")


class Facts(ClaimFacts, frozen=True, omit_defaults=True, kw_only=True):
    weight_g: int
    """Of one unit, as listed."""


def scope(terms: Terms) -> Scope:
    return "line"


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    return [
        (
            line.id,
            under(
                terms,
                Facts(**claims.facts_for(order, line, name, terms.timezone), weight_g=line.weight_g or 0),
            ),
        )
        for line in claims.lines_of(order)
        if line.weight_g
    ]


def under(terms: Terms, facts: Facts) -> Facts:
    return claims.timed(terms, replace(facts, timezone=terms.timezone), RULE)


def due(terms: Terms, facts: Facts) -> Due:
    return claims.due(facts)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    return claims.hear(terms, facts, news, RULE)


def window(terms: Terms, facts: Facts) -> datetime | None:
    return claims.after_signing(facts, hours=terms.hours)


def listed_g(facts: Facts, claim: Claimed) -> int:
    return facts.weight_g * (claim.units or facts.quantity)


def refusal(terms: Terms, facts: Facts, claim: Claimed) -> tuple[str, Text] | None:
    if claim.grams is None or claim.grams < 0:
        return "weight", Text(zh="说一下称出来多少克", en="Say how many grams it weighs")
    if _missing(terms, facts, claim, claim.grams) == 0:
        tolerance = f"{terms.tolerance_bp / 100:g}%"
        return "within_tolerance", Text(
            zh=f"相差在{tolerance}以内，属于正常误差", en=f"It is within the tolerance of {tolerance}"
        )
    return claims.wanting(claim, photos=terms.photos)


def _missing(terms: Terms, facts: Facts, claim: Claimed, grams: int) -> int:
    """What is missing in grams; nothing while it is within the tolerance."""
    listed = listed_g(facts, claim)
    missing = max(0, listed - grams)
    return missing if missing * 100_00 > listed * terms.tolerance_bp else 0


def gives(terms: Terms, facts: Facts, claim: Claimed, answer: Answered | None) -> claims.Parts | None:
    paid, grams = claims.paid_for(facts, claim), _grams(claim, answer)
    if paid is None or grams is None:
        return None
    missing = _missing(terms, facts, claim, grams)
    return [("goods", Money(-(-paid.minor * missing // listed_g(facts, claim)), paid.currency))]


def _grams(claim: Claimed, answer: Answered | None) -> int | None:
    """What it weighed as it was found, never less than the buyer said."""
    if claim.grams is None or answer is None or answer.grams is None:
        return claim.grams
    return max(claim.grams, answer.grams)


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    return claims.judge(terms, facts, now, RULE)


def admit(terms: Terms, facts: Facts, claim: Claimed, now: datetime) -> Admission:
    return claims.admit(terms, facts, claim, now, RULE, answer_hours=terms.answer_hours, photos=terms.photos)


RULE = Rule(name, Terms, window, refusal, gives, weighs=("grams",))


def _sayings(terms: Terms, facts: Facts) -> claims.Sayings:
    claim, why = claims.granted(facts), Text(zh="分量不足", en="it came short of its weight")
    grams = _grams(claim, facts.answer_to(claim)) if claim is not None else None
    if claim is not None and grams is not None:
        missing = listed_g(facts, claim) - grams
        why = Text(zh=f"少了{missing}克", en=f"it came {missing} g short")
    return claims.Sayings(
        offer=Text(
            zh=f"签收后{terms.hours}小时内称重，缺多少退多少",
            en=f"Weigh it within {terms.hours} hours of delivery: what is missing is paid back",
        ),
        why=why,
        by_shop=why,
    )


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say(facts, verdict, _sayings(terms, facts))


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say_to_shop(facts, verdict, _sayings(terms, facts))
