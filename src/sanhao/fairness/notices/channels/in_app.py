"""The inbox inside Sanhao: a row that waits to be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.fairness.notices.core import Notice
from sanhao.kit.ids import new_ids
from sanhao.kit.rows import fetch


def give(notices: Sequence[Notice], *, now: datetime) -> list[UUID]:
    """One statement for any number."""
    rows = fetch(
        """
        INSERT INTO notices_notice (id, person_id, topic, sentence_zh, sentence_en, subject_kind, subject_id, key, at)
        SELECT n.*, %(now)s FROM unnest(
            %(ids)s::uuid[], %(persons)s::uuid[], %(topics)s::text[], %(zh)s::text[], %(en)s::text[],
            %(kinds)s::text[], %(subjects)s::uuid[], %(keys)s::text[]) AS n
        ON CONFLICT (person_id, key) DO NOTHING RETURNING person_id
        """,
        {
            "ids": new_ids(len(notices)),
            "persons": [n.person_id for n in notices],
            "topics": [n.topic for n in notices],
            "zh": [n.text.zh for n in notices],
            "en": [n.text.en for n in notices],
            "kinds": [n.subject_kind for n in notices],
            "subjects": [n.subject_id for n in notices],
            "keys": [n.key for n in notices],
            "now": now,
        },
    )
    return [row["person_id"] for row in rows]
