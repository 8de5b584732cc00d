"""The shop's own coupons: what they did, a new issue, what it costs before it starts, ending it early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.books.wallet import api as wallet
from sanhao.faces.ui import issues
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page, sent, sentence, tell
from sanhao.kit.refusals import Refusal
from sanhao.service.orders import api as orders

_DAYS = 30


@at_work("GET", roles=MANAGING)
def coupons(request: HttpRequest, seat: Seat) -> HttpResponse:
    rows = _rows(seat, wallet.issues_of(["shop"], funder_id=str(seat.shop.id)))
    given = {"rows": rows, "totals": issues.totals(rows, seat.shop.currency), "desk": "two"}
    return page(request, seat, "coupons", given)


def _rows(seat: Seat, found: Sequence[wallet.IssueView]) -> list[issues.IssueRow]:
    figures = wallet.figures_of(found)
    return [
        issues.IssueRow(view, figures[view.id], reverse("workbench:coupon", args=[seat.shop.slug, view.id]))
        for view in found
    ]


@at_work("GET", "POST", roles=MANAGING)
def new_coupon(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Written down as a draft: the next page says what it costs, and only then it starts."""
    form = issues.IssueForm(sent(request), currency=seat.shop.currency)
    if request.method != "POST":
        form = issues.empty_form(seat.shop.currency, seat.now)
    elif form.is_valid():
        draft = form.draft("shop", str(seat.shop.id), seat.shop.id, seat.now)
        try:
            id = wallet.draft_issue(draft, by=seat.person_id, now=seat.now)
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            return redirect("workbench:coupon", seat.shop.slug, id)
    return page(
        request, seat, "new_coupon", {"form": form, "desk": "two"}, status=422 if form.is_bound else 200
    )


@at_work("GET", roles=MANAGING)
def coupon(request: HttpRequest, seat: Seat, issue_id: UUID) -> HttpResponse:
    return _coupon(request, seat, issue_id)


def _coupon(request: HttpRequest, seat: Seat, issue_id: UUID, error: Refusal | None = None) -> HttpResponse:
    view = wallet.issue(issue_id, shop_id=seat.shop.id)
    [row] = _rows(seat, [view])
    given = {"row": row, "error": sentence(error) if error else "", "desk": "two"}
    if view.state == "draft":
        paid, reached = orders.reaching(
            view.threshold.minor,
            seat.shop.id,
            currency=view.amount.currency,
            since=seat.now - timedelta(days=_DAYS),
        )
        given["cost"] = issues.cost(view, orders=paid, reached=reached, days=_DAYS)
    return page(request, seat, "coupon", given, status=error.status if error else 200)


@at_work("POST", roles=MANAGING)
def start_coupon(request: HttpRequest, seat: Seat, issue_id: UUID) -> HttpResponse:
    try:
        wallet.start_issue(issue_id, shop_id=seat.shop.id, by=seat.person_id, now=seat.now)
    except Refusal as no:
        if no.status == 404:
            raise
        return _coupon(request, seat, issue_id, no)
    tell(request, _("It runs. Buyers see it beside your goods from now on."))
    return redirect("workbench:coupon", seat.shop.slug, issue_id)


@at_work("POST", roles=MANAGING)
def end_coupon(request: HttpRequest, seat: Seat, issue_id: UUID) -> HttpResponse:
    try:
        wallet.end_issue(issue_id, shop_id=seat.shop.id, by=seat.person_id, now=seat.now)
    except Refusal as no:
        if no.status == 404:
            raise
        return _coupon(request, seat, issue_id, no)
    tell(request, _("Nobody can claim it any more. What was claimed stays good."))
    return redirect("workbench:coupon", seat.shop.slug, issue_id)
