"""Withdrawals that fitted nothing by themselves: recorded when they were sent, and a person finds out what they are about."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.faces.control import words
from sanhao.faces.control.staff import StaffRequest, act, page
from sanhao.kit import time
from sanhao.kit.refusals import Refusal
from sanhao.service.guests import api as guests

_JUDGES = ("admin", "arbiter")
WHY = {
    "unmatched": gettext_lazy("No order of this number is reached at this e-mail"),
    "which": gettext_lazy("It names goods in words"),
    "left_out": gettext_lazy("Some of it is left out by law, or its time was over"),
    "refused": gettext_lazy("The order says no: unpaid, cancelled, or already on its way back"),
}


class AnswerForm(forms.Form):
    """Words for who withdrew."""

    answer = forms.CharField(min_length=4, max_length=1_000)


@page(*_JUDGES)
def index(request: StaffRequest) -> HttpResponse:
    """What waits, the oldest first, and what was opened or answered lately."""
    return _show(request)


def _show(request: StaffRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    waiting = [(view, WHY[view.why]) for view in guests.waiting_withdrawals()]
    given = {"waiting": waiting, "late": guests.late_withdrawals(), "refusal": refusal, "now": time.now()}
    return render(request, "control/withdrawals.html", given, status=status)


@act(*_JUDGES)
def match(request: StaffRequest, withdrawal_id: UUID) -> HttpResponse:
    """It is about this order: its cases are opened as of the moment it was declared."""
    try:
        number = request.POST.get("number", "")
        guests.match_withdrawal(withdrawal_id, number=number, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _show(request, refusal=words.said(refusal.text), status=refusal.status)
    messages.success(request, _("Opened, as of the moment it was sent."))
    return redirect("control:withdrawals")


@act(*_JUDGES)
def answer(request: StaffRequest, withdrawal_id: UUID) -> HttpResponse:
    """It opens nothing, and this is why; the words go to who declared it."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(
            request, refusal=_("Nobody is sent away without a reason: please write one."), status=422
        )
    try:
        said = form.cleaned_data["answer"]
        guests.answer_withdrawal(withdrawal_id, answer=said, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _show(request, refusal=words.said(refusal.text), status=refusal.status)
    messages.success(request, _("Answered by mail."))
    return redirect("control:withdrawals")
