"""Bulky goods are collected at the buyer's door (大件上门取退): for which goods, at what price, and who bears it. Pure.

1. What is furniture, heavy or large, nobody carries to a parcel shop: a return of it may be collected, in a slot of the
   buyer's choosing, in several parcels if need be. The price is said before: of each parcel by what it weighs or takes up,
   more where the goods must be taken apart, and for each floor without a lift.
2. It is due when the courier has the goods, as it was said: what the courier's scales find changes the price for nobody.
   A visit in vain costs nothing, but is a try; after three the buyer sends it, or asks the shop.
3. Who pays the way back (`paths/return_freight.py`) bears it: the shop; the platform, where a courier is at fault; who changed
   their mind, out of what comes back. Where that is too little, or nothing comes back in the end, the platform bears it.
4. A slot may be taken back or changed until some hours before it begins.

Source: `bulky.pickup` as collected for this project; the numbers are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.sizes import Sides
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of
from sanhao.service.aftersales.paths import return_freight

RULE = "delivery.pickup"
FEE = "pickup.fee"
Payer = Literal["shop", "buyer", "platform"]
Progress = Literal["", "asked", "booked", "over", "collected"]
"""How far a case's pickup is; `over`: it came to nothing, and the buyer chooses again."""


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one pickup costs in one currency: the first *first_g*, every *further_g* begun after it, taking the goods apart,
    each floor without a lift."""

    first_g: int
    first_minor: int
    further_g: int
    further_minor: int
    apart_minor: int
    floor_minor: int

    def __post_init__(self) -> None:
        if self.first_g < 1 or self.further_g < 1:
            raise ValueError("a step weighs something")
        if min(self.first_minor, self.further_minor, self.apart_minor, self.floor_minor) < 0:
            raise ValueError("a price is not negative")


class Terms(msgspec.Struct, frozen=True):
    """The rule `delivery.pickup`. Raises ValueError for numbers that would make it a trap. Its first versions also said who
    bears it (`by_fault`), which `aftersales.return_freight` says since: that is read over.

    *categories* are bulky whatever they weigh; of all others a unit of *heavy_g* is, one with a side of *long_mm*, and one that
    takes up *large_l*. *boxes*: in how many parcels it may be collected, each of *heaviest_g* at most. *litre_g*: what a litre counts as,
    where that is more than the weight. *attempts*: how many pickups may come to nothing, *bookings* how many may be asked
    for at all. *cancel_hours* before its slot one may be taken back; *wait_hours* after it nobody waits any more;
    *grace_hours* are left to the buyer when one came to nothing.
    """

    categories: tuple[str, ...] = ("furniture", "appliances", "e-bikes")
    heavy_g: int = 20_000
    long_mm: int = 1_200
    large_l: int = 200
    litre_g: int = 167
    prices: dict[str, Price] = msgspec.field(
        default_factory=lambda: {"CNY": Price(10_000, 2_600, 5_000, 600, 3_000, 500)}
    )
    boxes: int = 5
    attempts: int = 3
    bookings: int = 8
    slot_days: int = 7
    cancel_hours: int = 2
    wait_hours: int = 12
    grace_hours: int = 48
    heaviest_g: int = 150_000
    longest_mm: int = 3_000
    floors: int = 40
    keep_box: bool = False
    fee_appeal_days: int = 30

    def __post_init__(self) -> None:
        numbers = msgspec.structs.asdict(self)
        if any(
            value < 1
            for key, value in numbers.items()
            if isinstance(value, int) and key not in ("keep_box", "cancel_hours")
        ):
            raise ValueError("every weight, length, time and number is at least 1")
        if (
            self.cancel_hours < 0
            or self.slot_days > 30
            or self.wait_hours > 72
            or self.grace_hours > 240
            or self.boxes > 20
        ):
            raise ValueError(
                "boxes: to 20; cancel_hours: 0 or more; slot_days: to 30; wait_hours: to 72; grace_hours: to 240"
            )


class Thing(msgspec.Struct, frozen=True):
    """Units of a line that go back: the path of their category, what one unit weighs as listed, and how large it is packed."""

    category: str
    weight_g: int
    units: int
    packed: Sides | None = None


class Piece(msgspec.Struct, frozen=True):
    """One parcel as it stands at the door. Sides of 0 are not known."""

    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0

    @property
    def sides(self) -> Sides:
        return Sides(self.length_mm, self.width_mm, self.height_mm)


class Sizes(Piece, frozen=True):
    """What the buyer says of what is to be collected: of the one parcel it is, and of *more* where there are more.

    *apart*: the courier takes it apart. *floors*: how many floors there are to carry, without a lift.
    """

    apart: bool = False
    floors: int = 0
    more: tuple[Piece, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return (self, *self.more)


def bulky(terms: Terms, things: Sequence[Thing]) -> bool:
    """Whether any of it is too large or heavy to be carried anywhere."""
    return any(
        thing.weight_g >= terms.heavy_g
        or (thing.packed is not None and _large(terms, thing.packed))
        or set(thing.category.split("/")) & set(terms.categories)
        for thing in things
    )


def _large(terms: Terms, packed: Sides) -> bool:
    return packed.longest_mm >= terms.long_mm or packed.volume_ml >= terms.large_l * 1000


def listed_g(things: Sequence[Thing]) -> int:
    """What it all weighs by the listings."""
    return sum(thing.weight_g * thing.units for thing in things)


_SHORTEST_MM = 10


def as_listed(terms: Terms, things: Sequence[Thing]) -> Sizes:
    """What the buyer need not say: each unit a parcel of its own where their sizes are all known; else one parcel, by weight."""
    units = [thing for thing in things for _unit in range(min(thing.units, terms.boxes + 1))]
    known = all(
        thing.packed and all(_SHORTEST_MM <= side <= terms.longest_mm for side in thing.packed)
        for thing in units
    )
    if not known or len(units) > terms.boxes:
        return Sizes(min(listed_g(things), terms.heaviest_g))
    first, *more = (Piece(thing.weight_g, *(thing.packed or ())) for thing in units)
    return Sizes(first.weight_g, first.length_mm, first.width_mm, first.height_mm, more=tuple(more))


def checked(terms: Terms, sizes: Sizes) -> Sizes:
    """*sizes* if a courier could carry that. Raises Invalid ``pickup.sizes``."""
    if len(sizes.pieces) > terms.boxes:
        raise Invalid(
            "pickup.boxes",
            zh=f"一次最多取{terms.boxes}个包裹。",
            en=f"A courier takes at most {terms.boxes} parcels at once.",
        )
    if not 0 <= sizes.floors <= terms.floors or not all(_carried(terms, piece) for piece in sizes.pieces):
        kilos, metres = terms.heaviest_g // 1000, f"{terms.longest_mm / 1000:g}"
        raise Invalid(
            "pickup.sizes",
            zh=f"每个包裹重量要在1克到{kilos}公斤之间；三条边要么都填、要么都不填，每边1厘米到{metres}米。",
            en=f"A parcel weighs between 1 gram and {kilos} kg. Give all three sides or none, each from 1 cm to {metres} m.",
        )
    return sizes


def _carried(terms: Terms, piece: Piece) -> bool:
    known = [side for side in piece.sides if side]
    return (
        1 <= piece.weight_g <= terms.heaviest_g
        and len(known) in (0, 3)
        and all(_SHORTEST_MM <= side <= terms.longest_mm for side in known)
    )


class Cost(msgspec.Struct, frozen=True):
    """A price in its parts. *counted_g* is the weight it goes by, of all parcels; *by_volume*: of some, that is what it takes up."""

    carrying: Money
    apart: Money
    stairs: Money
    counted_g: int
    by_volume: bool

    @property
    def total(self) -> Money:
        return self.carrying + self.apart + self.stairs


def cost(terms: Terms, sizes: Sizes, currency: str) -> Cost | None:
    """What collecting it costs, each parcel as one by itself; None in a currency without a price."""
    price = terms.prices.get(currency)
    if price is None:
        return None
    counted = [_counted_g(terms, piece) for piece in sizes.pieces]
    steps = sum(-(-max(grams - price.first_g, 0) // price.further_g) for grams in counted)
    return Cost(
        Money(len(counted) * price.first_minor + steps * price.further_minor, currency),
        Money(price.apart_minor if sizes.apart else 0, currency),
        Money(sizes.floors * price.floor_minor, currency),
        sum(counted),
        any(grams > piece.weight_g for grams, piece in zip(counted, sizes.pieces, strict=True)),
    )


def _counted_g(terms: Terms, piece: Piece) -> int:
    return max(
        piece.weight_g, piece.length_mm * piece.width_mm * piece.height_mm * terms.litre_g // 1_000_000
    )


def bearer(payer: return_freight.Payer) -> Payer:
    """Of whom a pickup is paid whose way back is *payer*'s: a courier at fault is the platform's to ask."""
    return "platform" if payer == "carrier" else payer


class FeeSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """The goods were collected by this carrier, for a return whose way back is *payer*'s. *back*: what comes back. *fault*: of
    facts that were stored while that alone said who pays."""

    carrier: str
    sizes: Sizes
    back: Money
    payer: Payer | None = None
    fault: return_freight.Payer | None = None


class FeeVerdict(msgspec.Struct, frozen=True):
    outcome: Literal["charged", "free"]
    payer: Payer
    owed: Money


def fee(terms: Terms, seen: FeeSeen) -> FeeVerdict:
    """Who owes what for a pickup: never a buyer, of more than comes back."""
    found = cost(terms, seen.sizes, seen.back.currency)
    owed = found.total if found is not None else Money(0, seen.back.currency)
    payer = seen.payer or bearer(seen.fault or "platform")
    if payer == "buyer" and owed > seen.back:
        payer = "platform"
    return FeeVerdict("charged" if owed.minor else "free", payer, owed)


_SAID: Mapping[Payer, Text] = {
    "shop": Text(
        zh="快递上门取走了退货，取件费{sum}由店铺承担",
        en="The courier collected the return at the door: that cost {sum}, which the shop bears",
    ),
    "buyer": Text(
        zh="快递上门取走了退货，取件费{sum}从退款里扣除",
        en="The courier collected the return at the door: the {sum} that cost is taken out of the refund",
    ),
    "platform": Text(
        zh="快递上门取走了退货，取件费{sum}由平台承担",
        en="The courier collected the return at the door: that cost {sum}, which the platform bears",
    ),
}


def say_fee(verdict: FeeVerdict) -> Text:
    amount, text = sum_of(verdict.owed), _SAID[verdict.payer]
    return Text(zh=text.zh.format(sum=amount.zh), en=text.en.format(sum=amount.en))
