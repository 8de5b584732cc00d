"""Another refund takes what a case is about, or a part of it: the case ends, or is about the rest, and nobody is stuck."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.fairness.notices import api as notices
from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.actions import remains
from sanhao.service.aftersales.queries.cases import row_of
from sanhao.service.aftersales.wiring import DUE
from sanhao.service.orders import api as orders
from tests.service.aftersales.stage import ask, case, delivered, drain, history, rules, scan, shop
from tests.service.stage import Stage, days, hours, sound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def refund(order_id: UUID, *counts: int, now: datetime) -> None:
    """As a guarantee does: all that is left of the order, or these units."""
    lines = tuple(
        orders.LineBack(line.id, counts[n], (line.paid.minor * counts[n]) // line.quantity)
        for n, line in enumerate(orders.order(order_id).lines)
        if n < len(counts) and counts[n]
    )
    with transaction.atomic():
        orders.refund([orders.Part(f"other:{new_id()}", order_id, "promise", new_id(), lines=lines)], now=now)


def agreed(at: Stage, *counts: int, now: datetime, quantities: tuple[int, ...] = (1,)) -> tuple[UUID, UUID]:
    order = delivered(at, quantities, now=now)
    asked = ask(at, order, "no_reason", *counts, now=now + hours(30))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    drain(now + hours(31))
    return order, asked


def sent(at: Stage, asked: UUID, *, now: datetime, number: str = "SF200001") -> None:
    aftersales.send_back(asked, person_id=at.buyer_id, carrier="sandbox", tracking_no=number, now=now)


def test_all_of_it_is_back_so_nobody_is_asked_to_send_it(now: datetime) -> None:
    at = shop()
    order, asked = agreed(at, now=now)
    refund(order, now=now + hours(32))
    drain(now + hours(32))
    view = case(asked)
    assert (view.state, view.back.minor, history(asked)) == ("withdrawn", 0, ["to_send", "withdrawn"])
    assert view.outlook.next.en == "The money for these goods went back another way; this is settled."
    told = [n.text.en for n in notices.inbox(at.buyer_id, limit=10) if n.topic == "case.buyer"]
    assert told[0] == "Withdrawn. The money for these goods went back another way; this is settled."
    assert settlement.holds([order]) == []
    sound()


def test_the_keeper_of_cases_comes_before_the_news(now: datetime) -> None:
    at = shop()
    order, asked = agreed(at, now=now)
    sent(at, asked, now=now + hours(32))
    refund(order, now=now + days(11))
    with pytest.raises(Refusal) as no:
        aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=False, now=now + hours(40))
    assert no.value.code == "refund.units"
    keeper.tick(DUE, now + days(12))
    assert case(asked).state == "withdrawn"
    drain(now + days(12))
    assert not keeper.set_asides()
    assert orders.order(order).refunded == orders.order(order).total
    sound()


def test_a_part_is_back_and_the_rest_is_settled_as_agreed(now: datetime) -> None:
    at = shop()
    order, asked = agreed(at, 2, now=now, quantities=(3,))
    sent(at, asked, now=now + hours(32))
    refund(order, 2, now=now + hours(33))
    drain(now + hours(33))
    assert case(asked).state == "returning"
    drain(now + days(12))
    assert (case(asked).state, case(asked).refunded.minor) == ("refunded", 20_000)
    [line] = orders.order(order).lines
    assert (line.refunded_units, orders.order(order).refunded) == (3, line.paid)
    sound()


def test_what_was_paid_ahead_is_settled_with_its_case_all_the_same(now: datetime) -> None:
    at = shop()
    order, asked = agreed(at, now=now)
    sent(at, asked, now=now + hours(32))
    parcel = case(asked).parcel_id
    assert parcel is not None
    scan(parcel, "picked_up", at=now + hours(33))
    assert case(asked).ahead is not None
    refund(order, now=now + hours(34))
    drain(now + hours(34))
    assert case(asked).state == "returning", "the platform's money is out"
    scan(parcel, "delivered", at=now + hours(60))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=False, now=now + hours(61))
    drain(now + hours(61))
    assert (case(asked).state, case(asked).refunded.minor) == ("refunded", 20_000)
    assert orders.order(order).refunded == orders.order(order).total, "the buyer has what was paid, once"
    assert ledger.balance(ledger.Ref("paid_ahead", ledger.PLATFORM, "CNY")).minor == 0, (
        "the shop has given it back"
    )
    sound()


@pytest.mark.parametrize("other", ["refunded", "asked", "elsewhere"])
def test_goods_that_come_after_all_open_their_case_again_only_if_they_are_still_to_be_asked_for(
    now: datetime, other: str
) -> None:
    """Called back by a label that was scanned after the case had lapsed: its goods may have been settled otherwise."""
    at = shop()
    order, asked = agreed(at, 1, now=now, quantities=(1, 1))
    drain(now + hours(31) + days(7))
    assert case(asked).state == "lapsed"
    t = now + hours(31) + days(6)
    with transaction.atomic():
        assert remains.free_again(row_of(asked))
    if other == "refunded":
        refund(order, 1, now=t)
    else:
        ask(at, order, "no_reason", *((1,) if other == "asked" else (0, 1)), now=t)
    with transaction.atomic():
        assert remains.free_again(row_of(asked)) == (other == "elsewhere")


@pytest.mark.django_db(transaction=True)
def test_who_asks_about_the_order_in_this_moment_goes_first(now: datetime) -> None:
    at = shop()
    order, asked = agreed(at, now=now)
    drain(now + hours(31) + days(7))
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [str(order)])
        with transaction.atomic():
            assert not remains.free_again(row_of(asked))
