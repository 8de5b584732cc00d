"""Two hands on one label, with real connections: a scan and a cancellation, two tabs, two keepers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.kit.keeper import Keeper
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.inbox import INBOX
from sanhao.service.delivery.wiring import LABELS
from sanhao.service.orders import api as orders
from tests.at_once import at_once
from tests.service import stage as on
from tests.service.orders.test_labels import ask, seen, wish
from tests.service.stage import hours, order_state, paid, promise, sound, stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    on.rules()


def copy_of(one: Keeper) -> Keeper:
    return Keeper(one.name, one.query, one.settle, one.order, batch=one.batch)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_scan_and_a_cancellation_at_once_end_collected_or_cancelled_never_both(
    now: datetime, turn: int
) -> None:
    at = stage()
    for _ in range(4):
        order = paid(at)
        [label] = ask(at, wish(order), now=now)
        keeper.drain(now=now)
        number = seen(order, label).tracking_no
        body, headers = delivery.sandbox_body(number, "picked_up", now=now + hours(1))
        delivery.receive("sandbox", body, headers, now=now + hours(1))
        jobs = [
            lambda: keeper.tick(copy_of(INBOX), now + hours(1)),
            lambda: orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + hours(1)),  # noqa: B023
        ]
        ends = at_once(*jobs[::turn])[::turn]
        keeper.drain(now=now + hours(1))
        state = seen(order, label).state
        assert ends[1] == {"cancelled": "done", "made": "delivery.collected"}[state]
        assert promise(order)["state"] == ("kept" if state == "made" else "open")
        assert order_state(order) == ("shipped" if state == "made" else "paid")
    sound()


def test_two_tabs_ask_for_one_label(now: datetime) -> None:
    at = stage()
    order = paid(at)
    ends = at_once(*[lambda: ask(at, wish(order), now=now)] * 3)
    assert sorted(ends) == ["done", "ship.label_waits", "ship.label_waits"]


def test_three_keepers_make_one_label_each_and_one_parcel(now: datetime) -> None:
    at = stage()
    made: dict[UUID, UUID] = {}
    for _ in range(6):
        order = paid(at)
        [made[order]] = ask(at, wish(order), now=now)
    at_once(*[lambda: keeper.drain([copy_of(LABELS)], now=now)] * 3)
    keeper.drain(now=now)
    for order, label in made.items():
        assert seen(order, label).state == "made"
        assert [parcel.id for parcel in delivery.consignments_of([order])[order]] == [label]
    assert {row["asked"] for row in fetch("SELECT asked FROM delivery_sandbox_label")} == {1}


def test_a_label_made_and_cancelled_at_once_leaves_no_parcel_behind(now: datetime) -> None:
    at = stage()
    for _ in range(4):
        order = paid(at)
        [label] = ask(at, wish(order), now=now)
        at_once(
            lambda: keeper.tick(copy_of(LABELS), now),
            lambda: orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now),  # noqa: B023
        )
        for minute in (0, 2, 4):
            keeper.drain(now=now + hours(minute / 60))
        assert (seen(order, label).state, order_state(order)) == ("cancelled", "paid")
        assert delivery.consignments_of([order])[order] == []
        known = fetch("SELECT voided_at FROM delivery_sandbox_label WHERE id = %s", [label])
        assert all(row["voided_at"] for row in known), "what was made is void"
