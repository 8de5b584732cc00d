"""Orders: the list with tabs and search, one order whole, more time asked for, the end of what cannot be delivered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from sanhao.books.settlement import api as settlement
from sanhao.faces.ui import sheets
from sanhao.faces.ui.cards import Step, Tab
from sanhao.faces.workbench.cases import card_of as case_card
from sanhao.faces.workbench.forms import CancelForm, DelayForm
from sanhao.faces.workbench.seat import Seat, at_work, is_part, page, sent, sentence, tell
from sanhao.faces.workbench.views.shipping import next_scans
from sanhao.faces.workbench.waiting import contents, place, weighed
from sanhao.fairness.decisions import api as decisions
from sanhao.kit import time as kit_time
from sanhao.kit.deadline import zone
from sanhao.kit.refusals import Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from sanhao.service.remote import api as remote

_ON_A_PAGE, _AT_ONCE = 30, 500
_STATES = {
    "all": ("paid", "shipped", "delivered", "cancelled"), "paid": ("paid",), "shipped": ("shipped",),
    "delivered": ("delivered",), "cancelled": ("cancelled",),
}  # fmt: skip


def _before(request: HttpRequest) -> datetime | None:
    try:
        found = datetime.fromisoformat(request.GET.get("before", ""))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


@at_work("GET")
def orders_page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Newest first, by state; the search takes the beginning of a number."""
    show = request.GET.get("show", "all")
    show = show if show in _STATES else "all"
    words = request.GET.get("q", "").replace("\0", "").strip().upper()[:40]
    found = orders.orders_of_shop(
        seat.shop.id, states=_STATES[show], before=_before(request), limit=_ON_A_PAGE + 1, search=words
    )
    base = reverse("workbench:orders", args=[seat.shop.slug])
    names = {"all": _("All"), "paid": _("To ship"), "shipped": _("Shipped"), "delivered": _("Delivered"), "cancelled": _("Cancelled")}  # fmt: skip
    given = {
        "found": found[:_ON_A_PAGE], "show": show, "q": words, "paged": "before" in request.GET, "desk": "one",
        "next": found[_ON_A_PAGE - 1].placed_at.isoformat() if len(found) > _ON_A_PAGE else "",
        "tabs": [Tab(f"{base}?show={key}", name, key == show) for key, name in names.items()],
    }  # fmt: skip
    return page(request, seat, "orders", given)


@at_work("GET")
def export(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """All orders of the tab as CSV, what went back of each beside what was paid. Streamed: it may be long."""
    show = request.GET.get("show", "all")
    states = _STATES[show if show in _STATES else "all"]
    head = [
        _("Order number"), _("Placed"), _("Paid at"), _("State"), _("What is in it"), _("Pieces"), _("Where to"), _("Goods"),
        _("Freight"), _("Coupons"), _("Paid"), _("Went back"), _("of it freight"), _("Currency"), _("Arrived"),
    ]  # fmt: skip
    words = {
        "paid": _("To ship"),
        "shipped": _("Shipped"),
        "delivered": _("Delivered"),
        "cancelled": _("Cancelled"),
    }
    rows = _rows(seat, states, words, translation.get_language() or "en")
    return sheets.table(head, rows, f"{seat.shop.slug}-orders.csv")


def _rows(
    seat: Seat, states: Sequence[str], words: Mapping[str, str], language: str
) -> Iterator[Sequence[object]]:
    """Sent after the view has returned: it carries its language, and reads so many orders at a time."""
    clock, last = zone(seat.shop.timezone), None

    def moment(at: datetime | None) -> str:
        return at.astimezone(clock).isoformat(timespec="minutes") if at else ""

    while found := orders.all_of_shop(seat.shop.id, states=states, after=last, limit=_AT_ONCE):
        with translation.override(language):
            rows = [
                [
                    one.number, moment(one.placed_at), moment(one.paid_at), words[one.state], contents(one),
                    sum(line.quantity for line in one.lines), place(one), one.goods.amount, one.freight.amount,
                    one.coupon.amount, one.total.amount, one.refunded.amount, one.freight_refunded.amount,
                    one.total.currency, moment(one.delivered_at),
                ]
                for one in found
            ]  # fmt: skip
        yield from rows
        last = found[-1].id


@at_work("GET")
def order(request: HttpRequest, seat: Seat, order_id: UUID) -> HttpResponse:
    return _order(request, seat, orders.order(order_id, shop_id=seat.shop.id))


def _order(
    request: HttpRequest, seat: Seat, view: orders.OrderView, *, form: DelayForm | None = None
) -> HttpResponse:
    """One order with its promises, parcels and scans; the middle of the page refreshes itself."""
    made = promises.promises_of([view.id], now=seat.now).get(view.id, [])
    drawn, standing = weighed(seat, made)
    asked = aftersales.cases_of_orders([view.id], side="shop").get(view.id, [])
    parcels = delivery.consignments_of([view.id])[view.id]
    given: dict[str, Any] = {
        "order": view, "topic": f"order:{view.id}", "desk": "two", "steps": _steps(view),
        "promises": drawn, "standing": standing, "cases": [case_card(one, seat) for one in asked],
        "parcels": [(parcel, next_scans(parcel) if kit_time.is_demo() else ()) for parcel in parcels],
        "mischief": _mischief(parcels), "ways": delivery.MISCHIEF,
        "at_hub": _hub_mischief(parcels), "hub_ways": delivery.HUB_MISCHIEF,
        "unasked": _unasked(view), "names": {line.id: line for line in view.lines}, "carriers": delivery.carrier_names(),
    }  # fmt: skip
    if is_part(request):
        return page(request, seat, "order#live", given)
    by_hub = remote.consolidated([view.id]).get(view.id)
    given |= {
        "hub": by_hub.hub if by_hub else None,
        "settled": settlement.settlements([view.id]).get(view.id),
        "more_time": promises.delay_answer(view.id, now=seat.now),
        "proposals": promises.proposals_of([view.id]).get(view.id, []),
        "delay": form or DelayForm(),
    }
    return page(request, seat, "order", given, status=422 if form else 200)


_STOPPABLE = ("labelled", "collected", "in_transit")


def _mischief(parcels: Sequence[delivery.ConsignmentView]) -> dict[UUID, str]:
    """How the sandbox courier treats a call to bring each of its parcels back, where that may still come."""
    ours = {p.tracking_no: p.id for p in parcels if p.carrier in delivery.SANDBOXES and p.state in _STOPPABLE}
    if not kit_time.is_demo() or not ours:
        return {}
    return {ours[number]: how for number, how in delivery.mischief_of(list(ours)).items()}


def _hub_mischief(parcels: Sequence[delivery.ConsignmentView]) -> dict[UUID, str]:
    """How the sandbox courier's hub treats each of its parcels, where it has not signed yet."""
    bound = {p.tracking_no: p.id for p in parcels if p.onward == "sandbox" and p.state in _STOPPABLE}
    if not kit_time.is_demo() or not bound:
        return {}
    return {bound[number]: how for number, how in delivery.hub_mischief_of(list(bound)).items()}


def _unasked(view: orders.OrderView) -> list[decisions.DecisionView]:
    """Refunds of this order that the platform gave by itself: the shop may appeal each."""
    if not view.refunded and view.cancelled_by != "platform":
        return []
    return [one for one in decisions.of_subject("order", view.id) if one.kind == aftersales.SWEPT]


def _steps(view: orders.OrderView) -> list[Step]:
    """The order's way so far."""
    packed = any(line.shipped_quantity for line in view.lines)
    steps = [Step(_("Paid"), "done" if view.paid_at else "now", view.paid_at)]
    if view.state == "cancelled":
        by = {"buyer": _("by the buyer"), "shop": _("by the shop"), "platform": _("by the platform")}
        return [*steps, Step(_("Cancelled"), "bad", None, by.get(view.cancelled_by, ""))]
    steps.append(Step(_("Packed"), _mark(packed, view.paid_at)))
    steps.append(Step(_("Collected by the courier"), _mark(view.collected_at, packed), view.collected_at))
    return [*steps, Step(_("Delivered"), _mark(view.delivered_at, view.collected_at), view.delivered_at)]


def _mark(done: object, now: object) -> Literal["done", "now", "next"]:
    return "done" if done else "now" if now else "next"


@at_work("POST")
def delay(request: HttpRequest, seat: Seat, order_id: UUID) -> HttpResponse:
    """Ask the buyer for a later moment. Until they say yes, the first promise stands."""
    view = orders.order(order_id, shop_id=seat.shop.id)
    form = DelayForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            promises.propose_delay(
                view.id, shop_id=seat.shop.id, until=asked["until"], reason=asked["reason"],
                by=seat.person_id, now=seat.now,
            )  # fmt: skip
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            tell(request, _("The buyer has been asked. Until they agree, the first promise stands."))
            return redirect("workbench:order", seat.shop.slug, view.id)
    return _order(request, seat, view, form=form)


@at_work("GET", "POST")
def cancel(request: HttpRequest, seat: Seat, order_id: UUID) -> HttpResponse:
    """End an order that cannot be delivered; what that costs is said before."""
    view = orders.order(order_id, shop_id=seat.shop.id)
    form = CancelForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            orders.cancel_by_shop(
                view.id,
                shop_id=seat.shop.id,
                by=seat.person_id,
                reason=form.cleaned_data["reason"],
                now=seat.now,
            )
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            tell(request, _("The order is cancelled. The buyer gets everything back."))
            return redirect("workbench:order", seat.shop.slug, view.id)
    given = {
        "order": view,
        "form": form,
        "costs": promises.cost_of_cancelling(view.id, now=seat.now),
        "desk": "one",
    }
    return page(request, seat, "cancel", given, status=422 if form.is_bound else 200)
