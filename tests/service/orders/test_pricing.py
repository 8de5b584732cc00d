"""What a checkout costs: every part adds up, whatever is in the cart."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.money import Money, MoneyError, total
from sanhao.service.orders.core import FUNDERS, Item, Priced, Used, price

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


def used(n: int, minor: int, kind: str = "compensation", shop: UUID | None = None) -> Used:
    funder = str(shop) if kind == "shop" else kind
    return Used(UUID(int=1000 + n), cny(minor), kind, funder, shop)


coupons = st.lists(
    st.tuples(
        st.integers(1, 10**15) | st.integers(1, 5_000),
        st.sampled_from(FUNDERS),
        st.none() | st.sampled_from(SHOPS),
    ),
    max_size=6,
).map(lambda drawn: [used(n, *one) for n, one in enumerate(drawn)])


def priced_with(given: list[Item], freight: list[Money], coupons: list[Used]) -> Priced:
    return price(given, dict(zip(SHOPS, freight, strict=True)), coupons)


@given(items, freights, coupons)
def test_every_total_is_the_sum_of_its_parts(
    given: list[Item], freight: list[Money], coupons: list[Used]
) -> None:
    priced = priced_with(given, freight, coupons)
    assert Counter(line.item for order in priced.orders for line in order.lines) == Counter(given)
    for order in priced.orders:
        assert order.goods == total([line.goods for line in order.lines], "CNY")
        assert order.coupon == total([line.coupon for line in order.lines], "CNY")
        assert order.freight == total([line.freight for line in order.lines], "CNY")
        assert {line.item.shop_id for line in order.lines} == {order.shop_id}
        for line in order.lines:
            assert line.coupon == total([share.amount for share in line.shares], "CNY")
            assert len({share.coupon_id for share in line.shares}) == len(line.shares)
    for name in ("goods", "freight", "coupon", "total"):
        assert getattr(priced, name) == total([getattr(order, name) for order in priced.orders], "CNY")


@given(items, freights, coupons)
def test_coupons_never_take_more_than_the_goods_nor_than_they_are_worth_and_never_touch_freight(
    given: list[Item], freight: list[Money], coupons: list[Used]
) -> None:
    priced = priced_with(given, freight, coupons)
    assert priced.total >= priced.freight
    took: Counter[UUID] = Counter()
    for order in priced.orders:
        for line in order.lines:
            assert cny(0) <= line.coupon <= line.goods
            assert line.paid == line.goods - line.coupon
            assert line.freight >= cny(0)
            for share in line.shares:
                assert share.amount > cny(0)
                took[share.coupon_id] += share.amount.minor
    for coupon in coupons:
        assert took[coupon.coupon_id] <= coupon.amount.minor


@given(items, freights, coupons)
def test_a_shops_coupon_pays_for_its_own_goods_only(
    given: list[Item], freight: list[Money], coupons: list[Used]
) -> None:
    scope = {coupon.coupon_id: coupon.shop_id for coupon in coupons}
    for order in priced_with(given, freight, coupons).orders:
        for line in order.lines:
            assert {scope[share.coupon_id] for share in line.shares} <= {None, order.shop_id}


@given(items, freights, coupons)
def test_coupons_are_applied_shop_first_then_host_platform_and_compensation(
    given: list[Item], freight: list[Money], coupons: list[Used]
) -> None:
    priced = priced_with(given, freight, coupons)
    assert priced == priced_with(given, freight, sorted(coupons, key=lambda c: FUNDERS.index(c.funder_kind)))
    paid: Counter[UUID] = Counter()
    for order in priced.orders:
        for line in order.lines:
            ranks = [FUNDERS.index(share.funder_kind) for share in line.shares]
            assert ranks == sorted(ranks)
            paid.update({share.coupon_id: share.amount.minor for share in line.shares})
    for coupon in coupons:  # one that is not used up has met goods that those before it had paid for
        if paid[coupon.coupon_id] == coupon.amount.minor:
            continue
        before = FUNDERS[: FUNDERS.index(coupon.funder_kind) + 1]
        for order in priced.orders:
            for line in order.lines if coupon.shop_id in (None, order.shop_id) else ():
                by_then = total([s.amount for s in line.shares if s.funder_kind in before], "CNY")
                assert by_then == line.goods


@given(items, freights, coupons)
def test_a_lone_coupon_pays_what_it_is_worth_or_all_of_its_goods(
    given: list[Item], freight: list[Money], coupons: list[Used]
) -> None:
    for coupon in coupons:
        for_it = [i.unit * i.quantity for i in given if coupon.shop_id in (None, i.shop_id)]
        assert priced_with(given, freight, [coupon]).coupon == min(coupon.amount, total(for_it, "CNY"))


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
    priced = price([item(minor) for minor in prices], {SHOPS[0]: cny(0)}, [used(1, coupon)])
    assert tuple(line.coupon.minor for line in priced.orders[0].lines) == shares


def test_a_later_coupon_is_shared_over_what_the_earlier_ones_left() -> None:
    """Two shops with goods of ¥100 each; a shop's ¥40, then the platform's ¥16 over the ¥60 and ¥100 that are left."""
    mine, other = item(10_000), item(10_000, shop=SHOPS[1])
    given = [used(1, 1_600, "platform"), used(2, 4_000, "shop", SHOPS[0])]
    priced = price([mine, other], {SHOPS[0]: cny(600), SHOPS[1]: cny(0)}, given)
    assert [
        [(share.funder_kind, share.amount.minor) for share in order.lines[0].shares]
        for order in priced.orders
    ] == [[("shop", 4_000), ("platform", 600)], [("platform", 1_000)]]
    assert [order.total.minor for order in priced.orders] == [6_000, 9_000]


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
    priced = price([item(100, weight_g=w) for w in weights], {SHOPS[0]: cny(freight)})
    assert tuple(line.freight.minor for line in priced.orders[0].lines) == shares


def test_each_shop_charges_its_own_freight() -> None:
    there = {SHOPS[0]: cny(600), SHOPS[1]: cny(0)}
    priced = price([item(100), item(100, shop=SHOPS[1])], there)
    assert [(order.shop_id, order.total) for order in priced.orders] == [
        (SHOPS[0], cny(700)),
        (SHOPS[1], cny(100)),
    ]


def test_another_currency_is_a_mistake_not_a_price() -> None:
    with pytest.raises(MoneyError):
        price([item(100)], {SHOPS[0]: cny(0)}, [Used(SHOPS[0], Money(10, "USD"), "platform", "platform")])
