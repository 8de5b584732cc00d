"""An order that is cancelled gives the day back what was set apart for its second leg: by whom ever, once, to the cent, and
to the day that it was taken from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from sanhao.service.remote import api as remote
from tests.at_once import at_once
from tests.service import stage as service
from tests.service.remote.stage import a_hub, left, state
from tests.service.remote.test_checkout import found, shop
from tests.service.remote.test_ending import adds_up, bought, drain, owed, refunded, unused
from tests.service.stage import Stage, hours, order_state, pay, place, ship, sound

DAY = timedelta(days=1)
DAY_BUDGET = 200_000
SUBSIDY = 600
PAID_BY_BUYER = 400


@pytest.fixture(autouse=True)
def _site(request: pytest.FixtureRequest) -> None:
    kit_time.found_world(is_demo=True)


def by_day() -> dict[date, int]:
    """What every day that was opened still holds."""
    rows = fetch(
        "SELECT b.day, sum(s.left_minor)::int AS minor FROM remote_budget b JOIN remote_shard s ON s.budget_id = b.id "
        "GROUP BY b.day ORDER BY b.day"
    )
    return {row["day"]: row["minor"] for row in rows}


def by_buyer(at: Stage, order: UUID, now: datetime) -> None:
    promises.cancel_order(order, person_id=at.buyer_id, now=now)


def by_shop(at: Stage, order: UUID, now: datetime) -> None:
    orders.cancel_by_shop(order, shop_id=at.shop_id, by=at.owner_id, reason="没货了", now=now)


@pytest.mark.django_db
@pytest.mark.parametrize("who", [by_buyer, by_shop])
@pytest.mark.parametrize("labelled", [False, True])
def test_cancelled_before_it_was_collected(
    who: Callable[[Stage, UUID, datetime], None], labelled: bool, now: datetime
) -> None:
    """Also on the next day, and with a label on it: the day on which it was placed has its money again."""
    at, order = bought()
    [first_day] = by_day()
    assert (state(order), left()) == ("reserved", DAY_BUDGET - SUBSIDY)
    if labelled:
        ship(at, order, "SF100001", now=now + hours(3))
    later = now + hours(49)
    bought_too = place_another(at, later)
    assert list(by_day().values()) == [DAY_BUDGET - SUBSIDY] * 2
    who(at, order, later)
    drain(later)
    assert (state(order), order_state(order)) == ("freed", "cancelled")
    assert by_day()[first_day] == DAY_BUDGET and sum(by_day().values()) == 2 * DAY_BUDGET - SUBSIDY
    assert state(bought_too) == "reserved", "nobody else's is touched"
    total = orders.order(order).total.minor
    assert refunded(order) == total, "goods, freight and what the buyer paid of the second leg: all, once"
    assert unused(order) == [], "nothing is left to decide"
    assert (owed("subsidy"), owed("carrier_fees", "sandbox_express")) == (0, 0)
    drain(later + 40 * DAY)
    assert refunded(order) == total and state(order) == "freed"
    assert remote.mismatches() == {}
    sound()


def place_another(at: Stage, now: datetime) -> UUID:
    placed = place(at, (1,), now=now)
    pay(placed, now=now)
    return placed.order_ids[0]


@pytest.mark.django_db
def test_cancelled_by_itself_after_the_deadline_and_seventy_two_hours(now: datetime) -> None:
    """Nobody ever ships: until the last hour the money waits, then the day has it, and the buyer everything."""
    at, order = bought()
    last = now + hours(48 + 72)
    drain(last - hours(1))
    assert (state(order), order_state(order), left()) == ("reserved", "paid", DAY_BUDGET - SUBSIDY)
    drain(last + hours(3))
    assert (state(order), order_state(order), left()) == ("freed", "cancelled", DAY_BUDGET)
    assert refunded(order) == orders.order(order).total.minor
    assert service.escrow(at.shop_id) == 0
    adds_up()


@pytest.mark.django_db
@pytest.mark.parametrize("first", [0, 1])
def test_two_orders_of_one_checkout_one_cancelled(first: int, now: datetime) -> None:
    found()
    at = shop(balance=100_000)
    other = shop(balance=100_000, slug="yimu")
    a_hub(carrier="sandbox_express")
    placed = place(replace(at, offers=[at.offers[0], other.offers[0]]), (8, 1), now=now)
    pay(placed, now=now)
    assert len(placed.order_ids) == 2 and left() == DAY_BUDGET - 2 * SUBSIDY
    gone, stays = placed.order_ids[first], placed.order_ids[1 - first]
    promises.cancel_order(gone, person_id=at.buyer_id, now=now + hours(1))
    drain(now + hours(1))
    assert (state(gone), state(stays), left()) == ("freed", "reserved", DAY_BUDGET - SUBSIDY)
    assert (refunded(gone), refunded(stays)) == (orders.order(gone).total.minor, 0)
    assert order_state(stays) == "paid"
    adds_up()
    promises.cancel_order(stays, person_id=at.buyer_id, now=now + hours(2))
    drain(now + hours(2))
    assert (state(stays), left()) == ("freed", DAY_BUDGET)
    adds_up()


@pytest.mark.django_db
def test_what_is_cancelled_too_late_keeps_what_was_set_apart(now: datetime) -> None:
    at, order = bought()
    first = ship(at, order, "SF100001", now=now + hours(3))
    service.scan(first, "picked_up", at=now + hours(4))
    for refused in (by_buyer, by_shop):
        with pytest.raises(Refusal):
            refused(at, order, now + hours(5))
    assert (state(order), left(), refunded(order)) == ("reserved", DAY_BUDGET - SUBSIDY, 0)
    adds_up()


# ---- races ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["cancelled", "scanned", "at_once"])
@pytest.mark.parametrize("who", [by_buyer, by_shop])
def test_a_cancellation_and_the_hubs_scan_in_either_order_and_at_once(
    first: str, who: Callable[[Stage, UUID, datetime], None], now: datetime
) -> None:
    """The courier never scanned the parcel at its shop; the hub signs for it and sends it on, while somebody cancels the late
    order. Either the cancellation comes too late, and the day pays the second leg; or it stands, and the platform bears the
    second leg that is travelled all the same. The courier has its price once, the buyer never both."""
    at, _ = bought(carrier="sandbox")
    ids = [place_another(at, now) for _ in range(5)]
    parcels = [ship(at, id, f"SF20000{n}", now=now + hours(3)) for n, id in enumerate(ids)]
    late = now + hours(50)
    for id, parcel in zip(ids, parcels, strict=True):
        acts: list[Callable[[], object]] = [
            partial(who, at, id, late),
            partial(signed, parcel, late),
        ]
        if first == "at_once":
            at_once(*acts)
        else:
            at_once(acts[0 if first == "cancelled" else 1])
            at_once(acts[1 if first == "cancelled" else 0])
    for step in range(1, 14):
        keeper.drain(now=late + hours(step))
    ends = {id: (order_state(id) == "cancelled", state(id)) for id in ids}
    assert set(ends.values()) <= {(True, "borne"), (False, "spent")}, ends
    if first != "at_once":
        assert set(ends.values()) == {(True, "borne") if first == "cancelled" else (False, "spent")}
    for id, (cancelled, _) in ends.items():
        assert (refunded(id) == orders.order(id).total.minor) is cancelled
    [row] = fetch("SELECT count(*)::int AS n FROM ledger_entry WHERE kind = 'order.second_leg'")
    assert row["n"] == len(ids)
    assert owed("carrier_fees", "sandbox") == -len(ids) * SUBSIDY
    adds_up()


def signed(parcel: UUID, at: datetime) -> None:
    """The hub signs, and everything hears of it."""
    body, headers = delivery.sandbox_scan_body(parcel, "delivered", now=at)
    delivery.receive("sandbox", body, headers, now=at)
    inbox = [k for k in keeper.all_keepers() if k.name == "delivery.inbox"]
    keeper.drain(inbox, now=at)
