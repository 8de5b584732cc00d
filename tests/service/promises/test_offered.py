"""What a price tag may promise: exactly what the judge would give."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sanhao.kit.money import Money
from sanhao.service.promises import api as promises
from tests.service import stage as service

pytestmark = pytest.mark.django_db


def yuan(minor: int) -> Money:
    return Money(minor, "CNY")


@pytest.mark.parametrize(("goods", "owed"), [(301, 300), (29_999, 300), (88_000, 880), (900_000, 3_000)])
def test_the_sum_is_the_ladders(now: datetime, goods: int, owed: int) -> None:
    service.rules(now)
    [made, little] = promises.offered([promises.Wish(yuan(goods)), promises.Wish(yuan(300))], now=now)
    assert little == promises.Offered(now + timedelta(hours=48), yuan(0), ""), "up to ¥3 nothing is owed"
    assert made == promises.Offered(now + timedelta(hours=48), yuan(owed), "coupon")


def test_what_was_offered_is_what_is_paid(now: datetime) -> None:
    service.rules(now)
    at = service.stage(price=88_000)
    [made] = promises.offered([promises.Wish(yuan(88_000))], now=now)
    order = service.paid(at, now=now)
    assert promises.promises_of([order], now=now)[order][0].stake == made.owed if made else None
    service.drain(now + timedelta(hours=51))
    assert made is not None
    assert service.promise(order)["due_at"] == made.due_at
    assert service.coupons(at.buyer_id) == [made.owed.minor if made.owed else None]


def test_a_shops_own_hours_a_presales_date_and_goods_made_to_order(now: datetime) -> None:
    service.rules(now)
    date = now + timedelta(days=45)
    shorter, longer, presale, custom = promises.offered(
        [
            promises.Wish(yuan(1_000), ship_hours=24),
            promises.Wish(yuan(1_000), ship_hours=96),
            promises.Wish(yuan(1_000), presale_ships_by=date),
            promises.Wish(yuan(1_000), special="custom"),
        ],
        now=now,
    )
    assert [made.due_at if made else None for made in (shorter, longer, presale, custom)] == [
        now + timedelta(hours=24), now + timedelta(hours=48), date, None,
    ]  # fmt: skip


def test_many_wishes_are_one_query_and_without_a_rule_nothing_is_promised(
    now: datetime, django_assert_num_queries: Any
) -> None:
    assert promises.offered([promises.Wish(yuan(1_000))], now=now) == [None]
    service.rules(now)
    with django_assert_num_queries(1):
        assert None not in promises.offered([promises.Wish(yuan(n)) for n in range(1, 50)], now=now)
