"""How often is too often. Two counters with one rule, both on machine time.

`allow`        counted in PostgreSQL, for what must hold across processes: sign-in, sign-up, mails.
`allow_local`  counted in this process, in bounded memory, for ordinary writes.

The window slides, approximately: hits of the current fixed window, plus those of the one before weighted by the part
of it that still lies within the last `per_seconds`. Two numbers per key instead of a log of hits; for even traffic it
is exact. Refused hits count, but never past the limit, so whoever slows down is let in again within one window.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.kit.keeper import Keeper, Row, register
from sanhao.kit.refusals import TooMany
from sanhao.kit.rows import execute, fetch
from sanhao.kit.time import machine_now, monotonic

_MOST_KEYS = 50_000
_local: OrderedDict[UUID, tuple[int, int, int]] = OrderedDict()
_lock = threading.Lock()


def step(counted: tuple[int, int, int] | None, window: int, limit: int) -> tuple[int, int, int]:
    """The (window, hits, hits before) that follow one more hit in *window*; hits stop one above *limit*."""
    if counted is None or window > counted[0] + 1:
        return window, 1, 0
    last, hits, before = counted
    if window > last:
        return window, 1, hits
    return last, min(hits + 1, limit + 1), before


def over(counted: tuple[int, int, int], fraction: float, limit: int) -> bool:
    """Whether the sliding estimate exceeds *limit*; *fraction* of the current window has passed."""
    _, hits, before = counted
    return before * (1 - fraction) + hits > limit


def allow(key: str, limit: int, per_seconds: int) -> None:
    """Count one hit for *key*; raise TooMany ``too_many`` if that makes more than *limit* in *per_seconds*.

    One statement. Call it outside of a transaction: one that rolls back would forget the hit.
    """
    passed = machine_now().timestamp() / per_seconds
    window = int(passed)
    [row] = fetch(
        """
        INSERT INTO kit_limit AS l (id, window_no, hits, hits_before, forget_at)
        VALUES (%(id)s, %(window)s, 1, 0, to_timestamp(%(forget)s))
        ON CONFLICT (id) DO UPDATE SET
            hits_before = CASE WHEN excluded.window_no <= l.window_no THEN l.hits_before
                               WHEN excluded.window_no = l.window_no + 1 THEN l.hits ELSE 0 END,
            hits = CASE WHEN excluded.window_no <= l.window_no THEN least(l.hits + 1, %(most)s) ELSE 1 END,
            window_no = greatest(l.window_no, excluded.window_no),
            forget_at = excluded.forget_at
        RETURNING window_no, hits, hits_before
        """,
        {
            "id": _hashed(key, limit, per_seconds),
            "window": window,
            "most": limit + 1,
            "forget": (window + 2) * per_seconds,
        },
    )
    if over((row["window_no"], row["hits"], row["hits_before"]), passed - window, limit):
        raise _too_many()


def allow_local(key: str, limit: int, per_seconds: int) -> None:
    """The same within this process, without a query. Keeps at most 50,000 keys: the longest unused are forgotten."""
    passed = monotonic() / per_seconds
    window = int(passed)
    name = _hashed(key, limit, per_seconds)
    with _lock:
        counted = _local[name] = step(_local.get(name), window, limit)
        _local.move_to_end(name)
        if len(_local) > _MOST_KEYS:
            _local.popitem(last=False)
    if over(counted, passed - window, limit):
        raise _too_many()


def forget_local() -> None:
    """Start counting anew in this process: between tests."""
    with _lock:
        _local.clear()


def forget_old(rows: Sequence[Row], now: datetime) -> None:
    execute("DELETE FROM kit_limit WHERE id = ANY(%s)", [[row["id"] for row in rows]])


def _hashed(key: str, limit: int, per_seconds: int) -> UUID:
    """Keys hold e-mails and addresses: only a fingerprint is stored."""
    return UUID(bytes=hashlib.blake2b(f"{key}|{limit}|{per_seconds}".encode(), digest_size=16).digest())


def _too_many() -> TooMany:
    return TooMany(
        "too_many",
        zh="操作太频繁，请稍后再试。",
        en="That was too often. Please wait a little and try again.",
    )


SWEEP = Keeper(
    name="kit.limits",
    query="SELECT t.id FROM kit_limit t WHERE t.forget_at <= %(now)s",
    settle=forget_old,
    order="t.forget_at",
    batch=1_000,
    idle_seconds=60.0,
    clock=machine_now,
)


def wire() -> None:
    register(SWEEP)
