"""The appeals queue: what waits for a person, one appeal with all it is about, and the answer."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.faces.control import money, words
from sanhao.faces.control.findings import FindingForm
from sanhao.faces.control.staff import StaffRequest, act, form, page
from sanhao.faces.control.views.common import moment_of, query
from sanhao.faces.control.views.decisions import opened
from sanhao.fairness.decisions import api as decisions
from sanhao.kit import time
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales

_JUDGES = ("admin", "arbiter")
_PAGE = 30


class AnswerForm(FindingForm):
    """What the party will read, and which way it goes; of a sum that a buyer wants raised, what was found."""

    field_order = ("answer", "share", "grams", "packed_well", "amount", "bearer")
    bearer = forms.ChoiceField(
        label=gettext_lazy("Who pays what is missing"), required=False, widget=forms.RadioSelect,
    )  # fmt: skip

    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        help_text=gettext_lazy("The party reads this word for word. Say what you saw and why it decides the matter."),
        widget=forms.Textarea({"rows": 6}), strip=True, max_length=2_000,
        error_messages={"required": gettext_lazy("Nobody is sent away without a reason: please write one.")},
    )  # fmt: skip


@page(*_JUDGES)
def index(request: StaffRequest) -> HttpResponse:
    """The queue, most urgent first, and what was answered lately."""
    before = moment_of(request.GET.get("before"))
    answered = decisions.answered_appeals(limit=_PAGE + 1, before=before)
    last = answered[_PAGE - 1].answered_at if len(answered) > _PAGE else None
    waiting = decisions.open_appeals()
    now = time.now()
    given = {
        "waiting": waiting, "answered": answered[:_PAGE], "now": now, "people": _claimers([*waiting, *answered]),
        "more": query(request, before=last.isoformat()) if last else "",
        "overdue": sum(appeal.overdue(now) for appeal in waiting), "mine": request.person_id,
    }  # fmt: skip
    return render(request, "control/appeals.html", given)


def _claimers(appeals: list[decisions.AppealView]) -> dict[UUID, people.PersonCard]:
    return people.cards([appeal.claimed_by for appeal in appeals if appeal.claimed_by])


@page(*_JUDGES)
def one(request: StaffRequest, appeal_id: UUID) -> HttpResponse:
    """One appeal beside the decision it is about."""
    return _show(request, appeal_id)


def _form(raisable: aftersales.Raisable | None, data: QueryDict | None = None) -> AnswerForm:
    """A raised sum keeps who answers for it: how it was packed is not asked again."""
    weighs = tuple(name for name in raisable.weighs if name != "packed_well") if raisable else ()
    form = AnswerForm(data, weighs=weighs, sums=raisable is not None)
    if raisable is not None:
        form.fields["amount"].help_text = _("In all, with what was given before. Empty: all that was asked.")
        form.fields["amount"].label = _("The sum in all")
    if raisable is not None and raisable.named:
        form.fields["amount"].help_text = _("In all, with what was given before.")
    if raisable is not None and raisable.bearers:
        bearer = cast(forms.ChoiceField, form.fields["bearer"])
        bearer.choices = [(name, words.BEARERS[name]) for name in raisable.bearers]
        bearer.initial = raisable.bearers[0]
    else:
        del form.fields["bearer"]
    return form


def _raisable(appeal: decisions.AppealView) -> aftersales.Raisable | None:
    """What a buyer's appeal may raise, and how far."""
    return aftersales.raisable(decisions.decision(appeal.decision_id)) if appeal.party == "person" else None


def _show(
    request: StaffRequest, appeal_id: UUID, answer: AnswerForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    appeal = decisions.appeal_by_id(appeal_id)
    found = opened(appeal.decision_id)
    decision = found.decision
    raisable = _raisable(appeal) if not appeal.answered_at else None
    answer = answer or _form(raisable)
    entries = money.entries_about(decision)
    waiting = decisions.open_appeals()
    concerned = [id for id in (appeal.by, appeal.claimed_by, decision.person_id) if id]
    given: dict[str, Any] = {
        "appeal": appeal, "opened": found, "decision": decision, "entries": entries, "paid": (paid := [p for p in money.paid_by(entries) if p.code != "carrier_claim"]),
        "waiting": waiting, "form": answer, "refusal": words.said(refusal.text) if refusal else "",
        "people": people.cards([*concerned, *[a.claimed_by for a in waiting if a.claimed_by]]), "now": time.now(),
        "mine": appeal.claimed_by == request.person_id, "may_release": request.may("admin"),
        "undo": decisions.undo_state(decision.id) if decision.state == "overturned" else None,
        "back": money.in_all(paid), "raisable": raisable,
    }  # fmt: skip
    status = refusal.status if refusal else 422 if answer.errors else 200
    return render(request, "control/appeal.html", given, status=status)


@act(*_JUDGES)
def claim(request: StaffRequest, appeal_id: UUID) -> HttpResponse:
    """Take it on. Whoever is party to it is told so, on the page."""
    try:
        decisions.claim_appeal(appeal_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _again(request, appeal_id, None, refusal)
    return redirect("control:appeal", appeal_id)


@act(*_JUDGES)
def release(request: StaffRequest, appeal_id: UUID) -> HttpResponse:
    """Put it back into the queue."""
    try:
        decisions.release_appeal(appeal_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _again(request, appeal_id, None, refusal)
    messages.success(request, _("Back in the queue, for whoever is free."))
    return redirect("control:appeals")


@form(*_JUDGES)
def answer(request: StaffRequest, appeal_id: UUID) -> HttpResponse:
    """Uphold or overturn, with an answer; one that is refused keeps what was typed."""
    if request.method != "POST":
        return redirect("control:appeal", appeal_id)
    raisable = _raisable(decisions.appeal_by_id(appeal_id))
    said, outcome = _form(raisable, request.POST), request.POST.get("outcome")
    if not said.is_valid() or outcome not in ("uphold", "overturn"):
        return _show(request, appeal_id, said)
    try:
        decisions.decide_appeal(
            appeal_id, uphold=outcome == "uphold", by=request.person_id, answer=said.cleaned_data["answer"],
            now=time.now(), found=_found(said, raisable),
        )  # fmt: skip
    except Refusal as refusal:
        return _again(request, appeal_id, said, refusal)
    messages.success(request, _("Answered. The party has your words now."))
    return redirect("control:appeal", appeal_id)


def _found(said: AnswerForm, raisable: aftersales.Raisable | None) -> dict[str, int]:
    """What was filled in, as the owner of the decision reads it. Raises Invalid."""
    if raisable is None:
        return {}
    found = said.found()
    given = {
        "share_bp": found.share_bp,
        "grams": found.grams,
        "amount_minor": said.amount_minor(raisable.most.currency),
        "by_platform": 1 if said.cleaned_data.get("bearer") == "platform" else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _again(request: StaffRequest, appeal_id: UUID, said: AnswerForm | None, refusal: Refusal) -> HttpResponse:
    """The same page with the sentence of the refusal; an appeal nobody knows stays a 404."""
    if refusal.status == 404:
        raise refusal
    return _show(request, appeal_id, said, refusal)
