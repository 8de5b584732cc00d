"""Talking: start, say, take back, read. Everything that is said passes `write`, under the lock of its thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sanhao.goods.shops import api as shops
from sanhao.kit import limits
from sanhao.kit.events import emit
from sanhao.kit.ids import derived_id, new_id
from sanhao.kit.media import Stored
from sanhao.kit.refusals import Forbidden, Invalid, Refusal
from sanhao.kit.rows import Rows, copy_together, execute, fetch
from sanhao.service.conversations import subjects
from sanhao.service.conversations.actions.waits import answer, ask, unanswer, unask
from sanhao.service.conversations.book import in_force, terms_of
from sanhao.service.conversations.core import HANDOVERS, Side, owes, readers
from sanhao.service.conversations.events import MessageSent, ThreadChanged
from sanhao.service.conversations.models import THREAD
from sanhao.service.conversations.seats import (
    Row,
    moved_on,
    no_thread,
    require_welcome,
    take,
    talk_of,
)
from sanhao.service.conversations.subjects import Subject
from sanhao.service.conversations.words import PHOTOS, clean, leads_away

_A_MINUTE, _PER_MINUTE = 60, 30


def start(
    subject: Subject,
    *,
    side: Side,
    by: UUID,
    text: str,
    key: UUID,
    photos: Sequence[Stored] = (),
    shop_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """Write about *subject*; returns the thread. One thread for each buyer and subject: who writes again writes there.

    A shop may start about what belongs to a buyer (an order, a case), never about its goods to everybody.
    Raises NotFound for another's subject, Forbidden ``talk.own_shop``, ``talk.blocked``, and what `say` refuses.
    """
    said = _checked(text, photos)
    limits.allow(f"talk|{by}", _PER_MINUTE, _A_MINUTE)
    owner = subjects.parties(subject, now=now)
    person = by if side == "buyer" else owner.person_id
    if person is None or (owner.person_id not in (None, person)):
        raise no_thread()
    if side == "shop":
        if shop_id != owner.shop_id:
            raise no_thread()
        shops.require_member(owner.shop_id, by)
    elif any(one.shop.id == owner.shop_id for one in shops.shops_of(by)):
        raise Forbidden("talk.own_shop", zh="这是你自己的店。", en="This is your own shop.")
    rule_id, _ = in_force(now)
    with transaction.atomic():
        execute(
            """
            INSERT INTO conversations_thread (id, kind, subject_kind, subject_id, person_id, shop_id, rule_id, state,
                handover, handover_words, topic, title, opened_at, last_at, last_no, rating)
            VALUES (%s, 'shop', %s, %s, %s, %s, %s, %s, 'none', '', '', '', %s, %s, 0, '')
            ON CONFLICT (person_id, shop_id, subject_kind, subject_id) WHERE kind = 'shop' DO NOTHING
            """,
            [new_id(), subject.kind, subject.id, person, owner.shop_id, rule_id, THREAD.initial, now, now],
        )
        [row] = fetch(
            "SELECT id FROM conversations_thread WHERE kind = 'shop' AND person_id = %s AND shop_id = %s "
            "AND subject_kind = %s AND subject_id = %s",
            [person, owner.shop_id, subject.kind, subject.id],
        )
        thread_id: UUID = row["id"]
        held = take(thread_id, side, by=by, shop_id=shop_id)
        write(held, side, by=by, text=said, key=key, photos=photos, now=now)
    return thread_id


def say(
    thread_id: UUID,
    *,
    side: Side,
    by: UUID,
    text: str,
    key: UUID,
    shop_id: UUID | None = None,
    photos: Sequence[Stored] = (),
    link: Subject | None = None,
    now: datetime,
) -> UUID:
    """Say something; returns the message. The same *key* again is the same message, whatever it says.

    *link*: an order of these two, or a listing of this shop, shown as a card.
    Raises NotFound, Forbidden, TooMany, Invalid ``talk.empty``, ``talk.long``, ``talk.photos``.
    """
    said = _checked(text, photos, link)
    limits.allow(f"talk|{by}", _PER_MINUTE, _A_MINUTE)
    shown = subjects.parties(link, now=now) if link else None
    with transaction.atomic():
        row = take(thread_id, side, by=by, shop_id=shop_id)
        if shown and (shown.shop_id != row["shop_id"] or shown.person_id not in (None, row["person_id"])):
            raise no_thread()
        if side == "platform":
            row = come_in(row, by=by, now=now)
        return write(row, side, by=by, text=said, key=key, photos=photos, link=link, now=now)


def _checked(text: str, photos: Sequence[Stored], link: Subject | None = None) -> str:
    said = clean(text)
    if not (said or photos or link):
        raise Invalid("talk.empty", zh="先写点什么。", en="Write something first.")
    if len(photos) > PHOTOS:
        raise Invalid("talk.photos", zh=f"一次最多{PHOTOS}张照片。", en=f"At most {PHOTOS} photos at a time.")
    return said


def write(
    row: Row,
    side: Side,
    *,
    by: UUID | None,
    text: str,
    key: UUID,
    now: datetime,
    photos: Sequence[Stored] = (),
    link: Subject | None = None,
    event: str = "",
) -> UUID:
    """Add a message to a thread that the caller holds: its number, who owes an answer now, who has not read it."""
    for known in fetch(
        "SELECT id FROM conversations_message WHERE thread_id = %s AND key = %s", [row["id"], key]
    ):
        return UUID(str(known["id"]))
    if side == "buyer" and not event:
        require_welcome(row)
    message_id, number = new_id(), row["last_no"] + 1
    away = leads_away(text) if row["kind"] == "shop" and side != "platform" else ()
    unique = {one.digest: one for one in photos}
    copy_together(
        Rows(
            "conversations_message",
            ("id", "thread_id", "number", "side", "by_id", "event", "text", "key", "away", "link_kind", "link_id", "at"),
            [(message_id, row["id"], number, side, by, event, text, key, "{" + ",".join(away) + "}",
              link.kind if link else "", link.id if link else None, now)],
        )
    )  # fmt: skip
    copy_together(
        Rows(
            "conversations_photo",
            ("id", "message_id", "digest", "mime", "size", "width", "height"),
            [(new_id(), message_id, p.digest, p.mime, p.size, p.width, p.height) for p in unique.values()],
        )
    )
    execute(
        "UPDATE conversations_thread SET last_no = %s, last_at = %s WHERE id = %s", [number, now, row["id"]]
    )
    if not event:
        turn(row, side, number, by=by, now=now)
    mark(row, side, number, now=now)
    emit([MessageSent(row["id"], message_id, row["shop_id"], row["person_id"], side)], at=now)
    return message_id


def turn(row: Row, side: Side, number: int, *, by: UUID | None, now: datetime) -> None:
    """Whose turn it is after *side* spoke: what it owed is given, what it is owed begins."""
    terms = terms_of(row["rule_id"])
    answer(row, side, number, now=now)
    owing = owes(talk_of(row), side)
    if owing:
        ask(row, owing, now=now)
    to = "open" if owing else "waiting"
    close_at = None if owing else now + timedelta(days=terms.close_days)
    if row["state"] != to:
        THREAD.move_rows([row["id"]], to, at=now, by=by, also={"close_at": close_at}, held=True)
    else:
        execute("UPDATE conversations_thread SET close_at = %s WHERE id = %s", [close_at, row["id"]])


def mark(row: Row, side: Side, number: int, *, now: datetime) -> None:
    """One more unread for everybody else; who speaks has read. Somebody away is told once for all they missed."""
    tell_at = now + timedelta(minutes=terms_of(row["rule_id"]).notice_minutes)
    others = [other for other in readers(talk_of(row)) if other != side]
    execute(
        """
        INSERT INTO conversations_mark AS m (id, thread_id, side, read_no, unread, tell_at)
        SELECT gen_random_uuid(), %(thread)s, side, 0, 1, %(tell)s FROM unnest(%(others)s::text[]) AS side
        ON CONFLICT (thread_id, side) DO UPDATE SET unread = m.unread + 1,
            tell_at = CASE WHEN m.unread = 0 THEN excluded.tell_at ELSE m.tell_at END
        """,
        {"thread": row["id"], "others": others, "tell": tell_at},
    )
    _read(row["id"], side, number)


def _read(thread_id: UUID, side: Side, number: int) -> int:
    return execute(
        """
        INSERT INTO conversations_mark AS m (id, thread_id, side, read_no, unread)
        VALUES (gen_random_uuid(), %(thread)s, %(side)s, %(number)s, 0)
        ON CONFLICT (thread_id, side) DO UPDATE SET read_no = excluded.read_no, tell_at = NULL,
            unread = (SELECT count(*) FROM conversations_message x WHERE x.thread_id = %(thread)s
                      AND x.number > excluded.read_no AND x.side <> %(side)s)
        WHERE m.read_no < excluded.read_no
        """,
        {"thread": thread_id, "side": side, "number": number},
    )


def read(
    thread_id: UUID, *, side: Side, by: UUID, shop_id: UUID | None = None, upto: int, now: datetime
) -> None:
    """*side* has seen everything up to number *upto*. Twice, or in any order, is harmless."""
    with transaction.atomic():
        row = take(thread_id, side, by=by, shop_id=shop_id)
        if _read(thread_id, side, min(upto, row["last_no"])):
            emit([ThreadChanged(thread_id, row["shop_id"], row["person_id"], "read")], at=now)


def withdraw(message_id: UUID, *, side: Side, by: UUID, shop_id: UUID | None = None, now: datetime) -> None:
    """Take a message of one's own back, within two minutes (a term). It is shown as taken back and kept.

    What it set going goes back as well: an answer taken back was none, a question taken back is owed nothing.
    Raises NotFound, Refusal ``talk.too_late``.
    """
    found = fetch("SELECT thread_id FROM conversations_message WHERE id = %s", [message_id])
    if not found:
        raise no_thread()
    with transaction.atomic():
        row = take(found[0]["thread_id"], side, by=by, shop_id=shop_id)
        since = now - timedelta(seconds=terms_of(row["rule_id"]).withdraw_seconds)
        [message] = fetch(
            "SELECT number, by_id, side, at, event, withdrawn_at FROM conversations_message WHERE id = %s",
            [message_id],
        )
        if message["by_id"] != by or message["side"] != side or message["event"]:
            raise no_thread()
        if message["withdrawn_at"] is not None:
            return
        if message["at"] < since:
            raise Refusal(
                "talk.too_late",
                zh="发出超过两分钟，不能再撤回。",
                en="It was sent too long ago to be taken back.",
            )
        execute("UPDATE conversations_message SET withdrawn_at = %s WHERE id = %s", [now, message_id])
        _untake(row, side, message["number"], by=by, now=now)
        emit([ThreadChanged(row["id"], row["shop_id"], row["person_id"], "withdrawn")], at=now)


def _untake(row: Row, side: Side, number: int, *, by: UUID, now: datetime) -> None:
    """Whose turn it is without message *number*."""
    if unanswer(row, side, number, now=now):
        THREAD.move_rows(
            [row["id"]],
            "open",
            at=now,
            by=by,
            only_from=["waiting", "solved", "closed"],
            also={"close_at": None},
        )
        return
    owing = owes(talk_of(row), side)
    if owing and unask(row, side, owing, now=now):
        close_at = now + timedelta(days=terms_of(row["rule_id"]).close_days)
        THREAD.move_rows(
            [row["id"]], "waiting", at=now, by=by, only_from=["open"], also={"close_at": close_at}
        )


def come_in(row: Row, *, by: UUID, now: datetime) -> Row:
    """One of staff is in this held thread from now on, and both sides read it; returns the row as it is then.

    Raises Refusal ``talk.taken``: a colleague is in already.
    """
    ticket = row["kind"] == "ticket"
    here = row["clerk_id"] if ticket or row["handover"] == "joined" else None
    if here is not None and here != by:
        raise Refusal("talk.taken", zh="同事正在处理这件事。", en="A colleague has taken this one on.")
    if here == by:
        return row
    if not ticket:
        pass_over(row, "joined")
    execute("UPDATE conversations_thread SET clerk_id = %s WHERE id = %s", [by, row["id"]])
    row = row | {"handover": row["handover"] if ticket else "joined", "clerk_id": by}
    write(row, "platform", by=by, text="", key=key_of(row, "joined"), event="joined", now=now)
    return row | {"last_no": row["last_no"] + 1}


def pass_over(row: Row, to: str, *, words: str | None = None) -> None:
    """Move the handover of a held thread along its table."""
    if to not in HANDOVERS[row["handover"]]:
        raise moved_on()
    execute(
        "UPDATE conversations_thread SET handover = %(to)s::text, handover_words = coalesce(%(words)s::text, handover_words), "
        "clerk_id = CASE WHEN %(to)s::text = 'joined' THEN clerk_id END WHERE id = %(id)s",
        {"to": to, "words": words, "id": row["id"]},
    )


def key_of(row: Row, what: str) -> UUID:
    """The key of what happens at this place of a thread: two tabs say it once."""
    return derived_id(row["id"], f"{what}.{row['last_no']}")


def enter(row: Row, to: str, *, by: UUID | None, now: datetime, close_at: datetime | None = None) -> None:
    """Move a held thread, or say that it has moved on."""
    if not THREAD.move_rows([row["id"]], to, at=now, by=by, also={"close_at": close_at}):
        raise moved_on()
