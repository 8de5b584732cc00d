"""Sold and then not there pays (缺货必赔). The rule this file keeps, in words:

1. What was sold has to be sent. When the shop gives an order up before a carrier has it, because it ran out of stock or for
   a reason of its own, the buyer gets everything back (`non_delivery` sees to that) and a coupon, at once.
2. The coupon is on the ladder of late shipment: of what was paid for the goods, up to ¥3 nothing; below ¥300 ¥3; from there
   1 %, at most ¥30. Once an order, paid by the shop.
3. An order that its buyer or the platform ends is none of this rule's, and neither is one that a carrier has.

Where this rule is in force a cancelling shop does not pay for lateness as well (`late_shipment`, *shop_cancel_pays*).
Sources: Taobao's ledger has a red packet of its own for out of stock, beside late, false and odd tracking; the ladder is
that of Douyin's collection rule.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace

from sanhao.kit.deadline import zone
from sanhao.kit.money import Money, exponent, total
from sanhao.kit.text import Text
from sanhao.service.promises.core import (
    EVER,
    NEVER,
    Cancelled,
    Collected,
    Delivered,
    Dropped,
    Due,
    PaidOrder,
    PromiseNews,
    Remedy,
    Scope,
    Verdict,
)
from sanhao.service.promises.dropping import drop
from sanhao.service.promises.ladder import Ladder, Step, owed_for, require_ladder
from sanhao.service.promises.phrases import VOID_FOR_SHOP, charged, compensated, void
from sanhao.service.promises.scans import Scans, add, concerns, earlier, scan_of

name = "out_of_stock"
title = Text(zh="缺货必赔", en="Out of stock pays")

_LADDER: Ladder = (
    Step(up_to_minor=300),
    Step(up_to_minor=299_99, fixed_minor=300),
    Step(percent=1, min_minor=300, cap_minor=3000),
)


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Amounts are minor units of *currency*. Raises ValueError for a ladder that does not climb, an unknown timezone."""

    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    ladder: Ladder = _LADDER
    remedy: Remedy = "coupon"
    pays_for: tuple[str, ...] = ("unavailable", "shop")

    def __post_init__(self) -> None:
        exponent(self.currency)
        zone(self.timezone)
        require_ladder(self.ladder)


class LineFact(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    shop: str
    handed: Scans = ()


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    start_at: datetime
    lines: tuple[LineFact, ...]
    paid: Money | None = None
    cancelled: Cancelled | None = None


def scope(terms: Terms) -> Scope:
    return "order"


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    start = order.paid_at or order.bought_at
    if start is None or not order.lines:
        return []
    paid = [line.paid for line in order.lines if line.paid is not None]
    goods = total(paid, order.currency) if len(paid) == len(order.lines) else order.goods
    return [("", Facts(start, tuple(LineFact(line.id, line.shop) for line in order.lines), goods))]


def under(terms: Terms, facts: Facts) -> Facts:
    return facts


def due(terms: Terms, facts: Facts) -> Due:
    return Due(NEVER, NEVER)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    match news:
        case Collected() | Delivered():
            scan = scan_of(news, facts.start_at)
            lines = [
                replace(line, handed=add(line.handed, scan)) if concerns(news, line.id, line.shop) else line
                for line in facts.lines
            ]
            return replace(facts, lines=tuple(lines))
        case Dropped():
            return drop(facts, news)
        case Cancelled():
            return replace(facts, cancelled=earlier(facts.cancelled, news))
    return facts


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    """Whatever became certain first decides, and stays."""
    cancelled, kept_at = facts.cancelled, _kept_at(facts)
    if cancelled is not None:
        at = cancelled.at or EVER
        if at <= now and (kept_at is None or at < kept_at):
            if cancelled.by not in terms.pays_for:
                return Verdict("void", f"cancelled_by_{cancelled.by}", decided_at=cancelled.at)
            owed = _owed(terms, facts)
            reason = "out_of_stock" if cancelled.by == "unavailable" else "cancelled_by_shop"
            remedy = terms.remedy if owed is None or owed.minor else ""
            fault = tuple(dict.fromkeys(line.shop for line in facts.lines if line.shop))
            return Verdict("broken", reason, fault, owed, remedy, cancelled.at)
    if kept_at is not None and kept_at <= now:
        return Verdict("kept", "handed_over", decided_at=kept_at)
    return Verdict("waiting", "running")


def _kept_at(facts: Facts) -> datetime | None:
    """When we knew that a carrier had all of it."""
    kept_at: datetime | None = None
    for line in facts.lines:
        if not line.handed:
            return None
        heard = min([scan.received_at for scan in line.handed])
        kept_at = heard if kept_at is None or heard > kept_at else kept_at
    return kept_at


def _owed(terms: Terms, facts: Facts) -> Money | None:
    if facts.paid is None or facts.paid.currency != terms.currency:
        return None
    return Money(owed_for(terms.ladder, facts.paid.minor), terms.currency)


def _because(reason: str) -> Text:
    if reason == "out_of_stock":
        return Text(zh="店家卖了却没有货", en="the shop sold what it did not have")
    return Text(zh="店家没发货就取消了订单", en="the shop cancelled before shipping")


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    match verdict.outcome:
        case "void":
            return void(verdict.reason)
        case "kept":
            return Text(zh="有货，已经交给快递", en="It was in stock, and a carrier has it")
        case "waiting":
            return Text(
                zh="店家要是缺货取消，除了退款还自动赔券",
                en="If the shop runs out, a coupon comes to you on top of your money",
            )
    return compensated(verdict.owed, verdict.remedy, _because(verdict.reason))


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    match verdict.outcome:
        case "void":
            return VOID_FOR_SHOP
        case "kept":
            return Text(zh="有货，已揽收", en="In stock, and collected")
        case "waiting":
            return Text(
                zh="卖出的要有货：缺货取消会赔券",
                en="What was sold has to be there: giving it up costs a coupon",
            )
    return charged(verdict.owed, _because(verdict.reason))
