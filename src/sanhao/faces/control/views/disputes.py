"""The arbitration desk: what buyer and shop disagree about, the oldest deadline first; one case whole; the ruling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.faces.control import words
from sanhao.faces.control.findings import FindingForm, weighed
from sanhao.faces.control.staff import StaffRequest, act, page
from sanhao.faces.ui.cards import PromiseCard, Step
from sanhao.faces.ui.payers import payers_of
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.choices import one_of
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_JUDGES = ("admin", "arbiter")


class RulingForm(FindingForm):
    """The platform's word: both sides read it."""

    field_order = ("words", "share", "grams", "packed_well", "amount")

    words = forms.CharField(
        label=gettext_lazy("Your reason"),
        help_text=gettext_lazy("Both sides read this word for word. Say what you saw and why it decides the matter."),
        widget=forms.Textarea({"rows": 6}), strip=True, min_length=10, max_length=1_000,
        error_messages={"required": gettext_lazy("Nobody is sent away without a reason: please write one.")},
    )  # fmt: skip


class Way(msgspec.Struct, frozen=True):
    """One way to decide, and what it would move, to the cent. *split*: it is paid as the guarantee's verdict says."""

    outcome: str
    to: str
    bearer: str
    owed: Money
    split: bool = False


@page(*_JUDGES)
def index(request: StaffRequest) -> HttpResponse:
    """The queue: what is to be decided, the oldest deadline first, then what is still being argued."""
    found, now = aftersales.arbitration_queue(), time.now()
    decided = aftersales.decided_cases()
    known = shops.shops({view.shop_id for view in (*found, *decided)}) if found or decided else {}
    rows = [(view, _card(view, known[view.shop_id])) for view in found]
    given = {
        "ready": [row for row in rows if row[0].state == "deciding"],
        "arguing": [row for row in rows if row[0].state == "disputed"],
        "decided": [(view, known[view.shop_id]) for view in decided], "now": now, "mine": request.person_id,
        "people": people.cards([view.claimed_by for view in found if view.claimed_by]),
    }  # fmt: skip
    return render(request, "control/disputes.html", given)


def _card(view: aftersales.CaseView, shop: shops.ShopCard) -> PromiseCard:
    return PromiseCard(
        id=str(view.id), kind=words.said(view.outlook.title), title=words.said(view.reason), shop=words.said(shop.name),
        state="kept" if view.state in ("refunded", "exchanged") else "void" if view.over else "open",
        starts_at=view.moved_at, due_at=view.due_at or view.moved_at,
        silence=words.said(view.outlook.silence), decided_at=view.moved_at if view.over else None, mark=shop.mark, word="",
        compensation=view.refunded if view.refunded.minor else None, remedy="refund",
    )  # fmt: skip


@page(*_JUDGES)
def one(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Everything on one page: order, timeline, scans, both statements, evidence, what each outcome would move."""
    return _show(request, case_id)


def _form(case_id: UUID, data: QueryDict | None = None) -> RulingForm:
    return RulingForm(data, weighs=weighed(aftersales.case(case_id, side="platform")))


def _show(
    request: StaffRequest, case_id: UUID, form: RulingForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    view = aftersales.case(case_id, side="platform")
    form = form or RulingForm(weighs=weighed(view))
    ways: list[Way] = []
    order, shop = orders.order(view.order_id), shops.shop(view.shop_id)
    lines = {line.id: line for line in order.lines}
    parcels = delivery.consignments_of([view.order_id, case_id])
    statements = aftersales.statements(case_id)
    proposal = aftersales.proposals([view], now=time.now()).get(case_id)
    if view.state == "deciding":
        row = aftersales.row_of(case_id)
        try:
            if form.found() != aftersales.Found():
                proposal = aftersales.proposed(row, form.found())
        except Refusal as impossible:
            refusal = refusal or impossible
        ways = _ways(row, proposal)
    given: dict[str, Any] = {
        "case": view, "order": order, "shop": shop, "card": _card(view, shop), "now": time.now(), "form": form,
        "units": [(lines[id], count) for id, count in view.units], "steps": _steps(view),
        "statements": statements, "spoke": {one.side for one in statements}, "evidence": aftersales.evidence(case_id),
        "quotes": conversations.quotes(case_id),
        "sent": parcels[view.order_id], "back": parcels[case_id], "ways": ways,
        "proposal": proposal, "guarantee": words.said(promises.KINDS[view.guarantee].title) if view.guarantee else "",
        "payers": payers_of(proposal.split, shop=_("the shop")) if proposal else [],
        "may_stop": view.may("stop") and aftersales.may_stop(view.order_id, view.units),
        "mine": view.claimed_by == request.person_id, "may_release": request.may("admin"),
        "people": people.cards([id for id in (view.claimed_by, view.person_id) if id]),
        "decision": aftersales.decision_of(view), "refusal": words.said(refusal.text) if refusal else "",
        "earlier": [one for one in aftersales.cases_of(view.person_id, limit=6) if one.id != case_id],
    }  # fmt: skip
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "control/dispute.html", given, status=status)


def _steps(view: aftersales.CaseView) -> list[Step]:
    """The case's way, by the names its states have for everybody."""
    steps = [Step(_("The buyer asked"), "done", view.opened_at, words.said(view.reason))]
    for move in aftersales.moves([view.id])[view.id]:
        steps.append(Step(words.said(aftersales.TITLES[move.target]), "done", move.at))
    if not view.over:
        steps[-1] = Step(steps[-1].label, "now", steps[-1].at, steps[-1].text)
    return steps


def _ways(row: dict[str, Any], proposal: promises.Proposal | None) -> list[Way]:
    found = aftersales.preview(row, proposal.owed if proposal is not None else None)
    others = proposal is not None and len({share.payer for share in proposal.split}) > 1
    return [
        Way(name, found[name].outcome, found[name].bearer, found[name].owed, others and name == "buyer")
        for name in aftersales.RULINGS
    ]


@act(*_JUDGES)
def claim(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Take it on, so that no two read the same."""
    try:
        aftersales.claim(case_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _again(request, case_id, None, refusal)
    return redirect("control:dispute", case_id)


@act(*_JUDGES)
def release(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Put it back into the queue."""
    try:
        aftersales.release(case_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _again(request, case_id, None, refusal)
    messages.success(request, _("Back in the queue, for whoever is free."))
    return redirect("control:disputes")


@act(*_JUDGES)
def stop(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Have the parcel called back that a dispute is about, while it travels."""
    try:
        aftersales.stop_parcel(case_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _again(request, case_id, None, refusal)
    messages.success(
        request, _("The courier is being asked. If it cannot, the case comes back to be decided.")
    )
    return redirect("control:dispute", case_id)


@act(*_JUDGES)
def decide(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """The ruling, with its reason; what it says happens at once."""
    form = _form(case_id, request.POST)
    if request.POST.get("outcome") == "look":
        # What each way would move by what was found: nothing is decided, no reason is wanted yet.
        form.is_valid()
        form.errors.pop("words", None)
        return _show(request, case_id, form)
    outcome = one_of(request.POST.get("outcome"), aftersales.RULINGS)
    if not form.is_valid() or outcome is None:
        return _show(request, case_id, form)
    try:
        amount = form.amount_minor(aftersales.case(case_id, side="platform").back.currency)
        ruling = aftersales.Ruling(outcome, form.cleaned_data["words"], amount, form.found())
        aftersales.decide(case_id, ruling, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _again(request, case_id, form, refusal)
    messages.success(request, _("Decided. Both sides have your words now."))
    return redirect("control:dispute", case_id)


def _again(request: StaffRequest, case_id: UUID, form: RulingForm | None, refusal: Refusal) -> HttpResponse:
    """The same page with the sentence of the refusal; a case nobody knows stays a 404."""
    if refusal.status == 404:
        raise refusal
    return _show(request, case_id, form, refusal)
