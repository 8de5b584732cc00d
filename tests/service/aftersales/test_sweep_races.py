"""Two hands on one order of a sweep, with real connections: the shop, the buyer, another sweep, a second keeper, a kill."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.kit.keeper import Keeper
from sanhao.kit.rows import fetch
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.actions import swept as acts
from sanhao.service.aftersales.wiring import SWEEPING, SWEPT
from sanhao.service.orders import api as orders
from tests.at_once import at_once
from tests.service.aftersales.stage import arbiter, delivered, rules, shop, units
from tests.service.aftersales.test_chargebacks import dispute
from tests.service.aftersales.test_sweeps import found, number, outcome, refunded, silent
from tests.service.stage import Stage, drain, hours, order_state, paid, scan, ship, sound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def keeping(now: datetime) -> Callable[[], object]:
    mine = Keeper(SWEPT.name, SWEPT.query, SWEPT.settle, SWEPT.order, batch=SWEPT.batch)
    return lambda: keeper.tick(mine, now)


def started(at: Stage, trigger: str, now: datetime) -> UUID:
    """Confirmed and begun; no order of it was touched yet."""
    sweep_id = found(at, trigger, arbiter(), now=now)
    begun(sweep_id, now)
    return sweep_id


def begun(sweep_id: UUID, now: datetime) -> None:
    second = arbiter()
    aftersales.preview_sweep(sweep_id, by=second, now=now)
    aftersales.confirm(sweep_id, look=1, by=second, now=now)
    keeper.tick(SWEEPING, now)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_shop_that_ships_against_the_sweep(now: datetime, turn: int) -> None:
    at, late, _, then = silent(now)
    drain(then)
    [view] = aftersales.sweeps(over=False)
    begun(view.id, then)
    at_once(*[lambda: ship(at, late, "SF800001", now=then), keeping(then)][::turn])
    drain(then)
    state, _, minor = outcome(view.id)[number(late)]
    assert (state, order_state(late), minor, refunded(late)) in [
        ("left", "shipped", 0, 0),
        ("done", "cancelled", 20_600, 20_600),
    ]
    sound()


@pytest.mark.parametrize("first", ["shop", "sweep"])
def test_both_orders_of_that_race_one_after_the_other(now: datetime, first: str) -> None:
    at, late, _, then = silent(now)
    drain(then)
    [view] = aftersales.sweeps(over=False)
    begun(view.id, then)
    if first == "shop":
        ship(at, late, "SF800002", now=then)
        drain(then)
        assert outcome(view.id)[number(late)] == ("left", "shipped", 0)
        assert order_state(late) == "shipped"
    else:
        drain(then)
        assert at_once(lambda: ship(at, late, "SF800003", now=then)) == ["ship.not_waiting"]
        assert refunded(late) == 20_600
    sound()


@pytest.mark.parametrize("turn", [1, -1])
def test_a_buyer_who_asks_against_the_sweep_is_paid_once(now: datetime, turn: int) -> None:
    at = shop()
    order = delivered(at, now=now)
    then = now + hours(30)
    sweep_id = started(at, "recall", then)
    wanted = units(order)
    ask = lambda: aftersales.request(  # noqa: E731
        order, person_id=at.buyer_id, units=wanted, reason="broken", now=then
    )
    at_once(*[ask, keeping(then)][::turn])
    drain(then)
    state, reason, _ = outcome(sweep_id)[number(order)]
    cases = aftersales.cases_of(at.buyer_id)
    assert (state, reason, len(cases), refunded(order)) in [
        ("left", "in_case", 1, 0),
        ("done", "delivered", 0, 20_600),
    ]
    sound()


def test_two_sweeps_and_three_keepers_pay_each_order_once(now: datetime) -> None:
    at = shop()
    bought = [delivered(at, number=f"SF90000{n}", now=now) for n in range(4)]
    waiting = [paid(at, now=now + hours(1)) for _ in range(3)]
    then = now + hours(30)
    one, two = started(at, "recall", then), started(at, "recall", then)
    at_once(keeping(then), keeping(then), keeping(then))
    drain(then)
    assert [refunded(id) for id in (*bought, *waiting)] == [20_600] * 7
    states = [states[0] for sweep_id in (one, two) for states in outcome(sweep_id).values()]
    assert sorted(states) == ["done"] * 7 + ["left"] * 7
    assert {aftersales.sweep(id).state for id in (one, two)} == {"done"}
    sound()


def test_a_keeper_that_dies_in_a_batch_leaves_nothing_half_done(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = shop()
    bought = [delivered(at, number=f"SF91000{n}", now=now) for n in range(3)]
    then = now + hours(30)
    sweep_id = started(at, "recall", then)

    class Killed(BaseException):
        pass

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(acts, "_done", dies)
        with pytest.raises(Killed):
            keeping(then)()
    assert [refunded(id) for id in bought] == [0, 0, 0]
    assert fetch("SELECT 1 FROM decisions_decision WHERE kind = 'sweep.order'") == []
    drain(then)
    assert [refunded(id) for id in bought] == [20_600] * 3
    assert aftersales.progress(sweep_id).done == 3
    sound()


@pytest.mark.parametrize("turn", [1, -1])
def test_who_stops_it_stops_it(now: datetime, turn: int) -> None:
    at = shop()
    bought = [delivered(at, number=f"SF92000{n}", now=now) for n in range(3)]
    then = now + hours(30)
    sweep_id = started(at, "recall", then)
    who = arbiter()
    at_once(*[lambda: aftersales.stop(sweep_id, by=who, now=then), keeping(then)][::turn])
    drain(then)
    got = {refunded(id) for id in bought}
    assert got in ({0}, {20_600})
    left = aftersales.progress(sweep_id)
    assert (left.done, left.left) == ((3, {}) if got == {20_600} else (0, {"stopped": 3}))
    assert aftersales.sweep(sweep_id).state == "stopped"
    sound()


def test_what_a_bank_took_already_is_not_given_again(now: datetime) -> None:
    at = shop()
    order = delivered(at, now=now)
    then = now + hours(30)
    dispute(order, 20_600, now=then)
    sweep_id = started(at, "recall", then)
    drain(then)
    assert outcome(sweep_id) == {number(order): ("left", "nothing_left", 0)}
    sound()


def test_a_return_that_was_refunded_ahead_is_left_to_its_case(now: datetime) -> None:
    at = shop()
    order = delivered(at, now=now)
    then = now + hours(30)
    asked = aftersales.request(order, person_id=at.buyer_id, units=units(order), reason="no_reason", now=then)
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=then)
    aftersales.send_back(asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT93001", now=then)
    parcel = aftersales.case(asked, side="buyer").parcel_id
    assert parcel is not None
    scan(parcel, "picked_up", at=then + hours(1))
    drain(then + hours(2))
    before = refunded(order)
    sweep_id = started(at, "recall", then + hours(3))
    drain(then + hours(3))
    assert outcome(sweep_id) == {number(order): ("left", "in_case", 0)}
    assert refunded(order) == before
    drain(then + timedelta(days=30))
    assert orders.order(order).refunded.minor <= 20_600
    sound()
