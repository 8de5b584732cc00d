from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.lab.histories.amounts import AmountReader


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12", "CNY", 1200), ("12.3", "CNY", 1230), ("12.30", "CNY", 1230), ("0", "CNY", 0), ("0.05", "CNY", 5),
        ("1,234.50", "CNY", 123450), ("1,234,567", "CNY", 123456700), ("12.000", "CNY", 1200),
        ("14.379999999999999", "BRL", 1438), ("1e2", "CNY", 10000), ("500", "JPY", 500), ("1.234", "KWD", 1234),
        ("12.345", "CNY", None), ("500.5", "JPY", None), ("-3", "CNY", None), ("", "CNY", None), ("1_000", "CNY", None),
        ("12,34", "CNY", None), ("1,23,456", "CNY", None), ("See ASN-93 (ID#:1281)", "USD", None), ("NaN", "CNY", None),
        ("Infinity", "CNY", None), ("١٢", "CNY", None), ("12", "XYZ", None), ("99999999999999999", "CNY", None),
        ("Freight Included in Commodity Cost", "USD", None), ("9e99", "CNY", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_to_the_cent_or_not_at_all(text: str, currency: str, minor: int | None) -> None:
    read = AmountReader().read
    assert read(text, currency) == minor
    assert read(text, currency) == minor


def test_where_the_comma_is_the_point_the_point_groups() -> None:
    read = AmountReader(",").read
    assert [read(text, "BRL") for text in ("1.234,50", "12,3", "12.30")] == [123450, 1230, None]


@given(st.integers(0, 10**14), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_every_amount_comes_back_as_it_was_written(minor: int, currency: str) -> None:
    digits = {"CNY": 2, "JPY": 0, "KWD": 3}[currency]
    amount = Decimal(minor).scaleb(-digits)
    assert AmountReader().read(f"{amount:f}", currency) == minor
    assert AmountReader().read(f"{amount:,f}", currency) == minor
