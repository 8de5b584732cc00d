"""An order's money comes in, gets its date, and is held by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.settlement.core import Opening
from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.rows import copy_rows, fetch, together
from sanhao.kit.text import Text


def open(drafts: Sequence[Opening], *, now: datetime) -> None:
    """These orders were paid, in the transaction that put their money into escrow. One statement."""
    copy_rows(
        "settlement_settlement",
        ("id", "number", "shop_id", "currency", "received_minor", "held_minor", "shares_minor", "goods_minor", "categories",
         "source_id", "opened_at"),
        [
            (d.order_id, d.number, d.shop_id, d.currency, d.received_minor, d.received_minor, d.shares_minor, d.goods_minor,
             msgspec.json.encode(d.categories).decode(), d.source_id, d.paid_at or now)
            for d in drafts
        ],
    )  # fmt: skip


_UNSAID = Text(zh="", en="")


def set_release(release: Mapping[UUID, datetime], because: Mapping[UUID, Text] | None = None) -> None:
    """From these moments on the orders' money is the shops', if no hold stands in the way, and why then. Released stays
    released."""
    ids = sorted(release)
    if not ids:
        return

    def why(id: UUID) -> Text:
        return (because or {}).get(id, _UNSAID)

    with together():
        fetch(
            """
            WITH told AS (
                SELECT s.id, t.at, t.zh, t.en FROM settlement_settlement s
                JOIN unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[]) AS t (id, at, zh, en) ON t.id = s.id
                WHERE s.state = 'held' ORDER BY s.id FOR UPDATE OF s
            )
            UPDATE settlement_settlement s SET release_at = t.at, because_zh = t.zh, because_en = t.en
            FROM told t WHERE s.id = t.id RETURNING s.id
            """,
            [ids, [release[id] for id in ids], [why(id).zh for id in ids], [why(id).en for id in ids]],
        )


def hold(order_ids: Sequence[UUID], name: str, *, reason: Text, now: datetime) -> list[UUID]:
    """Nothing of these orders is released while the hold *name* stands; returns those that are held by it now.

    What was released before cannot be held any more. Placing a hold that stands already changes nothing.
    """
    with together():
        rows = _lock(order_ids)
        held = [row["id"] for row in rows if row["state"] == "held"]
        standing = fetch(
            "SELECT settlement_id AS id FROM settlement_hold "
            "WHERE settlement_id = ANY(%s) AND name = %s AND lifted_at IS NULL",
            [held, name],
        )
        known = {row["id"] for row in standing}
        fresh = [id for id in held if id not in known]
        if fresh:
            copy_rows(
                "settlement_hold",
                ("id", "settlement_id", "name", "reason_zh", "reason_en", "placed_at"),
                [(hold_id, id, name, reason.zh, reason.en, now) for hold_id, id in zip(new_ids(len(fresh)), fresh, strict=True)],
            )  # fmt: skip
            fetch(
                "UPDATE settlement_settlement SET holds = holds + 1 WHERE id = ANY(%s) RETURNING id", [fresh]
            )
    return held


def lift(order_ids: Sequence[UUID], name: str, *, now: datetime) -> list[UUID]:
    """The hold *name* of these orders ends; returns those it ended for. Where none stands nothing changes."""
    with together():
        _lock(order_ids)
        lifted = fetch(
            """
            WITH lifted AS (
                UPDATE settlement_hold SET lifted_at = %(now)s
                WHERE settlement_id = ANY(%(ids)s) AND name = %(name)s AND lifted_at IS NULL
                RETURNING settlement_id AS id
            )
            UPDATE settlement_settlement s SET holds = s.holds - 1 FROM lifted l WHERE s.id = l.id RETURNING s.id
            """,
            {"now": now, "ids": list(order_ids), "name": name},
        )
    return sorted(row["id"] for row in lifted)


def _lock(order_ids: Sequence[UUID]) -> list[Row]:
    return fetch(
        "SELECT id, state FROM settlement_settlement WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        [list(order_ids)],
    )
