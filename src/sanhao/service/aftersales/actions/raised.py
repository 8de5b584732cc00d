"""A buyer's appeal against a sum is granted: it is decided anew, for good, and what was given short follows."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.kit import events
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales import core, money, worth
from sanhao.service.aftersales.actions import give, promised, return_freight
from sanhao.service.aftersales.actions.time import draft
from sanhao.service.aftersales.book import COLUMNS, terms_of
from sanhao.service.aftersales.events import CaseChanged
from sanhao.service.aftersales.judge import RULING, Found, Seen, judge
from sanhao.service.aftersales.paths.return_freight import PAID
from sanhao.service.aftersales.reasons import REASONS
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises


class Raisable(msgspec.Struct, frozen=True):
    """What a decision gave the buyer and the most an appeal may raise it to: all that was asked. Of a claim its *kind* and
    what may be found of it (*weighs*)."""

    had: Money
    most: Money
    kind: str = ""
    claim: promises.Claimed | None = None
    weighs: tuple[str, ...] = ()
    bearers: tuple[str, ...] = ()
    """Whom the person may name to bear the difference; empty where it is settled already."""
    named: bool = False
    """The sum has to be said: there is none that was asked for."""


def raisable(decision: decisions.DecisionView) -> Raisable | None:
    """Whether a buyer's appeal against *decision* could raise a sum, and how far; None where it could not."""
    if decision.kind == PAID:
        had, most = Money(decision.effect_minor, decision.currency), return_freight.most(decision)
        return Raisable(had, most) if had < most else None
    row = _case(decision)
    if row is None:
        may = promises.raisable(decision)
        return Raisable(may.had, may.most, bearers=may.bearers, named=True) if may else None
    if row["promise_id"] is None:
        had = Money(row["refunded_minor"], row["currency"])
        most = Money(row["back_minor"], row["currency"])
        return Raisable(had, most) if row["state"] == "refunded" and had < most else None
    if row["state"] == "closed":
        proposal = promised.proposed(row, Found())
        if proposal is None or proposal.owed is None:
            return None
        weighs = promises.weighs(proposal.kind)
        return Raisable(Money.zero(row["currency"]), proposal.owed, proposal.kind, proposal.claim, weighs)
    given = promises.granted(row["promise_id"])
    if given is None or given.verdict.owed is None or given.most.owed is None:
        return None
    return Raisable(given.verdict.owed, given.most.owed, given.kind, given.claim, promises.weighs(given.kind))


def raise_claim(fact: DecisionOverturned, *, now: datetime) -> None:
    """The claim is worth what the person found who granted the appeal (*share_bp*, *grams*, *amount_minor*), or else all that
    was claimed. In the transaction of that answer; what is refused here refuses the answer.

    Raises Refusal ``claim.agreed`` where the buyer took an offer, ``claim.not_more``, Invalid ``claim.found_…``.
    """
    row, given = _case(decisions.decision(fact.decision_id)), promises.granted(fact.subject_id)
    if row is None or given is None or fact.by is None:
        raise Refusal("claim.over", zh="这个保障已经结束。", en="This guarantee is over.")
    if given.answer.at_most is not None and given.answer.by != "platform":
        raise Refusal(
            "claim.agreed",
            zh="这个金额是双方谈好的，不能再往上加。请维持原决定。",
            en="Both sides agreed on this sum; it is not raised. Uphold the decision.",
        )
    order = orders.money([row["order_id"]])[row["order_id"]]
    execute("SELECT 1 FROM aftersales_case WHERE id = %s FOR UPDATE", [row["id"]])
    unit, had = promised.units_of([row["id"]])[row["id"]], _parts(given.verdict)
    goods, freight = had["goods"], had["freight"]
    if given.answer.worth is None or goods < given.answer.worth.minor:  # else the units are back whole
        left = worth.left(
            money.order_money(order), unit, terms=money.rule(at=now).of(order.country),
            fault=REASONS[row["reason"]].fault, currency=order.currency, given_minor=goods,
        )  # fmt: skip
        goods, freight = goods + left.goods.minor, freight + left.freight.minor
    outcome = promises.raise_claim(
        row["promise_id"], _answered(row, fact, given, goods, freight, now), by=fact.by, now=now
    )
    more = replace(outcome, verdict=_beyond(outcome.verdict, given.verdict))
    settlement.lock([row["order_id"]])
    promised.on_top([(row, more)], now, raised=True)
    whole = goods > had["goods"] and _parts(outcome.verdict)["goods"] == goods
    asked = promised.asked_for(row, more, unit, whole=whole, given_minor=had["goods"], suffix=":raised")
    if asked is not None:
        money.give_back([asked], now=now)
    assert outcome.verdict.owed is not None
    _settled(row, outcome.verdict.owed, outcome.decision_id, now)


def raise_ruling(row: Row, fact: DecisionOverturned, *, now: datetime) -> None:
    """The same for a case that no guarantee stands behind (its locked row): the ruling gave a smaller sum than was asked.

    Raises Refusal ``claim.not_more``.
    """
    before = decisions.decision(fact.decision_id)
    seen = msgspec.convert(before.facts, Seen)
    if seen.ruling is None:
        raise _not_more()
    ruling = replace(
        seen.ruling,
        words=decisions.appeal_by_id(fact.appeal_id).answer,
        amount_minor=fact.found.get("amount_minor"),
    )
    seen = replace(seen, ruling=ruling)
    verdict = judge(terms_of(row["rule_id"]), seen)
    more = verdict.owed.minor - row["refunded_minor"]
    if more <= 0:
        raise _not_more()
    id = new_id()
    drafted = draft(row, seen, verdict, id, now, kind=RULING, by=fact.by)
    decisions.record([replace(drafted, key=f"{drafted.key}:raised", appeal_until=None)])
    money.give_back([_rest(row, more, id)], now=now)
    _settled(row, verdict.owed, id, now)


def _rest(row: Row, more: int, decision_id: UUID) -> money.Asked:
    """*more* minor units of what the goods of a case cost, and of their freight for what goes beyond that."""
    order = orders.money([row["order_id"]])[row["order_id"]]
    lines = {line.line_id: line for line in money.order_money(order).lines}
    asks, left = [], more
    for line_id, units in give.units_of([row["id"]])[row["id"]].items():
        part = min(left, core.worth(lines[line_id], units))
        left -= part
        asks.append(core.Ask(line_id, units, goods_minor=part))
    goodwill = ledger.Ref("goodwill", ledger.PLATFORM, row["currency"])
    return money.Asked(
        key=f"case:{row['id']}:raised",
        order_id=row["order_id"],
        asks=(replace(asks[0], freight_minor=left), *asks[1:]),
        fault="buyer",
        cause_kind=promised.CAUSE,
        cause_id=row["id"],
        decision_id=decision_id,
        payer=goodwill if row["bearer"] == "platform" else None,
    )


def _settled(row: Row, owed: Money, decision_id: UUID | None, now: datetime) -> None:
    """The case knows what it has given by now, and by which decision; pages that show it hear of it."""
    execute(
        "UPDATE aftersales_case SET refunded_minor = %s, decision_id = %s WHERE id = %s",
        [owed.minor, decision_id, row["id"]],
    )
    events.emit([CaseChanged(row["id"], row["order_id"], row["shop_id"], row["person_id"], "raised")], at=now)


def _not_more() -> Refusal:
    return Refusal(
        "claim.not_more",
        zh="这样并不会多退。如果原来的金额是对的，请维持原决定。",
        en="That gives no more than before. If the sum was right, uphold the decision.",
    )


def _case(decision: decisions.DecisionView) -> Row | None:
    by_claim = decision.subject_kind == "promise"
    rows = fetch(
        f"SELECT {COLUMNS} FROM aftersales_case WHERE {'promise_id' if by_claim else 'id'} = %s "
        "AND decision_id = %s AND state IN ('refunded', 'closed')",
        [decision.subject_id, decision.id],
    )
    return rows[0] if rows else None


def _answered(
    row: Row, fact: DecisionOverturned, given: promises.Granted, goods: int, freight: int, now: datetime
) -> promises.Answered:
    """The answer that stands in place of the one before: who bears it stays as it was."""
    amount, currency = fact.found.get("amount_minor"), row["currency"]
    return replace(
        given.answer,
        at=now,
        by="appeal",
        share_bp=fact.found.get("share_bp"),
        grams=fact.found.get("grams"),
        at_most=None if amount is None else Money(amount, currency),
        worth=Money(goods, currency),
        freight=Money(freight, currency),
        words=decisions.appeal_by_id(fact.appeal_id).answer,
    )


def _parts(verdict: promises.Verdict) -> dict[str, int]:
    parts: dict[str, int] = defaultdict(int)
    for share in verdict.shares:
        parts[share.what] += share.amount.minor
    return parts


def _beyond(verdict: promises.Verdict, had: promises.Verdict) -> promises.Verdict:
    """What of *verdict* was not given yet, by who pays and what it is."""
    before = {(share.payer, share.what): share.amount for share in had.shares}
    split = tuple(
        replace(
            share,
            amount=share.amount - before.get((share.payer, share.what), Money.zero(share.amount.currency)),
        )
        for share in verdict.shares
    )
    return replace(verdict, split=tuple(share for share in split if share.amount.minor))
