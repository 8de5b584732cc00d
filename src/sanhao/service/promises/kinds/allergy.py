"""Allergic to it? Send it back, opened or not (过敏包退). The rule this file keeps, in words:

1. Whoever reacts to skincare, make-up or personal care may send it back and gets what was paid for it. The 90 days are
   full days of 24 hours, counted from 00:00 of the day after signing (7, 15, 30 or 60 are known elsewhere).
2. Used and opened goods are taken back. The shop pays the way back. The cost of treatment is not part of this
   guarantee; the buyer keeps every other right to it.
3. Evidence: a record from a hospital of the second level or above, dated after the signing, and a photo of the skin
   with the product in hand. Of a buyer the site trusts the photo alone.
4. One claim of a buyer at one brand in 180 days.
5. The shop pays within what it accepted, the platform's fund beyond it; an insurance may take its place.

Sources: Douyin's 过敏包退 (7 days, since 2025 90); Tmall's 过敏无忧 (1,440 hours from 00:00 of the next day, the two
tiers of evidence, the insurance). The 180 days are this site's own choice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from sanhao.kit.deadline import zone
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

name = "allergy"
title = Text(zh="过敏包退", en="Allergic? Returned and paid back")


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Raises ValueError for an unknown timezone or days below one."""

    timezone: str = "Asia/Shanghai"
    days: int = 90
    photos: int = 1
    records: int = 1
    trusted_records: int = 0
    once_in_days: int = 180
    answer_hours: int = 48

    def __post_init__(self) -> None:
        zone(self.timezone)
        if self.days < 1 or self.once_in_days < 0:
            raise ValueError("days are counted from one")


class Facts(ClaimFacts, frozen=True, omit_defaults=True, kw_only=True):
    pass


def scope(terms: Terms) -> Scope:
    return "line"


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    return [
        (line.id, under(terms, Facts(**claims.facts_for(order, line, name, terms.timezone))))
        for line in claims.lines_of(order)
    ]


def under(terms: Terms, facts: Facts) -> Facts:
    return claims.timed(terms, replace(facts, timezone=terms.timezone), RULE)


def due(terms: Terms, facts: Facts) -> Due:
    return claims.due(facts)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    return claims.hear(terms, facts, news, RULE)


def window(terms: Terms, facts: Facts) -> datetime | None:
    return claims.days_after_signing(facts, days=terms.days)


def refusal(terms: Terms, facts: Facts, claim: Claimed) -> tuple[str, Text] | None:
    again_from = claim.last_at + timedelta(days=terms.once_in_days) if claim.last_at is not None else None
    if again_from is not None and claim.at < again_from:
        return "claimed_lately", Text(
            zh=f"同一个品牌{terms.once_in_days}天内只能赔一次",
            en=f"One claim at a brand in {terms.once_in_days} days",
        )
    wanting = claims.wanting(claim, photos=terms.photos, or_video=False, records=_records(terms, claim))
    if wanting is None and _records(terms, claim) and not _dated_after_signing(facts, claim):
        return "record_date", Text(
            zh="诊断的日期要在签收之后",
            en="The hospital's record must be dated after the parcel was signed for",
        )
    return wanting


def _records(terms: Terms, claim: Claimed) -> int:
    return terms.trusted_records if claim.trusted else terms.records


def _dated_after_signing(facts: Facts, claim: Claimed) -> bool:
    """By the day, where the site is: a record of the day of signing may come after it."""
    signed = facts.signed_at
    if claim.recorded_on is None or signed is None:
        return False
    return signed.astimezone(zone(facts.timezone)).date() <= claim.recorded_on


def gives(terms: Terms, facts: Facts, claim: Claimed, answer: Answered | None) -> claims.Parts | None:
    paid = claims.paid_for(facts, claim)
    return None if paid is None else [("goods", paid)]


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    return claims.judge(terms, facts, now, RULE)


def admit(terms: Terms, facts: Facts, claim: Claimed, now: datetime) -> Admission:
    return claims.admit(
        terms, facts, claim, now, RULE, needs_return=True, answer_hours=terms.answer_hours,
        photos=terms.photos, or_video=False, records=_records(terms, claim),
    )  # fmt: skip


RULE = Rule(name, Terms, window, refusal, gives)


def _sayings(terms: Terms, facts: Facts) -> claims.Sayings:
    return claims.Sayings(
        offer=Text(
            zh=f"签收后{terms.days}天内用了过敏，拆封也能退，运费商家出",
            en=f"Allergic to it? {terms.days} days to send it back, opened or not, at the shop's expense",
        ),
        why=Text(zh="用后过敏", en="you are allergic to it"),
        by_shop=Text(zh="买家用后过敏", en="the buyer is allergic to it"),
    )


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say(facts, verdict, _sayings(terms, facts))


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say_to_shop(facts, verdict, _sayings(terms, facts))
