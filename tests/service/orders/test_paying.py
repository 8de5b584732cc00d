"""Money for a checkout: in time, late, twice, declined, misheard."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.payments.core import Callback
from sanhao.books.payments.events import PaymentSucceeded
from sanhao.books.payments.gateways.sandbox.signing import sign
from sanhao.goods.catalog import api as catalog
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.orders import api as orders
from sanhao.service.orders.actions.pay import payment_succeeded
from tests.goods import world
from tests.service.orders.stage import (
    MINUTE,
    again,
    cart_of,
    coupon,
    coupon_state,
    given_back,
    press,
    refused,
    stock,
)
from tests.service.stage import Stage, drain, escrow, hours, order_state, paid, place, promise, sound, stage

pytestmark = pytest.mark.usefixtures("site")


def gateway_minor() -> int:
    return ledger.balance(ledger.Ref("gateway", "sandbox", "CNY")).minor


def test_a_payment_binds_the_shop_and_makes_its_promises(now: datetime) -> None:
    at = stage()
    placed = place(at, (2, 1))
    press(placed.payment_id, "pay", now=now + MINUTE)
    [order] = placed.order_ids
    view = orders.order(order)
    assert (view.state, view.paid_at) == ("paid", now + MINUTE)
    assert view.arrives_by == now + MINUTE + hours(48) + timedelta(days=6)
    assert (escrow(at.shop_id), gateway_minor()) == (50_600, 50_600)
    assert promise(order)["due_at"] == now + MINUTE + hours(48)
    [row] = fetch("SELECT count(*) AS n FROM promises_promise WHERE order_id = %s", [order])
    assert row["n"] == 4 + 2, "four about the order, and one about each of its lines"
    assert [stock(offer) for offer in at.offers] == [48, 49]
    sound()


def test_the_same_callback_a_hundred_times_is_one_payment(now: datetime) -> None:
    at = stage()
    placed = place(at)
    [said] = payments.sandbox_pay(placed.payment_id, "pay", now=now)
    for _ in range(100):
        payments.heard("sandbox", said.body, said.headers, now=now)
    assert (escrow(at.shop_id), gateway_minor()) == (20_600, 20_600)
    assert fetch("SELECT count(*) AS n FROM orders_order WHERE state = 'paid'") == [{"n": 1}]
    sound()


@pytest.mark.django_db(transaction=True)
def test_a_payment_after_expiry_goes_back_whole_and_once_however_often_it_is_told(now: datetime) -> None:
    at = stage()
    mine = coupon(at.buyer_id)
    placed = place(at, coupon_ids=[mine])
    drain(now + 15 * MINUTE)
    later = now + 16 * MINUTE
    for said in payments.sandbox_pay(placed.payment_id, "twice", now=later):
        payments.heard("sandbox", said.body, said.headers, now=later)
    press(placed.payment_id, "pay", now=later + MINUTE)
    assert order_state(placed.order_ids[0]) == "expired"
    assert given_back(placed) == [(20_300, "requested")]
    drain(later + 2 * MINUTE)
    assert given_back(placed) == [(20_300, "done")]
    assert (gateway_minor(), escrow(at.shop_id), coupon_state(mine)) == (0, 0, "active")
    assert stock(at.offers[0]) == 50
    sound()


@pytest.mark.django_db(transaction=True)
def test_a_gateway_that_calls_late_by_itself_is_heard_and_the_money_goes_back(now: datetime) -> None:
    at = stage()
    placed = place(at)
    press(placed.payment_id, "late", now=now + MINUTE)
    drain(now + 15 * MINUTE)
    drain(now + 22 * MINUTE)
    assert given_back(placed) == [(20_600, "done")]
    assert order_state(placed.order_ids[0]) == "expired"
    sound()


def test_a_payment_before_the_keeper_came_is_in_time(now: datetime) -> None:
    """The goods are still held: nobody gains by sending the buyer away."""
    at = stage()
    placed = place(at)
    press(placed.payment_id, "pay", now=now + 16 * MINUTE)
    drain(now + 17 * MINUTE)
    assert order_state(placed.order_ids[0]) == "paid"
    assert given_back(placed) == []


def test_a_declined_payment_may_be_tried_again(now: datetime) -> None:
    at = stage()
    placed = place(at)
    press(placed.payment_id, "decline", now=now)
    assert order_state(placed.order_ids[0]) == "unpaid"
    second = again(placed, at.buyer_id, now=now + MINUTE)
    assert second != placed.payment_id
    press(second, "pay", now=now + MINUTE)
    assert order_state(placed.order_ids[0]) == "paid"
    assert escrow(at.shop_id) == 20_600
    sound()


def test_two_attempts_that_are_both_paid_leave_one_order_and_one_refund(now: datetime) -> None:
    at = stage()
    placed = place(at)
    press(placed.payment_id, "decline", now=now)
    second = again(placed, at.buyer_id, now=now)
    press(second, "pay", now=now)
    whole = Callback(placed.payment_id, "paid", placed.total.minor, "CNY", now, "late truth")
    said = sign(whole)
    payments.heard("sandbox", said.body, said.headers, now=now + MINUTE)
    assert given_back(placed) == [(20_600, "requested")]
    assert escrow(at.shop_id) == 20_600
    [row] = fetch("SELECT p.id FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id")
    assert row["id"] == placed.payment_id, "what came second goes back the way it came"
    sound()


def test_two_payments_told_in_one_breath_are_one_order_and_one_refund(now: datetime) -> None:
    at = stage()
    placed = place(at)
    press(placed.payment_id, "decline", now=now)
    second = again(placed, at.buyer_id, now=now)
    facts = [
        PaymentSucceeded(id, "checkout", placed.checkout_id, placed.total.minor, "CNY", now, "sandbox")
        for id in (placed.payment_id, second)
    ]
    for id in (placed.payment_id, second):
        _mark_paid(id, now)
    payment_succeeded([News(new_id(), now, fact) for fact in facts])
    assert given_back(placed) == [(20_600, "requested")]
    assert escrow(at.shop_id) == 20_600
    sound()


def _mark_paid(payment_id: object, now: datetime) -> None:
    fetch(
        "UPDATE payments_payment SET state = 'paid', paid_at = %s, poll_at = NULL WHERE id = %s RETURNING id",
        [now, payment_id],
    )


@pytest.mark.parametrize(("minor", "currency"), [(20_600, "USD"), (20_599, "CNY"), (0, "CNY"), (-1, "CNY")])
def test_a_callback_over_other_money_than_was_asked_changes_nothing(
    now: datetime, minor: int, currency: str
) -> None:
    at = stage()
    placed = place(at)
    said = sign(Callback(placed.payment_id, "paid", minor, currency, now))
    with refused("payments.amount_differs"):
        payments.heard("sandbox", said.body, said.headers, now=now)
    press(placed.payment_id, "pay", now=now)
    assert order_state(placed.order_ids[0]) == "paid", "nothing is lost: the true callback still counts"


def test_a_forged_callback_changes_nothing(now: datetime) -> None:
    at = stage()
    placed = place(at)
    said = sign(Callback(placed.payment_id, "paid", placed.total.minor, "CNY", now))
    with refused("payments.forged"):
        payments.heard("sandbox", said.body + b" ", said.headers, now=now)


def test_a_callback_for_a_payment_nobody_began_changes_nothing(now: datetime) -> None:
    stage()
    said = sign(Callback(new_id(), "paid", 100, "CNY", now))
    with refused("payments.no_payment"):
        payments.heard("sandbox", said.body, said.headers, now=now)


def presale() -> tuple[Stage, datetime]:
    at = stage()
    ships_by = datetime.fromisoformat("2026-03-20T16:00:00+00:00")
    stall = world.Stall(at.shop_id, at.owner_id)
    variant = world.variant("P", price=10_000, kind="presale", ships_by_at=ships_by)
    at.offers = world.offer_ids(world.listed(stall, world.draft(variant, slug="presale")))
    return at, ships_by


def test_a_presale_runs_by_its_own_clock(now: datetime) -> None:
    at, ships_by = presale()
    order = paid(at)
    view = orders.order(order)
    assert view.presale_ships_by == ships_by
    assert view.arrives_by == ships_by + timedelta(days=6)
    assert promise(order)["due_at"] == ships_by
    drain(now + hours(60))
    assert promise(order)["state"] == "open"


def test_a_price_that_changes_while_the_buyer_presses_the_button_is_not_charged_unseen(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = stage()
    cart_of(at.buyer_id, (at.offers[0], 1))
    offers = catalog.offers

    def and_then_the_price_rises(ids: object, *, now: datetime) -> object:
        found = offers(ids, now=now)
        catalog.set_price(at.shop_id, at.offers[0], Money(99_900, "CNY"), by=at.owner_id, now=now)
        return found

    monkeypatch.setattr(catalog, "offers", and_then_the_price_rises)
    with pytest.raises(Refusal, match=r"catalog\.price_changed"):
        place(at, ())
    assert fetch("SELECT count(*) AS n FROM orders_order") == [{"n": 0}]
