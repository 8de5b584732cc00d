"""Money and moments as people read them, in both languages, in the site's time zone. The clock is never read here."""

from __future__ import annotations

import datetime as dt
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from babel.dates import format_date, format_datetime, format_timedelta
from django.utils.translation import gettext as _

from sanhao.kit.money import Money, exponent
from sanhao.kit.text import Lang

_LOCALES: dict[Lang, str] = {"zh": "zh_Hans_CN", "en": "en_GB"}


def lang_of(language: str | None) -> Lang:
    """``zh`` for any Chinese, else ``en``."""
    return "zh" if (language or "en").startswith("zh") else "en"


def absolute(moment: datetime, now: datetime, lang: Lang, zone: tzinfo) -> str:
    """``today 14:00``, ``Wed 14:00`` within six days, ``4 Mar, 14:00`` within the year, else with the year. A day is
    never torn from its month."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    clock = f"{local:%H:%M}"
    if days in (-1, 0, 1):
        word = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}[days]
        return f"{word}{'' if lang == 'zh' else ' '}{clock}"
    if 1 < days < 7:
        pattern = "EEE HH:mm"
    elif local.year == today.year:
        pattern = "M月d日 HH:mm" if lang == "zh" else "d\u00a0MMM, HH:mm"
    else:
        pattern = "y年M月d日 HH:mm" if lang == "zh" else "d\u00a0MMM y, HH:mm"
    return format_datetime(local, pattern, tzinfo=zone, locale=_LOCALES[lang])


def day(date: dt.date, lang: Lang) -> str:
    """``Wed 25 Nov``, 「11月25日周三」."""
    return format_date(date, "M月d日EEE" if lang == "zh" else "EEE d\u00a0MMM", locale=_LOCALES[lang])


def month(date: dt.date, lang: Lang) -> str:
    """``November 2026``, 「2026年11月」."""
    return format_date(date, "y年M月" if lang == "zh" else "MMMM y", locale=_LOCALES[lang])


def relative(moment: datetime, now: datetime, lang: Lang) -> str:
    """``in 3 hours``, ``2 days ago``; within a minute ``now``."""
    delta = moment - now
    if abs(delta) < timedelta(minutes=1):
        return _("just now") if delta <= timedelta(0) else _("in a moment")
    size = abs(delta)
    unit: Literal["minute", "hour", "day"] = "day"
    if size < timedelta(hours=1):
        unit = "minute"
    elif size < timedelta(
        hours=72
    ):  # hours up to three days: nobody should read "in 1 day" and come too late
        unit = "hour"
    whole = timedelta(**{f"{unit}s": size // timedelta(**{f"{unit}s": 1})})
    signed = whole if delta > timedelta(0) else -whole
    return format_timedelta(
        signed, granularity=unit, threshold=1000, add_direction=True, locale=_LOCALES[lang]
    )


def price_parts(money: Money, lang: Lang) -> tuple[str, str, str]:
    """Symbol, whole part, and the rest (``.50`` or nothing), for a price with a large whole part."""
    text = money.format(lang)
    cut = next(i for i, char in enumerate(text) if char.isdigit())
    symbol, number = text[:cut], text[cut:]
    if exponent(money.currency) and "." in number:
        whole, _point, rest = number.partition(".")
        return symbol, whole, "." + rest
    return symbol, number, ""


def span(length: timedelta, lang: Lang) -> str:
    """How long something takes: 「12分钟」 / "12 min", 「2小时」 / "2 h"; at least a minute."""
    minutes = max(1, round(length.total_seconds() / 60))
    if minutes < 90:
        return f"{minutes}分钟" if lang == "zh" else f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours}小时" if lang == "zh" else f"{hours} h"
