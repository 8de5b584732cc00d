"""Reading promises: exact values, and as many queries as there are questions, not rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.service.promises import api as promises
from tests.goods import world
from tests.service.stage import Stage, drain, hours, paid, promise, rules, scan, ship, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(now: datetime) -> Stage:
    rules()
    return stage(balance=100_000)


def test_a_card_says_what_is_promised_and_how_much_time_is_left(
    at: Stage, now: datetime, django_assert_num_queries: Any
) -> None:
    order, other = paid(at), paid(at, (0, 1))
    promises.promises_of([order], now=now)  # terms are read once per process
    with django_assert_num_queries(1):
        found = promises.promises_of([order, other, new_id()], now=now + hours(12))
    assert set(found) == {order, other}
    kinds = [card.kind for card in found[order]]
    assert kinds[:3] == ["late_shipment", "late_delivery", "non_delivery"]
    assert set(kinds[3:]) == {"out_of_stock", "no_reason_return"}, "what only news, or a word, can end"
    card = found[order][0]
    assert (card.state, card.made_at, card.due_at, card.settle_at, card.decided_at) == (
        "open", now, now + hours(48), now + hours(50), None,
    )  # fmt: skip
    assert (card.order_id, card.shop_id, card.person_id) == (order, at.shop_id, at.buyer_id)
    assert (card.owed, card.fault, card.remedy, card.decision_id, card.left) == (None, (), "", None, 0.75)
    assert card.sentence.zh == "3月4日周三10:00前快递揽收，晚了自动赔券"
    assert promises.promises_of([], now=now) == {}


def test_a_settled_card_says_what_was_given(at: Stage, now: datetime, django_assert_num_queries: Any) -> None:
    order = paid(at)
    drain(now + hours(50))
    id = promise(order)["id"]
    with django_assert_num_queries(1):
        card = promises.promise(id, now=now + hours(90))
    assert card is not None
    assert (card.state, card.reason, card.fault, card.remedy, card.left) == (
        "broken", "not_collected", (str(at.shop_id),), "coupon", 0.0,
    )  # fmt: skip
    assert (card.owed, card.decided_at, card.decision_id) == (
        Money(300, "CNY"), now + hours(50), promise(order)["decision_id"],
    )  # fmt: skip
    assert (
        card.sentence.en == "Your ¥3 coupon is here, because the parcel was not collected by Wednesday 10:00"
    )
    assert promises.promise(new_id(), now=now) is None


def test_an_open_promise_past_its_time_speaks_as_one_that_waits(at: Stage, now: datetime) -> None:
    order = paid(at)
    card = promises.promises_of([order], now=now + hours(51))[order][0]
    assert (card.state, card.owed, card.left) == ("open", None, 0.0)
    assert card.sentence.en.startswith("Time is up.")


def test_a_shop_sees_its_open_promises_least_time_left_first(
    at: Stage, now: datetime, django_assert_num_queries: Any
) -> None:
    orders = [paid(at, now=now + hours(n)) for n in (3, 1, 2)]
    other = stage(slug="yimu")
    paid(other)
    kept = paid(at, now=now)
    scan(ship(at, kept, "SF100001", now=now), "picked_up", at=now + hours(1))
    with django_assert_num_queries(1):
        cards = promises.open_of_shop(at.shop_id, now=now + hours(4))
    assert [card.order_id for card in cards] == [orders[1], orders[2], orders[0]]
    assert [card.order_id for card in promises.open_of_shop(at.shop_id, now=now, limit=1)] == [orders[1]]
    arrivals = promises.open_of_shop(at.shop_id, now=now, kind="late_delivery")
    assert {card.order_id for card in arrivals} == {*orders, kept}
    assert promises.open_of_shop(world.stall("third").shop_id, now=now) == []


def test_the_wall_shows_what_settles_first_over_all_shops(
    at: Stage, now: datetime, django_assert_num_queries: Any
) -> None:
    other = stage(slug="yimu")
    later, sooner = paid(at, now=now + hours(2)), paid(other, now=now + hours(1))
    with django_assert_num_queries(1):
        cards = promises.wall(now=now + hours(3), limit=3)
    assert [(card.order_id, card.kind) for card in cards] == [
        (sooner, "late_shipment"), (later, "late_shipment"), (sooner, "late_delivery"),
    ]  # fmt: skip
    kinds = {card.kind for card in promises.wall(now=now)}
    assert kinds == {"late_shipment", "late_delivery"}, "what only news can end has no ring"


def test_standing_counts_what_is_open_due_soon_and_overdue(
    at: Stage, now: datetime, django_assert_num_queries: Any
) -> None:
    for hour in (0, 20, 40):
        paid(at, now=now + hours(hour))
    with django_assert_num_queries(1):
        seen = promises.standing(now=now + hours(50))
    assert seen == promises.Standing(open=12, due_soon=1, overdue=1)
    drain(now + hours(50))
    assert promises.standing(now=now + hours(50)) == promises.Standing(open=11, due_soon=1, overdue=0)


def test_days_are_local_days_and_count_what_was_kept_broken_and_paid(
    at: Stage, now: datetime, django_assert_num_queries: Any
) -> None:
    """Paid Monday 10:00 in Shanghai. One is collected on Tuesday at 23:30 there, one is cancelled half an hour later,
    on Wednesday; one is late: paid on Wednesday at noon."""
    collected, cancelled, _ = paid(at), paid(at), paid(at)
    scan(ship(at, collected, "SF100001", now=now), "picked_up", at=now + hours(37.5))
    promises.cancel_order(cancelled, person_id=at.buyer_id, now=now + hours(38))
    drain(now + hours(50))
    with django_assert_num_queries(2):
        seen = promises.days(now=now + hours(51), timezone="Asia/Shanghai", count=3)
    assert seen == [
        promises.Day("2026-03-02", 0, 0, 0, {}),
        promises.Day("2026-03-03", 2, 0, 0, {}),
        promises.Day("2026-03-04", 0, 1, 4, {"CNY": 300}),
    ]
    in_utc = promises.days(now=now + hours(51), timezone="UTC", count=2)
    assert in_utc == [
        promises.Day("2026-03-03", 2, 0, 4, {}),
        promises.Day("2026-03-04", 0, 1, 0, {"CNY": 300}),
    ]
    assert promises.days(now=now + hours(51), timezone="UTC", count=2, shop_id=at.shop_id) == in_utc
    nobodys = promises.days(now=now + hours(51), timezone="UTC", count=1, shop_id=new_id())
    assert nobodys == [promises.Day("2026-03-04", 0, 0, 0, {})]


@pytest.mark.parametrize("count", [1, 14])
def test_the_first_of_the_days_is_a_whole_one(at: Stage, now: datetime, count: int) -> None:
    """What ended just after local midnight of the first day counts, what ended just before does not."""
    midnight = now - hours(10) + timedelta(days=3)
    for moment in (midnight - hours(0.1), midnight + hours(0.1)):
        order = paid(at, now=midnight - hours(20))
        scan(ship(at, order, f"SF{order.hex}", now=midnight - hours(20)), "picked_up", at=moment)
    last = midnight + timedelta(days=count) - hours(0.1)
    seen = promises.days(now=last, timezone="Asia/Shanghai", count=count)
    assert (len(seen), seen[0].day, seen[0].kept) == (count, "2026-03-05", 2)
