"""Couriers at the door: what came in vain, was refused or never came, the latest first."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sanhao.faces.control.staff import StaffRequest, act, page
from sanhao.faces.control.words import said
from sanhao.faces.ui.pickups import WORDS, day, hours
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

_DAYS, _PAGE = 30, 60
_SITE = "Asia/Shanghai"


@page("admin", "arbiter")
def index(request: StaffRequest) -> HttpResponse:
    """How pickups of the last thirty days went, and each that came to nothing with the courier's words."""
    now = time.now()
    counts = delivery.pickup_counts(since=now - timedelta(days=_DAYS))
    failed = delivery.recent_pickups(states=delivery.FAILED, limit=_PAGE)
    coming = delivery.recent_pickups(states=delivery.STANDING, limit=_PAGE)
    known = shops.shops({one.shop_id for one in [*failed, *coming]})
    rows = [
        [
            (one, known[one.shop_id], *WORDS[one.state], day(one.slot, _SITE), hours(one.slot, _SITE))
            for one in some
        ]
        for some in (coming, failed)
    ]
    return render(
        request,
        "control/pickups.html",
        {
            "desk": "two", "coming": rows[0], "failed": rows[1], "now": now, "days": _DAYS,
            "counts": [(*WORDS[state], counts[state]) for state in WORDS if counts.get(state)],
            "carriers": delivery.carrier_names(),
            "habits": [(key, said(habit.name)) for key, habit in delivery.PICKUP_MISCHIEF.items()] if time.is_demo() else [],
        },
    )  # fmt: skip


@act("admin")
def habit(request: StaffRequest) -> HttpResponse:
    """How the sample courier keeps the next appointments of an order; only a demo world has one that can be told."""
    number = request.POST.get("number", "").replace(" ", "").upper()[:40]
    how = request.POST.get("how", "")
    if not time.is_demo() or number not in orders.by_numbers([number]) or how not in delivery.PICKUP_MISCHIEF:
        messages.error(request, _("There is no such order, or the courier cannot do that."))
        return redirect("control:pickups")
    delivery.sandbox_pickup_mischief(number, how)
    messages.success(
        request, _("The sample courier knows. It holds for appointments that are asked for from now on.")
    )
    return redirect("control:pickups")
