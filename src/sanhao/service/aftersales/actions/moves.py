"""Moving cases: state, deadline, money, holds and facts together, for one case or five hundred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from msgspec.structs import replace

from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.actions import ahead_ends, fees, give, holds, promised, remains
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.book import COLUMNS, facts_of, no_case, terms_of
from sanhao.service.aftersales.case import OVER, Act, Side
from sanhao.service.aftersales.events import CaseMoved
from sanhao.service.aftersales.models import CASE
from sanhao.service.orders.events import UnitsBack


def enter(items: Sequence[Going], *, now: datetime) -> None:
    """Move *items* (locked, none twice) and all that goes with it. Inside the caller's transaction.

    Money first: what it came to, and which decision it rests on, is written with the move. Raises Refusal
    ``case.moved_on`` where one of them is somewhere else by now.
    """
    refunds = [item for item in items if item.to == "refunded"]
    settled = [item for item in refunds if item.row["ahead_minor"]]
    promised.end(items, now=now)
    promised.tell_paid([item for item in settled if item.row["promise_id"]], now=now)
    ahead_ends.settle(settled, now=now)
    give.refund([item for item in refunds if not item.row["ahead_minor"]], now=now)
    ahead_ends.owe(items, now=now)
    fees.settle(items, now=now)
    groups: dict[tuple[Any, ...], list[Going]] = defaultdict(list)
    for item in items:
        groups[item.to, item.note, item.by, tuple(sorted(item.also))].append(item)
    for (to, note, by, _), group in groups.items():
        _move(group, to, note, by, now)
    give.free_replacements(items, now=now)
    reopened = [item.row["order_id"] for item in items if item.row["state"] in OVER and item.to not in OVER]
    if reopened:
        holds.place(reopened, now=now)
    events.emit([_moved(item) for item in items], at=now)


def _move(group: Sequence[Going], to: str, note: str, by: UUID | None, now: datetime) -> None:
    each: dict[str, tuple[str, Sequence[Any]]] = {
        "due_at": ("timestamptz", [_due(item, now) for item in group]),
        "bearer": ("text", [item.bearer for item in group]),
        "decision_id": ("uuid", [item.decision_id or item.row["decision_id"] for item in group]),
        "round": ("int", [_round(item) for item in group]),
    }
    if to == "refunded":
        each["refunded_minor"] = ("bigint", [item.refunded_minor for item in group])
    for column in group[0].also:
        each[column] = (_KINDS[column], [item.also[column] for item in group])
    moved = CASE.move_rows(
        [item.row["id"] for item in group],
        to,
        at=now,
        by=by,
        note=note,
        also={"moved_at": now, "spoke": []},
        each=each,
    )
    if len(moved) != len(group):
        raise moved_on()


_KINDS = {
    "address": "jsonb",
    "parcel_id": "uuid",
    "replacement_id": "uuid",
    "uploaded_at": "timestamptz",
    "signed_at": "timestamptz",
    "answer": "text",
    "offer_minor": "bigint",
    "at_shop": "bool",
    "ships_first": "bool",
    "claimed_by_id": "uuid",
    "claimed_at": "timestamptz",
    "kind": "text",
    "phase": "text",
    "stop": "text",
    "stop_until": "timestamptz",
    "stop_rule_id": "uuid",
    "ahead_until": "timestamptz",
    "reason": "text",
    "words": "text",
    "back_minor": "bigint",
    "pickup": "text",
    "pickup_until": "timestamptz",
    "pickup_minor": "bigint",
    "label": "text",
    "label_minor": "bigint",
}


def _due(item: Going, now: datetime) -> datetime | None:
    row = {**item.row, **item.also, "state": item.to}
    return life.due(terms_of(row["rule_id"]), facts_of(row), now)


def _round(item: Going) -> int:
    return 1 if item.to == "disputed" else int(item.row["round"])


def _moved(item: Going) -> CaseMoved:
    row = item.row
    return CaseMoved(
        row["id"], row["order_id"], row["shop_id"], row["person_id"], row["kind"], row["state"], item.to,
        item.by_time, item.refunded_minor, row["currency"], item.decision_id,
    )  # fmt: skip


def lock(case_id: UUID, *, person_id: UUID | None = None, shop_id: UUID | None = None) -> Row:
    """A case's row, locked. Raises NotFound for anybody else's."""
    rows = fetch(
        f"SELECT {COLUMNS} FROM aftersales_case WHERE id = %s AND (%s::uuid IS NULL OR person_id = %s) "
        "AND (%s::uuid IS NULL OR shop_id = %s) FOR UPDATE",
        [case_id, person_id, person_id, shop_id, shop_id],
    )
    if not rows:
        raise no_case()
    return rows[0]


def take(
    case_id: UUID,
    act: Act,
    side: Side,
    *,
    now: datetime,
    person_id: UUID | None = None,
    shop_id: UUID | None = None,
) -> Row:
    """The locked row of a case about which *side* may do *act* now.

    Raises NotFound, Refusal ``case.moved_on`` (it is in another state) and ``case.time_over`` (its deadline has passed,
    whether or not a keeper has been there).
    """
    row = lock(case_id, person_id=person_id, shop_id=shop_id)
    if act not in life.acts(facts_of(row), side):
        raise moved_on()
    if row["due_at"] is not None and row["due_at"] <= now:
        raise Refusal(
            "case.time_over",
            zh="时间刚刚到了，正按规则处理，请刷新再看。",
            en="The time has just run out, and what the rule says is being done. Reload the page.",
        )
    return row


def retime(rows: Sequence[Row], changed: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Facts of cases came to light that move their deadline, without moving the cases."""
    due: list[datetime | None] = []
    for row in rows:
        if row["state"] in OVER:
            due.append(None)
            continue
        facts = replace(facts_of(row), **changed[row["id"]])
        due.append(life.due(terms_of(row["rule_id"]), facts, row["moved_at"]))
    execute(
        "UPDATE aftersales_case c SET due_at = w.due_at FROM unnest(%s::uuid[], %s::timestamptz[]) AS w (id, due_at) "
        "WHERE c.id = w.id",
        [[row["id"] for row in rows], due],
    )


def moved_on() -> Refusal:
    return Refusal(
        "case.moved_on",
        zh="情况刚刚有变，请刷新后再看。",
        en="This has just changed. Reload the page and look again.",
    )


def gone_back(batch: Sequence[News[UnitsBack]]) -> None:
    """Later listener: nobody asks any more for what was refunded. What was paid ahead is settled with its case."""
    with transaction.atomic():
        rows = fetch(
            f"SELECT {COLUMNS} FROM aftersales_case WHERE order_id = ANY(%s) AND due_at IS NOT NULL AND ahead_minor = 0 "
            "ORDER BY id FOR UPDATE",
            [sorted({id for news in batch for id in news.fact.order_ids})],
        )
        over = remains.back_already(rows)
        end_as_back([row for row in rows if row["id"] in over], now=max(news.at for news in batch))


def end_as_back(rows: Sequence[Row], *, now: datetime) -> None:
    """These cases (locked) have nothing left to give back: another refund has."""
    none = {"back_minor": 0, "offer_minor": None}
    enter([Going(row, "withdrawn", note="back_already", by_time=True, also=none) for row in rows], now=now)


def end_of_orders(order_ids: Sequence[UUID], *, now: datetime) -> None:
    """Cases that still wait about orders that ended another way (cancelled: all their money goes back) end too."""
    with transaction.atomic():
        rows = fetch(
            f"SELECT {COLUMNS} FROM aftersales_case WHERE order_id = ANY(%s) AND state IN ('asked', 'rejected', "
            "'disputed', 'deciding') ORDER BY id FOR UPDATE",
            [list(order_ids)],
        )
        enter([Going(row, "withdrawn", note="order_cancelled") for row in rows], now=now)
