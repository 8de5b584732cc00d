"""A way in two legs: the hub signs and no clock starts, what goes on is a parcel of its own, only that one delivers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
import pytest
from django.db import IntegrityError, transaction

from sanhao.kit.ids import new_id
from sanhao.kit.rows import execute, fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery import signing
from tests.service.remote.stage import XIAN, a_hub, reserve_for
from tests.service.stage import drain, hours, order_state, paid, promise, rules, scan, ship, sound, stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    rules(without=())


def legs(order_id: UUID) -> list[delivery.ConsignmentView]:
    return delivery.consignments_of([order_id])[order_id]


def say(first: str, number: str, *, now: datetime, of_carrier: str = "", event: str = "") -> None:
    """The sandbox courier's hub: *first* goes on as *number*."""
    told = {"tracking_no": number, "of_carrier": of_carrier}
    body = msgspec.json.encode({"parcel": first, "scans": [], "forwarded": told})
    event_id = event or f"hub/{first}/{number}"
    delivery.receive("sandbox", body, signing.sign("sandbox", body, event_id=event_id), now=now)
    drain(now)


def refusals() -> list[str]:
    return [m.reason for m in delivery.refused_messages()]


def sent(now: datetime, number: str = "SF100001") -> tuple[UUID, UUID]:
    """A paid order that goes by a hub, and its first leg."""
    at = stage(balance=10_000)
    hub = a_hub()
    order = paid(at)
    reserve_for(order, at.shop_id, hub)
    return order, ship(at, order, number, now=now + hours(10))


def test_from_the_shop_to_the_hub_to_the_door(now: datetime) -> None:
    order, first = sent(now)
    scan(first, "picked_up", at=now + hours(12))
    assert promise(order)["state"] == "kept", "the first leg's first scan is the hand-over"
    scan(first, "in_transit", at=now + hours(30))
    scan(first, "delivered", at=now + hours(60))
    assert order_state(order) == "shipped", "a hub's signature is no delivery"
    assert promise(order, "late_delivery")["state"] == "open"
    assert promise(order, "no_reason_return")["due_at"].year == 9999, "no clock started"
    assert promise(order, "false_shipment")["state"] == "kept", "what a hub signed for was sent"
    [one] = legs(order)
    assert one.leg == 1
    drain(now + hours(66))
    one, two = legs(order)
    assert (two.leg, two.before_id, two.items, two.state) == (2, one.id, one.items, "labelled")
    drain(now + hours(68))
    assert legs(order)[1].state == "collected"
    scan(two.id, "delivered", at=now + hours(150))
    assert order_state(order) == "delivered"
    [row] = fetch("SELECT delivered_quantity, shipped_quantity FROM orders_line WHERE order_id = %s", [order])
    assert (row["delivered_quantity"], row["shipped_quantity"]) == (1, 1)
    assert promise(order, "late_delivery")["state"] == "kept"
    assert promise(order, "no_reason_return")["due_at"].year == 2026
    assert refusals() == []
    sound()


def test_a_hub_that_says_it_twice_or_before_it_signed_says_it_once(now: datetime) -> None:
    order, first = sent(now)
    scan(first, "picked_up", at=now + hours(12))
    say("SF100001", "HB1", now=now + hours(49))
    assert len(legs(order)) == 1, "too short to be a number"
    for event in ("a", "b"):
        say("SF100001", "HUB222", now=now + hours(50), event=event)
    say("SF100001", "HUB333", now=now + hours(52))
    assert [p.tracking_no for p in legs(order)] == ["SF100001", "HUB222"]
    scan(first, "delivered", at=now + hours(53))
    drain(now + hours(70))
    assert [p.tracking_no for p in legs(order)] == ["SF100001", "HUB222"]
    assert order_state(order) == "shipped"


def test_the_second_number_is_scanned_before_anybody_said_that_it_goes_on(now: datetime) -> None:
    order, first = sent(now)
    scan(first, "picked_up", at=now + hours(12))
    body, headers = delivery.sandbox_body("HUB777", "picked_up", now=now + hours(60))
    delivery.receive("sandbox", body, headers, now=now + hours(60))
    drain(now + hours(60))
    assert "nobody registered" in refusals()[0]
    say("SF100001", "HUB777", now=now + hours(61))
    assert [p.state for p in legs(order)] == ["collected", "collected"]
    assert refusals() == []


def test_the_hub_speaks_before_the_shop_typed_the_first_number(now: datetime) -> None:
    at = stage()
    order = paid(at)
    reserve_for(order, at.shop_id, a_hub())
    say("SF100001", "HUB777", now=now + hours(3))
    ship(at, order, "SF100001", now=now + hours(4))
    drain(now + hours(4))
    assert [p.leg for p in legs(order)] == [1, 2]


@pytest.mark.parametrize("number", ["SF200002", "NOBODY1"])
def test_only_a_first_leg_goes_on_and_only_by_its_own_carrier(number: str, now: datetime) -> None:
    at = stage()
    order = paid(at)
    ship(at, order, "SF200002", now=now + hours(1))  # goes straight
    say(number, "HUB777", now=now + hours(2))
    assert len(legs(order)) == 1
    assert len(refusals()) == 1


def test_a_number_that_is_somebody_elses_is_left_to_them(now: datetime) -> None:
    order, _ = sent(now)
    other = delivery.ConsignmentDraft(
        new_id(), new_id(), fetch("SELECT id FROM shops_shop")[0]["id"], "sandbox", "HUB777", ((new_id(), 1),)
    )
    delivery.register([other], now=now)
    say("SF100001", "HUB777", now=now + hours(20))
    assert len(legs(order)) == 1
    say("SF100001", "HUB778", now=now + hours(21))
    assert [p.tracking_no for p in legs(order)] == ["SF100001", "HUB778"]


@pytest.mark.parametrize(
    "told",
    [{}, {"tracking_no": ""}, {"tracking_no": 7}, {"tracking_no": "x" * 300}, {"tracking_no": ["a"]},
     {"tracking_no": "HUB777", "of_carrier": "nobody"}, "text", 5, None, []],
)  # fmt: skip
def test_a_hub_that_speaks_nonsense_moves_nothing(told: object, now: datetime) -> None:
    order, _ = sent(now)
    body = msgspec.json.encode({"parcel": "SF100001", "scans": [], "forwarded": told})
    delivery.receive("sandbox", body, signing.sign("sandbox", body, event_id="odd"), now=now + hours(20))
    drain(now + hours(20))
    assert len(legs(order)) == 1
    assert fetch("SELECT count(*) AS n FROM kit_set_aside") == [{"n": 0}]


def test_a_parcel_cannot_be_both_legs(now: datetime) -> None:
    _, first = sent(now)

    with pytest.raises(IntegrityError), transaction.atomic():
        execute("UPDATE delivery_consignment SET before_id = id WHERE id = %s", [first])


def test_bound_for_the_hub(now: datetime) -> None:
    order, first = sent(now)
    [one] = legs(order)
    assert (one.id, one.onward) == (first, "sandbox")
    assert XIAN.city == "西安市"
