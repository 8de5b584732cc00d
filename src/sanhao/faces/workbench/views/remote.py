"""Free shipping to remote areas: what joining costs a shop, what it brings, and the one button for it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page, tell
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.remote import api as remote

_WEIGHT_G = 1000


class Row(msgspec.Struct, frozen=True):
    """Two ways to one area for a kilogram of goods: *straight* and to the *hub*, both by the shop's own templates; None
    where it does not send. *buyer* is what its buyers would pay besides."""

    area: Text
    hub: remote.Hub
    straight: Money | None
    to_hub: Money | None
    buyer: Money


@at_work("GET")
def joining(request: HttpRequest, seat: Seat) -> HttpResponse:
    terms = remote.terms_at(seat.now)
    given = {
        "since": remote.enrolled(seat.shop.id), "rows": _rows(seat, terms, remote.hubs(active=True)),
        "figures": remote.figures_of(seat.shop.id, currency=seat.shop.currency),
        "cap": Money(terms.cap_minor.get(seat.shop.currency, 0), seat.shop.currency), "desk": "two",
    }  # fmt: skip
    return page(request, seat, "remote", given)


def _rows(seat: Seat, terms: remote.Terms, hubs: Sequence[remote.Hub]) -> list[Row]:
    """The cheapest hub of each area, in the shop's currency."""
    legs = [
        (area, leg)
        for area in terms.areas
        if (leg := remote.second_leg(terms, hubs, area.country, area.names[0], [remote.Goods(_any(terms), _WEIGHT_G)], seat.shop.currency))
    ]  # fmt: skip
    zero = Money.zero(seat.shop.currency)
    prices = delivery.quotes(
        [
            delivery.Parcel(seat.shop.id, country, region, _WEIGHT_G, zero)
            for area, leg in legs
            for country, region in (
                (area.country, area.names[0]), (leg.hub.address.country, leg.hub.address.region)
            )
        ]
    )  # fmt: skip
    return [
        Row(_name(area), leg.hub, straight, to_hub, leg.buyer)
        for (area, leg), straight, to_hub in zip(legs, prices[::2], prices[1::2], strict=True)
    ]


def _any(terms: remote.Terms) -> str:
    """A category that goes: this page is about places, not about goods."""
    return next((one for one in terms.categories if one != "*"), "")


def _name(area: remote.Area) -> Text:
    known = remote.PROVINCES.get(area.key)
    return known.name if known else Text(zh=area.names[0], en=area.names[-1])


@at_work("POST", roles=MANAGING)
def join(request: HttpRequest, seat: Seat) -> HttpResponse:
    if request.POST.get("do") == "leave":
        remote.leave(seat.shop.id, by=seat.person_id, now=seat.now)
        tell(request, _("Orders from now on go straight. Those already placed still go by their hub."))
    else:
        remote.join(seat.shop.id, by=seat.person_id, now=seat.now)
        tell(request, _("Joined. Buyers in remote areas see free shipping at your shop from now on."))
    return redirect("workbench:remote", seat.shop.slug)
