"""One buyer's payments to one shop within some hours: one amount on the ladder, in order of settling."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as some

from sanhao.kit.money import Money
from sanhao.service.promises.api import KINDS, Line, Merging, PaidOrder, merges
from sanhao.service.promises.kinds import late_shipment
from sanhao.service.promises.ladder import owed_for
from tests.conftest import T0

TMALL = late_shipment.PROFILES["tmall"]
KIND = KINDS["late_shipment"]
LATER = T0 + timedelta(days=30)


def owed(payments: list[tuple[int, int]], pair: tuple[str, str] = ("leo", "pea")) -> list[int]:
    """(minutes after T0, minor units) each, settled in this order: what each promise owes."""
    merging, found = Merging(), []
    for minutes, paid in payments:
        at = T0 + timedelta(minutes=minutes)
        money = Money(paid, "CNY")
        order = PaidOrder("o", "CNY", at, at, (Line("l", "pea", paid=money),), money, None, money)
        [(_, facts)] = late_shipment.promise(TMALL, order)
        alone = late_shipment.judge(TMALL, facts, LATER)
        _, verdict = merging.judge(KIND, TMALL, facts, alone, pair, LATER)
        assert verdict.owed is not None
        found.append(verdict.owed.minor)
    return found


def test_the_cap_holds_for_a_day_s_payments_together() -> None:
    assert owed([(0, 150_000), (60, 150_000), (24 * 60, 10_000)]) == [45_000, 5_000, 0]


def test_what_lies_further_apart_is_not_merged() -> None:
    assert owed([(0, 150_000), (24 * 60 + 1, 150_000)]) == [45_000, 45_000]


def test_what_settles_first_pays_first_though_it_was_paid_later() -> None:
    assert owed([(60, 200_000), (0, 150_000)]) == [50_000, 0]


@given(some.lists(some.tuples(some.integers(0, 24 * 60), some.integers(1, 400_000)), min_size=1, max_size=8))
def test_together_they_give_what_the_ladder_gives_for_their_sum(payments: list[tuple[int, int]]) -> None:
    """In whatever order they settle: so two keepers that settle at once cannot change the sum."""
    parts = owed(payments)
    assert min(parts) >= 0
    assert sum(parts) == max(
        owed_for(TMALL.ladder, sum(paid for _, paid in payments[:n])) for n in range(1, len(payments) + 1)
    )


def test_only_terms_that_say_so_merge() -> None:
    assert merges(TMALL) and not merges(late_shipment.Terms())
    assert not any(merges(kind.Terms()) for kind in KINDS.values())
