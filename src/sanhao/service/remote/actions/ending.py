"""A second leg that is not travelled: what was set apart for it goes back to its day, what the buyer paid to the buyer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch
from sanhao.service.delivery.events import ConsignmentMoved
from sanhao.service.remote.actions.budget import free
from sanhao.service.remote.core import RULE, Terms
from sanhao.service.remote.ending import UNUSED, Facts, Verdict, judge, say
from sanhao.service.remote.events import SecondLegUnused
from sanhao.service.remote.queries import parcels_seen
from sanhao.service.remote.rules import terms_at

COLUMNS = "t.id, t.shop_id, t.currency, t.buyer_minor"


def give_up_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: look what became of the parcels; what is still heard of is looked at again later."""
    seen = parcels_seen([row["id"] for row in rows])
    facts = {row["id"]: Facts(now, seen[row["id"]], _bought(row)) for row in rows}
    waiting = _settle(rows, facts, now)
    execute(
        "UPDATE remote_consolidation c SET due_at = w.until FROM unnest(%s::uuid[], %s::timestamptz[]) AS w (id, until) "
        "WHERE c.id = w.id",
        [list(waiting), list(waiting.values())],
    )


def end(order_ids: Sequence[UUID], *, now: datetime) -> None:
    """Nothing more comes of these orders, part of whose freight may have stayed with their shop. Inside the caller's
    transaction; what has no reservation is left alone."""
    rows = fetch(
        f"SELECT {COLUMNS} FROM remote_consolidation t WHERE t.id = ANY(%s) AND t.state = 'reserved' ORDER BY t.id FOR UPDATE",
        [list(order_ids)],
    )
    if rows:
        _settle(rows, {row["id"]: Facts(now, (), _bought(row), ended=True) for row in rows}, now)


def _bought(row: Row) -> Money:
    return Money(row["buyer_minor"], row["currency"])


def _settle(rows: Sequence[Row], facts: Mapping[UUID, Facts], now: datetime) -> dict[UUID, datetime]:
    """Judge locked rows; returns until when those wait that do."""
    rule = rulebook.in_force(RULE, at=now)
    terms = msgspec.convert(rule.terms, Terms)
    verdicts = {id: judge(terms, one) for id, one in facts.items()}
    over = [row for row in rows if verdicts[row["id"]].outcome == "over"]
    free([row["id"] for row in over], now=now)
    ids = dict(zip((row["id"] for row in over), new_ids(len(over)), strict=True))
    decisions.record(
        [_decision(ids[row["id"]], row, rule.id, facts[row["id"]], verdicts[row["id"]]) for row in over]
    )
    events.emit(
        [
            SecondLegUnused(row["id"], row["shop_id"], row["buyer_minor"], row["currency"], ids[row["id"]], now)
            for row in over
        ],
        at=now,
    )  # fmt: skip
    return {id: verdict.until for id, verdict in verdicts.items() if verdict.until is not None}


def _decision(id: UUID, row: Row, rule_id: UUID, facts: Facts, verdict: Verdict) -> decisions.DecisionDraft:
    """It concerns the shop only where money leaves its escrow. That was never the shop's: it cannot be appealed."""
    return decisions.DecisionDraft(
        id=id,
        key=f"{UNUSED}:{row['id']}",
        kind=UNUSED,
        subject_kind="order",
        subject_id=row["id"],
        rule_id=rule_id,
        facts=msgspec.json.encode(facts).decode(),
        verdict=msgspec.json.encode(verdict).decode(),
        effect_minor=verdict.back.minor,
        currency=verdict.back.currency,
        text=say(verdict),
        shop_id=row["shop_id"] if verdict.back else None,
        person_id=None,
        decided_at=facts.at,
        appeal_until=None,
    )


def turned_round(batch: Sequence[News[ConsignmentMoved]]) -> None:
    """Now-listener: a parcel is on its way back; whether anything else comes of its order is looked at sooner."""
    told = {news.fact.owner_id: news.at for news in batch if news.fact.state == "returned"}
    if not told:
        return
    days = timedelta(days=terms_at(max(told.values())).returned_days)
    fetch(
        """
        WITH told AS (
            SELECT c.id, t.at FROM remote_consolidation c JOIN unnest(%s::uuid[], %s::timestamptz[]) AS t (id, at) ON t.id = c.id
            WHERE c.state = 'reserved' ORDER BY c.id FOR UPDATE OF c
        )
        UPDATE remote_consolidation c SET due_at = least(c.due_at, told.at) FROM told WHERE told.id = c.id RETURNING c.id
        """,
        [list(told), [at + days for at in told.values()]],
    )
