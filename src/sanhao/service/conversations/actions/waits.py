"""Answers that are owed: asked for, given, taken back, no longer owed. In the caller's transaction, which holds the thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.kit.rows import execute, fetch
from sanhao.service.conversations.book import owing_hours, terms_of
from sanhao.service.conversations.core import Side, clock
from sanhao.service.conversations.hours import spent
from sanhao.service.conversations.models import WAIT
from sanhao.service.conversations.seats import Row

_OWED = ("waiting", "late")


def ask(row: Row, side: Side, *, now: datetime) -> None:
    """*side* owes an answer from now on; where it does already, since then."""
    terms = terms_of(row["rule_id"])
    if fetch(
        "SELECT 1 FROM conversations_wait WHERE thread_id = %s AND side = %s AND state = ANY(%s)",
        [row["id"], side, list(_OWED)],
    ):
        return
    due_at, remind_at = clock(terms, owing_hours(side, shops.shop(row["shop_id"]), terms), side, now)
    execute(
        "INSERT INTO conversations_wait (id, thread_id, shop_id, side, state, asked_at, due_at, next_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [new_id(), row["id"], row["shop_id"], side, WAIT.initial, now, due_at, remind_at],
    )


def answer(row: Row, side: Side, number: int, *, now: datetime) -> None:
    """What *side* owed is given, by message *number*."""
    owed = _owed(row["id"], side)
    if owed is None:
        return
    terms = terms_of(row["rule_id"])
    took = spent(owing_hours(side, shops.shop(row["shop_id"]), terms), owed["asked_at"], now)
    WAIT.move_rows(
        [owed["id"]], "answered", at=now,
        also={"answered_at": now, "answer_no": number, "took_seconds": int(took.total_seconds()), "next_at": None},
    )  # fmt: skip


def unanswer(row: Row, side: Side, number: int, *, now: datetime) -> bool:
    """An answer was taken back: unless *side* has said something else since, it is owed as before."""
    rows = fetch(
        "SELECT w.id, w.due_at FROM conversations_wait w WHERE w.thread_id = %(thread)s AND w.side = %(side)s "
        "AND w.state = 'answered' AND w.answer_no = %(number)s AND NOT EXISTS ("
        "SELECT 1 FROM conversations_message m WHERE m.thread_id = %(thread)s AND m.number > %(number)s "
        "AND m.side = %(side)s AND m.event = '' AND m.withdrawn_at IS NULL)",
        {"thread": row["id"], "side": side, "number": number},
    )
    if not rows:
        return False
    lapse(row["id"], [side], now=now)  # what was asked meanwhile is part of the same question
    WAIT.move_rows(
        [rows[0]["id"]], "waiting", at=now,
        also={"answered_at": None, "answer_no": None, "took_seconds": None, "next_at": rows[0]["due_at"]},
    )  # fmt: skip
    return True


def unask(row: Row, side: Side, owing: Side, *, now: datetime) -> bool:
    """A question was taken back: unless *side* asked something else since the last answer, nothing is owed."""
    if fetch(
        """
        SELECT 1 FROM conversations_message m JOIN conversations_wait w ON w.thread_id = m.thread_id
        WHERE m.thread_id = %(thread)s AND m.side = %(side)s AND m.event = '' AND m.withdrawn_at IS NULL
          AND w.side = %(owing)s AND w.state IN ('waiting', 'late') AND m.at >= w.asked_at
        """,
        {"thread": row["id"], "side": side, "owing": owing},
    ):
        return False
    return lapse(row["id"], [owing], now=now)


def lapse(thread_id: UUID, sides: Sequence[Side], *, now: datetime) -> bool:
    """Nothing is owed any more."""
    rows = fetch(
        "SELECT id FROM conversations_wait WHERE thread_id = %s AND side = ANY(%s) AND state = ANY(%s)",
        [thread_id, list(sides), list(_OWED)],
    )
    return bool(WAIT.move_rows([row["id"] for row in rows], "lapsed", at=now, also={"next_at": None}))


def _owed(thread_id: UUID, side: Side) -> Row | None:
    rows = fetch(
        "SELECT id, asked_at FROM conversations_wait WHERE thread_id = %s AND side = %s AND state = ANY(%s)",
        [thread_id, side, list(_OWED)],
    )
    return rows[0] if rows else None
