"""How each shop could send what is in a cart: straight, with one of its couriers, or to remote areas by a hub."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.orders.core import OrderTerms
from sanhao.service.remote import api as remote


class Rules(msgspec.Struct, frozen=True):
    """What binds a checkout. *remote* None: this site knows no such rule."""

    orders: OrderTerms
    remote: remote.Terms | None


def rules_at(now: datetime) -> Rules:
    """Both rules in one query."""
    keys = ("orders.terms", remote.RULE)
    try:
        found = rulebook.in_force_many(keys, at=now)
    except LookupError:
        return Rules(order_terms(now), None)
    return Rules(
        msgspec.convert(found[keys[0]].terms, OrderTerms), msgspec.convert(found[keys[1]].terms, remote.Terms)
    )


def order_terms(now: datetime) -> OrderTerms:
    return msgspec.convert(rulebook.in_force("orders.terms", at=now).terms, OrderTerms)


class Sending(msgspec.Struct, frozen=True):
    """One way to send one shop's parcel. *leg*: it goes by a hub, and this is the second leg."""

    option: delivery.Option
    leg: remote.SecondLeg | None = None


def sendings(wishes: Sequence[remote.Wish], rules: Rules, *, now: datetime) -> list[list[Sending]]:
    """What the buyer of each parcel may choose: the first is taken where nobody chooses; none where a shop neither sends to
    the place nor reaches it by a hub. A hub comes first where it is cheaper than sending straight, else last. One query, a
    few more where the address is remote."""
    parcels = [wish.parcel for wish in wishes]
    ways = remote.ways(wishes, rules.remote, now=now) if rules.remote is not None else [None] * len(wishes)
    days = rules.orders.transit_days
    straight = delivery.options(parcels, transit_days=days)
    return [
        _order([Sending(option) for option in options], way, days)
        for options, way in zip(straight, ways, strict=True)
    ]


def _order(straight: list[Sending], way: remote.Way | None, days: int) -> list[Sending]:
    if way is None:
        return straight
    by_hub = Sending(_by_hub(way, days), way.leg)
    cheaper = not straight or by_hub.option.freight < straight[0].option.freight
    return [by_hub, *straight] if cheaper else [*straight, by_hub]


def _by_hub(way: remote.Way, days: int) -> delivery.Option:
    """Known by the hub's id: chosen, shown and looked at again like any other option."""
    name = way.leg.hub.name
    return delivery.Option(
        service_id=way.leg.hub.id,
        carrier="",
        name=Text(zh=f"集运，经{name.zh}", en=f"By way of {name.en}"),
        freight=way.freight,
        surcharge=Money.zero(way.freight.currency),
        transit_days=days + way.leg.extra_days,
    )
