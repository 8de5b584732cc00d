"""Money: nothing is lost in a split, nothing is rounded unasked, two currencies never add up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.money import Money, MoneyError, exponent, total

minors = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)


@given(minors, weights)
def test_the_parts_of_a_split_add_up_to_the_whole(minor: int, weights: list[int]) -> None:
    parts = Money(minor, "CNY").split(weights)
    assert len(parts) == len(weights)
    assert total(parts, "CNY") == Money(minor, "CNY")


@given(minors, weights)
def test_no_part_is_a_whole_unit_away_from_its_exact_share(minor: int, weights: list[int]) -> None:
    shares = weights if any(weights) else [1] * len(weights)
    for part, weight in zip(Money(minor, "CNY").split(weights), shares, strict=True):
        assert abs(Fraction(minor * weight, sum(shares)) - part.minor) < 1
        assert weight or not part, "who weighs nothing bears nothing"


@given(minors, weights)
def test_a_refund_is_split_like_its_payment(minor: int, weights: list[int]) -> None:
    money = Money(minor, "CNY")
    assert (-money).split(weights) == [-part for part in money.split(weights)]


def test_equal_claims_are_served_from_the_left() -> None:
    assert Money(100, "CNY").split([1, 1, 1]) == [Money(34, "CNY"), Money(33, "CNY"), Money(33, "CNY")]
    assert Money(2, "CNY").split([0, 0, 0]) == [Money(1, "CNY"), Money(1, "CNY"), Money(0, "CNY")]
    for wrong in ([], [1, -1]):
        with pytest.raises(MoneyError):
            Money(1, "CNY").split(wrong)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.30", "CNY", 1230), (" 5 ", "USD", 500), ("-0.01", "BRL", -1), ("100", "JPY", 100), ("1.234", "KWD", 1234)],
)  # fmt: skip
def test_a_written_amount_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1.005", "CNY"), ("1.5", "JPY"), ("See ASN-93", "USD"), ("", "USD"), ("NaN", "USD"), ("Infinity", "USD"), ("1", "XXX")],
)  # fmt: skip
def test_what_cannot_be_read_exactly_is_refused(text: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text, currency)


@given(minors, st.sampled_from(["CNY", "JPY", "KWD", "CLF"]))
def test_an_amount_survives_writing_and_reading(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(str(money.amount), currency) == money
    assert msgspec.json.decode(msgspec.json.encode(money), type=Money) == money


@pytest.mark.parametrize(
    ("minor", "numerator", "denominator", "share"),
    [(450_50, 1, 100, 451), (450_49, 1, 100, 450), (-5, 1, 2, -3), (5, 1, 2, 3), (0, 1, 3, 0)],
)
def test_a_share_rounds_halves_away_from_zero(
    minor: int, numerator: int, denominator: int, share: int
) -> None:
    assert Money(minor, "CNY").share(numerator, denominator) == Money(share, "CNY")


def test_sums_and_comparisons_stay_within_one_currency() -> None:
    yuan, real = Money(300, "CNY"), Money(300, "BRL")
    assert yuan + yuan == yuan * 2 == Money(600, "CNY")
    assert yuan - yuan == Money.zero("CNY")
    assert not Money.zero("CNY")
    assert Money(-1, "CNY") < yuan <= yuan
    assert yuan != real
    for mixed in (
        lambda: yuan + real,
        lambda: yuan - real,
        lambda: yuan < real,
        lambda: total([yuan, real], "CNY"),
    ):
        with pytest.raises(MoneyError):
            mixed()


@pytest.mark.parametrize(
    ("money", "zh", "en"),
    [
        (Money(300, "CNY"), "¥3", "¥3"),
        (Money(1234_50, "CNY"), "¥1,234.50", "¥1,234.50"),
        (Money(-5, "CNY"), "−¥0.05", "−¥0.05"),
        (Money(1500, "JPY"), "JP¥1,500", "JP¥1,500"),
        (Money(1500, "KWD"), "KWD 1.500", "KWD 1.500"),
        (Money(5054_06, "BRL"), "R$5,054.06", "R$5,054.06"),
        (Money(500, "MYR"), "MYR 5", "MYR 5"),
    ],
)
def test_amounts_are_written_for_people(money: Money, zh: str, en: str) -> None:
    assert (money.format("zh"), money.format("en")) == (zh, en)


def test_amounts_are_written_for_machines_and_exponents_are_the_standards() -> None:
    assert str(Money(300, "CNY")) == "3.00 CNY"
    assert Money(5, "JPY").amount == Decimal(5)
    assert [exponent(c) for c in ("CNY", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]


@pytest.mark.parametrize("text", ["1e3000000", "1e18", "9" * 40, "-1e400", "Infinity", "1e-400"])
def test_what_no_shop_ever_takes_is_refused_and_never_computed(text: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text, "CNY")
