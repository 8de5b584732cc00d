"""One shape for everything with a deadline: rows that are due, a way to settle a batch, and a keeper.

A keeper claims due rows (`FOR UPDATE SKIP LOCKED`), settles the whole batch in one transaction, and goes on. Any
number of keepers on any number of machines may run. If a batch fails it is halved until the poisoned row stands
alone; that row is set aside with growing delay and the rest is settled.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction

from sanhao.kit.garbage import BATCHES, settle_in
from sanhao.kit.ids import new_id
from sanhao.kit.rows import execute, fetch
from sanhao.kit.time import machine_now
from sanhao.kit.time import now as business_now

log = logging.getLogger("sanhao.keeper")

Row = dict[str, Any]
_FIRST_DELAY, _LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=6)


@dataclass(frozen=True)
class Keeper:
    """*query* selects due rows: it names the columns, `FROM <table> t` and a WHERE with ``%(now)s``.

    The key column is ``t.id``. `settle(rows, now)` runs inside the claiming transaction and must only touch the
    database. *order* should match a partial index. *batch* is at most 1,000 rows.
    """

    name: str
    query: str
    settle: Callable[[Sequence[Row], datetime], None]
    order: str = "t.id"
    batch: int = 500
    idle_seconds: float = 1.0
    hands: int = 1
    """Batches in hand at a time: with two, one is judged while the database writes the other."""
    clock: Callable[[], datetime] = field(default=business_now)

    def __post_init__(self) -> None:
        if not 1 <= self.batch <= 1000:
            raise ValueError(f"{self.name}: a batch has 1 to 1,000 rows")


_keepers: dict[str, Keeper] = {}


def register(keeper: Keeper) -> Keeper:
    """Called from a module's `wiring.py`. Raises ValueError for a second keeper of the same name."""
    if _keepers.setdefault(keeper.name, keeper) is not keeper:
        raise ValueError(f"two keepers are called {keeper.name}")
    return keeper


def all_keepers() -> list[Keeper]:
    return list(_keepers.values())


def tick(keeper: Keeper, now: datetime | None = None) -> int:
    """Claim and settle one batch; returns how many rows were settled (set aside ones not counted)."""
    moment = now or keeper.clock()
    return _tick(keeper, moment, None)


def _tick(keeper: Keeper, now: datetime, only: list[UUID] | None) -> int:
    claimed: list[UUID] = []
    try:
        with transaction.atomic():
            rows = _claim(keeper, now, only)
            if not rows:
                return 0
            claimed = [row["id"] for row in rows]
            keeper.settle(rows, now)
            return len(rows)
    except (OperationalError, InterfaceError):
        raise  # the database is away or two keepers collided: nothing is wrong with the rows
    except Exception as error:
        if not claimed:
            raise
        if len(claimed) == 1:
            _set_aside(keeper, claimed[0], error)
            return 0
        half = len(claimed) // 2
        return _tick(keeper, now, claimed[:half]) + _tick(keeper, now, claimed[half:])


def _due(keeper: Keeper) -> str:
    """What is due and does not stand aside, open for more conditions."""
    return f"""
        {keeper.query}
          AND NOT EXISTS (SELECT 1 FROM kit_set_aside s
                          WHERE s.keeper = %(keeper)s AND s.row_id = t.id AND s.retry_at > %(machine_now)s)
    """


def _claim(keeper: Keeper, now: datetime, only: list[UUID] | None) -> list[Row]:
    return fetch(
        f"""
        {_due(keeper)} {"AND t.id = ANY(%(only)s)" if only is not None else ""}
        ORDER BY {keeper.order} LIMIT %(limit)s FOR UPDATE OF t SKIP LOCKED
        """,
        {
            "now": now,
            "machine_now": machine_now(),
            "keeper": keeper.name,
            "limit": keeper.batch,
            "only": only,
        },
    )


def _set_aside(keeper: Keeper, row_id: UUID, error: Exception) -> None:
    log.error("%s set %s aside: %r", keeper.name, row_id, error, exc_info=error)
    execute(
        """
        INSERT INTO kit_set_aside (id, keeper, row_id, attempts, retry_at, error)
        VALUES (%(id)s, %(keeper)s, %(row)s, 1, %(now)s + %(first)s, %(error)s)
        ON CONFLICT (keeper, row_id) DO UPDATE SET
            attempts = kit_set_aside.attempts + 1, error = excluded.error,
            retry_at = %(now)s + least(%(first)s * (2 ^ least(kit_set_aside.attempts, 20))::float, %(longest)s)
        """,
        {"id": new_id(), "keeper": keeper.name, "row": row_id, "now": machine_now(),
         "first": _FIRST_DELAY, "longest": _LONGEST_DELAY, "error": repr(error)[:2000]},
    )  # fmt: skip


class AsideView(msgspec.Struct, frozen=True):
    """A row its keeper could not settle: how often it was tried, when next (machine time), and what went wrong."""

    id: UUID
    keeper: str
    row_id: UUID
    attempts: int
    retry_at: datetime
    error: str


def set_asides(*, limit: int = 100) -> list[AsideView]:
    """What stands aside now, the most often tried first. A row that went well afterwards leaves on its next retry."""
    rows = fetch(
        "SELECT id, keeper, row_id, attempts, retry_at, error FROM kit_set_aside "
        "ORDER BY attempts DESC, retry_at, id LIMIT %s",
        [limit],
    )
    return [AsideView(**row) for row in rows]


def drain(
    keepers: Sequence[Keeper] | None = None, *, now: datetime | None = None, rounds: int = 10_000
) -> int:
    """Tick all keepers until none has anything due; returns rows settled. For commands and tests.

    Raises RuntimeError after *rounds*, which means that a keeper settles a row without making it undue.
    """
    chosen = list(keepers if keepers is not None else all_keepers())
    done = 0
    for _ in range(rounds):
        # Asking all of them at once is ten times quicker than letting each find out by itself.
        settled = sum(tick(keeper, now) for keeper in chosen) if _anything_due(chosen, now) else 0
        if not settled:
            return done
        done += settled
    raise RuntimeError("a keeper never comes to rest")


def _anything_due(keepers: Sequence[Keeper], now: datetime | None) -> bool:
    """Whether any of *keepers* would find a row, in one question. Locks nothing."""
    given: dict[str, Any] = {"machine_now": machine_now()}
    asked = []
    for number, keeper in enumerate(keepers):
        given |= {f"now{number}": now or keeper.clock(), f"keeper{number}": keeper.name}
        due = _due(keeper).replace("%(now)s", f"%(now{number})s").replace("%(keeper)s", f"%(keeper{number})s")
        asked.append(f"EXISTS ({due})")
    [row] = fetch(f"SELECT {' OR '.join(asked) or 'false'} AS due", given)
    return bool(row["due"])


def keep(stop: threading.Event, keepers: Sequence[Keeper] | None = None) -> None:
    """Run keepers until *stop* is set: each in its own thread, finishing the batch in hand before it goes."""
    settle_in(BATCHES)
    threads = [
        threading.Thread(target=_keep_one, args=(keeper, stop), name=f"keeper {keeper.name} {hand}")
        for keeper in (keepers if keepers is not None else all_keepers())
        for hand in range(keeper.hands)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _keep_one(keeper: Keeper, stop: threading.Event) -> None:
    wait = keeper.idle_seconds
    while not stop.is_set():
        try:
            close_old_connections()
            settled = tick(keeper)
            wait = keeper.idle_seconds
            if settled:
                continue
        except (OperationalError, InterfaceError) as error:
            log.warning("%s: the database is away (%s); trying again", keeper.name, error)
            connection.close()
            wait = min(wait * 2, 10.0)
        except Exception:  # not a row's fault: this keeper is broken; the others must not stand still for it
            log.exception("%s cannot work; trying again", keeper.name)
            wait = min(wait * 2, 60.0)
        stop.wait(wait)
    connection.close()
