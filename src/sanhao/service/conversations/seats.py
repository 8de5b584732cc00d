"""Who sits on which side of a thread, and who may do what: every verb takes its thread here, under lock, every reader
without one."""

from __future__ import annotations

from typing import Any, Literal, cast
from uuid import UUID

from sanhao.goods.shops import api as shops
from sanhao.kit.refusals import Forbidden, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.people.api import roles_of
from sanhao.service.conversations.core import Side, Talk

STAFF = ("admin", "arbiter", "support")
COLUMNS = (
    "id, kind, subject_kind, subject_id, person_id, shop_id, rule_id, state, handover, handover_words, topic, title, "
    "opened_at, last_at, last_no, close_at, assigned_id, clerk_id, rating"
)
Row = dict[str, Any]


def take(thread_id: UUID, side: Side, *, by: UUID, shop_id: UUID | None = None, lock: bool = True) -> Row:
    """The thread, for the side that *by* belongs to (a shop's member names the *shop_id*).

    Raises NotFound for strangers, also for the platform where nobody asked it in; Forbidden for staff in a matter of
    their own, and for clerks in a ticket.
    """
    rows = fetch(
        f"SELECT {COLUMNS} FROM conversations_thread WHERE id = %s {'FOR UPDATE' if lock else ''}",
        [thread_id],
    )
    if not rows:
        raise no_thread()
    row = rows[0]
    if side == "buyer":
        if row["person_id"] is None or row["person_id"] != by:
            raise no_thread()
    elif side == "shop":
        if shop_id is None or row["shop_id"] != shop_id:
            raise no_thread()
        shops.require_member(shop_id, by, roles=shops.MANAGING if row["kind"] == "ticket" else shops.ROLES)
    else:
        require_staff(by)
        if row["kind"] == "shop" and row["handover"] == "none":
            raise no_thread()
        if lock:
            require_impartial(row, by)
    return row


def require_staff(by: UUID) -> None:
    if not roles_of(by) & set(STAFF):
        raise no_thread()


def require_impartial(row: Row, by: UUID) -> None:
    """The platform does not speak through somebody whose own matter it is."""
    if by == row["person_id"] or any(one.shop.id == row["shop_id"] for one in shops.shops_of(by)):
        raise Forbidden(
            "talk.partial",
            zh="当事人不能代表平台说话。",
            en="Nobody speaks for the platform in their own matter.",
        )


def talk_of(row: Row) -> Talk:
    return Talk(cast(Literal["shop", "ticket"], row["kind"]), row["handover"])


def no_thread() -> NotFound:
    return NotFound("talk.unknown", zh="没有找到这段对话。", en="There is no such conversation.")


def moved_on() -> Refusal:
    return Refusal(
        "thread.moved_on",
        zh="情况刚刚有变，请刷新后再看。",
        en="This has just changed. Reload the page and look again.",
    )


def require_welcome(row: Row) -> None:
    """A shop may turn away a person's questions about its goods, never those about an order or a case of theirs."""
    if row["subject_kind"] in ("listing", "shop") and fetch(
        "SELECT 1 FROM conversations_block WHERE shop_id = %s AND person_id = %s",
        [row["shop_id"], row["person_id"]],
    ):
        raise Forbidden(
            "talk.blocked",
            zh="这家店不再回答你关于商品的提问。已有的订单仍然可以沟通。",
            en="This shop no longer takes your questions about goods. About your orders you can still write.",
        )
