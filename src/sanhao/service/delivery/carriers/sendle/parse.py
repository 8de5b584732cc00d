"""Sendle: a polled answer does not name its parcel (the message's header must); a pushed event does.

`scan_time` is UTC. "Pickup Attempted" and "Drop Off" are no pickups: the courier came in vain, the sender has still to
bring it. Event types: Sendle's tracking reference.
"""

from __future__ import annotations

from sanhao.service.delivery.carriers.reading import (
    Answer,
    Json,
    Reading,
    Unreadable,
    by_phrase,
    joined,
    load_object,
    need,
    text,
)
from sanhao.service.delivery.carriers.zones import zone_of_place
from sanhao.service.delivery.core import ScanRecord, Status

HOME = "Australia/Sydney"

EVENTS: dict[str, Status] = {
    "pickup attempted": "pending", "drop off": "pending", "pickup scheduled": "pending", "booked": "pending",
    "label printed": "pending",
    "pickup": "picked_up", "dropped off": "picked_up",
    "in transit": "in_transit", "local delivery": "in_transit",
    "out for delivery": "out_for_delivery",
    "left with agent": "ready_for_pickup", "ready for pickup": "ready_for_pickup",
    "delivered": "delivered",
    "delivery attempted": "delivery_failed", "card left": "delivery_failed", "damaged": "delivery_failed",
    "unable to deliver": "delivery_failed", "lost": "delivery_failed",
    "delayed": "delivery_delayed",
    "on hold": "on_hold",
    "return to sender": "return_to_sender", "returned": "return_to_sender", "returning": "return_to_sender",
    "cancelled": "cancelled", "expired": "cancelled",
    "info": "unknown",
}  # fmt: skip
PHRASES: dict[str, Status] = {
    "parcel picked up": "picked_up", "your package is in transit": "in_transit",
    "your package is on board for delivery": "out_for_delivery", "your package has been delivered": "delivered",
    "parcel has been dropped off": "picked_up",
}  # fmt: skip
"""For event types that Sendle adds ("look at the description")."""


def read(body: bytes) -> Answer:
    answer = load_object(body)
    reading = Reading(HOME)
    country = _country(answer)
    if text(answer, "event_type"):
        _event(reading, "", answer, text(answer, "sendle_reference"), country)
        return reading.done()
    if answer.get("tracking_events") is None:
        said = text(answer, "error_description") or text(answer, "error")
        raise Unreadable(f"tracking_events is missing{f': the carrier answered {said!r}' if said else ''}")
    for where, event in reading.each(answer, "tracking_events"):
        _event(reading, where, event, text(answer, "sendle_reference"), country)
    return reading.done()


def _event(reading: Reading, where: str, event: Json, number: str, country: str) -> None:
    with reading.entry(where):
        kind, description = need(event, "event_type"), text(event, "description")
        data = event.get("location_data")
        place = text(event, "location") or joined(
            text(data, "suburb"), text(data, "state"), text(data, "country")
        )
        told = next(
            (k for k in ("scan_time", "display_time", "local_scan_time") if text(event, k)), "scan_time"
        )
        reading.add(
            number=number,
            status=EVENTS.get(kind.casefold()) or by_phrase(PHRASES, description),
            moment=reading.moment(text(event, told), field=told, zone=zone_of_place(place, country=country)),
            code=kind,
            place=place,
            description=joined(description, text(event, "reason")),
            event_id=text(event, "event_id"),
        )


def _country(answer: Json) -> str:
    """Where a domestic parcel travels; of an international one a place has to say it itself."""
    both = {text(answer, "origin", "country"), text(answer, "destination", "country")}
    return both.pop() if len(both) == 1 else ""


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
