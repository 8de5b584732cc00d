"""Parcel.One: the events of one parcel, in the words of its last-mile carrier, times without any offset.

A place that names its country tells the zone; else Germany's, Parcel.One's home, is assumed.
"""

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

HOME = "Europe/Berlin"

CODES: dict[str, Status] = {
    "0": "pending", "1": "pending", "CREATED": "pending", "REGISTERED": "pending", "DATA_RECEIVED": "pending",
    "LABEL_PRINTED": "pending", "ANNOUNCED": "pending", "AWAITING_PICKUP": "pending",
    "PICKED_UP": "picked_up", "PICKUP": "picked_up", "COLLECTED": "picked_up",
    "10": "in_transit", "20": "in_transit", "30": "in_transit", "IN_TRANSIT": "in_transit",
    "DEPARTED": "in_transit", "ARRIVED": "in_transit", "PROCESSED": "in_transit", "SORTING": "in_transit",
    "EXPORTED": "in_transit", "IMPORTED": "in_transit", "SHIPPED": "in_transit",
    "80": "out_for_delivery", "OUT_FOR_DELIVERY": "out_for_delivery", "ON_DELIVERY_VEHICLE": "out_for_delivery",
    "IN_DELIVERY_VEHICLE": "out_for_delivery", "DELIVERY_IN_PROGRESS": "out_for_delivery",
    "70": "ready_for_pickup", "READY_FOR_PICKUP": "ready_for_pickup", "AT_PARCELSHOP": "ready_for_pickup",
    "AVAILABLE_FOR_COLLECTION": "ready_for_pickup", "DELIVERED_PARCELSHOP": "ready_for_pickup",
    "90": "delivered", "DELIVERED": "delivered", "POD": "delivered", "DELIVERED_NEIGHBOR": "delivered",
    "DELIVERED_SAFE_PLACE": "delivered",
    "40": "on_hold", "HELD": "on_hold", "CUSTOMS": "on_hold", "CUSTOMS_CLEARANCE": "on_hold",
    "PAYMENT_REQUIRED": "on_hold", "ON_HOLD": "on_hold",
    "DELAYED": "delivery_delayed", "RESCHEDULED": "delivery_delayed", "REDIRECTED": "delivery_delayed",
    "99": "delivery_failed", "FAILED": "delivery_failed", "EXCEPTION": "delivery_failed",
    "NOT_DELIVERED": "delivery_failed", "REFUSED": "delivery_failed", "ADDRESSEE_NOT_FOUND": "delivery_failed",
    "WRONG_ADDRESS": "delivery_failed",
    "RETURNED": "return_to_sender", "RETURN_TO_SENDER": "return_to_sender", "RETURN": "return_to_sender",
    "CANCELLED": "cancelled", "CANCELED": "cancelled",
}  # fmt: skip
PHRASES: dict[str, Status] = {
    "package delivered": "delivered", "delivered": "delivered", "out for delivery": "out_for_delivery",
    "in transit": "in_transit", "shipment picked up": "picked_up", "picked up": "picked_up",
    "registered": "pending", "shipment data": "pending",
}  # fmt: skip
"""For events without a code that we know."""


def read(body: bytes) -> Answer:
    answer = load_object(body)
    results = answer.get("results")
    if text(answer, "success") in ("0", "-1") or not isinstance(results, dict):
        said = text(answer, "message") or text(answer, "type")
        raise Unreadable(f"results is missing{f': the carrier answered {said!r}' if said else ''}")
    # The answer of some calls names its parcel only in the address that was asked.
    number = (
        text(results, "TrackingID")
        or text(answer, "instance").rpartition("/")[2]
        or text(results, "CarrierTrackingID")
    )
    reading = Reading(HOME)
    for where, event in reading.each(results, "Events"):
        with reading.entry(where):
            code, place = text(event, "StatusCode"), text(event, "Location")
            said = text(event, "Description") or text(event, "Status")
            reading.add(
                number=number,
                status=CODES.get(code.upper()) or by_phrase(PHRASES, text(event, "Status") or said),
                moment=reading.moment(text(event, "DateTime"), field="DateTime", zone=zone_of_place(place)),
                code=code or need(event, "StatusCode", "Status"),
                place=place,
                description=said,
            )
    return reading.done()


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
