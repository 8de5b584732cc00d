"""The ways in which each shop could send what is in a cart, as a buyer chooses among them: price and arrival side by side.

What is posted back says what was shown, so that nobody pays another price or waits longer than they read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.http import QueryDict
from django.utils import timezone

from sanhao.faces.storefront import visitor
from sanhao.faces.storefront.cards import Parcel, said
from sanhao.kit.money import Money, total
from sanhao.kit.refusals import Invalid
from sanhao.kit.wording import date
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.remote import api as remote

_FIELD = "way-"


class Way(msgspec.Struct, frozen=True):
    """One row to choose. *by* is whose vans come, where the shop gave its service another name; *subsidy* what the
    platform pays of a way by a hub."""

    value: str
    name: str
    by: str
    freight: Money
    arrives: str
    checked: bool
    cheapest: bool
    fastest: bool
    subsidy: Money | None = None


class Ways(msgspec.Struct, frozen=True):
    """Of one shop's parcel. *option* is the one that is checked."""

    field: str
    option: delivery.Option
    rows: tuple[Way, ...]


def read(given: QueryDict) -> dict[UUID, delivery.Chosen]:
    """What was chosen, by shop. Raises Invalid for what no page of ours says."""
    found = {}
    for field in list(given)[:200]:
        if not field.startswith(_FIELD):
            continue
        shop = visitor.uuid_of(field.removeprefix(_FIELD))
        service, _, shown = given.get(field, "").partition("/")
        freight, _, days = shown.partition("/")
        if (
            shop is None
            or not (_count(freight) and _count(days))
            or (service and not visitor.uuid_of(service))
        ):
            raise Invalid(
                "checkout.courier", zh="请重新选一次快递。", en="Please choose a courier once more."
            )
        found[shop] = delivery.Chosen(visitor.uuid_of(service), int(freight), int(days))
    return found


def _count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def ways(
    parcels: Sequence[Parcel], address: people.AddressCard | None, given: QueryDict, now: datetime
) -> dict[UUID, Ways]:
    """By shop; nothing without an address, and nothing for a shop that does not send there."""
    if address is None:
        return {}
    wishes = [
        remote.Wish(
            delivery.Parcel(
                parcel.shop.id, address.country, address.region,
                sum(line.offer.weight_g * line.quantity for line in parcel.lines), total([line.goods for line in parcel.lines], parcel.lines[0].offer.price.currency),
            ),
            tuple(remote.Goods(line.offer.category_path, line.offer.weight_g * line.quantity) for line in parcel.lines),
        )
        for parcel in parcels
    ]  # fmt: skip
    offered = orders.sendings(wishes, orders.rules_at(now), now=now)
    return {
        parcel.shop.id: _ways(parcel, sendings, given.get(f"{_FIELD}{parcel.shop.id}"), now)
        for parcel, sendings in zip(parcels, offered, strict=True)
        if sendings
    }


def _ways(parcel: Parcel, sendings: Sequence[orders.Sending], wish: str | None, now: datetime) -> Ways:
    """*wish*: what was ticked, None where nothing was yet. That the shop chooses is a wish, too, with no id."""
    options = [sending.option for sending in sendings]
    subsidies = [sending.leg.subsidy if sending.leg else None for sending in sendings]
    chosen = options[0]
    if wish is not None:
        service = visitor.uuid_of(wish.partition("/")[0])
        chosen = next((option for option in options if option.service_id == service), chosen)
    least, soonest = min(o.freight for o in options), min(o.transit_days for o in options)
    cheapest = [o for o in options if o.freight == least]
    fastest = [o for o in options if o.transit_days == soonest]
    rows = tuple(
        Way(
            value=f"{option.service_id or ''}/{option.freight.minor}/{option.transit_days}",
            name=said(option.name),
            by=_by(option),
            freight=option.freight,
            arrives=_arrives(parcel, option.transit_days, now),
            checked=option is chosen,
            subsidy=subsidy,
            cheapest=[option] == cheapest and len(options) > 1,
            fastest=[option] == fastest and len(options) > 1,
        )
        for option, subsidy in zip(options, subsidies, strict=True)
    )
    return Ways(f"{_FIELD}{parcel.shop.id}", chosen, rows)


def _by(option: delivery.Option) -> str:
    if not option.carrier:
        return ""
    carrier = delivery.carrier_name(option.carrier)
    return said(carrier) if carrier != option.name else ""


def _arrives(parcel: Parcel, transit_days: int, now: datetime) -> str:
    """The day, if it is paid for now."""
    presale = max((line.offer.ships_by_at for line in parcel.lines if line.offer.ships_by_at), default=None)
    arrives_by = orders.arrives_by(now, parcel.shop.ship_hours, presale, transit_days)
    return said(date(arrives_by, timezone.get_current_timezone_name()))
