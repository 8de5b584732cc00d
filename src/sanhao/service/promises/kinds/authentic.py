"""Genuine, or three times its price (假一赔三). The rule this file keeps, in words:

1. Goods that turn out to be counterfeit are paid back, and three times what was paid for them on top. A shop may promise
   a higher multiple of itself; another rulebook may say four or ten. The multiple is of the goods, never of the freight.
2. The compensation is never below ¥500, as the law has it for fraud. For unsafe food it is ten times the price and never
   below ¥1,000.
3. Whoever had it appraised gets the appraiser's fee back as well, up to ¥500.
4. It is asked for within 90 days of signing with the appraiser's document and a photo. That the guarantee ends then takes
   nothing from what the law gives. Counterfeit goods are not sent back: they are evidence.
5. The shop pays within what it accepted, the platform's fund beyond it. Very large sums are looked at by a person first.

Sources: WeChat Store's 假一赔三 (``identify_fee + product_fee × 3``; four in an older version); Pinduoduo's 假一赔十;
Consumer Law art. 55 (three times, at least ¥500); Food Safety Law art. 148 (ten times, at least ¥1,000). Window, cap of the
fee and the sum that a person looks at are this site's own choice.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace

from sanhao.kit.deadline import zone
from sanhao.kit.money import Money, exponent
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

name = "authentic"
title = Text(zh="假一赔多", en="Genuine, or paid back several times")
OWN = {"multiple": (3, 4, 5, 10)}
"""What a shop may promise of itself."""
UNSAFE_FOOD = "unsafe_food"


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Amounts are minor units of *currency*. Raises ValueError for an unknown timezone or numbers below zero."""

    timezone: str = "Asia/Shanghai"
    days: int = 90
    multiple: int = 3
    currency: str = "CNY"
    least_minor: int = 500_00
    unsafe_multiple: int = 10
    unsafe_least_minor: int = 1000_00
    fee_cap_minor: int = 500_00
    goods_back: bool = True
    photos: int = 1
    records: int = 1
    answer_hours: int = 48
    by_hand_from_minor: int = 10_000_00

    def __post_init__(self) -> None:
        exponent(self.currency)
        zone(self.timezone)
        if (
            self.days < 1
            or min(self.multiple, self.least_minor, self.unsafe_multiple, self.unsafe_least_minor) < 0
        ):
            raise ValueError("days are counted from one, multiples and floors from zero")


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
    return claims.wanting(claim, photos=terms.photos, or_video=False, records=terms.records)


def multiple_of(terms: Terms, facts: Facts) -> int:
    """The rule's, or what the shop promises of itself if that is more."""
    return max(terms.multiple, facts.accepted.own.get("multiple", 0))


def gives(terms: Terms, facts: Facts, claim: Claimed, answer: Answered | None) -> claims.Parts | None:
    paid, price = claims.paid_for(facts, claim), claims.price_of(facts, claim)
    if paid is None or price is None:
        return None
    times, least = multiple_of(terms, facts), terms.least_minor
    if claim.reason == UNSAFE_FOOD:
        times, least = max(times, terms.unsafe_multiple), max(least, terms.unsafe_least_minor)
    same = paid.currency == terms.currency  # a floor in one currency says nothing of another
    on_top = max(price.minor * times, least) if same else price.minor * times
    parts: list[claims.Part] = [("goods", paid)] if terms.goods_back else []
    parts.append(("compensation", Money(on_top, paid.currency)))
    if claim.fee is not None and claim.fee.currency == paid.currency:
        fee = min(claim.fee.minor, terms.fee_cap_minor) if same else claim.fee.minor
        parts.append(("appraisal", Money(max(0, fee), paid.currency)))
    return parts


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    return claims.judge(terms, facts, now, RULE)


def admit(terms: Terms, facts: Facts, claim: Claimed, now: datetime) -> Admission:
    answer = claims.admit(
        terms, facts, claim, now, RULE, answer_hours=terms.answer_hours,
        photos=terms.photos, or_video=False, records=terms.records,
    )  # fmt: skip
    large = answer.owed is not None and answer.owed.minor >= terms.by_hand_from_minor
    return replace(answer, by_hand=large) if large else answer


RULE = Rule(name, Terms, window, refusal, gives)

_DIGITS = {3: "三", 4: "四", 5: "五", 10: "十"}


def _sayings(terms: Terms, facts: Facts) -> claims.Sayings:
    times = multiple_of(terms, facts)
    promised = f"假一赔{_DIGITS.get(times, str(times))}"
    return claims.Sayings(
        offer=Text(
            zh=f"{promised}，鉴定费也退", en=f"Genuine, or its price back and {times} times that on top"
        ),
        why=Text(zh=f"经鉴定不是正品，{promised}", en="an appraisal found that it is not genuine"),
        by_shop=Text(zh=f"买家鉴定为假货，{promised}", en="an appraisal found that it is not genuine"),
    )


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say(facts, verdict, _sayings(terms, facts))


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say_to_shop(facts, verdict, _sayings(terms, facts))
