"""Balance, then deposit, then the platform advances; and its mirror."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.books.ledger.core import Parts, Purse, Ref, give, give_all, out_of_balance, take, take_all

minor = st.integers(0, 10**12)
purses = st.builds(Purse, minor, minor, minor)
SHOPS = ("wool", "tea", "lamp")


@pytest.mark.parametrize(
    ("balance", "deposit", "amount", "parts", "left"),
    [
        (1000, 500, 300, Parts(300, 0, 0), Purse(700, 500, 0)),
        (300, 500, 300, Parts(300, 0, 0), Purse(0, 500, 0)),
        (100, 500, 300, Parts(100, 200, 0), Purse(0, 300, 0)),
        (0, 500, 300, Parts(0, 300, 0), Purse(0, 200, 0)),
        (100, 50, 300, Parts(100, 50, 150), Purse(0, 0, 150)),
        (0, 0, 300, Parts(0, 0, 300), Purse(0, 0, 300)),
        (0, 0, 0, Parts(0, 0, 0), Purse(0, 0, 0)),
    ],
)
def test_a_charge_comes_from_the_balance_then_the_deposit_then_the_platform(
    balance: int, deposit: int, amount: int, parts: Parts, left: Purse
) -> None:
    purse = Purse(balance, deposit)
    assert take(purse, amount) == parts
    assert purse == left


@pytest.mark.parametrize(
    ("purse", "amount", "from_deposit", "parts"),
    [
        (Purse(0, 0, 0), 300, 0, Parts(300, 0, 0)),
        (Purse(0, 0, 150), 300, 50, Parts(100, 50, 150)),
        (Purse(0, 0, 500), 300, 50, Parts(0, 0, 300)),
        (Purse(7, 9, 280), 300, 50, Parts(0, 20, 280)),
    ],
)
def test_what_is_given_repays_the_platform_then_the_deposit_then_the_balance(
    purse: Purse, amount: int, from_deposit: int, parts: Parts
) -> None:
    assert give(purse, amount, from_deposit) == parts


@given(purses, st.lists(minor, max_size=30))
def test_running_totals_never_go_below_zero_and_every_cent_is_taken_once(
    purse: Purse, amounts: list[int]
) -> None:
    before = (purse.balance, purse.deposit, purse.owed)
    taken = take_all({"shop": purse}, [("shop", amount) for amount in amounts])
    assert [sum(parts) for parts in taken] == amounts
    assert min([purse.balance, purse.deposit, *(part for parts in taken for part in parts)]) >= 0
    assert before[0] - purse.balance == sum(parts.balance for parts in taken)
    assert before[1] - purse.deposit == sum(parts.deposit for parts in taken)
    assert purse.owed - before[2] == sum(parts.advance for parts in taken)
    if purse.owed > before[2]:
        assert (purse.balance, purse.deposit) == (0, 0), "nothing is advanced while the shop has money"


@given(st.builds(Purse, minor, minor), minor)
def test_giving_back_what_was_taken_restores_a_shop_that_owed_nothing(purse: Purse, amount: int) -> None:
    before = (purse.balance, purse.deposit, purse.owed)
    parts = take(purse, amount)
    assert give(purse, amount, parts.deposit) == parts
    assert (purse.balance, purse.deposit, purse.owed) == before


@given(purses, st.lists(st.tuples(minor, minor), max_size=30))
def test_giving_never_repays_more_than_is_owed(purse: Purse, amounts: list[tuple[int, int]]) -> None:
    owed = purse.owed
    parts = give_all({"shop": purse}, [("shop", amount, deposit) for amount, deposit in amounts])
    assert [sum(part) for part in parts] == [amount for amount, _ in amounts]
    assert purse.owed == owed - sum(part.advance for part in parts) >= 0
    assert all(part.deposit <= deposit for part, (_, deposit) in zip(parts, amounts, strict=True))


@given(st.lists(st.tuples(st.sampled_from(SHOPS), minor), max_size=30))
def test_a_batch_over_many_shops_is_the_batches_of_each_shop(charges: list[tuple[str, int]]) -> None:
    together = {shop: Purse(10**6, 10**5) for shop in SHOPS}
    all_parts = take_all(together, charges)
    for shop in SHOPS:
        alone = {shop: Purse(10**6, 10**5)}
        parts = take_all(alone, [charge for charge in charges if charge[0] == shop])
        assert parts == [p for p, (whose, _) in zip(all_parts, charges, strict=True) if whose == shop]
        assert alone[shop] == together[shop]


def test_an_entry_must_balance_in_each_currency() -> None:
    bank, till = Ref("bank", "platform", "CNY"), Ref("gateway", "sandbox", "USD")
    assert out_of_balance([(bank, 100), (bank, -100), (till, 5), (till, -5)]) == {}
    assert out_of_balance([(bank, 100), (till, -100)]) == {"CNY": 100, "USD": -100}
