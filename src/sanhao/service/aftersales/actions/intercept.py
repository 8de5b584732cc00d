"""A parcel is called back while it travels (`paths/intercept.py`): who starts it, and what each word of the courier does.

The consignment is locked before the case; no money moves here. What is refunded ahead the keeper of advances pays, what the
case comes to is settled where all cases end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Forbidden, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people.api import roles_of
from sanhao.service.aftersales.actions import ahead, remains
from sanhao.service.aftersales.actions.choose import addresses_for
from sanhao.service.aftersales.actions.give import CAUSE, units_of
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import enter, take
from sanhao.service.aftersales.book import COLUMNS, encode, facts_of, no_case, terms_of
from sanhao.service.aftersales.case import OVER, due
from sanhao.service.aftersales.events import CaseChanged
from sanhao.service.aftersales.paths import intercept
from sanhao.service.aftersales.paths.intercept import Heard
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.events import ConsignmentDelivered, InterceptionMoved

OWNER = "aftersales.intercept"

# ---- asking ---------------------------------------------------------------------------------------------------------


def stop(case_id: UUID, *, by: UUID, person_id: UUID | None = None, now: datetime) -> None:
    """Have the parcel of a refund that still waits called back: its buyer (*person_id*) while the shop has not answered,
    or an arbiter while the platform looks at it.

    Raises Refusal ``case.not_stopped`` where no one parcel holds just these units, what `delivery.intercept` refuses,
    ``case.moved_on``, NotFound, Forbidden.
    """
    if person_id is None and not roles_of(by) & {"arbiter", "admin"}:
        raise Forbidden("case.role", zh="只有仲裁人员可以这样做。", en="That is for arbiters to do.")
    with transaction.atomic():
        found = fetch("SELECT order_id FROM aftersales_case WHERE id = %s", [case_id])
        if not found:
            raise no_case()
        parcel = parcel_for(found[0]["order_id"], units_of([case_id])[case_id])
        delivery.hold([parcel])
        row = take(case_id, "stop", "buyer" if person_id else "platform", person_id=person_id, now=now)
        start(row, parcel, by=by, now=now)


def parcel_for(order_id: UUID, units: dict[UUID, int]) -> UUID:
    """The one parcel of an order that holds these units, nothing else, and can be called back now. Raises Refusal."""
    parcels = delivery.consignments_of([order_id])[order_id]
    fits = [parcel for parcel in parcels if dict(parcel.items) == units]
    if able := delivery.may_be_stopped(fits):
        return able[0].id
    raise Refusal(
        "case.not_stopped",
        zh="现在拦不下来：快递还没揽收、正在派送、已经签收，或已经拦过一次。",
        en="It cannot be stopped now: it is not with its courier yet, is being delivered, is here, or was tried before.",
    )


def start(row: Row, parcel: UUID, *, by: UUID, now: datetime) -> None:
    """Inside the caller's transaction, which has locked the parcel and then the case."""
    rule = rulebook.in_force(intercept.RULE, at=now)
    terms = msgspec.convert(rule.terms, intercept.Terms)
    until = now + timedelta(hours=terms.answer_hours)
    delivery.intercept(
        delivery.InterceptionDraft(new_id(), parcel, row["id"], until, timedelta(hours=terms.back_hours)),
        now=now,
    )
    also = {"stop": "asked", "stop_until": until, "stop_rule_id": rule.id}
    enter([Going(row, "stopping", note="stop_asked", by=by, also=also)], now=now)


# ---- hearing --------------------------------------------------------------------------------------------------------


def moved(batch: Sequence[News[InterceptionMoved]]) -> None:
    """Now-listener: what carriers say of interceptions. Their words come one by one, so cases do."""
    for news in batch:
        if news.fact.reason != "signed":  # the delivery itself says that
            _hear(news.fact, news.at)


def _hear(fact: InterceptionMoved, at: datetime) -> None:
    heard = msgspec.convert(fact.state, Heard)
    rows = fetch(
        f"SELECT {COLUMNS} FROM aftersales_case WHERE id = %s AND stop <> '' FOR UPDATE", [fact.cause_id]
    )
    if not rows or (rows[0]["state"] in OVER and not remains.free_again(rows[0])):
        return
    [row] = rows
    if heard == "succeeded":
        _charge(row, fact.carrier, at)
    to = intercept.follows(heard, row["state"], ahead=bool(row["ahead_minor"]), in_dispute=bool(row["round"]))
    if heard == "accepted":
        _accepted(row, at)
    elif to is not None:
        reached = "back" if heard == "succeeded" else "over"
        also: dict[str, object] = {"stop": reached, "stop_until": at}
        if heard == "succeeded":
            also["parcel_id"] = fact.consignment_id
        enter([Going(row, to, note=f"stop_{heard}", also=also)], now=at)
    if heard == "succeeded" and to is not None and not row["ahead_minor"] and row["phase"] != "delivered":
        ahead.want_called_back([row], now=at)


def _accepted(row: Row, at: datetime) -> None:
    """The carrier's yes: it has its time to turn the parcel round, and who is known has the money now."""
    if row["state"] != "stopping":
        return
    terms = msgspec.convert(rulebook.version(row["stop_rule_id"]).terms, intercept.Terms)
    until = at + timedelta(hours=terms.back_hours)
    execute(
        "UPDATE aftersales_case SET stop = 'accepted', stop_until = %s, due_at = %s WHERE id = %s",
        [until, due(terms_of(row["rule_id"]), facts_of(row | {"stop_until": until}), at), row["id"]],
    )
    events.emit(
        [CaseChanged(row["id"], row["order_id"], row["shop_id"], row["person_id"], "stop_accepted")], at=at
    )
    ahead.want_called_back([row], now=at)


def delivered(batch: Sequence[News[ConsignmentDelivered]]) -> None:
    """Now-listener: the buyer has a parcel that was to be called back. Now it is a return, of money that is with the buyer
    already or not."""
    batch = [news for news in batch if news.fact.leg != 1]  # a hub has signed: it travels on
    if not batch:
        return
    at = max(news.at for news in batch)
    tried = delivery.interceptions_on([news.fact.consignment_id for news in batch])
    rows = fetch(
        f"SELECT {COLUMNS} FROM aftersales_case WHERE id = ANY(%s) AND stop <> '' AND phase <> 'delivered' "
        "ORDER BY id FOR UPDATE",
        [list(tried)],
    )
    going = [(row, to) for row in rows if (to := _signed(row)) is not None]
    to_send = [row for row, to in going if to == "to_send"]
    address = addresses_for(to_send)
    enter(
        [Going(row, to, note="stop_signed", also=_as_return(row, address, at)) for row, to in going], now=at
    )


def _signed(row: Row) -> str | None:
    ahead_, in_dispute = bool(row["ahead_minor"]), bool(row["round"])
    return intercept.follows("signed", row["state"], ahead=ahead_, in_dispute=in_dispute)


def _as_return(row: Row, address: dict[UUID, str], at: datetime) -> dict[str, object]:
    also: dict[str, object] = {
        "kind": "return",
        "phase": "delivered",
        "stop": "over",
        "stop_until": at,
        "parcel_id": None,
    }
    if row["id"] in address:
        terms = msgspec.convert(rulebook.version(row["stop_rule_id"]).terms, intercept.Terms)
        days = terms_of(row["rule_id"]).send_days + terms.back_days
        also |= {"address": address[row["id"]], "ahead_until": at + timedelta(days=days)}
    return also


# ---- what it costs --------------------------------------------------------------------------------------------------


def _charge(row: Row, carrier: str, at: datetime) -> None:
    """The carrier's fee for bringing a parcel back, once, and a decision that says who bears it."""
    terms = msgspec.convert(rulebook.version(row["stop_rule_id"]).terms, intercept.Terms)
    seen = intercept.FeeSeen(carrier, row["currency"])
    verdict = intercept.fee(terms, seen)
    if verdict.outcome == "free":
        return
    id, entry_id = new_ids(2)
    by_shop = verdict.payer == "shop"
    decisions.record(
        [
            decisions.DecisionDraft(
                id=id,
                key=f"{intercept.FEE}:{row['id']}",
                kind=intercept.FEE,
                subject_kind="case",
                subject_id=row["id"],
                rule_id=row["stop_rule_id"],
                facts=encode(seen),
                verdict=encode(verdict),
                effect_minor=verdict.owed.minor,
                currency=verdict.owed.currency,
                text=intercept.say_fee(verdict),
                shop_id=row["shop_id"],
                person_id=None,
                decided_at=at,
                appeal_until=at + timedelta(days=terms.fee_appeal_days) if by_shop else None,
            )
        ]
    )
    key, owed = f"case:{row['id']}:stop_fee", verdict.owed
    credit = ledger.Ref("carrier_fees", carrier, owed.currency)
    if by_shop:
        charge = ledger.Charge(
            key, "case.stop_fee", row["shop_id"], owed.minor, owed.currency, credit, CAUSE, row["id"], id
        )
        ledger.charge_shops([charge], now=at)
        return
    goodwill = ledger.Ref("goodwill", ledger.PLATFORM, owed.currency)
    lines = ((goodwill, owed.minor), (credit, -owed.minor))
    ledger.post(
        [ledger.EntryDraft(entry_id, key, "case.stop_fee", at, owed.currency, lines, CAUSE, row["id"], id)]
    )


def overturned(batch: Sequence[News[DecisionOverturned]]) -> None:
    """Now-listener: a shop was charged a fee wrongly. It has it again, and the platform bears it. Once."""
    at = max(news.at for news in batch)
    ours = {
        news.fact.decision_id: news.fact.subject_id
        for news in batch
        if news.fact.kind == intercept.FEE
        and decisions.acknowledge_undo(news.fact.decision_id, OWNER, now=at)
    }
    decided = decisions.of_subjects("case", list(ours.values()))
    fees = [one for found in decided.values() for one in found if one.id in ours]
    ledger.credit_shops(
        [
            ledger.Credit(
                key=f"case:{ours[one.id]}:stop_fee:overturned",
                kind="case.stop_fee_back",
                shop_id=one.shop_id,
                amount_minor=one.effect.minor,
                currency=one.effect.currency,
                debit=ledger.Ref("goodwill", ledger.PLATFORM, one.effect.currency),
                cause_kind=CAUSE,
                cause_id=ours[one.id],
                decision_id=one.id,
            )
            for one in fees
            if one.shop_id is not None and one.effect is not None
        ],
        now=at,
    )
