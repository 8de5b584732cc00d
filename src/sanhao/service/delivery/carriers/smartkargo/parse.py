"""SmartKargo: a list of events, local times without offset; the partner form tells each place's zone.

Else the airport tells it. A number is the prefix and the air waybill together. Codes: its integration manual, with the
Cargo-IMP milestones it builds on.
"""

from __future__ import annotations

from sanhao.service.delivery.carriers.reading import (
    Answer,
    Json,
    Reading,
    Unreadable,
    joined,
    known_zone,
    load,
    need,
    text,
)
from sanhao.service.delivery.carriers.zones import zone_of_airport, zone_of_country
from sanhao.service.delivery.core import ScanRecord, Status

HOME = "America/New_York"

CODES: dict[str, Status] = {
    "BKD": "pending", "BKG": "pending", "FWB": "pending", "PRE": "pending", "VOI": "cancelled", "CAN": "cancelled",
    "RCS": "picked_up", "FOH": "picked_up", "PUP": "picked_up", "PKD": "picked_up",
    "MAN": "in_transit", "DEP": "in_transit", "ARR": "in_transit", "RCF": "in_transit", "RCT": "in_transit",
    "TFD": "in_transit", "TRM": "in_transit", "CLD": "in_transit", "CLC": "in_transit", "CCD": "in_transit",
    "CRC": "in_transit", "TGC": "in_transit", "AWD": "in_transit", "AWR": "in_transit", "MDL": "in_transit",
    "INF": "in_transit", "ACC": "in_transit", "BAG": "in_transit", "OSI": "unknown",
    "NFD": "ready_for_pickup",
    "GDL": "out_for_delivery", "OFD": "out_for_delivery",
    "DDL": "delivered", "DLD": "delivered", "DLV": "delivered",
    "ADL": "delivery_failed", "DIS": "delivery_failed", "NDL": "delivery_failed",
    "RCU": "on_hold", "HLD": "on_hold",
    "DLY": "delivery_delayed",
    "RTS": "return_to_sender", "RTN": "return_to_sender",
}  # fmt: skip


def read(body: bytes) -> Answer:
    answer = load(body)
    if not isinstance(answer, list):
        raise Unreadable(f"the answer is not a list of events{_complaint(answer)}")
    reading = Reading(HOME)
    for where, event in reading.each({"events": answer}, "events"):
        with reading.entry(where):
            code = need(event, "eventType")
            airport = text(event, "eventLocation") or text(event, "location", "eventLocation")
            reading.add(
                number=_number(event),
                status=CODES.get(code.upper(), "unknown"),
                moment=reading.moment(
                    text(event, "eventDate"), field="eventDate", zone=_zone(event, airport)
                ),
                code=code,
                place=joined(airport, text(event, "location", "city"), text(event, "location", "countryId")),
                description=text(event, "description"),
                part=text(event, "pieceReference"),
            )
    return reading.done()


def _number(event: Json) -> str:
    waybill = text(event, "airWaybill")
    return (
        f"{text(event, 'prefix')}{waybill}" if waybill else need(event, "packageReference", "headerReference")
    )


def _zone(event: Json, airport: str) -> str | None:
    return (
        known_zone(text(event, "location", "timezone"))
        or zone_of_airport(airport)
        or zone_of_country(text(event, "location", "countryId"), text(event, "location", "state"))
    )


def _complaint(answer: object) -> str:
    said = text(answer, "error", "message") or text(answer, "details") or text(answer, "status")
    return f": the carrier answered {said!r}" if said else ""


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
