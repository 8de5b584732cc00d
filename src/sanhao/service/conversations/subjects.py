"""What can be talked about, and whose it is. A kind is registered by the module that owns it; listings, orders and shops
stand below and are known here, cases register themselves from above."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.refusals import NotFound
from sanhao.service.orders import api as orders


class Subject(msgspec.Struct, frozen=True):
    """*kind*: ``listing``, ``order``, ``shop`` or what else is registered."""

    kind: str
    id: UUID


class Parties(msgspec.Struct, frozen=True):
    """Whose matter it is. *person_id* None: anybody may ask."""

    shop_id: UUID
    person_id: UUID | None


Lookup = Callable[[UUID, datetime], Parties]
_known: dict[str, Lookup] = {}


def register(kind: str, lookup: Lookup) -> None:
    """*lookup* says whose a subject of *kind* is, or raises NotFound."""
    _known[kind] = lookup


def parties(subject: Subject, *, now: datetime) -> Parties:
    """Raises NotFound for what does not exist or cannot be talked about."""
    if subject.kind not in _known:
        raise NotFound("talk.subject", zh="没有这个话题。", en="There is nothing like this to talk about.")
    return _known[subject.kind](subject.id, now)


def _listing(id: UUID, now: datetime) -> Parties:
    return Parties(catalog.listing(id, now=now).card.shop_id, None)


def _order(id: UUID, now: datetime) -> Parties:
    view = orders.order(id)
    return Parties(view.shop_id, view.person_id)


def _shop(id: UUID, now: datetime) -> Parties:
    return Parties(shops.shop(id).id, None)


def wire() -> None:
    register("listing", _listing)
    register("order", _order)
    register("shop", _shop)
