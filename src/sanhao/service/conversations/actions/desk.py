"""What a shop does at its desk: take care of a thread, close it, set its hours, keep answers, turn somebody away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.goods.shops import api as shops
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.conversations.actions.talk import enter
from sanhao.service.conversations.actions.waits import lapse
from sanhao.service.conversations.core import Side
from sanhao.service.conversations.events import ThreadChanged
from sanhao.service.conversations.hours import Hours, checked
from sanhao.service.conversations.seats import Row, no_thread, take
from sanhao.service.conversations.words import clean, unknown_holes

_MOST_SAVED = 100


def assign(thread_id: UUID, member_id: UUID | None, *, shop_id: UUID, by: UUID, now: datetime) -> None:
    """Give a thread to a member of the shop, or (None) back to everybody. Raises NotFound for who is no member."""
    with transaction.atomic():
        row = take(thread_id, "shop", by=by, shop_id=shop_id)
        if member_id is not None:
            shops.require_member(shop_id, member_id)
        execute("UPDATE conversations_thread SET assigned_id = %s WHERE id = %s", [member_id, thread_id])
        _changed(row, "assigned", now)


def close(thread_id: UUID, *, side: Side, by: UUID, shop_id: UUID | None = None, now: datetime) -> None:
    """It is over, until somebody writes again. Raises Refusal ``talk.owed`` while the shop owes the buyer an answer."""
    with transaction.atomic():
        row = take(thread_id, side, by=by, shop_id=shop_id)
        if side == "shop" and row["kind"] == "shop" and row["state"] == "open":
            raise Refusal(
                "talk.owed",
                zh="还欠买家一个答复：先回答，再关闭。",
                en="The buyer is still owed an answer. Answer first.",
            )
        enter(row, "closed", by=by, now=now)
        lapse(thread_id, ["shop", "platform"], now=now)
        _changed(row, "closed", now)


def set_hours(shop_id: UUID, hours: Hours, *, by: UUID, now: datetime) -> None:
    """When the shop is there to answer, from the next question on. Raises Invalid, Forbidden, NotFound."""
    checked(hours)
    with transaction.atomic():
        shops.require_member(shop_id, by, roles=shops.MANAGING)
        execute(
            """
            INSERT INTO conversations_service_hours (id, shop_id, opens, closes, rests, closed, set_at)
            VALUES (%s, %s, %s::smallint[], %s::smallint[], %s, %s::date[], %s)
            ON CONFLICT (shop_id) DO UPDATE SET opens = excluded.opens, closes = excluded.closes,
                rests = excluded.rests, closed = excluded.closed, set_at = excluded.set_at
            """,
            [
                new_id(), shop_id, [day and day.opens for day in hours.week], [day and day.closes for day in hours.week],
                bool(hours.calendar), sorted(set(hours.closed)), now,
            ],
        )  # fmt: skip


def save_answer(
    shop_id: UUID, *, title: str, words: str, by: UUID, now: datetime, answer_id: UUID | None = None
) -> UUID:
    """Keep words for the next time, or change them. Raises Invalid ``saved.words``, ``saved.hole``, ``saved.title``."""
    name, said = clean(title), clean(words)
    if not (0 < len(name) <= 30 and 0 < len(said) <= 1_000):
        raise Invalid(
            "saved.words",
            zh="名字最多30个字，内容最多1000个字。",
            en="A name of up to 30 characters, words of up to 1,000.",
        )
    if strange := unknown_holes(said):
        raise Invalid(
            "saved.hole",
            zh=f"不认识 {{{strange[0]}}}。",
            en=f"Nobody knows what to fill in for {{{strange[0]}}}.",
        )
    with transaction.atomic():
        shops.require_member(shop_id, by)
        if fetch(
            "SELECT 1 FROM conversations_saved_answer WHERE shop_id = %s AND title = %s AND id IS DISTINCT FROM %s::uuid",
            [shop_id, name, answer_id],
        ):
            raise Invalid("saved.title", zh="已经有这个名字了。", en="There is one of this name already.")
        if answer_id is not None:
            if not execute(
                "UPDATE conversations_saved_answer SET title = %s, words = %s WHERE id = %s AND shop_id = %s",
                [name, said, answer_id, shop_id],
            ):
                raise _no_answer()
            return answer_id
        [row] = fetch("SELECT count(*) AS n FROM conversations_saved_answer WHERE shop_id = %s", [shop_id])
        if row["n"] >= _MOST_SAVED:
            raise Invalid("saved.many", zh=f"最多存{_MOST_SAVED}条。", en=f"At most {_MOST_SAVED} are kept.")
        id = new_id()
        execute(
            "INSERT INTO conversations_saved_answer (id, shop_id, title, words, used, saved_at) "
            "VALUES (%s, %s, %s, %s, 0, %s) ON CONFLICT (shop_id, title) DO NOTHING",
            [id, shop_id, name, said, now],
        )
    return id


def forget_answer(shop_id: UUID, answer_id: UUID, *, by: UUID) -> None:
    with transaction.atomic():
        shops.require_member(shop_id, by)
        if not execute(
            "DELETE FROM conversations_saved_answer WHERE id = %s AND shop_id = %s", [answer_id, shop_id]
        ):
            raise _no_answer()


def count_use(shop_id: UUID, answer_id: UUID) -> None:
    """One more time used: what is used most stands first."""
    with transaction.atomic():
        execute(
            "UPDATE conversations_saved_answer SET used = used + 1 WHERE id = %s AND shop_id = %s",
            [answer_id, shop_id],
        )


def block(thread_id: UUID, *, shop_id: UUID, by: UUID, now: datetime) -> None:
    """Take no more questions about goods from this thread's buyer. Twice is once."""
    with transaction.atomic():
        shops.require_member(shop_id, by, roles=shops.MANAGING)
        row = take(thread_id, "shop", by=by, shop_id=shop_id)
        if row["person_id"] is None:
            raise no_thread()
        execute(
            "INSERT INTO conversations_block (id, shop_id, person_id, by_id, at) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (shop_id, person_id) DO NOTHING",
            [new_id(), shop_id, row["person_id"], by, now],
        )
        if row["subject_kind"] in ("listing", "shop") and row["state"] != "closed":
            enter(row, "closed", by=by, now=now)
            lapse(thread_id, ["shop"], now=now)
        _changed(row, "blocked", now)


def unblock(thread_id: UUID, *, shop_id: UUID, by: UUID, now: datetime) -> None:
    with transaction.atomic():
        shops.require_member(shop_id, by, roles=shops.MANAGING)
        row = take(thread_id, "shop", by=by, shop_id=shop_id)
        execute(
            "DELETE FROM conversations_block WHERE shop_id = %s AND person_id = %s",
            [shop_id, row["person_id"]],
        )
        _changed(row, "unblocked", now)


def _changed(row: Row, what: str, now: datetime) -> None:
    emit([ThreadChanged(row["id"], row["shop_id"], row["person_id"], what)], at=now)


def _no_answer() -> NotFound:
    return NotFound("saved.unknown", zh="没有这条常用回复。", en="There is no such saved answer.")
