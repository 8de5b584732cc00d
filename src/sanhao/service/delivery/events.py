"""Facts about parcels. Told again, with the earlier moment, when a late scan shows that it happened earlier."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.kit.events import Event


class ConsignmentCollected(Event, frozen=True):
    """The carrier has it (揽收). *at* counts (see `core.counts_at`); *received_at* is when that scan reached us."""

    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    items: tuple[tuple[UUID, int], ...]
    at: datetime
    received_at: datetime
    zone_assumed: bool


class ConsignmentDelivered(Event, frozen=True):
    """Signed for at the buyer's side (签收)."""

    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    items: tuple[tuple[UUID, int], ...]
    at: datetime
    received_at: datetime
    zone_assumed: bool


class ConsignmentMoved(Event, frozen=True):
    """The consignment is in another state. *at* is when we learned it."""

    consignment_id: UUID
    owner_id: UUID
    shop_id: UUID
    state: str
    at: datetime
