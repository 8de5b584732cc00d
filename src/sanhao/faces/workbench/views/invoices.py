"""Invoices (发票) buyers ask of the shop: what waits and until when, uploading, declining, and the files."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sanhao.books.settlement import api as settlement
from sanhao.faces.ui.papers import paper_response
from sanhao.faces.workbench.forms import DeclineForm, PaperForm
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page, sentence, tell
from sanhao.faces.workbench.views.money import pages_of_money
from sanhao.kit.refusals import Refusal

_WAITS = ("asked", "red_asked")


@at_work("GET", roles=MANAGING)
def invoices(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What waits first, the most urgent on top."""
    given = {
        "pages": pages_of_money(seat, "invoices"), "shown": settlement.invoices(seat.shop.id), "desk": "one",
    }  # fmt: skip
    return page(request, seat, "invoices", given)


@at_work("GET", "POST", roles=MANAGING)
def one(request: HttpRequest, seat: Seat, invoice_id: UUID) -> HttpResponse:
    """One invoice; a POST uploads its PDF (or the red one after a refund)."""
    view = settlement.invoice(invoice_id, shop_id=seat.shop.id)
    if request.method != "POST":
        return _page(request, seat, view, PaperForm(), DeclineForm())
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            settlement.issue_invoice(
                invoice_id, form.cleaned_data["paper"].read(), shop_id=seat.shop.id, by=seat.person_id,
                number=form.cleaned_data["number"], now=seat.now,
            )  # fmt: skip
        except Refusal as no:
            form.add_error("paper" if no.status == 422 else None, sentence(no))
        else:
            tell(request, _("Uploaded. The buyer has been told."))
            return redirect("workbench:invoices", seat.shop.slug)
    return _page(request, seat, view, form, DeclineForm())


@at_work("POST", roles=MANAGING)
def decline(request: HttpRequest, seat: Seat, invoice_id: UUID) -> HttpResponse:
    view = settlement.invoice(invoice_id, shop_id=seat.shop.id)
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            settlement.decline_invoice(
                invoice_id, form.cleaned_data["reason"], shop_id=seat.shop.id, by=seat.person_id, now=seat.now
            )
        except Refusal as no:
            form.add_error("reason", sentence(no))
        else:
            tell(request, _("Declined. The buyer reads why and may ask again."))
            return redirect("workbench:invoices", seat.shop.slug)
    return _page(request, seat, view, PaperForm(), form)


def _page(
    request: HttpRequest, seat: Seat, view: settlement.InvoiceView, form: PaperForm, decline: DeclineForm
) -> HttpResponse:
    given = {
        "pages": pages_of_money(seat, "invoices"), "invoice": view, "form": form, "decline": decline,
        "waits_for_us": view.state in _WAITS, "desk": "two",
    }  # fmt: skip
    return page(request, seat, "invoice", given, status=422 if form.is_bound or decline.is_bound else 200)


@at_work("GET", roles=MANAGING)
def paper(request: HttpRequest, seat: Seat, invoice_id: UUID, which: str) -> HttpResponse:
    """The file, for the shop that wrote it."""
    view = settlement.invoice(invoice_id, shop_id=seat.shop.id)
    name = {"invoice": view.paper, "red": view.red_paper}.get(which, "")
    if not name:
        raise Http404
    return paper_response(settlement.read_paper(name), f"{view.order_number}-{which}.pdf")
