"""Whether a buyer may have the replacement before the old thing is back; neutral where nothing is known."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sanhao.kit.rows import fetch
from sanhao.service.orders import api as orders

_KNOWN_FOR = timedelta(days=90)
_ORDERS = 3


def trusted(person_id: UUID, *, now: datetime) -> bool:
    """Three orders that arrived, the first of them 90 days ago, and nothing sent ahead that never came back."""
    arrived = orders.orders_of(person_id, state="delivered", limit=50)
    if len(arrived) < _ORDERS or now - arrived[-1].placed_at < _KNOWN_FOR:
        return False
    return not fetch(
        "SELECT 1 FROM aftersales_case WHERE person_id = %s AND ships_first AND state = 'lapsed' LIMIT 1",
        [person_id],
    )
