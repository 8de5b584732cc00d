"""A buyer's bank takes money back by itself: with refunds in either order, nobody is paid twice by us."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.payments import api as payments
from sanhao.books.payments.wiring import REFUNDS
from sanhao.kit.keeper import tick
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.service.aftersales.core import Ask
from sanhao.service.orders import api as orders
from tests.service.aftersales.paid import give_back, gone_back, lines_of, minor, sound
from tests.service.stage import Stage, drain, escrow, hours, paid, purse, rules, stage

pytestmark = pytest.mark.usefixtures("site")
PAID = 20_600


def dispute(order_id: UUID, amount: int, outcome: Any = "open", *, now: datetime, ref: str = "dp_1") -> None:
    """The gateway says that the buyer's bank took *amount*."""
    found = payments.payment_of("checkout", orders.order(order_id).checkout_id)
    assert found is not None
    payments.hear_dispute(
        "sandbox", payments.Disputed(ref, found.gateway_ref, outcome, amount, "CNY", "fraudulent"), now=now
    )


def refund_all(order_id: UUID, now: datetime) -> int:
    [line] = lines_of(order_id)
    return give_back(order_id, Ask(line.id, 1), now=now).cash_minor


def bought() -> tuple[Stage, UUID]:
    at = stage(price=20_000, balance=0)
    return at, paid(at, (1,))


def refunds(order_id: UUID) -> list[tuple[int, str]]:
    return [
        (row.amount.minor, row.state)
        for row in payments.refunds_of("checkout", orders.order(order_id).checkout_id)
    ]


def test_what_the_bank_took_no_refund_gives_again(now: datetime) -> None:
    at, order_id = bought()
    for _ in range(2):
        dispute(order_id, PAID, now=now + hours(1))
    assert (orders.order(order_id).refunded.minor, escrow(at.shop_id), minor("gateway", "sandbox")) == (
        PAID,
        0,
        0,
    )
    assert refund_all(order_id, now + hours(2)) == 0
    assert (gone_back(order_id), minor("goodwill")) == (0, 0)
    sound()


def test_a_refund_that_has_not_left_is_stopped_by_the_chargeback(now: datetime) -> None:
    at, order_id = bought()
    assert refund_all(order_id, now + hours(1)) == PAID
    dispute(order_id, PAID, now=now + hours(2))
    assert refunds(order_id) == [(PAID, "stopped")]
    assert tick(REFUNDS, now + hours(3)) == 0
    assert (minor("gateway", "sandbox"), minor("refunds"), minor("goodwill"), escrow(at.shop_id)) == (
        0,
        0,
        0,
        0,
    )
    sound()


@pytest.mark.django_db(transaction=True)
def test_a_refund_that_had_left_leaves_the_platform_to_contest_the_second_payment(now: datetime) -> None:
    at, order_id = bought()
    refund_all(order_id, now + hours(1))
    tick(REFUNDS, now + hours(2))
    dispute(order_id, PAID, now=now + hours(3))
    assert (minor("goodwill"), escrow(at.shop_id), minor("gateway", "sandbox")) == (PAID, 0, -PAID)
    dispute(order_id, PAID, "won", now=now + hours(9))
    assert (minor("goodwill"), minor("gateway", "sandbox")) == (0, 0)
    sound()


def test_a_part_of_it_leaves_the_rest_to_be_refunded(now: datetime) -> None:
    at, order_id = bought()
    dispute(order_id, 5_000, now=now + hours(1))
    assert refund_all(order_id, now + hours(2)) == PAID - 5_000
    assert (escrow(at.shop_id), gone_back(order_id)) == (0, PAID - 5_000)
    sound()


def test_a_dispute_won_gives_the_shop_its_money_and_the_buyer_the_right_to_a_refund(now: datetime) -> None:
    at, order_id = bought()
    dispute(order_id, PAID, now=now + hours(1))
    for _ in range(2):
        dispute(order_id, PAID, "won", now=now + hours(2))
    assert (purse(at.shop_id)[0], orders.order(order_id).refunded.minor) == (PAID, 0)
    sound()
    assert refund_all(order_id, now + hours(3)) == PAID
    assert (purse(at.shop_id)[0], gone_back(order_id)) == (0, PAID)
    sound()


@pytest.mark.django_db(transaction=True)
def test_a_dispute_won_sends_the_refund_that_was_stopped(now: datetime) -> None:
    _, order_id = bought()
    refund_all(order_id, now + hours(1))
    dispute(order_id, PAID, now=now + hours(2))
    dispute(order_id, PAID, "won", now=now + hours(3))
    assert refunds(order_id) == [(PAID, "requested")]
    tick(REFUNDS, now + hours(4))
    assert (refunds(order_id), minor("gateway", "sandbox"), minor("refunds")) == ([(PAID, "done")], 0, 0)
    sound()


def test_a_bank_takes_what_the_shop_kept_too_and_nothing_is_left_to_refund(now: datetime) -> None:
    """Found by the stateful test: what a fee had left with the shop counted against less than nothing."""
    at = stage(price=20_000)
    order_id = paid(at, (2,))
    [line] = lines_of(order_id)
    give_back(order_id, Ask(line.id, 1, deduct_minor=40), now=now + hours(1), fault="buyer")
    dispute(order_id, 40_600, now=now + hours(2))
    assert give_back(order_id, Ask(line.id, 1, deduct_minor=40), now=now + hours(3)).cash_minor == 0
    view = orders.order(order_id)
    assert (view.refunded, escrow(at.shop_id)) == (view.total, 0)
    sound()


def test_what_the_shop_kept_is_its_own_again_once_the_dispute_is_won(now: datetime) -> None:
    _at, order_id = bought()
    [line] = lines_of(order_id)
    give_back(order_id, Ask(line.id, 1, deduct_minor=40), now=now)
    left = PAID - gone_back(order_id)
    dispute(order_id, left, now=now + hours(1))
    dispute(order_id, left, "won", now=now + hours(2))
    [row] = fetch("SELECT kept_minor, total_minor - refunded_minor AS left_minor FROM orders_order")
    assert row["kept_minor"] == 40 <= row["left_minor"] == left
    sound()


@pytest.mark.parametrize("who", ["buyer", "shop"])
@pytest.mark.parametrize("settled", ["before", "after"])
def test_an_order_cancelled_while_the_bank_had_the_money_gives_it_back_once_the_dispute_is_won(
    now: datetime, who: str, settled: str
) -> None:
    """Found by the stateful test: nobody was left who could ask for it."""
    rules()
    at, order_id = bought()
    dispute(order_id, PAID - 600, now=now + hours(1))
    if who == "buyer":
        orders.cancel_by_buyer(order_id, person_id=at.buyer_id, now=now + hours(2))
    else:
        orders.cancel_by_shop(
            order_id, shop_id=at.shop_id, by=at.owner_id, reason="none left", now=now + hours(2)
        )
    if settled == "before":
        drain(now + hours(2))
        assert orders.order(order_id).refunded.minor == PAID
    for _ in range(2):
        dispute(order_id, PAID - 600, "won", now=now + hours(3))
    drain(now + hours(4))
    assert sum(minor for minor, _ in refunds(order_id)) == PAID == orders.order(order_id).refunded.minor
    sound()


def test_a_dispute_lost_changes_nothing_more(now: datetime) -> None:
    at, order_id = bought()
    dispute(order_id, PAID, "lost", now=now + hours(1))
    [row] = fetch("SELECT state, closed_at IS NOT NULL AS closed FROM payments_chargeback")
    assert (row["state"], row["closed"], escrow(at.shop_id)) == ("lost", True, 0)
    sound()


def test_a_dispute_of_nothing_we_know_is_refused(now: datetime) -> None:
    bought()
    with pytest.raises(NotFound):
        payments.hear_dispute(
            "sandbox", payments.Disputed("dp_2", "pi_unknown", "open", 1, "CNY", ""), now=now
        )
    with pytest.raises(NotFound):
        payments.hear_dispute("sandbox", payments.Disputed("dp_2", "", "open", 1, "CNY", ""), now=now)
