"""How far the world has been heard of. A promise is not settled past the first thing that was received and is not read
yet: a scan that came in time, while keepers were down or the clock of a demo world jumped, still keeps its promise.

What a keeper has set aside holds nobody up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sanhao.kit import time
from sanhao.service.delivery import api as delivery

Unheard = Callable[[], datetime | None]
"""The moment of the first thing not heard of yet, None if there is none."""

_TICK = timedelta(microseconds=1)
_unheard: list[Unheard] = [delivery.unread_since]


def register_horizon(unheard: Unheard) -> None:
    """Upper modules say here what else promises should wait for."""
    if unheard not in _unheard:
        _unheard.append(unheard)


def heard_until() -> datetime:
    """The clock of the keepers that settle: business time, or just before the first thing not heard of."""
    first = [moment - _TICK for unheard in _unheard if (moment := unheard()) is not None]
    return min([time.now(), *first])
