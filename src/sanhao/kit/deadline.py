"""A deadline as people state it: "48 hours", "by the end of the third working day, paid after 14:00 counts tomorrow".

It is resolved once, when the clock starts, and stored as an absolute moment; nothing re-derives it on read.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sanhao.kit import calendars

Unit = Literal["hours", "calendar_days", "working_days"]

_DAY, _TICK = timedelta(days=1), timedelta(microseconds=1)
LONGEST_SPAN = 10_000


class Resolved(NamedTuple):
    """*provisional*: a holiday calendar on the way is not published yet."""

    at: datetime
    provisional: bool


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The timezone called *name*. Raises ValueError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no timezone is called {name!r}") from None


def start_of_day(day: date, timezone: str) -> datetime:
    """The first moment of the local *day*, in UTC; also where the clock jumps over midnight."""
    return datetime.combine(day, time(0), zone(timezone)).astimezone(UTC)


def end_of_day(day: date, timezone: str) -> datetime:
    """The last moment (microsecond) of the local *day*, in UTC: people say 23:59, and midnight is already too late."""
    return start_of_day(day + _DAY, timezone) - _TICK


def require_span(*amounts: int | None) -> None:
    """Raises ValueError for a number of hours or days that lies behind us, or beyond what a calendar holds."""
    if not all(amount is None or 0 <= amount <= LONGEST_SPAN for amount in amounts):
        raise ValueError(f"a deadline lies ahead: hours and days are numbers from 0 to {LONGEST_SPAN:,}")


class Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """*amount* units from a start.

    ``hours`` are wall-clock hours: 48 hours are 48 hours, across holidays and clock changes.
    ``calendar_days`` end with the local day *amount* days after the local day of the start.
    ``working_days`` end with the *amount*-th working day after the start's; a start on a day off counts as made on the
    next working day.
    *cut_off* is a local hour: a start at or after it counts from the next (working) day.
    Raises ValueError for an amount out of reach (`require_span`), an hour outside the day, an unknown timezone or calendar.
    """

    amount: int
    unit: Unit = "hours"
    calendar: str = "CN"
    timezone: str = "Asia/Shanghai"
    cut_off: int | None = None

    def __post_init__(self) -> None:
        require_span(self.amount)
        if self.cut_off is not None and not 0 <= self.cut_off <= 23:
            raise ValueError("the cut-off is an hour from 0 to 23")
        zone(self.timezone)
        if self.unit == "working_days":
            calendars.require(self.calendar)

    def resolve(self, start: datetime) -> datetime:
        """The moment, in UTC, by which it must have happened. *start* is aware; ValueError otherwise."""
        return self.resolution(start).at

    def resolution(self, start: datetime) -> Resolved:
        """`resolve`, and whether a calendar on the way is still provisional."""
        if start.tzinfo is None:
            raise ValueError("a deadline needs an aware start")
        if self.unit == "hours" and self.cut_off is None:
            return Resolved(start.astimezone(UTC) + timedelta(hours=self.amount), False)
        local = start.astimezone(zone(self.timezone))
        after_cut_off = self.cut_off is not None and local.hour >= self.cut_off
        day = local.date() + _DAY if after_cut_off else local.date()
        if self.unit == "hours":
            begin = start_of_day(day, self.timezone) if after_cut_off else start.astimezone(UTC)
            return Resolved(begin + timedelta(hours=self.amount), False)
        if self.unit == "calendar_days":
            return Resolved(end_of_day(day + self.amount * _DAY, self.timezone), False)
        return self._working_days(day)

    def _working_days(self, day: date) -> Resolved:
        left, provisional = self.amount, False
        while True:
            working, unsure = calendars.answer(day, self.calendar)
            provisional |= unsure
            if working:
                if not left:
                    return Resolved(end_of_day(day, self.timezone), provisional)
                left -= 1
            day += _DAY
