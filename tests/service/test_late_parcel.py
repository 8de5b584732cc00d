"""The story of the late parcel, from the order to the coupon and back again."""

from __future__ import annotations

from datetime import datetime

import pytest

from sanhao.books.wallet import api as wallet
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.kit import time as kit_time
from sanhao.people import api as people
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from tests.goods import world
from tests.service.stage import (
    coupons,
    decisions_of,
    drain,
    escrow,
    hours,
    order_state,
    paid,
    promise,
    purse,
    rules,
    scan,
    ship,
    sound,
    stage,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def test_a_parcel_that_leaves_in_time_keeps_its_promise_and_costs_nothing(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    consignment = ship(at, order, "SF100001", now=now + hours(20))
    drain(now + hours(47))
    assert promise(order)["state"] == "open", "a label keeps nothing"
    scan(consignment, "picked_up", at=now + hours(47.9))
    assert promise(order)["state"] == "kept"
    drain(now + hours(60))
    assert (coupons(at.buyer_id), purse(at.shop_id)) == ([], (10_000, 0, 0))
    assert decisions_of(promise(order)["id"]) == 0, "a promise simply kept writes no decision"


def test_a_late_parcel_pays_by_itself_and_everybody_hears_why(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    drain(now + hours(49.9))
    assert promise(order)["state"] == "open", "the scan grace runs for two hours"
    drain(now + hours(50))
    found = promise(order)
    assert (found["state"], found["owed_minor"]) == ("broken", 300)
    assert coupons(at.buyer_id) == [300]
    assert purse(at.shop_id) == (9_700, 0, 0)
    [decision] = decisions.of_subject("promise", found["id"])
    assert (
        decision.text.en == "Your ¥3 coupon is here, because the parcel was not collected by Wednesday 10:00"
    )
    assert decision.effect_minor == 300
    [told] = [n for n in notices.inbox(at.buyer_id, limit=10) if n.topic == "promise.broken"]
    assert told.text == decision.text
    [shop_told] = [n for n in notices.inbox(at.owner_id, limit=10) if n.topic == "promise.broken.shop"]
    assert "3" in shop_told.text.zh and "3" in shop_told.text.en
    sound()


def test_a_late_parcel_pays_once_however_often_keepers_come(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    for hour in (50, 51, 60, 71):
        drain(now + hours(hour))
    assert coupons(at.buyer_id) == [300]
    assert decisions_of(promise(order)["id"]) == 1
    sound()


@pytest.mark.parametrize(
    ("balance", "deposit", "after"),
    [
        (300, 0, (0, 0, 0)),
        (100, 1_000, (0, 800, 0)),
        (0, 250, (0, 0, 50)),
        (0, 0, (0, 0, 300)),
    ],
)
def test_the_shop_pays_from_its_balance_then_its_deposit_then_the_platform_advances(
    now: datetime, balance: int, deposit: int, after: tuple[int, int, int]
) -> None:
    at = stage(balance=balance, deposit=deposit)
    paid(at)
    drain(now + hours(50))
    assert coupons(at.buyer_id) == [300]
    assert purse(at.shop_id) == after
    sound()


def test_a_scan_dated_in_time_that_arrives_in_the_grace_keeps_the_promise(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    consignment = ship(at, order, "SF100001", now=now + hours(40))
    scan(consignment, "picked_up", at=now + hours(47), received=now + hours(49.5))
    assert promise(order)["state"] == "kept"


def test_a_scan_dated_in_time_that_arrives_after_settlement_opens_a_review_and_takes_nothing_back(
    now: datetime,
) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    consignment = ship(at, order, "SF100001", now=now + hours(40))
    drain(now + hours(50))
    scan(consignment, "picked_up", at=now + hours(47), received=now + hours(55))
    assert promise(order)["state"] == "review"
    assert coupons(at.buyer_id) == [300]
    assert purse(at.shop_id) == (9_700, 0, 0), "nothing moves before a person has looked"
    [review] = decisions.open_appeals()
    arbiter = world.person()
    people.grant_role(arbiter, "arbiter", by=None, now=now)
    decisions.decide_appeal(
        review.id, uphold=False, by=arbiter, answer="The carrier was late, not the shop", now=now + hours(60)
    )
    assert promise(order)["state"] == "reversed"
    assert coupons(at.buyer_id) == [300], "the buyer keeps the coupon"
    assert purse(at.shop_id) == (10_000, 0, 0)
    sound()


def test_an_appeal_that_is_upheld_changes_nothing(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    drain(now + hours(50))
    appeal = decisions.appeal(
        promise(order)["decision_id"],
        by=at.owner_id,
        shop_id=at.shop_id,
        text="It was raining",
        now=now + hours(51),
    )
    arbiter = world.person()
    people.grant_role(arbiter, "arbiter", by=None, now=now)
    decisions.decide_appeal(
        appeal, uphold=True, by=arbiter, answer="Rain is no force majeure", now=now + hours(60)
    )
    assert promise(order)["state"] == "broken"
    assert purse(at.shop_id) == (9_700, 0, 0)


def test_a_late_scan_after_the_appeal_was_answered_leaves_the_answer(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    consignment = ship(at, order, "SF100001", now=now + hours(40))
    drain(now + hours(50))
    decision = promise(order)["decision_id"]
    appeal = decisions.appeal(
        decision, by=at.owner_id, shop_id=at.shop_id, text="It was raining", now=now + hours(51)
    )
    arbiter = world.person()
    people.grant_role(arbiter, "arbiter", by=None, now=now)
    scan(consignment, "picked_up", at=now + hours(47), received=now + hours(55))
    assert promise(order)["state"] == "broken", "the appeal is open already: no second one"
    decisions.decide_appeal(appeal, uphold=True, by=arbiter, answer="No rain that day", now=now + hours(60))
    scan(consignment, "picked_up", at=now + hours(46), received=now + hours(61))
    assert promise(order)["state"] == "broken"
    assert decisions.appeals_of([decision])[decision].state == "upheld"
    assert decisions.open_appeals() == []


def test_two_parcels_must_both_leave_in_time(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at, (2,))
    [line] = orders.order(order).lines
    first = ship(at, order, "SF100001", now=now + hours(10), items=((line.id, 1),))
    scan(first, "picked_up", at=now + hours(11))
    assert promise(order)["state"] == "open", "half a line has not left"
    second = ship(at, order, "SF100002", now=now + hours(12), items=((line.id, 1),))
    scan(second, "picked_up", at=now + hours(49))
    drain(now + hours(50))
    assert promise(order)["state"] == "broken"
    assert coupons(at.buyer_id) == [400]


def test_a_buyer_who_cancels_before_the_deadline_gets_money_not_a_coupon(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    assert escrow(at.shop_id) == 20_600
    promises.cancel_order(order, person_id=at.buyer_id, now=now + hours(10))
    assert (order_state(order), promise(order)["state"]) == ("cancelled", "void")
    drain(now + hours(100))
    assert (coupons(at.buyer_id), escrow(at.shop_id)) == ([], 0)
    sound()


def test_nobody_ships_and_the_platform_ends_it_with_everything_back(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    drain(now + hours(50))
    drain(now + hours(119.9))
    assert order_state(order) == "paid"
    drain(now + hours(120))
    assert order_state(order) == "cancelled"
    assert promise(order, "non_delivery")["state"] == "broken"
    assert promise(order, "non_delivery")["owed_minor"] == 20_600
    assert coupons(at.buyer_id) == [300], "the coupon for the lateness stays"
    assert escrow(at.shop_id) == 0
    sound()


def test_a_shop_that_cannot_deliver_gives_everything_back_and_pays_like_a_late_one(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    orders.cancel_by_shop(order, shop_id=at.shop_id, by=at.owner_id, reason="sold out", now=now + hours(5))
    drain(now + hours(50))
    assert promise(order, "non_delivery")["state"] == "broken"
    assert (escrow(at.shop_id), coupons(at.buyer_id)) == (0, [300])
    sound()


def test_a_delay_that_the_buyer_agrees_to_moves_the_promise(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    proposal = promises.propose_delay(
        order,
        shop_id=at.shop_id,
        until=now + hours(72),
        reason="wool is late",
        by=at.owner_id,
        now=now + hours(40),
    )
    promises.answer_delay(proposal, person_id=at.buyer_id, agree=True, now=now + hours(41))
    drain(now + hours(50))
    assert promise(order)["state"] == "open"
    drain(now + hours(74))
    assert promise(order)["state"] == "broken"


def test_an_unused_coupon_goes_back_to_who_paid_it(now: datetime) -> None:
    at = stage(deposit=200)
    order = paid(at)
    drain(now + hours(50))
    assert purse(at.shop_id) == (0, 0, 100)
    scan(ship(at, order, "SF100001", now=now + hours(51)), "delivered", at=now + hours(80))
    drain(now + hours(50 + 24 * 31))
    assert [c.state for c in wallet.coupons_of(at.buyer_id)] == ["expired"]
    assert purse(at.shop_id) == (20_600 - 1_000, 200, 0), (
        "the sale less commission, and nothing owed any more"
    )
    sound()


def test_every_stored_decision_judges_again_to_the_same(now: datetime) -> None:
    at = stage(balance=10_000)
    paid(at)
    paid(at, (0, 3), now=now + hours(1))
    drain(now + hours(130))
    assert list(decisions.rejudge_all()) == []
    assert len(decisions.recent(limit=50)) == 4
