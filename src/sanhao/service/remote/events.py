"""What remote areas tell the rest of the house."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.kit.events import Event


class SecondLegUnused(Event, frozen=True):
    """No parcel of a paid order will travel its second leg, by *decision_id*. What its buyer paid of it is still where the
    freight is."""

    order_id: UUID
    shop_id: UUID
    buyer_minor: int
    currency: str
    decision_id: UUID
    at: datetime


class SubsidySpent(Event, frozen=True):
    """The second carrier has an order's first parcel: its way is paid."""

    order_id: UUID
    shop_id: UUID
    subsidy_minor: int
    buyer_minor: int
    currency: str
    at: datetime
