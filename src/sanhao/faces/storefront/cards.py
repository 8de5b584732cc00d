"""From what the doors below answer to what components are given: cards in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sanhao.faces.ui.cards import ListingCard, PromiseCard
from sanhao.faces.ui.format import lang_of
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.text import Lang, Text
from sanhao.service.orders import api as orders

_HELD = timedelta(minutes=orders.OrderTerms().hold_minutes)


def language() -> Lang:
    return lang_of(get_language())


def said(text: Text) -> str:
    """In the reader's language."""
    return text.in_(language())


def listing_cards(
    found: Sequence[catalog.ListingCard], known: Mapping[UUID, shops.ShopCard], hours: int | None, *,
    with_shop: bool = True,
) -> list[ListingCard]:  # fmt: skip
    """*hours*: within how many every shop hands over that promised nothing shorter; None where nothing is promised."""
    return [_listing_card(card, known[card.shop_id], hours, with_shop) for card in found]


def _listing_card(
    card: catalog.ListingCard, shop: shops.ShopCard, hours: int | None, with_shop: bool
) -> ListingCard:
    gone = card.sold_out or card.price_from is None or card.state != "live"
    return ListingCard(
        href=reverse("storefront:listing", args=[card.id]),
        title=said(card.title),
        picture=card.picture,
        price=card.price_from,
        shop=said(shop.name) if with_shop else "",
        promise="" if gone or hours is None else ship_words(card.special, card.presale, shorter(shop, hours)),
        sold_out=gone,
    )


def shorter(shop: shops.ShopCard, hours: int) -> int:
    """The shop's own hours where they are fewer."""
    return min(shop.ship_hours or hours, hours)


def ship_words(special: str, presale: bool, hours: int) -> str:
    """The promise of a listing in a few words; nothing where none is made."""
    if special:
        return _("Made for you") if special == "custom" else ""
    if presale:
        return _("Presale, dated")
    return _("Ships in %(hours)d h") % {"hours": hours}


def shops_of(*pages: Sequence[catalog.ListingCard]) -> dict[UUID, shops.ShopCard]:
    """The shops of these cards, in one query; none for no cards."""
    ids = {card.shop_id for found in pages for card in found}
    return shops.shops(ids) if ids else {}


class Parcel(msgspec.Struct, frozen=True):
    """What of a cart one shop will send."""

    shop: shops.ShopCard
    lines: tuple[orders.CartLineView, ...]


def by_shop(lines: Sequence[orders.CartLineView], known: Mapping[UUID, shops.ShopCard]) -> list[Parcel]:
    """The lines of a cart as the parcels they will travel in, in the order things were put in."""
    found: dict[UUID, list[orders.CartLineView]] = {}
    for line in lines:
        found.setdefault(line.offer.shop_id, []).append(line)
    return [Parcel(known[shop_id], tuple(of_shop)) for shop_id, of_shop in found.items()]


def held_card(checkout: orders.CheckoutView, now: datetime) -> PromiseCard:
    """The quarter of an hour in which the goods are held, as a promise of ours."""
    return PromiseCard(
        id="held", kind=_("Held for you"), title=_("Pay when you are ready"), shop=_("Sanhao"), state="open",
        starts_at=min(checkout.expires_at - _HELD, now), due_at=checkout.expires_at, mark="seal",
        otherwise=_("everything goes back on the shelf, and nothing is charged"),
    )  # fmt: skip
