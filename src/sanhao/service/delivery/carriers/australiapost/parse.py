"""Australia Post and StarTrack: several parcels in one answer, events known by their words only, offsets given.

An article may stand directly in `trackable_items` or among the `items` of a consignment; events of the consignment
as a whole repeat those of its articles. Statuses: its developer centre's reference and the wording of its tracking.
"""

from __future__ import annotations

from sanhao.service.delivery.carriers.reading import (
    Answer,
    Json,
    Reading,
    by_phrase,
    load_object,
    need,
    text,
)
from sanhao.service.delivery.carriers.zones import zone_of_place
from sanhao.service.delivery.core import ScanRecord, Status

HOME = "Australia/Melbourne"

PHRASES: dict[str, Status] = {
    # Announced only
    "created": "pending", "sealed": "pending", "initiated": "pending", "manifest": "pending",
    "shipping information": "pending", "shipment information": "pending", "lodgement information": "pending",
    "label created": "pending", "item created": "pending", "awaiting pick": "pending", "pickup booked": "pending",
    "pick up booked": "pending", "booked in": "pending",
    # Came, but did not get it
    "unsuccessful pickup": "pending", "unable to pick": "pending", "attempted pickup": "pending",
    "pickup attempted": "pending", "parcel not ready": "pending",
    # In its hands
    "received by australia post": "picked_up", "received by startrack": "picked_up", "received at": "picked_up",
    "accepted": "picked_up", "lodged": "picked_up", "picked up": "picked_up", "pickup successful": "picked_up",
    "collected from sender": "picked_up", "parcel collected from sender": "picked_up",
    "received and ready for processing": "picked_up", "received by carrier": "picked_up",
    "in transit": "in_transit", "item in transit": "in_transit", "processed": "in_transit",
    "item processed": "in_transit", "arrived": "in_transit", "departed": "in_transit", "sorted": "in_transit",
    "received at depot": "in_transit", "at delivery depot": "in_transit", "transferred": "in_transit",
    "cleared": "in_transit", "customs cleared": "in_transit", "released from": "in_transit",
    "airline": "in_transit", "export": "in_transit", "international": "in_transit", "in transfer": "in_transit",
    "scanned": "in_transit", "redirected": "in_transit", "redirection": "in_transit",
    "import information received": "in_transit", "prepared for delivery": "in_transit",
    "with australia post for delivery": "out_for_delivery", "with courier for delivery": "out_for_delivery",
    "with driver": "out_for_delivery", "on board for delivery": "out_for_delivery",
    "onboard for delivery": "out_for_delivery", "out for delivery": "out_for_delivery",
    "with delivery agent": "out_for_delivery", "on delivery vehicle": "out_for_delivery",
    "awaiting collection": "ready_for_pickup", "ready for pickup": "ready_for_pickup",
    "ready for collection": "ready_for_pickup", "ready to be collected": "ready_for_pickup",
    "available for collection": "ready_for_pickup", "placed in parcel locker": "ready_for_pickup",
    "final notice": "ready_for_pickup", "collection reminder": "ready_for_pickup",
    "delivered": "delivered", "collected by": "delivered", "parcel collected": "delivered",
    "item collected": "delivered", "left in a safe place": "delivered", "delivery completed": "delivered",
    # Trouble
    "attempted delivery": "delivery_failed", "delivery attempted": "delivery_failed",
    "unsuccessful delivery": "delivery_failed", "unable to deliver": "delivery_failed",
    "unable to be delivered": "delivery_failed", "cannot be delivered": "delivery_failed",
    "could not be delivered": "delivery_failed", "undeliverable": "delivery_failed", "refused": "delivery_failed",
    "article damaged": "delivery_failed", "damaged": "delivery_failed", "lost": "delivery_failed",
    "card left": "delivery_failed", "incorrect address": "delivery_failed",
    "to be re-delivered": "delivery_delayed", "re-delivery": "delivery_delayed", "possible delay": "delivery_delayed",
    "delay": "delivery_delayed", "missorted": "delivery_delayed",
    "held": "on_hold", "item held": "on_hold", "awaiting customs": "on_hold", "customs hold": "on_hold",
    "delivered to sender": "return_to_sender", "delivered - returned": "return_to_sender",
    "delivered - return to sender": "return_to_sender", "delivered to original sender": "return_to_sender",
    "returned": "return_to_sender", "return to sender": "return_to_sender",
    "returning to sender": "return_to_sender", "being returned": "return_to_sender",
    "cancelled": "cancelled", "canceled": "cancelled",
}  # fmt: skip


def read(body: bytes) -> Answer:
    reading = Reading(HOME)
    for where, result in reading.each(load_object(body, "tracking_results"), "tracking_results"):
        if errors := [error for _, error in reading.each(result, "errors", where)]:
            said = "; ".join(
                f"{text(e, 'code')} {text(e, 'name') or text(e, 'message')}".strip() for e in errors
            )
            reading.skip(where, f"{text(result, 'tracking_id') or 'a parcel'}: {said}")
            continue
        number = text(result, "tracking_id")
        for at, article in reading.each(result, "trackable_items", where):
            _events(reading, article, at, number)
            for inner, item in reading.each(article, "items", at):
                _events(reading, item, inner, number)
        for at, whole in reading.each(result, "consignment", where):
            _events(reading, whole, at, number)
    return reading.done()


def _events(reading: Reading, article: Json, where: str, shipment_no: str) -> None:
    for at, event in reading.each(article, "events", where):
        with reading.entry(at):
            place, description = text(event, "location"), need(event, "description")
            number = text(article, "article_id") or text(article, "consignment_id") or shipment_no
            reading.add(
                number=number or need(article, "article_id"),
                status=by_phrase(PHRASES, description),
                moment=reading.moment(
                    text(event, "date"), field="date", zone=zone_of_place(place, country="AU")
                ),
                code=text(event, "event_code") or text(event, "status"),
                place=place,
                description=description,
                shipment_no=shipment_no if shipment_no != number else "",
            )


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
