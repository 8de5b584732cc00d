"""A return goes back under a label of the platform's (退货面单): for which, with which courier, and who pays it. Pure.

1. Once a return is approved, a courier that makes labels here is asked for one: the buyer prints it, sticks it on and hands the
   parcel in. There is no number to type, and none that could be somebody else's.
2. Who pays the way back (`paths/return_freight.py`) pays it, and it comes without anybody's doing. Where that is the buyer, who
   changed their mind, it comes when they ask for it; it costs them no more than was said, and that comes out of what comes
   back, once the courier has the goods. A label that nobody uses costs a buyer nothing.
3. The courier that brought the goods takes them back, where it makes labels; else one that the terms name.
4. What does not fit one parcel goes in several, a page of the label on each. What is too heavy or long for a parcel shop, or bulky
   (`paths/pickup.py`), gets none: it is collected.
5. The buyer may always send it with whom they like. What the courier refuses, or does not answer in some hours, is sent that
   way too: nobody's time to send waits for a label.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, get_args

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.sizes import Packed, pack
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of
from sanhao.service.aftersales.paths.pickup import Thing
from sanhao.service.aftersales.paths.return_freight import Payer

RULE = "delivery.return_label"
FEE = "return_label.fee"
Progress = Literal["", "asked", "made", "over", "used"]
"""How far a case's label is. `over`: there is none (any more), and the buyer sends it; `used`: the courier has the goods."""
PROGRESS: tuple[str, ...] = get_args(Progress)


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `delivery.return_label`. Raises ValueError for numbers that would make it a trap.

    *most_minor*: what a buyer pays at most, by currency; in a currency without it none is offered for
    the buyer's money. *carriers*: who is asked where the courier that brought the goods makes no labels, the first that does;
    nobody named: any. Nobody carries more than *boxes* parcels to a parcel shop, of *heaviest_g* and *longest_mm* each at
    most; *packaging_g*: what one is taken to weigh by itself. *answer_hours*: as long as that may take. *attempts*: how many
    labels one case may have in all.
    """

    most_minor: dict[str, int] = msgspec.field(default_factory=lambda: {"CNY": 1_500})
    carriers: tuple[str, ...] = ()
    heaviest_g: int = 20_000
    longest_mm: int = 1_200
    boxes: int = 2
    packaging_g: int = 100
    answer_hours: int = 6
    attempts: int = 3
    fee_appeal_days: int = 30

    def __post_init__(self) -> None:
        if any(minor < 1 for minor in self.most_minor.values()):
            raise ValueError("what a buyer pays at most is more than nothing")
        if (
            not 1 <= self.answer_hours <= 48
            or min(self.heaviest_g, self.longest_mm) < 1
            or self.packaging_g < 0
        ):
            raise ValueError(
                "answer_hours: 1 to 48; heaviest_g, longest_mm: at least 1; packaging_g: 0 or more"
            )
        if not 1 <= self.boxes <= 20:
            raise ValueError("boxes: 1 to 20")
        if not 1 <= self.attempts <= 10 or not 1 <= self.fee_appeal_days <= 365:
            raise ValueError("attempts: 1 to 10; fee_appeal_days: 1 to 365")


def carrier_of(terms: Terms, brought_by: Sequence[str], makers: Collection[str]) -> str:
    """Who makes the label: of *makers* the one that *brought* the goods last, else the first that the terms name. Empty:
    nobody does."""
    wanted = (*reversed(brought_by), *(terms.carriers or sorted(makers)))
    return next((carrier for carrier in wanted if carrier in makers), "")


def parcels_of(terms: Terms, things: Sequence[Thing]) -> list[Packed]:
    """The parcels it goes in; empty where that is more than anybody carries to a parcel shop."""
    goods = [(Packed(thing.weight_g, thing.packed), thing.units) for thing in things]
    found = pack(
        goods,
        heaviest_g=terms.heaviest_g,
        longest_mm=terms.longest_mm,
        packaging_g=terms.packaging_g,
        most=terms.boxes,
    )
    too_large = any(
        one.weight_g > terms.heaviest_g or (one.sides and one.sides.longest_mm > terms.longest_mm)
        for one in found
    )
    return [] if too_large else found


def most_of(terms: Terms, back: Money) -> Money | None:
    """What a label costs a buyer at most; None where nothing would be left of what comes back, or no sum is named."""
    most = Money(terms.most_minor.get(back.currency, 0), back.currency)
    return most if most.minor and most < back else None


class FeeSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """*carrier* made a label at this price, for a return whose way back is *payer*'s. *back*: what comes back; *brought_by*: who
    had brought the goods."""

    carrier: str
    price: Money
    payer: Payer
    back: Money
    brought_by: str = ""


class FeeVerdict(msgspec.Struct, frozen=True):
    """*owed* is *payer*'s; *beyond*, what a label costs above what the buyer was told, the platform's."""

    outcome: Literal["charged", "free"]
    payer: Payer
    owed: Money
    beyond: Money


def fee(terms: Terms, seen: FeeSeen) -> FeeVerdict:
    """Who owes what for a label that was made."""
    nothing = Money(0, seen.price.currency)
    payer = seen.payer
    if not seen.price.minor:
        return FeeVerdict("free", payer, nothing, nothing)
    if payer == "carrier" and not seen.brought_by:
        payer = "platform"
    if payer != "buyer":
        return FeeVerdict("charged", payer, seen.price, nothing)
    most = most_of(terms, seen.back) if seen.back.currency == seen.price.currency else None
    if most is None:
        return FeeVerdict("charged", "platform", seen.price, nothing)
    owed = min(seen.price, most)
    return FeeVerdict("charged", "buyer", owed, seen.price - owed)


_SAID: Mapping[Payer, Text] = {
    "shop": Text(
        zh="退货面单{sum}由店铺承担", en="The label for the return costs {sum}, which the shop bears"
    ),
    "buyer": Text(
        zh="退货面单{sum}，快递收到包裹后从退款里扣除；不用就不收",
        en="The label for the return costs {sum}: taken out of the refund once the courier has the parcel, and nothing if it is not used",
    ),
    "platform": Text(
        zh="退货面单{sum}由平台承担", en="The label for the return costs {sum}, which the platform bears"
    ),
    "carrier": Text(
        zh="退货面单{sum}由造成退货的快递承担",
        en="The label for the return costs {sum}, which the courier at fault bears",
    ),
}


def say_fee(verdict: FeeVerdict) -> Text:
    amount, text = sum_of(verdict.owed), _SAID[verdict.payer]
    return Text(zh=text.zh.format(sum=amount.zh), en=text.en.format(sum=amount.en))
