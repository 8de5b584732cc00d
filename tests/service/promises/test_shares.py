"""A promise about several shops' orders: each shop at fault has its notice, its debit, its appeal, and its money back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.kit.deadline import Deadline
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from sanhao.service.promises import shares
from sanhao.service.promises.kinds import late_delivery
from tests.goods import world
from tests.service.stage import (
    Stage,
    coupons,
    drain,
    hours,
    pay,
    place,
    purse,
    rules,
    scan,
    ship,
    sound,
    stage,
)

ARRIVES = timedelta(hours=48, days=6)
FREIGHT = 600
LATE_SHIPMENT = 300
SETTLED = ARRIVES + hours(2)
WHY = "The courier never came, though we had called."


def broken(now: datetime, *, remedy: Any = "refund", purses: tuple[int, int] = (10_000, 10_000)) -> tuple[Stage, Stage, UUID]:  # fmt: skip
    """One checkout of two shops, both handed over late, freight of ¥12 owed; returns both and the promise."""
    rules(late_delivery=late_delivery.Terms(per="checkout", hand_over=Deadline(48), remedy=remedy))
    one = stage(deposit=purses[0] // 2, balance=purses[0] - purses[0] // 2)
    other = stage(balance=purses[1], slug="yimu")
    placed = place(replace(one, offers=[one.offers[0], other.offers[0]]), (1, 1), now=now)
    pay(placed, now=now)
    mine = {orders.order(id).shop_id: id for id in placed.order_ids}
    for shop, number in ((one, "SF100001"), (other, "SF100002")):
        scan(ship(shop, mine[shop.shop_id], number, now=now), "picked_up", at=now + hours(60))
    drain(now + SETTLED)
    [row] = fetch("SELECT id FROM promises_promise WHERE kind = 'late_delivery'")
    return one, other, row["id"]


def share_of(shop: Stage) -> decisions.DecisionView:
    [found] = [view for view in decisions.for_shop(shop.shop_id) if promises.is_share(view.kind)]
    return found


def overturn(decision: decisions.DecisionView, *, by: UUID, now: datetime, **party: UUID) -> None:
    fall(decisions.appeal(decision.id, by=by, text=WHY, now=now, **party), now=now)


def fall(appeal: UUID, *, now: datetime) -> None:
    """What it is about is overturned."""
    arbiter = world.person()
    people.grant_role(arbiter, "arbiter", by=None, now=now)
    decisions.decide_appeal(appeal, uphold=False, by=arbiter, answer="The call is on record.", now=now)
    drain(now)


def state(promise_id: UUID) -> str:
    [row] = fetch("SELECT state FROM promises_promise WHERE id = %s", [promise_id])
    return str(row["state"])


pytestmark = pytest.mark.django_db


def test_each_shop_at_fault_has_its_notice_and_a_decision_with_its_share(now: datetime) -> None:
    one, other, promise_id = broken(now)
    for shop in (one, other):
        decision = share_of(shop)
        assert (decision.subject_id, decision.effect_minor, decision.person_id) == (promise_id, FREIGHT, None)
        assert decision.text.en.startswith("¥6 compensation, because it was handed over late")
        assert decision.may_appeal(now + SETTLED)
        [told] = [n for n in notices.inbox(shop.owner_id) if n.subject_id == decision.id]
        assert (told.topic, told.text) == ("promise.broken.shop", decision.text)
    assert promises.told_to_shop([share_of(one)])[share_of(one).id] == share_of(one).text
    whole = [d for d in decisions.of_subject("promise", promise_id) if d.shop_id is None]
    assert [d.effect_minor for d in whole] == [2 * FREIGHT], "the buyer's own decision is about all of it"
    assert list(decisions.rejudge_all()) == []
    sound()


@pytest.mark.parametrize("remedy", ["refund", "coupon"])
def test_overturning_one_share_gives_that_share_back_once(now: datetime, remedy: str) -> None:
    one, other, promise_id = broken(now, remedy=remedy)
    before, theirs = purse(one.shop_id), purse(other.shop_id)
    assert before == (5_000 - LATE_SHIPMENT - FREIGHT, 5_000, 0)
    at = now + SETTLED + hours(1)
    overturn(share_of(one), by=one.owner_id, shop_id=one.shop_id, now=at)
    assert (purse(one.shop_id), purse(other.shop_id)) == ((5_000 - LATE_SHIPMENT, 5_000, 0), theirs)
    assert state(promise_id) == "broken", (
        "the other shop still answers for it, and the buyer keeps what was given"
    )
    [told] = [n for n in notices.inbox(one.owner_id) if n.topic == "promise.reversed.shop"]
    assert told.subject_id == share_of(one).id
    assert decisions.undo_state(share_of(one).id).missing == frozenset()
    # The whole falls too, by a second look of the platform's: what was given back already is not given again.
    [whole] = [d for d in decisions.of_subject("promise", promise_id) if d.shop_id is None]
    decisions.open_reviews([whole.id], text=Text(zh="再看一眼", en="Look again"), now=at + hours(1))
    fall(decisions.appeals_of([whole.id])[whole.id].id, now=at + hours(1))
    assert state(promise_id) == "reversed"
    assert purse(one.shop_id) == (5_000 - LATE_SHIPMENT, 5_000, 0)
    assert purse(other.shop_id) == (10_000 - LATE_SHIPMENT, 0, 0)
    assert len([n for n in notices.inbox(other.owner_id) if n.topic == "promise.reversed.shop"]) == 1
    assert len([n for n in notices.inbox(one.owner_id) if n.topic == "promise.reversed.shop"]) == 1
    if remedy == "coupon":
        assert 2 * FREIGHT in coupons(one.buyer_id)
    assert not decisions.not_undone()
    sound()


def test_a_share_goes_back_to_the_purses_it_came_from(now: datetime) -> None:
    """¥7 in all: ¥3.50 balance, ¥3.50 deposit. Late shipment takes ¥3, the share of ¥6 the rest and an advance."""
    one, _, _ = broken(now, purses=(700, 10_000))
    assert purse(one.shop_id) == (0, 0, LATE_SHIPMENT + FREIGHT - 700)
    overturn(share_of(one), by=one.owner_id, shop_id=one.shop_id, now=now + SETTLED + hours(1))
    balance, deposit, owed = purse(one.shop_id)
    assert (deposit, owed, balance + deposit) == (350, 0, 700 - LATE_SHIPMENT)
    sound()


def test_an_upheld_share_leaves_everything_as_it_was(now: datetime) -> None:
    one, other, promise_id = broken(now)
    at = now + SETTLED + hours(1)
    appeal = decisions.appeal(share_of(one).id, by=one.owner_id, shop_id=one.shop_id, text=WHY, now=at)
    arbiter = world.person()
    people.grant_role(arbiter, "arbiter", by=None, now=at)
    decisions.decide_appeal(appeal, uphold=True, by=arbiter, answer="There was no call.", now=at)
    drain(at)
    assert (state(promise_id), share_of(one).state, share_of(other).state) == ("broken", "upheld", "standing")
    assert purse(one.shop_id) == (5_000 - LATE_SHIPMENT - FREIGHT, 5_000, 0)


def test_nobody_appeals_for_another_shop(now: datetime) -> None:
    one, other, _ = broken(now)
    with pytest.raises(NotFound):
        decisions.appeal(
            share_of(other).id, by=one.owner_id, shop_id=one.shop_id, text=WHY, now=now + SETTLED
        )
    assert share_of(other).state == "standing"


def test_shares_add_up_to_what_is_charged(now: datetime) -> None:
    one, other, promise_id = broken(now)
    charged = [e for e in ledger.entries_of("promise", promise_id) if e.kind == "promise.compensation"]
    by_decision = {share_of(shop).id: 0 for shop in (one, other)}
    for entry in charged:
        assert entry.decision_id is not None
        by_decision[entry.decision_id] += sum(
            line.amount.minor for line in entry.lines if line.amount.minor > 0
        )
    assert by_decision == {share_of(shop).id: FREIGHT for shop in (one, other)}


@pytest.mark.parametrize(
    ("owed", "orders_left", "wanted"),
    [
        (1_000, (), {"a": 334, "b": 333, "c": 333}),
        (1_000, ((1, 9_999), (2, 9_999)), {"a": 334, "b": 333, "c": 333}),
        (1_000, ((1, 100), (1, 9_999)), {"a": 201, "b": 200, "c": 199}),
        (2, (), {"a": 1, "b": 1}),
    ],
)  # fmt: skip
def test_shares_are_split_to_the_cent(owed: int, orders_left: tuple[tuple[int, int], ...], wanted: dict[str, int]) -> None:  # fmt: skip
    remedy: Any = "refund" if orders_left else "coupon"
    verdict = promises.Verdict("broken", "late", ("a", "b", "c"), Money(owed, "CNY"), remedy)
    left = [shares.Left(*each) for each in orders_left]
    found = {shop: part.minor for shop, part in shares.shared(verdict, left).items()}
    assert sum(found.values()) == (sum(shares.back(Money(owed, "CNY"), left)) if left else owed)
    assert found == wanted
