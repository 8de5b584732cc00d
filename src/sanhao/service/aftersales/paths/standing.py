"""How far a buyer is known: whether something may be sent or paid before the goods are back.

Three standings, none of which anybody is ever shown as a name: known well, unknown (treated like everybody), and held,
where money or goods given ahead are still out. It recovers by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

Standing = Literal["trusted", "neutral", "held"]


class TrustTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Known for so many days by so many orders that arrived. *odd_bp*: returns that were found wrong, of the orders that
    arrived, are less than this, counted from the *odd_from*-th. What was not repaid weighs for *drop_days*."""

    days: int = 90
    orders: int = 3
    odd_bp: int = 2_000
    odd_from: int = 2
    drop_days: int = 365


class Record(msgspec.Struct, frozen=True):
    """What is on file of a buyer. *odd*: returns found wrong; *owing*: advances not repaid; *dropped_at*: the last one."""

    arrived: int = 0
    since: datetime | None = None
    odd: int = 0
    owing: int = 0
    dropped_at: datetime | None = None


def standing(terms: TrustTerms, record: Record, now: datetime) -> Standing:
    odd = record.odd >= terms.odd_from and record.odd * 10_000 >= terms.odd_bp * max(1, record.arrived)
    if record.owing or odd:
        return "held"
    if record.dropped_at is not None and now - record.dropped_at < timedelta(days=terms.drop_days):
        return "neutral"
    known = record.since is not None and now - record.since >= timedelta(days=terms.days)
    return "trusted" if known and record.arrived >= terms.orders and not record.odd else "neutral"
