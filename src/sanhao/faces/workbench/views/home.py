"""The first screen: what to do next, and what it is worth."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sanhao.faces.ui.cards import Series
from sanhao.faces.workbench.charges import charged
from sanhao.faces.workbench.seat import Seat, at_work, is_part, page
from sanhao.faces.workbench.shipping import carriers
from sanhao.faces.workbench.waiting import desk
from sanhao.fairness.decisions import api as decisions
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money
from sanhao.service.promises import api as promises

_DEBITS, _LOOKED_AT = 4, 40


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The shops of this person; who works in one only is led straight to it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    memberships = shops.shops_of(request.user.pk)
    if len(memberships) == 1 and "all" not in request.GET:
        return redirect("workbench:home", memberships[0].shop.slug)
    return render(request, "workbench/shops.html", {"memberships": memberships})


@at_work("GET")
def home(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What waits, the most urgent order opened, and beside it money, debits and appeals."""
    waiting = desk(seat)
    given: dict[str, Any] = {"waiting": waiting, "carriers": carriers()}
    if is_part(request):
        return page(request, seat, "home#queue", given)
    given |= _days(seat)
    if seat.manages:
        given |= _money(seat)
    return page(request, seat, "home", given)


def _days(seat: Seat) -> dict[str, Any]:
    """Fourteen days of this shop's promises, kept and broken, and what they cost."""
    days = promises.days(now=seat.now, timezone=seat.shop.timezone, shop_id=seat.shop.id)
    kept, broken = [day.kept for day in days], [day.broken for day in days]
    paid = sum(day.paid.get(seat.shop.currency, 0) for day in days)
    return {
        "days": [f"{int(day.day[5:7])}/{int(day.day[8:])}" for day in days],
        "series": [Series(_("kept"), kept, str(sum(kept)), 2), Series(_("broken"), broken, str(sum(broken)), 1)],
        "paid": Money(paid, seat.shop.currency),
        "kept": sum(kept), "broken": sum(broken), "any_days": any(kept) or any(broken),
    }  # fmt: skip


def _money(seat: Seat) -> dict[str, Any]:
    """What the shop has, what was taken last, and where its appeals stand."""
    recent = decisions.for_shop(seat.shop.id, limit=_LOOKED_AT)
    sums = charged(seat, recent)
    contested = [decision for decision in recent if decision.state != "standing"]
    shown = [decision for decision in recent if sums[decision.id].sum][:_DEBITS]
    appeals = decisions.appeals_of([decision.id for decision in contested]) if contested else {}
    return {
        "has": shops.money_of(seat.shop.id), "debits": shown,
        "sums": sums,
        "told": promises.told_to_shop([*shown, *contested]),
        "appeals": [(decision, appeals[decision.id]) for decision in contested if decision.id in appeals],
    }  # fmt: skip
