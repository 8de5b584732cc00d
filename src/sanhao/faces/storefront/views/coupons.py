"""Claiming a coupon: one tap beside the goods."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.books.wallet import api as wallet
from sanhao.faces.storefront import visitor
from sanhao.faces.storefront.cards import language
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal


@visitor.act
@visitor.mine
def claim(request: visitor.PersonRequest, issue_id: UUID) -> HttpResponse:
    """Put one into the reader's wallet. With script the button says so; without, the page comes back."""
    quick = request.headers.get("HX-Request") == "true"
    try:
        wallet.claim(issue_id, person_id=request.user.pk, now=kit_time.now())
    except Refusal as refusal:
        if quick or refusal.status == 404:
            raise
        messages.error(request, refusal.text.in_(language()))
        return HttpResponseRedirect(visitor.here(request, reverse("storefront:wallet")))
    if quick:
        return render(request, "storefront/parts/claimed.html")
    messages.success(request, _("The coupon is in your wallet."))
    return HttpResponseRedirect(visitor.here(request, reverse("storefront:wallet")))
