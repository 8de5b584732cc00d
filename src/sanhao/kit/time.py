"""Time is an argument. This is the only module that reads a clock; everything else is handed `now`.

Two clocks. *Business* time (`now`) drives every deadline; in a demo world it can be moved, only forward, and the
whole platform follows. *Machine* time (`machine_now`) is for sessions, signatures, rate limits, back-off and ids.
"""

from __future__ import annotations

import time as _time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from sanhao.kit.push import publish
from sanhao.kit.refusals import Invalid, Refusal

_REFRESH_SECONDS = 0.5


@dataclass
class _Known:
    is_demo: bool | None = None
    offset: timedelta = timedelta(0)
    read_at: float = -1e9


_known = _Known()


def machine_now() -> datetime:
    return datetime.now(UTC)


def now() -> datetime:
    """Business time, UTC. In a real world this is the machine's clock and costs no query."""
    return machine_now() + _offset()


def monotonic() -> float:
    """Seconds for measuring how long something took; never for business."""
    return _time.monotonic()


def forget() -> None:
    """Forget what is known of the world: after founding one, and between tests."""
    global _known
    _known = _Known()


def is_demo() -> bool:
    if _known.is_demo is None:
        _offset()
    return bool(_known.is_demo)


def _offset() -> timedelta:
    if _known.is_demo is False:
        return timedelta(0)
    if _time.monotonic() - _known.read_at > _REFRESH_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT w.is_demo, coalesce(c.ahead, interval '0') "
                "FROM kit_world w LEFT JOIN kit_clock c ON c.world_id = w.id"
            )
            row = cursor.fetchone()
        if row is None:  # not founded yet: behave as real, but look again
            return timedelta(0)
        _known.is_demo, _known.offset = row
        _known.read_at = _time.monotonic()
    return _known.offset


def found_world(*, is_demo: bool) -> None:
    """Mark this database, once and for all, as a demo world or a real one. The same mark twice is fine."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kit_world (id, is_demo, founded_at) VALUES (1, %s, %s) ON CONFLICT (id) DO NOTHING",
            [is_demo, machine_now()],
        )
        cursor.execute("SELECT is_demo FROM kit_world WHERE id = 1")
        (existing,) = cursor.fetchone()
        if existing and not is_demo:
            raise Refusal("world.is_demo", zh="这个数据库是演示世界，不能当真用。",
                          en="This database holds a demo world; a real site needs a database of its own.")  # fmt: skip
        if is_demo and not existing:
            raise Refusal("world.is_real", zh="这个数据库是真实站点，不能变成演示世界。",
                          en="This database holds a real site; it can never become a demo world.")  # fmt: skip
        if is_demo:
            cursor.execute(
                "INSERT INTO kit_clock (id, world_id, is_demo, ahead) VALUES (1, 1, true, interval '0') "
                "ON CONFLICT (id) DO NOTHING"
            )
    forget()


def move_forward(by: timedelta) -> datetime:
    """Move business time forward by *by* and return the new now. Refused in a real world, and backwards."""
    if by <= timedelta(0):
        raise Invalid("clock.backwards", zh="时间只能往前走。", en="Time moves forward only.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kit_clock SET ahead = ahead + make_interval(secs => %s) WHERE id = 1 RETURNING ahead",
            [by.total_seconds()],
        )
        if cursor.fetchone() is None:
            raise Refusal(
                "clock.real", zh="真实站点的时间不能拨动。", en="The clock of a real site cannot be moved."
            )
    forget()
    publish(["clock"])  # open pages show the time: they ask once for each move, and not at all without one
    return now()


def move_to(moment: datetime) -> datetime:
    """Move business time forward to *moment* (aware). A moment that has passed is refused."""
    return move_forward(moment - now())
