"""Hermes Germany: shipments with their status list, offsets given.

0000 says that the shop announced the parcel; 0600 to 0900 that it has still not come; 1000 that it left the shop's
warehouse by the shop's own word: none is a scan by Hermes. Codes: the Hermes Germany event catalogue, in its four-digit
form and, by the first group, its nine-digit one.
"""

from __future__ import annotations

from sanhao.service.delivery.carriers.reading import Answer, Json, Reading, joined, load_object, need, text
from sanhao.service.delivery.carriers.zones import zone_of_place
from sanhao.service.delivery.core import ScanRecord, Status

HOME = "Europe/Berlin"

CODES: dict[str, Status] = {
    "0000": "pending", "0600": "pending", "0700": "pending", "0800": "pending", "0900": "pending",
    "1000": "pending",
    "1900": "picked_up", "1901": "picked_up", "1910": "picked_up", "2400": "picked_up",
    "1510": "in_transit", "1610": "in_transit", "1710": "in_transit", "1720": "in_transit",
    "1810": "in_transit", "1820": "in_transit", "2000": "in_transit", "2100": "in_transit",
    "2300": "in_transit", "3010": "in_transit", "3300": "in_transit", "3430": "in_transit",
    "4025": "in_transit", "6088": "in_transit", "6090": "in_transit", "9040": "in_transit",
    "9041": "in_transit",
    "3000": "out_for_delivery",
    "3410": "ready_for_pickup",
    "3500": "delivered", "3510": "delivered", "3511": "delivered", "3520": "delivered",
    "3530": "delivered",
    "3710": "delivery_failed", "3715": "delivery_failed", "3720": "delivery_failed",
    "3731": "delivery_failed", "3732": "delivery_failed", "3733": "delivery_failed",
    "3734": "delivery_failed", "3740": "delivery_failed", "3751": "delivery_failed",
    "3752": "delivery_failed", "3753": "delivery_failed", "3754": "delivery_failed",
    "3782": "delivery_failed", "3783": "delivery_failed", "3784": "delivery_failed",
    "3785": "delivery_failed", "3786": "delivery_failed", "3787": "delivery_failed",
    "4010": "delivery_failed", "4015": "delivery_failed", "4020": "delivery_failed",
    "4024": "delivery_failed", "4031": "delivery_failed", "4032": "delivery_failed",
    "4033": "delivery_failed", "4034": "delivery_failed", "4035": "delivery_failed",
    "4040": "delivery_failed", "4051": "delivery_failed", "4052": "delivery_failed",
    "4053": "delivery_failed", "4054": "delivery_failed", "4081": "delivery_failed",
    "4082": "delivery_failed", "4083": "delivery_failed", "4084": "delivery_failed",
    "4085": "delivery_failed", "4086": "delivery_failed", "4087": "delivery_failed",
    "3750": "delivery_delayed", "3780": "delivery_delayed", "4050": "delivery_delayed",
    "4080": "delivery_delayed", "6086": "delivery_delayed", "6087": "delivery_delayed",
    "1730": "on_hold", "1751": "on_hold", "3795": "on_hold", "4070": "on_hold", "4095": "on_hold",
    "4100": "on_hold", "4500": "on_hold", "4610": "on_hold", "4620": "on_hold", "4630": "on_hold",
    "6085": "on_hold",
    "1520": "return_to_sender", "3760": "return_to_sender", "3761": "return_to_sender",
    "4060": "return_to_sender", "4061": "return_to_sender", "4062": "return_to_sender",
    "6080": "return_to_sender", "6081": "return_to_sender", "6082": "return_to_sender",
    "6083": "return_to_sender", "6084": "return_to_sender", "6089": "return_to_sender",
    "6092": "return_to_sender", "6093": "return_to_sender", "6094": "return_to_sender",
    "6096": "return_to_sender", "6098": "return_to_sender", "6099": "return_to_sender",
    "7500": "return_to_sender",
    "9340": "cancelled", "9341": "cancelled",
    "4072": "unknown", "4690": "unknown", "9311": "unknown", "9315": "unknown", "9321": "unknown",
    "9322": "unknown", "9323": "unknown", "9324": "unknown", "9325": "unknown", "9327": "unknown",
    "9328": "unknown", "9381": "unknown", "9385": "unknown", "9391": "unknown", "9394": "unknown",
}  # fmt: skip
"""4610 to 4630 lie in a ParcelShop; 4072 and 4690 take an earlier scan back without saying which; 93xx are wishes."""
GROUPS: dict[str, Status] = {
    "000": "pending", "010": "pending", "030": "in_transit", "031": "in_transit", "033": "in_transit",
    "035": "in_transit", "037": "picked_up", "045": "in_transit", "048": "on_hold", "050": "out_for_delivery",
    "055": "ready_for_pickup", "060": "delivery_failed", "065": "return_to_sender", "080": "on_hold",
    "085": "on_hold", "090": "delivered", "100": "return_to_sender", "101": "in_transit",
    "115": "return_to_sender", "125": "return_to_sender",
}  # fmt: skip
"""The first three digits of a nine-digit code."""


def status_of(code: str) -> Status:
    return CODES.get(code) or (GROUPS.get(code[:3]) if len(code) == 9 else None) or "unknown"


def read(body: bytes) -> Answer:
    reading = Reading(HOME)
    for where, shipment in reading.each(load_object(body, "shipmentinfo"), "shipmentinfo"):
        if (result := text(shipment, "result", "code")).startswith("e"):
            said = joined(result, text(shipment, "result", "message"))
            reading.skip(where, f"{text(shipment, 'shipmentID') or 'a shipment'}: {said}")
            continue
        for at, event in reading.each(shipment, "status", where):
            _event(reading, at, shipment, event)
    return reading.done()


def _event(reading: Reading, where: str, shipment: Json, event: Json) -> None:
    with reading.entry(where):
        code = need(event, "code")
        place = joined(text(event, "scanningUnit", "city"), text(event, "scanningUnit", "countryCode"))
        reading.add(
            number=need(shipment, "shipmentID"),
            status=status_of(code),
            moment=reading.moment(text(event, "timestamp"), field="timestamp", zone=zone_of_place(place)),
            code=code,
            place=place,
            description=text(event, "description"),
        )


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
