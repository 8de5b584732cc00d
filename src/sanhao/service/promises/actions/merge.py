"""Judging claimed promises, and profiles that count one buyer's payments to one shop as one (`merge_hours`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch
from sanhao.service.orders import api as orders
from sanhao.service.promises.book import encode, facts_from, terms_of
from sanhao.service.promises.core import Verdict
from sanhao.service.promises.kinds import KINDS, late_shipment
from sanhao.service.promises.shares import Left

Pair = tuple[UUID, UUID]
"""A buyer and a shop."""


class Judged:
    """A claimed promise and what its judge said. Plain and quick: thousands a second pass here.

    *back* are the orders that money goes back to, with what is left of each; *shares* the decision of each shop that
    pays a part of what was promised by several.
    """

    __slots__ = ("back", "decision_id", "facts", "owed_minor", "row", "shares", "terms", "verdict")

    def __init__(self, row: Row, terms: Any, facts: Any, verdict: Verdict) -> None:
        self.row, self.terms, self.facts, self.verdict = row, terms, facts, verdict
        self.owed_minor = verdict.owed.minor if verdict.owed is not None else None
        self.decision_id: UUID = row["id"]
        self.back: list[tuple[orders.Held, Left]] = []
        self.shares: dict[str, UUID] = {}


def judge_row(row: Row, now: datetime) -> Judged:
    name = row["kind"]
    terms = terms_of(row["rule_id"], name)
    facts = facts_from(name, row["facts"])
    return Judged(row, terms, facts, KINDS[name].judge(terms, facts, now))


def merge_windows(judged: list[Judged], now: datetime) -> list[Judged]:
    """Judge again, with what the same buyer already got from the same shop, those whose terms merge payments."""
    merging = [
        (index, item)
        for index, item in enumerate(judged)
        if item.row["kind"] == late_shipment.name
        and item.verdict.outcome == "broken"
        and item.terms.merge_hours is not None
        and item.row["shop_id"] is not None  # promised by several shops at once: nobody's to merge
    ]
    if not merging:
        return judged
    pairs = sorted({(item.row["person_id"], item.row["shop_id"]) for _, item in merging})
    execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(person || ':' || shop, 0)) "
        "FROM unnest(%s::text[], %s::text[]) AS p (person, shop)",
        [[str(person) for person, _ in pairs], [str(shop) for _, shop in pairs]],
    )
    settled = _settled(pairs)
    merged: list[Judged] = []
    for index, item in sorted(merging, key=lambda pair: pair[1].facts.start_at):
        judged[index] = again = _with_earlier(item, settled, now)
        if again is not item:
            merged.append(again)
        if again.facts.paid is not None and again.verdict.owed is not None:
            pair = (item.row["person_id"], item.row["shop_id"])
            settled[pair].append((again.facts.start_at, again.facts.paid.minor, again.verdict.owed.minor))
    if merged:  # the promise keeps what it was judged by: its card speaks of the same sum
        execute(
            "UPDATE promises_promise p SET facts = m.facts FROM unnest(%s::uuid[], %s::jsonb[]) AS m (id, facts) "
            "WHERE p.id = m.id",
            [[item.row["id"] for item in merged], [item.row["facts"] for item in merged]],
        )
    return judged


def _with_earlier(
    item: Judged, settled: dict[Pair, list[tuple[datetime, int, int]]], now: datetime
) -> Judged:
    window = timedelta(hours=item.terms.merge_hours)
    near = [
        (paid, owed)
        for start, paid, owed in settled[item.row["person_id"], item.row["shop_id"]]
        if abs(start - item.facts.start_at) <= window
    ]
    if not near:
        return item
    currency = item.row["currency"]
    facts = late_shipment.merged(
        item.terms,
        item.facts,
        paid=Money(sum(paid for paid, _ in near), currency),
        owed=Money(sum(owed for _, owed in near), currency),
    )
    item.row["facts"] = encode(facts)
    return Judged(item.row, item.terms, facts, late_shipment.judge(item.terms, facts, now))


def _settled(pairs: Sequence[Pair]) -> dict[Pair, list[tuple[datetime, int, int]]]:
    rows = fetch(
        """
        SELECT p.person_id, p.shop_id, p.facts::text AS facts, p.owed_minor
        FROM promises_promise p JOIN unnest(%s::uuid[], %s::uuid[]) AS w (person, shop)
          ON p.person_id = w.person AND p.shop_id = w.shop
        WHERE p.kind = 'late_shipment' AND p.state IN ('broken', 'review', 'reversed') AND p.owed_minor IS NOT NULL
        """,
        [[person for person, _ in pairs], [shop for _, shop in pairs]],
    )
    found: dict[Pair, list[tuple[datetime, int, int]]] = defaultdict(list)
    for row in rows:
        facts = facts_from(late_shipment.name, row["facts"])
        if facts.paid is not None:
            found[row["person_id"], row["shop_id"]].append(
                (facts.start_at, facts.paid.minor, row["owed_minor"])
            )
    return found
