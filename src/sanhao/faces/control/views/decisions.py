"""Decisions: which there were, one opened with all it rests on, and judged again under other terms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sanhao.faces.control import choices, facts, money, spelled, words
from sanhao.faces.control.again import Comparison, compare, stored_outcome
from sanhao.faces.control.staff import EVERYBODY, StaffRequest, page
from sanhao.faces.control.terms import TermsForm, profiles, whole
from sanhao.faces.control.views.common import names_of, query, uuid_of, words_of
from sanhao.faces.ui import sheets
from sanhao.faces.ui.cards import Bar
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.choices import one_of
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people

_PAGE, _BESIDE, _CHUNK = 30, 14, 500
_TWO_WEEKS = timedelta(days=14)
_TONES = {"kept": 2, "broken": 1, "void": 5, "waiting": 3}


def _filters(request: HttpRequest) -> dict[str, Any]:
    return {
        "kind": words_of(request.GET.get("kind"), 60) or None,
        "outcome": one_of(request.GET.get("outcome"), words.OUTCOMES),
        "state": one_of(request.GET.get("state"), words.STATES),
        "shop_id": uuid_of(request.GET.get("shop")),
    }


@page(*EVERYBODY)
def index(request: StaffRequest) -> HttpResponse:
    """The newest decisions, with filters; what two weeks of them amount to."""
    now, filters = time.now(), _filters(request)
    found = decisions.recent(**filters, limit=_PAGE + 1, before=uuid_of(request.GET.get("before")))
    cards = shops.all_shops()
    more = query(request, before=found[_PAGE - 1].id) if len(found) > _PAGE else ""
    tally = decisions.tally(since=now - _TWO_WEEKS, until=now + timedelta(minutes=1))
    given = {
        "found": found[:_PAGE], "more": more, "filters": filters, "shops": cards, "kinds": decisions.kinds(),
        "names": {card.id: card for card in cards}, "outcomes": words.OUTCOMES, "states": words.STATES,
        "filtered": any(filters.values()), "newest": query(request, before=None) if "before" in request.GET else "",
        "by_outcome": _by(tally, "outcome"), "by_state": _by(tally, "state"), "export": query(request, before=None),
        "now": now,
    }  # fmt: skip
    return render(request, "control/decisions.html", given)


def _by(tally: list[decisions.Tally], what: str) -> list[Bar]:
    """Bars of how many decisions of each outcome, or state, there were."""
    named = words.OUTCOMES if what == "outcome" else words.STATES
    counts: dict[str, int] = {}
    for one in tally:
        key = getattr(one, what)
        counts[key] = counts.get(key, 0) + one.count
    return [
        Bar(words.word(named, key) or _("by hand"), count, f"{count:,}", _TONES.get(key, 4)) for key, count in counts.items()
    ]  # fmt: skip


@page("admin", "arbiter", "finance")
def export(request: StaffRequest) -> StreamingHttpResponse:
    """All decisions of the same filters as CSV, streamed."""
    filters = _filters(request)
    # The language is chosen now: a stream is written when the reader's language is long forgotten.
    lang, names = words.lang(), {card.id: card.slug for card in shops.all_shops()}
    head = [
        _("Decision"), _("Decided at"), _("Kind"), _("Outcome"), _("Reason"), _("Amount"), _("Currency"), _("State"),
        _("Shop"), _("Rule"), _("Version"), _("Sentence"), _("Appeal until"), _("By hand"),
    ]  # fmt: skip
    return sheets.table(head, _export_rows(filters, lang, names), "decisions.csv")


def _export_rows(filters: dict[str, Any], lang: str, names: dict[UUID, str]) -> Iterator[list[object]]:
    before: UUID | None = None
    while found := decisions.recent(**filters, limit=_CHUNK, before=before):
        for one in found:
            rule = rulebook.version(one.rule_id) if one.rule_id else None
            yield [
                one.id, one.decided_at.isoformat(), one.kind, one.verdict.get("outcome", ""),
                one.verdict.get("reason", ""), one.effect.amount if one.effect else "", one.currency, one.state,
                names.get(one.shop_id, "") if one.shop_id else "", rule.key if rule else "",
                rule.version if rule else "", one.text.in_(lang),
                one.appeal_until.isoformat() if one.appeal_until else "", "" if one.automatic else "1",
            ]  # fmt: skip
        before = found[-1].id


class Opened(msgspec.Struct, frozen=True):
    """A decision with all it rests on; *names* are shops by the text of their ids."""

    decision: decisions.DecisionView
    rule: rulebook.RuleView | None
    shop: shops.ShopCard | None
    names: dict[str, str]

    @property
    def way(self) -> list[Any]:
        return facts.way(self.decision.facts, broken=self.decision.verdict.get("outcome") == "broken")

    @property
    def table(self) -> list[facts.Fact]:
        return facts.table(self.decision.facts, self.names)

    @property
    def terms(self) -> dict[str, str]:
        return spelled.spelled(self.rule.key, self.rule.terms) if self.rule else {}


def opened(decision_id: UUID) -> Opened:
    """Raises NotFound. Three queries."""
    decision = decisions.decision(decision_id)
    cards = {card.id: card for card in shops.all_shops()}
    rule = rulebook.rule(decision.rule_id) if decision.rule_id else None
    shop = cards.get(decision.shop_id) if decision.shop_id else None
    return Opened(decision, rule, shop, names_of(cards.values()))


@page(*EVERYBODY)
def one(request: StaffRequest, decision_id: UUID) -> HttpResponse:
    """One decision: sentence in both languages, facts, rule and version, money, appeal, what was undone."""
    found = opened(decision_id)
    decision = found.decision
    entries = money.entries_about(decision)
    appeal = decisions.appeals_of([decision_id]).get(decision_id)
    concerned = [id for id in (decision.person_id, decision.decided_by, appeal and appeal.claimed_by) if id]
    given = {
        "opened": found, "decision": decision, "entries": entries, "paid": money.paid_by(entries), "appeal": appeal,
        "outcome": stored_outcome(decision, found.names), "people": people.cards(concerned), "now": time.now(),
        "undo": decisions.undo_state(decision_id) if decision.state == "overturned" else None,
        "recent": decisions.recent(limit=_BESIDE, shop_id=None), "may_judge": request.may("admin", "arbiter"),
    }  # fmt: skip
    return render(request, "control/decision.html", given)


@page("admin", "arbiter")
def again(request: StaffRequest, decision_id: UUID) -> HttpResponse:
    """The same facts under other terms: typed ones, another version's, or what another platform promises."""
    found = opened(decision_id)
    key = found.rule.key if found.rule else ""
    known = [view for view in rulebook.versions(key) if view.state != "draft"] if key else []
    base, version = _base(request, found, known)
    form = TermsForm(key, base, request.GET if "judge" in request.GET else None, choices.of(key))
    comparison, refusal = _judge(found, form, base, key)
    given = {
        "opened": found, "decision": found.decision, "form": form, "comparison": comparison, "refusal": refusal,
        "stored": stored_outcome(found.decision, found.names), "versions": known, "version": version,
        "profiles": list(profiles(key)), "profile": request.GET.get("profile", ""),
    }  # fmt: skip
    whole_page = request.headers.get("HX-Request") != "true"
    template = "control/again.html" if whole_page else "control/parts/again.html"
    return render(request, template, given, status=422 if form.is_bound and not form.is_valid() else 200)


def _base(request: HttpRequest, found: Opened, known: list[rulebook.RuleView]) -> tuple[dict[str, Any], str]:
    """The terms the form starts from, and the id of the version they are of."""
    named = profiles(found.rule.key) if found.rule else {}
    if request.GET.get("profile") in named:
        return named[request.GET["profile"]], ""
    for view in known:
        if str(view.id) == request.GET.get("version"):
            return view.terms, str(view.id)
    return (found.rule.terms, str(found.rule.id)) if found.rule else ({}, "")


def _judge(found: Opened, form: TermsForm, base: dict[str, Any], key: str) -> tuple[Comparison | None, str]:
    """The comparison, or why there is none."""
    if form.is_bound and not form.is_valid():
        return None, ""
    terms = form.terms if form.is_bound else _jsonable(whole(key, base))
    try:
        rejudged = decisions.rejudge(found.decision.id, terms=terms if found.rule else None)
    except Refusal as refusal:
        return None, words.said(refusal.text)
    except (ValueError, TypeError) as error:  # the judge's own type has the last word on terms
        form.complain(_("This does not fit: %(why)s") % {"why": error}) if form.is_bound else None
        return None, _("These facts cannot be judged under these terms: %(why)s") % {"why": error}
    return compare(found.decision, rejudged, found.names), ""


def _jsonable(terms: dict[str, Any]) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(terms)
    return built
