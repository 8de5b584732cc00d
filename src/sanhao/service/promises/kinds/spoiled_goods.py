"""Spoiled or broken goods are paid back (坏了包退). The rule this file keeps, in words:

1. What arrives spoiled or broken is paid back. The buyer asks within 24 hours of signing for fresh goods, food and
   drink, milk powder and plants, and within 72 hours for everything else, to the second.
2. It takes two photos (all of it laid out, a close-up with the label) or one video. Nothing is sent back.
3. Given back is the damaged share of what was paid for the units claimed, rounded up to the next tenth; from 70 %
   damaged on it is all of it. With it goes the same share of the freight.
4. The shop has 24 hours to answer; silence is a yes. It pays what it accepted in its category's terms. What goes
   beyond is the platform's fund's: a shop never refunds without return more than it accepted.
5. Where the carrier was more than 5 days late and the goods were packed as they should be, the carrier pays.

Mandatory for fresh goods, optional for grain, oil, rice and flour (the rule `guarantees.by_category`).
Sources: Douyin's 坏单包赔/坏了包退 as shown in its app (72 h, 24 h for food, milk powder, fresh goods and plants; the
shop answers within 24 h); WeChat Store (按损坏程度比例赔付, freight included); TikTok Shop's fruit rule in VN and ID
(carrier more than 5 days late). The tenths, the 70 % and the layout of the photos are this site's own choice.
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
    CARRIER,
    Admission,
    Answered,
    Claimed,
    Due,
    PaidOrder,
    PromiseNews,
    Scope,
    Verdict,
)

name = "spoiled_goods"
title = Text(zh="坏了包退", en="Spoiled or broken, paid back")

FRESH = ("fruit", "vegetables", "seafood", "meat", "eggs", "dairy", "fresh", "plants", "flowers")
FOOD = ("snacks", "food", "drinks", "tea", "milk-powder")


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Raises ValueError for an unknown timezone, a step or share outside 1 to 100 %, or hours below one."""

    timezone: str = "Asia/Shanghai"
    hours: int = 72
    short_hours: int = 24
    short_for: tuple[str, ...] = FRESH + FOOD
    photos: int = 2
    step_percent: int = 10
    full_from_percent: int = 70
    with_freight: bool = True
    answer_hours: int = 24
    carrier_days_late: int = 5

    def __post_init__(self) -> None:
        zone(self.timezone)
        if min(self.hours, self.short_hours, self.answer_hours) < 1:
            raise ValueError("hours are counted from one")
        if not (1 <= self.step_percent <= 100 and 1 <= self.full_from_percent <= 100):
            raise ValueError("steps and shares are 1 to 100 per cent")


class Facts(ClaimFacts, frozen=True, omit_defaults=True, kw_only=True):
    promised_at: datetime | None = None


def scope(terms: Terms) -> Scope:
    return "line"


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    return [
        (
            line.id,
            under(
                terms,
                Facts(
                    **claims.facts_for(order, line, name, terms.timezone),
                    promised_at=line.promised_at or order.promised_at,
                ),
            ),
        )
        for line in claims.lines_of(order)
    ]


def under(terms: Terms, facts: Facts) -> Facts:
    return claims.timed(terms, replace(facts, timezone=terms.timezone), RULE)


def due(terms: Terms, facts: Facts) -> Due:
    return claims.due(facts)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    return claims.hear(terms, facts, news, RULE)


def hours_for(terms: Terms, category: str) -> int:
    return terms.short_hours if claims.in_category(category, terms.short_for) else terms.hours


def window(terms: Terms, facts: Facts) -> datetime | None:
    return claims.after_signing(facts, hours=hours_for(terms, facts.category))


def refusal(terms: Terms, facts: Facts, claim: Claimed) -> tuple[str, Text] | None:
    if claim.share_bp is None or not 0 < claim.share_bp <= 100_00:
        return "share", Text(
            zh="说一下坏了多少（1%到100%）", en="Say how much of it is damaged, from 1 to 100 %"
        )
    return claims.wanting(claim, photos=terms.photos)


def percent_given(terms: Terms, share_bp: int) -> int:
    """The damaged share as it is paid: up to the next step, and all of it from the threshold on."""
    if share_bp >= terms.full_from_percent * 100:
        return 100
    return min(100, -(-share_bp // (terms.step_percent * 100)) * terms.step_percent)


def gives(terms: Terms, facts: Facts, claim: Claimed, answer: Answered | None) -> claims.Parts | None:
    paid, freight = claims.paid_for(facts, claim), claims.freight_for(facts, claim)
    if paid is None:
        return None
    percent = percent_given(terms, _share_bp(claim, answer))
    parts: list[claims.Part] = [("goods", paid.share(percent, 100))]
    if terms.with_freight and freight is not None:
        parts.append(("freight", freight.share(percent, 100)))
    return parts


def _share_bp(claim: Claimed, answer: Answered | None) -> int:
    """What was found, never more than was claimed."""
    claimed = claim.share_bp or 0
    return claimed if answer is None or answer.share_bp is None else min(claimed, answer.share_bp)


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    return claims.judge(terms, facts, now, RULE)


def payer(terms: Terms, facts: Facts, answer: Answered | None) -> str:
    """The carrier, where it was days late with goods that were packed well."""
    signed = facts.signed_at
    if answer is None or not answer.packed_well or signed is None or facts.promised_at is None:
        return ""
    late = signed - facts.promised_at > timedelta(days=terms.carrier_days_late)
    return CARRIER if late else ""


def admit(terms: Terms, facts: Facts, claim: Claimed, now: datetime) -> Admission:
    return claims.admit(terms, facts, claim, now, RULE, answer_hours=terms.answer_hours, photos=terms.photos)


RULE = Rule(name, Terms, window, refusal, gives, payer, weighs=("share_bp", "packed_well"))


def _sayings(terms: Terms, facts: Facts) -> claims.Sayings:
    hours = hours_for(terms, facts.category)
    claim = claims.granted(facts)
    answer = facts.answer_to(claim) if claim is not None else None
    share = percent_given(terms, _share_bp(claim, answer)) if claim is not None else 0
    how_much = (
        Text(zh="全坏了", en="all of it was")
        if share == 100
        else Text(zh=f"坏了{share}%", en=f"{share}% was")
    )
    return claims.Sayings(
        offer=Text(
            zh=f"签收后{hours}小时内发现坏了，按坏的比例退，不用寄回",
            en=f"Spoiled or broken? Within {hours} hours of delivery its share is paid back, nothing to send back",
        ),
        why=Text(zh=f"收到时{how_much.zh}", en=f"{how_much.en} spoiled or broken on arrival"),
        by_shop=Text(zh=f"收到时{how_much.zh}" if claim else "收到时坏了",
                     en=f"{how_much.en} spoiled or broken on arrival" if claim else "it arrived spoiled or broken"),
    )  # fmt: skip


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say(facts, verdict, _sayings(terms, facts))


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say_to_shop(facts, verdict, _sayings(terms, facts))
