"""The first screen: what to do next, and what it is worth."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from sanhao.goods.shops import api as shops
from sanhao.kit.rows import fetch
from tests.conftest import T0
from tests.faces.workbench.stage import ZH, Bench, Clock, client_of, url, words
from tests.goods import world
from tests.service import stage


def test_it_says_what_waits_until_when_and_what_lateness_costs(bench: Bench, clock: Clock) -> None:
    clock.forward(30)
    said = words(client_of(bench.owner).get(url()))
    assert "1 parcel to hand over" in said
    assert "1 promise falls due within 24 hours. ¥3 at risk" in said
    assert f"Next up: {bench.order_number()}" in said
    assert "in 18 hours" in said
    assert "If the courier's first scan comes too late, the buyer gets ¥3 from you, by itself." in said


def test_it_says_so_in_chinese(bench: Bench, clock: Clock) -> None:
    clock.forward(30)
    said = words(client_of(bench.owner, ZH).get(url()))
    assert "1单待发货" in said and "24小时内有1个承诺到期。 关系到 ¥3" in said


def test_the_least_time_left_stands_first(bench: Bench, clock: Clock) -> None:
    later = stage.paid(bench.at, now=T0 + stage.hours(5))
    clock.forward(6)
    page = client_of(bench.owner).get(url()).content.decode()
    first, second = (page.index(stage.orders.order(id).number) for id in (bench.order, later))
    assert first < second


def test_what_is_late_already_stands_apart_and_costs_nothing_more(bench: Bench, clock: Clock) -> None:
    stage.drain(clock.forward(50))
    said = words(client_of(bench.owner).get(url()))
    assert "Late already Their promise is paid. The buyers still wait, and may cancel." in said
    assert "at risk" not in said


def test_a_packed_parcel_waits_for_its_scan(bench: Bench, clock: Clock) -> None:
    stage.ship(bench.at, bench.order, "SBX0001", now=clock.forward(1))
    said = words(client_of(bench.owner).get(url()))
    assert "Nothing to hand over" in said and "Packed, not yet scanned" in said


def test_a_debit_shows_the_sum_the_reason_and_the_appeal(bench: Bench, clock: Clock) -> None:
    stage.drain(clock.forward(50))
    said = words(client_of(bench.owner).get(url()))
    assert "Last debits ¥3 ¥3 compensation, because the parcel was not collected by Wednesday 10:00" in said
    assert "Balance ¥97" in said


def test_a_clerk_sees_what_to_ship_and_no_money(bench: Bench, clock: Clock) -> None:
    stage.drain(clock.forward(50))
    said = words(client_of(bench.clerk).get(url()))
    assert "1 parcel to hand over" in said
    assert "Balance" not in said and "Last debits" not in said and "Debits" not in said


def test_the_list_refreshes_itself_as_a_part(bench: Bench) -> None:
    answer = client_of(bench.owner).get(url(), headers={"HX-Request": "true"})
    html = answer.content.decode().strip()
    assert html.startswith('<div id="queue"') and "data-live=" in html and "<html" not in html


def test_who_works_in_one_shop_is_led_to_it_and_who_works_in_two_chooses(bench: Bench) -> None:
    assert client_of(bench.clerk).get("/workbench/").headers["Location"] == url()
    other = world.stall("peanest")
    shops.add_member(other.shop_id, bench.clerk, "clerk", by=other.owner_id, now=T0)
    said = words(client_of(bench.clerk).get("/workbench/"))
    assert said.count("clerk") == 2


Count = Callable[..., Any]


def _statements(person: Any, path: str, assert_num: Count, expected: int) -> None:
    client = client_of(person)
    assert client.get(path).status_code == 200  # whatever is kept per process is kept now
    with assert_num(expected):
        client.get(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("", 20), ("shipping/", 16), ("orders/", 8), ("debits/", 9), ("money/", 15), ("goods/", 7)],
)
def test_a_page_asks_the_same_few_questions_however_much_there_is(
    bench: Bench, clock: Clock, django_assert_num_queries: Count, path: str, expected: int
) -> None:
    late = [stage.paid(bench.at, now=T0 + stage.hours(n)) for n in range(6)]
    stage.drain(clock.forward(56))
    fresh = [stage.paid(bench.at, (1, 1), now=clock.now) for _ in range(6)]
    for n, id in enumerate(fresh[:3]):
        stage.ship(bench.at, id, f"SBX000{n}", now=clock.now)
    assert len(late) == 6 and len(fetch("SELECT 1 FROM decisions_decision")) == 7
    _statements(bench.owner, url(path), django_assert_num_queries, expected)


def test_the_tabs_count_what_waits_for_packing_and_for_a_courier(bench: Bench, clock: Clock) -> None:
    fresh = [stage.paid(bench.at, now=clock.now) for _ in range(3)]
    stage.ship(bench.at, fresh[0], "SBX0001", now=clock.now)
    page = client_of(bench.clerk).get(url("settings/")).content.decode()
    tabs = re.findall(r'<span>(Ship|Orders)</span><span class="badge" aria-hidden="true">(\d+)</span>', page)
    assert tabs == [("Ship", "3"), ("Orders", "1")] * 2, "at the top and at the bottom, one query for all"
    stage.scan(stage.ship(bench.at, fresh[1], "SBX0002", now=clock.now), "picked_up", at=clock.now)
    page = client_of(bench.clerk).get(url("settings/")).content.decode()
    assert re.search(r'<span>Ship</span><span class="badge" aria-hidden="true">2</span>', page)
    assert re.search(r'<span>Orders</span><span class="badge" aria-hidden="true">1</span>', page)
