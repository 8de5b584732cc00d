"""What is known of imported histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import time
from sanhao.kit.rows import fetch
from sanhao.lab.imports.core import Place, Shift
from sanhao.service.promises import api as promises


class HistoryCard(msgspec.Struct, frozen=True):
    """An imported history; *rules* are the versions its promises were made under, by kind."""

    id: UUID
    name: str
    market: str
    shift: Shift
    starts_at: datetime
    rules: Mapping[str, UUID]


class Progress(msgspec.Struct, frozen=True):
    """How much of a history is here, and how much of it is still to be told."""

    orders: int
    news: int
    untold: int


def find(name: str) -> HistoryCard | None:
    rows = fetch("SELECT * FROM lab_history WHERE name = %s", [name])
    if not rows:
        return None
    row = rows[0]
    keys = {kind: promises.rule_key(kind) for kind in row["kinds"]}
    found = {kind: rulebook.versions(key, market=row["market"])[0].id for kind, key in keys.items()}
    return HistoryCard(
        row["id"], row["name"], row["market"], Shift(row["shift_days"], row["zone"]), row["starts_at"], found
    )


def places(history_id: UUID) -> dict[str, Place]:
    """Where each seller of a history sells here."""
    rows = fetch(
        "SELECT ref, shop_id, listing_id, offer_id FROM lab_history_shop WHERE history_id = %s", [history_id]
    )
    return {row["ref"]: Place(row["shop_id"], row["listing_id"], row["offer_id"]) for row in rows}


def known_orders(history_id: UUID, refs: Sequence[str]) -> set[str]:
    rows = fetch(
        "SELECT ref FROM lab_history_order WHERE history_id = %s AND ref = ANY(%s)", [history_id, list(refs)]
    )
    return {row["ref"] for row in rows}


def progress(history_id: UUID) -> Progress:
    [row] = fetch(
        """
        SELECT count(DISTINCT o.id) AS orders, count(n.id) AS news,
               count(n.id) FILTER (WHERE n.told_at IS NULL) AS untold
        FROM lab_history_order o LEFT JOIN lab_history_news n ON n.order_id = o.id WHERE o.history_id = %s
        """,
        [history_id],
    )
    return Progress(**row)


def untold_since() -> datetime | None:
    """The moment of the first news that has not been told, in a demo world; None if there is none, or it is set aside."""
    if not time.is_demo():
        return None
    [row] = fetch(
        "SELECT min(n.at) AS at FROM lab_history_news n WHERE n.told_at IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM kit_set_aside s WHERE s.keeper = 'lab.history' AND s.row_id = n.id)"
    )
    first: datetime | None = row["at"]
    return first
