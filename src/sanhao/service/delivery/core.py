"""What a scan says and where it leaves a consignment: pure, so that the keeper, replay and tests agree.

A carrier's answer becomes `ScanRecord`s (`carriers/`). A consignment's state is a function of the *set* of its scans:
in whatever order they arrive, and however often, the row ends up the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

import msgspec

Status = Literal[
    "pending",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "ready_for_pickup",
    "delivered",
    "delivery_failed",
    "delivery_delayed",
    "return_to_sender",
    "on_hold",
    "cancelled",
    "unknown",
]
"""karrio's tracking vocabulary, whole, so that its adapters fit ours."""
STATUSES: tuple[Status, ...] = get_args(Status)

Zone = Literal["given", "facility", "carrier"]
"""Where a scan's time zone came from: the answer said it, the place implies it, or the carrier's home was assumed."""

Leg = Literal[0, 1, 2]
"""Of a way in two legs (中转集运) the first ends at a hub, the second begins there; 0 is a parcel that goes straight."""

MOVES: dict[str, tuple[str, ...]] = {
    "labelled": ("collected", "in_transit", "out_for_delivery", "failed", "delivered", "returned"),
    "collected": ("in_transit", "out_for_delivery", "failed", "delivered", "returned"),
    "in_transit": ("out_for_delivery", "failed", "delivered", "returned"),
    "out_for_delivery": ("failed", "delivered", "returned"),
    # The carrier tries again.
    "failed": ("collected", "in_transit", "out_for_delivery", "delivered", "returned"),
    # Only when a scan of an earlier moment turns up late: "delivered" then meant back at the sender, or not.
    "delivered": ("returned",),
    "returned": ("delivered",),
}
"""The life of a consignment; see `journey`."""

IN_HAND = frozenset(
    ["picked_up", "in_transit", "out_for_delivery", "ready_for_pickup", "delivered", "delivery_failed",
     "return_to_sender"]
)  # fmt: skip
"""Scans that prove the carrier has, or had, the parcel. A label, a notice, a hold or a failed *pickup* does not."""

_PROGRESS = {
    "picked_up": ("collected", 1),
    "in_transit": ("in_transit", 2),
    "ready_for_pickup": ("out_for_delivery", 3),
    "out_for_delivery": ("out_for_delivery", 3),
    "delivery_failed": ("in_transit", 2),
}


def normal_number(tracking_no: str) -> str:
    """Tracking numbers are compared without blanks and in capitals, however they were typed."""
    return "".join(tracking_no.split()).upper()


TRUSTED_FOR = timedelta(hours=24)
"""A carrier's own event time counts when the scan reaches us within this time; policies.md, trap 5."""
FUTURE_TOLERANCE = timedelta(minutes=10)


class ScanRecord(msgspec.Struct, frozen=True):
    """One scan, the same from every carrier. *at* is aware UTC; *event_key* is the same every time it is told.

    *tracking_no* is empty where the carrier's answer does not name its parcel: then the message's header must.
    """

    tracking_no: str
    status: Status
    at: datetime
    zone_source: Zone
    place: str
    description: str
    raw_code: str
    event_key: str
    shipment_no: str = ""
    """For a scan of one piece: the number of the whole shipment, whose own scans tell its story."""
    weight_g: int = 0
    """What the carrier weighed; 0 where it does not say."""
    bound_for: str = ""
    """Where the carrier takes it, in its own words; empty where it does not say."""

    @property
    def zone_assumed(self) -> bool:
        return self.zone_source != "given"


class HeardScan(msgspec.Struct, frozen=True):
    """A stored scan as `journey` needs it."""

    key: str
    status: Status
    at: datetime
    received_at: datetime
    zone: Zone


class Mark(msgspec.Struct, frozen=True):
    """A moment that counts, with the scan it rests on."""

    at: datetime
    received_at: datetime
    zone_assumed: bool


class Journey(msgspec.Struct, frozen=True):
    """Where the scans leave a consignment."""

    state: str
    collected: Mark | None
    delivered: Mark | None


def counts_at(at: datetime, received_at: datetime, not_before: datetime) -> datetime:
    """The moment a scan counts from: the carrier's own time if it is credible, else when we heard it.

    Credible: told within 24 hours, and not before the parcel could have been handed over (*not_before*, when its
    order was paid). Never later than it was heard.
    """
    credible = received_at - at <= TRUSTED_FOR and at >= not_before
    return min(at, received_at) if credible else received_at


def is_from_the_future(at: datetime, received_at: datetime) -> bool:
    return at > received_at + FUTURE_TOLERANCE


def journey(scans: Iterable[HeardScan], *, not_before: datetime) -> Journey:
    """State and moments from all scans of one consignment; their order and repetition change nothing."""
    scans = list(scans)
    first_return = min((s.at for s in scans if s.status == "return_to_sender"), default=None)
    # After a return began, "delivered" means back at the sender's door.
    signed = [s for s in scans if s.status == "delivered" and (first_return is None or s.at <= first_return)]
    return Journey(
        state=_state(scans, signed=bool(signed), returning=first_return is not None),
        collected=_earliest([s for s in scans if s.status in IN_HAND], not_before),
        delivered=_earliest(signed, not_before),
    )


def _state(scans: Sequence[HeardScan], *, signed: bool, returning: bool) -> str:
    if signed:
        return "delivered"
    if returning:
        return "returned"
    moving = [s for s in scans if s.status in _PROGRESS]
    if not moving:
        return "labelled"
    latest = max(moving, key=lambda s: (s.at, s.key))
    if latest.status == "delivery_failed":
        return "failed"
    return max((_PROGRESS[s.status] for s in moving), key=lambda step: step[1])[0]


def _earliest(scans: Sequence[HeardScan], not_before: datetime) -> Mark | None:
    marks = [
        Mark(counts_at(s.at, s.received_at, not_before), s.received_at, s.zone != "given") for s in scans
    ]
    return min(marks, key=lambda m: (m.at, m.received_at, m.zone_assumed), default=None)


class ForwardWord(msgspec.Struct, frozen=True):
    """A hub says: what came as *of* goes on under the number *tracking_no*, with the carrier that says so.

    *of_carrier* empty: it came with the same carrier.
    """

    of: str
    tracking_no: str
    of_carrier: str = ""


def leg_of(onward: str, before_id: UUID | None) -> Leg:
    """Which leg a parcel is on: a first one is to be taken *onward*, a second one has one *before* it."""
    return 1 if onward else 2 if before_id else 0


class ConsignmentDraft(msgspec.Struct, frozen=True):
    """A parcel the shop hands over. *items* are (opaque item, quantity); *not_before* is when its order was paid.

    *given_at*: when the shop gave its number, if not now; *told* false: a history that does not know when.
    *labelled*: its label was made through us, so its carrier is asked how it travels.
    """

    id: UUID
    owner_id: UUID
    shop_id: UUID
    carrier: str
    tracking_no: str
    items: tuple[tuple[UUID, int], ...]
    not_before: datetime | None = None
    given_at: datetime | None = None
    told: bool = True
    labelled: bool = False
    onward: str = ""
    """Bound for a hub: the carrier that takes it on from there."""

    @property
    def leg(self) -> Leg:
        return 1 if self.onward else 0


class ScanView(msgspec.Struct, frozen=True):
    status: Status
    at: datetime
    zone: Zone
    received_at: datetime
    place: str
    description: str


class ConsignmentView(msgspec.Struct, frozen=True):
    """A consignment with its scans, latest first."""

    id: UUID
    owner_id: UUID
    shop_id: UUID
    carrier: str
    tracking_no: str
    state: str
    registered_at: datetime
    collected_at: datetime | None
    delivered_at: datetime | None
    items: tuple[tuple[UUID, int], ...]
    scans: tuple[ScanView, ...]
    weight_g: int | None = None
    """As the carrier weighed it, where it says."""
    bound_for: str = ""
    """Where it goes, by the carrier's own record, where it says."""
    onward: str = ""
    before_id: UUID | None = None

    @property
    def leg(self) -> Leg:
        return leg_of(self.onward, self.before_id)

    @property
    def handed_over_unseen(self) -> bool:
        """It arrived, so a carrier had it; but no scan says when it was handed over."""
        return all(scan.status == "delivered" or scan.status not in IN_HAND for scan in self.scans)


class CarrierMessageView(msgspec.Struct, frozen=True):
    """A message of a carrier as staff see it: raw, with what became of it."""

    id: UUID
    carrier: str
    event_id: str
    body: bytes
    received_at: datetime
    state: str
    reason: str
