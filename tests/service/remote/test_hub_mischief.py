"""Hubs that are late, say things twice, never, too early, of other parcels, or lie: a clear answer, and the money is right."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Invalid, NotFound
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from tests.service.remote.stage import left, state
from tests.service.remote.test_checkout import as_shown, offered
from tests.service.remote.test_ending import DAY_BUDGET, adds_up, bought, drain
from tests.service.stage import Stage, hours, order_state, paid, scan, ship

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)


def to_the_hub(how: str, now: datetime) -> tuple[Stage, UUID, UUID]:
    """An order whose first leg travels to a hub of that kind; and somebody else's parcel that goes straight."""
    at, order = bought(carrier="sandbox")
    straight = paid(at, services={at.shop_id: as_shown(offered(at)[1])})
    ship(at, straight, "SFSTRAIGHT", now=now + hours(1))
    first = ship(at, order, "SF100001", now=now + hours(10))
    delivery.sandbox_hub_mischief(first, how, now=now + hours(11))
    scan(first, "picked_up", at=now + hours(12))
    return at, order, first


def pass_time(now: datetime, *after: float) -> None:
    for hour in after:
        drain(now + hours(hour))


def legs(order: UUID) -> list[tuple[str, str]]:
    return [(parcel.tracking_no, parcel.state) for parcel in delivery.consignments_of([order])[order]]


def refusals() -> list[str]:
    return [message.reason for message in delivery.refused_messages()]


def second_legs_paid() -> tuple[int, int, int]:
    """How many, what the platform bore of them, what carriers have of them."""
    [row] = fetch("SELECT count(*)::int AS n FROM ledger_entry WHERE kind = 'order.second_leg'")
    subsidy, fees = (
        ledger.balance(ledger.Ref(code, holder, "CNY")).minor
        for code, holder in (("subsidy", "platform"), ("carrier_fees", "sandbox"))
    )
    return int(row["n"]), subsidy, -fees


PAID_ONCE = (1, 600, 1_000)
"""¥6 by the platform, ¥4 by the buyer."""
BORNE = (1, 1_000, 1_000)
NOTHING = (0, 0, 0)


def signed(first: UUID, now: datetime) -> datetime:
    scan(first, "delivered", at=now + hours(60))
    return now + hours(60)


def test_twice(now: datetime) -> None:
    _, order, first = to_the_hub("twice", now)
    at = signed(first, now)
    pass_time(at, 6, 7, 8, 9)
    assert legs(order) == [("SF100001", "delivered"), ("HUBSF100001", "collected")]
    assert (state(order), second_legs_paid(), left()) == ("spent", PAID_ONCE, DAY_BUDGET - 600)
    assert refusals() == []
    adds_up()


def test_late(now: datetime) -> None:
    """Given up after fifteen days, sent on after twenty: its courier is paid, the day is not overspent."""
    _, order, first = to_the_hub("late", now)
    at = signed(first, now)
    pass_time(at, 15 * 24 - 1)
    assert state(order) == "reserved"
    pass_time(at, 15 * 24 + 1)
    assert (state(order), left(), second_legs_paid()) == ("freed", DAY_BUDGET, NOTHING)
    pass_time(at, 480, 482, 483)
    assert legs(order)[1] == ("HUBSF100001", "collected")
    assert (state(order), left(), second_legs_paid()) == ("borne", DAY_BUDGET, BORNE)
    adds_up()


@pytest.mark.parametrize("how", ["never", "loses"])
def test_never_and_lost(how: str, now: datetime) -> None:
    _, order, first = to_the_hub(how, now)
    at = signed(first, now)
    pass_time(at, 10, 24, 15 * 24 + 10)
    assert len(legs(order)) == (1 if how == "never" else 2)
    assert (state(order), left(), second_legs_paid()) == ("freed", DAY_BUDGET, NOTHING)
    assert order_state(order) == "shipped", "nobody has it"
    adds_up()


def test_before_it_signed(now: datetime) -> None:
    _, order, first = to_the_hub("early", now)
    pass_time(now, 13, 15)
    assert legs(order) == [("SF100001", "collected"), ("HUBSF100001", "collected")]
    assert (state(order), second_legs_paid()) == ("spent", PAID_ONCE)
    at = signed(first, now)  # its own signature comes later, and says nothing new
    pass_time(at, 6, 8, 24)
    assert len(legs(order)) == 2 and order_state(order) == "shipped"
    _, second = delivery.consignments_of([order])[order]
    scan(second.id, "delivered", at=at + 2 * DAY)
    assert order_state(order) == "delivered"
    assert (second_legs_paid(), refusals()) == (PAID_ONCE, [])
    adds_up()


def test_one_parcel_under_two_numbers(now: datetime) -> None:
    _, order, first = to_the_hub("renumbers", now)
    pass_time(signed(first, now), 6, 7, 8, 9)
    assert legs(order) == [("SF100001", "delivered"), ("HUBSF100001", "collected")]
    assert refusals() == ["SF100001: goes on as HUBSF100001 already"]
    assert second_legs_paid() == PAID_ONCE
    adds_up()


@pytest.mark.parametrize(
    ("how", "answer"),
    [
        ("others_parcel", "SFSTRAIGHT: not a parcel that sandbox takes on from a hub"),
        ("others_number", "SFSTRAIGHT: the number of another parcel"),
        ("unknown", "NOBODYSF100001: nobody registered this parcel"),
    ],
)
def test_of_other_parcels(how: str, answer: str, now: datetime) -> None:
    _, order, first = to_the_hub(how, now)
    at = signed(first, now)
    pass_time(at, 6, 7)
    assert refusals() == [answer]
    assert legs(order) == [("SF100001", "delivered")]
    [straight] = fetch(
        "SELECT state, before_id, onward FROM delivery_consignment WHERE tracking_no = 'SFSTRAIGHT'"
    )
    assert straight == {"state": "labelled", "before_id": None, "onward": ""}
    pass_time(at, 15 * 24 + 1)
    assert (state(order), left(), second_legs_paid()) == ("freed", DAY_BUDGET, NOTHING)
    adds_up()


def test_a_forged_signature(now: datetime) -> None:
    """It is told so at the door, and nothing of it is kept."""
    _, order, first = to_the_hub("forged", now)
    at = signed(first, now)
    [before] = fetch("SELECT count(*) AS n FROM delivery_carrier_message")
    pass_time(at, 6, 7)
    assert fetch("SELECT count(*) AS n FROM delivery_carrier_message") == [before]
    assert len(legs(order)) == 1 and refusals() == []
    pass_time(at, 15 * 24 + 1)
    assert (state(order), second_legs_paid()) == ("freed", NOTHING)
    assert fetch("SELECT count(*) AS n FROM kit_set_aside") == [{"n": 0}]
    adds_up()


def test_what_a_hub_is_told_after_it_signed_changes_nothing(now: datetime) -> None:
    _, order, first = to_the_hub("obey", now)
    at = signed(first, now)
    delivery.sandbox_hub_mischief(first, "never", now=at + hours(1))
    assert delivery.hub_mischief_of(["SF100001"]) == {"SF100001": "obey"}
    pass_time(at, 6, 8)
    assert state(order) == "spent"


def test_only_a_first_leg_and_only_what_it_can(now: datetime) -> None:
    _, _, first = to_the_hub("obey", now)
    with pytest.raises(Invalid):
        delivery.sandbox_hub_mischief(first, "explode", now=now)
    [row] = fetch("SELECT id FROM delivery_consignment WHERE tracking_no = 'SFSTRAIGHT'")
    with pytest.raises(NotFound):
        delivery.sandbox_hub_mischief(row["id"], "never", now=now)
