"""What orders tell the rest of the house."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from sanhao.kit.events import Event

Who = Literal["buyer", "shop", "platform", "unavailable"]


class PaidLine(msgspec.Struct, frozen=True):
    id: UUID
    quantity: int
    paid_minor: int
    freight_minor: int
    special: str
    category: str = ""
    weight_g: int = 0
    price_kind: str = "shelf"
    consents: tuple[str, ...] = ()


class OrderPaid(Event, frozen=True):
    """An order is paid and binds its shop. It carries what promises are made about, so that nobody asks again."""

    order_id: UUID
    checkout_id: UUID
    shop_id: UUID
    person_id: UUID
    currency: str
    bought_at: datetime
    paid_at: datetime
    goods_minor: int
    freight_minor: int
    paid_minor: int
    lines: tuple[PaidLine, ...]
    ship_hours: int | None
    presale_ships_by: datetime | None
    arrives_by: datetime
    ship_by: datetime | None
    """The shop's own hand-over limit where one was agreed; else the rule in force resolves it."""
    country: str
    region: str
    carrier: str = ""
    """Whom the buyer chose to bring it; nobody: the shop chooses. *surcharge_minor* of the freight is for that."""
    surcharge_minor: int = 0


class OrderCancelled(Event, frozen=True):
    """The order will not be fulfilled. *refunded*: the buyer's money is already on its way (buyer's own wish)."""

    order_id: UUID
    checkout_id: UUID
    shop_id: UUID
    person_id: UUID
    by: Who
    at: datetime
    refunded: bool


class DroppedLine(msgspec.Struct, frozen=True):
    """A line of which fewer units will be shipped than were bought. *gone*: none of it will."""

    id: UUID
    paid_minor: int
    gone: bool


class UnitsDropped(Event, frozen=True):
    """Units that were not handed over went back to the buyer as money and will not be shipped; the rest will be."""

    order_id: UUID
    currency: str
    lines: tuple[DroppedLine, ...]
    at: datetime


class UnitsBack(Event, frozen=True):
    """Units of these orders went back to their buyers as money for good, each for whatever reason."""

    order_ids: tuple[UUID, ...]


class OrderShipped(Event, frozen=True):
    """Every line has been handed to a consignment. The label alone keeps no promise."""

    order_id: UUID
    shop_id: UUID
    person_id: UUID


class OrderUnpacked(Event, frozen=True):
    """A label was taken back before any carrier had the parcel: something of the order is to be shipped again."""

    order_id: UUID
    shop_id: UUID
    person_id: UUID


class OrderDelivered(Event, frozen=True):
    """Every line has been signed for."""

    order_id: UUID
    checkout_id: UUID
    shop_id: UUID
    person_id: UUID
    at: datetime


class CheckoutExpired(Event, frozen=True):
    """Nobody paid in time; the goods are back on the shelf."""

    checkout_id: UUID
    person_id: UUID


class CancelledOrderRestored(Event, frozen=True):
    """A bank gave again what it had taken of an order that was cancelled meanwhile, by somebody else than its buyer."""

    order_id: UUID
    checkout_id: UUID
    chargeback_id: UUID


class LatePaymentReturned(Event, frozen=True):
    """Money came after the checkout had expired and goes straight back."""

    checkout_id: UUID
    person_id: UUID
    amount_minor: int
    currency: str
