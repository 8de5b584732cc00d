"""Service hours: when a shop is there to answer, and how much of such time lies between two moments. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import msgspec

from sanhao.kit import calendars
from sanhao.kit.deadline import zone
from sanhao.kit.refusals import Invalid

DAY_MINUTES = 1_440
_HORIZON_DAYS = 400


class Opening(NamedTuple):
    """Minutes of the local day, [opens, closes)."""

    opens: int
    closes: int


class Hours(msgspec.Struct, frozen=True):
    """A week from Monday, None for a day off. With a *calendar* public holidays are off, and a weekend day that a
    decree made a working day (调休) is worked like Monday. *closed* are further days off."""

    week: tuple[Opening | None, ...]
    timezone: str
    calendar: str = ""
    closed: tuple[date, ...] = ()

    def on(self, day: date) -> Opening | None:
        """When it is open on the local *day*."""
        if day in self.closed:
            return None
        usual = self.week[day.weekday()]
        if not self.calendar:
            return usual
        working = calendars.is_working_day(day, self.calendar)
        if day.weekday() < 5:
            return usual if working else None
        return usual or (self.week[0] if working else None)


def checked(hours: Hours) -> Hours:
    """*hours* themselves. Raises Invalid ``hours.empty``, ``hours.order``."""
    if len(hours.week) != 7 or not any(hours.week):
        raise Invalid(
            "hours.empty", zh="一周里至少有一天在线。", en="Be there on at least one day of the week."
        )
    if any(day is not None and not 0 <= day.opens < day.closes <= DAY_MINUTES for day in hours.week):
        raise Invalid("hours.order", zh="开始要早于结束。", en="A day opens before it closes.")
    if len(hours.closed) > 60:
        raise Invalid("hours.closed", zh="最多写60个休息日。", en="At most 60 days off, please.")
    zone(hours.timezone)
    return hours


def _open_times(hours: Hours, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When it is open from *start* on, day by day."""
    clock = zone(hours.timezone)
    first = start.astimezone(clock).date()
    for number in range(_HORIZON_DAYS):
        day = first + timedelta(days=number)
        if opening := hours.on(day):
            begin, end = (_moment(day, minute, hours.timezone) for minute in opening)
            if end > start:
                yield max(begin, start), end


def _moment(day: date, minute: int, timezone: str) -> datetime:
    at = datetime.combine(
        day + timedelta(days=minute // DAY_MINUTES), time(minute % DAY_MINUTES // 60, minute % 60)
    )
    return at.replace(tzinfo=zone(timezone)).astimezone(UTC)


def due(hours: Hours, start: datetime, minutes: int) -> datetime:
    """When *minutes* of service time have passed since *start*; a shop that is never there is due after 400 days."""
    left = timedelta(minutes=minutes)
    for begin, end in _open_times(hours, start):
        if left <= end - begin:
            return begin + left
        left -= end - begin
    return start + timedelta(days=_HORIZON_DAYS)


def spent(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much service time lies between two moments."""
    total = timedelta(0)
    for begin, until in _open_times(hours, start):
        if begin >= end:
            break
        total += min(until, end) - begin
    return total
