"""Handing parcels over: many orders at once, one carrier, all or nothing."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sanhao.faces.workbench import shipping as table
from sanhao.faces.workbench.seat import Seat, at_work, is_part, page, sentence, tell
from sanhao.faces.workbench.waiting import Desk, desk
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.remote import api as remote

_MOST_PARCELS = 200


@at_work("GET", "POST")
def shipping(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The table of what is to be shipped. Every submit is all or nothing, and gives back all that was typed."""
    waiting = desk(seat)
    if is_part(request):
        return page(
            request,
            seat,
            "shipping#fresh",
            {"count": len(waiting.to_ship), "seen": request.GET.get("seen", "")},
        )
    carriers = table.carriers()
    if request.method != "POST":
        first = request.GET.get("carrier", "") or next(iter(carriers))
        sheet = table.blank(waiting, carrier=first, ticked=request.GET.getlist("order"))
        return _show(request, seat, waiting, sheet, carriers)
    sheet = table.read(request.POST, waiting)
    wish = request.POST.get("do", "ship")
    if wish == "numbers" and kit_time.is_demo():
        _sandbox_numbers(sheet)
        return _show(request, seat, waiting, sheet, carriers)
    if wish == "fill":
        return _show(request, seat, waiting, sheet, carriers)
    table.check(sheet)
    if not sheet.wrong:
        try:
            done = orders.ship(seat.shop.id, table.shipments(sheet), by=seat.person_id, now=seat.now)
        except Refusal as no:
            table.blame(sheet, no, sentence(no))
        else:
            tell(request, ngettext("%(n)s parcel is packed. Now its courier has to scan it.", "%(n)s parcels are packed. Now their courier has to scan them.", len(done)) % {"n": len(done)})  # fmt: skip
            return redirect("workbench:shipping", seat.shop.slug)
    return _show(request, seat, waiting, sheet, carriers, status=422)


def _sandbox_numbers(sheet: table.Sheet) -> None:
    """Numbers for the sandbox courier: for the ticked rows, or for all where none is ticked."""
    sheet.carrier, sheet.error = "sandbox", ""
    rows = [row for row in sheet.rows if row.ticked] or sheet.rows
    for row in rows:
        row.ticked = True
        row.number = row.number or f"SBX{new_id().hex[-12:].upper()}"


def _show(
    request: HttpRequest, seat: Seat, waiting: Desk, sheet: table.Sheet, carriers: dict[str, Text], *, status: int = 200
) -> HttpResponse:  # fmt: skip
    packed = [one.order.id for one in waiting.to_collect]
    parcels = delivery.consignments_of(packed) if packed else {}
    given = {
        "sheet": sheet, "carriers": carriers, "makes_labels": bool(delivery.label_carriers()), "waiting": waiting, "parcels": parcels, "desk": "two",
        "sandbox": any(p.carrier in delivery.SANDBOXES and p.state == "labelled" for each in parcels.values() for p in each),
    }  # fmt: skip
    return page(request, seat, "shipping", given, status=status)


@at_work("GET", "POST")
def packing(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A list to pack by, made for paper: the orders ticked, or all that wait."""
    ticked = {*request.POST.getlist("order"), *request.GET.getlist("order")}
    waiting = desk(seat).to_ship
    shown = [one for one in waiting if str(one.order.id) in ticked] or waiting
    return page(request, seat, "packing", {"shown": shown, "desk": "one"})


@at_work("POST")
def collect(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The sandbox courier comes by and scans all parcels it is to take: a demo world only."""
    if not kit_time.is_demo():
        raise Http404
    packed = [one.order.id for one in desk(seat).to_collect]
    waiting = [
        parcel.id
        for each in delivery.consignments_of(packed).values()
        for parcel in each
        if parcel.carrier in delivery.SANDBOXES and parcel.state == "labelled"
    ][:_MOST_PARCELS]
    for parcel_id in waiting:
        delivery.post_scan(parcel_id, "picked_up", now=seat.now, place=seat.shop.region)
    tell(request, _("The sandbox courier has scanned them. In a moment their promises are kept."))
    return redirect("workbench:shipping", seat.shop.slug)


_NEXT: dict[str, tuple[delivery.Status, ...]] = {
    "labelled": ("picked_up",),
    "collected": ("in_transit", "delivered"),
    "in_transit": ("out_for_delivery", "delivered"),
    "out_for_delivery": ("delivered",),
    "failed": ("delivered",),
}
"""What the sandbox courier may scan next."""


@at_work("POST")
def scan(request: HttpRequest, seat: Seat, order_id: UUID, parcel_id: UUID) -> HttpResponse:
    """One scan of the sandbox courier on one parcel of this shop: a demo world only."""
    if not kit_time.is_demo():
        raise Http404
    order = orders.order(order_id, shop_id=seat.shop.id)
    parcel = next((p for p in delivery.consignments_of([order.id])[order.id] if p.id == parcel_id), None)
    if parcel is None:
        raise Http404
    for status in _NEXT.get(parcel.state, ()):
        if status == request.POST.get("status") and parcel.carrier in delivery.SANDBOXES:
            place = _where(parcel, status, seat, order)
            delivery.post_scan(parcel.id, status, now=seat.now, place=place)
            tell(request, _("The sandbox courier has scanned it."))
    return redirect("workbench:order", seat.shop.slug, order_id)


def _where(parcel: delivery.ConsignmentView, status: str, seat: Seat, order: orders.OrderView) -> str:
    """Where the sandbox courier scans it: at the shop's, at the hub, or where the buyer lives."""
    if status == "picked_up" and parcel.leg != 2:
        return seat.shop.region
    if parcel.leg == 1 or status == "picked_up":
        by_hub = remote.consolidated([order.id]).get(order.id)
        return by_hub.hub.address.city if by_hub else ""
    return str(order.address.get("city", ""))


@at_work("POST")
def mischief(request: HttpRequest, seat: Seat, order_id: UUID, parcel_id: UUID) -> HttpResponse:
    """How the sandbox courier treats a call to bring this parcel back, or its hub the parcel: a demo world only."""
    order = orders.order(order_id, shop_id=seat.shop.id)
    parcel = next((p for p in delivery.consignments_of([order.id])[order.id] if p.id == parcel_id), None)
    how, at_hub = request.POST.get("how", ""), request.POST.get("at_hub", "")
    if not kit_time.is_demo() or parcel is None:
        raise Http404
    if at_hub in delivery.HUB_MISCHIEF:
        delivery.sandbox_hub_mischief(parcel.id, at_hub, now=seat.now)
        tell(request, _("Noted: that is what the sandbox courier's hub does with this parcel."))
    elif how in delivery.MISCHIEF:
        delivery.sandbox_mischief(parcel.id, how)
        tell(request, _("Noted: that is what the sandbox courier does when it is asked to stop this parcel."))
    else:
        raise Http404
    return redirect("workbench:order", seat.shop.slug, order_id)


def next_scans(parcel: delivery.ConsignmentView) -> tuple[delivery.Status, ...]:
    """What a button may make the sandbox courier do with *parcel* next."""
    return _NEXT.get(parcel.state, ()) if parcel.carrier in delivery.SANDBOXES else ()
