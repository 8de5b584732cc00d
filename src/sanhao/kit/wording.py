"""How a sentence says a moment, a sum and a long number: on the reader's clock, in the reader's language, as short as it can be.

「周二14:00」 / "Tuesday 14:00" for what has just happened, 「3月3日周二14:00」 / "Tuesday 3 March, 14:00" for what lies
ahead, 「3元」 / "¥3" for money.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sanhao.kit.deadline import zone
from sanhao.kit.money import Money
from sanhao.kit.text import Text

_WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def weekday_time(at: datetime, timezone: str) -> Text:
    """「周二14:00」 / "Tuesday 14:00"."""
    return _weekday_time(at.replace(second=0, microsecond=0), timezone)


@lru_cache(maxsize=4096)
def _weekday_time(at: datetime, timezone: str) -> Text:
    local = at.astimezone(zone(timezone))
    day = local.weekday()
    return Text(zh=f"{_WEEKDAYS_ZH[day]}{local:%H:%M}", en=f"{_WEEKDAYS[day]} {local:%H:%M}")


def date_time(at: datetime, timezone: str) -> Text:
    """「3月3日周二14:00」 / "Tuesday 3 March, 14:00"."""
    local, day = at.astimezone(zone(timezone)), date(at, timezone)
    return Text(zh=f"{day.zh}{local:%H:%M}", en=f"{day.en}, {local:%H:%M}")


def date(at: datetime, timezone: str) -> Text:
    """「3月3日周二」 / "Tuesday 3 March"."""
    local = at.astimezone(zone(timezone))
    return Text(
        zh=f"{local.month}月{local.day}日{_WEEKDAYS_ZH[local.weekday()]}",
        en=f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}",
    )


def fours(number: str) -> str:
    """A long number as people read it aloud, ``2611 2342 7152 1899``; anything else as it is."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4)) if number.isdigit() else number


def sum_of(money: Money) -> Text:
    """「3元」 / "¥3"; other currencies keep their sign in both languages."""
    said = money.format()
    return Text(zh=said.replace("¥", "") + "元" if money.currency == "CNY" else said, en=said)
