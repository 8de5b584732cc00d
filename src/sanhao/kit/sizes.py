"""How large a thing is, packed. Lengths are millimetres. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Sides(NamedTuple):
    """The three sides of what is packed, in mm: all are known, or there is none of this."""

    length_mm: int
    width_mm: int
    height_mm: int

    @property
    def longest_mm(self) -> int:
        return max(self)

    @property
    def volume_ml(self) -> int:
        """What it takes up, in millilitres, begun ones whole."""
        return -(-self.length_mm * self.width_mm * self.height_mm // 1000)


def sides_of(stored: Sequence[int] | None) -> Sides | None:
    """The sides as a column keeps them."""
    return Sides(*stored) if stored else None
