"""What a checkout costs: every part adds up, whatever is in the cart."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.money import Money, MoneyError, total
from sanhao.service.orders.core import Item, price

SHOPS = [UUID(int=n) for n in range(1, 5)]


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def item(minor: int, quantity: int = 1, *, shop: UUID = SHOPS[0], weight_g: int = 300) -> Item:
    return Item(UUID(int=99), shop, quantity, cny(minor), weight_g)


items = st.lists(
    st.builds(
        item,
        st.integers(1, 10**11),
        st.integers(1, 999),
        shop=st.sampled_from(SHOPS),
        weight_g=st.integers(0, 2_000_000),
    ),
    min_size=1,
    max_size=12,
)
freights = st.lists(st.integers(0, 10**9).map(cny), min_size=4, max_size=4)


@given(items, freights, st.integers(0, 10**15))
def test_every_total_is_the_sum_of_its_parts(given: list[Item], freight: list[Money], coupon: int) -> None:
    priced = price(given, dict(zip(SHOPS, freight, strict=True)), cny(coupon))
    assert Counter(line.item for order in priced.orders for line in order.lines) == Counter(given)
    for order in priced.orders:
        assert order.goods == total([line.goods for line in order.lines], "CNY")
        assert order.coupon == total([line.coupon for line in order.lines], "CNY")
        assert order.freight == total([line.freight for line in order.lines], "CNY")
        assert {line.item.shop_id for line in order.lines} == {order.shop_id}
    for name in ("goods", "freight", "coupon", "total"):
        assert getattr(priced, name) == total([getattr(order, name) for order in priced.orders], "CNY")


@given(items, freights, st.integers(0, 10**15))
def test_a_coupon_never_takes_more_than_the_goods_and_never_touches_freight(
    given: list[Item], freight: list[Money], coupon: int
) -> None:
    priced = price(given, dict(zip(SHOPS, freight, strict=True)), cny(coupon))
    assert priced.coupon == min(cny(coupon), priced.goods)
    assert priced.total >= priced.freight
    for order in priced.orders:
        for line in order.lines:
            assert cny(0) <= line.coupon <= line.goods
            assert line.paid == line.goods - line.coupon
            assert line.freight >= cny(0)


@pytest.mark.parametrize(
    ("prices", "coupon", "shares"),
    [
        ((100, 200), 30, (10, 20)),
        ((100, 100, 100), 100, (34, 33, 33)),
        ((1, 999), 1, (0, 1)),
        ((500, 300), 10_000, (500, 300)),
        ((500, 300), 0, (0, 0)),
    ],
)
def test_coupons_are_shared_by_price_to_the_last_cent(
    prices: tuple[int, ...], coupon: int, shares: tuple[int, ...]
) -> None:
    priced = price([item(minor) for minor in prices], {SHOPS[0]: cny(0)}, cny(coupon))
    assert tuple(line.coupon.minor for line in priced.orders[0].lines) == shares


@pytest.mark.parametrize(
    ("weights", "freight", "shares"),
    [
        ((300, 100), 800, (600, 200)),
        ((1, 1, 1), 10, (4, 3, 3)),
        ((0, 0), 9, (5, 4)),
        ((0, 50), 7, (0, 7)),
    ],
)
def test_freight_is_shared_by_weight_within_a_shop(
    weights: tuple[int, ...], freight: int, shares: tuple[int, ...]
) -> None:
    priced = price([item(100, weight_g=w) for w in weights], {SHOPS[0]: cny(freight)}, cny(0))
    assert tuple(line.freight.minor for line in priced.orders[0].lines) == shares


def test_each_shop_charges_its_own_freight() -> None:
    there = {SHOPS[0]: cny(600), SHOPS[1]: cny(0)}
    priced = price([item(100), item(100, shop=SHOPS[1])], there, cny(0))
    assert [(order.shop_id, order.total) for order in priced.orders] == [
        (SHOPS[0], cny(700)),
        (SHOPS[1], cny(100)),
    ]


def test_another_currency_is_a_mistake_not_a_price() -> None:
    with pytest.raises(MoneyError):
        price([item(100)], {SHOPS[0]: cny(0)}, Money(10, "USD"))
