"""Bulky goods are collected at the buyer's door (大件上门取退): for which goods, at what price, and who bears it. Pure.

1. What is furniture, or heavy, nobody carries to a parcel shop: a return of it may be collected, in a slot of the buyer's
   choosing. The price is said before: by what the goods weigh or take up, more where they must be taken apart, and for each
   floor without a lift.
2. It is due when the courier has the goods, as it was said: what the courier's scales find changes the price for nobody.
   A visit in vain costs nothing, but is a try; after three the buyer sends it, or asks the shop.
3. Whose fault the return is bears it: the shop; where a carrier broke it, the platform; who changed their mind, out of what
   comes back. Where that is too little, or nothing comes back in the end, the platform bears it.
4. A slot may be taken back or changed until some hours before it begins.

Source: `bulky.pickup` as collected for this project; the numbers are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.text import Text
from sanhao.kit.wording import sum_of

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


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `delivery.pickup`. Raises ValueError for numbers that would make it a trap.

    *categories* are bulky whatever they weigh; of all others a unit of *heavy_g* is. *litre_g*: what a litre counts as,
    where that is more than the weight. *attempts*: how many pickups may come to nothing, *bookings* how many may be asked
    for at all. *cancel_hours* before its slot one may be taken back; *wait_hours* after it nobody waits any more;
    *grace_hours* are left to the buyer when one came to nothing. *by_fault*: who bears it.
    """

    categories: tuple[str, ...] = ("furniture", "appliances", "e-bikes")
    heavy_g: int = 20_000
    litre_g: int = 167
    prices: dict[str, Price] = msgspec.field(
        default_factory=lambda: {"CNY": Price(10_000, 2_600, 5_000, 600, 3_000, 500)}
    )
    by_fault: dict[str, Payer] = msgspec.field(
        default_factory=lambda: {"shop": "shop", "buyer": "buyer", "carrier": "platform"}
    )
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
        if self.cancel_hours < 0 or self.slot_days > 30 or self.wait_hours > 72 or self.grace_hours > 240:
            raise ValueError(
                "cancel_hours: 0 or more; slot_days: to 30; wait_hours: to 72; grace_hours: to 240"
            )
        if set(self.by_fault) != {"shop", "buyer", "carrier"}:
            raise ValueError("by_fault names shop, buyer and carrier")


class Thing(msgspec.Struct, frozen=True):
    """Units of a line that go back: the path of their category, and what one unit weighs as listed."""

    category: str
    weight_g: int
    units: int


class Sizes(msgspec.Struct, frozen=True):
    """What the buyer says of what is to be collected: in all, as it stands at the door. Sides of 0 are not known.

    *apart*: the courier takes it apart. *floors*: how many floors there are to carry, without a lift.
    """

    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    apart: bool = False
    floors: int = 0


def bulky(terms: Terms, things: Sequence[Thing]) -> bool:
    """Whether any of it is too large or heavy to be carried anywhere."""
    return any(
        thing.weight_g >= terms.heavy_g or set(thing.category.split("/")) & set(terms.categories)
        for thing in things
    )


def listed_g(things: Sequence[Thing]) -> int:
    """What it all weighs by the listings."""
    return sum(thing.weight_g * thing.units for thing in things)


def checked(terms: Terms, sizes: Sizes) -> Sizes:
    """*sizes* if a courier could carry that. Raises Invalid ``pickup.sizes``."""
    sides = (sizes.length_mm, sizes.width_mm, sizes.height_mm)
    known = [side for side in sides if side]
    if (
        not 1 <= sizes.weight_g <= terms.heaviest_g
        or any(not 10 <= side <= terms.longest_mm for side in known)
        or len(known) not in (0, 3)
        or not 0 <= sizes.floors <= terms.floors
    ):
        kilos, metres = terms.heaviest_g // 1000, f"{terms.longest_mm / 1000:g}"
        raise Invalid(
            "pickup.sizes",
            zh=f"重量要在1克到{kilos}公斤之间；三条边要么都填、要么都不填，每边1厘米到{metres}米。",
            en=f"It weighs between 1 gram and {kilos} kg. Give all three sides or none, each from 1 cm to {metres} m.",
        )
    return sizes


class Cost(msgspec.Struct, frozen=True):
    """A price in its parts. *counted_g* is the weight it goes by; *by_volume*: that is what it takes up."""

    carrying: Money
    apart: Money
    stairs: Money
    counted_g: int
    by_volume: bool

    @property
    def total(self) -> Money:
        return self.carrying + self.apart + self.stairs


def cost(terms: Terms, sizes: Sizes, currency: str) -> Cost | None:
    """What collecting it costs; None in a currency without a price."""
    price = terms.prices.get(currency)
    if price is None:
        return None
    volume_g = sizes.length_mm * sizes.width_mm * sizes.height_mm * terms.litre_g // 1_000_000
    grams = max(sizes.weight_g, volume_g)
    steps = -(-max(grams - price.first_g, 0) // price.further_g)
    return Cost(
        Money(price.first_minor + steps * price.further_minor, currency),
        Money(price.apart_minor if sizes.apart else 0, currency),
        Money(sizes.floors * price.floor_minor, currency),
        grams,
        volume_g > sizes.weight_g,
    )


class FeeSeen(msgspec.Struct, frozen=True):
    """The goods were collected by this carrier, for a return whose fault is that of *fault*. *back*: what comes back."""

    carrier: str
    fault: Literal["shop", "buyer", "carrier"]
    sizes: Sizes
    back: Money


class FeeVerdict(msgspec.Struct, frozen=True):
    outcome: Literal["charged", "free"]
    payer: Payer
    owed: Money


def fee(terms: Terms, seen: FeeSeen) -> FeeVerdict:
    """Who owes what for a pickup: never a buyer, of more than comes back."""
    found = cost(terms, seen.sizes, seen.back.currency)
    owed = found.total if found is not None else Money(0, seen.back.currency)
    payer = terms.by_fault[seen.fault]
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
