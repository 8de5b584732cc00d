"""A return is refunded while it still travels (秒退): whether, and why not. Pure.

The platform pays ahead, out of its own pocket: on the courier's first scan, or, for buyers who are known, once the number
is there. The shop loses nothing before it has accepted what came or let its time pass. Where anything about the waybill
does not fit, or nothing is known that speaks for it, nobody is accused of anything: the refund follows the goods as always.

Source of the numbers: Douyin's ¥1,500 a case (January 2024), Amazon's first scan and exclusions; the rest is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of
from sanhao.service.aftersales.paths.standing import Standing, TrustTerms

RULE = "aftersales.instant"
PAID = "instant.paid"
ADVANCES: Mapping[str, tuple[str, ...]] = {
    "wanted": ("paid", "waiting", "declined"),
    "waiting": ("wanted", "declined"),
    "paid": ("repaid", "owed", "borne"),
    "owed": ("owed", "repaid", "borne", "cleared", "forgiven"),
    # What was cleared or forgiven may turn out not to have been owed; and a bank may take back what a buyer paid.
    "cleared": ("cleared", "repaid", "borne", "owed"),
    "forgiven": ("forgiven", "repaid", "borne"),
    "repaid": (),
    "borne": (),
    # A parcel that was called back has turned round after all.
    "declined": ("wanted",),
}


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `aftersales.instant`. Sums are in minor units by currency; in a currency without one nothing is paid ahead.

    *reasons*: only where nobody disputes the quality. *back_days*: until then the parcel is with the shop. *heavy_g* is
    what a box may weigh, *light_bp* the least part of the goods' weight that is believed.
    """

    case_minor: dict[str, int] = msgspec.field(default_factory=lambda: {"CNY": 150_000})
    buyer_minor: dict[str, int] = msgspec.field(default_factory=lambda: {"CNY": 300_000})
    reasons: tuple[str, ...] = ("no_reason",)
    special: tuple[str, ...] = ("custom", "virtual")
    back_days: int = 15
    on_upload: bool = True
    light_bp: int = 5_000
    heavy_g: int = 3_000
    heavy_times: int = 3
    buyer_appeal_days: int = 30
    shop_appeal_days: int = 60
    trust: TrustTerms = TrustTerms()

    def __post_init__(self) -> None:
        if not 1 <= self.back_days <= 60 or not 0 <= self.light_bp <= 10_000 or self.heavy_times < 1:
            raise ValueError("back_days: 1 to 60; light_bp: 0 to 10,000; heavy_times: at least 1")
        if any(minor < 0 for minor in (*self.case_minor.values(), *self.buyer_minor.values())):
            raise ValueError("a cap is not negative")


class Waybill(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of the parcel that goes back; empty is unknown, and speaks neither for nor against it.

    *issued*: a label of the platform's own (`paths/label.py`): its number was nobody's before, and goes nowhere else, so
    only what the parcel weighs is looked at. *older*: the carrier had scanned this number before the return was asked for:
    it is somebody else's parcel.
    """

    scanned: bool = False
    issued: bool = False
    older: bool = False
    origin: str = ""
    bound_for: str = ""
    weight_g: int | None = None
    home: tuple[str, ...] = ()
    shop: tuple[str, ...] = ()
    goods_g: int = 0


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """The facts of an advance. *left*: of the whole order, what was not given back yet; *exposed*: what this buyer has
    ahead already."""

    kind: str
    reason: str
    amount: Money
    left: Money
    exposed: Money
    standing: Standing
    waybill: Waybill
    special: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """*wait*: not yet, the first scan will tell."""

    outcome: Literal["paid", "wait", "declined"]
    reason: str
    owed: Money


def judge(terms: Terms, seen: Seen) -> Verdict:
    nothing = Money(0, seen.amount.currency)
    if no := _excluded(terms, seen) or _does_not_fit(terms, seen.waybill):
        return Verdict("declined", no, nothing)
    if seen.waybill.scanned:
        return Verdict("paid", "scanned", seen.amount)
    if terms.on_upload and seen.standing == "trusted":
        return Verdict("paid", "number_given", seen.amount)
    return Verdict("wait", "not_scanned", nothing)


def _excluded(terms: Terms, seen: Seen) -> str:
    currency, amount = seen.amount.currency, seen.amount.minor
    if seen.kind != "return":
        return "not_a_return"
    if seen.reason not in terms.reasons:
        return "quality"
    if set(seen.special) & set(terms.special):
        return "special_goods"
    if seen.standing == "held":
        return "standing"
    if not amount or amount > seen.left.minor:
        return "partial"
    if amount > terms.case_minor.get(currency, 0):
        return "above_cap"
    if amount + seen.exposed.minor > terms.buyer_minor.get(currency, 0):
        return "exposed"
    return ""


def _does_not_fit(terms: Terms, waybill: Waybill) -> str:
    if not waybill.issued and (no := _foreign(waybill)):
        return no
    if waybill.weight_g is None or not waybill.goods_g:
        return ""
    light = waybill.weight_g * 10_000 < waybill.goods_g * terms.light_bp
    heavy = waybill.weight_g > waybill.goods_g * terms.heavy_times + terms.heavy_g
    return "weight" if light or heavy else ""


def _foreign(waybill: Waybill) -> str:
    if waybill.older:
        return "number_used"
    if _elsewhere(waybill.origin, waybill.home):
        return "origin"
    return "destination" if _elsewhere(waybill.bound_for, waybill.shop) else ""


def _elsewhere(told: str, expected: tuple[str, ...]) -> bool:
    """Whether a place that was told names none of the expected ones. Who is told nothing knows nothing."""
    places = [stem for place in expected if (stem := place.strip().rstrip("市省区县"))]
    return bool(told and places) and not any(place in told for place in places)


_SAID = {
    "scanned": Text(
        zh="快递已经收到你寄回的包裹，{sum}先退给你，不用等店家收货",
        en="The courier has your return, so {sum} is on its way back already, before the shop has it",
    ),
    "number_given": Text(
        zh="你已填好寄回的单号，{sum}先退给你，不用等店家收货",
        en="Your return has its number, so {sum} is on its way back already, before the shop has it",
    ),
}


def say(verdict: Verdict) -> Text:
    """The buyer's sentence; what was not paid ahead is said nothing about, for nothing was decided against anybody."""
    if verdict.outcome != "paid":
        return Text(zh="这笔退款等店家收到货再退", en="This refund follows when the shop has the goods")
    amount, text = sum_of(verdict.owed), _SAID[verdict.reason]
    return Text(zh=text.zh.format(sum=amount.zh), en=text.en.format(sum=amount.en))
