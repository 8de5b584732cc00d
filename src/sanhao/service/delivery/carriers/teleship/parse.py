"""Teleship: the events of one shipment, times in UTC; what the first and last mile carriers say is already in them."""

from __future__ import annotations

from sanhao.service.delivery.carriers.reading import (
    Answer,
    Reading,
    Unreadable,
    by_phrase,
    load_object,
    need,
    text,
)
from sanhao.service.delivery.carriers.zones import zone_of_place
from sanhao.service.delivery.core import ScanRecord, Status

HOME = "Europe/London"

CODES: dict[str, Status] = {
    "pending": "pending", "created": "pending", "label_created": "pending", "label_printed": "pending",
    "information_received": "pending", "awaiting_collection": "pending", "awaiting_pickup": "pending",
    "picked_up": "picked_up", "collected": "picked_up", "dropped_off": "picked_up", "received": "picked_up",
    "in_transit": "in_transit", "in_hub": "in_transit", "at_hub": "in_transit", "departed": "in_transit",
    "arrived": "in_transit", "customs_clearance": "in_transit", "customs_cleared": "in_transit",
    "handed_over": "in_transit", "exported": "in_transit", "imported": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "ready_for_pickup": "ready_for_pickup", "available_for_pickup": "ready_for_pickup",
    "available_for_collection": "ready_for_pickup",
    "delivered": "delivered",
    "delivery_failed": "delivery_failed", "delivery_attempted": "delivery_failed",
    "attempted_delivery": "delivery_failed", "failed_attempt": "delivery_failed", "failed": "delivery_failed",
    "exception": "delivery_failed", "damaged": "delivery_failed", "lost": "delivery_failed",
    "undeliverable": "delivery_failed",
    "delayed": "delivery_delayed", "delivery_delayed": "delivery_delayed",
    "on_hold": "on_hold", "customs_hold": "on_hold", "held": "on_hold",
    "returned": "return_to_sender", "return_to_sender": "return_to_sender", "returning": "return_to_sender",
    "cancelled": "cancelled", "canceled": "cancelled",
}  # fmt: skip
PHRASES: dict[str, Status] = {
    "out for delivery": "out_for_delivery", "delivered": "delivered", "package delivered": "delivered",
    "package picked up": "picked_up", "package collected": "picked_up", "in transit": "in_transit",
    "label created": "pending",
}  # fmt: skip
"""For codes not in the table."""


def read(body: bytes) -> Answer:
    answer = load_object(body)
    if answer.get("events") is None:
        said = "; ".join(text(m, "message") for _, m in Reading(HOME).each(answer, "messages"))
        raise Unreadable(f"events is missing{f': the carrier answered {said!r}' if said else ''}")
    reading = Reading(HOME)
    for where, event in reading.each(answer, "events"):
        with reading.entry(where):
            code, description = need(event, "code", "status"), text(event, "description")
            place = text(event, "location")
            reading.add(
                number=need(answer, "trackingNumber", "shipmentId"),
                status=CODES.get(code.lower().replace("-", "_")) or by_phrase(PHRASES, description),
                moment=reading.moment(text(event, "timestamp"), field="timestamp", zone=zone_of_place(place)),
                code=code,
                place=place,
                description=description,
            )
    return reading.done()


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
