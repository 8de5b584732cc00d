"""An order's way from paid to delivered, as steps, and what its couriers said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.faces.storefront.cards import said
from sanhao.faces.ui.cards import Step
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

STATE_WORDS = {
    "unpaid": gettext_lazy("to pay"), "paid": gettext_lazy("to be shipped"), "shipped": gettext_lazy("on the way"),
    "delivered": gettext_lazy("arrived"), "completed": gettext_lazy("arrived"),
    "cancelled": gettext_lazy("cancelled"), "expired": gettext_lazy("not paid"),
}  # fmt: skip
_SCAN_WORDS = {
    "pending": gettext_lazy("Label made"), "picked_up": gettext_lazy("Collected"),
    "in_transit": gettext_lazy("On its way"), "out_for_delivery": gettext_lazy("Out for delivery"),
    "ready_for_pickup": gettext_lazy("Ready to be picked up"), "delivered": gettext_lazy("Delivered"),
    "delivery_failed": gettext_lazy("Delivery failed; it will be tried again"),
    "delivery_delayed": gettext_lazy("Delayed"), "return_to_sender": gettext_lazy("Goes back to the shop"),
    "on_hold": gettext_lazy("Held up"), "cancelled": gettext_lazy("Cancelled"), "unknown": gettext_lazy("News"),
}  # fmt: skip


class Sent(msgspec.Struct, frozen=True):
    """A parcel as its buyer reads it; one that goes by a hub is one, however many legs its way has."""

    numbers: tuple[tuple[str, str], ...]
    """Carrier and number of each leg."""
    scans: tuple[tuple[str, delivery.ScanView], ...]
    holds: tuple[str, ...]


def parcels_of(sent: Sequence[delivery.ConsignmentView], order: orders.OrderView) -> list[Sent]:
    if not sent:
        return []
    lines = {line.id: line for line in order.lines}
    onward = {parcel.before_id: parcel for parcel in sent if parcel.leg == 2}
    ways = [
        [parcel, *([onward[parcel.id]] if parcel.id in onward else [])] for parcel in sent if parcel.leg != 2
    ]
    return [
        Sent(
            tuple((said(delivery.carrier_name(parcel.carrier)), parcel.tracking_no) for parcel in legs),
            tuple((_word(scan, parcel), scan) for parcel in reversed(legs) for scan in parcel.scans),
            tuple(f"{said(lines[id].title)} × {count}" for id, count in legs[0].items if id in lines),
        )
        for legs in ways
    ]


def _word(scan: delivery.ScanView, parcel: delivery.ConsignmentView) -> str:
    if parcel.leg == 1 and scan.status == "delivered":
        return _("Arrived at the hub")
    return str(_SCAN_WORDS.get(scan.status, scan.status))


def steps_of(order: orders.OrderView, sent: Sequence[delivery.ConsignmentView]) -> list[Step]:
    """What has happened, what happens now, what comes."""
    if order.state == "unpaid":
        return [Step(_("Placed"), "done", order.placed_at), Step(_("Waiting for your payment"), "now")]
    paid = Step(_("Paid"), "done", order.paid_at)
    if order.state == "expired":
        return [Step(_("Placed"), "done", order.placed_at), Step(_("Not paid in time"), "bad")]
    if order.state == "cancelled":
        return [paid, Step(_("Cancelled"), "bad", None, _cancelled_by(order.cancelled_by))]
    packed = min((parcel.registered_at for parcel in sent), default=None)
    hub = _by_hub(sent)
    moments = [packed, order.collected_at, *hub.values(), order.delivered_at]
    labels = [_("Packed by the shop"), _("Collected by the courier"), *hub, _("Delivered")]
    news = _latest(sent) if order.collected_at and not order.delivered_at else ""
    steps, reached = [paid], False
    for label, moment in reversed(list(zip(labels, moments, strict=True))):
        reached = reached or moment is not None
        steps.insert(1, Step(label, "done" if reached else "next", moment))
    first_open = next((i for i, step in enumerate(steps) if step.state == "next"), None)
    if first_open is not None:
        steps[first_open] = Step(steps[first_open].label, "now", None, news)
    return steps


def _by_hub(sent: Sequence[delivery.ConsignmentView]) -> dict[str, datetime | None]:
    """The two steps in between of a way by a hub, once all of its parcels have taken them; none of a straight one."""
    first = [parcel for parcel in sent if parcel.leg == 1]
    if not first:
        return {}
    gone = {parcel.before_id: parcel.collected_at for parcel in sent if parcel.leg == 2}
    return {
        _("At the hub"): _last([parcel.delivered_at for parcel in first]),
        _("On its second leg to you"): _last([gone.get(parcel.id) for parcel in first]),
    }


def _last(moments: Sequence[datetime | None]) -> datetime | None:
    """When the last of them was; None while one is missing."""
    known = [moment for moment in moments if moment is not None]
    return max(known) if known and len(known) == len(moments) else None


def _cancelled_by(who: str) -> str:
    return {
        "buyer": _("by you; everything went back the way it came"),
        "shop": _("by the shop; everything went back the way it came"),
        "platform": _("by us; everything goes back"),
        "unavailable": _("the shop had none left; everything went back"),
    }.get(who, "")


def _latest(sent: Sequence[delivery.ConsignmentView]) -> str:
    scans = [(scan, parcel) for parcel in sent for scan in parcel.scans]
    if not scans:
        return ""
    last, parcel = max(scans, key=lambda one: one[0].at)
    return " · ".join(part for part in (_word(last, parcel), last.place) if part)
