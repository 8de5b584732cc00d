"""Debits: the sum, the reason, the way to appeal, in this order; and each decision opened to its facts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sanhao.faces.ui import sheets
from sanhao.faces.workbench import words
from sanhao.faces.workbench.charges import charged
from sanhao.faces.workbench.forms import AppealForm
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page, sentence, tell
from sanhao.faces.workbench.templatetags.workbench import state_word
from sanhao.faces.workbench.waiting import said
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.deadline import zone
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_ON_A_PAGE = 25
_IN_A_FILE = 2_000


@at_work("GET", roles=MANAGING)
def debits(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What was decided about this shop, newest first."""
    try:
        before = UUID(request.GET.get("before", ""))
    except ValueError:
        before = None
    found = decisions.for_shop(seat.shop.id, limit=_ON_A_PAGE + 1, before=before)
    shown = found[:_ON_A_PAGE]
    given = {
        "shown": shown, "told": promises.told_to_shop(shown), "sums": charged(seat, shown), "desk": "two",
        "next": shown[-1].id if len(found) > _ON_A_PAGE else None, "paged": before is not None,
        "until": {one.id: one.may_appeal(seat.now) for one in shown},
    }  # fmt: skip
    return page(request, seat, "debits", given)


@at_work("GET", roles=MANAGING)
def debits_csv(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """What was decided about this shop, with what it bore and from where, as a table: the newest first."""
    shown = decisions.for_shop(seat.shop.id, limit=_IN_A_FILE)
    told, sums, clock = promises.told_to_shop(shown), charged(seat, shown), zone(seat.shop.timezone)
    head = [_("Decided at"), _("What was decided"), _("In all"), _("From the order"), _("From the balance"), _("From the deposit"),
            _("From the reserve"), _("Advanced"), _("Currency"), _("State")]  # fmt: skip
    states = {one.id: state_word(one.state, "decision") for one in shown}
    rows = [
        [
            one.decided_at.astimezone(clock).isoformat(timespec="minutes"), said(told[one.id]), taken.sum.amount,
            taken.escrow.amount, taken.balance.amount, taken.deposit.amount, taken.reserve.amount, taken.advanced.amount,
            taken.sum.currency, states[one.id],
        ]
        for one in shown
        for taken in [sums[one.id]]
    ]  # fmt: skip
    return sheets.table(head, rows, f"{seat.shop.slug}-debits.csv")


def _decision(seat: Seat, decision_id: UUID) -> decisions.DecisionView:
    view = decisions.decision(decision_id)
    if view.shop_id != seat.shop.id:
        raise NotFound("decision.unknown", zh="没有这个决定。", en="There is no such decision.")
    return view


@at_work("GET", roles=MANAGING)
def debit(request: HttpRequest, seat: Seat, decision_id: UUID) -> HttpResponse:
    return _debit(request, seat, _decision(seat, decision_id), AppealForm())


def _debit(request: HttpRequest, seat: Seat, view: decisions.DecisionView, form: AppealForm) -> HttpResponse:
    """One decision: what was taken and why, from where, under which rule, on which facts; the appeal."""
    promise = promises.promise(view.subject_id, now=seat.now) if view.subject_kind == "promise" else None
    order = _order(seat, promise) if promise else None
    if view.subject_kind == "order":
        order = orders.order(view.subject_id, shop_id=seat.shop.id)
    recent = decisions.for_shop(seat.shop.id, limit=20)
    given: dict[str, Any] = {
        "decision": view, "recent": recent, "told": promises.told_to_shop([view, *recent]),
        "sums": charged(seat, [view, *recent]), "facts": words.facts(view.facts),
        "rule": rulebook.rule(view.rule_id) if view.rule_id else None,
        "order": order, "appeal": decisions.appeals_of([view.id]).get(view.id), "form": form,
        "may_appeal": view.may_appeal(seat.now), "promise": promise, "share": promises.is_share(view.kind),
    }  # fmt: skip
    return page(request, seat, "debit", given, status=422 if form.is_bound else 200)


def _order(seat: Seat, promise: promises.PromiseView) -> orders.OrderView | None:
    """This shop's order that the promise was about; one about a whole checkout is about one of each shop's."""
    if promise.order_id is not None:
        return orders.order(promise.order_id, shop_id=seat.shop.id)
    return next(iter(orders.orders_of_checkout(promise.checkout_id, shop_id=seat.shop.id)), None)


@at_work("POST", roles=MANAGING)
def appeal(request: HttpRequest, seat: Seat, decision_id: UUID) -> HttpResponse:
    """Once, in time, in words: a person looks again."""
    view = _decision(seat, decision_id)
    form = AppealForm(request.POST)
    if form.is_valid():
        try:
            decisions.appeal(
                view.id, by=seat.person_id, shop_id=seat.shop.id, text=form.cleaned_data["text"], now=seat.now
            )
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            tell(request, _("Your appeal is with a person now. The answer comes within 7 days."))
            return redirect("workbench:debit", seat.shop.slug, view.id)
    return _debit(request, seat, view, form)
