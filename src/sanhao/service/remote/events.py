"""What remote areas tell the rest of the house."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.kit.events import Event


class SubsidySpent(Event, frozen=True):
    """The second carrier has an order's first parcel: its way is paid."""

    order_id: UUID
    shop_id: UUID
    subsidy_minor: int
    buyer_minor: int
    currency: str
    at: datetime
