"""What was paid for and will not come is paid back. The rule this file keeps, in words:

1. An order that was paid and then cancelled by the shop or the platform, or whose goods turned out unavailable, gives
   back everything that was paid. The platform answers for it.
2. A buyer who cancels is refunded as a cancellation, not under this promise (void). What was delivered is kept. Of both at
   one moment the cancellation came first: what has arrived is not cancelled any more.
3. What the buyer had called back on its way owes no arrival (void where that is all): its case gives the money back.
4. Time alone breaks nothing, unless the terms say after how many days without a delivery it counts as not delivered.

A history may know that an order was cancelled but not when; its last word is then that it was.
Source: the dispute rules that two independent teams applied to a Brazilian marketplace's orders: cancelled and paid, or
unavailable and paid: all payments back, platform at fault.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from sanhao.kit.deadline import require_span, zone
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import date, sum_of
from sanhao.service.promises import calls as of_calls
from sanhao.service.promises.core import (
    NEVER,
    PLATFORM,
    CalledBack,
    Cancelled,
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
from sanhao.service.promises.phrases import VOID_FOR_SHOP, charged, compensated, void
from sanhao.service.promises.scans import Scans, add, concerns, earlier, scan_of

name = "non_delivery"
title = Text(zh="没送成全额退", en="Not delivered, all paid back")

_EVER = datetime.min.replace(tzinfo=UTC)


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Raises ValueError for an unknown timezone or days out of reach."""

    per: Scope = "order"
    timezone: str = "Asia/Shanghai"
    expected_within_days: int = 30
    """When it should have come at the latest, where no arrival was promised."""
    broken_after_days: int | None = None
    """Days past the promised or expected arrival after which silence itself breaks the promise; None: never."""
    remedy: Remedy = "refund"

    def __post_init__(self) -> None:
        zone(self.timezone)
        require_span(self.expected_within_days, self.broken_after_days)


class LineFact(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    shop: str
    arrived: Scans = ()


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    due_at: datetime
    settle_at: datetime
    timezone: str
    lines: tuple[LineFact, ...]
    start_at: datetime | None = None
    promised_at: datetime | None = None
    paid: Money | None = None
    cancelled: Cancelled | None = None
    calls: of_calls.Calls = ()


def scope(terms: Terms) -> Scope:
    return terms.per


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    stated = [line.promised_at for line in order.lines if line.promised_at is not None]
    moments = [at for at in (order.bought_at, order.paid_at) if at is not None]
    facts = Facts(
        due_at=NEVER,
        settle_at=NEVER,
        timezone=terms.timezone,
        lines=tuple(LineFact(line.id, line.shop) for line in order.lines) or (LineFact("", ""),),
        start_at=min(moments, default=None),
        promised_at=order.promised_at or max(stated, default=None),
        paid=order.paid,
    )
    return [("", under(terms, facts))]


def under(terms: Terms, facts: Facts) -> Facts:
    """The same facts, had *terms* been frozen on the order."""
    due_at = facts.promised_at
    if due_at is None and facts.start_at is not None:
        due_at = facts.start_at + timedelta(days=terms.expected_within_days)
    settle_at = NEVER
    if due_at is not None and terms.broken_after_days is not None:
        settle_at = due_at + timedelta(days=terms.broken_after_days)
    return replace(facts, due_at=due_at or NEVER, settle_at=settle_at, timezone=terms.timezone)


def due(terms: Terms, facts: Facts) -> Due:
    return Due(facts.due_at, facts.settle_at)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    match news:
        case Delivered() if not news.hub:
            scan = scan_of(news, facts.start_at or _EVER)
            lines = [
                replace(line, arrived=add(line.arrived, scan)) if concerns(news, line.id, line.shop) else line
                for line in facts.lines
            ]
            return replace(facts, lines=tuple(lines))
        case Dropped():
            return drop(facts, news)
        case CalledBack():
            return replace(facts, calls=of_calls.add(facts.calls, news))
        case Cancelled():
            return replace(facts, cancelled=earlier(facts.cancelled, news))
    return facts


_RUNNING = Verdict("waiting", "running")
_OVERDUE = Verdict("waiting", "overdue")


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    """Whatever became certain first decides, and stays: so a later *now* never changes a verdict."""
    kept_at = _kept_at(facts)
    cancelled = facts.cancelled
    if cancelled is not None:
        at = cancelled.at or _EVER
        if at <= now and at < facts.settle_at and (kept_at is None or at <= kept_at):
            if cancelled.by == "buyer":
                return Verdict("void", "cancelled_by_buyer", decided_at=cancelled.at)
            reason = "unavailable" if cancelled.by == "unavailable" else f"cancelled_by_{cancelled.by}"
            return _broken(terms, facts, reason, cancelled.at)
    if (
        facts.calls
        and (back_at := _all_back(facts)) is not None
        and back_at <= now
        and back_at < facts.settle_at
    ):
        return Verdict("void", "called_back", decided_at=back_at)
    if kept_at is not None and kept_at <= now:
        return Verdict("kept", "delivered", decided_at=kept_at)
    if now < facts.settle_at:
        return _RUNNING if now <= facts.due_at else _OVERDUE
    return _broken(terms, facts, "never_arrived", facts.settle_at)


def _broken(terms: Terms, facts: Facts, reason: str, decided_at: datetime | None) -> Verdict:
    paid = facts.paid
    remedy = terms.remedy if paid is None or paid.minor else ""
    return Verdict("broken", reason, (PLATFORM,), paid, remedy, decided_at)


def _all_back(facts: Facts) -> datetime | None:
    """When the last of it turned round, if all of it did."""
    back = [of_calls.came_back(facts.calls, line.id) for line in facts.lines]
    return None if None in back else max(at for at in back if at is not None)


def _kept_at(facts: Facts) -> datetime | None:
    """When we knew that everything had been delivered, if that was before the promise was settled; else None."""
    kept_at: datetime | None = None
    for line in facts.lines:
        if facts.calls and of_calls.came_back(facts.calls, line.id) is not None:
            continue
        if not line.arrived:
            return None
        heard = min([scan.received_at for scan in line.arrived])
        if heard > facts.settle_at:
            return None
        if kept_at is None or heard > kept_at:
            kept_at = heard
    return kept_at


_WHY = {
    "unavailable": Text(zh="商品缺货，没法发货", en="the goods turned out to be unavailable"),
    "cancelled_by_shop": Text(zh="店家取消了订单", en="the shop cancelled the order"),
    "cancelled_by_platform": Text(zh="平台取消了订单", en="the platform cancelled the order"),
}


def _because(facts: Facts, reason: str) -> Text:
    if reason in _WHY:
        return _WHY[reason]
    by = date(facts.due_at, facts.timezone)
    return Text(zh=f"该在{by.zh}送到的包裹一直没有到", en=f"the parcel due on {by.en} never arrived")


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    match verdict.outcome:
        case "void":
            return void(verdict.reason)
        case "kept":
            return Text(zh="包裹已送到", en="Your parcel arrived")
        case "waiting":
            return Text(
                zh="在路上；要是送不成，付的钱全部自动退回",
                en="On its way. If it cannot be delivered, everything you paid comes back by itself",
            )
    return compensated(verdict.owed, verdict.remedy, _because(facts, verdict.reason))


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    """For the shop: the sum, the reason. How to appeal is added by the face."""
    match verdict.outcome:
        case "void":
            return VOID_FOR_SHOP
        case "kept":
            return Text(zh="已送到", en="Delivered")
        case "waiting":
            return Text(
                zh="送到之前，买家付的钱都可能退回",
                en="Until it is delivered, what the buyer paid may go back",
            )
    why = _because(facts, verdict.reason)
    if not verdict.owed:
        return charged(verdict.owed, why)
    paid = sum_of(verdict.owed)
    return Text(zh=f"退回{paid.zh}：{why.zh}", en=f"{paid.en} went back to the buyer, because {why.en}")
