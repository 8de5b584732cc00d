"""Reading the inbox."""

from __future__ import annotations

from uuid import UUID

from sanhao.fairness.notices.core import NoticeView
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text


def unread_count(person_id: UUID) -> int:
    [row] = fetch(
        "SELECT count(*) AS n FROM notices_notice WHERE person_id = %s AND read_at IS NULL", [person_id]
    )
    return int(row["n"])


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
    return [
        NoticeView(
            r["id"], r["topic"], Text(zh=r["sentence_zh"], en=r["sentence_en"]), r["subject_kind"],
            r["subject_id"], r["at"], r["read_at"],
        )
        for r in rows
    ]  # fmt: skip
