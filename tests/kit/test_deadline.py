"""Deadlines: known days of real calendars, clock changes, and what must hold for all of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit import calendars
from sanhao.kit.deadline import Deadline, end_of_day, start_of_day

SHANGHAI, NEW_YORK, SAO_PAULO = "Asia/Shanghai", "America/New_York", "America/Sao_Paulo"


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def end(day: str, zone: str = SHANGHAI) -> datetime:
    return local(f"{day} 23:59:59.999999", zone)


def working(amount: int, cut_off: int | None = None, calendar: str = "CN", zone: str = SHANGHAI) -> Deadline:
    return Deadline(amount, "working_days", calendar, zone, cut_off)


@pytest.mark.parametrize(
    ("start", "deadline", "expected"),
    [
        # Spring Festival 2026: off from 15 to 23 February, Saturdays 14 and 28 are worked
        ("2026-02-13 10:00", working(1), end("2026-02-14")),
        ("2026-02-13 10:00", working(2), end("2026-02-24")),
        ("2026-02-14 10:00", working(1), end("2026-02-24")),
        ("2026-02-27 10:00", working(1), end("2026-02-28")),
        ("2026-02-20 10:00", working(0), end("2026-02-24")),
        ("2026-02-13 10:00", Deadline(48), local("2026-02-15 10:00", SHANGHAI)),
        # National Day 2026: off from 1 to 7 October; Sunday 20 September and Saturday 10 October are worked
        ("2026-09-30 10:00", working(1), end("2026-10-08")),
        ("2026-10-09 10:00", working(1), end("2026-10-10")),
        ("2026-09-19 10:00", working(0), end("2026-09-20")),
        # an ordinary weekend: a Saturday counts as the next Monday
        ("2026-03-07 10:00", working(0), end("2026-03-09")),
        ("2026-03-07 10:00", working(1), end("2026-03-10")),
        # cut-off at 14: the minute before and the minute itself
        ("2026-03-05 13:59", working(0, 14), end("2026-03-05")),
        ("2026-03-05 14:00", working(0, 14), end("2026-03-06")),
        ("2026-03-06 14:00", working(0, 14), end("2026-03-09")),
        ("2026-03-06 14:00", Deadline(2, "calendar_days", cut_off=14), end("2026-03-09")),
        ("2026-03-06 13:59", Deadline(24, cut_off=14), local("2026-03-07 13:59", SHANGHAI)),
        ("2026-03-06 14:01", Deadline(24, cut_off=14), local("2026-03-08 00:00", SHANGHAI)),
        ("2026-03-06 23:59", Deadline(7, "calendar_days"), end("2026-03-13")),
    ],
)
def test_known_days_in_china(start: str, deadline: Deadline, expected: datetime) -> None:
    assert deadline.resolve(local(start, SHANGHAI)) == expected


@pytest.mark.parametrize(
    ("zone", "start", "deadline", "expected"),
    [
        # New York springs forward on 8 March 2026 and falls back on 1 November
        (NEW_YORK, "2026-03-07 12:00", Deadline(48, timezone=NEW_YORK), "2026-03-09T17:00:00Z"),
        (NEW_YORK, "2026-03-07 20:00", Deadline(1, "calendar_days", timezone=NEW_YORK), "2026-03-09T03:59:59.999999Z"),
        (NEW_YORK, "2026-10-31 20:00", Deadline(1, "calendar_days", timezone=NEW_YORK), "2026-11-02T04:59:59.999999Z"),
        (NEW_YORK, "2026-07-02 20:00", working(1, None, "US", NEW_YORK), "2026-07-07T03:59:59.999999Z"),
        # São Paulo's clock jumped over the midnight of 4 November 2018 and repeated 23:00 on 17 February
        (SAO_PAULO, "2018-11-03 12:00", Deadline(0, "calendar_days", timezone=SAO_PAULO), "2018-11-04T02:59:59.999999Z"),
        (SAO_PAULO, "2018-11-03 12:00", Deadline(1, "calendar_days", timezone=SAO_PAULO), "2018-11-05T01:59:59.999999Z"),
        (SAO_PAULO, "2018-02-17 12:00", Deadline(0, "calendar_days", timezone=SAO_PAULO), "2018-02-18T02:59:59.999999Z"),
        (SAO_PAULO, "2017-11-17 12:00", working(1, None, "BR", SAO_PAULO), "2017-11-21T01:59:59.999999Z"),
    ],
)  # fmt: skip
def test_days_end_with_the_local_day_also_when_the_clock_changes(
    zone: str, start: str, deadline: Deadline, expected: str
) -> None:
    assert deadline.resolve(local(start, zone)) == datetime.fromisoformat(expected)


def test_a_year_nobody_has_published_is_answered_and_marked_provisional() -> None:
    last = calendars._CN_LAST
    assert calendars.answer(date(last, 3, 4), "CN").provisional is False
    new_year = calendars.answer(date(last + 1, 1, 1), "CN")
    assert new_year == (False, True)
    assert working(1).resolution(local(f"{last}-12-31 10:00", SHANGHAI)).provisional is True
    assert working(1).resolution(local("2026-03-02 10:00", SHANGHAI)).provisional is False
    assert Deadline(48).resolution(local(f"{last + 3}-12-31 10:00", SHANGHAI)).provisional is False


def test_weekends_and_subdivisions_are_those_of_the_country() -> None:
    assert calendars.is_working_day(date(2026, 3, 6), "SA") is False, "a Friday in Riyadh"
    assert calendars.is_working_day(date(2026, 3, 8), "SA") is True
    assert calendars.is_working_day(date(2018, 7, 9), "BR-SP") is False
    assert calendars.is_working_day(date(2018, 7, 9), "BR") is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": -1},
        {"amount": 1, "timezone": "Mars/Olympus"},
        {"amount": 1, "timezone": "../etc/passwd"},
        {"amount": 1, "unit": "working_days", "calendar": "ZZ"},
        {"amount": 1, "unit": "working_days", "calendar": "US-ZZ"},
        {"amount": 1, "cut_off": 24},
    ],
)
def test_a_deadline_that_makes_no_sense_is_refused_when_it_is_made_and_when_it_is_read(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match=r"deadline|timezone|calendar|cut-off"):
        Deadline(**wrong)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Deadline)


def test_an_unaware_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Deadline(1).resolve(datetime(2026, 3, 2))  # noqa: DTZ001


starts = st.integers(0, 13 * 365 * 24 * 60).map(
    lambda m: datetime(2016, 1, 1, tzinfo=UTC) + timedelta(minutes=m)
)
deadlines = st.builds(
    Deadline,
    st.integers(0, 15),
    st.sampled_from(["hours", "calendar_days", "working_days"]),
    st.sampled_from(["CN", "US", "BR", "SA"]),
    st.sampled_from([SHANGHAI, NEW_YORK, SAO_PAULO, "UTC", "Pacific/Apia"]),
    st.none() | st.integers(0, 23),
)


@given(deadlines, starts, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_a_later_start_never_ends_earlier(deadline: Deadline, start: datetime, later: timedelta) -> None:
    assert start <= deadline.resolve(start) <= deadline.resolve(start + later)


@given(deadlines)
def test_deadlines_survive_json(deadline: Deadline) -> None:
    assert msgspec.json.decode(msgspec.json.encode(deadline), type=Deadline) == deadline


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.sampled_from([NEW_YORK, SAO_PAULO, "America/Havana"]))
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    after = start_of_day(day + timedelta(days=1), zone)
    assert end_of_day(day, zone) + timedelta(microseconds=1) == after > start_of_day(day, zone)
