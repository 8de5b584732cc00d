"""GLS: parcels with events whose offset is given. A code is ``GROUP.DETAIL``; `INTIAL` is GLS's own spelling.

An answer without events still tells the parcel's status and its moment. Codes: the GLS Group track-and-trace API.
"""

from __future__ import annotations

from sanhao.service.delivery.carriers.reading import Answer, Json, Reading, joined, load_object, need, text
from sanhao.service.delivery.carriers.zones import zone_of_country
from sanhao.service.delivery.core import ScanRecord, Status

HOME = "Europe/Berlin"

CODES: dict[str, Status] = {
    "INTIAL.PREADVICE": "pending",
    "INTIAL.E48_DATA": "pending",  # provided by the sender for collection
    "INTIAL.NORMAL": "picked_up",
    "INTIAL.CANCELED": "cancelled",
    "DELIVD.PARCELSHOP": "ready_for_pickup",
    "DELIVD.PARCELLOCKER": "ready_for_pickup",
    "DELIVD.PS": "ready_for_pickup",
    "NOTDEL.REFUSED": "delivery_failed",
    "INWARE.NORMAL": "in_transit",
}
"""Codes that say something else than their group."""
GROUPS: dict[str, Status] = {
    "PREADV": "pending", "PLANNE": "pending", "PICKUP": "pending", "INPICK": "pending", "NOTPIC": "pending",
    "INTIAL": "picked_up", "INITIA": "picked_up", "PICKED": "picked_up",
    "INBOUD": "in_transit", "INBOUN": "in_transit", "OUTBOD": "in_transit", "OUTBOU": "in_transit",
    "TRANSI": "in_transit", "INTRAN": "in_transit", "EXPORT": "in_transit", "IMPORT": "in_transit",
    "INWARE": "in_transit", "SORTED": "in_transit", "CUSTOM": "in_transit", "RELABL": "in_transit",
    "REDIRE": "in_transit", "FORWAR": "in_transit",
    "OUTDEL": "out_for_delivery", "INDELI": "out_for_delivery",
    "DELIVD": "delivered", "DELIVE": "delivered", "FINAL": "delivered",
    "NOTDEL": "delivery_failed", "UNDELI": "delivery_failed", "DAMAGE": "delivery_failed", "LOST": "delivery_failed",
    "STORED": "on_hold", "STORAG": "on_hold", "ONHOLD": "on_hold",
    "DELAYE": "delivery_delayed", "MISROU": "delivery_delayed",
    "RETURN": "return_to_sender", "CANCEL": "cancelled",
}  # fmt: skip
"""The first six letters of a code."""
STATUSES: dict[str, Status] = {
    "PLANNEDPICKUP": "pending", "INPICKUP": "pending", "PREADVICE": "pending", "NOTPICKEDUP": "pending",
    "INTRANSIT": "in_transit", "INWAREHOUSE": "in_transit", "INDELIVERY": "out_for_delivery",
    "DELIVERED": "delivered", "FINAL": "delivered", "DELIVEREDPS": "ready_for_pickup",
    "NOTDELIVERED": "delivery_failed", "CANCELED": "cancelled",
}  # fmt: skip
"""Of a parcel as a whole. Delivered to a ParcelShop is not yet handed over."""


def status_of(code: str) -> Status:
    code = code.upper()
    return CODES.get(code) or STATUSES.get(code) or GROUPS.get(code.partition(".")[0][:6]) or "unknown"


def read(body: bytes) -> Answer:
    reading = Reading(HOME)
    for where, parcel in reading.each(load_object(body, "parcels"), "parcels"):
        number = text(parcel, "requested") or text(parcel, "unitno")
        if error := text(parcel, "errorCode"):
            said = joined(error, text(parcel, "errorMessage"))
            reading.skip(where, f"{number or 'a parcel'}: {said}")
        elif parcel.get("events"):
            for at, event in reading.each(parcel, "events", where):
                _event(reading, at, parcel, event)
        else:
            _whole(reading, where, parcel)
    return reading.done()


def _event(reading: Reading, where: str, parcel: Json, event: Json) -> None:
    with reading.entry(where):
        code, country = need(event, "code"), text(event, "country")
        reading.add(
            number=need(parcel, "requested", "unitno"),
            status=status_of(code),
            moment=reading.moment(
                text(event, "eventDateTime"), field="eventDateTime", zone=zone_of_country(country)
            ),
            code=code,
            place=joined(text(event, "city"), text(event, "postalCode"), country),
            description=text(event, "description"),
        )


def _whole(reading: Reading, where: str, parcel: Json) -> None:
    with reading.entry(where):
        code = need(parcel, "status")
        reading.add(
            number=need(parcel, "requested", "unitno"),
            status=STATUSES.get(code.upper(), "unknown"),
            moment=reading.moment(text(parcel, "statusDateTime"), field="statusDateTime"),
            code=code,
        )


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
