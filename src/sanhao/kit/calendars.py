"""Which days are working days, per country, with an honest answer for years nobody has published yet.

A calendar is named by its ISO 3166 country code, with a subdivision where holidays differ (``BR-SP``). China moves
working days to weekends by decree each November (调休): the table is `chinesecalendar`'s; everything else comes from
`holidays`. A year beyond the published table is answered from the public holidays alone and marked provisional.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import chinese_calendar
import holidays
from chinese_calendar.constants import holidays as _cn_published

_CN_FIRST, _CN_LAST = min(_cn_published).year, max(_cn_published).year


class Answer(NamedTuple):
    """*provisional*: the year's calendar is not published yet (or not known), the answer may still change."""

    working: bool
    provisional: bool


@lru_cache(maxsize=64)
def _country(calendar: str) -> holidays.HolidayBase:
    country, _, subdivision = calendar.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        raise ValueError(f"no holiday calendar is called {calendar!r}") from None


def require(calendar: str) -> None:
    """Raises ValueError for a calendar nobody keeps."""
    _country(calendar)


@lru_cache(maxsize=8192)
def answer(day: date, calendar: str) -> Answer:
    """Is *day* a working day in *calendar*? Raises ValueError for an unknown calendar."""
    if calendar == "CN" and _CN_FIRST <= day.year <= _CN_LAST:
        return Answer(bool(chinese_calendar.is_workday(day)), False)
    country = _country(calendar)
    known = calendar != "CN" and country.start_year <= day.year <= country.end_year
    return Answer(country.is_working_day(day), not known)


def is_working_day(day: date, calendar: str) -> bool:
    return answer(day, calendar).working
