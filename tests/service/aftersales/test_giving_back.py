"""Refunds of units and amounts against the real books: buyer, shop, funders, shelf."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.books.wallet import api as wallet
from sanhao.kit.rows import fetch
from sanhao.service.aftersales.core import Ask
from sanhao.service.orders import api as orders
from tests.at_once import at_once
from tests.service.aftersales.paid import (
    HOST,
    give_back,
    gone_back,
    lines_of,
    minor,
    paid_with,
    sound,
)
from tests.service.orders.stage import refused, stock
from tests.service.stage import (
    Stage,
    drain,
    escrow,
    hours,
    order_state,
    paid,
    promise,
    purse,
    scan,
    ship,
    stage,
)

pytestmark = pytest.mark.usefixtures("site")
ALL = {"shop": 1_000, "platform": 2_000, "host": 500, "compensation": 700}


def spendable(person_id: UUID) -> list[int]:
    return [c.amount.minor for c in wallet.coupons_of(person_id) if c.state == "active"]


def deliver(at: Stage, order_id: UUID, now: datetime, number: str = "SB0001") -> None:
    parcel = ship(at, order_id, number, now=now)
    scan(parcel, "collected", at=now + hours(1))
    scan(parcel, "delivered", at=now + hours(30))


def test_unit_by_unit_everybody_gets_back_what_they_gave(now: datetime) -> None:
    at = stage(price=20_000)
    order_id = paid_with(at, (3,), ALL, now=now)
    total = orders.order(order_id).total.minor
    assert total == 60_000 + 600 - 4_200
    assert (minor("promotions"), minor("host", str(HOST))) == (2_000, 0)
    deliver(at, order_id, now)
    [line] = lines_of(order_id)
    given = [give_back(order_id, Ask(line.id, 1), now=now + hours(40 + n)) for n in range(3)]
    sound()
    assert sum(back.cash_minor for back in given) == gone_back(order_id) == total
    assert [back.coupon_returns for back in given] == [False, False, True]
    assert (minor("promotions"), minor("host", str(HOST)), minor("escrow", "coupons")) == (0, -500, 0)
    assert escrow(at.shop_id) == 0
    assert sorted(spendable(at.buyer_id)) == [500, 700, 1_000, 2_000]
    [line] = lines_of(order_id)
    assert (line.refunded_units, line.refunded.minor) == (3, line.paid.minor)
    view = orders.order(order_id)
    assert (view.refunded, view.freight_refunded.minor) == (view.total, 600)


def test_compensation_waits_until_the_whole_order_is_back(now: datetime) -> None:
    at = stage(price=20_000)
    order_id = paid_with(at, (2,), {"compensation": 501}, now=now)
    [line] = lines_of(order_id)
    give_back(order_id, Ask(line.id, 1), now=now + hours(1), fault="buyer", unshipped={line.id: 1})
    assert (spendable(at.buyer_id), -minor("escrow", "coupons")) == ([], 250)
    sound()
    give_back(order_id, Ask(line.id, 1), now=now + hours(2), fault="buyer", unshipped={line.id: 1})
    assert (spendable(at.buyer_id), minor("escrow", "coupons")) == ([501], 0)
    sound()


def test_compensation_that_waits_in_vain_goes_back_to_who_paid_for_it(now: datetime) -> None:
    at = stage(price=20_000)
    order_id = paid_with(at, (2,), {"compensation": 501}, now=now)
    goodwill = minor("goodwill")
    deliver(at, order_id, now)
    [line] = lines_of(order_id)
    give_back(order_id, Ask(line.id, 1), now=now + hours(40))
    drain(now + timedelta(days=30))
    assert (minor("escrow", "coupons"), minor("goodwill"), spendable(at.buyer_id)) == (0, goodwill - 250, [])
    sound()
    give_back(order_id, Ask(line.id, 1), now=now + timedelta(days=31))
    assert (minor("escrow", "coupons"), spendable(at.buyer_id)) == (0, [251])
    assert gone_back(order_id) == orders.order(order_id).total.minor
    sound()


def test_units_that_were_not_shipped_are_on_the_shelf_again_and_never_shipped(now: datetime) -> None:
    at = stage(price=20_000, stock=10)
    order_id = paid(at, (3,))
    [line] = lines_of(order_id)
    back = give_back(order_id, Ask(line.id, 1), now=now + hours(1), fault="buyer", unshipped={line.id: 1})
    assert (back.cash_minor, stock(at.offers[0]), order_state(order_id)) == (20_000, 8, "paid")
    with refused("ship.quantity"):
        ship(at, order_id, "SB0009", now=now + hours(2), items=((line.id, 3),))
    deliver(at, order_id, now + hours(2))
    assert (order_state(order_id), promise(order_id)["state"]) == ("delivered", "kept")
    sound()


def test_the_rest_of_an_order_that_is_shipped_is_shipped(now: datetime) -> None:
    at = stage()
    order_id = paid(at, (2,))
    [line] = lines_of(order_id)
    ship(at, order_id, "SB0001", now=now, items=((line.id, 1),))
    give_back(order_id, Ask(line.id, 1), now=now + hours(1), fault="buyer", unshipped={line.id: 1})
    assert order_state(order_id) == "shipped"


def test_an_order_of_which_nothing_will_be_shipped_is_cancelled(now: datetime) -> None:
    at = stage(stock=10)
    order_id = paid(at, (2, 1))
    for n, line in enumerate(lines_of(order_id)):
        give_back(
            order_id, Ask(line.id, line.quantity), now=now + hours(n), fault="buyer", unshipped={line.id: line.quantity}
        )  # fmt: skip
    view = orders.order(order_id)
    assert (view.state, view.cancelled_by, view.refunded) == ("cancelled", "buyer", view.total)
    assert (stock(at.offers[0]), stock(at.offers[1])) == (10, 10)
    assert promise(order_id)["state"] == "void"
    drain(now + timedelta(days=30))
    assert gone_back(order_id) == view.total.minor
    sound()


def test_returned_units_are_on_the_shelf_only_if_the_shop_says_so(now: datetime) -> None:
    at = stage(stock=10)
    order_id = paid(at, (2,))
    deliver(at, order_id, now)
    [line] = lines_of(order_id)
    give_back(order_id, Ask(line.id, 1), now=now + hours(40))
    assert stock(at.offers[0]) == 8
    give_back(order_id, Ask(line.id, 1), now=now + hours(41), restock={line.id: 1})
    assert stock(at.offers[0]) == 9


@pytest.mark.parametrize("who", ["buyer", "shop", "platform"])
def test_a_cancelled_order_gives_everything_back_also_after_a_part(now: datetime, who: str) -> None:
    at = stage(price=20_000)
    order_id = paid_with(at, (3,), ALL, now=now)
    [line] = lines_of(order_id)
    give_back(order_id, Ask(line.id, 1), now=now + hours(1), fault="buyer", unshipped={line.id: 1})
    if who == "buyer":
        orders.cancel_by_buyer(order_id, person_id=at.buyer_id, now=now + hours(2))
    elif who == "shop":
        orders.cancel_by_shop(
            order_id, shop_id=at.shop_id, by=at.owner_id, reason="sold out", now=now + hours(2)
        )
    drain(now + timedelta(days=7))  # where nobody cancelled, the platform does
    view = orders.order(order_id)
    assert (view.state, view.cancelled_by, view.refunded) == ("cancelled", who, view.total)
    assert (minor("promotions"), minor("host", str(HOST))) == (0, -500)
    assert 700 in spendable(at.buyer_id)
    assert gone_back(order_id) == view.total.minor
    assert all(line.refunded_units == line.quantity for line in view.lines)
    sound()


def test_an_order_that_coupons_paid_wholly_gives_them_back(now: datetime) -> None:
    at = stage(price=20_000)
    placed_free = paid_with(at, (1,), {"platform": 20_000}, now=now)
    orders.cancel_by_shop(
        placed_free, shop_id=at.shop_id, by=at.owner_id, reason="sold out", now=now + hours(1)
    )
    drain(now + hours(2))
    assert minor("promotions") == 0
    sound()


def test_after_release_the_shop_pays_into_escrow_what_goes_back(now: datetime) -> None:
    at = stage(price=20_000)
    order_id = paid_with(at, (2,), {"platform": 1_000}, now=now)
    deliver(at, order_id, now)
    drain(now + timedelta(days=30))
    had = purse(at.shop_id)[0]
    [line] = lines_of(order_id)
    back = give_back(order_id, Ask(line.id, 1), now=now + timedelta(days=31))
    assert back.cash_minor == 19_500 + 300
    sound()
    assert purse(at.shop_id)[0] < had


def test_what_another_bears_costs_the_shop_nothing(now: datetime) -> None:
    at = stage(price=20_000)
    order_id = paid_with(at, (1,), {"platform": 1_000}, now=now)
    deliver(at, order_id, now)
    held = settlement.settlements([order_id])[order_id].held_minor
    [line] = lines_of(order_id)
    give_back(order_id, Ask(line.id, 1), now=now + hours(40), payer=ledger.Ref("goodwill", "platform", "CNY"))
    assert settlement.settlements([order_id])[order_id].held_minor == held
    assert (minor("goodwill"), minor("promotions")) == (20_600, 0)
    sound()


def test_a_bruised_third_lowers_the_line_and_not_its_units(now: datetime) -> None:
    at = stage(price=9_000)
    order_id = paid_with(at, (1,), {"platform": 3_000}, now=now)
    deliver(at, order_id, now)
    [line] = lines_of(order_id)
    give_back(order_id, Ask(line.id, 1, goods_minor=2_000), now=now + hours(40))
    [line] = lines_of(order_id)
    assert (line.refunded_units, line.refunded.minor, minor("promotions")) == (0, 2_000, 2_000)
    give_back(order_id, Ask(line.id, 1), now=now + hours(41))
    assert (gone_back(order_id), minor("promotions")) == (orders.order(order_id).total.minor, 0)
    sound()


def test_a_part_found_before_something_else_was_given_is_refused(now: datetime) -> None:
    at = stage()
    order_id = paid(at, (2,))
    [line] = lines_of(order_id)
    stale = orders.Part("late", order_id, "case", order_id, lines=(orders.LineBack(line.id, 2, 40_000),))
    give_back(order_id, Ask(line.id, 1), now=now + hours(1))
    with refused("refund.moved_on"), transaction.atomic():
        orders.refund([stale], now=now + hours(2))
    with refused("refund.moved_on"), transaction.atomic():
        part = orders.Part("more", order_id, "case", order_id, lines=(orders.LineBack(line.id, 1, 20_001),))
        orders.refund([part], now=now + hours(2))


def test_a_unit_that_is_back_is_refused_and_nothing_changes(now: datetime) -> None:
    at = stage()
    order_id = paid(at, (1, 1))
    first, _ = lines_of(order_id)
    give_back(order_id, Ask(first.id, 1), now=now + hours(1))
    with refused("refund.units"):
        give_back(order_id, Ask(first.id, 1), now=now + hours(2))
    with refused("refund.line"):
        give_back(order_id, Ask(order_id, 1), now=now + hours(2))


@pytest.mark.django_db(transaction=True)
def test_one_unit_asked_back_twice_at_once_goes_back_once(now: datetime) -> None:
    at = stage()
    order_id = paid(at, (1, 1))
    first, _ = lines_of(order_id)

    def job() -> None:
        give_back(order_id, Ask(first.id, 1), now=now + hours(1))

    assert sorted(at_once(job, job, job)) == ["done", "refund.units", "refund.units"]
    assert gone_back(order_id) == orders.order(order_id).refunded.minor
    sound()


def test_late_freight_given_back_counts_as_freight(now: datetime) -> None:
    """A promise gave the freight back; the return of everything at the shop's fault gives the goods."""
    at = stage(balance=50_000)
    order_id = paid(at, (1,))
    view = orders.order(order_id)
    part = orders.Part("promise", order_id, "promise", order_id, amount_minor=600, freight_minor=600)
    orders.refund([part], now=now + hours(1))
    assert orders.order(order_id).freight_refunded.minor == 600
    [line] = view.lines
    assert give_back(order_id, Ask(line.id, 1), now=now + hours(2)).cash_minor == 20_000
    assert orders.order(order_id).refunded == view.total
    sound()


def test_a_key_that_came_before_changes_nothing(now: datetime) -> None:
    at = stage()
    order_id = paid(at, (2,))
    [line] = lines_of(order_id)
    give_back(order_id, Ask(line.id, 1), now=now + hours(1), key="case:one")
    before = fetch("SELECT count(*) AS n FROM payments_refund")
    part = orders.Part("case:one", order_id, "case", order_id, lines=(orders.LineBack(line.id, 1, 20_000),))
    with transaction.atomic():
        assert orders.refund([part], now=now + hours(2)) == {"case:one": 0}
    assert fetch("SELECT count(*) AS n FROM payments_refund") == before
    assert lines_of(order_id)[0].refunded_units == 1
    sound()


def test_the_wallet_owes_what_coupons_say(now: datetime) -> None:
    at = stage(price=20_000)
    order_id = paid_with(at, (2,), {"compensation": 700}, now=now)
    [line] = lines_of(order_id)
    give_back(order_id, Ask(line.id, 2), now=now + hours(1), unshipped={line.id: 2})
    assert (sum(spendable(at.buyer_id)), -minor("coupons")) == (700, 700)
