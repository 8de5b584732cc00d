"""What time alone does: reminds, marks late, closes what has fallen silent, tells who is away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sanhao.kit.events import emit
from sanhao.kit.keeper import Row
from sanhao.kit.rows import execute
from sanhao.service.conversations.events import AnswerLate, AnswerReminded, ThreadChanged
from sanhao.service.conversations.models import THREAD, WAIT


def look(rows: Sequence[Row], now: datetime) -> None:
    """Waitings whose reminder or deadline has come. A reminder that comes too late is none.

    Each row is written once: a second time in one transaction would ask for its thread, which an answer holds.
    """
    late = [row for row in rows if row["due_at"] < now]
    soon = [row for row in rows if row["due_at"] >= now]
    moved = {
        row["id"]
        for row in WAIT.move_rows([row["id"] for row in late], "late", at=now, also={"next_at": None})
    }
    execute(
        "UPDATE conversations_wait SET reminded_at = coalesce(reminded_at, %s), next_at = due_at + interval '1 microsecond' "
        "WHERE id = ANY(%s)",
        [now, [row["id"] for row in soon]],
    )
    emit(
        [
            *(
                AnswerLate(row["id"], row["thread_id"], row["shop_id"], row["side"])
                for row in late
                if row["id"] in moved
            ),
            *(
                AnswerReminded(row["id"], row["thread_id"], row["shop_id"], row["side"])
                for row in soon
                if row["reminded_at"] is None
            ),
        ],
        at=now,
    )


def close_silent(rows: Sequence[Row], now: datetime) -> None:
    """Nobody has written for days: it is over, until somebody does."""
    ids = [row["id"] for row in rows]
    closed = {
        row["id"] for row in THREAD.move_rows(ids, "closed", at=now, note="silence", also={"close_at": None})
    }
    emit(
        [
            ThreadChanged(row["id"], row["shop_id"], row["person_id"], "closed")
            for row in rows
            if row["id"] in closed
        ],
        at=now,
    )
