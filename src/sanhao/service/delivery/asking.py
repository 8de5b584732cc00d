"""What a carrier can be asked, and what it answers: one vocabulary for all of them. Pure; who is asked is in `doors.py`.

Every order carries our own id: however often it is sent, the carrier does it once. What it answers in its own time comes
as a message to the inbox, and says the same words. Amounts are `Money`, lengths millimetres, weights grams, moments UTC.
Source of the words: karrio's unified model (rates, shipment, pickup, tracking), which knows no interception.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.delivery.interception import CarrierAway, InterceptionOrder, InterceptionWord

__all__ = [
    "Ask", "Box", "CarrierAway", "CarrierRefused", "Door", "InterceptionOrder", "InterceptionWord", "LabelOrder",
    "LabelVoid", "LabelWord", "PickupOrder", "PickupSaid", "PickupWord", "Place", "Rate", "RateOrder", "Slot", "SlotOrder",
]  # fmt: skip

Ask = Literal["rates", "label", "void", "slots", "pickup", "cancel_pickup", "intercept", "track"]


class Place(msgspec.Struct, frozen=True):
    """Where a courier goes, and whom they ring for."""

    name: str
    phone: str
    country: str
    region: str
    city: str
    street: str
    postcode: str = ""


class Box(msgspec.Struct, frozen=True):
    """One piece. Sides of 0 are not known."""

    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


class RateOrder(msgspec.Struct, frozen=True):
    """What would it cost to bring these boxes, and how long would it take?"""

    origin: Place
    to: Place
    boxes: tuple[Box, ...]


class Rate(msgspec.Struct, frozen=True):
    """One service of a carrier. *transit_days* None: it does not say."""

    service: str
    name: Text
    price: Money
    transit_days: int | None = None


class LabelOrder(msgspec.Struct, frozen=True):
    """A number and a label for one parcel. *reference* is printed on it: the order's number."""

    id: UUID
    origin: Place
    to: Place
    boxes: tuple[Box, ...]
    service: str
    reference: str = ""


class LabelWord(msgspec.Struct, frozen=True):
    """The label: *document* as *media* (``application/pdf``, ``image/png``), and what the carrier charges for it."""

    id: UUID
    tracking_no: str
    document: bytes
    media: str
    price: Money | None = None
    handle: str = ""
    """What the carrier wants to hear when the label is to be void, where that is not its number."""


class LabelVoid(msgspec.Struct, frozen=True):
    """Nothing will travel under this label. *tracking_no* is empty where its carrier's answer never came."""

    id: UUID
    tracking_no: str = ""
    handle: str = ""


class Slot(msgspec.Struct, frozen=True):
    """When a courier comes to the door."""

    starts_at: datetime
    ends_at: datetime


class SlotOrder(msgspec.Struct, frozen=True):
    """When could somebody come here for these boxes, from *earliest* on?"""

    place: Place
    boxes: tuple[Box, ...]
    earliest: datetime


class PickupOrder(msgspec.Struct, frozen=True):
    """Come to *place* at *slot* and take *boxes* to *to*."""

    id: UUID
    place: Place
    to: Place
    slot: Slot
    boxes: tuple[Box, ...]
    reference: str = ""
    handle: str = ""
    """What the carrier gave us for this pickup, once it has booked it."""
    tracking_no: str = ""


PickupSaid = Literal["taken", "booked", "refused", "collected", "in_vain", "cancelled"]
"""*taken*: the carrier has the order and no answer yet. *in_vain*: it came, and nobody or nothing was there."""


class PickupWord(msgspec.Struct, frozen=True):
    """What a carrier says about one pickup. *tracking_no*: the number the goods travel under, once there is one."""

    id: UUID
    said: PickupSaid
    tracking_no: str = ""
    reason: str = ""
    photo: bytes = b""
    """What the courier saw at the door."""
    handle: str = ""
    """What the carrier wants to hear when it is asked about this pickup again, where it does not know our ids."""
    document: bytes = b""
    """A label (*media*) that is to be on the goods when the courier comes; empty where it brings its own."""
    media: str = ""


class CarrierRefused(Exception):
    """The carrier understood, and will not: its reason, in its own words."""


class Door(msgspec.Struct, frozen=True):
    """What one carrier can be asked; None for what it cannot. Each call raises CarrierAway where no answer came,
    CarrierRefused where it was no.

    *track* answers in the carrier's own bytes: its `parse.py` reads them, as it reads what the carrier sends by itself.
    """

    rates: Callable[..., Sequence[Rate]] | None = None
    """``(order: RateOrder, *, now)``."""
    label: Callable[..., LabelWord] | None = None
    """``(order: LabelOrder, *, now)``: the same id twice is one label, unless *label_once* is false."""
    void: Callable[..., None] | None = None
    """``(label: LabelVoid, *, now)``: as often as one likes; CarrierRefused where something travels under it."""
    slots: Callable[[SlotOrder], Sequence[Slot]] | None = None
    pickup: Callable[..., PickupWord] | None = None
    """``(order: PickupOrder, *, now)``: the same id twice is one pickup, and asks how far it is."""
    cancel_pickup: Callable[..., PickupWord] | None = None
    """``(id: UUID, *, now, handle)``."""
    intercept: Callable[..., InterceptionWord] | None = None
    """``(order: InterceptionOrder, *, now)``: the same id twice is one attempt, and asks how far it is."""
    track: Callable[..., bytes] | None = None
    """``(tracking_no, *, now)``."""
    label_once: bool = True
    """False: this carrier does not know our ids, so it is asked for a label once; who hears nothing asks a person."""
    pickup_once: bool = True
    """False: the same of pickups; where no answer came the buyer chooses again."""
