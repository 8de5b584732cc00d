"""What an order's parcels say together: which of its lines are whole in the hands of carriers, or have arrived.

A line may travel in several parcels: it counts with the last of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sanhao.service.delivery import api as delivery
from sanhao.service.promises.core import Collected, Delivered

Legs = tuple[delivery.Leg, ...]
HANDED_OVER: Legs = (0, 1)
"""What the shop hands over; second legs it has handed over before."""
ARRIVED: Legs = (0, 2)
AT_A_HUB: Legs = (1,)
Said = type[Collected] | type[Delivered]
Moment = tuple[datetime, datetime]
"""When something happened, and when we heard of it."""


def of_legs(parcels: Sequence[delivery.ConsignmentView], legs: Legs) -> list[delivery.ConsignmentView]:
    return [parcel for parcel in parcels if parcel.leg in legs]


def heard_of(
    parcels: Sequence[delivery.ConsignmentView],
) -> Iterator[tuple[str, Said, list[delivery.ConsignmentView]]]:
    """What is said of hand-over and arrival, the field that says it, and the parcels that count for it."""
    yield "collected_at", Collected, of_legs(parcels, HANDED_OVER)
    yield "delivered_at", Delivered, of_legs(parcels, ARRIVED)


def whole_lines(
    parcels: Sequence[delivery.ConsignmentView], wanted: Mapping[UUID, int], field: str, heard: Mapping[UUID, datetime]
) -> list[tuple[Moment, tuple[str, ...]]]:  # fmt: skip
    """Of one order's *parcels*, the lines of which *heard* (parcel to when) completes the scan named *field*."""
    units: dict[UUID, int] = defaultdict(int)
    last: dict[UUID, datetime] = {}
    received: dict[UUID, datetime] = {}
    for parcel in parcels:
        at: datetime | None = getattr(parcel, field)
        if at is None or (field == "collected_at" and parcel.handed_over_unseen):
            continue
        for line_id, quantity in parcel.items:
            units[line_id] += quantity
            last[line_id] = max(at, last.get(line_id, at))
            if parcel.id in heard:
                received[line_id] = max(heard[parcel.id], received.get(line_id, heard[parcel.id]))
    by_moment: dict[Moment, list[str]] = defaultdict(list)
    for line_id, received_at in received.items():
        if units[line_id] >= wanted.get(line_id, 0):
            by_moment[last[line_id], received_at].append(str(line_id))
    return [(moment, tuple(lines)) for moment, lines in sorted(by_moment.items())]
