"""The after-sales desk: what waits with its ring, one case whole, yes to many at once, return addresses, export."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sanhao.faces.ui import sheets
from sanhao.faces.ui.cards import Tab
from sanhao.faces.ui.payers import payers_of
from sanhao.faces.workbench.cases import (
    KIND_WORDS,
    OVER,
    by_number,
    card_of,
    desk_of,
    pickup_of,
    rows_of,
    steps_of,
    way_of,
)
from sanhao.faces.workbench.forms import RejectForm, ReplaceForm, ReturnAddressForm
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, is_part, page, sent, sentence, tell
from sanhao.faces.workbench.waiting import said
from sanhao.goods.shops import api as shops
from sanhao.kit.deadline import zone
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

_MOST = 200


def case_for(request: HttpRequest, case_id: UUID) -> HttpResponseBase:
    """From a notice to the case, in whichever of the reader's shops it is."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    view = aftersales.case(case_id, side="shop")
    for membership in shops.shops_of(request.user.pk):
        if membership.shop.id == view.shop_id:
            return redirect("workbench:case", membership.shop.slug, case_id)
    raise NotFound("case.unknown", zh="没有找到这个售后单。", en="There is no such case.")


@at_work("GET")
def desk(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What waits for the shop, the least time left first; what waits for others; what is over."""
    show = "over" if request.GET.get("show") == "over" else "open"
    words = request.GET.get("q", "").replace("\0", "").strip()[:40]
    found = aftersales.desk(
        seat.shop.id, states=OVER if show == "over" else None, order_ids=by_number(seat, words), limit=_MOST
    )
    base = reverse("workbench:cases", args=[seat.shop.slug])
    given = {
        "show": show, "q": words, "desk": "two", "topic": seat.topic,
        "board": desk_of(seat, found, aftersales.proposals(found, now=seat.now)) if show == "open" else None,
        "ended": rows_of(found, seat) if show == "over" else [],
        "addresses": aftersales.return_addresses(seat.shop.id),
        "tabs": [Tab(base, _("Open"), show == "open"), Tab(f"{base}?show=over", _("Over"), show == "over")],
    }  # fmt: skip
    return page(request, seat, "cases#board" if is_part(request) else "cases", given)


@at_work("POST")
def approve_many(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Yes to everything that was ticked and still waits for it."""
    ids = []
    for given in request.POST.getlist("case")[:_MOST]:
        try:
            ids.append(UUID(given))
        except ValueError:
            continue
    done, missed = aftersales.approve_many(ids, shop_id=seat.shop.id, by=seat.person_id, now=seat.now)
    if done:
        tell(
            request, ngettext("One request is approved.", "%(n)d requests are approved.", done) % {"n": done}
        )
    if missed:
        tell(request, ngettext("One could not be approved any more.", "%(n)d could not be approved any more.", missed) % {"n": missed})  # fmt: skip
    return redirect("workbench:cases", seat.shop.slug)


@at_work("GET")
def case(request: HttpRequest, seat: Seat, case_id: UUID) -> HttpResponse:
    return _show(request, seat, case_id)


def _show(
    request: HttpRequest, seat: Seat, case_id: UUID, *, refusal: str = "", form: Any = None, status: int = 200
) -> HttpResponse:
    view = aftersales.case(case_id, side="shop", shop_id=seat.shop.id)
    order = orders.order(view.order_id)
    lines = {line.id: line for line in order.lines}
    proposal = aftersales.proposals([view], now=seat.now).get(case_id)
    names = [(key, said(name)) for key, name in delivery.carrier_names().items()]
    given = {
        "case": view, "order": order, "card": card_of(view, seat, linked=False), "topic": f"case:{case_id}",
        "kind_word": KIND_WORDS[view.kind], "units": [(lines[id], count) for id, count in view.units],
        "steps": steps_of(view, aftersales.moves([case_id])[case_id]), "refusal": refusal,
        "decision": aftersales.decision_of(view), "proposal": proposal,
        "payers": payers_of(proposal.split, shop=_("you")) if proposal else [],
        "statements": aftersales.statements(case_id) if view.round else [],
        "evidence": aftersales.evidence(case_id), "quotes": conversations.quotes(case_id),
        "quotable": [] if view.over or is_part(request) else conversations.quotable(view.person_id, seat.shop.id),
        "cite": reverse("workbench:case_act", args=[seat.shop.slug, case_id, "cite"]),
        "reject": form if isinstance(form, RejectForm) else RejectForm(currency=seat.shop.currency),
        "replace": form if isinstance(form, ReplaceForm) else ReplaceForm(carriers=names),
        "reasons": aftersales.saved_reasons(seat.shop.id) if "reject" in view.acts or "refuse" in view.acts else [],
        "other": [] if is_part(request) else [(one, card_of(one, seat)) for one in aftersales.desk(seat.shop.id, limit=12)],
        "text": request.POST.get("text", "")[:500], "pickup": pickup_of(view),
        "way": way_of(view, order), "way_paid": aftersales.way_home_paid(case_id) if view.over and view.uploaded_at else None,
        "keeps_goods": view.kind == "refund" and view.phase == "delivered",
    }  # fmt: skip
    return page(request, seat, "case#live" if is_part(request) else "case", given, status=status)


def _approve(request: HttpRequest, seat: Seat, case_id: UUID) -> str:
    aftersales.approve(
        case_id,
        shop_id=seat.shop.id,
        by=seat.person_id,
        now=seat.now,
        money_only=request.POST.get("how") != "return",
    )
    return _("Approved. The buyer has been told.")


def _receive(request: HttpRequest, seat: Seat, case_id: UUID) -> str:
    restock = request.POST.get("restock") == "on"
    aftersales.receive(case_id, shop_id=seat.shop.id, by=seat.person_id, restock=restock, now=seat.now)
    return _("Noted: it is back, and well.")


def _state(request: HttpRequest, seat: Seat, case_id: UUID) -> str:
    aftersales.state_case(
        case_id,
        side="shop",
        shop_id=seat.shop.id,
        by=seat.person_id,
        text=request.POST.get("text", ""),
        evidence=aftersales.keep_evidence(cast(list[UploadedFile], request.FILES.getlist("photos"))),
        now=seat.now,
    )
    return _("It is on file.")


def _cite(request: HttpRequest, seat: Seat, case_id: UUID) -> str:
    wanted = []
    for given in request.POST.getlist("message")[:60]:
        try:
            wanted.append(UUID(given))
        except ValueError:
            continue
    aftersales.cite(case_id, wanted, side="shop", by=seat.person_id, shop_id=seat.shop.id, now=seat.now)
    return _("It is on file.")


_PLAIN: dict[str, Callable[[HttpRequest, Seat, UUID], str]] = {
    "approve": _approve, "receive": _receive, "state": _state, "cite": _cite,
}  # fmt: skip


@at_work("POST")
def act(request: HttpRequest, seat: Seat, case_id: UUID, what: str) -> HttpResponse:
    """One thing the shop does to a case."""
    if what in ("reject", "refuse", "replace"):
        return _with_form(request, seat, case_id, what)
    if what not in _PLAIN:
        raise Http404
    try:
        tell(request, _PLAIN[what](request, seat, case_id))
    except Refusal as no:
        if no.status == 404:
            raise
        return _show(request, seat, case_id, refusal=sentence(no), status=no.status)
    return redirect("workbench:case", seat.shop.slug, case_id)


def _with_form(request: HttpRequest, seat: Seat, case_id: UUID, what: str) -> HttpResponse:
    aftersales.case(case_id, side="shop", shop_id=seat.shop.id)
    form: Any
    if what == "replace":
        form = ReplaceForm(request.POST, carriers=[(key, key) for key in delivery.carrier_names()])
    else:
        form = RejectForm(request.POST, currency=seat.shop.currency)
    status = 422
    if form.is_valid():
        try:
            _do(seat, case_id, what, form.cleaned_data)
        except Refusal as no:
            form.add_error(None, sentence(no))
            status = no.status
        else:
            tell(request, _("Sent. The buyer has been told."))
            return redirect("workbench:case", seat.shop.slug, case_id)
    return _show(request, seat, case_id, form=form, status=status)


def _do(seat: Seat, case_id: UUID, what: str, said: dict[str, Any]) -> None:
    by: dict[str, Any] = {"shop_id": seat.shop.id, "by": seat.person_id, "now": seat.now}
    if what == "replace":
        aftersales.replace(case_id, carrier=said["carrier"], tracking_no=said["number"], **by)
    elif what == "refuse":
        aftersales.refuse(case_id, words=said["words"], **by)
    else:
        offer = said["offer"].minor if said["offer"] is not None else None
        aftersales.reject(case_id, words=said["words"], offer_minor=offer, save=said["save"], **by)


@at_work("GET")
def export(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """The newest cases of the shop as CSV."""
    found = aftersales.desk(seat.shop.id, states=tuple(aftersales.CASE_STATES), limit=5_000)
    numbers, clock = orders.orders([view.order_id for view in found]), zone(seat.shop.timezone)
    head = [_("Order"), _("Asked"), _("Kind"), _("Reason"), _("State"), _("Deadline"), _("Would go back"), _("Went back"), _("Currency")]  # fmt: skip
    rows = [
        [
            numbers[view.order_id].number, view.opened_at.astimezone(clock).isoformat(timespec="minutes"),
            str(KIND_WORDS[view.kind]), said(view.reason), said(view.outlook.title),
            view.due_at.astimezone(clock).isoformat(timespec="minutes") if view.due_at else "",
            view.back.amount, view.refunded.amount, view.back.currency,
        ]
        for view in found
    ]  # fmt: skip
    return sheets.table(head, rows, f"{seat.shop.slug}-after-sales.csv")


@at_work("GET", "POST", roles=MANAGING)
def addresses(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Where goods come back to, one for each warehouse."""
    form = ReturnAddressForm(sent(request))
    if request.method == "POST" and form.is_valid():
        said_ = dict(form.cleaned_data)
        default = said_.pop("default")
        try:
            aftersales.add_return_address(
                seat.shop.id, aftersales.Address(**said_), by=seat.person_id, now=seat.now, default=default
            )
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            tell(request, _("Saved. Returns from that place go there from now on."))
            return redirect("workbench:return_addresses", seat.shop.slug)
    given = {
        "found": aftersales.return_addresses(seat.shop.id), "form": form, "desk": "two",
        "pays": aftersales.offers_return_freight(seat.shop.id),
    }  # fmt: skip
    return page(request, seat, "return_addresses", given, status=422 if form.is_bound else 200)


@at_work("POST", roles=MANAGING)
def way_back(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Whether the shop pays for sending back what its buyers merely do not want."""
    pays = request.POST.get("pays") == "yes"
    aftersales.offer_return_freight(seat.shop.id, by=seat.person_id, pays=pays, now=seat.now)
    tell(request, _("Saved. It holds for orders paid from now on."))
    return redirect("workbench:return_addresses", seat.shop.slug)


@at_work("POST", roles=MANAGING)
def address(request: HttpRequest, seat: Seat, address_id: UUID, what: str) -> HttpResponse:
    """Make one the default, or let it go."""
    verbs = {"default": aftersales.set_default_return_address, "remove": aftersales.remove_return_address}
    if what not in verbs:
        raise Http404
    verbs[what](seat.shop.id, address_id, by=seat.person_id, now=seat.now)
    tell(request, _("Saved."))
    return redirect("workbench:return_addresses", seat.shop.slug)
