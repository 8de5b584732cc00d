"""Two hands on what belongs to a guest, with real connections: whoever comes first, nothing is lost and nothing twice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.kit.keeper import Keeper
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.guests import api as guests
from sanhao.service.orders import api as orders
from sanhao.service.promises.wiring import SETTLE
from tests.at_once import at_once
from tests.service import stage as service
from tests.service.guests.stage import EMAIL, paid, person_of
from tests.service.stage import hours

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at() -> service.Stage:
    kit_time.found_world(is_demo=True)
    service.rules()
    return service.stage(balance=100_000)


def anna(now: datetime) -> UUID:
    return people.enrol([people.Enrolment(EMAIL, "Anna")], now=now)[EMAIL]


@pytest.mark.parametrize("turn", [1, -1])
def test_a_takeover_while_the_promise_pays_never_leaves_a_coupon_behind(
    at: service.Stage, now: datetime, turn: int
) -> None:
    bought = [paid(at, now=now) for _ in range(4)]
    owner, late = anna(now), now + hours(50)
    mine = Keeper(SETTLE.name, SETTLE.query, SETTLE.settle, SETTLE.order, batch=1)
    pays = lambda: [keeper.tick(mine, late) for _ in range(20)]  # noqa: E731
    at_once(*[pays, lambda: people.claim_guests(owner, now=late)][::turn])
    service.drain(late)
    assert service.coupons(owner) == [300] * 4
    assert [service.coupons(person_of(order)) for order in bought] == [[]] * 4
    service.sound()


def test_two_owners_press_at_once_and_each_purchase_is_taken_over_once(
    at: service.Stage, now: datetime
) -> None:
    order, owner = paid(at, now=now), anna(now)
    claim = lambda: people.claim_guests(owner, now=now)  # noqa: E731
    at_once(claim, claim, claim)
    assert people.guests_of(owner) == [person_of(order)]


def test_one_withdrawal_in_three_tabs_gives_the_money_back_once(at: service.Stage, now: datetime) -> None:
    order = paid(at, now=now)
    number = orders.order(order).number
    ids = [guests.declare(guests.Declaration("Anna", EMAIL, number), now=now) for _ in range(3)]
    at_once(*[lambda id=id: guests.open_withdrawal(id) for id in (*ids, *ids)])
    assert sorted(view.state for view in guests.withdrawals(ids).values()) == ["opened", "waits", "waits"]
    assert len(aftersales.cases_of_orders([order], side="buyer")[order]) == 1
    assert orders.order(order).refunded == orders.order(order).total
    service.sound()
