from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.lab.histories.times import BadFormat, TimeReader, compile_format

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("pattern", "text", "moment"),
    [
        ("iso", "2026-03-02T10:00:00+08:00", datetime(2026, 3, 2, 2, tzinfo=UTC)),
        ("iso", "2026-03-02T10:00:00Z", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("iso", "2026-03-02 10:00", datetime(2026, 3, 2, 2, tzinfo=UTC)),
        ("iso", "2026-03-02", datetime(2026, 3, 1, 16, tzinfo=UTC)),
        ("iso", "20260302", datetime(2026, 3, 1, 16, tzinfo=UTC)),
        ("unix", "1772416800", datetime(2026, 3, 2, 2, tzinfo=UTC)),
        ("unix_ms", "1772416800500", datetime(2026, 3, 2, 2, 0, 0, 500_000, tzinfo=UTC)),
        ("%d-%b-%y", "2-Jun-06", datetime(2006, 6, 1, 16, tzinfo=UTC)),
        ("%d-%b-%y", "02-JUN-99", datetime(1999, 6, 1, 16, tzinfo=UTC)),
        ("%B %d, %Y", "June 2, 2006", datetime(2006, 6, 1, 16, tzinfo=UTC)),
        ("%m/%d/%Y %I:%M %p", "3/2/2026 12:05 am", datetime(2026, 3, 1, 16, 5, tzinfo=UTC)),
        ("%m/%d/%Y %I:%M %p", "3/2/2026 1:05 PM", datetime(2026, 3, 2, 5, 5, tzinfo=UTC)),
        (
            "%Y-%m-%d %H:%M:%S.%f",
            "2026-03-02 10:00:00.25",
            datetime(2026, 3, 2, 2, 0, 0, 250_000, tzinfo=UTC),
        ),
        ("%Y-%m-%d %H:%M:%S", "2026-3-2 9:00:00", datetime(2026, 3, 2, 1, tzinfo=UTC)),
        ("%d.%m.%Y %H:%M %z", "02.03.2026 10:00 -0230", datetime(2026, 3, 2, 12, 30, tzinfo=UTC)),
        ("%a, %d %b %Y", "Mon, 02 Mar 2026", datetime(2026, 3, 1, 16, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_by_its_format(pattern: str, text: str, moment: datetime) -> None:
    read = TimeReader([pattern], SHANGHAI)
    assert read(text) == read(text) == moment
    assert list(read.many([text])) == [moment]


@pytest.mark.parametrize(
    "text",
    ["soon", "2026-13-02", "2026-02-30", "", "0001-01-01", "9999-12-31 23:59:59", "1969-12-31", "2200-01-02", "2026-03-02 25:00",
     "１２", "inf", "nan", "1e400", "-1"],
)  # fmt: skip
def test_what_is_not_a_time_is_refused(text: str) -> None:
    for pattern in ("iso", "unix", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        read = TimeReader([pattern], SHANGHAI)
        with pytest.raises(ValueError):
            read(text)
        assert list(read.many([text])) == [None]


def test_the_first_format_that_reads_a_text_wins() -> None:
    assert TimeReader(["%d/%m/%Y", "%m/%d/%Y"], UTC)("03/04/2026") == datetime(2026, 4, 3, tzinfo=UTC)
    assert TimeReader(["%d/%m/%Y", "%m/%d/%Y"], UTC)("03/14/2026") == datetime(2026, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "pattern", ["", "%Y", "%H:%M", "%d-%b", "%Y-%m-%d %Q", "%Y-%m-%d %", "%Y-%Y-%m-%d", "%b %B %d %Y"]
)
def test_a_format_without_a_whole_date_is_refused(pattern: str) -> None:
    with pytest.raises(BadFormat):
        compile_format(pattern)


def test_a_midnight_that_a_clock_change_skipped_is_the_moment_of_the_change() -> None:
    read = TimeReader(["iso"], ZoneInfo("America/Sao_Paulo"))
    assert read("2017-10-15 00:00:00") == datetime(2017, 10, 15, 3, tzinfo=UTC)
    assert read("2017-10-15 01:00:00") == datetime(2017, 10, 15, 3, tzinfo=UTC)


FIRST, LAST = (datetime.fromisoformat(text) for text in ("1970-01-02", "2199-12-30"))


@given(st.datetimes(FIRST, LAST), st.sampled_from(["Asia/Shanghai", "America/Sao_Paulo", "UTC"]))
def test_reading_is_the_same_as_the_standard_library(wall: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    expected = wall.replace(tzinfo=zone).astimezone(UTC)
    for pattern in ("iso", "%Y-%m-%d %H:%M:%S.%f", "%d %b %Y %H:%M:%S %f"):
        text = str(wall) if pattern == "iso" else wall.strftime(pattern)
        assert TimeReader([pattern], zone)(text) == expected
        assert list(TimeReader([pattern], zone).many([text, text])) == [expected, expected]


def test_cells_that_are_times_already_are_taken_as_they_are() -> None:
    read = TimeReader(["iso"], SHANGHAI)
    aware = datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=2)))
    assert list(read.many([aware, date(2026, 3, 2), datetime(2026, 3, 2, 10)])) == [  # noqa: DTZ001
        datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 2, 2, tzinfo=UTC),
    ]  # fmt: skip
