"""Reading the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sanhao.fairness.notices.core import NoticeView
from sanhao.kit.keeper import Row
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text


def unread_count(person_id: UUID) -> int:
    [row] = fetch(
        "SELECT count(*) AS n FROM notices_notice WHERE person_id = %s AND read_at IS NULL", [person_id]
    )
    return int(row["n"])


def unread(person_ids: Sequence[UUID], *, most: int = 50) -> dict[UUID, list[NoticeView]]:
    """What each of these people has not read, the oldest first, at most so many each. One query."""
    rows = fetch(
        """
        SELECT * FROM (
            SELECT person_id, id, topic, sentence_zh, sentence_en, subject_kind, subject_id, at, read_at,
                   row_number() OVER (PARTITION BY person_id ORDER BY at, id) AS nth
            FROM notices_notice WHERE person_id = ANY(%s) AND read_at IS NULL
        ) n WHERE nth <= %s ORDER BY at, id
        """,
        [list(person_ids), most],
    )
    found: dict[UUID, list[NoticeView]] = {}
    for row in rows:
        found.setdefault(row["person_id"], []).append(_view(row))
    return found


def inbox(person_id: UUID, *, limit: int = 50, before: UUID | None = None) -> list[NoticeView]:
    """Newest first; *before* is the id of the last one already seen."""
    rows = fetch(
        """
        SELECT id, topic, sentence_zh, sentence_en, subject_kind, subject_id, at, read_at FROM notices_notice
        WHERE person_id = %(person)s AND (%(before)s::uuid IS NULL OR (at, id) <
            (SELECT at, id FROM notices_notice WHERE id = %(before)s AND person_id = %(person)s))
        ORDER BY at DESC, id DESC LIMIT %(limit)s
        """,
        {"person": person_id, "before": before, "limit": limit},
    )
    return [_view(row) for row in rows]


def _view(row: Row) -> NoticeView:
    return NoticeView(
        row["id"], row["topic"], Text(zh=row["sentence_zh"], en=row["sentence_en"]), row["subject_kind"],
        row["subject_id"], row["at"], row["read_at"],
    )  # fmt: skip
