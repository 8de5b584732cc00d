"""Refunds that a gateway refused: somebody saw to it, and sends them once more."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sanhao.books.payments import api as payments
from sanhao.faces.control import words
from sanhao.faces.control.staff import StaffRequest, act
from sanhao.kit import time
from sanhao.kit.refusals import Refusal


@act("admin", "finance")
def again(request: StaffRequest, refund_id: UUID) -> HttpResponse:
    """Once more to the gateway; one that is on its way or done is said to be."""
    try:
        payments.send_again(refund_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        messages.error(request, words.said(refusal.text))
    else:
        messages.success(request, _("On its way to the gateway again."))
    return redirect("control:today")
