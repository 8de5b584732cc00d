"""Reading threads as rows of a list: the buyer's inbox, the shop's desk, the platform's queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from sanhao.kit.rows import fetch
from sanhao.service.conversations.core import Side
from sanhao.service.conversations.seats import COLUMNS, take
from sanhao.service.conversations.subjects import Subject

DESK_PAGE = 30
Filter = Literal["ours", "late", "mine", "open", "closed", "all"]
Key = tuple[datetime, UUID]
_T = ", ".join(f"t.{column.strip()}" for column in COLUMNS.split(","))


class Owed(msgspec.Struct, frozen=True):
    """An answer that is owed, by whom and by when."""

    side: Side
    asked_at: datetime
    due_at: datetime
    late: bool


class ThreadView(msgspec.Struct, frozen=True):
    """A thread as a row of a list. *preview* is empty where the last message was taken back."""

    id: UUID
    kind: str
    subject_kind: str
    subject_id: UUID
    person_id: UUID | None
    shop_id: UUID
    state: str
    handover: str
    handover_words: str
    topic: str
    title: str
    opened_at: datetime
    last_at: datetime
    last_no: int
    close_at: datetime | None
    assigned_id: UUID | None
    clerk_id: UUID | None
    rating: str
    preview: str
    last_side: str
    last_event: str
    last_photos: int
    unread: int
    read_by_others: int
    owed: tuple[Owed, ...]

    def owed_by(self, side: Side) -> Owed | None:
        return next((one for one in self.owed if one.side == side), None)

    @property
    def from_shop(self) -> Owed | None:
        return self.owed_by("shop")

    @property
    def from_platform(self) -> Owed | None:
        return self.owed_by("platform")


class DeskCount(msgspec.Struct, frozen=True):
    ours: int
    late: int


def thread(thread_id: UUID, *, side: Side, by: UUID, shop_id: UUID | None = None) -> ThreadView:
    """One thread for one of its sides. Raises NotFound for everybody else."""
    take(thread_id, side, by=by, shop_id=shop_id, lock=False)
    return _threads("t.id = %(id)s", {"id": thread_id}, side)[0]


def thread_about(subject_kind: str, subject_id: UUID, *, person_id: UUID, shop_id: UUID) -> UUID | None:
    """The thread these two have about this, if there is one."""
    rows = fetch(
        "SELECT id FROM conversations_thread WHERE kind = 'shop' AND person_id = %s AND shop_id = %s "
        "AND subject_kind = %s AND subject_id = %s",
        [person_id, shop_id, subject_kind, subject_id],
    )
    return rows[0]["id"] if rows else None


def subject_of(thread_id: UUID) -> Subject | None:
    """What buyer and shop talk about in this thread; None for what is no such thread."""
    rows = fetch(
        "SELECT subject_kind, subject_id FROM conversations_thread WHERE id = %s AND kind = 'shop'",
        [thread_id],
    )
    return Subject(rows[0]["subject_kind"], rows[0]["subject_id"]) if rows else None


def inbox(person_id: UUID, *, before: Key | None = None, limit: int = DESK_PAGE) -> list[ThreadView]:
    """A buyer's threads, the newest first, from *before* on."""
    return _page("t.person_id = %(person)s", {"person": person_id}, "buyer", before, limit)


def desk(
    shop_id: UUID,
    *,
    show: Filter = "ours",
    member: UUID | None = None,
    words: str = "",
    before: Key | None = None,
    limit: int = DESK_PAGE,
) -> list[ThreadView]:
    """A shop's threads with buyers. *ours*: those that wait for the shop, the least time left first.

    *words* are looked for in what was said, however it was written.
    """
    waits = "EXISTS (SELECT 1 FROM conversations_wait w WHERE w.thread_id = t.id AND w.side = 'shop' AND w.state {})"
    where = {
        "ours": waits.format("IN ('waiting', 'late')"),
        "late": waits.format("= 'late'"),
        "mine": "t.assigned_id = %(member)s AND t.state <> 'closed'",
        "open": "t.state <> 'closed'",
        "closed": "t.state = 'closed'",
        "all": "true",
    }[show]
    given = {"shop": shop_id, "member": member}
    if show in ("ours", "late") and not words:
        return _threads(
            f"t.shop_id = %(shop)s AND t.kind = 'shop' AND {where}", {**given, "limit": limit}, "shop",
            "ORDER BY (SELECT w.due_at FROM conversations_wait w WHERE w.thread_id = t.id AND w.side = 'shop' "
            "AND w.state IN ('waiting', 'late')), t.id LIMIT %(limit)s",
        )  # fmt: skip
    return _page(f"t.shop_id = %(shop)s AND t.kind = 'shop' AND {where}", given, "shop", before, limit, words)


def desk_count(shop_id: UUID) -> DeskCount:
    """One query, for the number in the navigation."""
    [row] = fetch(
        "SELECT count(*)::int AS ours, count(*) FILTER (WHERE w.state = 'late')::int AS late FROM conversations_wait w "
        "WHERE w.shop_id = %s AND w.side = 'shop' AND w.state IN ('waiting', 'late')",
        [shop_id],
    )
    return DeskCount(row["ours"], row["late"])


def unread_of(person_id: UUID) -> int:
    """In how many threads of this buyer something new stands."""
    [row] = fetch(
        "SELECT count(*)::int AS n FROM conversations_thread t JOIN conversations_mark m ON m.thread_id = t.id "
        "WHERE t.person_id = %s AND m.side = 'buyer' AND m.unread > 0",
        [person_id],
    )
    return int(row["n"])


def tickets(shop_id: UUID, *, before: Key | None = None, limit: int = DESK_PAGE) -> list[ThreadView]:
    """What a shop has asked the platform, the newest first."""
    return _page("t.shop_id = %(shop)s AND t.kind = 'ticket'", {"shop": shop_id}, "shop", before, limit)


def queue(*, limit: int = 100) -> list[ThreadView]:
    """What waits for the platform, the least time left first."""
    return _threads(
        "EXISTS (SELECT 1 FROM conversations_wait w WHERE w.thread_id = t.id AND w.side = 'platform' "
        "AND w.state IN ('waiting', 'late'))",
        {"limit": limit},
        "platform",
        "ORDER BY (SELECT w.due_at FROM conversations_wait w WHERE w.thread_id = t.id AND w.side = 'platform' "
        "AND w.state IN ('waiting', 'late')), t.id LIMIT %(limit)s",
    )


def answered_by_platform(*, before: Key | None = None, limit: int = DESK_PAGE) -> list[ThreadView]:
    """What the platform is or was in and owes nothing to, the newest first."""
    return _page(
        "(t.kind = 'ticket' OR t.handover <> 'none') AND NOT EXISTS (SELECT 1 FROM conversations_wait w "
        "WHERE w.thread_id = t.id AND w.side = 'platform' AND w.state IN ('waiting', 'late'))",
        {}, "platform", before, limit,
    )  # fmt: skip


def _page(
    where: str, given: Mapping[str, Any], side: Side, before: Key | None, limit: int, words: str = ""
) -> list[ThreadView]:
    if words:
        where += " AND EXISTS (SELECT 1 FROM conversations_message x WHERE x.thread_id = t.id AND x.withdrawn_at IS NULL AND x.text ILIKE %(words)s)"
    if before:
        where += " AND (t.last_at, t.id) < (%(before_at)s, %(before_id)s)"
    at, id = before or (None, None)
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return _threads(
        where,
        {**given, "words": like, "before_at": at, "before_id": id, "limit": limit},
        side,
        "ORDER BY t.last_at DESC, t.id DESC LIMIT %(limit)s",
    )


def _threads(where: str, given: Mapping[str, Any], side: Side, tail: str = "") -> list[ThreadView]:
    rows = fetch(
        f"""
        SELECT {_T}, CASE WHEN l.withdrawn_at IS NULL THEN left(l.text, 120) ELSE '' END AS preview,
            coalesce(l.side, '') AS last_side, coalesce(l.event, '') AS last_event,
            (SELECT count(*)::int FROM conversations_photo p WHERE p.message_id = l.id AND l.withdrawn_at IS NULL) AS last_photos,
            coalesce(m.unread, 0) AS unread,
            (SELECT coalesce(max(o.read_no), 0) FROM conversations_mark o WHERE o.thread_id = t.id AND o.side <> %(side)s)
                AS read_by_others,
            (SELECT jsonb_agg(jsonb_build_object('side', w.side, 'asked_at', w.asked_at, 'due_at', w.due_at,
                'late', w.state = 'late')) FROM conversations_wait w
                WHERE w.thread_id = t.id AND w.state IN ('waiting', 'late'))::text AS owed
        FROM conversations_thread t
        LEFT JOIN conversations_message l ON l.thread_id = t.id AND l.number = t.last_no
        LEFT JOIN conversations_mark m ON m.thread_id = t.id AND m.side = %(side)s
        WHERE {where} {tail}
        """,
        {**given, "side": side},
    )
    return [_view(row) for row in rows]


def _view(row: dict[str, Any]) -> ThreadView:
    owed = msgspec.json.decode(row.pop("owed") or "[]", type=tuple[Owed, ...])
    row.pop("rule_id")
    return ThreadView(**row, owed=owed)
