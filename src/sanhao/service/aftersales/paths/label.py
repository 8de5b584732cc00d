"""A return goes back under a label of the platform's (退货面单): for which, and with which courier. Pure.

1. Once a return is approved, a courier that makes labels here is asked for one, at once and without anybody's doing: the
   buyer prints it, sticks it on and hands the parcel in. There is no number to type, and none that could be somebody else's.
2. The courier that brought the goods takes them back, where it makes labels; else one that the terms name.
3. What is too heavy for a parcel shop, or bulky (`paths/pickup.py`), gets no label: it is collected.
4. The buyer may always send it with whom they like. What the courier refuses, or does not answer in some hours, is sent that
   way too: nobody's time to send waits for a label.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, get_args

import msgspec

from sanhao.service.aftersales.paths.pickup import Thing, listed_g

RULE = "delivery.return_label"
Progress = Literal["", "asked", "made", "over", "used"]
"""How far a case's label is. `over`: there is none (any more), and the buyer sends it; `used`: the courier has the goods."""
PROGRESS: tuple[str, ...] = get_args(Progress)


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `delivery.return_label`. Raises ValueError for numbers that would make it a trap.

    *carriers*: who is asked where the courier that brought the goods makes no labels, the first that does; nobody named:
    any. *answer_hours*: as long as that may take. *attempts*: how many labels one case may have come to nothing.
    """

    carriers: tuple[str, ...] = ()
    heaviest_g: int = 20_000
    packaging_g: int = 100
    answer_hours: int = 6
    attempts: int = 3

    def __post_init__(self) -> None:
        if not 1 <= self.answer_hours <= 48 or self.heaviest_g < 1 or self.packaging_g < 0:
            raise ValueError("answer_hours: 1 to 48; heaviest_g: at least 1; packaging_g: 0 or more")
        if not 1 <= self.attempts <= 10:
            raise ValueError("attempts: 1 to 10")


def carrier_of(terms: Terms, brought_by: Sequence[str], makers: Collection[str]) -> str:
    """Who makes the label: of *makers* the one that *brought* the goods last, else the first that the terms name. Empty:
    nobody does."""
    wanted = (*reversed(brought_by), *(terms.carriers or sorted(makers)))
    return next((carrier for carrier in wanted if carrier in makers), "")


def grams_of(terms: Terms, things: Sequence[Thing]) -> int:
    """What the parcel weighs; 0 where it is more than anybody carries to a parcel shop."""
    grams = listed_g(things) + terms.packaging_g
    return grams if grams <= terms.heaviest_g else 0
