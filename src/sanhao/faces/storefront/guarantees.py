"""Guarantees beside a price: what comes with the goods, and what a buyer may agree to leave out, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.faces.storefront.cards import said
from sanhao.goods.catalog import api as catalog
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises


class Shown(msgspec.Struct, frozen=True):
    """One guarantee in a row. *holds* false: the law leaves these goods out, and the sentence says so."""

    title: str
    sentence: str
    by_shop: bool
    holds: bool


class Ask(msgspec.Struct, frozen=True):
    """A box that the buyer ticks by hand, or not: *value* is what the form sends."""

    value: str
    title: str
    sentence: str
    ticked: bool


def beside(offer: catalog.OfferCard, now: datetime) -> list[Shown]:
    """What comes with one offer."""
    [found] = promises.guarantees_of([_goods(offer)], now=now)
    return [
        Shown(said(one.title), said(one.note or one.sentence), one.by_shop, one.note is None) for one in found
    ]


def titles(lines: Sequence[orders.CartLineView], now: datetime) -> dict[UUID, str]:
    """For each line of a cart what comes with it, in a few words."""
    found = promises.guarantees_of([_goods(line.offer) for line in lines], now=now)
    return {
        line.offer.id: " · ".join(said(one.title) for one in of if one.note is None)
        for line, of in zip(lines, found, strict=True)
    }


def asks(lines: Sequence[orders.CartLineView], ticked: Sequence[str], now: datetime) -> dict[UUID, Ask]:
    """What may be left out of the return without a reason, if the buyer agrees to it for this very item."""
    asked = promises.consents_for([_goods(line.offer) for line in lines], now=now)
    found = {}
    for line, consent in zip(lines, asked, strict=True):
        if consent is not None:
            value = f"{line.offer.id}:{consent.name}"
            found[line.offer.id] = Ask(value, said(line.offer.title), said(consent.sentence), value in ticked)
    return found


def agreed(ticked: Sequence[str]) -> dict[UUID, tuple[str, ...]]:
    """What the form sent, by offer; what cannot be read was not agreed to."""
    found: dict[UUID, tuple[str, ...]] = {}
    for value in ticked[:200]:
        id, _, name = value.partition(":")
        try:
            offer_id = UUID(id)
        except ValueError:
            continue
        if name in promises.CONSENTS:
            found[offer_id] = (name,)
    return found


def _goods(offer: catalog.OfferCard) -> promises.Goods:
    return promises.Goods(offer.shop_id, offer.category_path, offer.price, offer.special, offer.weight_g)
