"""Changed your mind? Send it back (七天无理由; withdrawal in the EU). The rule this file keeps, in words:

1. Whoever bought at a distance may send it back without a reason. In China the buyer asks within seven days, and day 1 is
   the day after signing, through 23:59:59 of the seventh; in the EU within fourteen. A shop may promise more of itself.
2. It is left out by law for what is made to order, fresh or perishable, digital or virtual, and for newspapers. Choosing
   a colour or a size does not make a thing made to order.
3. Some goods may be left out only if the buyer agreed to it for this very item at purchase, in a box never ticked ahead:
   what cannot be resold once unsealed, what loses its value once activated, what was sold as near its date or flawed. A
   buyer who did not agree may return them. Unsealed goods of the first two kinds only: while sealed they go back.
4. The buyer gets back what was paid for the units, and sends them at their own expense, whole and as they came; opening
   and trying them reasonably does no harm. In the EU no one has to approve.

Sources: Consumer Law art. 25; Interim Measures for seven-day returns, arts 6 and 7 (2020); Directive 2011/83 and, since
19 June 2026, art. 11a (the withdrawal button). What may be left out with consent is a term, by category.
"""

from __future__ import annotations

from datetime import datetime

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
    Line,
    PaidOrder,
    PromiseNews,
    Scope,
    Verdict,
)

name = "no_reason_return"
title = Text(zh="无理由退货", en="Return without a reason")
OWN = {"days": (15, 30)}
"""What a shop may promise of itself."""

EU = ("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
      "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO")  # fmt: skip
UNSEALED, ACTIVATED, DECLARED = "unsealed", "activated", "declared"
SOFT = (UNSEALED, ACTIVATED, DECLARED)


_SOFT = {
    **dict.fromkeys(("snacks", "pantry", "grain", "oil", "food", "drinks", "tea", "milk-powder"), UNSEALED),
    **dict.fromkeys(("skincare", "make-up", "personal-care", "underwear"), UNSEALED),
    **dict.fromkeys(("phones", "computers", "cameras", "electronics"), ACTIVATED),
}


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """*soft* says by category what the buyer may agree to leave out. Raises ValueError for an unknown timezone, days below
    one, or a soft exclusion that the law does not know."""

    timezone: str = "Asia/Shanghai"
    days: int = 7
    eu: tuple[str, ...] = EU
    eu_days: int = 14
    special_excluded: tuple[str, ...] = ("custom", "virtual")
    excluded: tuple[str, ...] = (
        "fruit", "vegetables", "seafood", "meat", "eggs", "dairy", "fresh", "plants", "flowers", "newspapers", "software",
    )  # fmt: skip
    soft: dict[str, str] = msgspec.field(default_factory=lambda: dict(_SOFT))
    answer_hours: int = 48

    def __post_init__(self) -> None:
        zone(self.timezone)
        if min(self.days, self.eu_days) < 1:
            raise ValueError("days are counted from one")
        if not set(self.soft.values()) <= set(SOFT):
            raise ValueError(f"what may be left out with consent is one of {', '.join(SOFT)}")


class Facts(ClaimFacts, frozen=True, omit_defaults=True, kw_only=True):
    agreed: str = ""
    """The soft exclusion that the buyer agreed to for this item."""


def scope(terms: Terms) -> Scope:
    return "line"


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    return [
        (
            line.id,
            under(
                terms,
                Facts(**claims.facts_for(order, line, name, terms.timezone), agreed=agreed(terms, line)),
            ),
        )
        for line in claims.lines_of(order)
        if not excluded(terms, line.category, line.special)
    ]


def excluded(terms: Terms, category: str, special: str) -> bool:
    """Left out by law: no promise is made."""
    return special in terms.special_excluded or claims.in_category(category, terms.excluded)


def soft_exclusion(terms: Terms, category: str) -> str:
    """What the buyer is asked to agree to for goods of this category; empty if nothing."""
    return next((terms.soft[part] for part in reversed(category.split("/")) if part in terms.soft), "")


def agreed(terms: Terms, line: Line) -> str:
    """What the buyer agreed to of what may be left out at all."""
    asked = soft_exclusion(terms, line.category)
    return asked if asked and asked in line.consents else ""


def under(terms: Terms, facts: Facts) -> Facts:
    return claims.timed(terms, replace(facts, timezone=terms.timezone), RULE)


def due(terms: Terms, facts: Facts) -> Due:
    return claims.due(facts)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    return claims.hear(terms, facts, news, RULE)


def days_of(terms: Terms, facts: Facts) -> int:
    """The law's, or what the shop promises of itself if that is more."""
    return max(terms.eu_days if facts.country in terms.eu else terms.days, facts.accepted.own.get("days", 0))


def window(terms: Terms, facts: Facts) -> datetime | None:
    return claims.days_after_signing(facts, days=days_of(terms, facts))


def refusal(terms: Terms, facts: Facts, claim: Claimed) -> tuple[str, Text] | None:
    if facts.agreed == DECLARED:
        return "agreed", Text(
            zh="下单时已说明是临期或有瑕疵的商品，并由你确认不支持无理由退货",
            en="It was sold as near its date or flawed, and you agreed at purchase that it does not come back",
        )
    if facts.agreed and claim.opened:
        return "opened", Text(
            zh="下单时你确认过：拆封或激活以后不支持无理由退货",
            en="At purchase you agreed that it does not come back once unsealed or activated",
        )
    return None


def gives(terms: Terms, facts: Facts, claim: Claimed, answer: Answered | None) -> claims.Parts | None:
    paid = claims.paid_for(facts, claim)
    if paid is None:
        return None
    # The way there comes back where the market says so, and only who asks knows that.
    parts: list[claims.Part] = [("goods", paid)]
    if claim.freight:
        parts.append(("freight", claim.freight))
    return parts


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    return claims.judge(terms, facts, now, RULE)


def admit(terms: Terms, facts: Facts, claim: Claimed, now: datetime) -> Admission:
    hours = 0 if facts.country in terms.eu else terms.answer_hours
    return claims.admit(terms, facts, claim, now, RULE, needs_return=True, answer_hours=hours)


RULE = Rule(name, Terms, window, refusal, gives)

_AGREED = {
    "": Text(zh="", en=""),
    UNSEALED: Text(zh="（未拆封）", en=" while it is sealed"),
    ACTIVATED: Text(zh="（未激活）", en=" while it is not activated"),
    DECLARED: Text(zh="（你已确认不支持）", en="; you agreed that this item does not come back"),
}


def _sayings(terms: Terms, facts: Facts) -> claims.Sayings:
    days, only = days_of(terms, facts), _AGREED[facts.agreed]
    return claims.Sayings(
        offer=Text(
            zh=f"签收次日起{days}天无理由退货{only.zh}",
            en=f"Return it without a reason within {days} days of delivery{only.en}",
        ),
        why=Text(zh="你退了货", en="you sent it back"),
        by_shop=Text(zh="买家无理由退货", en="the buyer sent it back without a reason"),
    )


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say(facts, verdict, _sayings(terms, facts))


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    return claims.say_to_shop(facts, verdict, _sayings(terms, facts))
