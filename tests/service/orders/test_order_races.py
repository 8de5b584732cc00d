"""Two hands on one order, with real connections: whoever comes second is told so, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from sanhao.books.payments import api as payments
from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.kit.keeper import Keeper
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.orders import api as orders
from sanhao.service.orders.wiring import EXPIRY
from tests.at_once import at_once
from tests.goods import world
from tests.service import stage as on
from tests.service.orders.stage import (
    MINUTE,
    cart_of,
    contents,
    coupon,
    coupon_state,
    given_back,
    press,
    stock,
)
from tests.service.stage import Stage, escrow, order_state, paid, place, sound, stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    on.rules()


def told(payment_id: UUID, now: datetime) -> Callable[[], object]:
    """The gateway has decided; hearing of it is the job."""
    [said] = payments.sandbox_pay(payment_id, "pay", now=now)
    return lambda: payments.heard("sandbox", said.body, said.headers, now=now)


def expiry(now: datetime) -> Callable[[], object]:
    every = Keeper(EXPIRY.name, EXPIRY.query, EXPIRY.settle, EXPIRY.order, batch=EXPIRY.batch)
    return lambda: keeper.tick(every, now)


@pytest.mark.parametrize("turn", [1, -1])
def test_paying_and_expiring_at_once_ends_paid_or_given_back_never_both(now: datetime, turn: int) -> None:
    at = stage(stock=1_000)
    mine = [coupon(at.buyer_id) for _ in range(6)]
    placed = [place(at, (2,), coupon_ids=[id]) for id in mine]
    due = now + 15 * MINUTE
    for one in placed:
        at_once(*[told(one.payment_id, due), expiry(due)][::turn])
    expiry(due)()
    for one, coupon_id in zip(placed, mine, strict=True):
        [order] = one.order_ids
        ended = (order_state(order), coupon_state(coupon_id), [amount for amount, _ in given_back(one)])
        assert ended in [("paid", "spent", []), ("expired", "active", [one.total.minor])]
    kept = [one for one in placed if order_state(one.order_ids[0]) == "paid"]
    assert escrow(at.shop_id) == 40_600 * len(kept)
    assert stock(at.offers[0]) == 1_000 - 2 * len(kept)
    sound()


def test_two_keepers_expire_each_checkout_once(now: datetime) -> None:
    at = stage(stock=100)
    for _ in range(8):
        place(at, (2, 1))
    due = now + 15 * MINUTE
    at_once(expiry(due), expiry(due), expiry(due))
    assert [stock(offer) for offer in at.offers] == [100, 100]
    assert fetch("SELECT state, count(*) AS n FROM orders_order GROUP BY state") == [
        {"state": "expired", "n": 8}
    ]


def test_one_callback_heard_by_two_processes_is_one_payment(now: datetime) -> None:
    at = stage()
    placed = place(at)
    hear = told(placed.payment_id, now)
    assert at_once(hear, hear, hear) == ["done"] * 3
    assert (escrow(at.shop_id), order_state(placed.order_ids[0])) == (20_600, "paid")
    sound()


def test_one_cart_checked_out_in_two_tabs_is_one_order(now: datetime) -> None:
    at = stage()
    cart_of(at.buyer_id, (at.offers[0], 2), (at.offers[1], 1))
    ends = at_once(*[lambda: place(at, ())] * 4)
    assert sorted(ends) == ["checkout.empty"] * 3 + ["done"]
    assert [stock(offer) for offer in at.offers] == [48, 49]


def test_what_is_put_into_the_cart_while_it_is_checked_out_is_bought_or_still_there(now: datetime) -> None:
    at = stage()
    for _ in range(5):
        cart_id = cart_of(at.buyer_id, (at.offers[0], 1))
        before = stock(at.offers[1])
        at_once(
            lambda: place(at, ()),
            lambda cart_id=cart_id: orders.add_to_cart(cart_id, at.offers[1], 1, now=now),
        )
        left = contents(cart_id).get(at.offers[1], 0)
        assert left + before - stock(at.offers[1]) == 1
        orders.set_quantity(cart_id, at.offers[1], 0)


def test_one_coupon_in_two_tabs_pays_once(now: datetime) -> None:
    at = stage()
    mine = coupon(at.buyer_id)
    carts = [cart_of(None, (at.offers[0], 1)) for _ in range(3)]

    def check_out(cart_id: UUID) -> Callable[[], object]:
        return lambda: orders.place(
            cart_id=cart_id, person_id=at.buyer_id, address_id=at.address_id, coupon_ids=[mine], now=now
        )

    ends = at_once(*map(check_out, carts))
    assert sorted(ends) == ["done", "wallet.coupon_used", "wallet.coupon_used"]
    assert stock(at.offers[0]) == 49
    assert sorted(sum(contents(cart).values()) for cart in carts) == [0, 1, 1]


def hand_over(at: Stage, order_id: UUID, number: str, now: datetime) -> Callable[[], object]:
    return lambda: on.ship(at, order_id, number, now=now)


def test_two_clerks_ship_one_order_once(now: datetime) -> None:
    at = stage()
    order = paid(at, (2, 1))
    ends = at_once(*(hand_over(at, order, f"SF10000{n}", now) for n in range(3)))
    assert sorted(ends) == ["done", "ship.not_waiting", "ship.not_waiting"]
    assert fetch("SELECT count(*) AS n FROM delivery_consignment") == [{"n": 1}]


def test_two_clerks_use_one_tracking_number_once(now: datetime) -> None:
    at = stage()
    ends = at_once(*(hand_over(at, order, "SF100001", now) for order in (paid(at), paid(at))))
    assert sorted(ends) == ["delivery.number_taken", "done"]
    assert fetch("SELECT state, count(*) AS n FROM orders_order GROUP BY state ORDER BY state") == [
        {"state": "paid", "n": 1},
        {"state": "shipped", "n": 1},
    ]


@pytest.mark.parametrize("turn", [1, -1])
def test_a_buyer_cancels_while_a_clerk_ships(now: datetime, turn: int) -> None:
    at = stage()
    for number in range(5):
        order = paid(at)
        jobs = [
            lambda order=order: orders.cancel_by_buyer(order, person_id=at.buyer_id, now=now),
            hand_over(at, order, f"SF10000{number}", now),
        ]
        [cancelled, shipped] = at_once(*jobs[::turn])[::turn]
        assert (cancelled, shipped, order_state(order)) in [
            ("done", "ship.not_waiting", "cancelled"),
            ("order.labelled", "done", "shipped"),
        ]
    sound()


def test_a_buyer_cancels_twice_and_the_money_goes_back_once(now: datetime) -> None:
    at = stage()
    placed = place(at)
    press(placed.payment_id, "pay", now=now)
    [order] = placed.order_ids
    ends = at_once(*[lambda: orders.cancel_by_buyer(order, person_id=at.buyer_id, now=now)] * 3)
    assert sorted(ends) == ["done", "order.too_late_to_cancel", "order.too_late_to_cancel"]
    assert given_back(placed) == [(20_600, "requested")]
    assert (escrow(at.shop_id), stock(at.offers[0])) == (0, 50)
    sound()


def test_a_buyer_cancels_an_order_that_is_just_being_paid(now: datetime) -> None:
    at = stage()
    for _ in range(5):
        placed = place(at)
        [order] = placed.order_ids
        cancel = lambda order=order: orders.cancel_by_buyer(order, person_id=at.buyer_id, now=now)  # noqa: E731
        [paid_end, cancelled] = at_once(told(placed.payment_id, now), cancel)
        assert paid_end == "done"
        assert (cancelled, order_state(order), [amount for amount, _ in given_back(placed)]) in [
            ("done", "cancelled", [20_600]),
            ("order.too_late_to_cancel", "paid", []),
        ]
    sound()


def test_a_buyer_cancels_while_the_hold_runs_out(now: datetime) -> None:
    at = stage()
    [order] = place(at).order_ids
    due = now + 15 * MINUTE
    ends = at_once(expiry(due), lambda: orders.cancel_by_buyer(order, person_id=at.buyer_id, now=due))
    expiry(due)()
    assert ends == ["done", "order.too_late_to_cancel"]
    assert (order_state(order), stock(at.offers[0])) == ("expired", 50)


def test_the_last_one_is_sold_once_to_fifty_who_check_out_at_once(now: datetime) -> None:
    """Through ten connections, as two processes of pages would."""
    at = stage(stock=1)
    people = [on.a_buyer() for _ in range(50)]
    carts = [cart_of(person, (at.offers[1], 1), (at.offers[0], 1)) for person, _ in people]
    ends: list[str] = []

    def check_out(turns: range) -> Callable[[], object]:
        def one_after_another() -> None:
            for turn in turns:
                person, address = people[turn]
                try:
                    orders.place(cart_id=carts[turn], person_id=person, address_id=address, now=now)
                    ends.append("done")
                except Refusal as refusal:
                    ends.append(refusal.code)

        return one_after_another

    assert at_once(*(check_out(range(first, 50, 10)) for first in range(10))) == ["done"] * 10
    assert sorted(ends) == ["catalog.sold_out"] * 49 + ["done"]
    assert [stock(offer) for offer in at.offers] == [0, 0]
    assert sum(len(contents(cart)) for cart in carts) == 98, "who got nothing still has their cart"
    assert world.card(at.offers[0]).stock_left == 0
