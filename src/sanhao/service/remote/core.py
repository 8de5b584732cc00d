"""Free shipping to remote areas by consolidation: pure. Which places are remote, which goods go, what it costs, who pays.

A parcel travels two legs: the shop sends it to a hub (in Xi'an, say), at what its own freight template asks for that
place; from there the platform's carrier takes it on, by the hub's tariff. The platform pays the second leg up
to a cap for each order, as long as the day's budget lasts; what is beyond the cap is the buyer's, and shown before paying.

Sources: the list of areas, ¥6 and the two legs as Pinduoduo introduced them in September 2024; the second leg's price of
¥5 to ¥6 as known before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from sanhao.kit.deadline import zone
from sanhao.kit.money import Money, exponent
from sanhao.kit.text import Text
from sanhao.service.remote.provinces import PROVINCES

RULE = "delivery.remote"

Level = Literal["remote", "extreme"]

CONSOLIDATIONS: Mapping[str, tuple[str, ...]] = {
    "reserved": ("spent", "freed"),
    "spent": (),
    "freed": ("borne",),
    "borne": (),
}
"""What becomes of the money set apart for one order's second leg: *spent* when the second carrier has the parcel,
*freed* when the order was not paid, ended before, or its parcel never came so far. A second carrier that has it after all is
paid all the same: the platform has *borne* it, out of no day's budget."""


class Area(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a country, by any of the names that its addresses begin with."""

    key: str
    names: tuple[str, ...]
    level: Level = "remote"
    country: str = "CN"


def _area(key: str, level: Level = "remote") -> Area:
    place = PROVINCES[key]
    return Area(key, (place.name.zh, place.name.en), level)


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `delivery.remote`. Amounts are minor units by currency; a currency that is not named is not subsidised.

    *categories* that go (``*``: all, a path includes what is below it) but for *left_out*. *category_budget_minor*: a
    category with a budget of its own takes nothing from the common one. *extra_days* come on top of the usual way, by level.
    *shards*: into how many parts a day's budget is laid, so that checkouts do not wait for each other. *silent_days* after the
    last that was heard of its parcels an order's second leg is given up, *returned_days* if all of them turned round.

    Raises ValueError for an unknown currency or zone, a negative amount, an area without a name or named twice.
    """

    areas: tuple[Area, ...] = (
        _area("xinjiang"),
        _area("tibet", "extreme"),
        _area("inner-mongolia"),
        _area("gansu"),
        _area("qinghai"),
        _area("ningxia"),
    )
    categories: tuple[str, ...] = ("*",)
    left_out: tuple[str, ...] = ()
    cap_minor: dict[str, int] = msgspec.field(default_factory=lambda: {"CNY": 600})
    day_budget_minor: dict[str, int] = msgspec.field(default_factory=lambda: {"CNY": 200_000})
    category_budget_minor: dict[str, dict[str, int]] = {}
    extra_days: dict[Level, int] = msgspec.field(default_factory=lambda: {"remote": 4, "extreme": 8})
    timezone: str = "Asia/Shanghai"
    shards: int = 16
    silent_days: int = 15
    returned_days: int = 3

    def __post_init__(self) -> None:
        zone(self.timezone)
        by_currency = (self.cap_minor, self.day_budget_minor, *self.category_budget_minor.values())
        for amounts in by_currency:
            for currency, minor in amounts.items():
                exponent(currency)
                if minor < 0:
                    raise ValueError("a budget cannot be below zero")
        keys = [area.key for area in self.areas]
        if len(set(keys)) != len(keys) or any(not area.key or not area.names for area in self.areas):
            raise ValueError("areas: every one has a key of its own and a name")
        if any(not name.strip() for area in self.areas for name in area.names):
            raise ValueError("areas: the empty name would be every place")
        for level, days in self.extra_days.items():
            if not 0 <= days <= 90:
                raise ValueError(f"extra_days.{level}: 0 to 90")
        if not 1 <= self.shards <= 256:
            raise ValueError("shards: 1 to 256")
        for name in ("silent_days", "returned_days"):
            if not 1 <= getattr(self, name) <= 90:
                raise ValueError(f"{name}: 1 to 90")


class Tariff(msgspec.Struct, frozen=True):
    """Up to *first_g* grams cost *first*, every started *extra_g* beyond costs *extra*."""

    first_g: int
    first: Money
    extra_g: int
    extra: Money

    def price(self, weight_g: int) -> Money:
        steps = -(-max(weight_g - self.first_g, 0) // self.extra_g)
        return self.first + self.extra * steps


class HubAddress(msgspec.Struct, frozen=True):
    """Where shops send what goes on from a hub, and buyers what comes back."""

    recipient: str
    phone: str
    country: str
    region: str
    city: str
    street: str
    postcode: str = ""


class HubDraft(msgspec.Struct, frozen=True):
    """A hub as the platform writes it: where it is, which areas (by key) it serves, who takes the second leg and for how much."""

    name: Text
    address: HubAddress
    serves: tuple[str, ...]
    carrier: str
    tariff: Tariff
    active: bool = True
    id: UUID | None = None


class Hub(HubDraft, frozen=True, kw_only=True):
    """A stored hub."""

    id: UUID


class Goods(msgspec.Struct, frozen=True):
    """One line of an order, as the subsidy is shared by it."""

    category: str
    weight_g: int


class Part(msgspec.Struct, frozen=True):
    """What of a subsidy one category takes, and from which budget: its *scope*, empty for the common one."""

    category: str
    scope: str
    minor: int


class SecondLeg(msgspec.Struct, frozen=True):
    """What the way from *hub* to the buyer costs, and who pays: *subsidy* and *buyer* add up to *price*."""

    hub: Hub
    area: Area
    price: Money
    subsidy: Money
    parts: tuple[Part, ...]
    extra_days: int

    @property
    def buyer(self) -> Money:
        return self.price - self.subsidy


def area_of(terms: Terms, country: str, region: str) -> Area | None:
    """The remote area of an address, if it is in one. The longest name that fits wins."""
    place = region.strip().casefold()
    fits = [
        (len(name), area)
        for area in terms.areas
        if area.country == country.strip().upper()
        for name in area.names
        if place.startswith(name.strip().casefold())
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def within(category: str, path: str) -> bool:
    """Whether *path* is *category* or below it (``*``: any)."""
    return category == "*" or path == category or path.startswith(f"{category}/")


def goes(terms: Terms, path: str) -> bool:
    """Whether goods of this category are consolidated."""
    return any(within(one, path) for one in terms.categories) and not any(
        within(one, path) for one in terms.left_out
    )


def second_leg(terms: Terms, hubs: Sequence[Hub], country: str, region: str, goods: Sequence[Goods], currency: str) -> SecondLeg | None:  # fmt: skip
    """How an order of *goods* goes on from a hub: by the cheapest that serves the place; None where it cannot.

    It cannot where the place is not remote, one of the goods is not eligible (an order travels as one), no hub serves the
    area in this currency, or no cap is named for it.
    """
    area = area_of(terms, country, region)
    cap = terms.cap_minor.get(currency)
    if area is None or cap is None or not goods or not all(goes(terms, one.category) for one in goods):
        return None
    weight = sum(one.weight_g for one in goods)
    serving = [
        hub for hub in hubs if hub.active and area.key in hub.serves and hub.tariff.first.currency == currency
    ]
    if not serving:
        return None
    hub = min(serving, key=lambda hub: (hub.tariff.price(weight).minor, hub.id))
    price = hub.tariff.price(weight)
    subsidy = min(price, Money(cap, currency))
    return SecondLeg(hub, area, price, subsidy, parts_of(terms, subsidy, goods), terms.extra_days.get(area.level, 0))  # fmt: skip


def parts_of(terms: Terms, subsidy: Money, goods: Sequence[Goods]) -> tuple[Part, ...]:
    """*subsidy* shared over the categories of *goods* by weight, to the cent; parts of nothing are left out."""
    weights: dict[str, int] = {}
    for one in goods:
        weights[one.category] = weights.get(one.category, 0) + one.weight_g
    shares = subsidy.split(list(weights.values()))
    return tuple(
        Part(category, _scope(terms, category, subsidy.currency), share.minor)
        for category, share in zip(weights, shares, strict=True)
        if share
    )


def _scope(terms: Terms, path: str, currency: str) -> str:
    """The closest category with a budget of its own in this currency; empty for the common budget."""
    own = [
        category
        for category, amounts in terms.category_budget_minor.items()
        if currency in amounts and within(category, path)
    ]
    return max(own, key=len, default="")


def budget_of(terms: Terms, scope: str, currency: str) -> int:
    """What a day's budget holds when it is opened, in minor units."""
    amounts = terms.category_budget_minor.get(scope, {}) if scope else terms.day_budget_minor
    return amounts.get(currency, 0)


def day_of(terms: Terms, now: datetime) -> date:
    """Whose budget pays for an order placed at *now*."""
    return now.astimezone(zone(terms.timezone)).date()


def gather(left: Sequence[int], amount: int) -> list[int] | None:
    """How much of *amount* (above 0) to take of each of *left*, the first ones first; None where they hold less."""
    taken = []
    for one in left:
        taken.append(min(one, amount))
        amount -= taken[-1]
    return None if amount else taken
