"""A refund asked for before anything had left: the shop stops the parcel. If it hands it over all the same, the buyer wins. Pure.

What nobody has packed is refunded at once (`case.at_once`). What is packed waits for the shop, whose only good reason to
say no is that a courier had the parcel already; who hands it over after the request gets it back on their own account.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def shipped_anyway(phase: str, asked_at: datetime, collected: Iterable[datetime | None]) -> bool:
    """Whether a courier first had any of it after the refund was asked for."""
    return phase == "unshipped" and any(at is not None and at > asked_at for at in collected)
