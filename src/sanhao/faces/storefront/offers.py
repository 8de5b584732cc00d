"""What stands beside a price: which variants there are, what freight costs, which promise comes with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec.structs import replace

from sanhao.faces.storefront.cards import Parcel, language, said
from sanhao.faces.ui import places
from sanhao.faces.ui.cards import PromiseCard
from sanhao.faces.ui.format import absolute
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money, total
from sanhao.kit.refusals import Refusal
from sanhao.kit.wording import date
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from sanhao.service.remote import api as remote

_FEW = 5
_HOUR = timedelta(hours=1)


class Choice(msgspec.Struct, frozen=True):
    """One variant one may pick, with its best offer. *few* is how many are left where that is worth knowing."""

    offer: catalog.OfferCard
    name: str
    checked: bool
    gone: bool
    few: int | None


class Courier(msgspec.Struct, frozen=True):
    """One the shop lets its buyers choose: what it adds, and the day it brings the goods if they are paid for now."""

    name: str
    surcharge: Money
    arrives: str


class Freight(msgspec.Struct, frozen=True):
    """What sending one piece costs: to *place*, or at least (then *place* is empty, and *not_to* are the provinces to which
    it cannot be sent). No *amount*: not sent to *place*, or for a reason said in a *sentence*. *subsidy*: by a hub, and what
    the platform pays of that."""

    amount: Money | None
    place: str = ""
    free_over: Money | None = None
    sentence: str = ""
    subsidy: Money | None = None
    arrives: str = ""
    couriers: tuple[Courier, ...] = ()
    not_to: tuple[str, ...] = ()


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
    wish = promises.Wish(offer.price * offer.min_quantity, shop.ship_hours, offer.ships_by_at, offer.special)
    [made] = promises.offered([wish], now=now)
    if made is None:
        return None
    if offer.ships_by_at:
        title = _("Handed to the courier by the date of this presale")
    else:
        title = _("Handed to the courier within %(hours)d hours of paying") % {"hours": hours_of(made, now)}
    return PromiseCard(
        id="offered", kind=_("Late shipment pays"), title=title, shop=said(shop.name), state="open", starts_at=now,
        due_at=made.due_at, otherwise=comes_by_itself(made), mark=shop.mark, runs=False,
    )  # fmt: skip


def hours_of(made: promises.Offered, now: datetime) -> int:
    return round((made.due_at - now) / _HOUR)


def comes_by_itself(made: promises.Offered) -> str:
    """What follows a broken promise, with its sum where there is one."""
    if made.owed is None:
        return _("a coupon comes to you by itself")
    if not made.owed:  # too little for a coupon, but the order is free to go
        return _("you may cancel at once, for all your money")
    return _("a %(sum)s coupon comes to you by itself") % {"sum": made.owed.format(language())}


def usual_hours(now: datetime) -> int | None:
    """Within how many hours every shop hands over that promised nothing shorter; None where nothing is promised."""
    [made] = promises.offered([promises.Wish(Money.zero(settings.CURRENCY))], now=now)
    return hours_of(made, now) if made else None


def parcels_promised(parcels: Sequence[Parcel], now: datetime) -> list[str]:
    """For each shop's parcel what it would be promised, in a sentence; empty where nothing is. One query for all."""
    wishes = []
    for parcel in parcels:
        goods = [line for line in parcel.lines if not line.offer.special]
        dates = [line.offer.ships_by_at for line in parcel.lines if line.offer.ships_by_at]
        currency = parcel.lines[0].offer.price.currency
        special = "" if goods else parcel.lines[0].offer.special
        paid = total([line.goods for line in goods], currency)
        wishes.append(promises.Wish(paid, parcel.shop.ship_hours, max(dates, default=None), special))
    return [
        _sentence(made, wish, now) if made else ""
        for made, wish in zip(promises.offered(wishes, now=now), wishes, strict=True)
    ]


def _sentence(made: promises.Offered, wish: promises.Wish, now: datetime) -> str:
    if wish.presale_ships_by:
        when = absolute(made.due_at, now, language(), timezone.get_current_timezone())
        first = _("With the courier by %(when)s") % {"when": when}
    else:
        first = _("With the courier within %(hours)d hours") % {"hours": hours_of(made, now)}
    return _("%(promise)s, or %(otherwise)s") % {"promise": first, "otherwise": comes_by_itself(made)}


def freight(
    offer: catalog.OfferCard, shop: shops.ShopCard, person_id: UUID | None, now: datetime
) -> Freight | None:
    """To the reader's own address where there is one; else what it costs at least."""
    own = people.addresses(person_id)[:1] if person_id else []
    if not own:
        templates = delivery.freight_templates(shop.id)
        least = _at_least(templates)
        if least is None:
            return None
        couriers = _couriers(delivery.services(shop.id), offer, shop, now)
        return replace(least, couriers=couriers, not_to=_not_to(templates, offer, shop, now))
    place = own[0]
    near = places.city(place.region, place.city, language())
    parcel = delivery.Parcel(shop.id, place.country, place.region, offer.weight_g, offer.price)
    wish = remote.Wish(parcel, (remote.Goods(offer.category_path, offer.weight_g),))
    try:
        [found] = orders.sendings([wish], orders.rules_at(now), now=now)
        if not found:
            return Freight(None, near)
        first, *others = found
        chosen = [sending.option for sending in others if sending.option.carrier]
        return Freight(
            first.option.freight, near, subsidy=first.leg.subsidy if first.leg else None,
            arrives=_arrives(first.option.transit_days, offer, shop, now), couriers=_couriers(chosen, offer, shop, now),
        )  # fmt: skip
    except Refusal as refusal:
        return Freight(None, near, sentence=refusal.text.in_(language()))


def _couriers(
    found: Sequence[delivery.Option | delivery.ServiceCard],
    offer: catalog.OfferCard,
    shop: shops.ShopCard,
    now: datetime,
) -> tuple[Courier, ...]:
    """The active ones in the currency of the goods, the cheapest first."""
    fitting = [
        one for one in found
        if one.surcharge.currency == offer.price.currency and (isinstance(one, delivery.Option) or one.active)
    ]  # fmt: skip
    return tuple(
        Courier(
            said(one.name if one.name.zh else delivery.carrier_name(one.carrier)), one.surcharge,
            _arrives(one.transit_days, offer, shop, now),
        )
        for one in sorted(fitting, key=lambda one: (one.surcharge.minor, one.transit_days))
    )  # fmt: skip


def _arrives(transit_days: int, offer: catalog.OfferCard, shop: shops.ShopCard, now: datetime) -> str:
    """The day, if it is paid for now; none for what is made to order."""
    if offer.special:
        return ""
    by = orders.arrives_by(now, shop.ship_hours, offer.ships_by_at, transit_days)
    return said(date(by, timezone.get_current_timezone_name()))


def _at_least(templates: Sequence[delivery.FreightCard]) -> Freight | None:
    sent = [template for template in templates if template.deliverable]
    if not sent:
        return None
    cheapest = min(sent, key=lambda template: template.first.minor)
    return Freight(cheapest.first, "", cheapest.free_over)


def _not_to(
    templates: Sequence[delivery.FreightCard], offer: catalog.OfferCard, shop: shops.ShopCard, now: datetime
) -> tuple[str, ...]:
    """The provinces to which this does not come, not by a hub either. No query where its shop sends everywhere."""
    terms = orders.rules_at(now).remote if any(not one.deliverable for one in templates) else None
    if terms is None:
        return ()
    return tuple(said(one.name) for one in remote.closed_to(terms, shop.id, offer.category_path))


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
