"""Races with real connections: never one too many, never a deadlock, never past a limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from sanhao.goods.catalog import api as catalog
from sanhao.goods.catalog.wiring import SOLD
from sanhao.kit import keeper
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from tests.conftest import T0
from tests.goods.world import card, draft, listed, offer_ids, people, stall, variant, want

pytestmark = pytest.mark.django_db(transaction=True)
SOON = T0 + timedelta(minutes=15)


def together(tasks: Sequence[Callable[[], object]], *, workers: int = 10) -> Counter[str]:
    """Run *tasks* on real connections; how many ended how: ``done`` or the code of a refusal. Anything else raises."""

    def run(task: Callable[[], object]) -> str:
        try:
            task()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(workers) as pool:
        return Counter(pool.map(run, tasks))


def buy(*wants: catalog.Want) -> Callable[[], None]:
    return lambda: catalog.reserve(wants, expires_at=SOON, now=T0)


def held(offer_id: UUID) -> int:
    [row] = fetch(
        "SELECT coalesce(sum(quantity), 0)::int AS held FROM catalog_reservation "
        "WHERE offer_id = %s AND state <> 'released'",
        [offer_id],
    )
    return int(row["held"])


def test_two_hundred_buyers_of_twenty_units_buy_exactly_twenty() -> None:
    [offer] = offer_ids(listed(stall(), draft(variant(stock=20))))
    ends = together([buy(want(offer, person)) for person in people(200)])
    assert ends == {"done": 20, "catalog.sold_out": 180}
    assert (card(offer).stock_left, held(offer)) == (0, 20)


def test_two_carts_with_the_same_goods_in_another_order_do_not_block_each_other() -> None:
    one, two = offer_ids(listed(stall(), draft(variant("A", stock=500), variant("B", stock=500))))
    persons = people(120)
    ends = together(
        [
            buy(want(one, person), want(two, person))
            if number % 2
            else buy(want(two, person), want(one, person))
            for number, person in enumerate(persons)
        ]
    )
    assert ends == {"done": 120}
    assert (card(one).stock_left, card(two).stock_left) == (380, 380)


def test_a_person_with_many_windows_open_stays_within_the_limit() -> None:
    [offer] = offer_ids(listed(stall(), draft(variant(stock=1000, per_person_limit=3))))
    one, other = people(2)
    ends = together([buy(want(offer, person)) for _ in range(30) for person in (one, other)])
    assert ends == {"done": 6, "catalog.limit": 54}
    assert (held(offer), card(offer).stock_left) == (6, 994)


def test_releases_consumes_and_counting_race_to_the_same_sums() -> None:
    one, two = offer_ids(listed(stall(), draft(variant("A", stock=100), variant("B", stock=100))))
    orders = new_ids(40)
    for order, person in zip(orders, people(40), strict=True):
        catalog.reserve(
            [want(one, person, order_id=order), want(two, person, order_id=order)], expires_at=SOON, now=T0
        )
    tasks: list[Callable[[], object]] = []
    for number, order in enumerate(orders):
        tasks.append(lambda order=order: catalog.consume([order], now=T0))
        if number % 2:
            both = [order, orders[number - 2]]
            tasks += [
                lambda ids=both: catalog.release(ids, now=T0),
                lambda ids=both[::-1]: catalog.release(ids, now=T0),
            ]
        if number % 5 == 0:
            tasks.append(lambda: keeper.tick(SOLD, T0))
    assert together(tasks) == {"done": len(tasks)}
    while keeper.tick(SOLD, T0):
        pass
    for offer in (one, two):
        sold = fetch("SELECT sold, stock_left FROM catalog_offer WHERE id = %s", [offer])
        assert sold == [{"sold": 20, "stock_left": 80}]
    assert held(one) == held(two) == 20


def test_the_same_order_released_from_many_sides_gives_back_once() -> None:
    [offer] = offer_ids(listed(stall(), draft(variant(stock=5))))
    order = new_id()
    buy(want(offer, people(1)[0], 5, order_id=order))()
    assert together([lambda: catalog.release([order], now=T0)] * 20) == {"done": 20}
    assert card(offer).stock_left == 5


def test_stock_set_during_a_rush_is_never_below_zero_nor_lost() -> None:
    shop = stall()
    [offer] = offer_ids(listed(shop, draft(variant(stock=40))))

    def restock() -> None:
        left = card(offer).stock_left
        catalog.set_stock(shop.shop_id, offer, left + 1, by=shop.owner_id, now=T0, seen=left)

    tasks = [buy(want(offer, person)) for person in people(60)]
    ends = together([task for pair in zip(tasks, [restock] * 60, strict=True) for task in pair])
    restocked = len(catalog.offer_changes(offer))
    assert held(offer) + card(offer).stock_left == 40 + restocked
    assert sum(ends.values()) == 120
