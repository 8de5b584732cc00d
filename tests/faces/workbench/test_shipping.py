"""Bulk shipping: all or nothing, and nothing that was typed is lost."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from tests.faces.workbench.stage import Bench, Clock, client_of, url, words
from tests.service import stage


def _parcels() -> list[tuple[str, str]]:
    return [(row["carrier"], row["tracking_no"]) for row in fetch("SELECT carrier, tracking_no FROM delivery_consignment ORDER BY tracking_no")]  # fmt: skip


@pytest.fixture
def three(bench: Bench) -> list[UUID]:
    return [bench.order, stage.paid(bench.at), stage.paid(bench.at)]


def _sheet(numbers: dict[UUID, str], **more: str) -> dict[str, object]:
    return {
        "carrier": "sandbox", "do": "ship", "order": [str(id) for id in numbers],
        **{f"number-{id}": number for id, number in numbers.items()}, **more,
    }  # fmt: skip


def test_ticked_orders_are_shipped_together(bench: Bench, three: list[UUID]) -> None:
    answer = client_of(bench.clerk).post(
        url("shipping/"), _sheet({three[0]: "sbx 001", three[1]: "SBX002"}), follow=True
    )
    assert answer.redirect_chain == [(url("shipping/"), 302)]
    assert "2 parcels are packed. Now their courier has to scan them." in words(answer)
    assert _parcels() == [("sandbox", "SBX001"), ("sandbox", "SBX002")]
    assert [stage.order_state(id) for id in three] == ["shipped", "shipped", "paid"]


def test_an_order_goes_with_whom_its_buyer_chose_unless_the_shop_says_otherwise(bench: Bench) -> None:
    shop = bench.at.shop_id
    service_id = delivery.save_service(shop, delivery.ServiceDraft("gls", stage.Money(800, "CNY"), 2))
    chosen = {shop: delivery.Chosen(service_id, 1400, 2)}
    one, two = (stage.paid(bench.at, services=chosen) for _ in range(2))
    client = client_of(bench.clerk)
    page = words(client.get(url("shipping/")))
    assert "The buyer chose GLS : it goes with them." in page
    assert re.search("The freight, ¥ ?14 ?, then goes back to the buyer, and you pay it.", page)
    answer = client.post(
        url("shipping/"), _sheet({one: "AB0001", two: "AB0002"}, **{f"another-{two}": "yes"})
    )
    assert answer.status_code == 302
    assert _parcels() == [("gls", "AB0001"), ("sandbox", "AB0002")]


def test_a_pasted_list_finds_its_rows(bench: Bench, three: list[UUID]) -> None:
    numbers = [stage.orders.order(id).number for id in three]
    paste = f"{numbers[0]}\tSBX001\n\n{numbers[2]}, SBX003"
    answer = client_of(bench.owner).post(
        url("shipping/"), {"carrier": "sandbox", "do": "ship", "paste": paste}
    )
    assert answer.status_code == 302
    assert [stage.order_state(id) for id in three] == ["shipped", "paid", "shipped"]


def test_a_line_that_fits_no_order_ships_nothing_and_is_kept(bench: Bench, three: list[UUID]) -> None:
    number = stage.orders.order(three[0]).number
    paste = f"{number}\tSBX001\n999 SBX002"
    answer = client_of(bench.owner).post(
        url("shipping/"), {"carrier": "sandbox", "do": "ship", "paste": paste}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "<code>999 SBX002</code>" in html and 'value="SBX001"' in html
    assert _parcels() == []


def test_one_row_that_cannot_be_shipped_holds_all_back_and_says_why_beside_it(
    bench: Bench, three: list[UUID]
) -> None:
    stage.ship(bench.at, three[2], "SBX003", now=bench.at and stage.T0)
    answer = client_of(bench.owner).post(
        url("shipping/"), _sheet({three[0]: "SBX001", three[1]: "SBX003"}, paste="")
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    row = html[html.index(f'id="error-{three[1]}"') :][:400]
    assert "Tracking number SBX003 is already in use. Check it and try again." in row
    assert 'value="SBX001"' in html and html.count(" checked") == 2
    assert _parcels() == [("sandbox", "SBX003")]


@pytest.mark.parametrize(
    ("numbers", "more", "said"),
    [
        (("",), {}, "The tracking number is missing."),
        (("SBX001", "sbx 001"), {}, "This number stands in two rows."),
        (("x",), {}, "A tracking number has 4 to 64 characters."),
        (("SBX001",), {"carrier": "pigeon"}, "Choose a carrier."),
        ((), {}, "Tick the orders to ship, or type their tracking numbers."),
    ],
)
def test_what_is_missing_is_said(
    bench: Bench, three: list[UUID], numbers: tuple[str, ...], more: dict[str, str], said: str
) -> None:
    sheet = _sheet(dict(zip(three, numbers, strict=False))) | more
    answer = client_of(bench.owner).post(url("shipping/"), sheet)
    assert answer.status_code == 422 and said in words(answer)
    assert _parcels() == []


def test_a_part_of_an_order_may_go_first(bench: Bench) -> None:
    first, second = stage.orders.order(bench.order).lines
    sheet = _sheet({bench.order: "SBX001"}) | {f"quantity-{first.id}": "1", f"quantity-{second.id}": "0"}
    assert client_of(bench.owner).post(url("shipping/"), sheet).status_code == 302
    order = stage.orders.order(bench.order)
    assert ([line.shipped_quantity for line in order.lines], order.state) == ([1, 0], "paid")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("2", "at most what is left"), ("0", "would be empty"), ("-1", "at most what is left"), ("", "at most what is left"), ("²", "at most what is left")],
)  # fmt: skip
def test_a_parcel_holds_what_is_left_and_no_more(bench: Bench, typed: str, said: str) -> None:
    quantities = {f"quantity-{line.id}": typed for line in stage.orders.order(bench.order).lines}
    answer = client_of(bench.owner).post(url("shipping/"), _sheet({bench.order: "SBX001"}) | quantities)
    assert answer.status_code == 422 and said in words(answer)
    assert _parcels() == []


def test_another_shops_order_is_not_in_the_table(bench: Bench) -> None:
    other = stage.stage(slug="peanest")
    theirs = stage.paid(other)
    answer = client_of(bench.owner).post(url("shipping/"), _sheet({theirs: "SBX001"}))
    assert answer.status_code == 422
    assert stage.order_state(theirs) == "paid" and _parcels() == []


def test_sandbox_numbers_are_made_for_what_is_ticked(bench: Bench, three: list[UUID]) -> None:
    answer = client_of(bench.owner).post(
        url("shipping/"), {"do": "numbers", "order": [str(three[1])], "carrier": "gls"}
    )
    html = answer.content.decode()
    assert html.count('value="SBX') == 1 and '<option value="sandbox" selected>' in html
    assert _parcels() == []


def test_the_sandbox_courier_collects_and_the_promise_is_kept(bench: Bench, clock: Clock) -> None:
    stage.ship(bench.at, bench.order, "SBX001", now=clock.forward(1))
    answer = client_of(bench.clerk).post(url("shipping/collect/"))
    assert answer.headers["Location"] == url("shipping/")
    stage.drain(clock.forward(1))
    assert stage.promise(bench.order)["state"] == "kept"
    [parcel] = delivery.consignments_of([bench.order])[bench.order]
    assert [scan.status for scan in parcel.scans] == ["picked_up"]


def test_the_packing_list_holds_what_is_ticked(bench: Bench, three: list[UUID]) -> None:
    numbers = [stage.orders.order(id).number for id in three]
    said = words(client_of(bench.clerk).post(url("shipping/packing/"), {"order": str(three[1])}))
    assert numbers[1] in said and numbers[0] not in said
    assert all(number in words(client_of(bench.clerk).get(url("shipping/packing/"))) for number in numbers)


def test_a_change_is_told_without_touching_what_is_typed(bench: Bench) -> None:
    client = client_of(bench.owner)
    same = client.get(url("shipping/?seen=1"), headers={"HX-Request": "true"})
    other = client.get(url("shipping/?seen=0"), headers={"HX-Request": "true"})
    assert "Something has changed" not in words(same) and "Something has changed" in words(other)
    assert "data-live=" in other.content.decode()
