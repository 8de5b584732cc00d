"""Judging claimed promises, and profiles that count one buyer's payments to one shop as one (`merge_hours`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch
from sanhao.service.orders import api as orders
from sanhao.service.promises.book import encode, facts_from, terms_of
from sanhao.service.promises.core import Verdict
from sanhao.service.promises.kinds import KINDS, late_shipment
from sanhao.service.promises.merging import Merging, Settled, merges
from sanhao.service.promises.shares import Left


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
    found = [
        (index, item)
        for index, item in enumerate(judged)
        if item.row["kind"] == late_shipment.name
        and item.verdict.outcome == "broken"
        and merges(item.terms)
        and item.row["shop_id"] is not None  # promised by several shops at once: nobody's to merge
    ]
    if not found:
        return judged
    pairs = sorted({(item.row["person_id"], item.row["shop_id"]) for _, item in found})
    execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(person || ':' || shop, 0)) "
        "FROM unnest(%s::text[], %s::text[]) AS p (person, shop)",
        [[str(person) for person, _ in pairs], [str(shop) for _, shop in pairs]],
    )
    merging = _settled(pairs)
    merged: list[Judged] = []
    for index, item in sorted(found, key=lambda pair: (pair[1].facts.settle_at, pair[1].row["id"])):
        pair = (item.row["person_id"], item.row["shop_id"])
        facts, verdict = merging.judge(late_shipment, item.terms, item.facts, item.verdict, pair, now)
        if facts is not item.facts:
            item.row["facts"] = encode(facts)
            judged[index] = again = Judged(item.row, item.terms, facts, verdict)
            merged.append(again)
    if merged:  # the promise keeps what it was judged by: its card speaks of the same sum
        execute(
            "UPDATE promises_promise p SET facts = m.facts FROM unnest(%s::uuid[], %s::jsonb[]) AS m (id, facts) "
            "WHERE p.id = m.id",
            [[item.row["id"] for item in merged], [item.row["facts"] for item in merged]],
        )
    return judged


def _settled(pairs: Sequence[tuple[UUID, UUID]]) -> Merging:
    rows = fetch(
        """
        SELECT p.person_id, p.shop_id, p.facts::text AS facts, p.owed_minor, p.currency
        FROM promises_promise p JOIN unnest(%s::uuid[], %s::uuid[]) AS w (person, shop)
          ON p.person_id = w.person AND p.shop_id = w.shop
        WHERE p.kind = 'late_shipment' AND p.state IN ('broken', 'review', 'reversed') AND p.owed_minor IS NOT NULL
        """,
        [[person for person, _ in pairs], [shop for _, shop in pairs]],
    )
    merging = Merging()
    for row in rows:
        facts = facts_from(late_shipment.name, row["facts"])
        if facts.paid is not None:
            owed = Money(row["owed_minor"], row["currency"])
            merging.add((row["person_id"], row["shop_id"]), Settled(facts.start_at, facts.paid, owed))
    return merging
