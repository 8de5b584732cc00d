"""What a shop asks of promises: its own sentence about a decision, and what it would cost to give an order up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.fairness.decisions import api as decisions
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.promises.book import THE_END, facts_from, terms_of
from sanhao.service.promises.core import Cancelled, Verdict
from sanhao.service.promises.kinds import KINDS
from sanhao.service.promises.shares import is_raised, kind_name


class Cost(msgspec.Struct, frozen=True):
    """What one promise gives the buyer if the shop cancels. *by_shop*: the shop pays it, else it comes out of what
    the buyer paid. *owed* None means that the sum cannot be known yet."""

    kind: str
    title: Text
    owed: Money | None
    remedy: str
    by_shop: bool


def told_to_shop(stored: Sequence[decisions.DecisionView]) -> dict[UUID, Text]:
    """For each decision the sentence its shop reads: the sum, the reason. Others than promises speak for themselves."""
    return {decision.id: _to_shop(decision) for decision in stored}


def _to_shop(decision: decisions.DecisionView) -> Text:
    name = kind_name(decision.kind)
    if name not in KINDS or decision.rule_id is None or is_raised(decision.kind):
        return decision.text
    facts = facts_from(name, msgspec.json.encode(decision.facts))
    return KINDS[name].say_to_shop(
        terms_of(decision.rule_id, name), facts, msgspec.convert(decision.verdict, Verdict)
    )


def cost_of_cancelling(order_id: UUID, *, now: datetime) -> list[Cost]:
    """What follows by the order's open promises if its shop cancels it now: the same judges, asked what if."""
    rows = fetch(
        "SELECT p.kind, p.rule_id, p.shop_id, p.facts::text AS facts FROM promises_promise p "
        "WHERE p.order_id = %s AND p.state = 'open' ORDER BY p.kind, p.id",
        [order_id],
    )
    costs = []
    for row in rows:
        kind, terms = KINDS[row["kind"]], terms_of(row["rule_id"], row["kind"])
        facts = kind.hear(terms, facts_from(row["kind"], row["facts"]), Cancelled(now, "shop"))
        verdict = kind.judge(terms, facts, THE_END)
        if verdict.outcome == "broken" and (verdict.owed is None or verdict.owed.minor):
            by_shop = str(row["shop_id"]) in verdict.fault
            costs.append(Cost(row["kind"], kind.title, verdict.owed, verdict.remedy, by_shop))
    return costs
