"""Reading conversations: inbox, desk, queue, one thread page by page, figures, files of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from sanhao.goods.shops import api as shops
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.people.api import roles_of
from sanhao.service.conversations.actions.cite import fingerprint
from sanhao.service.conversations.actions.seats import COLUMNS, STAFF, take
from sanhao.service.conversations.book import in_force
from sanhao.service.conversations.core import Quoted, Side
from sanhao.service.conversations.subjects import Subject

PAGE, DESK_PAGE = 50, 30
Filter = Literal["ours", "late", "mine", "open", "closed", "all"]
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


class PhotoView(msgspec.Struct, frozen=True):
    id: UUID
    digest: str
    mime: str
    size: int
    width: int
    height: int


class MessageView(msgspec.Struct, frozen=True):
    """One message. Of one taken back *text* and *photos* are empty, unless the reader judges."""

    id: UUID
    number: int
    side: str
    by: UUID | None
    event: str
    text: str
    away: tuple[str, ...]
    link_kind: str
    link_id: UUID | None
    at: datetime
    withdrawn_at: datetime | None
    photos: tuple[PhotoView, ...]


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


class Saved(msgspec.Struct, frozen=True):
    id: UUID
    title: str
    words: str
    used: int


class Cited(msgspec.Struct, frozen=True):
    """A message in the file of a case. *sound*: its fingerprint still fits what was frozen; *photos* are ids."""

    side: str
    at: datetime
    quoted: Quoted
    digest: str
    sound: bool
    photos: tuple[UUID, ...]


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


def thread_of_photo(photo_id: UUID) -> UUID | None:
    rows = fetch(
        "SELECT m.thread_id FROM conversations_photo p JOIN conversations_message m ON m.id = p.message_id "
        "WHERE p.id = %s",
        [photo_id],
    )
    return rows[0]["thread_id"] if rows else None


Key = tuple[datetime, UUID]


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


def messages(
    thread_id: UUID, *, before: int | None = None, limit: int = PAGE, judging: bool = False
) -> list[MessageView]:
    """The newest messages before number *before*, the oldest of them first. The caller has taken the thread.

    *judging*: what was taken back is read as well.
    """
    rows = fetch(
        """
        SELECT m.id, m.number, m.side, m.by_id AS by, m.event, m.text, m.away, m.link_kind, m.link_id, m.at, m.withdrawn_at,
            (SELECT jsonb_agg(jsonb_build_object('id', p.id, 'digest', p.digest, 'mime', p.mime, 'size', p.size,
                'width', p.width, 'height', p.height) ORDER BY p.id)
             FROM conversations_photo p WHERE p.message_id = m.id)::text AS photos
        FROM conversations_message m
        WHERE m.thread_id = %(thread)s AND (%(before)s::int IS NULL OR m.number < %(before)s)
        ORDER BY m.number DESC LIMIT %(limit)s
        """,
        {"thread": thread_id, "before": before, "limit": limit},
    )
    return [_message(row, judging) for row in reversed(rows)]


def _message(row: dict[str, Any], judging: bool) -> MessageView:
    photos = msgspec.json.decode(row.pop("photos") or "[]", type=tuple[PhotoView, ...])
    if row["withdrawn_at"] is not None and not judging:
        row |= {"text": "", "away": (), "link_kind": "", "link_id": None}
        photos = ()
    return MessageView(**{**row, "away": tuple(row["away"])}, photos=photos)


def quotable(person_id: UUID, shop_id: UUID, *, limit: int = 60) -> list[MessageView]:
    """The last words between these two, the oldest of them first: what either may put into the file of a case."""
    rows = fetch(
        """
        SELECT m.id, m.number, m.side, m.by_id AS by, m.event, m.text, m.away, m.link_kind, m.link_id, m.at, m.withdrawn_at,
            (SELECT jsonb_agg(jsonb_build_object('id', p.id, 'digest', p.digest, 'mime', p.mime, 'size', p.size,
                'width', p.width, 'height', p.height) ORDER BY p.id)
             FROM conversations_photo p WHERE p.message_id = m.id)::text AS photos
        FROM conversations_message m JOIN conversations_thread t ON t.id = m.thread_id
        WHERE t.kind = 'shop' AND t.person_id = %(person)s AND t.shop_id = %(shop)s AND m.event = ''
          AND m.withdrawn_at IS NULL
        ORDER BY m.at DESC, m.id DESC LIMIT %(limit)s
        """,
        {"person": person_id, "shop": shop_id, "limit": limit},
    )
    return [_message(row, False) for row in reversed(rows)]


def photo_for(photo_id: UUID, *, person_id: UUID) -> PhotoView:
    """A photo, for the parties of its thread, for staff where the platform is in. Raises NotFound for everybody else."""
    rows = fetch(
        """
        SELECT p.id, p.digest, p.mime, p.size, p.width, p.height, t.person_id, t.shop_id, t.kind, t.handover,
            m.withdrawn_at, EXISTS (SELECT 1 FROM conversations_citation c WHERE c.message_id = m.id) AS cited
        FROM conversations_photo p JOIN conversations_message m ON m.id = p.message_id
        JOIN conversations_thread t ON t.id = m.thread_id WHERE p.id = %s
        """,
        [photo_id],
    )
    if rows and _may_see(rows[0], person_id):
        row = rows[0]
        return PhotoView(row["id"], row["digest"], row["mime"], row["size"], row["width"], row["height"])
    raise NotFound("talk.photo", zh="没有这张照片。", en="There is no such photo.")


def _may_see(row: Mapping[str, Any], person_id: UUID) -> bool:
    if (row["kind"] == "ticket" or row["handover"] != "none" or row["cited"]) and roles_of(person_id) & set(
        STAFF
    ):
        return True
    if row["withdrawn_at"] is not None and not row["cited"]:
        return False
    if person_id == row["person_id"]:
        return True
    roles = shops.MANAGING if row["kind"] == "ticket" else shops.ROLES
    return any(one.shop.id == row["shop_id"] and one.role in roles for one in shops.shops_of(person_id))


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


def quotes(case_id: UUID) -> list[Cited]:
    """The messages in the file of a case, in the order they were said."""
    rows = fetch(
        "SELECT c.side, c.at, c.frozen, c.digest, ARRAY(SELECT p.id FROM conversations_photo p "
        "WHERE p.message_id = c.message_id ORDER BY p.id) AS photos "
        "FROM conversations_citation c WHERE c.case_id = %s ORDER BY c.message_id",
        [case_id],
    )
    return [
        Cited(
            row["side"], row["at"], msgspec.json.decode(row["frozen"], type=Quoted), row["digest"],
            fingerprint(row["frozen"]) == row["digest"], tuple(row["photos"]),
        )
        for row in rows
    ]  # fmt: skip
