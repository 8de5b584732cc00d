"""Reading what was said: a thread page by page, photos, what may be quoted, and the messages in the file of a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.goods.shops import api as shops
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.people.api import roles_of
from sanhao.service.conversations.core import Quoted, fingerprint
from sanhao.service.conversations.seats import STAFF

PAGE = 50
_MESSAGE = """
    m.id, m.number, m.side, m.by_id AS by, m.event, m.text, m.away, m.link_kind, m.link_id, m.at, m.withdrawn_at,
    (SELECT jsonb_agg(jsonb_build_object('id', p.id, 'digest', p.digest, 'mime', p.mime, 'size', p.size,
        'width', p.width, 'height', p.height) ORDER BY p.id)
     FROM conversations_photo p WHERE p.message_id = m.id)::text AS photos
"""


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


class Cited(msgspec.Struct, frozen=True):
    """A message in the file of a case. *sound*: its fingerprint still fits what was frozen; *photos* are ids."""

    side: str
    at: datetime
    quoted: Quoted
    digest: str
    sound: bool
    photos: tuple[UUID, ...]


def messages(
    thread_id: UUID, *, before: int | None = None, limit: int = PAGE, judging: bool = False
) -> list[MessageView]:
    """The newest messages before number *before*, the oldest of them first. The caller has taken the thread.

    *judging*: what was taken back is read as well.
    """
    rows = fetch(
        f"""
        SELECT {_MESSAGE} FROM conversations_message m
        WHERE m.thread_id = %(thread)s AND (%(before)s::int IS NULL OR m.number < %(before)s)
        ORDER BY m.number DESC LIMIT %(limit)s
        """,
        {"thread": thread_id, "before": before, "limit": limit},
    )
    return [_message(row, judging) for row in reversed(rows)]


def quotable(person_id: UUID, shop_id: UUID, *, limit: int = 60) -> list[MessageView]:
    """The last words between these two, the oldest of them first: what either may put into the file of a case."""
    rows = fetch(
        f"""
        SELECT {_MESSAGE} FROM conversations_message m JOIN conversations_thread t ON t.id = m.thread_id
        WHERE t.kind = 'shop' AND t.person_id = %(person)s AND t.shop_id = %(shop)s AND m.event = ''
          AND m.withdrawn_at IS NULL
        ORDER BY m.at DESC, m.id DESC LIMIT %(limit)s
        """,
        {"person": person_id, "shop": shop_id, "limit": limit},
    )
    return [_message(row, False) for row in reversed(rows)]


def _message(row: dict[str, Any], judging: bool) -> MessageView:
    photos = msgspec.json.decode(row.pop("photos") or "[]", type=tuple[PhotoView, ...])
    if row["withdrawn_at"] is not None and not judging:
        row |= {"text": "", "away": (), "link_kind": "", "link_id": None}
        photos = ()
    return MessageView(**{**row, "away": tuple(row["away"])}, photos=photos)


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
    asked_in = row["kind"] == "ticket" or row["handover"] != "none" or row["cited"]
    if asked_in and roles_of(person_id) & set(STAFF):
        return True
    if row["withdrawn_at"] is not None and not row["cited"]:
        return False
    if person_id == row["person_id"]:
        return True
    roles = shops.MANAGING if row["kind"] == "ticket" else shops.ROLES
    return any(one.shop.id == row["shop_id"] and one.role in roles for one in shops.shops_of(person_id))


def thread_of_photo(photo_id: UUID) -> UUID | None:
    rows = fetch(
        "SELECT m.thread_id FROM conversations_photo p JOIN conversations_message m ON m.id = p.message_id "
        "WHERE p.id = %s",
        [photo_id],
    )
    return rows[0]["thread_id"] if rows else None


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
