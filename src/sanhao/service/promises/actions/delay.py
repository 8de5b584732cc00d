"""More time, asked for ahead: a shop's proposal that its buyer answers, and the published holiday extension."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.promises.actions.hear import retell
from sanhao.service.promises.book import facts_from, terms_of
from sanhao.service.promises.core import DelayAgreed, Excused, Extended
from sanhao.service.promises.events import DelayAnswered, DelayProposed
from sanhao.service.promises.kinds import late_shipment
from sanhao.service.promises.models import PROPOSAL

_COLUMNS = (
    "id, kind, checkout_id, order_id, line_id, shop_id, person_id, rule_id, facts::text AS facts, due_at"
)


def propose_delay(
    order_id: UUID, *, shop_id: UUID, until: datetime, reason: str, by: UUID, now: datetime
) -> UUID:
    """Ask the buyer for a later ship-by moment. At most three times an order, each at least 4 h ahead (terms).

    Any member of the shop may (*by*; NotFound for others).
    """
    shops.require_member(shop_id, by)
    with transaction.atomic():
        rows = fetch(
            f"SELECT {_COLUMNS} FROM promises_promise WHERE order_id = %s AND shop_id = %s "
            "AND kind = 'late_shipment' AND state = 'open' FOR UPDATE",
            [order_id, shop_id],
        )
        if not rows:
            raise NotFound(
                "delay.no_promise",
                zh="这个订单没有等待中的发货承诺。",
                en="No open promise to ship this order.",
            )
        [row] = rows
        _require_may_ask(row, until, now)
        proposal_id = new_id()
        added = execute(
            """
            INSERT INTO promises_delayproposal
                (id, promise_id, state, until, reason, proposed_by_id, proposed_at, answer_by)
            VALUES (%s, %s, 'proposed', %s, %s, %s, %s, %s)
            ON CONFLICT (promise_id) WHERE state = 'proposed' DO NOTHING
            """,
            [proposal_id, row["id"], until, reason[:200], by, now, row["due_at"]],
        )
        if not added:
            raise Refusal(
                "delay.already_asked",
                zh="已经问过买家了，正等答复。",
                en="The buyer has been asked and has not answered yet.",
            )
        events.emit(
            [DelayProposed(proposal_id, row["id"], order_id, shop_id, row["person_id"], until)], at=now
        )
    return proposal_id


def _require_may_ask(row: Row, until: datetime, now: datetime) -> None:
    terms, facts = terms_of(row["rule_id"], row["kind"]), facts_from(row["kind"], row["facts"])
    answer = late_shipment.may_propose_delay(terms, facts, now)
    if not answer.allowed:
        raise Refusal("delay.not_now", zh=answer.reason.zh, en=answer.reason.en)
    [asked] = fetch("SELECT count(*) AS n FROM promises_delayproposal WHERE promise_id = %s", [row["id"]])
    if asked["n"] >= terms.delays_at_most:
        raise Refusal(
            "delay.too_often",
            zh=f"一单最多问{terms.delays_at_most}次。",
            en=f"The buyer can be asked {terms.delays_at_most} times at most.",
        )
    if until <= row["due_at"]:
        raise Invalid(
            "delay.not_later",
            zh="新的时间要晚于现在的承诺。",
            en="The new time must be later than the one promised.",
        )


def answer_delay(proposal_id: UUID, *, person_id: UUID, agree: bool, now: datetime) -> None:
    """The buyer's word. Silence until the promised time is a no."""
    with transaction.atomic():
        rows = fetch(
            f"SELECT {', '.join('p.' + c.strip() for c in _COLUMNS.split(','))}, d.proposed_at, d.until, d.answer_by "
            "FROM promises_delayproposal d JOIN promises_promise p ON p.id = d.promise_id "
            "WHERE d.id = %s AND p.person_id = %s AND p.state = 'open' FOR UPDATE OF p",
            [proposal_id, person_id],
        )
        if not rows or rows[0]["answer_by"] <= now:
            raise NotFound("delay.unknown", zh="这个请求已经失效。", en="This request is no longer open.")
        row = rows[0]
        PROPOSAL.move_one(proposal_id, "agreed" if agree else "declined", at=now, by=person_id)
        if agree:
            retell([(row, [DelayAgreed(row["proposed_at"], now, row["until"])])], at=now)
        events.emit(
            [DelayAnswered(proposal_id, row["id"], row["order_id"], row["shop_id"], person_id, agree)], at=now
        )


def lapse(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: proposals nobody answered in time."""
    PROPOSAL.move([row["id"] for row in rows], "lapsed", at=now)


def announce_extension(*, starts_at: datetime, until: datetime, reason: Text, by: UUID, now: datetime) -> int:
    """Publish a holiday extension; open promises that fall due inside it move. Returns how many heard of it.

    How far ahead it must be announced is each promise's own term: those it came too late for stay as they are.
    Raises Forbidden for all but admins.
    """
    people.require_role(by, "admin")
    if not now < starts_at < until:
        raise Invalid(
            "extension.window",
            zh="开始要在将来，结束要在开始之后。",
            en="It must start in the future and end after its start.",
        )
    with transaction.atomic():
        execute(
            "INSERT INTO promises_extension (id, reason_zh, reason_en, announced_at, announced_by_id, starts_at, until) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [new_id(), reason.zh[:200], reason.en[:200], now, by, starts_at, until],
        )
        rows = fetch(
            f"SELECT {_COLUMNS} FROM promises_promise WHERE kind = 'late_shipment' AND state = 'open' "
            "AND due_at >= %s AND due_at < %s ORDER BY id FOR UPDATE",
            [starts_at, until],
        )
        retell([(row, [Extended(now, starts_at, until)]) for row in rows], at=now)
    return len(rows)


def excuse(order_ids: Sequence[UUID], *, cause: str, by: UUID, now: datetime) -> int:
    """The platform confirms that these orders' lateness is out of the shop's power. Returns how many promises heard.

    Who said so is kept beside each promise that heard (`excuses`). Raises Forbidden for all but admins and arbiters.
    """
    people.require_role(by, "admin", "arbiter")
    with transaction.atomic():
        rows = fetch(
            f"SELECT {_COLUMNS} FROM promises_promise WHERE kind = 'late_shipment' AND state = 'open' "
            "AND order_id = ANY(%s) ORDER BY id FOR UPDATE",
            [list(order_ids)],
        )
        retell([(row, [Excused(now, cause)]) for row in rows], at=now)
        copy_rows(
            "promises_excuse",
            ("id", "promise_id", "cause", "at", "by_id"),
            [(id, row["id"], cause, now, by) for id, row in zip(new_ids(len(rows)), rows, strict=True)],
        )
    return len(rows)
