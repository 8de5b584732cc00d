"""What promises remember of parcels that their buyer had called back (拦截): while that runs their time stands still for
what is inside, and what came back owes no arrival."""

from __future__ import annotations

from datetime import datetime, timedelta

from sanhao.service.promises.core import CalledBack

Calls = tuple[CalledBack, ...]


def add(calls: Calls, new: CalledBack) -> Calls:
    """*calls* with *new*; of one parcel, that it came back says more than that it ended, and that more than that it began."""
    known = {call.parcel: call for call in calls}
    old = known.get(new.parcel)
    if old is None or (new.back, new.ended is not None) > (old.back, old.ended is not None):
        known[new.parcel] = new
    return tuple(sorted(known.values(), key=lambda call: (call.at, call.parcel)))


def pause(calls: Calls, line: str, due_at: datetime) -> timedelta:
    """By how long the arrival of *line*, due then, was put off by calls: until each ended, or is over at the latest."""
    late = timedelta(0)
    for call in calls:
        if line in call.lines and call.at <= due_at + late:
            late += (call.ended or call.until) - call.at
    return late


def came_back(calls: Calls, line: str) -> datetime | None:
    """Since when *line* is on its way back to its shop, if it is."""
    return min(
        (call.ended for call in calls if call.back and call.ended and line in call.lines), default=None
    )
