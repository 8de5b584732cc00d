"""Orders: found, opened, postponed, given up."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from sanhao.kit.rows import execute, fetch
from tests.faces.workbench.stage import ZH, Bench, Clock, client_of, url, words
from tests.service import stage


def test_an_order_is_found_by_the_beginning_of_its_number(bench: Bench) -> None:
    number, client = bench.order_number(), client_of(bench.clerk)
    assert number in words(client.get(url("orders/?q=" + number[:9])))
    assert "No order begins with that number" in words(client.get(url("orders/?q=xyz%00'")))


@pytest.mark.parametrize(("show", "there"), [("paid", True), ("shipped", False), ("nonsense", True)])
def test_tabs_are_states(bench: Bench, show: str, there: bool) -> None:
    assert (bench.order_number() in words(client_of(bench.clerk).get(url(f"orders/?show={show}")))) is there


@pytest.mark.parametrize("before", ["yesterday", "2026-01-01", "9999-99-99T00:00:00+00:00"])
def test_a_page_that_cannot_be_is_the_first(bench: Bench, before: str) -> None:
    assert bench.order_number() in words(client_of(bench.clerk).get(url(f"orders/?before={before}")))


def test_the_order_shows_promises_parcels_and_scans(bench: Bench, clock: Clock) -> None:
    parcel = stage.ship(bench.at, bench.order, "SBX001", now=clock.forward(1))
    client = client_of(bench.clerk)
    said = words(client.get(url(f"orders/{bench.order}/")))
    assert "you pay ¥3" in said and "No scan yet." in said and "SBX001" in said
    stage.scan(parcel, "picked_up", at=clock.forward(1))
    assert (
        client.post(url(f"orders/{bench.order}/parcels/{parcel}/scan/"), {"status": "delivered"}).status_code
        == 302
    )
    stage.drain(clock.forward(1))
    said = words(client.get(url(f"orders/{bench.order}/"), headers={"HX-Request": "true"}))
    assert "Delivered · 徐汇区" in said and "No scan yet." not in said


def test_another_shops_order_does_not_exist_here(bench: Bench) -> None:
    theirs = stage.paid(stage.stage(slug="peanest"))
    client = client_of(bench.owner)
    for path in ("", "cancel/"):
        assert client.get(url(f"orders/{theirs}/{path}")).status_code == 404
    assert client.post(url(f"orders/{theirs}/more-time/")).status_code == 404
    assert client.post(url(f"orders/{theirs}/cancel/"), {"reason": "lost"}).status_code == 404
    assert stage.order_state(theirs) == "paid"


def _until(clock: Clock, hours: float) -> str:
    """As the browser writes it, on the shop's clock."""
    return (clock.now + timedelta(hours=hours + 8)).strftime("%Y-%m-%dT%H:%M")


def test_the_buyer_is_asked_for_more_time(bench: Bench, clock: Clock) -> None:
    client = client_of(bench.clerk)
    form = {"until": _until(clock, 72), "reason": "The wool is late"}
    answer = client.post(url(f"orders/{bench.order}/more-time/"), form, follow=True)
    assert "waits for the buyer" in words(answer) and "The wool is late" in words(answer)
    [asked] = stage.promises.proposals_of([bench.order])[bench.order]
    assert asked.until == clock.now + timedelta(hours=72)


@pytest.mark.parametrize(
    ("hours", "asked_at", "said"),
    [(24, 0, "The new time must be later than the one promised."), (72, 46, "It had to be proposed by")],
)
def test_why_not_stands_beside_the_form(
    bench: Bench, clock: Clock, hours: int, asked_at: int, said: str
) -> None:
    form = {"until": _until(clock, hours), "reason": "The wool is late"}
    clock.forward(asked_at)
    answer = client_of(bench.clerk).post(url(f"orders/{bench.order}/more-time/"), form)
    assert answer.status_code == 422 and said in words(answer)
    assert stage.promises.proposals_of([bench.order]) == {}


def test_what_giving_up_costs_is_said_before(bench: Bench) -> None:
    said = words(client_of(bench.clerk).get(url(f"orders/{bench.order}/cancel/")))
    assert "Out of stock pays from you to the buyer ¥3" in said
    assert "Not delivered, all paid back back to the buyer, out of what is held for this order ¥306" in said


def test_an_order_is_given_up_and_costs_what_was_said(bench: Bench, clock: Clock) -> None:
    client = client_of(bench.clerk)
    assert client.post(url(f"orders/{bench.order}/cancel/"), {"reason": ""}).status_code == 422
    assert stage.order_state(bench.order) == "paid"
    answer = client.post(url(f"orders/{bench.order}/cancel/"), {"reason": "The goat ate it"})
    assert answer.status_code == 302
    stage.drain(clock.forward(50))
    assert stage.order_state(bench.order) == "cancelled"
    assert stage.coupons(bench.at.buyer_id) == [300]
    assert stage.purse(bench.at.shop_id) == (9_700, 5_000, 0)
    again = client.post(url(f"orders/{bench.order}/cancel/"), {"reason": "The goat ate it"})
    assert again.status_code == 422 and "cannot be cancelled any more" in words(again)


def test_an_order_page_speaks_chinese(bench: Bench) -> None:
    said = words(client_of(bench.clerk, ZH).get(url(f"orders/{bench.order}/")))
    assert "由你赔¥3" in said and "请买家" not in said and "取消订单" in said


def test_all_orders_leave_as_a_table_in_pages_and_no_cell_is_a_formula(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of two at a time: none twice, none left out; what went back stands beside what was paid."""
    monkeypatch.setattr("sanhao.faces.workbench.views.orders._AT_ONCE", 2)
    for _ in range(4):
        stage.paid(bench.at)
    execute("UPDATE orders_line SET title_en = '=HYPERLINK(1)', title_zh = '=HYPERLINK(1)'")
    sent = client_of(bench.clerk).get(url("orders/orders.csv"))
    text = b"".join(sent.streaming_content).decode("utf-8-sig")
    head, *rows = csv.reader(text.splitlines())
    numbers = [
        row["number"]
        for row in fetch("SELECT number FROM orders_order WHERE paid_at IS NOT NULL ORDER BY id")
    ]
    assert len(numbers) > 2 and [row[0] for row in rows] == numbers
    assert {"Paid", "Went back", "Currency"} < set(head)
    assert not any(cell.startswith("=") for row in rows for cell in row)
