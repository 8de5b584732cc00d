"""Asendia: the tracking events of one parcel, times in UTC. Some answers are the bare list of events."""

from __future__ import annotations

from typing import Any

from sanhao.service.delivery.carriers.reading import (
    Answer,
    Reading,
    Unreadable,
    by_phrase,
    joined,
    load,
    need,
    text,
)
from sanhao.service.delivery.carriers.zones import zone_of_country
from sanhao.service.delivery.core import ScanRecord, Status

HOME = "Europe/Zurich"

CODES: dict[str, Status] = {
    "PENDING": "pending", "CREATED": "pending", "REGISTERED": "pending", "ACCEPTED": "pending",
    "LABEL_PRINTED": "pending", "PREADVICE": "pending", "PA": "pending", "DATA_RECEIVED": "pending",
    "PU": "picked_up", "PICKED_UP": "picked_up", "COLLECTED": "picked_up", "COLLECTION": "picked_up",
    "IT": "in_transit", "IN_TRANSIT": "in_transit", "TRANSIT": "in_transit", "DEPARTED": "in_transit",
    "ARRIVED": "in_transit", "PROCESSED": "in_transit", "CUSTOMS": "in_transit", "CLEARED": "in_transit",
    "EXPORTED": "in_transit", "IMPORTED": "in_transit",
    "OFD": "out_for_delivery", "OD": "out_for_delivery", "OUT_FOR_DELIVERY": "out_for_delivery",
    "WITH_COURIER": "out_for_delivery",
    "DL": "delivered", "DELIVERED": "delivered", "DELIVERY_CONFIRMED": "delivered",
    "READY_FOR_PICKUP": "ready_for_pickup", "PICKUP": "ready_for_pickup", "AT_LOCATION": "ready_for_pickup",
    "ON_HOLD": "on_hold", "HELD": "on_hold", "AWAITING": "on_hold", "CUSTOMS_DELAY": "on_hold", "CD": "on_hold",
    "CUSTOMS_DOCS": "on_hold", "DUTIES_UNPAID": "on_hold",
    "DELAYED": "delivery_delayed", "DELAY": "delivery_delayed", "RESCHEDULED": "delivery_delayed",
    "MISROUTED": "delivery_delayed", "WEATHER": "delivery_delayed",
    "DELIVERY_FAILED": "delivery_failed", "FAILED": "delivery_failed", "UNDELIVERABLE": "delivery_failed",
    "REFUSED": "delivery_failed", "NOT_HOME": "delivery_failed", "NH": "delivery_failed",
    "WRONG_ADDRESS": "delivery_failed", "DAMAGED": "delivery_failed", "LOST": "delivery_failed",
    "RETURNED": "return_to_sender", "RTS": "return_to_sender",
    "CANCELLED": "cancelled", "CANCELED": "cancelled",
}  # fmt: skip
PHRASES: dict[str, Status] = {
    "delivered": "delivered",
    "in transit": "in_transit",
    "out for delivery": "out_for_delivery",
    "package picked up": "picked_up",
    "picked up": "picked_up",
    "returned to sender": "return_to_sender",
}
"""For codes not in the table."""


def read(body: bytes) -> Answer:
    answer: Any = load(body)
    if isinstance(answer, list):
        answer = {"trackingEvents": answer}
    if not isinstance(answer, dict) or answer.get("trackingEvents") is None:
        raise Unreadable("trackingEvents is missing")
    reading = Reading(HOME)
    for where, event in reading.each(answer, "trackingEvents"):
        with reading.entry(where):
            code, description = need(event, "code"), text(event, "carrierEventDescription")
            country = text(event, "locationCountry")
            reading.add(
                # The bare list does not name its parcel; then the message's header must.
                number=text(answer, "trackingNumber") or text(event, "trackingNumber"),
                status=CODES.get(code.upper()) or by_phrase(PHRASES, description),
                moment=reading.moment(text(event, "time"), field="time", zone=zone_of_country(country)),
                code=code,
                place=joined(text(event, "locationName"), country),
                description=description,
            )
    return reading.done()


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
