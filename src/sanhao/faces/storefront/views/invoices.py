"""The invoice (发票) of an order: asking for it, taking the wish back, downloading it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.books.settlement import api as settlement
from sanhao.faces.storefront import visitor
from sanhao.faces.storefront.cards import language
from sanhao.faces.storefront.forms import InvoiceForm
from sanhao.faces.ui.papers import paper_response
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.people import api as people
from sanhao.service.orders import api as orders


@visitor.form
@visitor.of("order")
def ask(request: visitor.ViewerRequest, order_id: UUID) -> HttpResponse:
    """What stands of an order's invoice; where none is asked for, the form to ask."""
    order = orders.order(order_id, person_id=request.viewer.id)
    if order.paid_at is None:
        raise NotFound("order.unknown", zh="没有找到这个订单。", en="There is no such order.")
    known = settlement.invoice_of(order_id, person_id=request.viewer.id)
    over = known is None or known.state in ("declined", "withdrawn")
    left = order.total - order.refunded
    card = people.card(request.viewer.id)
    form = InvoiceForm(
        request.POST or None, initial={"kind": "person", "title": card.name, "email": card.email}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            wish = settlement.InvoiceWish(said["kind"], said["title"], said["tax_id"], said["email"])
            try:
                settlement.ask_invoice(
                    order_id, wish, person_id=request.viewer.id, amount_minor=left.minor, now=kit_time.now()
                )
            except Refusal as refusal:
                form.refuse(refusal, language())
                status = refusal.status
            else:
                messages.success(request, _("Asked. The shop has been told."))
                return HttpResponseRedirect(reverse("storefront:invoice", args=[order_id]))
    given = {
        "order": order, "invoice": known, "form": form if over else None, "left": left, "now": kit_time.now(),
        "shop": shops.shop(order.shop_id),
    }  # fmt: skip
    return render(request, "storefront/invoice.html", given, status=status)


@visitor.act
@visitor.of("order")
def withdraw(request: visitor.ViewerRequest, order_id: UUID) -> HttpResponse:
    """Not after all, or with another name."""
    known = _mine(request, order_id)
    try:
        settlement.withdraw_invoice(known.id, person_id=request.viewer.id, now=kit_time.now())
        messages.success(request, _("Taken back. You may ask again."))
    except Refusal as refusal:
        messages.error(request, refusal.text.in_(language()))
    return HttpResponseRedirect(reverse("storefront:invoice", args=[order_id]))


@visitor.page
@visitor.of("order")
def paper(request: visitor.ViewerRequest, order_id: UUID, which: str) -> HttpResponse:
    """The file, for who asked for it."""
    known = _mine(request, order_id)
    name = {"invoice": known.paper, "red": known.red_paper}.get(which, "")
    if not name:
        raise Http404
    return paper_response(settlement.read_paper(name), f"{known.order_number}-{which}.pdf")


def _mine(request: visitor.ViewerRequest, order_id: UUID) -> settlement.InvoiceView:
    known = settlement.invoice_of(order_id, person_id=request.viewer.id)
    if known is None:
        raise NotFound("invoice.unknown", zh="没有这张发票。", en="There is no such invoice.")
    return known
