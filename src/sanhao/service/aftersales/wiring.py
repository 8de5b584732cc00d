"""What cases listen to, their one keeper, and how their decisions are judged again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import listen_later, listen_now
from sanhao.kit.keeper import Keeper, register
from sanhao.service.aftersales import core, telling
from sanhao.service.aftersales.actions import ahead, back, dispute, time
from sanhao.service.aftersales.book import COLUMNS, RULE, encode, terms_from
from sanhao.service.aftersales.events import CaseChanged, CaseMoved
from sanhao.service.aftersales.judge import AT_ONCE, RULING, SILENCE, Seen, judge, say
from sanhao.service.aftersales.paths import instant
from sanhao.service.aftersales.queries import row_of
from sanhao.service.aftersales.rules import checked, checked_instant
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery.events import ConsignmentCollected, ConsignmentDelivered
from sanhao.service.orders.events import OrderCancelled

DUE = Keeper(
    name="aftersales.due",
    query=f"SELECT {COLUMNS} FROM aftersales_case t WHERE t.due_at <= %(now)s",
    settle=time.settle_due,
    order="t.due_at",
    batch=500,
    hands=2,
)


AHEAD = Keeper(
    name="aftersales.ahead",
    query="SELECT t.id, t.case_id, t.order_id, t.shop_id, t.person_id, t.rule_id, t.currency FROM aftersales_advance t "
    "WHERE t.state = 'wanted' AND t.wanted_at <= %(now)s",
    settle=ahead.pay_due,
    order="t.wanted_at",
    batch=500,
)


def rejudge(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same pure judge over stored facts."""
    typed, seen = terms_from(terms), msgspec.json.decode(facts_json, type=Seen)
    verdict = judge(typed, seen)
    return decisions.Rejudged(
        verdict=encode(verdict),
        effect_minor=verdict.owed.minor,
        currency=verdict.owed.currency if verdict.owed.minor else "",
        text=say(typed, seen, verdict)[0],
    )


def rejudge_advance(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same for what was paid ahead."""
    verdict = instant.judge(
        msgspec.convert(terms, instant.Terms), msgspec.json.decode(facts_json, type=instant.Seen)
    )
    return decisions.Rejudged(
        verdict=encode(verdict),
        effect_minor=verdict.owed.minor,
        currency=verdict.owed.currency if verdict.owed.minor else "",
        text=instant.say(verdict),
    )


def parties(case_id: UUID, now: datetime) -> conversations.Parties:
    """Whose a case is, for those who talk about it. Raises NotFound."""
    row = row_of(case_id)
    return conversations.Parties(row["shop_id"], row["person_id"])


def wire() -> None:
    conversations.register_subject("case", parties)
    rulebook.register_schema(RULE, checked)
    rulebook.register_schema(core.RULE, core.validate_rule)
    rulebook.register_schema(instant.RULE, checked_instant)
    decisions.register_judge(instant.PAID, rejudge_advance)
    for kind in (SILENCE, RULING, AT_ONCE):
        decisions.register_judge(kind, rejudge)
    for kind in (SILENCE, RULING):
        decisions.register_undo(kind, dispute.OWNER)
    listen_now(ConsignmentCollected, back.collected)
    listen_now(ConsignmentDelivered, back.delivered)
    listen_now(DecisionOverturned, dispute.overturned)
    listen_later(OrderCancelled, telling.order_cancelled)
    listen_later(CaseMoved, telling.moved)
    listen_later(CaseMoved, telling.over)
    listen_later(CaseChanged, telling.signal)
    listen_later(CaseChanged, telling.paid_ahead)
    register(DUE)
    register(AHEAD)
