"""What buyers do to stock: hold it, take it, give it back. The statements in which they race, and the order of their
locks, are in `stock.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sanhao.goods.catalog import core, stock
from sanhao.goods.catalog.core import OfferCard, Want
from sanhao.goods.catalog.events import StockReturned
from sanhao.goods.catalog.queries import offers
from sanhao.kit.events import emit
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import together


def reserve(
    wants: Sequence[Want],
    *,
    expires_at: datetime,
    now: datetime,
    seen: Mapping[UUID, OfferCard] | None = None,
) -> None:
    """Set goods aside, all of *wants* or none of them. *seen*: the offers, where the caller has just looked.

    One look refuses the hopeless without a lock (in a rush nearly everybody); then one statement takes the stock,
    locking offers in order of id, and writes the reservations.
    The locks last until the caller's transaction ends: call this late in it.
    Raises `catalog.sold_out`, `catalog.limit`, `catalog.closed`, `catalog.minimum`, `catalog.price_changed`, Invalid.
    """
    if not wants:
        return
    wanted = core.merged(wants)
    cards = offers({want.offer_id for want in wanted}, now=now) if seen is None else seen
    if refusal := core.hopeless(wanted, cards):
        raise refusal
    if any(cards[want.offer_id].per_person_limit is not None for want in wanted):
        _reserve_limited(wanted, cards, expires_at, now)
        return
    with together():
        taken = stock.take_and_hold(wanted, expires_at=expires_at, now=now)
        if missed := {want.offer_id for want in wanted} - taken:
            raise _why(wanted, min(missed), now)


@transaction.atomic
def _reserve_limited(
    wanted: Sequence[Want], cards: Mapping[UUID, OfferCard], expires_at: datetime, now: datetime
) -> None:
    """In two statements: the INSERT runs under the locks of the UPDATE with a fresh snapshot, so it counts what the
    same person just took elsewhere, and the limit holds under any race."""
    if missed := {want.offer_id for want in wanted} - stock.take(wanted):
        raise _why(wanted, min(missed), now)
    for want in stock.hold(wanted, expires_at=expires_at, now=now):
        card = cards[want.offer_id]
        raise core.over_limit(card.title, card.per_person_limit or 0)


def _why(wanted: Sequence[Want], missed: UUID, now: datetime) -> Refusal:
    """Why the UPDATE left *missed* alone although a look said yes: somebody was quicker."""
    cards = offers([want.offer_id for want in wanted], now=now)
    return core.hopeless(wanted, cards) or core.sold_out(cards[missed].title, 0)


def consume(order_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """The orders are paid: what was held for them is theirs. Twice is once.

    Returns the orders whose goods are not all theirs (let go before the payment arrived); nothing is consumed for them.
    """
    with together():
        theirs = stock.consume(order_ids, now=now)
    return [id for id in dict.fromkeys(order_ids) if id not in theirs]


def release(order_ids: Sequence[UUID], *, now: datetime) -> int:
    """Let go what is held or was bought for these orders: the stock is back. Twice is once; returns reservations."""
    with together():
        freed = stock.release(order_ids, now=now)
        if freed:
            emit([StockReturned(tuple(sorted(freed)))], at=now)
    return sum(freed.values())


def put_back(goods: Sequence[tuple[UUID, UUID, int]], *, now: datetime) -> None:
    """Units of (order, offer) are on the shelf again; never more than were bought. The rest of the order stays."""
    with together():
        offers = stock.put_back(goods, now=now)
        if offers:
            emit([StockReturned(tuple(sorted(offers)))], at=now)


def count_sold(rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Keeper: add consumed reservations to their offers' `sold`, so that payments need not."""
    del now
    stock.count_sold([row["id"] for row in rows])
