"""Labels for the way back (`paths/label.py`): asked for once a return is approved, given up when nobody needs them; the first
scan under one moves its case.

A label is locked before its case. So nothing that holds a case touches its label: labels follow their cases, later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales.actions import ahead, way_back
from sanhao.service.aftersales.actions.give import units_of
from sanhao.service.aftersales.actions.moves import Going, enter
from sanhao.service.aftersales.actions.pickup import COMES, asked_again
from sanhao.service.aftersales.book import COLUMNS
from sanhao.service.aftersales.case import OVER, Address
from sanhao.service.aftersales.events import CaseChanged, CaseMoved
from sanhao.service.aftersales.paths import label, pickup
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.events import LabelMade, LabelMoved
from sanhao.service.orders import api as orders

_NOT_NEEDED = Text(zh="这次退货不用这张面单了。", en="This return does not go under this label any more.")


# ---- asking ---------------------------------------------------------------------------------------------------------


def issue(batch: Sequence[News[CaseMoved]]) -> None:
    """Later listener: returns that were approved. A courier is asked for a label for each that can have one."""
    ids = sorted({news.fact.case_id for news in batch if news.fact.state == "to_send"})
    if not ids:
        return
    now = max(news.at for news in batch)
    try:
        terms = msgspec.convert(rulebook.in_force(label.RULE, at=now).terms, label.Terms)
    except LookupError:
        return  # on this site buyers send things back themselves
    with transaction.atomic():
        rows = fetch(
            f"SELECT {COLUMNS} FROM aftersales_case WHERE id = ANY(%s) AND state = 'to_send' AND due_at > %s "
            "AND label IN ('', 'over') ORDER BY id FOR UPDATE",
            [ids, now],
        )
        drafts = _drafts(rows, terms, now)
        delivery.ask_labels(drafts, now=now)
        asked = {draft.owner_id for draft in drafts}
        execute("UPDATE aftersales_case SET label = 'asked' WHERE id = ANY(%s)", [list(asked)])
        events.emit([_changed(row, "label_asked") for row in rows if row["id"] in asked], at=now)


def _drafts(rows: Sequence[Row], terms: label.Terms, now: datetime) -> list[delivery.LabelDraft]:
    """Labels to ask for: of cases whose goods somebody can carry to a courier that makes labels."""
    if not rows:
        return []
    makers = delivery.label_carriers()
    bought = orders.orders([row["order_id"] for row in rows])
    sent = delivery.consignments_of([row["order_id"] for row in rows])
    had = delivery.labels_of([row["id"] for row in rows])
    units = units_of([row["id"] for row in rows])
    by_hand = _collected(now)
    drafts = []
    for row in rows:
        order, of_case = bought[row["order_id"]], units[row["id"]]
        things = [
            pickup.Thing(line.category, line.weight_g, of_case[line.id])
            for line in order.lines
            if line.id in of_case
        ]
        brought = [parcel.carrier for parcel in sent[order.id] if parcel.leg != 1]
        carrier, grams = label.carrier_of(terms, brought, makers), label.grams_of(terms, things)
        bulky = by_hand is not None and pickup.bulky(by_hand, things)
        if not carrier or not grams or bulky or len(had[row["id"]]) >= terms.attempts:
            continue
        drafts.append(
            delivery.LabelDraft(
                id=new_id(), owner_kind="case", owner_id=row["id"], shop_id=row["shop_id"], carrier=carrier, service="",
                origin=_place(msgspec.convert(order.address, people.AddressDraft)),
                to=_place(msgspec.json.decode(row["address"], type=Address)),
                boxes=(delivery.Box(grams),), items=tuple(of_case.items()), reference=order.number, by=row["person_id"],
                not_before=row["opened_at"], until=min(now + timedelta(hours=terms.answer_hours), row["due_at"]),
            )
        )  # fmt: skip
    return drafts


def _collected(now: datetime) -> pickup.Terms | None:
    """By which terms goods are collected at the door, where a courier comes at all."""
    if not delivery.collectors():
        return None
    try:
        return msgspec.convert(rulebook.in_force(pickup.RULE, at=now).terms, pickup.Terms)
    except LookupError:
        return None


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
    execute("UPDATE aftersales_case SET label = 'made' WHERE id = %s", [row["id"]])
    events.emit([_changed(row, "label_made")], at=at)


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
    if row["state"] in COMES and not (row["state"] in OVER and asked_again(row)):
        also = {"label": "used", "parcel_id": parcel, "uploaded_at": at}
        enter([Going(row, "returning", note="scanned", also=also)], now=at)
        ahead.want(row, now=at)
        return {**also, "state": "returning"}
    if row["state"] == "returning" and row["collected_at"] is None:
        # Said to be on its way under another number: what a courier has in hand is what is on its way.
        execute(
            "UPDATE aftersales_case SET label = 'used', parcel_id = %s WHERE id = %s", [parcel, row["id"]]
        )
        return {"label": "used", "parcel_id": parcel}
    return {}


def _changed(row: Row, what: str) -> CaseChanged:
    return CaseChanged(row["id"], row["order_id"], row["shop_id"], row["person_id"], what)
