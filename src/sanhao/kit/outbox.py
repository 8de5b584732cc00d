"""The outbox: facts leave after commit, at least once, and one deaf listener does not hold up the others.

The database-only part of a later listener runs in the transaction that removes the fact from the outbox, so its
rows are written exactly once; what goes outside (`NOTIFY`, mail) may repeat and must be idempotent by `News.id`.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.kit.events import Listener, News, decode, later_listeners
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Keeper, Row, register
from sanhao.kit.rows import execute, fetch
from sanhao.kit.time import machine_now

log = logging.getLogger("sanhao.outbox")

_FIRST_DELAY, _LONGEST_DELAY = timedelta(seconds=5), timedelta(hours=1)


def deliver(rows: Sequence[Row], now: datetime) -> None:
    """Tell every later listener of a batch of facts, then forget the facts."""
    by_name: dict[str, list[News[Any]]] = defaultdict(list)
    for row in rows:
        by_name[row["name"]].append(News(row["id"], row["at"], decode(row["name"], row["payload"])))
    for name, batch in by_name.items():
        for listener_name, listener in later_listeners(name).items():
            _tell(name, listener_name, listener, batch)
    execute("DELETE FROM kit_outbox WHERE id = ANY(%s)", [[row["id"] for row in rows]])


def _tell(name: str, listener_name: str, listener: Listener, batch: Sequence[News[Any]]) -> None:
    try:
        with transaction.atomic():
            listener(batch)
    except Exception as error:
        if len(batch) > 1:
            for news in batch:
                _tell(name, listener_name, listener, [news])
        else:
            log.error("%s could not hear %s: %r", listener_name, name, error, exc_info=error)
            _remember(name, listener_name, batch[0], error)


def _remember(name: str, listener_name: str, news: News[Any], error: Exception) -> None:
    execute(
        """
        INSERT INTO kit_outbox_retry (id, event_id, name, at, payload, listener, attempts, retry_at, error)
        SELECT %s, id, name, at, payload, %s, 1, %s, %s FROM kit_outbox WHERE id = %s
        ON CONFLICT (event_id, listener) DO NOTHING
        """,
        [new_id(), listener_name, machine_now() + _FIRST_DELAY, repr(error)[:2000], news.id],
    )


def retry(rows: Sequence[Row], now: datetime) -> None:
    """Try again what one listener could not take; delays double up to an hour and never give up."""
    done: list[UUID] = []
    for row in rows:
        listener = later_listeners(row["name"]).get(row["listener"])
        try:
            if listener is not None:
                with transaction.atomic():
                    listener([News(row["event_id"], row["at"], decode(row["name"], row["payload"]))])
            done.append(row["id"])
        except Exception as error:  # noqa: BLE001 - it stays in the table with its reason
            delay = min(_FIRST_DELAY * 2 ** min(row["attempts"], 20), _LONGEST_DELAY)
            execute(
                "UPDATE kit_outbox_retry SET attempts = attempts + 1, retry_at = %s, error = %s WHERE id = %s",
                [machine_now() + delay, repr(error)[:2000], row["id"]],
            )
    execute("DELETE FROM kit_outbox_retry WHERE id = ANY(%s)", [done])


class Backlog(msgspec.Struct, frozen=True):
    """Facts not yet told (*oldest_at*: business time of the first), and those a listener could not take yet."""

    waiting: int
    oldest_at: datetime | None
    retrying: int


class RetryView(msgspec.Struct, frozen=True):
    """One fact that one listener could not take, and why; *retry_at* is machine time."""

    id: UUID
    name: str
    listener: str
    at: datetime
    attempts: int
    retry_at: datetime
    error: str


def backlog() -> Backlog:
    [row] = fetch(
        "SELECT (SELECT count(*) FROM kit_outbox) AS waiting, (SELECT min(at) FROM kit_outbox) AS oldest_at, "
        "(SELECT count(*) FROM kit_outbox_retry) AS retrying"
    )
    return Backlog(**row)


def retries(*, limit: int = 100) -> list[RetryView]:
    """What is tried again, the next to be tried first."""
    rows = fetch(
        "SELECT id, name, listener, at, attempts, retry_at, error FROM kit_outbox_retry "
        "ORDER BY retry_at, id LIMIT %s",
        [limit],
    )
    return [RetryView(**row) for row in rows]


OUTBOX = Keeper(
    name="kit.outbox",
    query="SELECT t.id, t.name, t.at, t.payload::text AS payload FROM kit_outbox t WHERE %(now)s IS NOT NULL",
    settle=deliver,
    idle_seconds=0.2,
)
RETRIES = Keeper(
    name="kit.outbox_retry",
    query="SELECT t.id, t.event_id, t.name, t.at, t.payload::text AS payload, t.listener, t.attempts "
    "FROM kit_outbox_retry t WHERE t.retry_at <= %(now)s",
    settle=retry,
    order="t.retry_at",
    batch=100,
    clock=machine_now,
)


def wire() -> None:
    register(OUTBOX)
    register(RETRIES)
