"""Two hands on one case, with real connections: exactly one of them moves it, and money goes back once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.kit.keeper import Keeper
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.wiring import DUE
from sanhao.service.orders import api as orders
from tests.at_once import at_once
from tests.service.aftersales.stage import ask, case, delivered, history, rules, shop, units
from tests.service.stage import Stage, drain, escrow, hours, paid, ship, sound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def keeping(now: datetime) -> Callable[[], object]:
    mine = Keeper(DUE.name, DUE.query, DUE.settle, DUE.order, batch=DUE.batch)
    return lambda: keeper.tick(mine, now)


def received(at: Stage, now: datetime) -> UUID:
    asked = ask(at, delivered(at, number=f"SF{now.timestamp():.0f}", now=now), now=now + hours(30))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    aftersales.send_back(
        asked,
        person_id=at.buyer_id,
        carrier="sandbox",
        tracking_no=f"RT{now.timestamp():.0f}",
        now=now + hours(32),
    )
    return asked


@pytest.mark.parametrize("turn", [1, -1])
def test_a_shop_that_refuses_in_the_last_second_against_the_keeper_of_the_next(
    now: datetime, turn: int
) -> None:
    at = shop()
    asked = received(at, now)
    due = case(asked).due_at
    assert due is not None
    refuse = lambda: aftersales.refuse(  # noqa: E731
        asked, shop_id=at.shop_id, by=at.owner_id, words="An old coat came", now=due - hours(1 / 3600)
    )
    at_once(*[refuse, keeping(due), keeping(due)][::turn])
    drain(due)
    ended = case(asked).state
    assert (ended, case(asked).refunded.minor) in [("rejected", 0), ("refunded", 20_000)]
    assert len(decisions.of_subject("case", asked)) == (1 if ended == "refunded" else 0)
    assert history(asked)[-1] == ended
    sound()


@pytest.mark.parametrize("first", ["shop", "keeper"])
def test_both_orders_of_that_race_one_after_the_other(now: datetime, first: str) -> None:
    at = shop()
    asked = received(at, now)
    due = case(asked).due_at
    assert due is not None

    def refuse() -> str:
        return str(
            at_once(
                lambda: aftersales.refuse(
                    asked,
                    shop_id=at.shop_id,
                    by=at.owner_id,
                    words="An old coat came",
                    now=due - hours(1 / 3600),
                )
            )
        )

    if first == "shop":
        refuse()
        drain(due)
        assert case(asked).state == "rejected"
    else:
        drain(due)
        assert "moved_on" in refuse()
        assert case(asked).state == "refunded"
    sound()


def test_three_keepers_refund_each_case_once(now: datetime) -> None:
    at = shop()
    asked = []
    for n in range(6):
        order = paid(at, now=now)
        ship(at, order, f"SF10000{n}", now=now + hours(1))
        asked.append(ask(at, order, "changed_mind", now=now + hours(2)))
    due = now + hours(26)
    at_once(keeping(due), keeping(due), keeping(due))
    drain(due)
    assert [case(id).refunded.minor for id in asked] == [20_600] * 6
    assert escrow(at.shop_id) == 0
    sound()


def test_one_unit_asked_for_in_two_tabs_is_one_case(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    wanted = units(order)
    tab = lambda: aftersales.request(  # noqa: E731
        order, person_id=at.buyer_id, units=wanted, reason="no_reason", now=now + hours(30)
    )
    said = at_once(tab, tab, tab)
    assert sorted(said) == ["case.units", "case.units", "done"]


@pytest.mark.parametrize("turn", [1, -1])
def test_a_shop_that_cancels_while_the_buyer_asks_gives_the_money_back_once(now: datetime, turn: int) -> None:
    at = shop()
    order = paid(at)
    wanted = units(order)
    ask_ = lambda: aftersales.request(  # noqa: E731
        order, person_id=at.buyer_id, units=wanted, reason="changed_mind", now=now + hours(1)
    )
    cancel = lambda: orders.cancel_by_shop(  # noqa: E731
        order, shop_id=at.shop_id, by=at.owner_id, reason="sold out", now=now + hours(1)
    )
    at_once(*[ask_, cancel][::turn])
    drain(now + hours(60))
    assert (orders.order(order).refunded.minor, escrow(at.shop_id)) == (20_600, 0)
    sound()
