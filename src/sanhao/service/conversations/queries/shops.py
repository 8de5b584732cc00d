"""Reading how a shop answers: its figures, its saved answers, whom it turned away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.kit.rows import fetch
from sanhao.service.conversations.book import in_force


class Figures(msgspec.Struct, frozen=True):
    """How a shop answers: of *asked* questions so many *in_time*; the median of service time, None without answers."""

    asked: int
    in_time: int
    median: timedelta | None
    since: datetime
    shown: bool

    @property
    def share(self) -> int:
        """Whole percent."""
        return self.in_time * 100 // self.asked if self.asked else 100


def figures(shop_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, Figures]:
    """How each shop answered lately; one query. A question still open counts once it is late."""
    _, terms = in_force(now)
    since = now - timedelta(days=terms.window_days)
    rows = fetch(
        """
        SELECT shop_id, count(*)::int AS asked,
            count(*) FILTER (WHERE state = 'answered' AND answered_at <= due_at)::int AS in_time,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY took_seconds) AS median
        FROM conversations_wait
        WHERE shop_id = ANY(%(shops)s) AND side = 'shop' AND asked_at >= %(since)s
          AND (state = 'answered' OR state = 'late' OR (state = 'waiting' AND due_at < %(now)s))
        GROUP BY shop_id
        """,
        {"shops": list(shop_ids), "since": since, "now": now},
    )
    found = {id: Figures(0, 0, None, since, False) for id in shop_ids}
    for row in rows:
        median = None if row["median"] is None else timedelta(seconds=int(row["median"]))
        found[row["shop_id"]] = Figures(
            row["asked"], row["in_time"], median, since, row["asked"] >= terms.least
        )
    return found


class Saved(msgspec.Struct, frozen=True):
    id: UUID
    title: str
    words: str
    used: int


def saved_answers(shop_id: UUID) -> list[Saved]:
    """A shop's saved answers, the most used first."""
    return [
        Saved(**row)
        for row in fetch(
            "SELECT id, title, words, used FROM conversations_saved_answer WHERE shop_id = %s "
            "ORDER BY used DESC, saved_at DESC, id",
            [shop_id],
        )
    ]


def is_blocked(shop_id: UUID, person_id: UUID) -> bool:
    return bool(
        fetch("SELECT 1 FROM conversations_block WHERE shop_id = %s AND person_id = %s", [shop_id, person_id])
    )
