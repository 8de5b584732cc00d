"""DHL Express (MyDHL API): date, time and offset apart, each maybe missing; pieces with numbers of their own.

The shipment's own events tell its story; those of its pieces are kept under the pieces' numbers. Without an offset
the service area's zone is taken. Codes: DHL Express checkpoints.
"""

from __future__ import annotations

from sanhao.service.delivery.carriers.reading import (
    Answer,
    Json,
    Reading,
    Unreadable,
    by_phrase,
    load,
    need,
    text,
)
from sanhao.service.delivery.carriers.zones import zone_of_airport, zone_of_country
from sanhao.service.delivery.core import ScanRecord, Status

HOME = "Europe/Berlin"

CODES: dict[str, Status] = {
    "SD": "pending", "SI": "pending", "LC": "pending", "DR": "pending",  # data received, nothing handed over
    "PU": "picked_up", "SA": "picked_up", "PX": "picked_up",
    "AF": "in_transit", "AR": "in_transit", "AD": "in_transit", "BL": "in_transit", "BN": "in_transit",
    "BR": "in_transit", "CI": "in_transit", "CR": "in_transit", "CU": "in_transit", "DF": "in_transit",
    "DI": "in_transit", "ES": "in_transit", "FD": "in_transit", "HN": "in_transit", "HO": "in_transit",
    "IC": "in_transit", "IR": "in_transit", "PA": "in_transit", "PD": "in_transit", "PF": "in_transit",
    "PL": "in_transit", "PO": "in_transit", "PY": "in_transit", "RR": "in_transit", "RW": "in_transit",
    "SC": "in_transit", "SM": "in_transit", "TP": "in_transit", "TR": "in_transit", "TT": "in_transit",
    "WC": "out_for_delivery", "OO": "out_for_delivery", "WD": "out_for_delivery",
    "CC": "ready_for_pickup", "LX": "ready_for_pickup", "PP": "ready_for_pickup",
    "OK": "delivered", "DD": "delivered", "DL": "delivered",
    "BA": "delivery_failed", "CA": "delivery_failed", "CM": "delivery_failed", "DM": "delivery_failed",
    "DS": "delivery_failed", "LO": "delivery_failed", "LP": "delivery_failed", "NA": "delivery_failed",
    "NH": "delivery_failed", "RD": "delivery_failed", "RF": "delivery_failed", "ND": "delivery_failed",
    "DY": "delivery_delayed", "MC": "delivery_delayed", "MD": "delivery_delayed", "MS": "delivery_delayed",
    "TD": "delivery_delayed", "UD": "delivery_delayed", "WX": "delivery_delayed", "HW": "delivery_delayed",
    "CD": "on_hold", "HI": "on_hold", "HP": "on_hold", "HX": "on_hold", "OH": "on_hold", "CS": "on_hold",
    "SS": "on_hold", "ST": "on_hold",
    "RT": "return_to_sender",
}  # fmt: skip
"""`PD` is a partial delivery: the rest is still on its way."""
PHRASES: dict[str, Status] = {
    "shipment information received": "pending", "shipment picked up": "picked_up", "delivered": "delivered",
    "delivery attempt": "delivery_failed", "with delivery courier": "out_for_delivery",
    "shipment is out with courier": "out_for_delivery", "processed": "in_transit", "arrived": "in_transit",
    "departed": "in_transit", "customs": "in_transit", "clearance": "in_transit", "forwarded": "in_transit",
    "shipment on hold": "on_hold", "returned": "return_to_sender", "return": "return_to_sender",
}  # fmt: skip
"""For codes not in the table."""


def read(body: bytes) -> Answer:
    answer = load(body)
    if isinstance(answer, dict) and answer.get("shipments") is None and text(answer, "title"):
        raise Unreadable(
            f"the carrier answered with an error: {text(answer, 'title')}. {text(answer, 'detail')}"
        )
    if not isinstance(answer, dict) or answer.get("shipments") is None:
        raise Unreadable("shipments is missing")
    reading = Reading(HOME)
    for where, shipment in reading.each(answer, "shipments"):
        number = text(shipment, "shipmentTrackingNumber")
        for at, event in reading.each(shipment, "events", where):
            _event(reading, at, event, number)
        pieces = list(reading.each(shipment, "pieces", where))
        for at, piece in pieces:
            # The only piece of a shipment that tells no story of its own speaks for it.
            alone = len({text(p, "trackingNumber") for _, p in pieces}) == 1 and not shipment.get("events")
            own = number if alone else text(piece, "trackingNumber")
            for inner, event in reading.each(piece, "events", at):
                _event(reading, inner, event, own, shipment_no=number if own != number else "")
    return reading.done()


def _event(reading: Reading, where: str, event: Json, number: str, shipment_no: str = "") -> None:
    with reading.entry(where):
        code, description = need(event, "typeCode"), text(event, "description")
        date, hour = need(event, "date"), need(event, "time")
        areas = event.get("serviceArea")
        area = next((a for a in areas if isinstance(a, dict)), {}) if isinstance(areas, list) else {}
        name = text(area, "description")
        zone = zone_of_airport(text(area, "code")) or zone_of_country(name.rpartition("-")[2])
        reading.add(
            number=number or need({}, "shipmentTrackingNumber"),
            status=CODES.get(code.upper()) or by_phrase(PHRASES, description),
            moment=reading.moment(
                f"{date}T{hour}", field="date and time", offset=text(event, "GMTOffset"), zone=zone
            ),
            code=code,
            place=name or text(area, "code"),
            description=description,
            shipment_no=shipment_no,
        )


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
