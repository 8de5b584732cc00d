"""Promises that were made, with all that is known by now: for judging them again under terms that are only proposed.

A promise stops listening when it is settled, but a preview asks what would have become of it under a longer deadline: so
the scans of its parcels are told to its facts once more. (What else ended an order after its promise was settled is not.)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.keeper import Row
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises.book import facts_from, terms_of
from sanhao.service.promises.core import PromiseNews
from sanhao.service.promises.kinds import KINDS
from sanhao.service.promises.parcels import heard_of, whole_lines


class Made(msgspec.Struct, frozen=True):
    id: UUID
    shop_id: UUID | None
    person_id: UUID
    currency: str
    made_at: datetime
    facts: Any


class MadePage(msgspec.Struct, frozen=True):
    """*last* is where the next page goes on; None: there is no more."""

    made: tuple[Made, ...]
    last: UUID | None


def made_since(
    since: datetime, *, kind: str, market: str, until: datetime, last: UUID | None = None, limit: int = 1_000
) -> MadePage:
    """Promises of *kind* made under *market*'s rules from *since* to *until*, the newest first, a page at a time. Five
    queries: ids tell the order in which promises were made, so no index on their moments is needed."""
    rows = fetch(
        """
        SELECT id, order_id, shop_id, person_id, currency, rule_id, made_at, facts::text AS facts
        FROM promises_promise WHERE kind = %(kind)s AND (%(last)s::uuid IS NULL OR id < %(last)s)
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {"kind": kind, "last": last, "limit": limit},
    )
    ours = [
        row for row in rows
        if since <= row["made_at"] <= until and rulebook.version(row["rule_id"]).market == market
    ]  # fmt: skip
    over = len(rows) < limit or all(row["made_at"] < since for row in rows)
    return MadePage(tuple(_with_scans(kind, ours)), None if over else rows[-1]["id"])


def _with_scans(name: str, rows: Sequence[Row]) -> list[Made]:
    kind = KINDS[name]
    order_ids = [row["order_id"] for row in rows if row["order_id"]]
    wanted = orders.line_quantities(order_ids) if order_ids else {}
    parcels = delivery.consignments_of(order_ids) if order_ids else {}
    made = []
    for row in rows:
        terms, facts = terms_of(row["rule_id"], name), facts_from(name, row["facts"])
        for news in _news(parcels.get(row["order_id"], ()), wanted):
            facts = kind.hear(terms, facts, news)
        made.append(Made(row["id"], row["shop_id"], row["person_id"], row["currency"], row["made_at"], facts))
    return made


def _news(parcels: Sequence[delivery.ConsignmentView], wanted: dict[UUID, int]) -> list[PromiseNews]:
    told: list[PromiseNews] = []
    for field, event, counting in heard_of(parcels):
        heard = {
            parcel.id: min((scan.received_at for scan in parcel.scans if scan.at == at), default=at)
            for parcel in counting
            if (at := getattr(parcel, field)) is not None
        }
        told += [
            event(at, received_at, lines=lines)
            for (at, received_at), lines in whole_lines(counting, wanted, field, heard)
        ]
    return told
