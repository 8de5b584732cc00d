"""The platform in conversations: asked in by buyer or shop, coming in, leaving; tickets that shops open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sanhao.goods.shops import api as shops
from sanhao.kit import limits
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.media import Stored
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.conversations.actions.talk import come_in, enter, key_of, pass_over, write
from sanhao.service.conversations.actions.waits import ask, lapse
from sanhao.service.conversations.book import in_force, terms_of
from sanhao.service.conversations.core import RATINGS, TOPICS, Side
from sanhao.service.conversations.events import ThreadChanged
from sanhao.service.conversations.models import THREAD
from sanhao.service.conversations.seats import Row, moved_on, no_thread, take
from sanhao.service.conversations.words import clean


def hand_over(
    thread_id: UUID, *, side: Side, by: UUID, words: str = "", shop_id: UUID | None = None, now: datetime
) -> None:
    """Buyer or shop asks the platform in; from here on it may read the thread. Raises Refusal if it is asked already."""
    said = clean(words)[:200]
    with transaction.atomic():
        row = take(thread_id, side, by=by, shop_id=shop_id)
        if row["kind"] != "shop" or side == "platform":
            raise no_thread()
        pass_over(row, "asked", words=said)
        row = row | {"handover": "asked"}
        write(row, side, by=by, text=said, key=key_of(row, "asked"), event="handed_over", now=now)
        ask(row, "platform", now=now)


def join(thread_id: UUID, *, by: UUID, now: datetime) -> None:
    """One of staff comes in: both sides read who speaks now. Raises Refusal if a colleague is in already."""
    with transaction.atomic():
        come_in(take(thread_id, "platform", by=by), by=by, now=now)


def leave(thread_id: UUID, *, by: UUID, now: datetime) -> None:
    """The platform has said what it had to say; a ticket goes back into the queue. Raises Refusal before an answer."""
    with transaction.atomic():
        row = take(thread_id, "platform", by=by)
        if row["kind"] == "shop":
            if row["handover"] != "joined":
                raise moved_on()
            if fetch(
                "SELECT 1 FROM conversations_wait WHERE thread_id = %s AND side = 'platform' AND state IN ('waiting', 'late')",
                [thread_id],
            ):
                raise Refusal(
                    "talk.owed_by_us",
                    zh="还欠一个答复：先回答，再离开。",
                    en="An answer is still owed. Answer first.",
                )
            pass_over(row, "left")
            write(
                row | {"handover": "left"},
                "platform",
                by=by,
                text="",
                key=key_of(row, "left"),
                event="left",
                now=now,
            )
        execute("UPDATE conversations_thread SET clerk_id = NULL WHERE id = %s", [thread_id])
        _changed(row, "left", now)


def open_ticket(
    shop_id: UUID,
    *,
    topic: str,
    title: str,
    text: str,
    key: UUID,
    by: UUID,
    photos: Sequence[Stored] = (),
    now: datetime,
) -> UUID:
    """A shop asks the platform; returns the thread. The same *key* again is the same ticket."""
    name, said = clean(title), clean(text)
    if topic not in TOPICS:
        raise Invalid("ticket.topic", zh="请选一个主题。", en="Choose a topic, please.")
    if not (0 < len(name) <= 80 and said):
        raise Invalid(
            "ticket.words",
            zh="写一个标题（最多80个字）和你的问题。",
            en="Write a title of up to 80 characters, and your question.",
        )
    limits.allow(f"talk|{by}", 30, 60)
    rule_id, _ = in_force(now)
    with transaction.atomic():
        shops.require_member(shop_id, by, roles=shops.MANAGING)
        execute(
            """
            INSERT INTO conversations_thread (id, kind, subject_kind, subject_id, shop_id, rule_id, state, handover,
                handover_words, topic, title, key, opened_at, last_at, last_no, rating)
            VALUES (%s, 'ticket', 'shop', %s, %s, %s, %s, 'none', '', %s, %s, %s, %s, %s, 0, '')
            ON CONFLICT (shop_id, key) WHERE kind = 'ticket' DO NOTHING
            """,
            [new_id(), shop_id, shop_id, rule_id, THREAD.initial, topic, name, key, now, now],
        )
        [found] = fetch(
            "SELECT id FROM conversations_thread WHERE kind = 'ticket' AND shop_id = %s AND key = %s",
            [shop_id, key],
        )
        thread_id: UUID = found["id"]
        row = take(thread_id, "shop", by=by, shop_id=shop_id)
        write(row, "shop", by=by, text=said, key=key, photos=photos, now=now)
    return thread_id


def solve(thread_id: UUID, *, side: Side, by: UUID, shop_id: UUID | None = None, now: datetime) -> None:
    """Shop or platform says that a ticket is settled; it closes by itself unless the shop writes again."""
    with transaction.atomic():
        row = take(thread_id, side, by=by, shop_id=shop_id)
        if row["kind"] != "ticket":
            raise no_thread()
        if side == "platform" and row["state"] == "open":
            raise Refusal(
                "talk.owed_by_us",
                zh="还欠一个答复：先回答，再离开。",
                en="An answer is still owed. Answer first.",
            )
        enter(
            row, "solved", by=by, now=now, close_at=now + timedelta(days=terms_of(row["rule_id"]).solved_days)
        )
        lapse(thread_id, ["platform"], now=now)
        _changed(row, "solved", now)


def rate(thread_id: UUID, rating: str, *, shop_id: UUID, by: UUID, now: datetime) -> None:
    """How a ticket was answered, by one tap; the last word counts. Raises Refusal before it is settled."""
    if rating not in RATINGS:
        raise Invalid("ticket.rating", zh="请选一个评价。", en="Choose how it was, please.")
    with transaction.atomic():
        row = take(thread_id, "shop", by=by, shop_id=shop_id)
        if row["kind"] != "ticket":
            raise no_thread()
        if row["state"] not in ("solved", "closed"):
            raise moved_on()
        execute("UPDATE conversations_thread SET rating = %s WHERE id = %s", [rating, thread_id])
        _changed(row, "rated", now)


def _changed(row: Row, what: str, now: datetime) -> None:
    emit([ThreadChanged(row["id"], row["shop_id"], row["person_id"], what)], at=now)
