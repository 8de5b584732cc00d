"""Components: a promise looks like its state, money and moments read well in both languages, charts tell the truth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from sanhao.faces.ui import charts, format
from sanhao.faces.ui.cards import Bar, PromiseCard, PromiseState, Series, time_left
from sanhao.kit.money import Money

T0 = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def card(state: PromiseState = "open", hours: float = 31, **more: object) -> PromiseCard:
    due = T0 + timedelta(hours=hours)
    return PromiseCard(
        id="p1", kind="Late shipment pays", title="Handed over", shop="Pea Nest", state=state,
        starts_at=due - timedelta(hours=48), due_at=due, **more,
    )  # fmt: skip


def render(source: str, **context: object) -> str:
    given = Context({"now": T0, "request": RequestFactory().get("/list/?page=2&q=x"), **context})
    return Template("{% load ui %}" + source).render(given)


@pytest.mark.parametrize(
    ("state", "hours", "look"),
    [
        ("open", 31, "open"), ("open", 12, "soon"), ("open", 12.01, "open"), ("open", 0, "past"), ("open", -1, "past"),
        ("kept", -1, "kept"), ("broken", -1, "broken"), ("void", 5, "void"), ("review", -1, "review"),
    ],
)  # fmt: skip
def test_a_promise_shows_its_state_and_how_much_time_is_left(
    state: PromiseState, hours: float, look: str
) -> None:
    assert card(state, hours).look(T0) == look
    html = render("{% promise card %}", card=card(state, hours))
    assert f"slip--{look}" in html
    assert ("data-ring" in html) == (look in ("open", "soon"))


def test_the_ring_is_computed_on_the_server_and_never_leaves_its_bounds() -> None:
    assert 'stroke-dasharray="50.0 200"' in render("{% promise card %}", card=card(hours=24))
    assert card(hours=480).left(T0 - timedelta(hours=500)) == 1.0
    assert card(hours=-5).left(T0) == 0.0
    endless = card()
    assert (
        PromiseCard(id="x", kind="", title="", shop="", state="open", starts_at=T0, due_at=T0).left(T0) == 0.0
    )
    assert endless.left(T0) == pytest.approx(31 / 48)


def test_a_kept_promise_carries_the_seal_and_a_broken_one_its_money() -> None:
    kept, broken = card("kept"), card("broken", compensation=Money(300, "CNY"))
    assert 'class="stamp' in render("{% promise card %}", card=kept)
    html = render("{% promise card %}", card=broken)
    assert 'class="note"' in html and "¥3" in html and "coupon, yours" in html
    assert "paid by you" in render('{% promise card audience="shop" %}', card=broken)
    assert 'class="stamp' not in html


def test_a_promise_that_refreshes_itself_carries_a_ticket_and_says_where_from() -> None:
    html = render('{% promise card topic="order:1" get="/orders/1/promise/" %}', card=card())
    assert 'hx-get="/orders/1/promise/"' in html and 'hx-trigger="live"' in html and "data-live=" in html


def test_what_people_typed_is_escaped_everywhere() -> None:
    nasty = "<b onclick=x>\"'"
    html = render("{% promise card %}{% promise card 'compact' %}{% promise_wall cards %}", cards=[card()], card=PromiseCard(
        id="1", kind=nasty, title=nasty, shop=nasty, state="open", starts_at=T0, due_at=T0 + timedelta(1), otherwise=nasty,
    ))  # fmt: skip
    assert "<b onclick" not in html
    assert "<b" not in str(charts.bars([Bar(nasty, 1)], nasty)).replace("<b>", "")


@pytest.mark.parametrize(
    ("rest", "shown"),
    [
        (timedelta(days=5), (5, "d")), (timedelta(hours=72), (3, "d")), (timedelta(hours=71, minutes=59), (71, "h")),
        (timedelta(hours=1), (1, "h")), (timedelta(minutes=59, seconds=59), (59, "min")), (timedelta(hours=-4), (0, "min")),
    ],
)  # fmt: skip
def test_the_number_in_the_ring_never_promises_more_time_than_there_is(
    rest: timedelta, shown: tuple[int, str]
) -> None:
    assert time_left(T0 + rest, T0) == shown


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        (T0 + timedelta(hours=4), "今天14:00", "today 14:00"),
        (T0 + timedelta(hours=14), "明天00:00", "tomorrow 00:00"),
        (T0 - timedelta(hours=11), "昨天23:00", "yesterday 23:00"),
        (T0 + timedelta(days=2, hours=4), "周三 14:00", "Wed 14:00"),
        (T0 + timedelta(days=7), "3月9日 10:00", "9\u00a0Mar, 10:00"),
        (T0 - timedelta(days=300), "2025年5月6日 10:00", "6\u00a0May 2025, 10:00"),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment: datetime, zh: str, en: str) -> None:
    words = {"today": "今天", "tomorrow": "明天", "yesterday": "昨天"}
    with translation.override("en"):
        assert format.absolute(moment, T0, "en", SHANGHAI) == en
        chinese = format.absolute(moment, T0, "zh", SHANGHAI)
    for word, said in words.items():
        chinese = chinese.replace(word, said)
    assert chinese == zh


@pytest.mark.parametrize(
    ("delta", "zh", "en"),
    [
        (timedelta(hours=31), "31小时后", "in 31 hours"),
        (timedelta(hours=71, minutes=59), "71小时后", "in 71 hours"),
        (timedelta(days=5, hours=23), "5天后", "in 5 days"),
        (timedelta(minutes=-45), "45分钟前", "45 minutes ago"),
        (timedelta(days=-2), "48小时前", "48 hours ago"),
    ],
)
def test_time_left_is_rounded_down(delta: timedelta, zh: str, en: str) -> None:
    assert format.relative(T0 + delta, T0, "zh") == zh
    assert format.relative(T0 + delta, T0, "en") == en


@pytest.mark.parametrize(
    ("money", "parts"),
    [
        (Money(128850, "CNY"), ("¥", "1,288", ".50")), (Money(300, "CNY"), ("¥", "3", "")),
        (Money(-300, "CNY"), ("−¥", "3", "")), (Money(505406, "BRL"), ("R$", "5,054", ".06")),
        (Money(1200, "JPY"), ("JP¥", "1,200", "")), (Money(12345, "KWD"), ("KWD ", "12", ".345")),
    ],
)  # fmt: skip
def test_a_price_is_cut_into_symbol_whole_and_rest(money: Money, parts: tuple[str, str, str]) -> None:
    assert format.price_parts(money, "en") == parts


def test_money_that_cannot_be_known_is_said_to_be_unknown() -> None:
    assert "unknown" in render("{{ amount|money }}", amount=None)


def test_a_field_ties_its_label_help_and_error_together() -> None:
    class Form(forms.Form):
        phone = forms.CharField(label="Phone", min_length=8, help_text="With the area code.")

    html = render("{% field form.phone %}", form=Form({"phone": "138"}))
    assert '<label for="id_phone">' in html
    assert 'aria-describedby="id_phone_help id_phone_error"' in html
    assert 'id="id_phone_help"' in html and 'id="id_phone_error"' in html and 'aria-invalid="true"' in html
    assert "aria-invalid" not in render("{% field form.phone %}", form=Form())


def test_pages_keep_what_was_asked_for() -> None:
    html = render("{% pages 2 3 %}")
    assert "?page=1&amp;q=x" in html and "?page=3&amp;q=x" in html
    assert render("{% pages 1 1 %}").strip() == ""


def test_bars_are_as_long_as_their_values() -> None:
    html = str(charts.bars([Bar("a", 40), Bar("b", 10), Bar("c", 0)]))
    assert 'width="100.00"' in html and 'width="25.00"' in html and 'width="0.00"' in html


def test_charts_of_nothing_stand_still() -> None:
    for drawn in (
        charts.bars([]),
        charts.stacked([]),
        charts.columns([], []),
        charts.line([], []),
        charts.spark([]),
    ):
        assert "nan" not in str(drawn).lower()


def test_columns_carry_their_numbers_as_a_table() -> None:
    html = str(charts.columns(["Mon", "Tue"], [Series("kept", [3, 1]), Series("broken", [1, 0])], "Week"))
    assert '<th scope="row">Mon</th><td class="num">3</td><td class="num">1</td>' in html
    assert 'height="75.00"' in html and 'height="25.00"' in html
