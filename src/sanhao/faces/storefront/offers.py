"""What stands beside a price: which variants there are, what freight costs, which promise comes with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sanhao.faces.storefront.cards import SHIP_HOURS, language, said
from sanhao.faces.ui.cards import PromiseCard
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery

_FEW = 5
_HOUR = timedelta(hours=1)


class Choice(msgspec.Struct, frozen=True):
    """One variant one may pick, with its best offer. *few* is how many are left where that is worth knowing."""

    offer: catalog.OfferCard
    name: str
    checked: bool
    gone: bool
    few: int | None


class Freight(msgspec.Struct, frozen=True):
    """What sending one piece costs: to *place*, or at least (then *place* is empty)."""

    amount: Money | None
    place: str = ""
    free_over: Money | None = None
    sentence: str = ""


def choices(view: catalog.ListingView, wanted: UUID | None) -> list[Choice]:
    """The variants that have an offer; checked is the one wanted, else the first that can be had."""
    offers = [variant.offers[0] for variant in view.variants if variant.offers]
    able = [offer.id for offer in offers if _there(offer)]
    picked = wanted if wanted in able else next(iter(able), offers[0].id if offers else None)
    return [
        Choice(
            offer, said(offer.variant), offer.id == picked, not _there(offer),
            offer.stock_left if 0 < offer.stock_left <= _FEW else None,
        )
        for offer in offers
    ]  # fmt: skip


def _there(offer: catalog.OfferCard) -> bool:
    return offer.on_sale and offer.stock_left >= offer.min_quantity


def promised(offer: catalog.OfferCard, shop: shops.ShopCard, now: datetime) -> PromiseCard | None:
    """The promise as it would run if this were paid for now; None where none is made."""
    if offer.special:
        return None
    hours = shop.ship_hours or SHIP_HOURS
    due_at = offer.ships_by_at or now + hours * _HOUR
    if offer.ships_by_at:
        title = _("Handed to the courier by the date of this presale")
    else:
        title = _("Handed to the courier within %(hours)d hours of paying") % {"hours": hours}
    return PromiseCard(
        id="offered", kind=_("Late shipment pays"), title=title, shop=said(shop.name), state="open", starts_at=now,
        due_at=due_at, otherwise=_("a coupon comes to you by itself"), mark=shop.mark,
    )  # fmt: skip


def freight(offer: catalog.OfferCard, shop: shops.ShopCard, person_id: UUID | None) -> Freight | None:
    """To the reader's own address where there is one; else what it costs at least."""
    own = people.addresses(person_id)[:1] if person_id else []
    if not own:
        return _at_least(delivery.freight_templates(shop.id))
    place = own[0]
    parcel = delivery.Parcel(shop.id, place.country, place.region, offer.weight_g, offer.price)
    try:
        return Freight(delivery.quote([parcel])[0], place.city)
    except Refusal as refusal:
        return Freight(None, place.city, sentence=refusal.text.in_(language()))


def _at_least(templates: Sequence[delivery.FreightCard]) -> Freight | None:
    sent = [template for template in templates if template.deliverable]
    if not sent:
        return None
    cheapest = min(sent, key=lambda template: template.first.minor)
    return Freight(cheapest.first, "", cheapest.free_over)


def explained(now: datetime) -> list[PromiseCard]:
    """The three lives of a promise, for the first page: it runs, it is kept, or it pays."""
    kind, shop = _("Late shipment pays"), _("for example")
    title = _("Handed to the courier within 48 hours")
    paid = now - timedelta(hours=17)
    late = now - timedelta(hours=50)
    return [
        PromiseCard(
            id="runs", kind=kind, title=title, shop=shop, state="open", starts_at=paid,
            due_at=paid + timedelta(hours=48), otherwise=_("a ¥3 coupon, without asking"),
        ),
        PromiseCard(
            id="kept", kind=kind, title=title, shop=shop, state="kept", starts_at=paid,
            due_at=paid + timedelta(hours=48), sentence=_("Collected 26 hours before its time."),
            decided_at=now - timedelta(hours=3),
        ),
        PromiseCard(
            id="pays", kind=kind, title=title, shop=shop, state="broken", starts_at=late,
            due_at=late + timedelta(hours=48), compensation=Money(300, "CNY"), decided_at=now - timedelta(minutes=4),
            sentence=_("Your ¥3 coupon is here, because the parcel was not collected in time."),
        ),
    ]  # fmt: skip
