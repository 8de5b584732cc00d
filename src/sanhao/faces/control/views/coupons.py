"""Coupons that the platform or a host pays for, and the money hosts have put in for theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.books.ledger import api as ledger
from sanhao.books.wallet import api as wallet
from sanhao.faces.control import words
from sanhao.faces.control.staff import StaffRequest, act, form, page
from sanhao.faces.ui import issues
from sanhao.faces.ui.fields import InCurrency, MoneyField
from sanhao.kit import time
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.people import api as people
from sanhao.service.orders import api as orders

_KEEPERS = ("admin", "finance")
_KINDS: tuple[wallet.FunderKind, ...] = ("platform", "host")
_DAYS = 30


class NewIssueForm(issues.IssueForm):
    """An issue, and who pays for it."""

    funder = forms.ChoiceField(
        label=gettext_lazy("Who pays"),
        choices=[
            ("platform", gettext_lazy("The platform")),
            ("host", gettext_lazy("A host, from prepaid money")),
        ],
    )
    host = forms.EmailField(
        label=gettext_lazy("The host's e-mail"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Only where a host pays."),
    )
    field_order = ("funder", "host")


class PrepaidForm(InCurrency):
    """Money put at a host's disposal. *key* makes a form sent twice count once."""

    host = forms.EmailField(label=gettext_lazy("The host's e-mail"), max_length=254)
    amount = MoneyField(label=gettext_lazy("Amount"))
    source = forms.ChoiceField(
        label=gettext_lazy("Where the money comes from"),
        choices=[
            ("bank", gettext_lazy("The host sent it to our bank")),
            ("promotions", gettext_lazy("The platform gives it")),
        ],
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), min_length=5, max_length=500, help_text=gettext_lazy("Kept with your name."),
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput)


@page(*_KEEPERS)
def index(request: StaffRequest) -> HttpResponse:
    """All issues of the platform and of hosts, with what they cost and brought."""
    rows = _rows(wallet.issues_of(_KINDS))
    given = {"rows": rows, "totals": issues.totals(rows, settings.CURRENCY), "desk": "two", "now": time.now()}
    return render(request, "control/coupons.html", given)


def _rows(found: Sequence[wallet.IssueView]) -> list[issues.IssueRow]:
    figures = wallet.figures_of(found)
    hosts = [UUID(view.funder_id) for view in found if view.funder_kind == "host"]
    named = people.cards(hosts) if hosts else {}
    return [
        issues.IssueRow(
            view,
            figures[view.id],
            reverse("control:coupon", args=[view.id]),
            _("the platform pays")
            if view.funder_kind == "platform"
            else _("%(name)s pays") % {"name": named[UUID(view.funder_id)].name},
        )
        for view in found
    ]


@form(*_KEEPERS)
def new(request: StaffRequest) -> HttpResponse:
    """A draft; the next page says what it costs, and only then it starts."""
    now = time.now()
    said = NewIssueForm(request.POST if request.method == "POST" else None, currency=settings.CURRENCY,
                        initial={"claims_until": now + timedelta(days=14)})  # fmt: skip
    if said.is_valid():
        given = said.cleaned_data
        host = people.by_email(given["host"]) if given["funder"] == "host" else None
        if given["funder"] == "host" and host is None:
            said.add_error("host", _("Nobody has signed up with this address."))
        else:
            funder = str(host.id) if host else ledger.PLATFORM
            try:
                id = wallet.draft_issue(
                    said.draft(given["funder"], funder, None, now), by=request.person_id, now=now
                )
            except Refusal as refusal:
                said.add_error(None, words.said(refusal.text))
            else:
                return redirect("control:coupon", id)
    return render(
        request,
        "control/new_coupon.html",
        {"form": said, "desk": "two", "now": now},
        status=422 if said.is_bound else 200,
    )


@page(*_KEEPERS)
def one(request: StaffRequest, issue_id: UUID) -> HttpResponse:
    return _one(request, issue_id)


def _issue(issue_id: UUID) -> wallet.IssueView:
    """Raises NotFound, also for a shop's own: that is the shop's to say."""
    view = wallet.issue(issue_id)
    if view.funder_kind not in _KINDS:
        raise NotFound("issue.unknown", zh="没有找到这批券。", en="There are no such coupons.")
    return view


def _one(request: StaffRequest, issue_id: UUID, error: Refusal | None = None) -> HttpResponse:
    view, now = _issue(issue_id), time.now()
    [row] = _rows([view])
    given: dict[str, object] = {
        "row": row, "error": words.said(error.text) if error else "", "desk": "two", "now": now
    }  # fmt: skip
    if view.state == "draft":
        paid, reached = orders.reaching(
            view.threshold.minor, currency=view.amount.currency, since=now - timedelta(days=_DAYS)
        )
        given["cost"] = issues.cost(view, orders=paid, reached=reached, days=_DAYS)
    if view.funder_kind == "host":
        every = wallet.hosts(view.amount.currency, now=now)
        given["host_money"] = next((one for one in every if str(one.host_id) == view.funder_id), None)
    return render(request, "control/coupon.html", given, status=error.status if error else 200)


@act(*_KEEPERS)
def start(request: StaffRequest, issue_id: UUID) -> HttpResponse:
    _issue(issue_id)
    try:
        wallet.start_issue(issue_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _one(request, issue_id, refusal)
    messages.success(request, _("It runs. Buyers see it from now on."))
    return redirect("control:coupon", issue_id)


@act(*_KEEPERS)
def end(request: StaffRequest, issue_id: UUID) -> HttpResponse:
    _issue(issue_id)
    try:
        wallet.end_issue(issue_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _one(request, issue_id, refusal)
    messages.success(request, _("Nobody can claim it any more. What was claimed stays good."))
    return redirect("control:coupon", issue_id)


@form(*_KEEPERS)
def hosts(request: StaffRequest) -> HttpResponse:
    """What hosts have prepaid, what of it is promised, and the form that records a prepayment."""
    now = time.now()
    said = PrepaidForm(request.POST if request.method == "POST" else None, currency=settings.CURRENCY,
                       initial={"key": new_id()})  # fmt: skip
    if said.is_valid():
        given = said.cleaned_data
        host = people.by_email(given["host"])
        if host is None:
            said.add_error("host", _("Nobody has signed up with this address."))
        else:
            try:
                wallet.prepay_host(
                    host.id, given["amount"], source=given["source"], reason=given["reason"], by=request.person_id,
                    now=now, key=given["key"],
                )  # fmt: skip
            except Refusal as refusal:
                said.add_error("amount", words.said(refusal.text))
            else:
                messages.success(
                    request, _("Recorded. %(name)s can pay for coupons with it.") % {"name": host.name}
                )
                return redirect("control:hosts")
    money, last = wallet.hosts(settings.CURRENCY, now=now), wallet.prepayments()
    ids = {one.host_id for one in money} | {one.host_id for one in last} | {one.by for one in last}
    return render(request, "control/hosts.html", {
        "form": said, "money": money, "last": last, "people": people.cards(list(ids)) if ids else {}, "now": now,
        "free": sum((one.free for one in money), Money.zero(settings.CURRENCY)), "desk": "two",
    }, status=422 if said.is_bound else 200)  # fmt: skip
