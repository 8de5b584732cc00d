"""What promises listen to, their keepers, and how their decisions are judged again."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned, DecisionUpheld
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import listen_later, listen_now
from sanhao.kit.keeper import Keeper, register
from sanhao.service.delivery.events import (
    ConsignmentCollected,
    ConsignmentDelivered,
    ConsignmentRegistered,
    ConsignmentTracked,
    ConsignmentWithdrawn,
    InterceptionAsked,
    InterceptionMoved,
)
from sanhao.service.orders.events import CancelledOrderRestored, OrderCancelled, OrderPaid, UnitsDropped
from sanhao.service.promises import coverage, raises, shares, telling
from sanhao.service.promises.actions import cancel, delay, hear, make, raised, restore, review, settle
from sanhao.service.promises.book import THE_END, encode, facts_from, rule_key, terms_from
from sanhao.service.promises.events import (
    DelayAnswered,
    DelayProposed,
    PromiseBroken,
    PromiseKept,
    PromiseRaised,
    PromiseReversed,
    PromiseVoided,
    ShareCharged,
    ShareReversed,
)
from sanhao.service.promises.horizon import heard_until
from sanhao.service.promises.kinds import KINDS
from sanhao.service.promises.term_names import TERM_NAMES

SETTLE = Keeper(
    name="promises.settle",
    query="SELECT t.id, t.kind, t.checkout_id, t.order_id, t.line_id, t.shop_id, t.person_id, t.rule_id, "
    "t.facts::text AS facts, t.currency FROM promises_promise t WHERE t.state = 'open' AND t.settle_at <= %(now)s",
    settle=settle.settle_due,
    order="t.settle_at",
    batch=500,
    hands=2,
    clock=heard_until,
)
CANCEL = Keeper(
    name="promises.cancel_unshipped",
    query="SELECT t.id, t.order_id FROM promises_promise t WHERE t.cancel_at IS NOT NULL AND t.cancel_at <= %(now)s",
    settle=cancel.cancel_unshipped,
    order="t.cancel_at",
    batch=200,
    clock=heard_until,
)
LAPSE = Keeper(
    name="promises.lapse_delays",
    query="SELECT t.id FROM promises_delayproposal t WHERE t.state = 'proposed' AND t.answer_by <= %(now)s",
    settle=delay.lapse,
    order="t.answer_by",
)


def rejudge(kind_name: str, facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """The same pure judge over stored facts: for control's what-if, and for the check that nothing has drifted."""
    kind = KINDS[kind_name]
    typed, facts = terms_from(kind, terms), facts_from(kind_name, facts_json)
    facts = kind.under(typed, facts)
    verdict = kind.judge(typed, facts, THE_END)
    return decisions.Rejudged(
        verdict=encode(verdict),
        effect_minor=verdict.owed.minor if verdict.owed is not None else 0,
        currency=verdict.owed.currency if verdict.owed is not None else "",
        text=kind.say(typed, facts, verdict),
    )


def rejudge_share(kind_name: str, facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """One shop's share of a promise about several: the same judge, and the same reckoning."""
    kind = KINDS[kind_name]
    typed, facts = terms_from(kind, terms), facts_from(kind_name, facts_json)
    facts = kind.under(typed, facts)
    verdict = shares.of_shop(kind.judge(typed, facts, THE_END), shares.share_in(facts_json))
    return decisions.Rejudged(
        verdict=encode(verdict),
        effect_minor=verdict.owed.minor if verdict.owed is not None else 0,
        currency=verdict.owed.currency if verdict.owed is not None else "",
        text=kind.say_to_shop(typed, facts, verdict),
    )


def rejudge_raised(kind_name: str, facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    """What a person raised it to: the same judge, and the person's word that stands beside the facts."""
    kind = KINDS[kind_name]
    typed, facts = terms_from(kind, terms), facts_from(kind_name, facts_json)
    facts = kind.under(typed, facts)
    word = raises.raised_in(facts_json)
    verdict = raises.verdict(kind.judge(typed, facts, THE_END), word)
    return decisions.Rejudged(
        verdict=encode(verdict),
        effect_minor=word.owed.minor,
        currency=word.owed.currency,
        text=raises.say(word),
    )


def _checked(kind_name: str, terms: dict[str, Any]) -> dict[str, Any]:
    stored: dict[str, Any] = msgspec.to_builtins(terms_from(KINDS[kind_name], terms))
    return stored


def _checked_coverage(terms: dict[str, Any]) -> dict[str, Any]:
    return coverage.checked(terms, KINDS)


def wire() -> None:
    rulebook.register_names(TERM_NAMES)
    for name, kind in KINDS.items():
        rulebook.register_schema(rule_key(name), partial(_checked, name))
        for share, judge in ((False, rejudge), (True, rejudge_share)):
            decided = shares.decision_kind(name, share=share)
            decisions.register_kind(decided, shares.title(kind.title, share=share), partial(judge, name))
            decisions.register_undo(decided, review.OWNER)
        decisions.register_kind(
            shares.decision_kind(name, raised=True),
            shares.title(kind.title, raised=True),
            partial(rejudge_raised, name),
        )
    rulebook.register_terms(raises.RULE, raises.Terms)
    rulebook.register_schema(coverage.RULE, _checked_coverage)
    listen_now(OrderPaid, make.orders_paid)
    listen_now(ConsignmentCollected, hear.collected)
    listen_now(ConsignmentDelivered, hear.delivered)
    listen_now(ConsignmentRegistered, hear.registered)
    listen_now(ConsignmentWithdrawn, hear.withdrawn)
    listen_now(ConsignmentTracked, hear.tracked)
    listen_now(InterceptionAsked, hear.called_back)
    listen_now(InterceptionMoved, hear.call_moved)
    listen_now(OrderCancelled, hear.orders_cancelled)
    listen_now(UnitsDropped, hear.units_dropped)
    listen_now(CancelledOrderRestored, restore.restored)
    listen_now(DecisionUpheld, review.upheld)
    listen_now(DecisionOverturned, review.overturned)
    listen_now(DecisionOverturned, raised.overturned)
    listen_later(PromiseBroken, telling.broken)
    listen_later(PromiseRaised, telling.broken)
    listen_later(ShareCharged, telling.share_charged)
    listen_later(PromiseReversed, telling.reversed_)
    listen_later(ShareReversed, telling.share_reversed)
    listen_later(DelayProposed, telling.delay_proposed)
    listen_later(DelayAnswered, telling.delay_answered)
    for event in (PromiseKept, PromiseVoided, PromiseBroken, PromiseRaised, PromiseReversed):
        listen_later(event, telling.signal)
    for keeper in (SETTLE, CANCEL, LAPSE):
        register(keeper)
