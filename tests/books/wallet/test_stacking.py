"""Which coupons go together, and which of them save most: pure, by cases and against trying everything."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.books.wallet.core.coupons import FUNDERS
from sanhao.books.wallet.core.stacking import Ticket, best, clash, first_clash, fits, nearly, savings
from tests.conftest import T0

A, B, C = (UUID(int=n) for n in (1, 2, 3))
GOODS = {A: 10_000, B: 5_000}


def ticket(kind: Any, amount: int, *, n: int = 0, threshold: int = 0, shop: UUID | None = None, alone: bool = False,
           days: int = 30) -> Ticket:  # fmt: skip
    shop = A if kind == "shop" and shop is None else shop
    return Ticket(UUID(int=100 + n), kind, amount, threshold, shop, alone, T0 + timedelta(days=days))


@pytest.mark.parametrize(
    ("one", "other", "clashing"),
    [
        (ticket("shop", 1), ticket("shop", 2), True),
        (ticket("shop", 1), ticket("shop", 2, shop=B), False),
        (ticket("platform", 1), ticket("platform", 2), True),
        (ticket("platform", 1, shop=A), ticket("platform", 2, shop=B), True),
        (ticket("host", 1), ticket("host", 2), True),
        (ticket("shop", 1), ticket("platform", 2), False),
        (ticket("shop", 1), ticket("host", 2), False),
        (ticket("shop", 1, alone=True), ticket("platform", 2), True),
        (ticket("shop", 1), ticket("platform", 2, alone=True), True),
        (ticket("shop", 1, alone=True), ticket("platform", 2, shop=B), False),
        (ticket("shop", 1, alone=True), ticket("shop", 2, shop=B, alone=True), False),
        (ticket("shop", 1, alone=True), ticket("compensation", 2), False),
        (ticket("compensation", 1), ticket("compensation", 2), False),
    ],
)
def test_who_goes_with_whom(one: Ticket, other: Ticket, clashing: bool) -> None:
    assert clash(one, other) is clash(other, one) is clashing
    assert first_clash([one, other]) == ((one, other) if clashing else None)


@pytest.mark.parametrize(
    ("kind", "shop", "threshold", "fit"),
    [("shop", A, 10_000, True), ("shop", A, 10_001, False), ("platform", None, 15_000, True),
     ("platform", None, 15_001, False), ("platform", B, 5_001, False), ("shop", C, 0, False)],
)  # fmt: skip
def test_a_threshold_counts_the_goods_the_coupon_is_for(
    kind: str, shop: UUID | None, threshold: int, fit: bool
) -> None:
    assert fits(ticket(kind, 100, threshold=threshold, shop=shop), GOODS) is fit


def ids(tickets: list[Ticket]) -> set[int]:
    return {one.id.int - 100 for one in tickets}


def test_one_of_each_funder_together_beats_a_bigger_one_that_stands_alone() -> None:
    shop, host = ticket("shop", 1_000, n=1), ticket("host", 500, n=2)
    platform, alone = ticket("platform", 800, n=3), ticket("platform", 2_000, n=4, alone=True)
    assert ids(best([shop, host, platform, alone], GOODS)) == {1, 2, 3}
    assert ids(best([shop, platform, alone], GOODS)) == {4}


def test_every_shop_gives_its_own() -> None:
    found = best(
        [ticket("shop", 900, n=1), ticket("shop", 700, n=2, shop=B), ticket("shop", 800, n=3)], GOODS
    )
    assert ids(found) == {1, 2}


def test_of_two_that_save_the_same_the_smaller_and_then_the_one_that_ends_first_is_used() -> None:
    assert ids(best([ticket("platform", 90_000, n=1), ticket("platform", 15_000, n=2)], GOODS)) == {2}
    assert ids(best([ticket("platform", 700, n=1), ticket("platform", 700, n=2, days=3)], GOODS)) == {2}


def test_compensation_joins_without_losing_a_cent() -> None:
    mine = [ticket("compensation", 4_000, n=1), ticket("compensation", 600, n=2, days=40)]
    assert ids(best([*mine, ticket("platform", 14_000, n=3)], GOODS)) == {3, 2}
    assert ids(best(mine, GOODS)) == {1, 2}


def test_nothing_that_pays_for_nothing_is_used() -> None:
    found = best([ticket("shop", 10_000, n=1), ticket("platform", 500, n=2, shop=A)], {A: 10_000})
    assert ids(found) in ({1}, {2, 1}) and all(savings(found, {A: 10_000}).values())


drawn_tickets = st.lists(
    st.tuples(
        st.sampled_from(FUNDERS[:3]),
        st.sampled_from([500, 1_000, 2_500, 9_000, 20_000]),
        st.sampled_from([0, 4_000, 5_001, 12_000]),
        st.sampled_from([None, A, B]),
        st.booleans(),
    ),
    max_size=7,
).map(
    lambda drawn: [
        ticket(kind, amount, n=n, threshold=threshold, shop=shop, alone=alone)
        for n, (kind, amount, threshold, shop, alone) in enumerate(drawn)
    ]
)


@given(drawn_tickets, st.integers(0, 12_000), st.integers(1, 12_000))
def test_no_permitted_choice_saves_more_than_the_best(tickets: list[Ticket], a: int, b: int) -> None:
    goods = {A: a, B: b}
    chosen = best(tickets, goods)
    saved = savings(chosen, goods)
    assert first_clash(chosen) is None and all(fits(one, goods) for one in chosen)
    assert all(saved.values()), "what saves nothing stays in the wallet"
    able = [one for one in tickets if fits(one, goods)]
    most = max(
        sum(savings(some, goods).values())
        for count in range(len(able) + 1)
        for some in combinations(able, count)
        if first_clash(some) is None
    )
    assert sum(saved.values()) == most


@given(drawn_tickets, st.integers(0, 12_000), st.integers(1, 12_000))
def test_savings_never_exceed_the_goods_of_any_shop(tickets: list[Ticket], a: int, b: int) -> None:
    saved = savings(tickets, {A: a, B: b})
    assert sum(saved.values()) <= a + b
    for one in tickets:
        assert 0 <= saved[one.id] <= one.amount
    for shop, worth in ((A, a), (B, b)):
        assert sum(saved[one.id] for one in tickets if one.shop_id == shop) <= worth


def test_what_is_nearly_reached_says_how_much_is_missing_and_what_it_would_gain() -> None:
    tickets = [
        ticket("shop", 1_000, n=1, threshold=11_200),
        ticket("shop", 900, n=2, threshold=11_200),
        ticket("shop", 600, n=3),
        ticket("platform", 2_000, n=4, threshold=20_000),
        ticket("platform", 9_000, n=5, threshold=90_000),
    ]
    near = nearly(tickets, GOODS)
    assert [(one.ticket.id.int - 100, one.missing, one.gain) for one in near] == [
        (1, 1_200, 400),
        (4, 5_000, 2_000),
    ]


@given(drawn_tickets, st.integers(0, 12_000), st.integers(1, 12_000))
def test_what_is_said_to_be_gained_is_gained(tickets: list[Ticket], a: int, b: int) -> None:
    goods = {A: a, B: b}
    saved = sum(savings(best(tickets, goods), goods).values())
    for near in nearly(tickets, goods):
        shop = near.ticket.shop_id or C
        more = {**goods, shop: goods.get(shop, 0) + near.missing}
        assert sum(savings(best(tickets, more), more).values()) == saved + near.gain > saved
        assert fits(near.ticket, more)
