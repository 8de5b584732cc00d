"""Late delivery gives the freight back. The rule this file keeps, in words:

1. An order (or each line, or the whole checkout: a term) with a promised arrival is delivered by that moment, or by the
   end of that calendar day where the buyer is (a term). Without a promised arrival nothing is promised.
2. A delivery dated in time may be heard of up to 2 hours later (*scan grace*). Then a broken promise gives back the
   freight, all of it or a share, as far as it has not gone back for another reason. Freight that was free gives nothing
   back, the promise is broken all the same.
3. The shops that handed over after their ship-by limit answer for it, or had not handed over when it was settled
   though their limit had passed; if there are none, the carrier answers.
4. It does not apply (void) to what was cancelled or unavailable before, to force majeure, or through the buyer's fault.
5. While the buyer has a parcel called back its time stands still; what came back owes no arrival.

`never_arrived` becomes `late` in facts that know of a later delivery; what is owed and by whom is the same to the cent.
Source: the dispute rules that two independent teams applied to a Brazilian marketplace's orders: late gives all freight
back, at fault are the sellers past their limit, or logistics if none is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from msgspec.structs import replace

from sanhao.kit.deadline import Deadline, end_of_day, require_span, zone
from sanhao.kit.money import Money, total
from sanhao.kit.text import Text
from sanhao.kit.wording import date, date_time
from sanhao.service.promises import calls as of_calls
from sanhao.service.promises.core import (
    CARRIER,
    CalledBack,
    Cancelled,
    Collected,
    Delivered,
    Dropped,
    Due,
    Excused,
    FreightBack,
    Line,
    PaidOrder,
    PromiseNews,
    Remedy,
    Scope,
    Verdict,
)
from sanhao.service.promises.dropping import drop
from sanhao.service.promises.phrases import VOID_FOR_SHOP, charged, compensated, void
from sanhao.service.promises.scans import Scans, add, concerns, earlier, heard_by, heard_in_time, scan_of

name = "late_delivery"
title = Text(zh="晚到退运费", en="Late delivery gives the freight back")

_EVER = datetime.min.replace(tzinfo=UTC)


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Raises ValueError for an unknown timezone, hours out of reach or a share outside 0 to 100."""

    per: Scope = "order"
    by: Literal["moment", "day"] = "moment"
    timezone: str = "Asia/Shanghai"
    scan_grace_hours: int = 2
    freight_percent: int = 100
    remedy: Remedy = "refund"
    hand_over: Deadline | None = None
    """The ship-by limit of shops for which the order states none; without it they are not at fault."""
    excused_by: tuple[str, ...] = ("force_majeure", "buyer_fault")

    def __post_init__(self) -> None:
        zone(self.timezone)
        require_span(self.scan_grace_hours)
        if not 0 <= self.freight_percent <= 100:
            raise ValueError("a share of the freight is 0 to 100 per cent")


class LineFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line: when its shop had to hand it over by what the order states, and what the carriers said."""

    id: str
    shop: str
    ship_by: datetime | None = None
    handed: Scans = ()
    arrived: Scans = ()


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    promised_at: datetime
    due_at: datetime
    settle_at: datetime
    timezone: str
    lines: tuple[LineFact, ...]
    start_at: datetime | None = None
    paid_at: datetime | None = None
    ship_hours: int | None = None
    hand_over_by: datetime | None = None
    freight: Money | None = None
    cancelled: Cancelled | None = None
    excused: tuple[Excused, ...] = ()
    calls: of_calls.Calls = ()
    plain_due_at: datetime | None = None
    """When it was due before anything was called back."""
    freight_back: Money | None = None


def scope(terms: Terms) -> Scope:
    return terms.per


def promise(terms: Terms, order: PaidOrder) -> list[tuple[str, Facts]]:
    if terms.per != "line":
        stated = [line.promised_at for line in order.lines if line.promised_at is not None]
        promised_at = order.promised_at or max(stated, default=None)
        lines = order.lines or (Line("", ""),)
        return [] if promised_at is None else [("", _facts(terms, order, lines, promised_at))]
    return [
        (line.id, _facts(terms, order, (line,), line.promised_at or order.promised_at))
        for line in order.lines
        if (line.promised_at or order.promised_at) is not None
    ]


def _facts(terms: Terms, order: PaidOrder, lines: tuple[Line, ...], promised_at: datetime | None) -> Facts:
    assert promised_at is not None
    moments = [at for at in (order.bought_at, order.paid_at) if at is not None]
    facts = Facts(
        promised_at=promised_at,
        due_at=promised_at,
        settle_at=promised_at,
        timezone=terms.timezone,
        lines=tuple(LineFact(line.id, line.shop, order.ship_by.get(line.shop)) for line in lines),
        start_at=min(moments, default=None),
        paid_at=order.paid_at or order.bought_at,
        ship_hours=order.ship_hours,
        freight=_freight(order, lines),
    )
    return under(terms, facts)


def _freight(order: PaidOrder, lines: tuple[Line, ...]) -> Money | None:
    """What was paid to bring these lines. None where it cannot be read."""
    whole = len(lines) >= len(order.lines)
    if whole and order.freight is not None:
        return order.freight
    known = [line.freight for line in lines if line.freight is not None]
    return total(known, order.currency) if known and len(known) == len(lines) else None


def under(terms: Terms, facts: Facts) -> Facts:
    """The same facts, had *terms* been frozen on the order. Whether it is per line or order stays as promised."""
    due_at = facts.promised_at
    if terms.by == "day":
        due_at = end_of_day(due_at.astimezone(zone(terms.timezone)).date(), terms.timezone)
    hand_over_by = None
    if terms.hand_over is not None and facts.paid_at is not None:
        hand_over_by = terms.hand_over.resolve(facts.paid_at)
        if facts.ship_hours is not None:
            hand_over_by = min(hand_over_by, facts.paid_at + timedelta(hours=facts.ship_hours))
    plain_due_at = due_at if facts.calls else None
    due_at += _pause(facts, due_at)
    return replace(
        facts,
        plain_due_at=plain_due_at,
        due_at=due_at,
        settle_at=due_at + timedelta(hours=terms.scan_grace_hours),
        timezone=terms.timezone,
        hand_over_by=hand_over_by,
    )


def _pause(facts: Facts, due_at: datetime) -> timedelta:
    """By how long the last of what is still to come is put off."""
    if not facts.calls:
        return timedelta(0)
    return max(of_calls.pause(facts.calls, line.id, due_at) for line in _awaited(facts) or facts.lines)


def _awaited(facts: Facts) -> tuple[LineFact, ...]:
    """The lines that are still to arrive, or have: not those that turned round on their way."""
    if not facts.calls:
        return facts.lines
    back = {line.id: of_calls.came_back(facts.calls, line.id) for line in facts.lines}
    return tuple(line for line in facts.lines if (at := back[line.id]) is None or heard_by(line.arrived, at))


def _limit(facts: Facts, line: LineFact) -> datetime:
    """When this line is due: a parcel that was called back keeps no other one waiting."""
    if (plain := facts.plain_due_at) is None:
        return facts.due_at
    return plain + of_calls.pause(facts.calls, line.id, plain)


def due(terms: Terms, facts: Facts) -> Due:
    return Due(facts.due_at, facts.settle_at)


def hear(terms: Terms, facts: Facts, news: PromiseNews) -> Facts:
    match news:
        case Delivered(hub=True):
            return facts
        case Collected() | Delivered():
            scan = scan_of(news, facts.start_at or _EVER)
            field = "handed" if isinstance(news, Collected) else "arrived"
            lines = [
                replace(line, **{field: add(getattr(line, field), scan)})
                if concerns(news, line.id, line.shop)
                else line
                for line in facts.lines
            ]
            return replace(facts, lines=tuple(lines))
        case Dropped() if news.at < facts.due_at:
            return drop(facts, news)
        case Cancelled():
            return replace(facts, cancelled=earlier(facts.cancelled, news))
        case FreightBack():
            return replace(facts, freight_back=news.amount)
        case CalledBack():
            return under(terms, replace(facts, calls=of_calls.add(facts.calls, news)))
        case Excused():
            return replace(
                facts, excused=tuple(sorted({*facts.excused, news}, key=lambda e: (e.at, e.cause)))
            )
    return facts  # what shop and buyer agree on about shipping does not move the promised arrival


_RUNNING = Verdict("waiting", "running")
_IN_GRACE = Verdict("waiting", "in_grace")


def judge(terms: Terms, facts: Facts, now: datetime) -> Verdict:
    """Whatever became certain first decides, and stays: so a later *now* never changes outcome, fault or sum."""
    kept_at = _kept_at(facts)
    if facts.cancelled is not None or facts.excused or facts.calls:
        ended_at, reason, decided_at = _called_off(terms, facts)
        if reason and ended_at <= now and (kept_at is None or ended_at < kept_at):
            return Verdict("void", reason, decided_at=decided_at)
    if kept_at is not None and kept_at <= now:
        return Verdict("kept", "delivered_in_time", decided_at=kept_at)
    if now < facts.settle_at:
        return _RUNNING if now <= facts.due_at else _IN_GRACE
    owed = facts.freight
    if owed is not None and terms.freight_percent != 100:
        owed = owed.share(terms.freight_percent, 100)
    if owed is not None and facts.freight is not None and facts.freight_back is not None:
        owed = min(owed, facts.freight - facts.freight_back)
    remedy = terms.remedy if owed is None or owed.minor else ""
    return Verdict("broken", _reason(facts, now), _fault(facts), owed, remedy, facts.settle_at)


def _kept_at(facts: Facts) -> datetime | None:
    """When we knew that every line had been delivered in time. None if one was not."""
    kept_at: datetime | None = None
    for line in _awaited(facts):
        if not line.arrived:
            return None
        heard = heard_in_time(line.arrived, _limit(facts, line), facts.settle_at)
        if heard is None:
            return None
        if kept_at is None or heard > kept_at:
            kept_at = heard
    return kept_at


def _called_off(terms: Terms, facts: Facts) -> tuple[datetime, str, datetime | None]:
    """From when, why, and since when certainly, the promise no longer applies; an empty reason if it still does."""
    ends: list[tuple[datetime, str, datetime | None]] = []
    cancelled = facts.cancelled
    if cancelled is not None and cancelled.at is None:
        ends.append((_EVER, "cancelled", None))
    elif cancelled is not None and cancelled.at is not None:
        before = cancelled.at < facts.settle_at
        if before and not all(heard_by(line.arrived, cancelled.at) for line in facts.lines):
            ends.append((cancelled.at, "cancelled", cancelled.at))
    if not _awaited(facts):
        back = [at for line in facts.lines if (at := of_calls.came_back(facts.calls, line.id))]
        ends.append((max(back), "called_back", max(back)))
    for excuse in facts.excused:
        if excuse.at <= facts.settle_at and excuse.cause in terms.excused_by:
            ends.append((excuse.at, excuse.cause, excuse.at))
    return min(ends, default=(_EVER, "", None))


def _reason(facts: Facts, now: datetime) -> str:
    for line in _awaited(facts):
        if not heard_by(line.arrived, now):
            return "never_arrived"
    return "late"


def _fault(facts: Facts) -> tuple[str, ...]:
    """Who answers, by what was known when the promise was settled: the late shops, else the carrier."""
    shops: dict[str, None] = {}
    settle_at = facts.settle_at
    for line in _awaited(facts):
        limit = line.ship_by or facts.hand_over_by
        if (
            limit is None
            or not line.shop
            or heard_in_time(line.arrived, _limit(facts, line), settle_at) is not None
        ):
            continue
        if heard_in_time(line.handed, limit, settle_at) is not None:
            continue
        not_yet = limit < settle_at and not heard_by(line.arrived, settle_at)
        if heard_by(line.handed, settle_at) or not_yet:
            shops[line.shop] = None
    return tuple(shops) or (CARRIER,)


def _by(terms: Terms, facts: Facts) -> Text:
    return (date if terms.by == "day" else date_time)(facts.due_at, facts.timezone)


def _because(terms: Terms, facts: Facts, reason: str) -> Text:
    by = _by(terms, facts)
    if reason == "late":
        return Text(zh=f"包裹晚于{by.zh}才送到", en=f"the parcel arrived after {by.en}")
    return Text(zh=f"包裹到{by.zh}还没有送到", en=f"the parcel had not arrived by {by.en}")


_FREIGHT = Text(zh="运费", en="freight of ")


def say(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    by = _by(terms, facts)
    match verdict.outcome:
        case "void":
            return void(verdict.reason)
        case "kept":
            return Text(zh=f"包裹赶在{by.zh}前送到了", en=f"Your parcel arrived in time, by {by.en}")
        case "waiting" if verdict.reason == "in_grace":
            until = date_time(facts.settle_at, facts.timezone)
            return Text(
                zh=f"时间到了，正在等最后的签收记录，{until.zh}见分晓",
                en=f"Time is up. The carrier's last scans may still come in until {until.en}",
            )
        case "waiting":
            return Text(
                zh=f"{by.zh}前送到，晚了自动退运费",
                en=f"With you by {by.en}, or the freight comes back to you by itself",
            )
    return compensated(verdict.owed, verdict.remedy, _because(terms, facts, verdict.reason), _FREIGHT)


def say_to_shop(terms: Terms, facts: Facts, verdict: Verdict) -> Text:
    """For the shop: the sum, the reason. How to appeal is added by the face."""
    by = _by(terms, facts)
    match verdict.outcome:
        case "void":
            return VOID_FOR_SHOP
        case "kept":
            return Text(zh=f"赶在{by.zh}前送到，准时", en=f"Delivered in time, by {by.en}")
        case "waiting":
            return Text(zh=f"{by.zh}前要送到", en=f"To be delivered by {by.en}")
    why = _because(terms, facts, verdict.reason)
    if verdict.fault == (CARRIER,):
        return Text(
            zh=f"没有扣款，由快递承担：{why.zh}",
            en=f"Nothing was charged; the carrier answers, because {why.en}",
        )
    return charged(verdict.owed, Text(zh=f"交快递超时，{why.zh}", en=f"it was handed over late and {why.en}"))
