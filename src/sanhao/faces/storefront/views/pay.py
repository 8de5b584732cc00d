"""Paying: a quarter of an hour, one button, and what came of it. The sandbox's own buttons exist in a demo world only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.books.payments import api as payments
from sanhao.faces.storefront import visitor
from sanhao.faces.storefront.cards import held_card, language
from sanhao.faces.storefront.promised import cards_of
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_SUBJECT = "checkout"


@visitor.form
@visitor.of("checkout")
def pay(request: visitor.ViewerRequest, checkout_id: UUID) -> HttpResponse:
    checkout = orders.checkout(checkout_id, person_id=request.viewer.id)
    if checkout.state != "placed":
        return HttpResponseRedirect(reverse("storefront:paid", args=[checkout_id]))
    if request.method == "POST":
        try:
            return _press(request, checkout)
        except Refusal as refusal:
            return _show(request, checkout, refusal=refusal.text.in_(language()), status=refusal.status)
    return _show(request, checkout)


def _press(request: visitor.ViewerRequest, checkout: orders.CheckoutView) -> HttpResponse:
    """A button of the sandbox, or on to the gateway's own page."""
    now = kit_time.now()
    payment = payments.payment_of(_SUBJECT, checkout.id)
    if payment is None or payment.state in ("failed", "expired"):
        payment = payments.begin(
            subject_kind=_SUBJECT, subject_id=checkout.id, person_id=request.viewer.id, amount=checkout.total, now=now
        )  # fmt: skip
    here, after = (reverse(f"storefront:{name}", args=[checkout.id]) for name in ("pay", "paid"))
    return press(request, payment, here=here, after=after)


def press(
    request: visitor.ViewerRequest, payment: payments.PaymentView, *, here: str, after: str
) -> HttpResponse:
    """Have *payment* paid: on the gateway's own page, or by the sandbox button that was pressed. The buyer comes to
    *after*, or stays *here* where it was declined. Raises Refusal where nothing can be paid now."""
    now = kit_time.now()
    if payment.gateway != "sandbox":
        back = request.build_absolute_uri(after)
        step = payments.next_step(payment.id, person_id=request.viewer.id, now=now, return_url=back)
        return HttpResponseRedirect(step.url or after)
    if not kit_time.is_demo():
        raise Refusal("pay.no_gateway", zh="这个站点还没有接好支付渠道。",
                      en="This site has no payment service yet.")  # fmt: skip
    how = request.POST.get("how", "pay")
    for signed in payments.sandbox_pay(payment.id, how, now=now):
        payments.heard("sandbox", signed.body, signed.headers, now=now)
    return HttpResponseRedirect(here if how == "decline" else after)


def _show(
    request: visitor.ViewerRequest, checkout: orders.CheckoutView, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    now = kit_time.now()
    payment = payments.payment_of(_SUBJECT, checkout.id)
    if payment is not None and payment.state == "failed" and not refusal:
        refusal = _("The payment was declined. Nothing was taken; try again or another way.")
    return render(request, "storefront/pay.html", {
        "checkout": checkout, "held": held_card(checkout, now), "refusal": refusal, "now": now,
        "late": now >= checkout.expires_at, "is_demo": kit_time.is_demo(),
        "sandbox": payment is None or payment.gateway == "sandbox",
        "how": how_it_may_go(),
    }, status=status)  # fmt: skip


def how_it_may_go() -> list[tuple[str, str]]:
    """The sandbox's buttons for what may go wrong."""
    return [
        ("decline", _("Decline it")), ("late", _("Pay 20 minutes late")), ("twice", _("Call back twice")),
        ("lost", _("Lose the callback")), ("timeout", _("Do not answer")),
    ]  # fmt: skip


@visitor.page
@visitor.of("checkout")
def paid(request: visitor.ViewerRequest, checkout_id: UUID) -> HttpResponse:
    """What came of it: paid, still unknown, or too late."""
    now = kit_time.now()
    checkout = orders.checkout(checkout_id, person_id=request.viewer.id)
    context: dict[str, Any] = {"checkout": checkout, "now": now, "by_link": request.viewer.by_link}
    if checkout.state == "paid":
        found = orders.orders(checkout.order_ids)
        known = shops.shops({order.shop_id for order in found.values()})
        made = promises.promises_of(checkout.order_ids, now=now)
        context["orders"] = [
            (
                order,
                known[order.shop_id],
                cards_of(made.get(order.id, []), known[order.shop_id], now, linked=False)[:1],
            )
            for order in found.values()
        ]
    else:
        context["payment"] = payments.payment_of(_SUBJECT, checkout_id)
    return render(request, "storefront/paid.html", context)
