"""Amounts as people write them. What cannot be read is None: unknown, never guessed."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

from sanhao.kit.money import exponent

_REMEMBERED = 1 << 16
_LARGEST = 10**15
_NOISE = Decimal("0.0001")
"""Of a minor unit: what binary floats leave behind when a program writes a sum (14.379999999999999)."""


class AmountReader:
    """``read(cell, currency)`` gives minor units or None. *decimal* is the point; the other mark may group thousands."""

    def __init__(self, decimal: str = ".") -> None:
        group = "," if decimal == "." else "."
        self._group, self._point = group, decimal
        grouped = rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+"
        point = re.escape(decimal)
        self._plain = re.compile(rf"([0-9]{{1,12}})(?:{point}([0-9]{{1,2}}))?").fullmatch
        self._shape = re.compile(
            rf"(?:{grouped}|[0-9]+)(?:{point}[0-9]+)?(?:[eE][+-]?[0-9]{{1,2}})?"
        ).fullmatch
        self._known: dict[str, dict[str, int | None]] = {}

    def read(self, cell: str, currency: str) -> int | None:
        """Negative amounts, unknown currencies and sums beyond 10^15 are not readable either."""
        known = self._known.get(currency)
        if known is None:
            if len(self._known) >= 1000:
                self._known.clear()
            known = self._known[currency] = {}
        minor = known.get(cell, -1)
        if minor != -1:
            return minor
        if len(known) >= _REMEMBERED:
            known.clear()
        minor = known[cell] = self._read(cell.strip(), currency)
        return minor

    def _read(self, cell: str, currency: str) -> int | None:
        try:
            digits = exponent(currency)
        except ValueError:
            return None
        if digits == 2 and (plain := self._plain(cell)):  # nearly all of them
            whole, cents = plain.groups("00")
            return int(whole) * 100 + int(cents.ljust(2, "0"))
        return self._precisely(cell, digits)

    def _precisely(self, cell: str, digits: int) -> int | None:
        if not self._shape(cell):
            return None
        exact = Decimal(cell.replace(self._group, "").replace(self._point, ".")).scaleb(digits)
        if exact > _LARGEST:
            return None
        whole = exact.to_integral_value(ROUND_HALF_EVEN)
        return int(whole) if abs(exact - whole) <= _NOISE else None
