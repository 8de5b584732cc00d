"""Late shipment pays (晚发即赔). The rule this file keeps, in words:

1. From payment the shop has 48 hours, or its own shorter promise, to hand every line of the order to a carrier; a
   presale has its own date. The carrier's first scan counts, a printed label does not.
2. Shop and buyer may agree on a later moment: at most three times, each proposed at least 4 hours before the deadline
   then in force and accepted before it. A holiday moves deadlines that fall into it, if announced 7 days ahead.
3. A scan dated in time may arrive up to 2 hours after the deadline (*scan grace*). Then a broken promise pays.
4. It pays once per order, a coupon, by the ladder on what was paid for the goods: up to ¥3 nothing; below ¥300
   ¥3; from there 1 %, at most ¥30. Some profiles merge what one buyer paid one shop within a day.
5. It does not apply (void) when the buyer or the platform cancelled before the deadline, to force majeure, to declared
   promotions, while the platform holds the order, through the buyer's fault, and to goods made or sent otherwise.
   A shop that cancels because it will not or cannot ship has not shipped: it pays like a late one.
6. From the deadline the buyer cancels freely; 72 hours later the platform cancels.

Sources: the public rule of Douyin's 晚发即赔 and its collection ladder as last seen; WeChat Store's negotiated delay
(three, 4 hours, consent); TikTok Shop's 7 days' notice of a holiday extension. All of it is terms, frozen on the order.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from sanhao.kit.deadline import Deadline, require_span
from sanhao.kit.money import Money, exponent, total
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time, weekday_time
from sanhao.service.promises.core import (
    Cancelled,
    Collected,
    DelayAgreed,
    Delivered,
    Dropped,
    Due,
    Excused,
    Extended,
    Line,
    PaidOrder,
    PromiseNews,
    Remedy,
    Scope,
    Verdict,
)
from sanhao.service.promises.dropping import drop
from sanhao.service.promises.ladder import Ladder, Step, owed_for, require_ladder
from sanhao.service.promises.phrases import VOID_FOR_SHOP, charged, compensated, void
from sanhao.service.promises.postponement import Limits, in_force, with_delay, with_extension
from sanhao.service.promises.scans import Scans, add, concerns, earlier, heard_by, heard_in_time, scan_of

name = "late_shipment"
title = Text(zh="晚发即赔", en="Late shipment pays")

_DOUYIN: Ladder = (
    Step(up_to_minor=300),
    Step(up_to_minor=299_99, fixed_minor=300),
    Step(percent=1, min_minor=300, cap_minor=3000),
)
_NEVER_BEFORE = datetime.min.replace(tzinfo=UTC)


class Window(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """From *starts_at* until (not including) *ends_at*, in *regions* (countries or regions; none: everywhere)."""

    starts_at: datetime
    ends_at: datetime
    regions: tuple[str, ...] = ()

    def covers(self, country: str, region: str) -> bool:
        return not self.regions or country in self.regions or region in self.regions


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Amounts are minor units of *currency*. Raises ValueError for a ladder that does not climb, hours or days out of reach."""

    deadline: Deadline = Deadline(48)
    scan_grace_hours: int = 2
    currency: str = "CNY"
    ladder: Ladder = _DOUYIN
    remedy: Remedy = "coupon"
    merge_hours: int | None = None
    """Payments of one buyer to one shop that lie this close together are one amount on the ladder."""
    special_excluded: tuple[str, ...] = ("custom", "virtual")
    force_majeure: tuple[Window, ...] = ()
    promotions: tuple[Window, ...] = ()
    excused_by: tuple[str, ...] = ("force_majeure", "risk_hold", "buyer_fault")
    shop_cancel_pays: bool = True
    delays_at_most: int = 3
    delay_ahead_hours: int = 4
    extension_ahead_days: int = 7
    free_cancel_from_deadline: bool = True
    auto_cancel_after_hours: int | None = 72

    def __post_init__(self) -> None:
        exponent(self.currency)
        require_ladder(self.ladder)
        require_span(self.scan_grace_hours, self.merge_hours, self.auto_cancel_after_hours)
        require_span(self.delays_at_most, self.delay_ahead_hours, self.extension_ahead_days)


class LineFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line and what its carriers said. *by* is a limit of its own that a history states."""

    id: str
    shop: str
    by: datetime | None = None
    scans: Scans = ()


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    start_at: datetime
    first_due_at: datetime
    due_at: datetime
    settle_at: datetime
    timezone: str
    currency: str
    lines: tuple[LineFact, ...]
    paid: Money | None = None
    country: str = ""
    region: str = ""
    special: bool = False
    ship_hours: int | None = None
    presale_ships_by: datetime | None = None
    excluded: str = ""
    delays: tuple[DelayAgreed, ...] = ()
    delays_in_force: int = 0
    extensions: tuple[Extended, ...] = ()
    cancelled: Cancelled | None = None
    excused: tuple[Excused, ...] = ()
    already_paid: Money | None = None
    already_owed: Money | None = None
    """What this buyer paid and already got in the same merge window of this shop; see `merged`."""


class MayPropose(msgspec.Struct, frozen=True):
    """Whether the shop may propose a later moment now, why (not), how often still, and until when."""

    allowed: bool
    reason: Text
    left: int
    until: datetime


def scope(terms: Terms) -> Scope:
    return "order"


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    start = order.paid_at or order.bought_at
    if start is None or not order.lines:
        return []
    covered = [line for line in order.lines if line.special not in terms.special_excluded]
    facts = Facts(
        start_at=start,
        first_due_at=start,
        due_at=start,
        settle_at=start,
        timezone=terms.deadline.timezone,
        currency=order.currency,
        lines=tuple(LineFact(line.id, line.shop, order.ship_by.get(line.shop)) for line in covered),
        paid=_paid(order, covered),
        country=order.country,
        region=order.region,
        special=not covered,
        ship_hours=order.ship_hours,
        presale_ships_by=order.presale_ships_by,
    )
    return [("", under(terms, facts))]


def _paid(order: PaidOrder, covered: list[Line]) -> Money | None:
    """For the goods the promise covers. None where it cannot be read."""
    known = [line.paid for line in covered if line.paid is not None]
    if len(known) == len(covered):
        return total(known, order.currency)
    return order.goods if len(covered) == len(order.lines) else None


def under(terms: Terms, facts: Facts) -> Facts:
    """The same facts, had *terms* been frozen on the order: deadline and exclusions are resolved anew."""
    due = _first_due(terms, facts)
    resolved = replace(facts, first_due_at=due, timezone=terms.deadline.timezone)
    return _in_force(terms, replace(resolved, excluded=_excluded(terms, resolved)))


def _first_due(terms: Terms, facts: Facts) -> datetime:
    stated = [line.by for line in facts.lines if line.by is not None]
    if stated and len(stated) == len(facts.lines):
        return max(stated)
    if facts.presale_ships_by is not None and facts.presale_ships_by > facts.start_at:
        due = facts.presale_ships_by
    else:
        due = terms.deadline.resolve(facts.start_at)
        if facts.ship_hours is not None:
            due = min(due, facts.start_at + timedelta(hours=facts.ship_hours))
    return max([due, *stated])


def _excluded(terms: Terms, facts: Facts) -> str:
    """Why the terms themselves leave this order out, known at payment; empty if they do not."""
    if facts.special:
        return "special_goods"
    for window in terms.promotions:
        if window.starts_at <= facts.start_at < window.ends_at and window.covers(facts.country, facts.region):
            return "promotion"
    for window in terms.force_majeure:
        runs_into = window.starts_at <= facts.first_due_at and facts.start_at < window.ends_at
        if runs_into and window.covers(facts.country, facts.region):
            return "force_majeure"
    return ""


def _in_force(terms: Terms, facts: Facts) -> Facts:
    """The deadline after all that was agreed and announced."""
    limits = Limits(
        terms.delays_at_most,
        timedelta(hours=terms.delay_ahead_hours),
        timedelta(days=terms.extension_ahead_days),
    )
    due_at, delays = in_force(facts.first_due_at, facts.delays, facts.extensions, limits)
    settle_at = due_at + timedelta(hours=terms.scan_grace_hours)
    return replace(facts, due_at=due_at, settle_at=settle_at, delays_in_force=delays)


def due(terms: Terms, facts: Facts) -> Due:
    return Due(facts.due_at, facts.settle_at)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    match news:
        case Collected() | Delivered():  # what arrived was collected, even if nobody scanned it on the way
            scan = scan_of(news, facts.start_at)
            lines = [
                replace(line, scans=add(line.scans, scan)) if concerns(news, line.id, line.shop) else line
                for line in facts.lines
            ]
            return replace(facts, lines=tuple(lines))
        case Dropped() if news.at < facts.due_at:
            return drop(facts, news)
        case Cancelled():
            return replace(facts, cancelled=earlier(facts.cancelled, news))
        case Excused():
            return replace(
                facts, excused=tuple(sorted({*facts.excused, news}, key=lambda e: (e.at, e.cause)))
            )
        case DelayAgreed():
            return _in_force(terms, replace(facts, delays=with_delay(facts.delays, news)))
        case Extended():
            return _in_force(terms, replace(facts, extensions=with_extension(facts.extensions, news)))
    return facts


_RUNNING = Verdict("waiting", "running")
_IN_GRACE = Verdict("waiting", "in_grace")


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    """Whatever became certain first decides, and stays: so a later *now* never changes a verdict."""
    if facts.excluded:
        return Verdict("void", facts.excluded, decided_at=facts.start_at)
    kept_at = _kept_at(facts)
    if facts.cancelled is not None or facts.excused:
        ended_at, reason, decided_at = _called_off(terms, facts)
        if reason and ended_at <= now and (kept_at is None or ended_at < kept_at):
            return Verdict("void", reason, decided_at=decided_at)
    if kept_at is not None and kept_at <= now:
        return Verdict("kept", "collected_in_time", decided_at=kept_at)
    if now < facts.settle_at:
        return _RUNNING if now <= facts.due_at else _IN_GRACE
    owed = _owed(terms, facts)
    remedy = terms.remedy if owed is None or owed.minor else ""
    reason, fault = _why(facts)
    return Verdict("broken", reason, fault, owed, remedy, facts.settle_at)


def _limit(facts: Facts, line: LineFact) -> datetime:
    """A limit that a history states for this line's shop holds as long as nothing moved the deadline."""
    return facts.due_at if line.by is None or facts.due_at != facts.first_due_at else line.by


def _kept_at(facts: Facts) -> datetime | None:
    """When we knew that every line had been collected in time. None if one was not."""
    kept_at = facts.start_at
    for line in facts.lines:
        scans = line.scans
        if not scans:
            return None
        heard = heard_in_time(scans, _limit(facts, line), facts.settle_at)
        if heard is None:
            return None
        if heard > kept_at:
            kept_at = heard
    return kept_at


def _called_off(terms: Terms, facts: Facts) -> tuple[datetime, str, datetime | None]:
    """From when, why, and since when certainly, the promise no longer applies; an empty reason if it still does."""
    ends: list[tuple[datetime, str, datetime | None]] = []
    cancelled = facts.cancelled
    if cancelled is not None:
        by = "shop" if cancelled.by == "unavailable" else cancelled.by
        if by != "shop" or not terms.shop_cancel_pays:
            if cancelled.at is None:
                ends.append((_NEVER_BEFORE, f"cancelled_by_{by}", None))
            elif cancelled.at < facts.due_at:
                ends.append((cancelled.at, f"cancelled_by_{by}", cancelled.at))
    for excuse in facts.excused:
        if excuse.at <= facts.settle_at and excuse.cause in terms.excused_by:
            ends.append((excuse.at, excuse.cause, excuse.at))
    return min(ends, default=(_NEVER_BEFORE, "", None))


def _why(facts: Facts) -> tuple[str, tuple[str, ...]]:
    missing = [
        line for line in facts.lines
        if heard_in_time(line.scans, _limit(facts, line), facts.settle_at) is None
    ]  # fmt: skip
    fault = tuple(dict.fromkeys([line.shop for line in missing if line.shop]))
    cancelled = facts.cancelled
    if cancelled is not None and (cancelled.at is None or cancelled.at < facts.due_at):
        return ("out_of_stock" if cancelled.by == "unavailable" else "cancelled_by_shop"), fault
    for line in missing:
        if not heard_by(line.scans, facts.settle_at):
            return "not_collected", fault
    return "collected_late", fault


def _owed(terms: Terms, facts: Facts) -> Money | None:
    paid = facts.paid
    if paid is None or paid.currency != terms.currency:
        return None
    if facts.already_owed is None or facts.already_paid is None:
        return Money(owed_for(terms.ladder, paid.minor), terms.currency)
    together = owed_for(terms.ladder, paid.minor + facts.already_paid.minor)
    return Money(max(0, together - facts.already_owed.minor), terms.currency)


def merged(terms: Terms, facts: Facts, *, paid: Money, owed: Money) -> Facts:
    """The facts with what this buyer *paid* to this shop within `merge_hours` on promises already settled as broken,
    and what was *owed* for it. Least and cap then hold for all of them together, never once each."""
    if terms.merge_hours is None:
        return facts
    return replace(facts, already_paid=paid, already_owed=owed)


def cancel_free_from(terms: Terms, facts: Facts) -> datetime | None:
    """From when the buyer cancels freely; None if never by this rule."""
    return facts.due_at if terms.free_cancel_from_deadline else None


def auto_cancel_at(terms: Terms, facts: Facts) -> datetime | None:
    """When the platform cancels what was never collected; None if never by this rule."""
    hours = terms.auto_cancel_after_hours
    return None if hours is None else facts.due_at + timedelta(hours=hours)


def may_propose_delay(terms: Terms, facts: Facts, now: datetime) -> MayPropose:
    """May the shop propose a later moment to the buyer now? For the faces; `hear` holds to the same limits."""
    left = max(0, terms.delays_at_most - facts.delays_in_force)
    until = facts.due_at - timedelta(hours=terms.delay_ahead_hours)
    latest = date_time(until, facts.timezone)
    if judge(terms, facts, now).outcome != "waiting" or facts.cancelled is not None:
        reason = Text(
            zh="这单已有结果，不用再商量了", en="This order is settled; there is nothing to postpone"
        )
    elif not left:
        reason = Text(
            zh=f"已经商量过{terms.delays_at_most}次，不能再改了",
            en=f"It was postponed {terms.delays_at_most} times already, which is the most",
        )
    elif now > until:
        reason = Text(zh=f"最晚要在{latest.zh}提出", en=f"It had to be proposed by {latest.en}")
    else:
        reason = Text(
            zh=f"{latest.zh}前可以提出，买家同意才算数，还剩{left}次",
            en=f"You can propose it until {latest.en}; it counts once the buyer agrees. {left} left",
        )
        return MayPropose(True, reason, left, until)
    return MayPropose(False, reason, left, until)


def _because(facts: Facts, reason: str) -> Text:
    """The reason as half a sentence; English goes after "because"."""
    if reason == "out_of_stock":
        return Text(zh="店家缺货，发不了", en="the shop ran out of stock")
    if reason == "cancelled_by_shop":
        return Text(zh="店家没发货就取消了订单", en="the shop cancelled before shipping")
    by = weekday_time(facts.due_at, facts.timezone)
    return Text(zh=f"快递{by.zh}前没有揽收", en=f"the parcel was not collected by {by.en}")


def _collected_at(facts: Facts) -> Text:
    last = max(line.scans[0].at for line in facts.lines)
    return weekday_time(last, facts.timezone)


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    match verdict.outcome:
        case "void":
            return void(verdict.reason)
        case "kept":
            at = _collected_at(facts)
            return Text(zh=f"快递{at.zh}已揽收，准时", en=f"Your parcel was collected {at.en}, in time")
        case "waiting" if verdict.reason == "in_grace":
            until = weekday_time(facts.settle_at, facts.timezone)
            return Text(
                zh=f"时限到了，正在等最后的揽收记录，{until.zh}见分晓",
                en=f"Time is up. The carrier's last scans may still come in until {until.en}",
            )
        case "waiting":
            by = date_time(facts.due_at, facts.timezone)
            return Text(
                zh=f"{by.zh}前快递揽收，晚了自动赔券",
                en=f"Collected by {by.en}, or a coupon comes to you by itself",
            )
    why = _because(facts, verdict.reason)
    if verdict.owed is not None and not verdict.owed.minor and facts.already_owed:
        return Text(
            zh=f"{why.zh}，这家店当天的赔付已经给过你了",
            en=f"This shop has already compensated you for that day; {why.en}",
        )
    return compensated(verdict.owed, verdict.remedy, why)


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    """For the shop: the sum, the reason. How to appeal is added by the face."""
    match verdict.outcome:
        case "void":
            return VOID_FOR_SHOP
        case "kept":
            at = _collected_at(facts)
            return Text(zh=f"{at.zh}揽收，准时", en=f"Collected {at.en}, in time")
        case "waiting":
            by = date_time(facts.due_at, facts.timezone)
            return Text(zh=f"{by.zh}前要有揽收记录", en=f"The carrier's first scan is due by {by.en}")
    return charged(verdict.owed, _because(facts, verdict.reason))


def _share(percent: int, least_minor: int, cap_minor: int | None) -> Ladder:
    return (Step(percent=percent, min_minor=least_minor, cap_minor=cap_minor),)


PROFILES: dict[str, Terms] = {
    "douyin": Terms(),
    "tmall": Terms(ladder=_share(30, 500, 500_00), merge_hours=24),
    "taobao_old": Terms(ladder=_share(5, 500, 3000)),
    "taobao_old_small": Terms(ladder=_share(5, 100, 3000)),
    "taobao_mid": Terms(ladder=_share(10, 500, 100_00), merge_hours=24),
    "pdd": Terms(ladder=(Step(fixed_minor=300),)),
    "shopee": Terms(
        deadline=Deadline(48, calendar="MY", timezone="Asia/Kuala_Lumpur"),
        currency="MYR",
        ladder=(Step(fixed_minor=500),),
    ),
    "ten_percent_200": Terms(deadline=Deadline(72), ladder=_share(10, 0, 200_00)),
}
"""What other platforms are known to promise, by name, ready for a what-if. See the sources above and in the docs."""
