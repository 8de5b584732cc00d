"""Settling: merged payments, wider and narrower promises, whose fault it is, and that every cent is somebody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import keeper
from sanhao.kit.deadline import Deadline
from sanhao.kit.rows import execute, fetch
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from sanhao.service.promises.kinds import late_delivery, late_shipment, non_delivery
from tests.races import invariants
from tests.service.stage import (
    Stage,
    a_buyer,
    coupons,
    drain,
    escrow,
    hours,
    paid,
    pay,
    place,
    promise,
    purse,
    rules,
    scan,
    ship,
    sound,
    stage,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ARRIVES = timedelta(hours=48, days=6)
FREIGHT = 600


def claim() -> int:
    return ledger.balance(ledger.Ref("carrier_claim", "carriers", "CNY")).minor


def about(order_id: UUID, kind: str = "late_delivery") -> list[dict[str, Any]]:
    """All promises of a kind that concern an order: about it, its lines, or its whole checkout."""
    return fetch(
        "SELECT id, order_id, line_id, shop_id, state, reason, fault, owed_minor FROM promises_promise "
        "WHERE kind = %s AND checkout_id = (SELECT checkout_id FROM orders_order WHERE id = %s) ORDER BY id",
        [kind, order_id],
    )


def of_two_shops(*, now: datetime) -> tuple[Stage, Stage, dict[UUID, UUID]]:
    """One checkout of two shops, each with money: both stages, and the order of each shop."""
    one, other = stage(balance=10_000), stage(balance=10_000, slug="yimu")
    placed = place(replace(one, offers=[one.offers[0], other.offers[0]]), (1, 1), now=now)
    pay(placed, now=now)
    return one, other, {orders.order(id).shop_id: id for id in placed.order_ids}


# Merged payments


@pytest.fixture
def tmall(now: datetime) -> Stage:
    """30 %, at least ¥5, at most ¥500 for all that one buyer paid one shop within a day."""
    rules(late_shipment=late_shipment.PROFILES["tmall"])
    return stage(balance=1_000_000, price=150_000)


@pytest.mark.parametrize("settled_at", [[60], [50, 51]], ids=["one batch", "two batches"])
def test_payments_within_a_day_share_one_cap(tmall: Stage, now: datetime, settled_at: Sequence[int]) -> None:
    first = paid(tmall)
    second = paid(tmall, (0, 1), now=now + hours(1))
    for hour in settled_at:
        drain(now + hours(hour))
    assert [promise(o)["owed_minor"] for o in (first, second)] == [45_000, 5_000], "together ¥500, never more"
    assert sorted(coupons(tmall.buyer_id)) == [5_000, 45_000]
    [card] = [
        c for c in promises.promises_of([second], now=now + hours(60))[second] if c.kind == "late_shipment"
    ]
    assert card.owed is not None and card.owed.minor == 5_000
    assert "¥50 " in card.sentence.en, "the card speaks of the sum that was given"
    [decision] = decisions.of_subject("promise", card.id)
    assert decision.text == card.sentence
    assert list(decisions.rejudge_all()) == []
    sound()


def test_what_the_cap_leaves_nothing_of_is_broken_and_pays_nothing(tmall: Stage, now: datetime) -> None:
    orders_ = [paid(tmall, now=now + hours(n)) for n in range(3)]
    drain(now + hours(60))
    assert [promise(o)["owed_minor"] for o in orders_] == [45_000, 5_000, 0]
    assert sorted(coupons(tmall.buyer_id)) == [5_000, 45_000]
    assert {promise(o)["state"] for o in orders_} == {"broken"}
    assert list(decisions.rejudge_all()) == []
    assert invariants.findings(now=now + hours(60)) == {}


def test_nothing_is_merged_across_days_buyers_or_shops(tmall: Stage, now: datetime) -> None:
    other_shop = stage(balance=1_000_000, price=150_000, slug="yimu")
    buyer, address = a_buyer()
    first = paid(tmall)
    a_day_later = paid(tmall, now=now + hours(24.1))
    somebody = paid(replace(tmall, buyer_id=buyer, address_id=address))
    elsewhere = paid(replace(other_shop, buyer_id=tmall.buyer_id, address_id=tmall.address_id))
    drain(now + hours(80))
    assert [promise(o)["owed_minor"] for o in (first, a_day_later, somebody, elsewhere)] == [45_000] * 4


def test_what_was_shipped_in_time_does_not_count_as_paid_late(tmall: Stage, now: datetime) -> None:
    kept, late = paid(tmall), paid(tmall, now=now + hours(1))
    scan(ship(tmall, kept, "SF100001", now=now + hours(1)), "picked_up", at=now + hours(2))
    drain(now + hours(60))
    assert (promise(kept)["state"], promise(late)["owed_minor"]) == ("kept", 45_000)


# Late delivery: the freight comes back


def test_late_by_the_carrier_gives_the_freight_back_and_claims_it_from_the_carrier(now: datetime) -> None:
    rules()
    at = stage(balance=10_000)
    order = paid(at)
    scan(ship(at, order, "SF100001", now=now + hours(10)), "picked_up", at=now + hours(20))
    drain(now + ARRIVES + hours(1.9))
    assert promise(order, "late_delivery")["state"] == "open"
    drain(now + ARRIVES + hours(2))
    [found] = about(order)
    assert (found["state"], found["reason"], found["fault"], found["owed_minor"]) == (
        "broken", "never_arrived", "carrier", FREIGHT,
    )  # fmt: skip
    assert orders.order(order).refunded.minor == FREIGHT
    assert (purse(at.shop_id), claim(), escrow(at.shop_id)) == ((10_000, 0, 0), FREIGHT, 20_600)
    assert coupons(at.buyer_id) == []
    sound()


def test_late_by_the_shop_gives_the_freight_back_out_of_its_pocket(now: datetime) -> None:
    rules()
    at = stage(balance=1_000)
    order = paid(at)
    parcel = ship(at, order, "SF100001", now=now + hours(10))
    scan(parcel, "picked_up", at=now + hours(60))
    scan(parcel, "delivered", at=now + ARRIVES + hours(1))
    drain(now + ARRIVES + hours(2))
    [found] = about(order)
    assert (found["state"], found["reason"], found["fault"]) == ("broken", "late", str(at.shop_id))
    assert orders.order(order).refunded.minor == FREIGHT
    assert purse(at.shop_id) == (1_000 - 300 - FREIGHT, 0, 0), "late shipment and late delivery both pay"
    assert (claim(), escrow(at.shop_id)) == (0, 20_600)
    assert list(decisions.rejudge_all()) == []
    sound()


def test_a_promise_about_a_whole_checkout_is_paid_by_the_shop_that_was_late(now: datetime) -> None:
    rules(late_delivery=late_delivery.Terms(per="checkout", hand_over=Deadline(48)))
    one, other, mine = of_two_shops(now=now)
    scan(ship(one, mine[one.shop_id], "SF100001", now=now), "picked_up", at=now + hours(40))
    scan(ship(other, mine[other.shop_id], "SF100002", now=now), "picked_up", at=now + hours(60))
    drain(now + ARRIVES + hours(2))
    [found] = about(mine[one.shop_id])
    assert (found["order_id"], found["line_id"], found["shop_id"]) == (None, None, None)
    assert (found["state"], found["fault"], found["owed_minor"]) == (
        "broken",
        str(other.shop_id),
        2 * FREIGHT,
    )
    assert [orders.order(id).refunded.minor for id in mine.values()] == [FREIGHT, FREIGHT]
    assert (purse(one.shop_id), purse(other.shop_id)) == ((10_000, 0, 0), (10_000 - 300 - 2 * FREIGHT, 0, 0))
    assert (escrow(one.shop_id), escrow(other.shop_id)) == (20_600, 20_600)
    sound()


def test_two_shops_that_were_late_share_it(now: datetime) -> None:
    rules(late_delivery=late_delivery.Terms(per="checkout", hand_over=Deadline(48)))
    one, other, mine = of_two_shops(now=now)
    for shop, number in ((one, "SF100001"), (other, "SF100002")):
        scan(ship(shop, mine[shop.shop_id], number, now=now), "picked_up", at=now + hours(60))
    drain(now + ARRIVES + hours(2))
    [found] = about(mine[one.shop_id])
    assert set(found["fault"].split(";")) == {str(one.shop_id), str(other.shop_id)}
    assert purse(one.shop_id) == purse(other.shop_id) == (10_000 - 300 - FREIGHT, 0, 0)
    assert (escrow(one.shop_id), escrow(other.shop_id), claim()) == (20_600, 20_600, 0)
    assert list(decisions.rejudge_all()) == []
    sound()


def test_a_whole_checkout_delivered_in_time_is_kept_by_its_last_parcel(now: datetime) -> None:
    rules(late_delivery=late_delivery.Terms(per="checkout"))
    one, other, mine = of_two_shops(now=now)
    first = ship(one, mine[one.shop_id], "SF100001", now=now)
    second = ship(other, mine[other.shop_id], "SF100002", now=now)
    scan(first, "delivered", at=now + hours(40))
    assert about(mine[one.shop_id])[0]["state"] == "open"
    scan(second, "delivered", at=now + hours(45))
    assert about(mine[one.shop_id])[0]["state"] == "kept"


def test_each_line_has_a_promise_of_its_own_where_the_terms_say_so(now: datetime) -> None:
    rules(late_delivery=late_delivery.Terms(per="line"))
    at = stage(balance=10_000)
    order = paid(at, (1, 1))
    lines = {line.id: line for line in orders.order(order).lines}
    early, late = list(lines)
    scan(ship(at, order, "SF100001", now=now, items=((early, 1),)), "delivered", at=now + hours(30))
    scan(ship(at, order, "SF100002", now=now, items=((late, 1),)), "picked_up", at=now + hours(30))
    drain(now + ARRIVES + hours(2))
    found = {row["line_id"]: row for row in about(order)}
    assert {id: row["state"] for id, row in found.items()} == {early: "kept", late: "broken"}
    share = orders.order(order).freight.minor // 2
    assert found[late]["owed_minor"] == orders.order(order).refunded.minor == share
    sound()


def test_never_more_goes_back_than_is_left_and_nobody_is_charged_for_more(now: datetime) -> None:
    rules()
    at = stage(balance=10_000)
    order = paid(at)
    orders.refund([orders.Part("by hand", order, "order", order, amount_minor=20_500)], now=now + hours(1))
    scan(ship(at, order, "SF100001", now=now), "picked_up", at=now + hours(60))
    drain(now + ARRIVES + hours(2))
    assert orders.order(order).refunded.minor == 20_600
    assert purse(at.shop_id) == (10_000 - 300 - 100, 0, 0), "¥1 was left to give back"
    assert escrow(at.shop_id) == 100
    sound()


def test_two_promises_of_one_batch_give_back_one_after_the_other_never_more_than_was_paid(
    now: datetime,
) -> None:
    """Everything back for what never arrived, and the freight for being late: the second finds less left."""
    rules(non_delivery=non_delivery.Terms(broken_after_days=1))
    at = stage(balance=10_000)
    order = paid(at)
    scan(ship(at, order, "SF100001", now=now), "picked_up", at=now + hours(60))
    drain(now + hours(60))
    keeper.drain(
        [k for k in keeper.all_keepers() if k.name == "promises.settle"], now=now + ARRIVES + 2 * DAY
    )
    assert (promise(order, "late_delivery")["owed_minor"], promise(order, "non_delivery")["owed_minor"]) == (
        FREIGHT, 20_600,
    )  # fmt: skip
    assert orders.order(order).refunded.minor == 20_600
    assert purse(at.shop_id) == (10_000 - 300 - FREIGHT, 0, 0)
    assert escrow(at.shop_id) == FREIGHT, (
        "what the shop paid in for the freight, which went back out of its escrow"
    )
    sound()


# Terms are frozen


def test_each_order_is_settled_by_the_rule_it_was_paid_under(now: datetime) -> None:
    rules()
    at = stage(balance=10_000)
    newer = rulebook.draft(
        "promise.late_shipment", {"ladder": [{"fixed_minor": 500}]}, title=late_shipment.title, reason="", by=None, now=now
    )  # fmt: skip
    rulebook.announce(newer, effective_at=now + 8 * DAY, by=None, now=now)
    before = paid(at, now=now + 8 * DAY - hours(1))
    drain(now + 8 * DAY)
    after = paid(at, now=now + 8 * DAY)
    drain(now + 8 * DAY + hours(60))
    assert [promise(o)["owed_minor"] for o in (before, after)] == [300, 500]
    [old] = decisions.of_subject("promise", promise(before)["id"])
    [new] = decisions.of_subject("promise", promise(after)["id"])
    assert new.rule_id == newer != old.rule_id
    assert list(decisions.rejudge_all()) == []


def test_judging_again_under_other_terms_says_what_would_have_been_and_writes_nothing(now: datetime) -> None:
    rules()
    at = stage(balance=10_000)
    order = paid(at)
    drain(now + hours(50))
    [decision] = decisions.of_subject("promise", promise(order)["id"])
    tables = (
        "promises_promise",
        "decisions_decision",
        "wallet_coupon",
        "ledger_posting",
        "kit_outbox",
        "kit_history",
    )
    hashes = [
        f"(SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t) AS {name}" for name in tables
    ]
    before = fetch(f"SELECT {', '.join(hashes)}")
    assert decisions.rejudge(decision.id).effect_minor == 300
    assert decisions.rejudge(decision.id, terms={"ladder": [{"percent": 10}]}).effect_minor == 2_000
    longer = decisions.rejudge(decision.id, terms={"deadline": {"amount": 7, "unit": "calendar_days"}})
    assert (longer.effect_minor, longer.currency) == (300, "CNY"), (
        "nobody ever collected it: late all the same"
    )
    assert "coupon" in longer.text.en
    assert fetch(f"SELECT {', '.join(hashes)}") == before


# What is broken in itself


def test_a_promise_nobody_can_read_is_set_aside_and_the_batch_is_settled(
    now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    rules()
    at = stage(balance=10_000)
    orders_ = [paid(at, now=now + timedelta(seconds=n)) for n in range(7)]
    sick = promise(orders_[3])["id"]
    execute('UPDATE promises_promise SET facts = \'{"due_at": "soon"}\' WHERE id = %s', [sick])
    keeper.drain([k for k in keeper.all_keepers() if k.name == "promises.settle"], now=now + hours(51))
    assert [promise(o)["state"] for o in orders_] == ["broken"] * 3 + ["open"] + ["broken"] * 3
    assert coupons(at.buyer_id) == [300] * 6
    [aside] = keeper.set_asides()
    assert (aside.keeper, aside.row_id, aside.attempts) == ("promises.settle", sick, 1)
    assert "ValidationError" in aside.error and "set" in caplog.text
    sound()
