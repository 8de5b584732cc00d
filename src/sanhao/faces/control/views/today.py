"""The first screen: what happened, what was paid and by whom, what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.faces.control import money, words
from sanhao.faces.control.cards import promise_cards
from sanhao.faces.control.places import open_to
from sanhao.faces.control.staff import EVERYBODY, StaffRequest, page
from sanhao.faces.control.views.common import words_of
from sanhao.faces.ui.cards import Bar, PromiseCard, Series
from sanhao.fairness.decisions import api as decisions
from sanhao.goods.shops import api as shops
from sanhao.kit import keeper, outbox, time
from sanhao.kit.money import Money
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.guests import api as guests
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_DAYS, _RINGS, _BESIDE, _ON_TIME_ENOUGH = 14, 200, 6, timedelta(minutes=5)
_SOURCES = (("balance", 4), ("deposit", 3), ("receivable", 1), ("carrier_claim", 5))


@page(*EVERYBODY)
def index(request: StaffRequest) -> HttpResponse:
    """Rings and figures of today, two weeks as pictures, and beside them what waits."""
    now = time.now()
    days = promises.days(now=now, timezone=settings.TIME_ZONE, count=_DAYS)
    flows = _flows(now)
    given = _today(now, days) | _waiting(request, now) | {
        "labels": _labels(days), "outcomes": _outcomes(days), "paid_days": _paid_days(days, flows),
        "paid_by": _paid_by(flows), "paid_any": any(day.paid for day in days), "recent": decisions.recent(limit=_BESIDE),
        "currency": settings.CURRENCY,
    }  # fmt: skip
    return render(request, "control/today.html", given)


@page(*EVERYBODY)
def rings(request: StaffRequest) -> HttpResponse:
    """Figures and rings alone, as they are now: what the open page fetches when something moved."""
    now = time.now()
    days = promises.days(now=now, timezone=settings.TIME_ZONE, count=1)
    return render(request, "control/parts/rings.html", _today(now, days))


def _today(now: datetime, days: Sequence[promises.Day]) -> dict[str, Any]:
    """Figures of the last day in *days*, and the wall."""
    today = days[-1]
    wall = promises.wall(now=now, limit=_RINGS)
    cards = promise_cards(wall, {card.id: card for card in shops.all_shops()}, now)
    return {
        "standing": promises.standing(now=now), "today": today, "wall": cards, "now": now, "next": _next(cards, now),
        "paid_today": [Money(minor, currency) for currency, minor in today.paid.items()] or [Money.zero(settings.CURRENCY)],
    }  # fmt: skip


def _next(cards: Sequence[PromiseCard], now: datetime) -> list[PromiseCard]:
    """The few that come due first, to be read and not only seen."""
    return sorted((card for card in cards if card.due_at > now), key=lambda card: card.due_at)[:4]


def _waiting(request: StaffRequest, now: datetime) -> dict[str, Any]:
    """What waits for a person; only what this person may open."""
    judges, readers = request.may("admin", "arbiter"), request.may("admin", "arbiter", "support")
    appeals = decisions.open_appeals() if judges else []
    backlog = outbox.backlog() if request.may("admin", "support") else None
    behind = (
        backlog is not None and backlog.oldest_at is not None and now - backlog.oldest_at > _ON_TIME_ENOUGH
    )
    waiting = _counts() if judges else []
    return {
        "counts": waiting, "waits_for_judges": sum(count for *_rest, count in waiting), "appeals": appeals, "overdue": [appeal for appeal in appeals if appeal.overdue(now)], "judges": judges,
        "refused": delivery.refused_messages(limit=_BESIDE) if readers else [], "readers": readers,
        "refunds": payments.failed_refunds() if request.may("admin", "finance", "support") else [],
        "may_send": request.may("admin", "finance"),
        "asides": keeper.set_asides() if request.may("admin", "support") else [], "backlog": backlog, "behind": behind,
    }  # fmt: skip


def _counts() -> list[tuple[str, str, int]]:
    """What waits for a judge beside appeals, with the page it waits on: disputes to be decided, withdrawals that fit nothing
    by themselves, sweeps somebody has to look at or confirm."""
    disputes = sum(view.state == "deciding" for view in aftersales.arbitration_queue())
    sweeps = sum(view.state in ("drafted", "previewed") for view in aftersales.sweeps(over=False))
    return [
        (_("Disputes to be decided"), reverse("control:disputes"), disputes),
        (_("Withdrawals from a contract"), reverse("control:withdrawals"), len(guests.waiting_withdrawals())),
        (_("Refunds without a request"), reverse("control:sweeps"), sweeps),
    ]


def _first_day(now: datetime) -> datetime:
    """The midnight that the first of the days shown begins with."""
    today = words.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=_DAYS - 1)


def _flows(now: datetime) -> list[ledger.Flow]:
    """What shops, the platform and carriers paid, by day."""
    found = ledger.flows(
        money.COMPENSATIONS,
        since=_first_day(now),
        until=now + timedelta(seconds=1),
        timezone=settings.TIME_ZONE,
    )
    return [flow for flow in found if flow.code in money.SOURCES]


def _labels(days: Sequence[promises.Day]) -> list[str]:
    return [f"{int(day.day[5:7])}/{int(day.day[8:])}" for day in days]


def _outcomes(days: Sequence[promises.Day]) -> list[Series]:
    """Kept at the bottom, broken on it, void on top."""
    rows = [("kept", 2), ("broken", 1), ("void", 5)]
    return [
        Series(words.word(words.OUTCOMES, name), values, f"{sum(values):,}", tone)
        for name, tone in rows
        if (values := [getattr(day, name) for day in days]) is not None
    ]


def _paid_days(days: Sequence[promises.Day], flows: Sequence[ledger.Flow]) -> list[Series]:
    """What was paid each day in the site's currency, by whose money it was."""
    series = []
    for code, tone in _SOURCES:
        by_day: dict[date, Money] = {
            flow.day: flow.amount
            for flow in flows
            if flow.code == code and flow.amount.currency == settings.CURRENCY
        }
        if by_day:
            zero = Money.zero(settings.CURRENCY)
            amounts = [by_day.get(date.fromisoformat(day.day), zero) for day in days]
            whole = sum(amounts, zero)
            series.append(
                Series(_source(code), [float(a.amount) for a in amounts], whole.format(words.lang()), tone)
            )
    return series


def _paid_by(flows: Sequence[ledger.Flow]) -> list[dict[str, Any]]:
    """Who paid, one bar for each currency."""
    sums: dict[str, dict[str, int]] = {}
    for flow in flows:
        of = sums.setdefault(flow.amount.currency, {})
        of[flow.code] = of.get(flow.code, 0) + flow.amount.minor
    return [
        {
            "whole": Money(sum(of.values()), currency),
            "parts": [
                Bar(_source(code), of[code], Money(of[code], currency).format(words.lang()), tone)
                for code, tone in _SOURCES if of.get(code)
            ],
        }
        for currency, of in sorted(sums.items())
    ]  # fmt: skip


def _source(code: str) -> str:
    return {
        "balance": _("from balances"), "deposit": _("from deposits"), "receivable": _("advanced by the platform"),
        "carrier_claim": _("claimed from carriers"),
    }[code]  # fmt: skip


@page(*EVERYBODY)
def find(request: StaffRequest) -> HttpResponse:
    """One box for an order's number or an e-mail address; and a way to everything else."""
    given = words_of(request.GET.get("q"), 254)
    if given:
        whole = "".join(given.split())  # pages draw numbers in fours
        if number := orders.by_numbers([whole.upper(), whole]):
            return redirect("control:order", next(iter(number.values())))
        if "@" in given and request.may("admin", "support"):
            person = people.by_email(given) or people.guest_by_email(given)
            if person is not None:
                return redirect("control:person", person.id)
    may_mail = request.may("admin", "support")
    places = [
        (group, [(place, reverse(f"control:{place.route}")) for place in open_])
        for group, open_ in open_to(request.may)
    ]
    shown = {"q": given, "may_mail": may_mail, "places": places, "now": time.now(), "desk": "one"}
    return render(request, "control/find.html", shown)
