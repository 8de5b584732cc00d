"""What the platform paid ahead and is not back yet, and what buyers owe: who, why, since when, and what silence does.

A debt is forgiven by two people, like all money that is moved by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.faces.control import words
from sanhao.faces.control.staff import StaffRequest, act, page
from sanhao.faces.control.views.common import query, uuid_of, words_of
from sanhao.faces.control.views.money import KEEPERS, tabs_about_money
from sanhao.faces.ui import sheets
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.choices import one_of
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders

_PAGE, _CHUNK = 40, 500
_AGES: Mapping[str, Any] = {
    "7": gettext_lazy("a week"),
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
}
_SILENCE: Mapping[str, Text] = {
    "owed": Text(
        zh="不催不扣：不还就不再秒退，退款照常全额退。",
        en="Nothing is taken: until it is paid nothing is paid ahead, and refunds come in full.",
    ),
    "reopened": Text(
        zh="正在重新处理，结果出来前不用还。", en="It is looked at again; until then nothing is asked for."
    ),
}


def _within(request: HttpRequest, now: datetime) -> tuple[aftersales.Within, dict[str, Any]]:
    """What was asked for, and the same as the form shows it."""
    state = one_of(request.GET.get("state"), aftersales.CLAIMS)
    path = one_of(request.GET.get("path"), words.PATHS)
    age, shop = one_of(request.GET.get("age"), _AGES), uuid_of(request.GET.get("shop"))
    within = aftersales.Within(
        (state,) if state else ("paid", "owed"),
        path or "",
        now - timedelta(days=int(age)) if age else None,
        shop,
    )
    return within, {"state": state, "path": path, "age": age, "shop_id": shop}


@page(*KEEPERS)
def index(request: StaffRequest) -> HttpResponse:
    """Claims with filters, and what they amount to. A debt proposed to be forgiven waits on the desk of two people."""
    now = time.now()
    within, filters = _within(request, now)
    found = aftersales.claims(within, limit=_PAGE + 1, before=uuid_of(request.GET.get("before")))
    shown = found[:_PAGE]
    cards = {card.id: card for card in shops.all_shops()}
    given = {
        "tabs": tabs_about_money(request, "claims"), "now": now, "desk": "one",
        "claims": [(one, silence) for one, silence in zip(shown, _silences(shown), strict=True)],
        "orders": orders.orders([one.order_id for one in shown]), "shops": cards,
        "people": people.cards([one.person_id for one in shown]), "filters": filters, "filtered": any(filters.values()),
        "states": {state: words.CLAIMS[state] for state in aftersales.CLAIMS}, "paths": words.PATHS, "ages": _AGES,
        "standings": aftersales.standings(), "export": query(request, before=None),
        "more": query(request, before=shown[-1].id) if len(found) > _PAGE else "",
    }  # fmt: skip
    return render(request, "control/claims.html", given)


def _silences(shown: list[aftersales.ClaimView]) -> list[Text | None]:
    """What happens to each if nobody does anything: its case's own words while it travels."""
    travelling = [one.case_id for one in shown if one.state == "paid"]
    said = {view.id: view.outlook for view in aftersales.cases(travelling, side="platform")}
    return [
        Text(zh=said[one.case_id].next.zh + said[one.case_id].silence.zh,
             en=f"{said[one.case_id].next.en} {said[one.case_id].silence.en}")
        if one.state == "paid" else _SILENCE["reopened"] if one.reopened else _SILENCE.get(one.state)
        for one in shown
    ]  # fmt: skip


@page(*KEEPERS)
def export(request: StaffRequest) -> StreamingHttpResponse:
    """All claims of the same filters as CSV, streamed."""
    within, _filters = _within(request, time.now())
    lang, names = words.lang(), {card.id: card.slug for card in shops.all_shops()}
    head = [
        _("Order"), _("Shop"), _("Buyer"), _("How"), _("State"), _("Paid ahead"), _("Left"), _("Currency"), _("Paid ahead at"),
        _("Since"), _("Reason"), _("Case"), _("Decision"),
    ]  # fmt: skip
    said = {**words.CLAIMS, **words.PATHS}
    return sheets.table(
        head, _rows(within, lang, names, {key: str(name) for key, name in said.items()}), "claims.csv"
    )


def _rows(
    within: aftersales.Within, lang: str, names: Mapping[UUID, str], said: Mapping[str, str]
) -> Iterator[list[object]]:
    before: UUID | None = None
    while found := aftersales.claims(within, limit=_CHUNK, before=before):
        numbers = orders.orders([one.order_id for one in found])
        for one in found:
            yield [
                numbers[one.order_id].number, names.get(one.shop_id, ""), one.person_id, said[one.path], said[one.state],
                one.amount.amount, one.left.amount, one.amount.currency, one.paid_at.isoformat(), one.since.isoformat(),
                one.because.in_(lang), one.case_id, one.decision_id or "",
            ]  # fmt: skip
        before = found[-1].id


@act(*KEEPERS)
def propose(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Ask that a debt be forgiven."""
    try:
        reason = words_of(request.POST.get("reason"), 300)
        aftersales.propose_write_off(case_id, reason, by=request.person_id, now=time.now())
    except Refusal as refusal:
        messages.error(request, words.said(refusal.text))
    else:
        messages.success(request, _("Proposed. Somebody else approves it."))
    return redirect("control:claims")


@act(*KEEPERS)
def approve(request: StaffRequest, id: UUID) -> HttpResponse:
    """A second person agrees: nothing is owed any more."""
    try:
        aftersales.approve_write_off(id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        messages.error(request, words.said(refusal.text))
    else:
        messages.success(request, _("Forgiven and booked. The buyer reads that nothing is owed any more."))
    return redirect("control:money")


@act(*KEEPERS)
def decline(request: StaffRequest, id: UUID) -> HttpResponse:
    """A second person does not agree, or who proposed it takes it back."""
    try:
        answer = words_of(request.POST.get("answer"), 300)
        aftersales.decline_write_off(id, answer, by=request.person_id, now=time.now())
    except Refusal as refusal:
        messages.error(request, words.said(refusal.text))
    else:
        messages.success(request, _("Done: it is owed as before."))
    return redirect("control:money")
