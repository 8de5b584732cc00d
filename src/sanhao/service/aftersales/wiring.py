"""What cases listen to, their keepers, and how their decisions are judged again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.books.payments.events import DisputeWon, PaymentDisputed, PaymentRestored, PaymentSucceeded
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import listen_later, listen_now
from sanhao.kit.keeper import Keeper, register
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.aftersales import core, sweep_telling, telling
from sanhao.service.aftersales import debts as debt_terms
from sanhao.service.aftersales.actions import (
    ahead,
    back,
    debt_disputes,
    debt_reminders,
    debts,
    dispute,
    fees,
    holds,
    moves,
    return_freight,
    silent_shops,
    sweep,
    swept,
    swept_freight,
    swept_undone,
    time,
    way_back,
    write_off,
)
from sanhao.service.aftersales.actions import intercept as intercepting
from sanhao.service.aftersales.actions import label as labelling
from sanhao.service.aftersales.actions import pickup as collecting
from sanhao.service.aftersales.book import COLUMNS, RULE, WITHDRAWAL, encode, terms_from
from sanhao.service.aftersales.case import Terms
from sanhao.service.aftersales.events import CaseChanged, CaseMoved, DebtChanged, OrderSwept, SweepMoved
from sanhao.service.aftersales.judge import AT_ONCE, RULING, SILENCE, Seen, judge, say
from sanhao.service.aftersales.paths import instant, intercept, label, pickup, proactive
from sanhao.service.aftersales.paths import return_freight as way_home
from sanhao.service.aftersales.queries.cases import row_of
from sanhao.service.aftersales.rules import checked
from sanhao.service.aftersales.term_names import TERM_NAMES
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery.events import (
    ConsignmentCollected,
    ConsignmentDelivered,
    InterceptionMoved,
    LabelMade,
    LabelMoved,
    PickupMoved,
)
from sanhao.service.orders.events import OrderCancelled, OrderDelivered, UnitsBack

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
    query="SELECT t.id, t.case_id, t.order_id, t.shop_id, t.person_id, t.rule_id, t.currency, t.path "
    "FROM aftersales_advance t "
    "WHERE t.state = 'wanted' AND t.wanted_at <= %(now)s",
    settle=ahead.pay_due,
    order="t.wanted_at",
    batch=500,
)


REMIND = Keeper(
    name="aftersales.remind",
    query="SELECT t.id, t.reminded FROM aftersales_advance t "
    "WHERE t.state = 'owed' AND (t.remind_at IS NULL OR t.remind_at <= %(now)s)",
    settle=debt_reminders.remind,
    order="t.id",
    batch=200,
    idle_seconds=60,
)


SWEEPING = Keeper(
    name="aftersales.sweeping",
    query="SELECT t.* FROM aftersales_sweep t WHERE t.ended_at IS NULL AND (t.state = 'confirmed' OR t.state = 'running' "
    "AND NOT EXISTS (SELECT 1 FROM aftersales_swept_order o WHERE o.sweep_id = t.id AND o.state = 'waiting'))",
    settle=sweep.begin,
    order="t.raised_at",
    batch=20,
)

SWEPT = Keeper(
    name="aftersales.swept",
    query="SELECT t.id, t.sweep_id, t.order_id, t.shop_id, t.person_id, t.currency, t.lines, t.waiting, t.collected, "
    "t.outcome, t.reason, t.expected_minor, t.paid_minor, t.step, t.found_at FROM aftersales_swept_order t "
    "WHERE t.state = 'waiting' AND t.due_at <= %(now)s",
    settle=swept.run,
    order="t.due_at",
    batch=500,
)

WATCH = Keeper(
    name="aftersales.watch",
    query="SELECT t.id FROM aftersales_watch t WHERE t.due_at <= %(now)s",
    settle=silent_shops.propose,
    order="t.due_at",
    batch=1,
    idle_seconds=60,
)


def _rejudged(verdict: object, owed: Money, text: Text) -> decisions.Rejudged:
    return decisions.Rejudged(
        verdict=encode(verdict),
        effect_minor=owed.minor,
        currency=owed.currency if owed.minor else "",
        text=text,
    )


def rejudge(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same pure judge over stored facts."""
    typed, seen = terms_from(terms), msgspec.json.decode(facts_json, type=Seen)
    verdict = judge(typed, seen)
    return _rejudged(verdict, verdict.owed, say(typed, seen, verdict)[0])


def rejudge_advance(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same for what was paid ahead."""
    verdict = instant.judge(
        msgspec.convert(terms, instant.Terms), msgspec.json.decode(facts_json, type=instant.Seen)
    )
    return _rejudged(verdict, verdict.owed, instant.say(verdict))


def parties(case_id: UUID, now: datetime) -> conversations.Parties:
    """Whose a case is, for those who talk about it. Raises NotFound."""
    row = row_of(case_id)
    return conversations.Parties(row["shop_id"], row["person_id"])


def rejudge_swept(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same for refunds without a request."""
    seen = msgspec.json.decode(facts_json, type=proactive.Seen)
    verdict = proactive.judge(msgspec.convert(terms, proactive.Terms), seen)
    return decisions.Rejudged(
        verdict=encode(verdict),
        effect_minor=verdict.owed.minor,
        currency=verdict.owed.currency,
        text=proactive.say(seen, verdict),
    )


def rejudge_called_back(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same for parcels that were called back."""
    verdict = intercept.judge(
        msgspec.convert(terms, intercept.Terms), msgspec.json.decode(facts_json, type=intercept.Seen)
    )
    return _rejudged(verdict, verdict.owed, intercept.say(verdict))


def rejudge_fee(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same for what bringing one back cost."""
    verdict = intercept.fee(
        msgspec.convert(terms, intercept.Terms), msgspec.json.decode(facts_json, type=intercept.FeeSeen)
    )
    return _rejudged(verdict, verdict.owed, intercept.say_fee(verdict))


def rejudge_pickup(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same for what collecting goods at a door cost."""
    verdict = pickup.fee(
        msgspec.convert(terms, pickup.Terms), msgspec.json.decode(facts_json, type=pickup.FeeSeen)
    )
    return _rejudged(verdict, verdict.owed, pickup.say_fee(verdict))


def rejudge_return_freight(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same for what sending goods back cost."""
    verdict = way_home.judge(
        msgspec.convert(terms, way_home.Terms), msgspec.json.decode(facts_json, type=way_home.Seen)
    )
    return _rejudged(verdict, verdict.owed, way_home.say(verdict))


def rejudge_label(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same for what a label for the way back cost."""
    verdict = label.fee(
        msgspec.convert(terms, label.Terms), msgspec.json.decode(facts_json, type=label.FeeSeen)
    )
    return _rejudged(verdict, verdict.owed, label.say_fee(verdict))


DECISIONS: Mapping[str, tuple[Text, decisions.Judge | None]] = {
    AT_ONCE: (Text(zh="未发货，立即退款", en="Refunded before anything was packed"), rejudge),
    SILENCE: (Text(zh="逾期未答复", en="No answer in time"), rejudge),
    RULING: (Text(zh="平台裁决", en="Ruling of the platform"), rejudge),
    instant.PAID: (Text(zh="秒退垫付", en="Refunded while the goods travel back"), rejudge_advance),
    intercept.PAID: (Text(zh="拦截急速退", en="Refund of a parcel that is called back"), rejudge_called_back),
    intercept.FEE: (Text(zh="拦截费", en="Fee for calling a parcel back"), rejudge_fee),
    pickup.FEE: (Text(zh="取件费", en="Pickup fee"), rejudge_pickup),
    label.FEE: (Text(zh="退货面单费", en="Price of a label for the way back"), rejudge_label),
    proactive.SWEPT: (Text(zh="主动退款", en="Refund without a request"), rejudge_swept),
    way_home.PAID: (Text(zh="寄回运费", en="For sending it back"), rejudge_return_freight),
    write_off.FORGIVEN: (Text(zh="欠款核销", en="Debt forgiven"), None),
}
"""What each decision about a case is called, and who judges it again; None where a person decides."""


def wire() -> None:
    rulebook.register_names(TERM_NAMES)
    conversations.register_subject("case", parties)
    rulebook.register_schema(RULE, checked, Terms)
    rulebook.register_schema(WITHDRAWAL, checked, Terms)
    rulebook.register_terms(core.RULE, core.MoneyRule)
    rulebook.register_terms(instant.RULE, instant.Terms)
    rulebook.register_terms(proactive.RULE, proactive.Terms)
    rulebook.register_terms(intercept.RULE, intercept.Terms)
    rulebook.register_terms(pickup.RULE, pickup.Terms)
    rulebook.register_terms(label.RULE, label.Terms)
    rulebook.register_terms(way_home.RULE, way_home.Terms)
    rulebook.register_terms(debt_terms.RULE, debt_terms.Terms)
    decisions.register_undo(way_home.PAID, return_freight.OWNER)
    for kind, (title, judge_again) in DECISIONS.items():
        decisions.register_kind(kind, title, judge_again)
    decisions.register_undo(proactive.SWEPT, swept_undone.OWNER)
    decisions.register_undo(intercept.FEE, intercepting.OWNER)
    decisions.register_undo(pickup.FEE, fees.OWNER)
    decisions.register_undo(label.FEE, labelling.OWNER)
    for kind in (SILENCE, RULING):
        decisions.register_undo(kind, dispute.OWNER)
    listen_now(ConsignmentCollected, back.collected)
    listen_now(ConsignmentCollected, way_back.second_leg_begun)
    listen_now(ConsignmentDelivered, back.delivered)
    listen_now(InterceptionMoved, intercepting.moved)
    listen_now(PickupMoved, collecting.moved)
    listen_now(LabelMade, labelling.made)
    listen_now(LabelMoved, labelling.moved)
    listen_now(ConsignmentDelivered, intercepting.delivered)
    listen_now(DecisionOverturned, dispute.overturned)
    listen_now(DecisionOverturned, swept_undone.overturned)
    listen_later(OrderSwept, sweep_telling.swept)
    listen_later(SweepMoved, sweep_telling.moved)
    listen_now(DecisionOverturned, intercepting.overturned)
    listen_now(PaymentSucceeded, debts.paid)
    listen_now(PaymentDisputed, debt_disputes.disputed)
    listen_now(DisputeWon, debt_disputes.won)
    listen_now(PaymentRestored, debt_disputes.restored)
    listen_later(DebtChanged, telling.debt)
    listen_now(DecisionOverturned, collecting.overturned)
    listen_now(DecisionOverturned, labelling.overturned)
    listen_later(OrderCancelled, telling.order_cancelled)
    listen_later(UnitsBack, moves.gone_back)
    listen_later(OrderDelivered, holds.wait_for_guarantees)
    listen_later(CaseMoved, telling.moved)
    listen_later(CaseMoved, telling.over)
    listen_later(CaseMoved, swept_freight.pay_freight)
    listen_later(CaseMoved, return_freight.pay)
    listen_now(DecisionOverturned, return_freight.overturned)
    listen_later(CaseMoved, collecting.left)
    listen_later(CaseMoved, labelling.issue)
    listen_later(CaseMoved, labelling.left)
    listen_later(CaseChanged, telling.signal)
    listen_later(CaseChanged, telling.paid_ahead)
    register(DUE)
    register(AHEAD)
    register(REMIND)
    register(WATCH)
    register(SWEEPING)
    register(SWEPT)
