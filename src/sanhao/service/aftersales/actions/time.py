"""What time alone does: the one keeper behind every deadline of a case, a batch in a handful of statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sanhao.fairness.decisions import api as decisions
from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.service.aftersales.actions import ahead_ends, promised, remains
from sanhao.service.aftersales.actions.choose import addresses_for
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import end_as_back, enter
from sanhao.service.aftersales.book import encode, facts_of, terms_of
from sanhao.service.aftersales.judge import SILENCE, Seen, Verdict, judge, say
from sanhao.service.aftersales.outlook_words import DECIDED
from sanhao.service.orders import api as orders


def settle_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: cases whose time has come. Runs in the claiming transaction.

    Whose order is busy elsewhere waits for the next batch: a keeper waits for nobody (see the locks' decision).
    """
    judged = [(row, verdict, seen) for row in rows for verdict, seen in [_judge(row)]]
    wanted = [row["order_id"] for row, verdict, _ in judged if verdict.outcome == "refunded"]
    free = {held.id for held in orders.hold(order_ids=wanted)} if wanted else set()
    judged = [j for j in judged if j[1].outcome != "refunded" or j[0]["order_id"] in free]
    gone = remains.back_already(
        [row for row, verdict, _ in judged if verdict.outcome == "refunded" and not row["ahead_minor"]]
    )
    end_as_back([row for row, *_ in judged if row["id"] in gone], now=now)
    judged = [j for j in judged if j[0]["id"] not in gone]
    decided = [
        j for j in judged if f"{j[1].reason}/{j[1].outcome}" in DECIDED and not promised.decides(*j[:2])
    ]
    ids = dict(zip([row["id"] for row, *_ in decided], new_ids(len(decided)), strict=True))
    decisions.record([draft(row, seen, verdict, ids[row["id"]], now) for row, verdict, seen in decided])
    to = addresses_for([row for row, verdict, _ in judged if verdict.outcome == "to_send"])
    enter(
        [
            Going(
                row,
                verdict.outcome,
                note=verdict.reason,
                by_time=True,
                bearer=verdict.bearer,
                decision_id=ids.get(row["id"]),
                also=_also(row, verdict) | ({"address": to[row["id"]]} if row["id"] in to else {}),
            )
            for row, verdict, _ in judged
        ],
        now=now,
    )


def _judge(row: Row) -> tuple[Verdict, Seen]:
    seen = Seen(facts_of(row), Money(row["back_minor"], row["currency"]), row["due_at"])
    return judge(terms_of(row["rule_id"]), seen), seen


def _also(row: Row, verdict: Verdict) -> dict[str, object]:
    """A replacement that did not leave first does not leave at all."""
    return {"ships_first": False} if verdict.reason == "not_replaced" and row["ships_first"] else {}


def draft(
    row: Row,
    seen: Seen,
    verdict: Verdict,
    id: UUID,
    now: datetime,
    *,
    kind: str = SILENCE,
    by: UUID | None = None,
) -> decisions.DecisionDraft:
    """The decision as it is recorded: the buyer's sentence; the shop's follows from the same facts."""
    terms = terms_of(row["rule_id"])
    return decisions.DecisionDraft(
        id=id,
        key=f"{kind}:{row['id']}:{seen.case.state}:{seen.due_at.isoformat()}",
        kind=kind,
        subject_kind="case",
        subject_id=row["id"],
        rule_id=row["rule_id"],
        facts=encode(seen),
        verdict=encode(verdict),
        effect_minor=verdict.owed.minor,
        currency=verdict.owed.currency if verdict.owed.minor else "",
        text=say(terms, seen, verdict)[0],
        shop_id=row["shop_id"],
        person_id=row["person_id"],
        decided_at=now,
        appeal_until=now
        + timedelta(days=ahead_ends.appeal_days(row, verdict.outcome, terms.appeal_days, now=now)),
        automatic=by is None,
        decided_by=by,
    )
