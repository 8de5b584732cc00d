"""The day's budget: never overspent by a cent, given back once, and nobody waits for one row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from time import sleep
from uuid import UUID

import pytest
from django.db import connection, transaction

from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.time import monotonic
from sanhao.service.remote import api as remote
from sanhao.service.remote.core import Goods, Terms
from tests.at_once import at_once
from tests.service.remote.stage import a_draft, a_hub, left, reserve, state

DAY = timedelta(days=1)


def terms(minor: int, **more: object) -> Terms:
    return Terms(day_budget_minor={"CNY": minor}, **more)


def free(*order_ids: UUID, now: datetime) -> list[UUID]:
    with transaction.atomic():
        return remote.free(order_ids, now=now)


@pytest.mark.django_db
def test_what_is_reserved_is_gone_from_the_day_and_comes_back_once(now: datetime) -> None:
    rule, hub = terms(10_000), a_hub()
    order = a_draft(hub, rule)
    reserve(order, rule)
    assert left() == 10_000 - 600
    assert free(order.order_id, now=now) == [order.order_id]
    assert free(order.order_id, now=now) == []
    assert (left(), state(order.order_id)) == (10_000, "freed")
    assert remote.mismatches() == {}


@pytest.mark.django_db
def test_the_last_cents_are_gathered_from_everywhere_and_not_one_more_is_given(now: datetime) -> None:
    rule, hub = terms(1_900, shards=16), a_hub()  # no shard alone could pay ¥6
    for _ in range(3):
        reserve(a_draft(hub, rule), rule)
    assert left() == 100
    with pytest.raises(Refusal) as no:
        reserve(a_draft(hub, rule), rule)
    assert no.value.code == "remote.budget_out"
    assert left() == 100 and remote.mismatches() == {}


@pytest.mark.django_db
def test_a_new_day_has_a_budget_of_its_own_with_the_terms_of_its_first_order(now: datetime) -> None:
    hub = a_hub()
    reserve(a_draft(hub, terms(600)), terms(600))
    with pytest.raises(Refusal):
        reserve(a_draft(hub, terms(9_000)), terms(9_000))
    reserve(a_draft(hub, terms(9_000)), terms(9_000), now=now + DAY)
    totals = fetch("SELECT total_minor FROM remote_budget ORDER BY day")
    assert [row["total_minor"] for row in totals] == [600, 9_000]


@pytest.mark.django_db
def test_categories_with_budgets_of_their_own_run_out_by_themselves(now: datetime) -> None:
    rule, hub = terms(10_000, category_budget_minor={"food": {"CNY": 500}}), a_hub()
    both = (Goods("food/fruit", 1000), Goods("home", 1000))
    reserve(a_draft(hub, rule, *both), rule)
    assert (left("food"), left()) == (200, 9_700)
    with pytest.raises(Refusal):
        reserve(a_draft(hub, rule, *both), rule)
    assert (left("food"), left()) == (200, 9_700), "all or nothing"
    reserve(a_draft(hub, rule, Goods("home", 1)), rule)


@pytest.mark.django_db
def test_a_subsidy_of_nothing_takes_nothing(now: datetime) -> None:
    rule, hub = terms(0, cap_minor={"CNY": 0}), a_hub()
    order = a_draft(hub, rule)
    reserve(order, rule)
    found = remote.consolidated([order.order_id])[order.order_id]
    assert (found.subsidy.minor, found.buyer.minor) == (0, 600)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("shards", "attempt"), [(16, 0), (16, 1), (4, 2), (1, 3)])
def test_eight_checkouts_at_once_spend_the_last_cents_and_not_one_more(
    shards: int, attempt: int, now: datetime
) -> None:
    rule, hub = terms(600 * 21 + 599, shards=shards), a_hub()
    orders = [[a_draft(hub, rule) for _ in range(5)] for _ in range(8)]
    given: list[str] = []

    def check_out(mine: list[remote.Draft]) -> None:
        for draft in mine:
            try:
                reserve(draft, rule)
                given.append("done")
            except Refusal as refusal:
                given.append(refusal.code)

    at_once(*[lambda mine=mine: check_out(mine) for mine in orders])
    assert sorted(set(given)) == ["done", "remote.budget_out"]
    assert (given.count("done"), left()) == (21, 599)
    assert remote.mismatches() == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_taking_and_giving_back_of_several_budgets_never_waits_in_a_circle(
    attempt: int, now: datetime
) -> None:
    rule = terms(3_000, category_budget_minor={"food": {"CNY": 2_000}, "home": {"CNY": 2_500}}, shards=5)
    hub = a_hub()
    goods = (Goods("food", 700), Goods("home", 700), Goods("toys", 700))
    mine = [[a_draft(hub, rule, *goods) for _ in range(12)] for _ in range(8)]

    def live(drafts: list[remote.Draft]) -> None:
        kept: list[UUID] = []
        for draft in drafts:
            try:
                reserve(draft, rule)
                kept.append(draft.order_id)
            except Refusal:
                free(*kept, now=now)
                kept.clear()

    at_once(*[lambda drafts=drafts: live(drafts) for drafts in mine])
    assert remote.mismatches() == {}
    held = fetch("SELECT coalesce(sum(minor), 0)::int AS n FROM remote_part p JOIN remote_consolidation c "
                 "ON c.id = p.consolidation_id WHERE c.state = 'reserved'")  # fmt: skip
    assert left() + left("food") + left("home") + held[0]["n"] == 7_500


@pytest.mark.django_db(transaction=True)
def test_a_reservation_that_is_freed_while_it_is_spent_is_spent_or_borne(now: datetime) -> None:
    from sanhao.service.remote.actions.spend import spend

    rule, hub = terms(60_000), a_hub()
    orders = [a_draft(hub, rule) for _ in range(12)]
    for order in orders:
        reserve(order, rule)

    def begin(order_id: UUID) -> None:
        with transaction.atomic():
            spend([order_id], now=now)

    for order in orders:
        at_once(lambda id=order.order_id: free(id, now=now), lambda id=order.order_id: begin(id))
    ends = [state(order.order_id) for order in orders]
    assert set(ends) <= {"spent", "borne"}
    assert left() == 60_000 - 600 * ends.count("spent")
    [row] = fetch("SELECT count(*) AS n FROM ledger_entry WHERE kind = 'order.second_leg'")
    assert row["n"] == 12
    assert remote.mismatches() == {}


@pytest.mark.django_db(transaction=True)
def test_eight_checkouts_do_not_wait_for_one_row(now: datetime) -> None:
    """The figure: while each holds what it took for the rest of its checkout (10 ms), shards against one row."""
    hub = a_hub()
    figures = {}
    for shards, day in ((16, now), (1, now + DAY)):
        rule = terms(100_000_000, shards=shards)
        template = a_draft(hub, rule)

        def check_out(rule: Terms = rule, day: datetime = day, one: remote.Draft = template) -> None:
            with transaction.atomic():
                remote.reserve([remote.Draft(new_id(), one.shop_id, one.leg)], rule, now=day)
                sleep(0.01)

        check_out()
        figures[shards] = rate(check_out)
    assert figures[16] > 2 * figures[1], (
        f"reservations a second: {figures[16]:.0f} in 16 shards, {figures[1]:.0f} in one row"
    )
    assert remote.mismatches() == {}


def rate(reserve_one: Callable[[], object], seconds: float = 1.0) -> float:
    """How many times a second eight threads get through it."""
    counts = [0] * 8
    gate = threading.Barrier(8)

    def run(turn: int) -> None:
        try:
            gate.wait()
            until = monotonic() + seconds
            while monotonic() < until:
                reserve_one()
                counts[turn] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(turn,)) for turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds
