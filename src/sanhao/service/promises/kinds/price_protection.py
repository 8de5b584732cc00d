"""Cheaper a few days later? You get the difference (价保). The rule this file keeps, in words:

1. If the same variant is sold for less by the same shop within 15 days of payment (7 for phones, computers and other
   electronics), the buyer gets the difference back, to the original payment. Days are full days of 24 hours.
2. What the buyer paid counts after coupons, unit by unit; what it costs now counts as it is shown.
3. One claim a line. The rule answers by itself, nobody has to approve.
4. It does not count against: flash sales and prices for members or new buyers, prices of a live room or an idea, presales,
   points and red packets, blind boxes, and what is out of stock now.
5. The shop pays within what it accepted, the platform's fund beyond it.

Sources: Dangdang's published rule (flash sales, out of stock, over the limit and returned goods left out); JD, Tmall and
Taobao as remembered (7 to 30 days by category). The rest of the exclusions are this site's own choice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from sanhao.kit.deadline import zone
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of
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

name = "price_protection"
title = Text(zh="价保", en="Price protection")


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Raises ValueError for an unknown timezone or days below one."""

    timezone: str = "Asia/Shanghai"
    days: int = 15
    short_days: int = 7
    short_for: tuple[str, ...] = ("phones", "computers", "cameras", "electronics")
    excluded_categories: tuple[str, ...] = ("blind-boxes",)
    excluded_prices: tuple[str, ...] = ("live", "idea", "presale", "flash", "member", "newcomer")

    def __post_init__(self) -> None:
        zone(self.timezone)
        if min(self.days, self.short_days) < 1:
            raise ValueError("days are counted from one")


class Facts(ClaimFacts, frozen=True, omit_defaults=True, kw_only=True):
    pass


def scope(terms: Terms) -> Scope:
    return "line"


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    return [
        (line.id, under(terms, Facts(**claims.facts_for(order, line, name, terms.timezone))))
        for line in claims.lines_of(order)
        if not claims.in_category(line.category, terms.excluded_categories)
    ]


def under(terms: Terms, facts: Facts) -> Facts:
    return claims.timed(terms, replace(facts, timezone=terms.timezone), RULE)


def due(terms: Terms, facts: Facts) -> Due:
    return claims.due(facts)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    return claims.hear(terms, facts, news, RULE)


def days_for(terms: Terms, category: str) -> int:
    return terms.short_days if claims.in_category(category, terms.short_for) else terms.days


def window(terms: Terms, facts: Facts) -> datetime | None:
    return facts.start_at + timedelta(days=days_for(terms, facts.category))


def refusal(terms: Terms, facts: Facts, claim: Claimed) -> tuple[str, Text] | None:
    if claim.price is None or claim.price.currency != facts.currency:
        return "price", Text(zh="没有看到现在的价格", en="There is no price to compare with now")
    if not claim.in_stock:
        return "out_of_stock", Text(
            zh="现在没货，不比价", en="It is out of stock now, so there is nothing to compare"
        )
    if claim.price_kind in terms.excluded_prices:
        return "price_kind", Text(
            zh="直播、限时、会员和新人价不参加价保", en="Live, flash, member and newcomer prices do not count"
        )
    cheaper = _difference(facts, claim)
    if cheaper is not None and not cheaper.minor:
        return "not_cheaper", Text(
            zh="现在的价格不比你付的低", en="It does not cost less now than what you paid"
        )
    return None


def _difference(facts: Facts, claim: Claimed) -> Money | None:
    paid, units = claims.paid_for(facts, claim), claim.units or facts.quantity
    if paid is None or claim.price is None:
        return None
    return Money(max(0, paid.minor - claim.price.minor * units), paid.currency)


def gives(terms: Terms, facts: Facts, claim: Claimed, answer: Answered | None) -> claims.Parts | None:
    cheaper = _difference(facts, claim)
    return None if cheaper is None else [("goods", cheaper)]


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    return claims.judge(terms, facts, now, RULE)


def admit(terms: Terms, facts: Facts, claim: Claimed, now: datetime) -> Admission:
    return claims.admit(terms, facts, claim, now, RULE, answer_hours=0)


RULE = Rule(name, Terms, window, refusal, gives)


def _sayings(terms: Terms, facts: Facts) -> claims.Sayings:
    days, claim = days_for(terms, facts.category), claims.granted(facts)
    why = Text(zh="降价了", en="it costs less now")
    if claim is not None and claim.price is not None:
        now = sum_of(claim.price)
        why = Text(zh=f"这件商品降到了{now.zh}", en=f"it now costs {now.en}")
    return claims.Sayings(
        offer=Text(
            zh=f"付款后{days}天内降价，差价退给你",
            en=f"Cheaper within {days} days? The difference comes back to you",
        ),
        why=why,
        by_shop=why,
    )


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say(facts, verdict, _sayings(terms, facts))


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say_to_shop(facts, verdict, _sayings(terms, facts))
