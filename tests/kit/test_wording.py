"""Moments and sums in the reader's words."""

from __future__ import annotations

from datetime import UTC, datetime

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.kit.wording import date, date_time, sum_of, weekday_time

AT = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)


def test_a_moment_is_said_on_the_readers_clock() -> None:
    assert weekday_time(AT, "Asia/Shanghai") == Text(zh="周二14:00", en="Tuesday 14:00")
    assert date_time(AT, "Asia/Shanghai") == Text(zh="3月3日周二14:00", en="Tuesday 3 March, 14:00")
    assert date(AT, "America/Sao_Paulo") == Text(zh="3月3日周二", en="Tuesday 3 March")


def test_sums_are_said_as_people_say_them() -> None:
    assert sum_of(Money(300, "CNY")) == Text(zh="3元", en="¥3")
    assert sum_of(Money(1230, "CNY")) == Text(zh="12.30元", en="¥12.30")
    assert sum_of(Money(505406, "BRL")) == Text(zh="R$5,054.06", en="R$5,054.06")
