"""What a member of the cast is made of. Pure data: `found.py` brings it to life, the drawings read `picture`."""

from __future__ import annotations

from typing import Literal

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.sizes import Sides
from sanhao.kit.text import Text

Role = Literal["buyer", "owner", "manager", "clerk", "admin", "arbiter"]


def yuan(text: str) -> Money:
    """``yuan("880")`` is ¥880."""
    return Money.parse(text, "CNY")


class Address(msgspec.Struct, frozen=True):
    recipient: str
    phone: str
    region: str
    city: str
    district: str
    street: str


class Person(msgspec.Struct, frozen=True):
    """*key* names the person in this folder; *what* is the sentence on the quick sign-in card."""

    key: str
    email: str
    name: str
    language: Literal["zh-hans", "en"]
    role: Role
    what: Text
    addresses: tuple[Address, ...] = ()


class Category(msgspec.Struct, frozen=True):
    slug: str
    name: Text


class Drawing(msgspec.Struct, frozen=True):
    """*picture* names the SVG; *scene* says what to draw; *tones* are its colours, the main one first."""

    picture: str
    scene: str
    tones: tuple[str, ...]


class Variant(msgspec.Struct, frozen=True):
    name: Text
    sku: str
    price: Money
    weight_g: int
    stock: int
    per_person_limit: int | None = None
    min_quantity: int = 1
    packed: Sides | None = None


class Listing(msgspec.Struct, frozen=True):
    """*ships_after_days* is set for presale: its own ship date, counted from the founding of the world."""

    slug: str
    category: str
    title: Text
    text: Text
    drawing: Drawing
    variants: tuple[Variant, ...]
    special: Literal["", "custom"] = ""
    ships_after_days: int | None = None

    @property
    def picture(self) -> str:
        return self.drawing.picture

    @property
    def scene(self) -> str:
        return self.drawing.scene


class FreightZone(msgspec.Struct, frozen=True):
    """Freight to *regions*, provinces or two-letter countries (none named: everywhere else): the first grams, then each
    further step; not *sent*: the shop does not send there."""

    regions: tuple[str, ...]
    first_g: int
    first: Money
    step_g: int
    step: Money
    free_over: Money | None = None
    sent: bool = True


def unsent(*regions: str) -> FreightZone:
    return FreightZone(regions, 1000, yuan("0"), 1000, yuan("0"), sent=False)


class Service(msgspec.Struct, frozen=True):
    """A courier whom a buyer may choose, for so much more and so many days on the way; to *regions*, or anywhere."""

    carrier: str
    surcharge: Money
    transit_days: int
    regions: tuple[str, ...] = ()
    name: Text = Text(zh="", en="")


class Coupon(msgspec.Struct, frozen=True):
    """One running issue: *amount* off goods of at least *threshold*, as long as the *budget* lasts."""

    title: Text
    amount: Money
    threshold: Money
    budget: Money
    alone: bool = False


class Warehouse(msgspec.Struct, frozen=True):
    """From where a shop sends, and where it takes goods back."""

    recipient: str
    phone: str
    region: str
    city: str
    street: str
    postcode: str


class Shop(msgspec.Struct, frozen=True):
    slug: str
    name: Text
    story: Text
    mark: Drawing
    region: str
    warehouse: Warehouse
    owner: str
    members: tuple[tuple[str, Literal["manager", "clerk"]], ...]
    ship_hours: int | None
    deposit: Money
    balance: Money
    freight: tuple[FreightZone, ...]
    listings: tuple[Listing, ...]
    coupon: Coupon
    services: tuple[Service, ...] = ()
    by_hub: bool = False
    """Sends parcels for remote areas to a hub of the platform."""
