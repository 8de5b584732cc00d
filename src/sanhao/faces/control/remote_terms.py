"""The rule of remote areas for people: what may be chosen in its form, and what a draft of it would change."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from sanhao.faces.control import words
from sanhao.faces.control.terms import Choices
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.catalog import api as catalog
from sanhao.kit.money import Money
from sanhao.service.orders import api as orders
from sanhao.service.remote import api as remote

RULE = remote.RULE
_DAYS = 30


def category_names() -> dict[str, str]:
    """Of each category's path, with what it is below of."""
    cards = {card.id: card for card in catalog.categories()}
    found = {}
    for card in cards.values():
        above = cards.get(card.parent_id) if card.parent_id else None
        path = f"{above.slug}/{card.slug}" if above else card.slug
        found[path] = (
            f"{words.said(above.name)} · {words.said(card.name)}" if above else words.said(card.name)
        )
    return dict(sorted(found.items()))


def choices(key: str) -> Choices:
    """For the fields of rule *key*'s form, by the names of its terms."""
    if key != remote.RULE:
        return {}
    known = list(category_names().items())
    return {"categories": [("*", _("all goods")), *known], "left_out": known, "category": known}


class Preview(msgspec.Struct, frozen=True):
    """What a draft would change. *arrivals*: last month's orders to places that become remote; *more*: what they would cost
    at most, were all of them to go by a hub."""

    change: remote.Change
    places: list[str]
    no_longer: list[str]
    arrivals: int
    more: Money
    days: int = _DAYS


def preview(found: rulebook.RuleView, before: rulebook.RuleView | None, *, now: datetime) -> Preview | None:
    """Of a version that does not bind yet, beside the one it follows."""
    if found.key != remote.RULE or before is None or found.state not in ("draft", "announced"):
        return None
    old, new = (msgspec.convert(view.terms, remote.Terms) for view in (before, found))
    since, currency = now - timedelta(days=_DAYS), settings.CURRENCY
    change = remote.what_if(old, new, since=since, currency=currency)
    arrivals = 0
    if change.places:
        added = {area.key for area in change.places}
        for (country, region), count in orders.destinations(since).items():
            area = remote.area_of(new, country, region)
            arrivals += count if area is not None and area.key in added else 0
    cap, budget = (sums.get(currency, 0) for sums in (new.cap_minor, new.day_budget_minor))
    return Preview(
        change, _named(change.places), _named(change.no_longer), arrivals,
        Money(min(arrivals * cap, _DAYS * budget), currency),
    )  # fmt: skip


def _named(areas: tuple[remote.Area, ...]) -> list[str]:
    return [
        words.said(remote.PROVINCES[area.key].name) if area.key in remote.PROVINCES else area.names[0]
        for area in areas
    ]
