"""Withdrawing from a contract, in two steps: say it, then confirm it. On an order's own page by units; without it by number
and e-mail, which answers the same whether there is such an order or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sanhao.faces.storefront import visitor
from sanhao.faces.storefront.cards import language
from sanhao.faces.storefront.cases import units_of
from sanhao.faces.storefront.forms import SpokenForm, StatementForm, WithdrawForm
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.guests import api as guests
from sanhao.service.orders import api as orders


@visitor.form
def withdraw(request: HttpRequest) -> HttpResponse:
    """For anybody, signed in or not: name, order number, where the confirmation goes, and which goods."""
    form = WithdrawForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _show(request, form, status=422 if request.method == "POST" else 200)
    said = guests.Declaration(**form.cleaned_data, language=get_language() or "en")
    return _go(request, form, said, {}, reverse("storefront:withdraw_sent"))


@visitor.form
@visitor.of("order")
def withdraw_order(request: visitor.ViewerRequest, order_id: UUID) -> HttpResponse:
    """From the order's own page: which goods, how many of each; nothing has to be matched."""
    order = orders.order(order_id, person_id=request.viewer.id)
    taken = aftersales.units_in_cases(order_id)
    free = [(line, line.quantity - line.refunded_units - taken.get(line.id, 0)) for line in order.lines]
    given = request.POST.dict()
    units = {id: n for id, n in units_of(order, given).items() if n > 0}
    context = {
        "order": order,
        "rows": [(line, left, min(units.get(line.id, left if not given else 0), left)) for line, left in free if left],
        "chosen": [(line, units[line.id]) for line, left in free if line.id in units],
    }  # fmt: skip
    card = people.card(request.viewer.id)
    form = StatementForm(request.POST or None, initial={"name": card.name, "email": card.email})
    if request.method != "POST" or not form.is_valid():
        return _show(request, form, context, status=422 if request.method == "POST" else 200)
    if not units or any(units.get(line.id, 0) > left for line, left in free):
        form.add_error(None, _("Choose what it is about, and how many."))
        return _show(request, form, context, status=422)
    said = guests.Declaration(
        **form.cleaned_data,
        number=order.number,
        units=units,
        order_id=order_id,
        language=get_language() or "en",
    )
    return _go(request, form, said, context, reverse("storefront:order", args=[order_id]))


def _go(
    request: HttpRequest, form: SpokenForm, said: guests.Declaration, context: Mapping[str, Any], target: str
) -> HttpResponse:
    """The second step: shown again as it will be recorded, then recorded."""
    try:
        clean = guests.clean(said)
        if request.POST.get("step") != "confirm":
            return _show(request, form, {**context, "said": clean})
        id = guests.declare(clean, now=kit_time.now(), address=visitor.address_of(request))
    except Refusal as refusal:
        form.refuse(refusal, language())
        return _show(request, form, context, status=refusal.status)
    if said.order_id is not None:
        state = guests.open_withdrawal(id)
        messages.success(
            request,
            _("You have withdrawn. What comes next stands below.")
            if state == "opened"
            else _("Your withdrawal is recorded. A person looks at it and answers by mail."),
        )
    return HttpResponseRedirect(target)


def _show(
    request: HttpRequest, form: SpokenForm, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    response = render(
        request,
        "storefront/withdraw.html",
        {"form": form, "now": kit_time.now(), **(context or {})},
        status=status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@visitor.page
def withdraw_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/sent.html", {"what": "withdraw"})
