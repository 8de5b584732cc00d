"""Facts about what can be bought."""

from __future__ import annotations

from uuid import UUID

from sanhao.kit.events import Event


class StockReturned(Event, frozen=True):
    """Reservations were let go: these offers have stock again."""

    offer_ids: tuple[UUID, ...]


class ListingChanged(Event, frozen=True):
    """A listing was published, paused, closed, or its words, price, stock or parcel were edited."""

    listing_id: UUID
    shop_id: UUID
    what: str


__all__ = ["ListingChanged", "StockReturned"]
