"""Messages as evidence: put into the file of a case as they were, once, with a fingerprint of what was put there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import Rows, copy_together, fetch, together
from sanhao.service.conversations.core import Quoted, Side, fingerprint
from sanhao.service.conversations.seats import no_thread

MOST_QUOTED = 50


def quote(
    case_id: UUID,
    message_ids: Sequence[UUID],
    *,
    side: Side,
    by: UUID,
    person_id: UUID,
    shop_id: UUID,
    now: datetime,
) -> int:
    """Put messages between *person_id* and *shop_id* into the file of *case_id*; returns how many were new.

    The owner of the case has checked that *side* may speak. What was taken back can be quoted by who wrote it only.
    Raises NotFound for messages of anybody else's thread, Invalid ``quote.many``.
    """
    wanted = list(dict.fromkeys(message_ids))
    with together():
        [have] = fetch("SELECT count(*)::int AS n FROM conversations_citation WHERE case_id = %s", [case_id])
        if have["n"] + len(wanted) > MOST_QUOTED:
            raise Invalid(
                "quote.many",
                zh=f"一个售后单最多引用{MOST_QUOTED}条消息。",
                en=f"A case quotes at most {MOST_QUOTED} messages.",
            )
        rows = fetch(
            """
            SELECT m.id, m.thread_id, m.number, m.side, m.at, m.text, m.withdrawn_at IS NOT NULL AS withdrawn,
                ARRAY(SELECT p.digest FROM conversations_photo p WHERE p.message_id = m.id ORDER BY p.id) AS photos
            FROM conversations_message m JOIN conversations_thread t ON t.id = m.thread_id
            WHERE m.id = ANY(%(ids)s) AND t.kind = 'shop' AND t.person_id = %(person)s AND t.shop_id = %(shop)s
              AND m.event = '' AND (m.withdrawn_at IS NULL OR m.side = %(side)s)
            ORDER BY m.thread_id, m.number
            """,
            {"ids": wanted, "person": person_id, "shop": shop_id, "side": side},
        )
        if len(rows) != len(wanted):
            raise no_thread()
        known = {
            row["message_id"]
            for row in fetch(
                "SELECT message_id FROM conversations_citation WHERE case_id = %s AND message_id = ANY(%s)",
                [case_id, wanted],
            )
        }
        fresh = [row for row in rows if row["id"] not in known]
        copy_together(
            Rows(
                "conversations_citation",
                ("id", "case_id", "message_id", "side", "by_id", "frozen", "digest", "at"),
                [(new_id(), case_id, row["id"], side, by, *frozen(row), now) for row in fresh],
            )
        )
    return len(fresh)


def frozen(row: dict[str, object]) -> tuple[str, str]:
    """A message's row as the text that is kept, and its fingerprint."""
    quoted = msgspec.convert({**row, "message_id": row["id"]}, Quoted)
    text = msgspec.json.encode(quoted).decode()
    return text, fingerprint(text)
