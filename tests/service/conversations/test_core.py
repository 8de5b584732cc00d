"""The pure parts: service hours, whose turn it is, words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.refusals import Invalid
from sanhao.service.conversations.core import Talk, Terms, clock, owes, platform_hours, readers, shop_hours
from sanhao.service.conversations.hours import Hours, Opening, checked, due, spent
from sanhao.service.conversations.words import clean, filled, leads_away, unknown_holes

SHANGHAI = "Asia/Shanghai"
NINE_TO_SIX = Opening(540, 1080)
OFFICE = Hours((NINE_TO_SIX,) * 5 + (None, None), SHANGHAI, "CN")
EVERY_DAY = Hours((NINE_TO_SIX,) * 7, SHANGHAI)


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("asked", "minutes", "answer_by"),
    [
        ("2026-03-02T10:00", 60, "2026-03-02T11:00"),
        ("2026-03-02T17:30", 60, "2026-03-03T09:30"),  # half today, half tomorrow
        ("2026-03-02T17:00", 60, "2026-03-02T18:00"),  # to the last minute
        ("2026-03-02T18:00", 60, "2026-03-03T10:00"),  # just closed
        ("2026-03-02T03:00", 60, "2026-03-02T10:00"),  # at night
        ("2026-03-06T17:30", 60, "2026-03-09T09:30"),  # over a weekend
        ("2026-02-13T17:00", 540, "2026-02-14T17:00"),  # the Saturday before Spring Festival is worked
        ("2026-02-14T17:30", 60, "2026-02-24T09:30"),  # and then nine days are not
    ],
)
def test_an_answer_is_owed_on_service_hours(asked: str, minutes: int, answer_by: str) -> None:
    assert due(OFFICE, at(asked), minutes) == at(answer_by)


def test_a_shop_that_works_every_day_works_on_holidays() -> None:
    assert due(EVERY_DAY, at("2026-02-17T10:00"), 60) == at("2026-02-17T11:00")


def test_further_days_off_are_off() -> None:
    resting = Hours((NINE_TO_SIX,) * 7, SHANGHAI, closed=(date(2026, 3, 3),))
    assert due(resting, at("2026-03-02T17:30"), 60) == at("2026-03-04T09:30")


def test_hours_that_end_at_midnight_and_hours_across_a_clock_change() -> None:
    late = Hours((Opening(1200, 1440),) * 7, SHANGHAI)
    assert due(late, at("2026-03-02T23:30"), 60) == at("2026-03-03T20:30")
    berlin = Hours((Opening(60, 240),) * 7, "Europe/Berlin")
    # On 29 March 2026 the hour from 2 to 3 does not exist: 1:00 to 4:00 is two hours long.
    assert spent(
        berlin, at("2026-03-29T00:00", "Europe/Berlin"), at("2026-03-29T12:00", "Europe/Berlin")
    ) == timedelta(hours=2)


def test_a_shop_that_is_never_there_is_due_some_day() -> None:
    away = Hours((None,) * 7, SHANGHAI)
    assert due(away, at("2026-03-02T10:00"), 60) == at("2026-03-02T10:00") + timedelta(days=400)
    with pytest.raises(Invalid):
        checked(away)


@pytest.mark.parametrize("week", [(NINE_TO_SIX,) * 6, (Opening(600, 600),) * 7, (Opening(0, 1441),) * 7, ()])
def test_hours_nobody_can_keep_are_refused(week: tuple[Opening, ...]) -> None:
    with pytest.raises(Invalid):
        checked(Hours(week, SHANGHAI))


@given(minutes=st.integers(1, 3_000), offset=st.integers(0, 14 * 1_440))
def test_what_is_due_after_so_many_minutes_lies_so_many_minutes_ahead(minutes: int, offset: int) -> None:
    start = at("2026-02-10T00:00") + timedelta(minutes=offset)
    assert spent(OFFICE, start, due(OFFICE, start, minutes)) == timedelta(minutes=minutes)


def test_the_reminder_comes_before_the_deadline_on_the_same_hours() -> None:
    ticking = clock(Terms(), shop_hours(Terms(), SHANGHAI), "shop", at("2026-03-02T19:00"))
    assert (ticking.due_at, ticking.remind_at) == (at("2026-03-03T11:00"), at("2026-03-03T10:00"))
    ours = clock(Terms(), platform_hours(Terms()), "platform", at("2026-03-06T17:00"))
    assert ours.due_at == at("2026-03-09T16:00")


@pytest.mark.parametrize(
    ("talk", "speaker", "owing"),
    [
        (Talk("shop", "none"), "buyer", "shop"), (Talk("shop", "none"), "shop", None),
        (Talk("shop", "asked"), "buyer", "shop"), (Talk("shop", "joined"), "buyer", "platform"),
        (Talk("shop", "joined"), "shop", "platform"), (Talk("shop", "joined"), "platform", None),
        (Talk("shop", "left"), "buyer", "shop"), (Talk("ticket", "none"), "shop", "platform"),
        (Talk("ticket", "none"), "platform", None),
    ],
)  # fmt: skip
def test_who_owes_an_answer(talk: Talk, speaker: Any, owing: str | None) -> None:
    assert owes(talk, speaker) == owing


def test_the_platform_reads_only_where_it_was_asked_in() -> None:
    assert readers(Talk("shop", "none")) == ("buyer", "shop")
    assert "platform" in readers(Talk("shop", "asked"))
    assert "buyer" not in readers(Talk("ticket", "none"))


@pytest.mark.parametrize(
    "wrong",
    [{"shop_minutes": 0}, {"opens": 1200, "closes": 600}, {"timezone": "Mars/Base"}, {"calendar": "XX"},
     {"remind_minutes": 240}, {"window_days": 0}, {"closes": 1441}],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Terms(**wrong)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  hello\r\nthere\r ", "hello\nthere"),
        ("a\0b", "ab"),
        ("pay \u202egnp.exe", "pay gnp.exe"),
        ("1\u200b3\u200b8", "138"),
        ("\u200b\u2060\ufeff \u3164", ""),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # text is text: pages escape it
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("e" + "\u0301" * 400, "é\u0301\u0301"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("x\ud800y", "xy"),
    ],
)
def test_what_deceives_the_eye_is_gone(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_what_is_too_long_is_refused() -> None:
    assert len(clean("好" * 2000)) == 2000
    with pytest.raises(Invalid):
        clean("好" * 2001)


@given(st.text())
def test_anything_can_be_cleaned_twice(text: str) -> None:
    try:
        once = clean(text)
    except Invalid:
        return
    assert clean(once) == once
    leads_away(once)
    once.encode()


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("打我电话 13812345678", ("phone",)),
        ("138-1234 5678", ("phone",)),
        ("一三八一二三四五六七八", ("phone",)),
        ("１３８１２３４５６７８", ("phone",)),
        ("加V聊", ("wechat",)),
        ("add me on WeChat: qingcao", ("wechat",)),
        ("微 信号发你", ("wechat",)),
        ("QQ: 123456789", ("qq",)),
        ("扫码付款便宜10块", ("code",)),
        ("支付宝转账给我", ("pay",)),
        ("pay me directly please", ("pay",)),
        ("call +44 7700 900123", ("phone",)),
        ("订单 S260302-4F7K2 到哪了", ()),
        ("单号 SF1381234567890123", ()),
        ("有1380000克的吗", ()),
        ("这件羊绒衫起球吗？", ()),
        ("Is it 138 or 139 cm long?", ()),
        ("两个加五个一共多少", ()),
    ],
)
def test_words_that_lead_away_are_noticed_and_ordinary_ones_are_not(text: str, ways: tuple[str, ...]) -> None:
    assert leads_away(text) == ways


def test_saved_answers_are_filled_in_and_strange_holes_are_named() -> None:
    assert (
        filled("{buyer}，{order}已发出：{parcel}", {"buyer": "小满", "order": "S1"})
        == "小满，S1已发出：{parcel}"
    )
    assert unknown_holes("{buyer} {price}") == ["price"]
