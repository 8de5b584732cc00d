"""One decision about a buyer's order: what was decided, from which facts, by which rule, and how to disagree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.faces.storefront import visitor
from sanhao.faces.storefront.cards import language, said
from sanhao.faces.storefront.forms import AppealForm
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.kit.text import Text
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises


@visitor.form
@visitor.of("decision")
def decision(request: visitor.ViewerRequest, decision_id: UUID) -> HttpResponse:
    """For the person it is about; to everybody else there is no such decision."""
    now = kit_time.now()
    view = decisions.decision(decision_id)
    if view.person_id != request.viewer.id:
        raise NotFound("decision.unknown", zh="没有这个决定。", en="There is no such decision.")
    form, status = AppealForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                decisions.appeal(
                    decision_id, by=request.viewer.id, person_id=request.viewer.id, text=form.cleaned_data["text"], now=now
                )  # fmt: skip
                messages.success(request, _("Sent. A person reads it and answers within seven days."))
                return HttpResponseRedirect(reverse("storefront:decision", args=[decision_id]))
            except Refusal as refusal:
                form.refuse(refusal, language())
                status = refusal.status
    return render(request, "storefront/decision.html", _context(view, now) | {"form": form}, status=status)


def _context(view: decisions.DecisionView, now: datetime) -> dict[str, Any]:
    promise = promises.promise(view.subject_id, now=now) if view.subject_kind == "promise" else None
    order = orders.order(promise.order_id) if promise and promise.order_id else None
    if view.subject_kind == "order":
        order = orders.order(view.subject_id)
    return {
        "decision": view, "now": now, "order": order, "may_appeal": view.may_appeal(now),
        "title": said(decisions.title_of(view.kind)), "facts": facts_in_words(view.facts),
        "rule": rulebook.rule(view.rule_id) if view.rule_id else None, "frozen": promise is not None,
        "appeal": decisions.appeals_of([view.id]).get(view.id) if view.state != "standing" else None,
        "followed": _followed(view, promise), "case_id": view.subject_id if view.subject_kind == "case" else None,
    }  # fmt: skip


_FEES = (aftersales.INTERCEPT_FEE, aftersales.LABEL_FEE, aftersales.PICKUP_FEE)


def _followed(view: decisions.DecisionView, promise: promises.PromiseView | None) -> str:
    """Where its sum went: a coupon, a fee that is taken off, a debt nobody asks for any more, or money back."""
    if view.kind == aftersales.RETURN_FREIGHT or (promise is not None and promise.remedy == "coupon"):
        return "coupon"
    if view.kind == aftersales.DEBT_FORGIVEN:
        return "forgiven"
    return "fee" if view.kind in _FEES else "money"


_SAME = {"due_at": ("first_due_at", "promised_at")}
"""A moment that is worth a line of its own only where it differs from these."""


def facts_in_words(facts: dict[str, Any]) -> list[tuple[str, datetime | None, Money | None]]:
    """The facts a judge saw, those that are moments or sums, in the order in which they happened or count."""
    labels = {
        "start_at": _("Paid"), "paid_at": _("Paid"), "hand_over_by": _("To be handed over by"),
        "first_due_at": _("Promised by"), "promised_at": _("Promised by"), "due_at": _("Judged by"),
        "settle_at": _("Late scans awaited until"), "paid": _("Paid for the goods"), "freight": _("Freight"),
        "surcharge": _("For the courier you chose"),
    }  # fmt: skip
    rows: list[tuple[str, datetime | None, Money | None]] = []
    for name, label in labels.items():
        value = facts.get(name)
        said_already = any(row[0] == label for row in rows) or value in (
            facts.get(n) for n in _SAME.get(name, ())
        )
        if value is not None and not said_already:
            rows.append((label, _moment(value), _money(value)))
    for names, label in (
        (("scans", "handed"), _("First scan of the courier")),
        (("arrived",), _("Delivered")),
    ):
        rows += [(label, at, None) for at in _scans(facts, names)]
    for parcel in facts.get("parcels") or ():
        name = said(Text(**parcel["courier"]["name"]))
        rows.append((_("Collected by %(name)s") % {"name": name}, _moment(parcel["heard_at"]), None))
    cancelled = facts.get("cancelled")
    if isinstance(cancelled, dict) and (at := _moment(cancelled.get("at"))):
        rows.append((_("Cancelled"), at, None))
    return [row for row in rows if row[1] or row[2]]


def _scans(facts: dict[str, Any], names: Sequence[str]) -> list[datetime]:
    """The first scan of each line that has one under one of *names*, each moment once."""
    found = set()
    for line in facts.get("lines") or ():
        scans = [scan for name in names for scan in line.get(name) or ()]
        moments = [at for scan in scans if (at := _moment(scan["at"] if isinstance(scan, dict) else scan[0]))]
        found |= {min(moments)} if moments else set()
    return sorted(found)


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo and moment.year < 9999 else None


def _money(value: object) -> Money | None:
    return Money(value["minor"], value["currency"]) if isinstance(value, dict) and "minor" in value else None
