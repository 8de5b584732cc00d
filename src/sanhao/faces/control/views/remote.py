"""Remote areas: what the day's budget gave, how far shops send, and the hubs in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sanhao.faces.control import words
from sanhao.faces.control.hubs import HubForm
from sanhao.faces.control.remote_terms import category_names
from sanhao.faces.control.staff import StaffRequest, form, page
from sanhao.faces.ui import sheets
from sanhao.faces.ui.cards import Bar, Series
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.choices import one_of
from sanhao.kit.deadline import zone
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.remote import api as remote

_READERS = ("admin", "finance")
_ADMIN = ("admin",)
_DAYS = 14
_AMBER, _JADE, _REST = 3, 2, 0
_SIDE = 44
"""Of a tile of the map and the gap to the next."""


@page(*_READERS)
def index(request: StaffRequest) -> HttpResponse:
    """Today's budget, the last two weeks, and where the money went."""
    now, currency = time.now(), settings.CURRENCY
    terms = remote.terms_at(now)
    today = remote.budgets_today(terms, currency=currency, now=now)
    since = now - timedelta(days=_DAYS)
    last = now.astimezone(zone(terms.timezone)).date()
    labels = [last - timedelta(days=n) for n in reversed(range(_DAYS))]
    days = remote.budgets(labels[0], currency=currency)
    given = {
        "today": [(_scope(one.scope), one, _parts(one)) for one in today],
        "labels": [f"{day.month}/{day.day}" for day in labels],
        "days": [
            Series(_("spent"), [float(sum(d.spent.amount for d in days if d.day == day)) for day in labels], tone=_JADE),
            Series(_("set apart"), [float(sum(d.reserved.amount for d in days if d.day == day)) for day in labels], tone=_AMBER),
        ],
        "areas": _bars(remote.given("area", since=since, currency=currency), _area_names(terms)),
        "categories": _bars(remote.given("category", since=since, currency=currency), category_names()),
        "by_shop": _bars(
            remote.given("shop", since=since, currency=currency),
            {str(card.id): words.said(card.name) for card in shops.all_shops()},
        ),
        "borne": remote.borne(since=since, currency=currency), "currency": currency, "desk": "two", "now": now,
    }  # fmt: skip
    return render(request, "control/remote.html", given)


def _scope(scope: str) -> str:
    return category_names().get(scope, scope) if scope else _("All goods without a budget of their own")


def _parts(one: remote.DayBudget) -> list[Bar]:
    lang = words.lang()
    return [
        Bar(_("spent"), one.spent.minor, one.spent.format(lang), _JADE),
        Bar(_("set apart"), one.reserved.minor, one.reserved.format(lang), _AMBER),
        Bar(_("left"), one.left.minor, one.left.format(lang), _REST),
    ]


def _bars(rows: Sequence[remote.Given], names: dict[str, str]) -> list[Bar]:
    return [
        Bar(names.get(row.of, row.of) or _("without a category"), row.subsidy.minor,
            f"{row.subsidy.format(words.lang())} · {row.orders}", _JADE)
        for row in rows[:12]
    ]  # fmt: skip


def _area_names(terms: remote.Terms) -> dict[str, str]:
    """Of each remote area, by its key."""
    return {
        area.key: words.said(remote.PROVINCES[area.key].name)
        if area.key in remote.PROVINCES
        else area.names[0]
        for area in terms.areas
    }


@page(*_READERS)
def export(request: StaffRequest) -> StreamingHttpResponse:
    """Every order that goes by a hub, of the last three months, as a table."""
    now = time.now()
    found = list(remote.every(since=now - timedelta(days=92)))
    numbers = {view.id: view.number for view in orders.orders([one.order_id for one in found]).values()}
    names = {card.id: words.said(card.name) for card in shops.all_shops()}
    areas, states = (
        _area_names(remote.terms_at(now)),
        {key: str(word) for key, word in words.SECOND_LEGS.items()},
    )

    def rows() -> Iterator[Sequence[object]]:
        for one in found:
            yield (
                one.reserved_at.isoformat(), numbers.get(one.order_id, ""), names.get(one.shop_id, ""),
                areas.get(one.area, one.area), one.hub.name.zh, one.carrier, states.get(one.state, one.state),
                one.price.amount, one.subsidy.amount, one.buyer.amount, one.price.currency,
                one.ended_at.isoformat() if one.ended_at else "",
            )  # fmt: skip

    head = [_("placed"), _("order"), _("shop"), _("area"), _("hub"), _("courier"), _("state"), _("second leg"),
            _("subsidy"), _("paid by the buyer"), _("currency"), _("ended")]  # fmt: skip
    return sheets.table(head, rows(), "sanhao-remote.csv")


class Tile(msgspec.Struct, frozen=True):
    """One province on the map. *shade* is 0 (nothing can be sent) to 4 (all can)."""

    key: str
    name: str
    short: str
    column: int
    row: int
    reach: remote.Reach
    shade: int
    remote: bool

    @property
    def x(self) -> int:
        return (self.column - 1) * _SIDE

    @property
    def y(self) -> int:
        return (self.row - 1) * _SIDE

    @property
    def percent(self) -> str:
        """Rounded down: only where all goes does it say so."""
        return f"{int(100 * self.reach.share + 1e-9)}%"

    @property
    def rate(self) -> str:
        return _rate(self.reach)


def _rate(reach: remote.Reach) -> str:
    """What cannot be sent, of what is on sale; of several places together, every listing counts once for each."""
    return f"{100 * (1 - reach.share):.1f}%"


@page(*_READERS)
def coverage(request: StaffRequest) -> HttpResponse:
    """The map: what of all that is on sale can be sent where; for one place, the shops that do not send there."""
    now = time.now()
    terms = remote.terms_at(now)
    found = remote.coverage(terms)
    names = category_names()
    category = one_of(request.GET.get("category"), found.categories) or ""
    place = one_of(request.GET.get("place"), remote.PROVINCES) or ""
    reaches = found.categories[category] if category else found.provinces
    far = {area.key for area in terms.areas}
    tiles = [
        Tile(key, words.said(province.name), _short(province), province.column, province.row, reaches[key], _shade(reaches[key].share), key in far)
        for key, province in remote.PROVINCES.items()
    ]  # fmt: skip
    cards = {card.id: card for card in shops.all_shops()}
    closed = sorted(found.closed[place].items(), key=lambda one: -one[1]) if place else []
    worst = sorted(
        (
            Bar(names.get(path, path), unsent, f"{unsent} / {reach[place].listings}", 1)
            for path, reach in found.categories.items()
            if (unsent := reach[place].unsent)
        )
        if place else (
            Bar(tile.name, 1 - tile.reach.share, tile.rate, 1) for tile in tiles if tile.reach.unsent
        ),
        key=lambda bar: -bar.value,
    )[:12]  # fmt: skip
    given = {
        "tiles": tiles, "place": next((tile for tile in tiles if tile.key == place), None), "category": category,
        "categories": [(path, names.get(path, path)) for path in sorted(found.categories)],
        "closed": [(cards[id], count) for id, count in closed if id in cards], "worst": worst,
        "rate": _rate(sum(reaches.values(), remote.Reach())), "gaps": sum(bool(tile.reach.unsent) for tile in tiles),
        "far_rate": _rate(sum((tile.reach for tile in tiles if tile.remote), remote.Reach())),
        "listings": max((tile.reach.listings for tile in tiles), default=0), "desk": "two", "now": now,
    }  # fmt: skip
    return render(request, "control/coverage.html", given)


@page(*_READERS)
def coverage_export(request: StaffRequest) -> StreamingHttpResponse:
    """The map as a table: a row for every place and category, and one for all goods of a place (its category is empty)."""
    terms = remote.terms_at(time.now())
    found, names = remote.coverage(terms), category_names()
    far = {area.key for area in terms.areas}
    reaches = [
        (key, name, reach)
        for key in remote.PROVINCES
        for name, reach in (
            ("", found.provinces[key]),
            *((names.get(path, path), found.categories[path][key]) for path in sorted(found.categories)),
        )
    ]
    rows = (
        (
            words.said(remote.PROVINCES[key].name), remote.PROVINCES[key].code, int(key in far), name,
            reach.listings, reach.straight, reach.by_hub, reach.unsent, f"{1 - reach.share:.4f}",
        )
        for key, name, reach in reaches
    )  # fmt: skip
    head = [_("place"), _("code"), _("remote area"), _("category"), _("listings on sale"), _("sent straight"),
            _("only by a hub"), _("cannot be sent"), _("share that cannot be sent")]  # fmt: skip
    return sheets.table(head, list(rows), "sanhao-coverage.csv")


def _short(province: remote.Province) -> str:
    return province.name.zh if words.lang() == "zh" else province.code


def _shade(share: float) -> int:
    return 4 if share >= 0.999 else min(3, int(share * 4))


@page(*_READERS)
def hubs(request: StaffRequest) -> HttpResponse:
    """Where parcels change hands."""
    areas = _area_names(remote.terms_at(time.now()))
    rows = [(hub, [areas.get(key, key) for key in hub.serves]) for hub in remote.hubs()]
    carriers = delivery.carrier_names()
    given = {
        "rows": [
            (hub, served, words.said(carriers.get(hub.carrier, Text(hub.carrier, hub.carrier))))
            for hub, served in rows
        ],
        "desk": "two", "now": time.now(),
    }  # fmt: skip
    return render(request, "control/hubs.html", given)


@form(*_ADMIN)
def new_hub(request: StaffRequest) -> HttpResponse:
    return _edit(request, None)


@form(*_ADMIN)
def hub(request: StaffRequest, hub_id: UUID) -> HttpResponse:
    return _edit(request, remote.hub(hub_id))


def _edit(request: StaffRequest, known: remote.Hub | None) -> HttpResponse:
    now = time.now()
    said = HubForm(
        request.POST if request.method == "POST" else None,
        currency=known.tariff.first.currency if known else settings.CURRENCY,
        areas=_area_names(remote.terms_at(now)),
        initial=HubForm.of(known)
        if known
        else {"country": "CN", "first_g": 1000, "extra_g": 1000, "active": True},
    )
    if said.is_valid():
        try:
            remote.save_hub(said.draft(known.id if known else None), by=request.person_id)
        except Refusal as refusal:
            said.add_error(None, words.said(refusal.text))
        else:
            messages.success(request, _("The hub is saved. New orders go by it as it stands now."))
            return redirect("control:hubs")
    given = {"form": said, "hub": known, "desk": "two", "now": now}
    return render(request, "control/hub.html", given, status=422 if said.errors else 200)
