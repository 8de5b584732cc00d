"""Keepers racing for one shop's money, on real connections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import transaction

from sanhao.books.ledger import accounts as memory
from sanhao.books.ledger.api import Charged, accounts, audit, charge_shops
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.rows import fetch
from tests.at_once import all_at_once
from tests.books.stage import COUPONS, charge, fund, money

pytestmark = pytest.mark.django_db(transaction=True)


def test_keepers_charging_the_same_shops_never_overdraw_them_and_never_deadlock(now: datetime) -> None:
    shops = new_ids(4)
    for shop in shops:
        fund(shop, now, balance=5000, deposit=2500)
    done: list[Charged] = []

    def keeper(first: int) -> Callable[[], None]:
        def work() -> None:
            for _ in range(10):  # each keeper names the shops in another order: ids decide who locks first
                done.extend(charge_shops([charge(s, 100) for s in shops[first:] + shops[:first]], now=now))

        return work

    all_at_once(*(keeper(first) for first in range(4)))
    assert [money(shop) for shop in shops] == [(1000, 2500, 0)] * 4
    assert len({charged.entry_id for charged in done}) == 160
    assert audit().sound


def test_what_two_keepers_take_from_an_almost_empty_shop_is_all_it_had(now: datetime) -> None:
    shop = new_id()
    fund(shop, now, balance=250, deposit=120)
    done: list[Charged] = []

    def keeper() -> None:
        done.extend(charge_shops([charge(shop, 90) for _ in range(5)], now=now))

    all_at_once(keeper, keeper)
    assert sum(c.from_balance for c in done) == 250
    assert sum(c.from_deposit for c in done) == 120
    assert sum(c.advanced for c in done) == 900 - 370
    assert money(shop) == (0, 0, 530)
    assert audit().sound


def test_an_account_opened_by_three_at_once_is_one_account() -> None:
    found: set[object] = set()

    def open_it() -> None:
        found.add(accounts([COUPONS])[COUPONS])

    all_at_once(open_it, open_it, open_it)
    assert len(found) == 1
    assert len(fetch("SELECT 1 FROM ledger_account")) == 1


def test_account_ids_are_remembered_only_once_they_are_committed(now: datetime) -> None:
    accounts([COUPONS])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        fund(new_id(), now, balance=1)
        raise ZeroDivisionError
    assert set(memory._known) == {COUPONS}
