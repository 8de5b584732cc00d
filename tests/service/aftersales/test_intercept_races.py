"""A parcel that is called back while something else happens to it, with real connections and in both orders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.kit import time as kit_time
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.actions.answers import record_interceptions
from sanhao.service.orders import api as orders
from tests.at_once import at_once
from tests.service.aftersales.stage import ask, case, rules, shop
from tests.service.stage import Stage, drain, hours, paid, scan, ship, sound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def stopping(now: datetime) -> tuple[Stage, UUID, UUID, UUID]:
    """An order whose parcel its courier is asked to stop, and says nothing yet: stage, order, parcel, case."""
    at = shop()
    order = paid(at, now=now)
    parcel = ship(at, order, "SF100001", now=now + hours(1))
    delivery.sandbox_mischief(parcel, "never")
    scan(parcel, "picked_up", at=now + hours(2))
    asked = ask(at, order, "changed_mind", now=now + hours(5), stop=True)
    drain(now + hours(5))
    assert case(asked).state == "stopping"
    return at, order, parcel, asked


def says(asked: UUID, word: str, now: datetime) -> None:
    id = delivery.interceptions_of([asked])[asked].id
    record_interceptions([delivery.InterceptionWord(id, word)], now=now)


def reads_the_signature(parcel: UUID, now: datetime) -> None:
    body, headers = delivery.sandbox_scan_body(parcel, "delivered", now=now)
    delivery.receive("sandbox", body, headers, now=now)
    drain(now)


@pytest.mark.parametrize("turn", [1, -1])
def test_signed_for_while_the_courier_says_it_is_done(now: datetime, turn: int) -> None:
    _, order, parcel, asked = stopping(now)
    t = now + hours(8)
    at_once(*[lambda: reads_the_signature(parcel, t), lambda: says(asked, "succeeded", t)][::turn])
    drain(t)
    view, back = case(asked), orders.order(order).refunded.minor
    paid_ahead = ledger.balance(ledger.Ref("paid_ahead", ledger.PLATFORM, "CNY")).minor
    assert view.state in ("asked", "to_send", "returning")
    assert back == paid_ahead and back in (0, 20_000), (
        "whatever came first, it is paid once and the platform's to claim"
    )
    assert (view.state == "to_send") == (back == 20_000 and view.phase == "delivered")
    drain(t + hours(24 * 40))
    assert list(decisions.rejudge_all()) == []
    sound()


def test_said_twice_at_once_it_is_one_refund_and_one_fee(now: datetime) -> None:
    _, order, _, asked = stopping(now)
    t = now + hours(8)
    at_once(*[lambda: says(asked, "succeeded", t)] * 3)
    drain(t)
    assert (case(asked).state, orders.order(order).refunded.minor) == ("returning", 20_000)
    [row] = fetch("SELECT count(*) AS n FROM ledger_entry WHERE kind = 'case.stop_fee'")
    assert row["n"] == 1
    sound()


@pytest.mark.parametrize("turn", [1, -1])
def test_an_answer_in_the_second_in_which_it_lapses(now: datetime, turn: int) -> None:
    _, order, _, asked = stopping(now)
    t = now + hours(29)
    at_once(*[lambda: says(asked, "succeeded", t), lambda: drain(t)][::turn])
    drain(t)
    assert (case(asked).state, orders.order(order).refunded.minor) == ("returning", 20_000)
    sound()
