"""SEKO (OmniParcel): consignments with events of their parts, local to where they happened, without offset.

The place tells the zone where it can (``Carson, CA,US``), else SEKO's home in Illinois is assumed. Codes: OmniParcel's
list of OP codes. "Tracking number allocated & order ready" is only announced.
"""

from __future__ import annotations

from typing import Any

from sanhao.service.delivery.carriers.reading import (
    Answer,
    Reading,
    Unreadable,
    by_phrase,
    load,
    need,
    text,
)
from sanhao.service.delivery.carriers.zones import zone_of_place
from sanhao.service.delivery.core import ScanRecord, Status

HOME = "America/Chicago"

CODES: dict[str, Status] = {
    "OP-1": "pending", "OP-8": "pending", "OP-9": "pending", "OP-11": "pending", "OP-12": "pending",
    "OP-10": "picked_up", "OP-14": "picked_up", "OP-33": "picked_up", "OP-89": "picked_up",
    "OP-3": "in_transit", "OP-4": "in_transit", "OP-5": "in_transit", "OP-7": "in_transit",
    "OP-18": "in_transit", "OP-20": "in_transit", "OP-22": "in_transit", "OP-31": "in_transit",
    "OP-32": "in_transit", "OP-36": "in_transit", "OP-39": "in_transit", "OP-47": "in_transit",
    "OP-48": "in_transit", "OP-50": "in_transit", "OP-51": "in_transit", "OP-53": "in_transit",
    "OP-54": "in_transit", "OP-56": "in_transit", "OP-71": "in_transit", "OP-78": "in_transit",
    "OP-79": "in_transit", "OP-80": "in_transit", "OP-81": "in_transit", "OP-82": "in_transit",
    "OP-21": "out_for_delivery",
    "OP-19": "ready_for_pickup", "OP-25": "ready_for_pickup", "OP-42": "ready_for_pickup",
    "OP-76": "ready_for_pickup",
    "OP-72": "delivered", "OP-73": "delivered", "OP-74": "delivered", "OP-75": "delivered",
    "OP-77": "delivered",
    "OP-15": "delivery_failed", "OP-17": "delivery_failed", "OP-23": "delivery_failed",
    "OP-24": "delivery_failed", "OP-27": "delivery_failed", "OP-28": "delivery_failed",
    "OP-30": "delivery_failed", "OP-37": "delivery_failed", "OP-38": "delivery_failed",
    "OP-40": "delivery_failed", "OP-43": "delivery_failed", "OP-45": "delivery_failed",
    "OP-83": "delivery_failed", "OP-84": "delivery_failed", "OP-86": "delivery_failed",
    "OP-92": "delivery_failed",
    "OP-13": "delivery_delayed", "OP-16": "delivery_delayed", "OP-35": "delivery_delayed",
    "OP-44": "delivery_delayed",
    "OP-2": "on_hold", "OP-6": "on_hold", "OP-26": "on_hold", "OP-41": "on_hold", "OP-46": "on_hold",
    "OP-49": "on_hold", "OP-52": "on_hold", "OP-70": "on_hold", "OP-87": "on_hold", "OP-88": "on_hold",
    "OP-91": "on_hold",
    "OP-29": "return_to_sender", "OP-55": "return_to_sender", "OP-57": "return_to_sender",
    "OP-58": "return_to_sender", "OP-59": "return_to_sender", "OP-60": "return_to_sender",
    "OP-61": "return_to_sender", "OP-62": "return_to_sender", "OP-63": "return_to_sender",
    "OP-64": "return_to_sender", "OP-65": "return_to_sender", "OP-66": "return_to_sender",
    "OP-68": "return_to_sender", "OP-69": "return_to_sender", "OP-85": "return_to_sender",
    "OP-90": "return_to_sender", "OP-94": "return_to_sender",
    "OP-34": "cancelled", "OP-67": "cancelled",
}  # fmt: skip
"""OP-71 is a delivery in part: the rest is still on its way. OP-76 lies in a locker or shop, not yet handed over."""
PHRASES: dict[str, Status] = {
    "tracking number allocated": "pending", "order ready": "pending", "manifest": "pending",
    "collected from sender": "picked_up", "processed through export hub": "in_transit",
    "international transit": "in_transit", "in transit": "in_transit", "intransit": "in_transit",
    "customs cleared": "in_transit", "picked up by delivery courier": "in_transit",
    "with delivery courier": "in_transit", "out for delivery": "out_for_delivery",
    "awaiting collection": "ready_for_pickup", "attempted delivery": "delivery_failed", "delivered": "delivered",
    "return to sender": "return_to_sender", "rts": "return_to_sender", "cancelled": "cancelled",
}  # fmt: skip
"""For events without a code that we know."""


def read(body: bytes) -> Answer:
    answer: Any = load(body)
    if isinstance(answer, dict):
        answer = [answer]
    if not isinstance(answer, list):
        raise Unreadable("the answer is not a list of consignments")
    reading = Reading(HOME)
    for where, consignment in reading.each({"consignments": answer}, "consignments"):
        with reading.entry(where):
            number = need(consignment, "ConsignmentNo")
            if consignment.get("Events") is None:
                reading.skip(where, f"{number}: no events yet")
            for at, event in reading.each(consignment, "Events", where):
                with reading.entry(at):
                    place, description = text(event, "Location"), text(event, "Description")
                    code = text(event, "OmniCode") or text(event, "Code")
                    reading.add(
                        number=number,
                        status=CODES.get(code.upper()) or by_phrase(PHRASES, description),
                        moment=reading.moment(
                            text(event, "EventDT"), field="EventDT", zone=zone_of_place(place)
                        ),
                        code=code or need(event, "OmniCode", "Code", "Description"),
                        place=place,
                        description=description,
                        part=text(event, "Part"),
                    )
    return reading.done()


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
