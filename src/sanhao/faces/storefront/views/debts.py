"""What the reader owes of a refund that was paid ahead: why, what happens if nothing happens, and one button to pay it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sanhao.faces.storefront import visitor
from sanhao.faces.storefront.cards import language
from sanhao.faces.storefront.views.pay import how_it_may_go, press
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders


@visitor.form
@visitor.of("case")
def debt(request: visitor.ViewerRequest, case_id: UUID) -> HttpResponse:
    """The debt of a case, paid whole. Raises NotFound where there never was one, and for anybody else's."""
    here = reverse("storefront:debt", args=[case_id])
    view = aftersales.debt(case_id, person_id=request.viewer.id)
    if request.method != "POST":
        return _show(request, view)
    try:
        begun = aftersales.pay_debt(case_id, person_id=request.viewer.id, now=kit_time.now())
        return press(request, begun, here=here, after=here)
    except Refusal as refusal:
        return _show(request, view, refusal=refusal.text.in_(language()), status=refusal.status)


def _show(
    request: visitor.ViewerRequest, view: aftersales.ClaimView, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    now = kit_time.now()
    case = aftersales.case(view.case_id, side="buyer", person_id=view.person_id)
    payment = aftersales.debt_payment(view.case_id)
    decision = aftersales.decision_of(case)
    return render(request, "storefront/debt.html", {
        "debt": view, "order": orders.order(view.order_id, person_id=view.person_id), "refusal": refusal, "now": now,
        "decision": decision, "may_appeal": decision is not None and case.state == "closed" and decision.may_appeal(now),
        "declined": payment is not None and payment.state == "failed",
        # Begun and not heard of yet: it is asked after, and the same payment is opened again.
        "waiting": payment is not None and payment.state in ("created", "pending"),
        "is_demo": kit_time.is_demo(), "sandbox": payment is None or payment.gateway == "sandbox",
        "how": how_it_may_go(),
    }, status=status)  # fmt: skip
