"""Facts about parcels. Told again, with the earlier moment, when a late scan shows that it happened earlier."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.kit.events import Event
from sanhao.kit.media import Stored
from sanhao.kit.money import Money
from sanhao.service.delivery.core import Leg


class ConsignmentCollected(Event, frozen=True):
    """The carrier has it (揽收). *at* counts (see `core.counts_at`); *received_at* is when that scan reached us."""

    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    items: tuple[tuple[UUID, int], ...]
    at: datetime
    received_at: datetime
    zone_assumed: bool
    leg: Leg = 0
    carrier: str = ""


class ConsignmentDelivered(Event, frozen=True):
    """Signed for at the buyer's side (签收); of a first *leg* at the hub: it only changed hands."""

    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    items: tuple[tuple[UUID, int], ...]
    at: datetime
    received_at: datetime
    zone_assumed: bool
    leg: Leg = 0
    carrier: str = ""


class ConsignmentMoved(Event, frozen=True):
    """The consignment is in another state. *at* is when we learned it."""

    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    state: str
    at: datetime


class ConsignmentRegistered(Event, frozen=True):
    """A shop gave a carrier's number for these items. Nothing has been handed over by that."""

    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    items: tuple[tuple[UUID, int], ...]
    at: datetime
    leg: Leg = 0


class ConsignmentWithdrawn(Event, frozen=True):
    """A number was taken back before any carrier had the parcel: as if it had never been given."""

    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    items: tuple[tuple[UUID, int], ...]
    at: datetime


class LabelMade(Event, frozen=True):
    """A carrier made the label that was asked for. Whoever owns it registers the parcel, under the label's id, or gives
    the label up; until then nothing travels."""

    label_id: UUID
    owner_kind: str
    owner_id: UUID
    shop_id: UUID
    carrier: str
    tracking_no: str
    items: tuple[tuple[UUID, int], ...]
    by: UUID
    at: datetime
    price: Money | None = None


class LabelMoved(Event, frozen=True):
    """What became of a label: made, refused, unsure, cancelled."""

    label_id: UUID
    owner_kind: str
    owner_id: UUID
    shop_id: UUID
    state: str


class LabelVoided(Event, frozen=True):
    """The carrier of a label that is not wanted any more has forgotten it (*gone*), or charges for it all the same."""

    label_id: UUID
    owner_kind: str
    owner_id: UUID
    shop_id: UUID
    gone: bool


class ConsignmentTracked(Event, frozen=True):
    """Every scan so far by which a carrier showed that it has the parcel: when it counts from, and when we heard of it.
    Told whenever there is a new one."""

    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    scans: tuple[tuple[datetime, datetime], ...]
    leg: Leg = 0


class InterceptionAsked(Event, frozen=True):
    """A parcel is to come back: its carrier is being told. *until*: by then it is over, whatever happens."""

    interception_id: UUID
    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    cause_id: UUID
    items: tuple[UUID, ...]
    at: datetime
    until: datetime


class InterceptionMoved(Event, frozen=True):
    """What became of it: accepted, refused, succeeded, failed (*reason* "signed": the buyer has it, "hub": a hub), or lapsed. Told once
    for each state, in an order that `interception.INTERCEPTIONS` allows."""

    interception_id: UUID
    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    cause_id: UUID
    items: tuple[UUID, ...]
    state: str
    reason: str
    carrier: str
    asked_at: datetime
    until: datetime
    at: datetime


class PickupMoved(Event, frozen=True):
    """What became of a courier's appointment at a door: booked, collected, in vain, refused, lapsed or cancelled. Told once
    for each state, in an order that `pickup.PICKUPS` allows. *reason*: the courier's words; *photo*: what it saw."""

    pickup_id: UUID
    cause_id: UUID
    shop_id: UUID
    carrier: str
    state: str
    reason: str
    tracking_no: str
    photo: Stored | None
    starts_at: datetime
    ends_at: datetime
    at: datetime
