"""The rulebook: what binds now, what will, drafts; versions with what changed; drafting, announcing, withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.faces.control import choices, remote_terms, spelled, words
from sanhao.faces.control.staff import EVERYBODY, StaffRequest, act, form, page
from sanhao.faces.control.terms import TermsForm
from sanhao.faces.control.views.common import words_of
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text
from sanhao.people import api as people

_LARGEST = 10
_LOCAL = "%Y-%m-%dT%H:%M"


_AREAS = (
    (gettext_lazy("Guarantees"), ("promise.", "guarantees.")),
    (gettext_lazy("After-sales"), ("aftersales.", "refund.")),
    (gettext_lazy("Money"), ("settlement.", "wallet.")),
    (gettext_lazy("The house"), ("",)),
)
"""What rules are about, and how their keys begin; the first that fits."""


class DraftForm(forms.Form):
    """What a draft is called and why it is made; its terms have a form of their own."""

    title_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=120)
    title_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120)
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=2_000, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Shops read this beside the new rule."),
    )  # fmt: skip


class AnnounceForm(forms.Form):
    effective_at = forms.DateTimeField(
        label=gettext_lazy("Binds from"),
        widget=forms.DateTimeInput({"type": "datetime-local", "step": 60}, format=_LOCAL),
    )


@page(*EVERYBODY)
def index(request: StaffRequest) -> HttpResponse:
    """Every rule by its key: what binds now, and what is on its way."""
    now = time.now()
    book = rulebook.book(at=now)
    binding = [view for view in book if view.effective_at is not None and view.effective_at <= now]
    given = {
        "areas": _by_area(binding),
        "coming": [view for view in book if view not in binding], "drafts": rulebook.drafts(),
        "days": rulebook.notice_days(at=now), "now": now,
    }  # fmt: skip
    return render(request, "control/rules.html", given)


def _by_area(views: Sequence[rulebook.RuleView]) -> list[tuple[str, list[rulebook.RuleView]]]:
    areas: list[tuple[str, list[rulebook.RuleView]]] = [(str(name), []) for name, _prefixes in _AREAS]
    for view in views:
        fits = (n for n, (_name, prefixes) in enumerate(_AREAS) if view.key.startswith(prefixes))
        areas[next(fits)][1].append(view)
    return [area for area in areas if area[1]]


@page(*EVERYBODY)
def rule(request: StaffRequest, key: str) -> HttpResponse:
    """A rule as it binds now, with all its versions."""
    versions = _versions(key)
    now = time.now()
    binding = [view for view in versions if view.state in ("in_force", "announced") and _since(view) <= now]
    return _show(request, max(binding, key=_since) if binding else versions[0], versions)


@page(*EVERYBODY)
def version(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """One version, and what it changes."""
    found = rulebook.rule(rule_id)
    return _show(request, found, _versions(found.key))


def _versions(key: str) -> list[rulebook.RuleView]:
    found = rulebook.versions(words_of(key, 80))
    if not found:
        raise Http404
    return found


def _since(view: rulebook.RuleView) -> datetime:
    assert view.effective_at is not None
    return view.effective_at


def _show(
    request: StaffRequest, found: rulebook.RuleView, versions: list[rulebook.RuleView],
    announcement: AnnounceForm | None = None, refusal: Refusal | None = None,
) -> HttpResponse:  # fmt: skip
    now = time.now()
    days = rulebook.notice_days(at=now)
    earliest = words.local(now + timedelta(days=days, hours=1)).replace(minute=0, second=0, microsecond=0)
    previewed = found.key.startswith("promise.") and found.state in ("draft", "announced")
    previews = _previews(found) if previewed else []
    given: dict[str, Any] = {
        "rule": found, "versions": versions, "terms": spelled.spelled(found.key, found.terms), "now": now,
        "before": (earlier := _before(found, versions)), "days": days,
        "changes": spelled.differences(found.key, earlier.terms, found.terms) if earlier else [],
        "announcement": announcement or AnnounceForm(initial={"effective_at": earliest}),
        "refusal": words.said(refusal.text) if refusal else "", "may_write": request.may("admin"),
        "people": people.cards([view.made_by for view in versions if view.made_by]),
        "withdrawable": found.state == "draft" or (found.state == "announced" and _since(found) > now),
    }  # fmt: skip
    given |= {
        "previewed": previewed,
        "far": remote_terms.preview(found, earlier, now=now),
        "whole": [one for one in previews if one.shop_id is None],
        "of_shops": [one for one in previews if one.shop_id is not None],
        "shops": shops.shops([one.shop_id for one in previews if one.shop_id]) if previews else {},
    }
    return render(request, "control/rule.html", given, status=refusal.status if refusal else 200)


def _previews(found: rulebook.RuleView) -> list[rulebook.Preview]:
    """What it would have paid over the last month: in all, then the shops that would pay most."""
    return rulebook.previews([found.id], largest=_LARGEST).get(found.id, [])


def _before(found: rulebook.RuleView, versions: list[rulebook.RuleView]) -> rulebook.RuleView | None:
    """The version of the same market that *found* follows: the last earlier one that was ever announced."""
    earlier = [
        view for view in versions
        if view.market == found.market and view.version < found.version and view.state not in ("draft", "withdrawn")
    ]  # fmt: skip
    return max(earlier, key=lambda view: view.version, default=None)


@form("admin")
def draft(request: StaffRequest, key: str) -> HttpResponse:
    """A next version, begun from one that is there."""
    versions = _versions(key)
    base = next((view for view in versions if str(view.id) == request.GET.get("from")), versions[0])
    titles = {"title_zh": base.title.zh, "title_en": base.title.en}
    data = request.POST if request.method == "POST" else None
    head, terms = DraftForm(data, initial=titles), TermsForm(key, base.terms, data, choices.of(key))
    if head.is_valid() and terms.is_valid():
        said = head.cleaned_data
        try:
            made = rulebook.draft(
                key, terms.terms, title=Text(zh=said["title_zh"], en=said["title_en"]), reason=said["reason"],
                by=request.person_id, now=time.now(), market=base.market,
            )  # fmt: skip
        except Refusal as refusal:
            terms.complain(words.said(refusal.text))
        else:
            messages.success(request, _("Drafted. Nothing binds until it is announced."))
            return redirect("control:rule_version", made)
    return _draft_page(request, base, head, terms, None)


@form("admin")
def edit(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """Rewrite a draft."""
    found = rulebook.rule(rule_id)
    if found.state != "draft":
        raise Http404
    start = {"title_zh": found.title.zh, "title_en": found.title.en, "reason": found.reason}
    data = request.POST if request.method == "POST" else None
    head = DraftForm(data, initial=start)
    terms = TermsForm(found.key, found.terms, data, choices.of(found.key))
    for name in ("title_zh", "title_en"):
        head.fields[name].disabled = True
    if head.is_valid() and terms.is_valid():
        try:
            rulebook.redraft(
                rule_id, terms.terms, reason=head.cleaned_data["reason"], by=request.person_id, now=time.now()
            )
        except Refusal as refusal:
            terms.complain(words.said(refusal.text))
        else:
            messages.success(request, _("The draft is rewritten."))
            return redirect("control:rule_version", rule_id)
    return _draft_page(request, found, head, terms, found)


def _draft_page(
    request: StaffRequest, base: rulebook.RuleView, head: DraftForm, terms: TermsForm, editing: rulebook.RuleView | None
) -> HttpResponse:  # fmt: skip
    given = {
        "desk": "two", "base": base, "head": head, "form": terms, "editing": editing,
        "foreseen": base.key == remote_terms.RULE,
    }  # fmt: skip
    return render(request, "control/draft.html", given, status=422 if head.errors or terms.errors else 200)


@act("admin")
def announce(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """From here on its terms never change. Too soon, or in the wrong order, is said beside the date."""
    found, said = rulebook.rule(rule_id), AnnounceForm(request.POST)
    refusal: Refusal | None = None
    if said.is_valid():
        try:
            rulebook.announce(
                rule_id, effective_at=said.cleaned_data["effective_at"], by=request.person_id, now=time.now()
            )
        except Refusal as error:
            said.add_error("effective_at", words.said(error.text))
            refusal = error
    if said.errors:
        shown = _show(request, found, _versions(found.key), said, refusal)
        shown.status_code = refusal.status if refusal else 422
        return shown
    messages.success(request, _("Announced. Everybody bound by it can read it now."))
    return redirect("control:rule_version", rule_id)


@act("admin")
def withdraw(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """Take back what does not bind yet."""
    found = rulebook.rule(rule_id)
    try:
        rulebook.withdraw(rule_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _show(request, found, _versions(found.key), refusal=refusal)
    messages.success(request, _("Withdrawn. What binds now stays."))
    return redirect("control:rule_version", rule_id)
