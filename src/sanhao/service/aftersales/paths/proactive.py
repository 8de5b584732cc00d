"""The platform refunds buyers who did not ask (S9): which of a sweep's orders, how, and out of whose pocket. Pure.

1. A sweep has a finding behind it: a shop that has fallen silent, false shipment, goods that are recalled, false
   advertising. A keeper may only propose the first (a term may let it run by itself); people find the others, and what
   one of them found another confirms.
2. What was not shipped is refunded at once, out of the money that is held for it. A shop that ships before the sweep is
   there keeps the order, where shipping is what was missing.
3. What the buyer holds goes back only as law or terms say. Recalled goods are refunded and stay where they are: nobody
   should post them. Advertised falsely: a return is opened for the buyer, at the shop's expense. No term takes the
   goods and the money from a shop because we would like to.
4. What is on its way is waited for, or refunded as well, by the same terms; after so many days it is left.
5. Whoever sends such goods back has the way paid: a sum for each currency, by the terms, as a coupon once they are there.
6. Units that are refunded, or in a case of their own, are not the sweep's: nothing is paid twice.

Source: the platform's own announcement of refunds without a request; thresholds are ours, every one a term. Decree 116
(2026) forbids to force refunds without return upon merchants; recalls are the law's own (GPSR art. 37).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of

RULE = "aftersales.proactive"
SWEPT = "sweep.order"
Trigger = Literal["dead_shop", "false_shipment", "recall", "false_advertising"]
TRIGGERS: tuple[Trigger, ...] = ("dead_shop", "false_shipment", "recall", "false_advertising")
BY_HAND: tuple[Trigger, ...] = TRIGGERS[1:]
TITLES: Mapping[str, Text] = {
    "dead_shop": Text(zh="店铺失联", en="A shop fell silent"),
    "false_shipment": Text(zh="虚假发货", en="False shipment"),
    "recall": Text(zh="商品召回或违法", en="Recalled or illegal goods"),
    "false_advertising": Text(zh="虚假宣传", en="False advertising"),
}

SWEEPS: Mapping[str, tuple[str, ...]] = {
    "drafted": ("previewed", "withdrawn"),
    "previewed": ("previewed", "confirmed", "withdrawn"),
    "confirmed": ("running", "stopped"),
    "running": ("done", "stopped"),
    "done": (),
    "stopped": (),
    "withdrawn": (),
}
SWEPT_ORDERS: Mapping[str, tuple[str, ...]] = {
    "found": ("waiting", "left"),
    "waiting": ("done", "left"),
    "done": (),
    "left": (),
}


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of goods that have left the shop. *bearer*: who pays where they stay with the buyer."""

    on_way: Literal["refund", "wait", "leave"] = "leave"
    delivered: Literal["refund", "return", "leave"] = "leave"
    bearer: Literal["shop", "platform"] = "shop"


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `aftersales.proactive`. *auto*: a silent shop's sweep starts without a person. *look_hours*: how often
    what is on its way is looked at again, for *wait_days* at most."""

    quiet_days: int = 7
    auto: bool = False
    look_hours: int = 24
    wait_days: int = 30
    appeal_days: int = 30
    dead_shop: Way = Way()
    false_shipment: Way = Way(on_way="refund")
    recall: Way = Way(on_way="refund", delivered="refund")
    false_advertising: Way = Way(on_way="wait", delivered="return")
    return_freight: Mapping[str, int] = {}
    """What sending it back is taken to cost, by currency, in minor units: the shop gives it on top, without a receipt."""

    def __post_init__(self) -> None:
        days = (self.quiet_days, self.wait_days, self.appeal_days, self.look_hours)
        if not all(1 <= n <= 365 for n in days):
            raise ValueError("days and hours: 1 to 365")
        if not all(0 <= minor <= 500_00 for minor in self.return_freight.values()):
            raise ValueError("the freight of a return: 0 to 500")

    def of(self, trigger: Trigger) -> Way:
        way: Way = getattr(self, trigger)
        return way


FOUNDING = Terms(return_freight={"CNY": 12_00, "EUR": 7_00})
"""The terms of a new site."""


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """The facts about one order of a sweep. *back*: what its units are worth now. *shipped_since*: the shop has moved it
    on since the sweep saw it. *in_case*: a case of the buyer's own runs about all that is left."""

    trigger: Trigger
    reason: Text
    where: Literal["unshipped", "on_way", "delivered"]
    back: Money
    shipped_since: bool = False
    in_case: bool = False
    days: int = 0
    """Since the sweep saw it first."""


class Verdict(msgspec.Struct, frozen=True):
    outcome: Literal["refund", "return", "wait", "left"]
    reason: str
    bearer: Literal["shop", "platform"]
    owed: Money
    freight: Money | msgspec.UnsetType = msgspec.UNSET
    """Of a return: what the buyer is given for sending it back, once it is there."""


def judge(terms: Terms, seen: Seen) -> Verdict:
    way = terms.of(seen.trigger)
    if seen.in_case:
        return _left(seen, "in_case")
    if not seen.back.minor:
        return _left(seen, "nothing_left")
    if seen.shipped_since and seen.trigger in ("dead_shop", "false_shipment"):
        return _left(seen, "shipped")
    if seen.where == "unshipped":
        return Verdict("refund", "unshipped", "shop", seen.back)
    does = way.on_way if seen.where == "on_way" else way.delivered
    match does:
        case "leave":
            return _left(seen, seen.where)
        case "wait" if seen.days >= terms.wait_days:
            return _left(seen, "never_arrived")
        case "wait":
            return Verdict("wait", "on_way", "shop", seen.back)
        case "return":
            minor = terms.return_freight.get(seen.back.currency, 0)
            freight = Money(minor, seen.back.currency) if minor else msgspec.UNSET
            return Verdict("return", "delivered", "shop", seen.back, freight)
    return Verdict("refund", seen.where, way.bearer, seen.back)


def _left(seen: Seen, reason: str) -> Verdict:
    return Verdict("left", reason, "shop", Money(0, seen.back.currency))


LEFT: Mapping[str, Text] = {
    "in_case": Text(zh="已有售后单", en="In a case of its own"),
    "nothing_left": Text(zh="已经退完", en="Everything is back already"),
    "shipped": Text(zh="店家已发货", en="The shop has shipped"),
    "on_way": Text(zh="在路上", en="On its way"),
    "delivered": Text(zh="已签收", en="Delivered"),
    "never_arrived": Text(zh="一直没签收", en="Never signed for"),
    "grown": Text(zh="现在比预览时多", en="More by now than was seen"),
    "stopped": Text(zh="已叫停", en="Stopped"),
}
"""Why a sweep left an order alone."""

_REFUND = Text(zh="平台主动退{sum}，买家不用申请{tail}。原因：{reason}",
               en="The platform refunds {sum} without being asked{tail}. Why: {reason}")  # fmt: skip
_RETURN = Text(zh="平台替买家办好了退货，寄回后退{sum}，寄回的运费由店铺承担{tail}。原因：{reason}",
               en="The platform opened a return for the buyer: {sum} goes back once the goods do, and the shop pays the way there{tail}. Why: {reason}")  # fmt: skip
_FREIGHT = Text(zh="（按{freight}补给买家）", en=" ({freight} to the buyer)")
_KEEPS = Text(zh="，商品不用寄回", en=", and the goods need not go back")
_OURS = Text(zh="，由平台承担", en=", at its own expense")


def say(seen: Seen, verdict: Verdict) -> Text:
    """One sentence that buyer and shop both read."""
    amount = sum_of(verdict.owed)
    text = _RETURN if verdict.outcome == "return" else _REFUND
    tails = [_KEEPS] if verdict.outcome == "refund" and seen.where == "delivered" else []
    tails += [_OURS] if verdict.bearer == "platform" else []
    if isinstance(verdict.freight, Money):
        freight = sum_of(verdict.freight)
        tails.append(
            Text(zh=_FREIGHT.zh.format(freight=freight.zh), en=_FREIGHT.en.format(freight=freight.en))
        )
    return Text(
        zh=text.zh.format(sum=amount.zh, reason=seen.reason.zh, tail="".join(tail.zh for tail in tails)),
        en=text.en.format(sum=amount.en, reason=seen.reason.en, tail="".join(tail.en for tail in tails)),
    )
