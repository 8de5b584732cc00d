"""Money: integer minor units and an ISO 4217 currency. No float, no bare integer.

Splitting uses the largest remainder, so parts always add up to the whole to the last cent.
Source of the exponents: ISO 4217, table A.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from typing import Literal

import msgspec

Lang = Literal["zh", "en"]

_EXPONENTS = {
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "CLP": 0,
    "ISK": 0,
    "UGX": 0,
    "PYG": 0,
    "RWF": 0,
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
    "KMF": 0,
    "GNF": 0,
    "DJF": 0,
    "BIF": 0,
    "VUV": 0,
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
    "CLF": 4,
    "UYW": 4,
}
_SYMBOLS = {"CNY": "¥", "USD": "US$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "BRL": "R$", "HKD": "HK$"}
_TWO_DIGITS = frozenset(
    ["AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "UYU", "UZS", "VED", "VES", "WST", "XCD", "YER", "ZAR", "ZMW"]
)  # fmt: skip


_MOST_DIGITS = 17
"""What a column of 64 bits holds with room to spare; more is a slip of the finger, or an attack."""


class MoneyError(ValueError):
    """An amount or currency that cannot be read, or two currencies in one sum."""


def exponent(currency: str) -> int:
    """Digits after the point of *currency*. Raises MoneyError for what ISO 4217 does not list."""
    if currency in _TWO_DIGITS:
        return 2
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise MoneyError(f"unknown currency {currency!r}") from None


class Money(msgspec.Struct, frozen=True):
    """*minor* units of *currency*: ``Money(300, "CNY")`` is three yuan."""

    minor: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a plain decimal such as ``"12.30"``. Raises MoneyError; never rounds what was written."""
        try:
            value = Decimal(text.strip()).scaleb(exponent(currency))
        except DecimalException:
            raise MoneyError(f"not an amount: {text!r}") from None
        if not value.is_finite() or value.adjusted() > _MOST_DIGITS:
            raise MoneyError(f"not an amount: {text!r}")
        if value != value.to_integral_value():
            raise MoneyError(f"{text!r} is finer than the smallest unit of {currency}")
        return cls(int(value), currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not add up")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __gt__(self, other: Money) -> bool:
        return other < self

    def __ge__(self, other: Money) -> bool:
        return other <= self

    def __bool__(self) -> bool:
        return self.minor != 0

    def share(self, numerator: int, denominator: int) -> Money:
        """``numerator/denominator`` of this amount, halves rounded away from zero (as merchants round)."""
        exact = Decimal(self.minor * numerator) / Decimal(denominator)
        return Money(int(exact.to_integral_value(ROUND_HALF_UP)), self.currency)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Parts in proportion to *weights* that add up to exactly this amount (largest remainder).

        Weights are whole numbers of at least zero; all zero means equal parts. Earlier parts win ties.
        """
        if not weights or min(weights) < 0:
            raise MoneyError("a split needs weights of zero or more")
        if not any(weights):
            weights = [1] * len(weights)
        total, sign = sum(weights), -1 if self.minor < 0 else 1
        whole = abs(self.minor)
        parts = [whole * w // total for w in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i))
        for i in by_remainder[: whole - sum(parts)]:
            parts[i] += 1
        return [Money(sign * p, self.currency) for p in parts]

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def format(self, lang: Lang = "en") -> str:
        """``¥1,234.50``; whole amounts lose their zeros (``¥3``). Minus before the symbol, in both languages."""
        digits = exponent(self.currency)
        whole, part = divmod(abs(self.minor), 10**digits)
        text = f"{whole:,}.{part:0{digits}d}" if part else f"{whole:,}"
        symbol = _SYMBOLS.get(self.currency, self.currency + " ")
        if lang == "zh" and self.currency == "CNY":
            symbol = "¥"
        return f"{'−' if self.minor < 0 else ''}{symbol}{text}"

    def __str__(self) -> str:
        return f"{self.amount:.{exponent(self.currency)}f} {self.currency}"


def total(amounts: Sequence[Money], currency: str) -> Money:
    """Their sum; zero *currency* for none. Raises MoneyError if one is in another currency."""
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result
