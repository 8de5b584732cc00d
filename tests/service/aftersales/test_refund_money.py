"""Refund money, by cases that went wrong elsewhere and by properties: every cent paid goes back once, to whoever paid."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.kit.refusals import Invalid
from sanhao.service.aftersales.core import (
    Ask,
    Back,
    Fault,
    LineMoney,
    MoneyRule,
    OrderMoney,
    RefundTerms,
    Share,
    after,
    refund,
    unit_share,
    unit_shares,
    worth,
)

CN = RefundTerms()
EU = RefundTerms(freight="whole_order")
NEVER = RefundTerms(freight="never")


def uid(number: int) -> UUID:
    return UUID(int=number)


def share(number: int, kind: Any, amount: int) -> Share:
    return Share(uid(900 + number), kind, kind, uid(700 + number), amount)


def line(number: int, quantity: int, goods: int, *shares: Share, freight: int = 0) -> LineMoney:
    return LineMoney(uid(number), quantity, goods, shares, freight)


def order(
    *lines: LineMoney, shipped: bool = True, freight: int | None = None, surcharge: int = 0
) -> OrderMoney:
    freight = sum(line.freight_minor for line in lines) if freight is None else freight
    total = sum(line.paid_minor for line in lines) + freight
    return OrderMoney(lines, total, 0, freight, 0, shipped, surcharge)


def asks(*wanted: tuple[int, int]) -> list[Ask]:
    return [Ask(uid(number), units) for number, units in wanted]


def funders(back: Back) -> dict[str, int]:
    found: dict[str, int] = {}
    for of_line in back.lines:
        for part in of_line.shares:
            found[part.funder_kind] = found.get(part.funder_kind, 0) + part.minor
    return found


# What peers got wrong


def test_a_partial_refund_deducts_its_own_share_of_the_coupon_not_all_of_it() -> None:
    """PrestaShop 42502/18319: 150 of goods, a coupon that took 30 of them: 120, not 150 - 42 = 108."""
    money = order(line(1, 1, 15_000, share(1, "shop", 3_000)), line(2, 1, 6_000, share(2, "shop", 1_200)))
    back = refund(money, asks((1, 1)), CN, "buyer")
    assert (back.cash_minor, funders(back)) == (12_000, {"shop": 3_000})
    rest = refund(after(money, back), asks((2, 1)), CN, "buyer")
    assert (rest.cash_minor, funders(rest)) == (4_800, {"shop": 1_200})


def test_a_discount_does_not_move_to_the_lines_that_survive() -> None:
    """Vendure 4811: shares stand as they were frozen, whatever went back before."""
    money = order(line(1, 2, 2_000, share(1, "platform", 500)), line(2, 1, 1_000, share(2, "platform", 250)))
    first = refund(money, asks((1, 1)), CN, "buyer")
    second = refund(after(money, first), asks((1, 1)), CN, "buyer")
    third = refund(after(after(money, first), second), asks((2, 1)), CN, "buyer")
    assert [first.cash_minor, second.cash_minor, third.cash_minor] == [750, 750, 750]


def test_the_last_unit_gives_what_is_left_to_the_cent() -> None:
    """WooCommerce 64668: three units for 100 after a coupon of 200; rounding never adds a cent."""
    money = order(line(1, 3, 300, share(1, "platform", 200)))
    given_back = []
    for _ in range(3):
        back = refund(money, asks((1, 1)), CN, "buyer")
        money = after(money, back)
        given_back.append((back.cash_minor, funders(back)["platform"]))
    assert given_back == [(34, 66), (33, 67), (33, 67)]
    assert money.left_minor == 0


def test_list_price_is_never_refunded() -> None:
    """Sonata 177: what the coupon paid is not the buyer's."""
    assert refund(order(line(1, 1, 1_000, share(1, "host", 999))), asks((1, 1)), CN, "shop").cash_minor == 1


def test_one_of_three_identical_goods_goes_back_and_the_others_later() -> None:
    """WeChat took a line as a whole; the units that stayed could never be refunded (trap 10)."""
    money = order(line(1, 3, 3_000))
    first = refund(money, asks((1, 1)), CN, "buyer")
    second = refund(after(money, first), asks((1, 2)), CN, "buyer")
    assert (first.cash_minor, second.cash_minor) == (1_000, 2_000)


def test_in_china_freight_goes_back_with_the_last_unit_if_nothing_was_shipped() -> None:
    money = order(line(1, 1, 1_000, freight=300), line(2, 1, 2_000, freight=300), shipped=False)
    first = refund(money, asks((1, 1)), CN, "buyer")
    second = refund(after(money, first), asks((2, 1)), CN, "buyer")
    assert (first.cash_minor, second.cash_minor, second.freight_minor) == (1_000, 2_600, 600)


def test_in_china_freight_stays_where_anything_was_shipped() -> None:
    back = refund(order(line(1, 1, 1_000, freight=600)), asks((1, 1)), CN, "buyer")
    assert (back.cash_minor, back.freight_minor) == (1_000, 0)


def test_in_the_union_a_whole_withdrawal_gives_back_the_standard_way_of_sending() -> None:
    money = order(line(1, 2, 2_000, freight=900), surcharge=400)
    part = refund(money, asks((1, 1)), EU, "buyer", statutory=True)
    assert (part.cash_minor, part.freight_minor) == (1_000, 0)
    rest = refund(after(money, part), asks((1, 1)), EU, "buyer", statutory=True)
    assert (rest.cash_minor, rest.freight_minor) == (1_500, 500)


@pytest.mark.parametrize("fault", ["shop", "carrier", "platform"])
@pytest.mark.parametrize("terms", [CN, EU, NEVER])
def test_where_the_buyer_is_not_at_fault_freight_goes_back_by_units(terms: RefundTerms, fault: Fault) -> None:
    money = order(line(1, 2, 2_000, freight=301), line(2, 1, 1_000, freight=300), surcharge=200)
    first = refund(money, asks((1, 1)), terms, fault)
    assert (first.cash_minor, first.freight_minor) == (1_150, 150)
    rest = refund(after(money, first), asks((1, 1), (2, 1)), terms, fault)
    assert rest.freight_minor == 451
    assert first.cash_minor + rest.cash_minor == money.total_minor


def test_who_falls_under_a_threshold_is_not_billed_again() -> None:
    """Six bought for a coupon from 500 on, five returned: the sixth keeps its share (trap 16)."""
    money = order(line(1, 6, 60_000, share(1, "shop", 6_000)))
    back = refund(money, asks((1, 5)), CN, "buyer")
    assert back.cash_minor == 45_000
    assert after(money, back).left_minor == 9_000


def test_a_missing_gift_is_an_amount_that_stays_with_the_shop() -> None:
    money = order(line(1, 1, 10_000))
    back = refund(money, [Ask(uid(1), 1, deduct_minor=1_500)], CN, "buyer")
    assert (back.cash_minor, back.lines[0].kept_minor, back.whole) == (8_500, 1_500, True)
    assert after(money, back).left_minor == 0


@pytest.mark.parametrize(
    ("fault", "statutory", "fee"),
    [
        ("buyer", False, 100),
        ("buyer", True, 0),
        ("shop", False, 0),
        ("carrier", False, 0),
        ("platform", False, 0),
    ],
)
def test_a_restocking_fee_is_the_buyers_change_of_mind_only(fault: Fault, statutory: bool, fee: int) -> None:
    terms = RefundTerms(freight="never", restock_bp=1_000)
    back = refund(order(line(1, 1, 1_009)), asks((1, 1)), terms, fault, statutory=statutory)
    assert (back.restock_fee_minor, back.cash_minor) == (fee, 1_009 - fee)


def test_a_fee_that_was_kept_is_not_given_back_later() -> None:
    terms = RefundTerms(restock_bp=1_000)
    money = order(line(1, 2, 2_000))
    money = after(money, refund(money, asks((1, 1)), terms, "buyer"))
    assert (money.refunded_minor, money.left_minor) == (900, 1_000)
    assert refund(money, asks((1, 1)), CN, "shop").cash_minor == 1_000


def test_a_third_was_bruised_and_a_third_goes_back_to_everybody_who_paid() -> None:
    money = order(line(1, 1, 9_000, share(1, "platform", 3_000), freight=600))
    back = refund(money, [Ask(uid(1), 1, goods_minor=2_000)], CN, "shop")
    assert (back.lines[0].units, back.lines[0].goods_minor, back.freight_minor) == (0, 2_000, 200)
    assert (funders(back), back.whole) == ({"platform": 1_000}, False)
    rest = refund(after(money, back), asks((1, 1)), CN, "shop")
    assert (rest.cash_minor, rest.freight_minor, funders(rest)) == (4_400, 400, {"platform": 2_000})


def test_what_went_back_for_a_unit_is_not_given_again_when_it_comes_back() -> None:
    """Bruised first, returned later, one of two: the other one's money stays where it is."""
    money = order(line(1, 2, 2_000))
    money = after(money, refund(money, [Ask(uid(1), 1, goods_minor=300)], NEVER, "shop"))
    back = refund(money, [Ask(uid(1), 1, given_minor=300)], NEVER, "shop")
    assert back.cash_minor == 700
    assert refund(after(money, back), asks((1, 1)), NEVER, "shop").cash_minor == 1_000


def test_a_promise_that_gave_the_freight_back_is_not_paid_twice() -> None:
    """A late parcel's freight went back without being of any line: the whole order is still never more than paid."""
    money = order(line(1, 1, 1_000, freight=600))
    late = OrderMoney(money.lines, money.total_minor, 600, 600, 0, True)
    back = refund(late, asks((1, 1)), EU, "buyer")
    assert (back.cash_minor, back.freight_minor, back.lines[0].goods_minor) == (1_000, 0, 1_000)


def test_what_a_promise_gave_beyond_freight_is_set_against_the_last_lines() -> None:
    money = order(line(1, 1, 1_000), line(2, 1, 1_000))
    given = OrderMoney(money.lines, 2_000, 700, 0, 0, True)
    back = refund(given, asks((1, 1), (2, 1)), CN, "shop")
    assert [of_line.goods_minor for of_line in back.lines] == [1_000, 300]
    assert after(given, back).left_minor == 0


def test_a_coupon_returns_only_when_the_whole_order_is_back() -> None:
    money = order(line(1, 1, 1_000, share(1, "compensation", 300)), line(2, 1, 500))
    first = refund(money, asks((1, 1)), CN, "buyer")
    assert (first.coupon_returns, funders(first)) == (False, {"compensation": 300})
    second = refund(after(money, first), asks((2, 1)), CN, "buyer")
    assert (second.whole, second.coupon_returns, funders(second)) == (True, True, {})


def test_goods_that_coupons_paid_wholly_go_back_for_nothing() -> None:
    """Two coupons of the whole price between them: no unit costs less than nothing."""
    money = order(line(1, 3, 3_000, share(1, "platform", 1_001), share(2, "host", 1_999)))
    for _ in range(3):
        back = refund(money, asks((1, 1)), CN, "buyer")
        assert back.cash_minor == 0
        assert sum(funders(back).values()) == 1_000
        money = after(money, back)


# What is refused

BAD: list[tuple[list[Ask], str]] = [
    ([], "refund.nothing"),
    ([Ask(uid(9), 1)], "refund.line"),
    ([Ask(uid(1), 1), Ask(uid(1), 1)], "refund.line"),
    ([Ask(uid(1), 0)], "refund.units"),
    ([Ask(uid(1), -1)], "refund.units"),
    ([Ask(uid(1), 3)], "refund.units"),
    ([Ask(uid(1), 1, goods_minor=1_001)], "refund.amount"),
    ([Ask(uid(1), 1, goods_minor=-1)], "refund.amount"),
    ([Ask(uid(1), 1, deduct_minor=-1)], "refund.amount"),
    ([Ask(uid(1), 1, given_minor=-1)], "refund.amount"),
]


@pytest.mark.parametrize(("wanted", "code"), BAD)
def test_what_cannot_be_is_refused(wanted: list[Ask], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        refund(order(line(1, 2, 2_000)), wanted, CN, "shop")
    assert refused.value.code == code


def test_a_unit_that_is_back_is_not_refunded_again() -> None:
    money = order(line(1, 1, 1_000), line(2, 1, 1_000))
    money = after(money, refund(money, asks((1, 1)), CN, "shop"))
    with pytest.raises(Invalid, match=r"refund\.units"):
        refund(money, asks((1, 1)), CN, "shop")


def test_a_country_has_its_own_terms_and_nonsense_is_no_rule() -> None:
    stored = {"by_country": {"DE": {"freight": "whole_order"}}}
    assert msgspec.to_builtins(msgspec.convert(stored, MoneyRule)) == stored
    rule = MoneyRule(by_country={"DE": EU})
    assert (rule.of("DE"), rule.of("CN")) == (EU, CN)
    for nonsense in ({"default": {"freight": "sometimes"}}, {"default": {"restock_bp": 5_001}}, {"more": 1}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(nonsense, MoneyRule)


# Properties

KINDS = ["shop", "platform", "host", "compensation"]


@st.composite
def a_line(draw: st.DrawFn, number: int) -> LineMoney:
    quantity = draw(st.integers(1, 7))
    goods = quantity * draw(st.integers(0, 5_000))
    left, shares = goods, []
    for n, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), max_size=4))):
        amount = draw(st.integers(0, left))
        left -= amount
        if amount:
            shares.append(share(number * 10 + n, kind, amount))
    return line(number, quantity, goods, *shares, freight=draw(st.integers(0, 900)))


@st.composite
def an_order(draw: st.DrawFn) -> OrderMoney:
    lines = [draw(a_line(number)) for number in range(1, draw(st.integers(1, 4)) + 1)]
    freight = sum(of_line.freight_minor for of_line in lines)
    money = order(*lines, shipped=draw(st.booleans()), surcharge=draw(st.integers(0, freight)))
    promised = draw(st.one_of(st.just(0), st.integers(0, money.total_minor)))
    return OrderMoney(
        money.lines, money.total_minor, promised, freight, 0, money.shipped, money.surcharge_minor
    )


TERMS = st.builds(
    RefundTerms,
    freight=st.sampled_from(["never", "unshipped_last", "whole_order", "share"]),
    restock_bp=st.sampled_from([0, 0, 750]),
)


def one_ask(data: st.DataObject, of_line: LineMoney) -> Ask:
    units = data.draw(st.integers(1, of_line.left_units))
    if data.draw(st.booleans()):
        return Ask(of_line.line_id, units, goods_minor=data.draw(st.integers(0, worth(of_line, units))))
    return Ask(
        of_line.line_id,
        units,
        deduct_minor=data.draw(st.sampled_from([0, 0, 50])),
    )


@given(an_order(), TERMS, st.data())
@settings(max_examples=150)
def test_any_refunds_in_any_order_give_what_was_paid_once(
    money: OrderMoney, terms: RefundTerms, data: Any
) -> None:
    first = money
    gave = {s.id: s.amount_minor for of_line in money.lines for s in of_line.shares}
    returned = dict.fromkeys(gave, 0)
    whole_seen = 0
    for _ in count():
        open_lines = [of_line for of_line in money.lines if of_line.left_units]
        if not open_lines:
            break
        chosen = data.draw(
            st.lists(st.sampled_from(open_lines), min_size=1, max_size=3, unique_by=lambda of: of.line_id)
        )
        fault = data.draw(st.sampled_from(["shop", "buyer", "carrier", "platform"]))
        back = refund(money, [one_ask(data, of_line) for of_line in chosen], terms, fault)
        money = after(money, back)
        whole_seen += back.whole
        for of_line in back.lines:
            assert of_line.goods_minor >= 0
            assert of_line.kept_minor >= 0
            for part in of_line.shares:
                assert part.minor > 0
                returned[part.id] += part.minor
        assert back.cash_minor == sum(of.goods_minor for of in back.lines) + back.freight_minor
        assert money.refunded_minor <= money.total_minor
        assert money.freight_refunded_minor <= money.freight_minor
        for of_line in money.lines:
            assert 0 <= of_line.refunded_units <= of_line.quantity
            assert of_line.refunded_minor + of_line.kept_minor <= of_line.paid_minor
        assert all(returned[id] <= gave[id] for id in gave)
    assert returned == gave
    assert whole_seen == 1
    kept = sum(of_line.kept_minor for of_line in money.lines)
    freight_left = first.freight_minor - money.freight_refunded_minor
    # What no line and no freight accounts for was given before; beyond it, all of the goods went back.
    assert money.refunded_minor >= first.total_minor - kept - freight_left


@given(an_order(), st.data())
@settings(max_examples=80)
def test_at_the_shops_fault_the_last_refund_is_all_that_is_left(money: OrderMoney, data: Any) -> None:
    while left := [of_line for of_line in money.lines if of_line.left_units]:
        chosen = left[: data.draw(st.integers(1, len(left)))]
        units = [data.draw(st.integers(1, of_line.left_units)) for of_line in chosen]
        wanted = [Ask(of.line_id, n) for of, n in zip(chosen, units, strict=True)]
        money = after(money, refund(money, wanted, CN, "shop"))
    assert money.refunded_minor == money.total_minor


@given(st.integers(1, 40), st.lists(st.integers(0, 10_000), min_size=1, max_size=5), st.data())
def test_units_add_up_to_their_price_and_payers_to_their_amounts(
    quantity: int, amounts: list[int], data: Any
) -> None:
    amounts.append(-sum(amounts) % quantity)
    price = sum(amounts) // quantity
    units = [unit_shares(amounts, quantity, unit, 1) for unit in range(quantity)]
    assert all(sum(unit) == price and min(unit) >= 0 for unit in units)
    assert [sum(column) for column in zip(*units, strict=True)] == amounts
    first = data.draw(st.integers(0, quantity - 1))
    n = data.draw(st.integers(1, quantity - first))
    together = [sum(column) for column in zip(*units[first : first + n], strict=True)]
    assert unit_shares(amounts, quantity, first, n) == together


@given(
    st.integers(0, 10**15),
    st.lists(st.integers(0, 20), min_size=1, max_size=12).filter(any),
)
def test_units_parts_of_a_share_add_up_however_they_come_back(amount: int, counts: list[int]) -> None:
    quantity = sum(counts)
    firsts = [sum(counts[:n]) for n in range(len(counts))]
    parts = [unit_share(amount, quantity, first, n) for first, n in zip(firsts, counts, strict=True)]
    assert sum(parts) == amount
    for part, units in zip(parts, counts, strict=True):
        assert abs(part - amount * units / quantity) <= 1 + amount * 1e-12


@pytest.mark.parametrize(("first", "count"), [(0, 4), (3, 1), (-1, 1), (2, -1), (4, 0)])
def test_a_part_of_units_there_are_not_is_a_mistake(first: int, count: int) -> None:
    with pytest.raises(ValueError, match="of 3"):
        unit_share(100, 3, first, count)
