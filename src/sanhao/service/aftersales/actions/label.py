"""Labels for the way back (`paths/label.py`): asked for once a return is approved, given up when nobody needs them; the first
scan under one moves its case.

A label is locked before its case. So nothing that holds a case touches its label: labels follow their cases, later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales import labelled
from sanhao.service.aftersales.actions import ahead, remains, return_freight, way_back
from sanhao.service.aftersales.actions.give import units_of
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import enter, take
from sanhao.service.aftersales.actions.pickup import COMES
from sanhao.service.aftersales.book import COLUMNS, encode
from sanhao.service.aftersales.case import OVER, Address
from sanhao.service.aftersales.events import CaseChanged, CaseMoved
from sanhao.service.aftersales.paths import label
from sanhao.service.aftersales.queries.cases import by_ids
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.events import LabelMade, LabelMoved
from sanhao.service.orders import api as orders

OWNER = "aftersales.label"
_NOT_NEEDED = Text(zh="这次退货不用这张面单了。", en="This return does not go under this label any more.")


# ---- asking ---------------------------------------------------------------------------------------------------------


def issue(batch: Sequence[News[CaseMoved]]) -> None:
    """Later listener: returns that were approved. A courier is asked for a label for each that can have one, except where
    the buyer would pay for it: they are asked first."""
    ids = sorted({news.fact.case_id for news in batch if news.fact.state == "to_send"})
    if not ids:
        return
    now = max(news.at for news in batch)
    with transaction.atomic():
        rows = fetch(
            f"SELECT {COLUMNS} FROM aftersales_case WHERE id = ANY(%s) AND state = 'to_send' AND due_at > %s "
            "ORDER BY id FOR UPDATE",
            [ids, now],
        )
        _ask(rows, now, of_buyer=False)


def ask(case_id: UUID, *, person_id: UUID, now: datetime) -> None:
    """The buyer wants a label, at the price that was said. Raises NotFound for somebody else's case, Refusal
    ``label.not_offered``, ``case.moved_on``, ``case.time_over``."""
    with transaction.atomic():
        row = take(case_id, "send_back", "buyer", person_id=person_id, now=now)
        if not _ask([row], now, of_buyer=True):
            raise Refusal(
                "label.not_offered",
                zh="现在不能打退货面单，请自己寄回。",
                en="There is no label to be had now. Send it back yourself.",
            )


def _ask(rows: Sequence[Row], now: datetime, *, of_buyer: bool) -> bool:
    """Ask for labels for these locked cases; says whether there is any to ask for."""
    views = by_ids([row["id"] for row in rows], side="platform") if rows else []
    bought = orders.orders([view.order_id for view in views]) if views else {}
    found = labelled.offers(views, bought, now=now)
    wanted = {id: offer for id, offer in found.items() if of_buyer or offer.payer != "buyer"}
    rows = [row for row in rows if row["id"] in wanted]
    units = units_of(list(wanted))
    delivery.ask_labels(
        [_draft(row, wanted[row["id"]], bought[row["order_id"]], units[row["id"]], now) for row in rows],
        now=now,
    )
    execute(
        "UPDATE aftersales_case c SET label = 'asked', label_rule_id = w.rule "
        "FROM unnest(%s::uuid[], %s::uuid[]) AS w (id, rule) WHERE c.id = w.id",
        [list(wanted), [offer.rule_id for offer in wanted.values()]],
    )
    events.emit([_changed(row, "label_asked") for row in rows], at=now)
    return bool(wanted)


def _draft(
    row: Row, offer: labelled.Offer, order: orders.OrderView, units: Mapping[UUID, int], now: datetime
) -> delivery.LabelDraft:
    return delivery.LabelDraft(
        id=new_id(), owner_kind="case", owner_id=row["id"], shop_id=row["shop_id"], carrier=offer.carrier, service="",
        origin=_place(msgspec.convert(order.address, people.AddressDraft)),
        to=_place(msgspec.json.decode(row["address"], type=Address)),
        boxes=offer.boxes, items=tuple(units.items()), reference=order.number, by=row["person_id"],
        not_before=row["opened_at"], until=min(now + timedelta(hours=offer.terms.answer_hours), row["due_at"]),
    )  # fmt: skip


def _place(at: Address | people.AddressDraft) -> delivery.Place:
    return delivery.Place(at.recipient, at.phone, at.country, at.region, at.city, at.street, at.postcode)


# ---- hearing --------------------------------------------------------------------------------------------------------


def made(batch: Sequence[News[LabelMade]]) -> None:
    """Now-listener: a courier has made a label for a case. Its parcel is registered; the case waits on, until somebody has
    scanned it. Where the buyer has sent it already, or nothing is to be sent any more, the label is given up."""
    for news in batch:  # one at a time: each is a parcel that may be refused for itself
        if news.fact.owner_kind == "case":
            _made(news.fact, news.at)


def _made(fact: LabelMade, at: datetime) -> None:
    rows = fetch(f"SELECT {COLUMNS} FROM aftersales_case WHERE id = %s FOR UPDATE", [fact.owner_id])
    if not rows or rows[0]["state"] != "to_send":
        delivery.give_up([fact.label_id], _NOT_NEEDED, now=at)
        return
    [row] = rows
    parcel = delivery.ConsignmentDraft(
        fact.label_id, row["id"], row["shop_id"], fact.carrier, fact.tracking_no, fact.items, row["opened_at"],
        labelled=True, onward=way_back.onward(row["order_id"]),
    )  # fmt: skip
    try:
        with transaction.atomic():
            delivery.register([parcel], now=at)
    except Refusal as no:
        delivery.give_up([fact.label_id], no.text, now=at)
        return
    if fact.price is not None:
        _bill(row, fact, fact.price, at)
    execute("UPDATE aftersales_case SET label = 'made' WHERE id = %s", [row["id"]])
    events.emit([_changed(row, "label_made")], at=at)


def _bill(row: Row, fact: LabelMade, price: Money, at: datetime) -> None:
    """What the courier asks for it, to whom the terms name, and a decision that says so."""
    terms = msgspec.convert(rulebook.version(row["label_rule_id"]).terms, label.Terms)
    brought = labelled.brought_by([row["order_id"]])[row["order_id"]]
    order = orders.order(row["order_id"])
    seen = label.FeeSeen(
        fact.carrier, price, return_freight.payer_of(row["id"], order, row["reason"], opened_at=row["opened_at"]),
        Money(row["back_minor"], row["currency"]), brought[-1] if brought else "",
    )  # fmt: skip
    verdict = label.fee(terms, seen)
    if verdict.outcome == "free":
        return
    id, by_shop, of_buyer = new_id(), verdict.payer == "shop", verdict.payer == "buyer"
    decisions.record(
        [
            decisions.DecisionDraft(
                id=id,
                key=f"{label.FEE}:{fact.label_id}",
                kind=label.FEE,
                subject_kind="case",
                subject_id=row["id"],
                rule_id=row["label_rule_id"],
                facts=encode(seen),
                verdict=encode(verdict),
                effect_minor=verdict.owed.minor,
                currency=verdict.owed.currency,
                text=label.say_fee(verdict),
                shop_id=row["shop_id"] if by_shop else None,
                person_id=row["person_id"] if of_buyer else None,
                decided_at=at,
                appeal_until=at + timedelta(days=terms.fee_appeal_days) if by_shop else None,
            )
        ]
    )
    delivery.bill(
        [
            delivery.BillDraft(
                fact.label_id, "case", row["id"], row["shop_id"], fact.carrier, price, verdict.payer,
                verdict.owed.minor if of_buyer else 0, seen.brought_by if verdict.payer == "carrier" else "", id,
            )
        ],
        now=at,
    )  # fmt: skip


def overturned(batch: Sequence[News[DecisionOverturned]]) -> None:
    """Now-listener: a shop was charged for a label wrongly. It has it again, and the platform bears it. Once."""
    at = max(news.at for news in batch)
    ours = [
        news.fact.decision_id
        for news in batch
        if news.fact.kind == label.FEE and decisions.acknowledge_undo(news.fact.decision_id, OWNER, now=at)
    ]
    if ours:
        delivery.take_over_bills(ours, now=at)


def moved(batch: Sequence[News[LabelMoved]]) -> None:
    """Now-listener: there is no label for a case (any more): refused, not answered, given up. The buyer sends it."""
    over = {
        news.fact.owner_id: news
        for news in batch
        if news.fact.owner_kind == "case" and news.fact.state in ("refused", "unsure", "cancelled")
    }
    if not over:
        return
    rows = fetch(
        "UPDATE aftersales_case SET label = 'over' WHERE id = ANY(%s) AND label IN ('asked', 'made') "
        "RETURNING id, order_id, shop_id, person_id, state",
        [list(over)],
    )
    for row in rows:
        what = "label_over" if row["state"] == "to_send" else "label_gone"
        events.emit([_changed(row, what)], at=over[row["id"]].at)


def left(batch: Sequence[News[CaseMoved]]) -> None:
    """Later listener: what is on its way, withdrawn or over needs no label; the courier is told so. One under which the
    goods travel is kept."""
    gone = [news.fact.case_id for news in batch if news.fact.source == "to_send"]
    if not gone:
        return
    rows = fetch(
        "SELECT id FROM aftersales_case WHERE id = ANY(%s) AND state <> 'to_send' AND label <> ''", [gone]
    )
    with transaction.atomic():
        delivery.cancel_labels([row["id"] for row in rows], _NOT_NEEDED, now=max(news.at for news in batch))


def require_other(row: Row, tracking_no: str) -> None:
    """Refuses ``label.own_number``: nothing is to be typed for a parcel that goes under the label."""
    if row["label"] != "made":
        return
    typed = "".join(tracking_no.split()).upper()
    if any(
        one.state == "made" and one.tracking_no == typed for one in delivery.labels_of([row["id"]])[row["id"]]
    ):
        raise Refusal(
            "label.own_number",
            zh="这就是退货面单的单号，不用填：贴好交给快递就行。",
            en="That is the number of your label, and need not be typed: stick it on and hand the parcel in.",
        )


def scanned(rows: Sequence[Row], told: Mapping[UUID, Mapping[UUID, datetime]]) -> list[Row]:
    """Couriers have these parcels (*told*: by case, when each was scanned), of locked cases; returns the cases as they are
    now. A parcel that goes under a label is what goes back, also where time, or a change of mind, had ended the case:
    somebody is sending it after all."""
    waiting = [row["id"] for row in rows if row["label"] not in ("", "used")]
    labels = delivery.labels_of(waiting) if waiting else {}
    return [row | _under_label(row, labels.get(row["id"], ()), told[row["id"]]) for row in rows]


def _under_label(row: Row, labels: Sequence[delivery.LabelView], scans: Mapping[UUID, datetime]) -> Row:
    parcel = next((one.id for one in labels if one.id in scans), None)
    return _goes_back(row, parcel, scans[parcel]) if parcel else {}


def _goes_back(row: Row, parcel: UUID, at: datetime) -> Row:
    """What is another fact of this case now; nothing where it is settled, or goes back under another number."""
    comes = row["state"] in COMES and (row["state"] not in OVER or remains.free_again(row))
    if not comes and (row["state"] != "returning" or row["collected_at"] is not None):
        return {}
    taken = delivery.take_bill(parcel, at_most=row["back_minor"], now=at)
    also: dict[str, Any] = {
        "label": "used",
        "parcel_id": parcel,
        "label_minor": taken,
        "back_minor": row["back_minor"] - taken,
    }
    if comes:
        also["uploaded_at"] = at
        enter([Going(row | also, "returning", note="scanned", also=also)], now=at)
        ahead.want(row, now=at)
        return {**also, "state": "returning"}
    # Said to be on its way under another number: what a courier has in hand is what is on its way.
    execute(
        "UPDATE aftersales_case SET label = 'used', parcel_id = %s, label_minor = %s, back_minor = %s WHERE id = %s",
        [parcel, taken, also["back_minor"], row["id"]],
    )
    return also


def _changed(row: Row, what: str) -> CaseChanged:
    return CaseChanged(row["id"], row["order_id"], row["shop_id"], row["person_id"], what)
