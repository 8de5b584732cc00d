"""Stripe's amounts: minor units as ISO 4217 has them, but for a few currencies it counts in hundredths all the same."""

from __future__ import annotations

from sanhao.kit.money import Money

_HUNDREDTHS = {"ISK", "UGX"}
"""No minor unit in the standard, two digits at Stripe (its list of special cases)."""


def to_stripe(money: Money) -> tuple[str, int]:
    """Currency and amount as Stripe takes them."""
    return money.currency.lower(), money.minor * (100 if money.currency in _HUNDREDTHS else 1)


def from_stripe(amount: int, currency: str) -> Money:
    """As Stripe says it; what is finer than the currency's own unit is a surprise, and raised as one."""
    code = currency.upper()
    if code not in _HUNDREDTHS:
        return Money(amount, code)
    whole, rest = divmod(amount, 100)
    if rest:
        raise ValueError(f"{amount} hundredths of {code}")
    return Money(whole, code)
