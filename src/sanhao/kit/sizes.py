"""How large a thing is, packed, and into how many boxes things go. Lengths are millimetres, weights grams. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
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


class Packed(NamedTuple):
    """A box, or what goes into one; without *sides* nobody knows how large it is."""

    weight_g: int
    sides: Sides | None = None


def pack(
    goods: Iterable[tuple[Packed, int]], *, heaviest_g: int, longest_mm: int, packaging_g: int, most: int
) -> list[Packed]:
    """Into which boxes so many of each of *goods* go; empty where *most* are too few.

    The heaviest first, each into the first box in which it still fits: lying flat on what is there already, so that no box
    weighs more than *heaviest_g* or has a side over *longest_mm*. What is beyond that by itself has a box of its own.
    """
    boxes: list[Packed] = []
    for one, units in sorted(goods, key=lambda each: each[0].weight_g, reverse=True):
        lying = one._replace(sides=Sides(*sorted(one.sides, reverse=True)) if one.sides else None)
        for _unit in range(units):
            for at, box in enumerate(boxes):
                fuller = _laid_on(box, lying)
                if fuller.weight_g <= heaviest_g and (
                    not fuller.sides or fuller.sides.longest_mm <= longest_mm
                ):
                    boxes[at] = fuller
                    break
            else:
                if len(boxes) == most:
                    return []
                boxes.append(lying._replace(weight_g=lying.weight_g + packaging_g))
    return boxes


def _laid_on(box: Packed, thing: Packed) -> Packed:
    sides = None
    if box.sides and thing.sides:
        (length, width, height), (long, wide, high) = box.sides, thing.sides
        sides = Sides(max(length, long), max(width, wide), height + high)
    return Packed(box.weight_g + thing.weight_g, sides)


def spread(whole: int, weights: Sequence[int]) -> list[int]:
    """*whole* in parts as large as *weights* (at least one, not all zero) beside each other; they add up."""
    sums = [0, *accumulate(weights)]
    return [whole * to // sums[-1] - whole * since // sums[-1] for since, to in pairwise(sums)]
