"""Said to be sent, and not sent, pays (虚假发货必赔). The rule this file keeps, in words:

1. Once a shop has given a carrier's number, the parcel has to be on its way: the carrier's first scan comes within 24 hours
   of that, and the next one within 24 hours of the first.
2. After that no 48 hours pass without a word of the carrier until it is delivered; in remote regions 72, in the farthest
   120. What the carrier reports may reach us up to 2 hours later (*scan grace*).
3. A number that was used before is refused when it is given. That a parcel went to another city or held next to nothing no
   scan decides: the buyer says so in a case.
4. It pays once an order, a coupon: 10 % of what was paid for the goods, at least ¥5, at most ¥100. The shop answers.
5. It does not apply once the order has been cancelled, to force majeure, or through the buyer's fault. A parcel that
   arrived was sent, at a hub as well as at the buyer's. As long as no number was given nothing is claimed and nothing is
   false: lateness is another rule.

Sources: a Pinduoduo-type rule (24 hours to the first scan, 24 to the second, 48 of silence, 72 and 120 in remote regions); the
sum as remembered of the same (10 %, ¥5 to ¥100).
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from sanhao.kit.deadline import zone
from sanhao.kit.money import Money, exponent, total
from sanhao.kit.text import Text
from sanhao.kit.wording import weekday_time
from sanhao.service.promises.core import (
    EVER,
    NEVER,
    Cancelled,
    Delivered,
    Dropped,
    Due,
    Excused,
    PaidOrder,
    PromiseNews,
    Registered,
    Remedy,
    Scope,
    Tracked,
    Verdict,
    Withdrawn,
)
from sanhao.service.promises.dropping import drop
from sanhao.service.promises.ladder import Ladder, Step, owed_for, require_ladder
from sanhao.service.promises.phrases import VOID_FOR_SHOP, charged, compensated, void
from sanhao.service.promises.scans import Scan, Scans, add, concerns, earlier, scan_of

name = "false_shipment"
title = Text(zh="虚假发货必赔", en="False shipment pays")

_LADDER: Ladder = (Step(percent=10, min_minor=500, cap_minor=100_00),)
_MOST_SCANS = 60
"""Of one parcel: what a carrier says beyond that changes nothing any more."""


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Amounts are minor units of *currency*. Raises ValueError for a ladder that does not climb, hours below one."""

    timezone: str = "Asia/Shanghai"
    first_scan_hours: int = 24
    second_scan_hours: int | None = 24
    silence_hours: int | None = 48
    """None where carriers, or a history, do not say that much: then nothing more is waited for."""
    remote_hours: int = 72
    farthest_hours: int = 120
    remote: tuple[str, ...] = ("新疆", "青海", "内蒙古", "宁夏", "甘肃")
    farthest: tuple[str, ...] = ("西藏",)
    scan_grace_hours: int = 2
    currency: str = "CNY"
    ladder: Ladder = _LADDER
    remedy: Remedy = "coupon"
    excused_by: tuple[str, ...] = ("force_majeure", "risk_hold", "buyer_fault")

    def __post_init__(self) -> None:
        exponent(self.currency)
        zone(self.timezone)
        require_ladder(self.ladder)
        hours = (self.first_scan_hours, self.second_scan_hours, self.silence_hours, self.remote_hours)
        if min(1 if given is None else given for given in hours) < 1:
            raise ValueError("hours are counted from one")


class LineFact(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    shop: str
    arrived: Scans = ()


class ParcelFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number, when the shop gave it, for which lines (none: all), and each moment its carrier told of."""

    number: str
    registered_at: datetime | None = None
    lines: tuple[str, ...] = ()
    scans: Scans = ()


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    start_at: datetime
    due_at: datetime
    settle_at: datetime
    timezone: str
    currency: str
    lines: tuple[LineFact, ...]
    region: str = ""
    paid: Money | None = None
    parcels: tuple[ParcelFact, ...] = ()
    cancelled: Cancelled | None = None
    excused: tuple[Excused, ...] = ()


def scope(terms: Terms) -> Scope:
    return "order"


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    start = order.paid_at or order.bought_at
    lines = [line for line in order.lines if line.special != "virtual"]
    if start is None or not lines:
        return []
    paid = [line.paid for line in order.lines if line.paid is not None]
    facts = Facts(
        start_at=start,
        due_at=NEVER,
        settle_at=NEVER,
        timezone=terms.timezone,
        currency=order.currency,
        lines=tuple(LineFact(line.id, line.shop) for line in lines),
        region=order.region,
        paid=total(paid, order.currency) if len(paid) == len(order.lines) else order.goods,
    )
    return [("", facts)]


def under(terms: Terms, facts: Facts) -> Facts:
    return _timed(terms, replace(facts, timezone=terms.timezone))


def due(terms: Terms, facts: Facts) -> Due:
    return Due(facts.due_at, facts.settle_at)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    match news:
        case Registered():
            facts = _about(facts, news.parcel, registered_at=news.at, lines=news.lines)
        case Withdrawn():
            facts = _without(terms, facts, news)
        case Tracked():
            at = news.at if news.at >= facts.start_at else news.received_at
            facts = _about(facts, news.parcel, scan=Scan(at, news.received_at))
        case Delivered():  # by a hub, too: what it signed for was sent
            scan = scan_of(news, facts.start_at)
            lines = [
                replace(line, arrived=add(line.arrived, scan)) if concerns(news, line.id, line.shop) else line
                for line in facts.lines
            ]
            facts = replace(facts, lines=tuple(lines))
        case Dropped():
            facts = drop(facts, news)
        case Cancelled():
            facts = replace(facts, cancelled=earlier(facts.cancelled, news))
        case Excused():
            facts = replace(
                facts, excused=tuple(sorted({*facts.excused, news}, key=lambda e: (e.at, e.cause)))
            )
        case _:
            return facts
    return _timed(terms, facts)


def _about(
    facts: Facts,
    number: str,
    *,
    registered_at: datetime | None = None,
    lines: tuple[str, ...] = (),
    scan: Scan | None = None,
) -> Facts:
    """The facts with something about one parcel. Of two registrations the first counts."""
    parcel = next((p for p in facts.parcels if p.number == number), ParcelFact(number))
    if registered_at is not None:
        known = (parcel.registered_at or NEVER, parcel.lines)
        first = min(known, (registered_at, tuple(sorted(lines))))
        parcel = replace(parcel, registered_at=first[0], lines=first[1])
    if scan is not None:
        heard = {s.at: s.received_at for s in parcel.scans}
        heard[scan.at] = min(scan.received_at, heard.get(scan.at, NEVER))
        scans = [Scan(at, received_at) for at, received_at in sorted(heard.items())]
        parcel = replace(parcel, scans=tuple(scans[:_MOST_SCANS]))
    others = [p for p in facts.parcels if p.number != number]
    return replace(facts, parcels=tuple(sorted([*others, parcel], key=lambda p: p.number)))


def _without(terms: Terms, facts: Facts, news: Withdrawn) -> Facts:
    """The facts without a number that was taken back, unless it was certain before that it led nowhere."""
    parcel = next((p for p in facts.parcels if p.number == news.parcel), None)
    if parcel is None or parcel.scans:
        return facts
    waits = _waits(terms, facts, parcel)
    if waits is not None and waits.settle_at <= news.at:
        return facts
    return replace(facts, parcels=tuple(p for p in facts.parcels if p is not parcel))


class Waits(msgspec.Struct, frozen=True):
    """What a parcel waits for: *why* it counts as false if nothing dated by *due_at* is heard by *settle_at*."""

    due_at: datetime
    settle_at: datetime
    why: str
    shops: tuple[str, ...] = ()


def _waits(terms: Terms, facts: Facts, parcel: ParcelFact) -> Waits | None:
    """The first thing that did not come, or the next that has to; None if nothing is waited for (any more).

    Each word of the carrier counts for the step it serves only if it was heard before that step was settled: so what
    was certain once stays.
    """
    if parcel.registered_at is None:
        return None
    arrived_at = _heard_of_arrival(facts, parcel.lines)
    grace = timedelta(hours=terms.scan_grace_hours)
    since, last, told = parcel.registered_at, None, 0
    while True:
        hours, why = _next(terms, facts.region, told)
        if hours is None:
            return None
        due_at = since + timedelta(hours=hours)
        settle_at = due_at + grace
        if arrived_at is not None and arrived_at <= settle_at:
            return None
        came = [
            scan.at
            for scan in parcel.scans
            if (last is None or scan.at > last) and scan.at <= due_at and scan.received_at <= settle_at
        ]
        if not came:
            shops = [
                line.shop for line in facts.lines if line.shop and line.id in (parcel.lines or (line.id,))
            ]
            return Waits(due_at, settle_at, why, tuple(dict.fromkeys(shops)))
        told, last = told + len(came), max(came)
        since = max(since, last)


def _next(terms: Terms, region: str, told: int) -> tuple[int | None, str]:
    """How long the carrier may be silent after *told* words of it, and what silence then means."""
    if told == 0:
        return terms.first_scan_hours, "no_first_scan"
    if told == 1:
        return terms.second_scan_hours, "no_second_scan"
    if terms.silence_hours is None:
        return None, ""
    if any(region.startswith(name) for name in terms.farthest):
        return terms.farthest_hours, "silent"
    remote = any(region.startswith(name) for name in terms.remote)
    return (terms.remote_hours if remote else terms.silence_hours), "silent"


def _heard_of_arrival(facts: Facts, lines: tuple[str, ...]) -> datetime | None:
    """When we knew that these lines (none: all) had arrived."""
    heard: list[datetime] = []
    for line in facts.lines:
        if lines and line.id not in lines:
            continue
        if not line.arrived:
            return None
        heard.append(min([scan.received_at for scan in line.arrived]))
    return max(heard, default=None)


def _timed(terms: Terms, facts: Facts) -> Facts:
    """The facts with what falls due next."""
    waits = [w for parcel in facts.parcels if (w := _waits(terms, facts, parcel)) is not None]
    first = min(waits, key=lambda w: (w.settle_at, w.due_at), default=None)
    if first is None:
        return replace(facts, due_at=NEVER, settle_at=NEVER)
    return replace(facts, due_at=first.due_at, settle_at=first.settle_at)


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    """Whatever became certain first decides, and stays: so a later *now* never changes a verdict."""
    false_at, why, fault = _false(terms, facts)
    kept_at = _heard_of_arrival(facts, ())
    ends = [(excuse.at, excuse.cause) for excuse in facts.excused if excuse.cause in terms.excused_by]
    if facts.cancelled is not None:
        ends.append((facts.cancelled.at or EVER, "cancelled"))
    ended_at, reason = min(ends, default=(NEVER, ""))
    if reason and ended_at <= now and ended_at < false_at and (kept_at is None or ended_at < kept_at):
        return Verdict("void", reason, decided_at=ended_at if ended_at > EVER else None)
    if kept_at is not None and kept_at <= now and kept_at <= false_at:
        return Verdict("kept", "delivered", decided_at=kept_at)
    if now < false_at:
        return Verdict("waiting", "running" if facts.due_at >= now else "in_grace")
    owed = _owed(terms, facts)
    return Verdict("broken", why, fault, owed, terms.remedy if owed is None or owed.minor else "", false_at)


def _false(terms: Terms, facts: Facts) -> tuple[datetime, str, tuple[str, ...]]:
    """When it is certain that the shipment was false if nothing more is heard, why, and who answers."""
    shops = tuple(dict.fromkeys(line.shop for line in facts.lines if line.shop))
    waiting = [waits for parcel in facts.parcels if (waits := _waits(terms, facts, parcel)) is not None]
    ways = [(waits.settle_at, waits.why, waits.shops) for waits in waiting]
    return min(ways, default=(NEVER, "", shops))


def _owed(terms: Terms, facts: Facts) -> Money | None:
    if facts.paid is None or facts.paid.currency != terms.currency:
        return None
    return Money(owed_for(terms.ladder, facts.paid.minor), terms.currency)


def _because(facts: Facts, verdict: Verdict) -> Text:
    """Half a sentence; English goes after "because"."""
    by = weekday_time(facts.due_at, facts.timezone)
    if verdict.reason == "no_first_scan":
        return Text(
            zh=f"填了单号，快递{by.zh}前却没有揽收",
            en=f"the number was given, yet no carrier had it by {by.en}",
        )
    return Text(zh=f"包裹到{by.zh}一直没有动静", en=f"the parcel did not move until {by.en}")


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    match verdict.outcome:
        case "void":
            return void(verdict.reason)
        case "kept":
            return Text(zh="包裹真的寄出了", en="It was really sent")
        case "waiting" if facts.due_at < NEVER:
            by = weekday_time(facts.due_at, facts.timezone)
            return Text(
                zh=f"已填单号，{by.zh}前要有快递记录，否则自动赔券",
                en=f"A number was given: the carrier has to confirm it by {by.en}, or a coupon comes to you",
            )
        case "waiting":
            return Text(
                zh="填了单号就要真的寄出，虚假发货自动赔券",
                en="A number given is a parcel sent: if it is not, a coupon comes to you by itself",
            )
    return compensated(verdict.owed, verdict.remedy, _because(facts, verdict))


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    match verdict.outcome:
        case "void":
            return VOID_FOR_SHOP
        case "kept":
            return Text(zh="真实发货", en="Really sent")
        case "waiting" if facts.due_at < NEVER:
            by = weekday_time(facts.due_at, facts.timezone)
            return Text(zh=f"{by.zh}前要有新的快递记录", en=f"The carrier's next scan is due by {by.en}")
        case "waiting":
            return Text(
                zh="填单号后24小时内要有揽收", en="A carrier has to scan it soon after its number is given"
            )
    return charged(verdict.owed, _because(facts, verdict))
