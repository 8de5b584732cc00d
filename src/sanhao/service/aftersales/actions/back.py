"""The goods on their way back: the buyer hands in a number, couriers scan, the shop looks at what came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.media import Stored
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.actions import ahead, label, return_freight, way_back
from sanhao.service.aftersales.actions.choose import addresses_for
from sanhao.service.aftersales.actions.give import units_of
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import enter, retime, take
from sanhao.service.aftersales.book import COLUMNS, facts_of
from sanhao.service.aftersales.events import CaseChanged
from sanhao.service.aftersales.evidence import add
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.events import ConsignmentCollected, ConsignmentDelivered


def send_back(
    case_id: UUID,
    *,
    person_id: UUID,
    carrier: str,
    tracking_no: str,
    cost: Money | None = None,
    receipt: Sequence[Stored] = (),
    now: datetime,
) -> None:
    """The parcel is with a carrier under this number; its scans drive the case from here. *cost*: what the buyer paid for
    that, as *receipt* shows.

    Raises what `delivery.register` refuses: an unknown carrier, a number that cannot be one or is used already; and what
    `return_freight.note` does.
    """
    with transaction.atomic():
        delivery.begin_registering()
        row = take(case_id, "send_back", "buyer", person_id=person_id, now=now)
        label.require_other(row, tracking_no)
        return_freight.note(row, cost, shown=bool(receipt), now=now)
        add(case_id, "buyer", receipt, by=person_id, round=0, documents=receipt, now=now)
        parcel = new_id()
        delivery.register(
            [
                delivery.ConsignmentDraft(
                    parcel,
                    case_id,
                    row["shop_id"],
                    carrier,
                    tracking_no,
                    tuple(units_of([case_id])[case_id].items()),
                    row["opened_at"],
                    onward=way_back.onward(row["order_id"]),
                )
            ],
            now=now,
        )
        enter(
            [
                Going(
                    row,
                    "returning",
                    note="sent",
                    by=person_id,
                    also={"parcel_id": parcel, "uploaded_at": now},
                )
            ],
            now=now,
        )
        ahead.want(row, now=now)


def collected(batch: Sequence[News[ConsignmentCollected]]) -> None:
    """Now-listener: the carrier has a parcel that goes back. With its second leg nothing new begins."""
    batch = [news for news in batch if news.fact.leg != 2]
    _scanned(
        [(news.fact.owner_id, news.fact.consignment_id, news.fact.at) for news in batch], "collected", batch
    )


def delivered(batch: Sequence[News[ConsignmentDelivered]]) -> None:
    """Now-listener: signed for at the shop; its time to look at it begins, unless it ends sooner anyway. A
    hub is not the shop: what it signed for is signed for with its second leg."""
    batch = [news for news in batch if news.fact.leg != 1]
    seconds = [news.fact.consignment_id for news in batch if news.fact.leg == 2]
    first = delivery.first_legs(seconds) if seconds else {}
    _scanned(
        [
            (news.fact.owner_id, first.get(news.fact.consignment_id, news.fact.consignment_id), news.fact.at)
            for news in batch
        ],
        "signed",
        batch,
    )


def _scanned(
    scans: Sequence[tuple[UUID, UUID, datetime]],
    what: str,
    batch: Sequence[News[ConsignmentCollected]] | Sequence[News[ConsignmentDelivered]],
) -> None:
    """Only the parcel that goes back counts; the replacement of an exchange is the same case's, the other way."""
    if not scans:
        return
    told: dict[UUID, dict[UUID, datetime]] = defaultdict(dict)
    for case_id, parcel_id, at in scans:
        told[case_id][parcel_id] = at
    column = f"{what}_at"
    rows = fetch(
        f"SELECT {COLUMNS} FROM aftersales_case WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(told)]
    )
    if what == "collected":
        rows = label.scanned(rows, told)
    rows = [row for row in rows if row["parcel_id"] in told[row["id"]]]
    if not rows:
        return
    moments = {row["id"]: told[row["id"]][row["parcel_id"]] for row in rows}
    at_shop = ", at_shop = true" if what == "signed" else ""
    execute(
        f"UPDATE aftersales_case c SET {column} = w.at{at_shop} "
        "FROM unnest(%s::uuid[], %s::timestamptz[]) AS w (id, at) WHERE c.id = w.id",
        [list(moments), list(moments.values())],
    )
    waiting = [row for row in rows if row["state"] == "returning"]
    if what == "signed" and waiting:
        retime(waiting, {row["id"]: {"signed_at": moments[row["id"]]} for row in waiting})
    at = max(news.at for news in batch)
    if what == "collected":
        ahead.scanned([row["id"] for row in rows], now=at)
    else:
        _turned_up([row for row in rows if row["state"] == "closed"], moments, at)
    events.emit([_changed(row, what) for row in rows], at=at)


def _turned_up(rows: Sequence[Row], moments: Mapping[UUID, datetime], at: datetime) -> None:
    """Time had closed these because nothing came, and the money paid ahead was asked back; now something has come after
    all, and the shop looks at it."""
    enter(
        [
            Going(row, "returning", note="turned_up", also={"signed_at": moments[row["id"]]})
            for row in rows
            if row["ahead_minor"] and not row["at_shop"]
        ],
        now=at,
    )


def _changed(row: Row, what: str) -> CaseChanged:
    return CaseChanged(row["id"], row["order_id"], row["shop_id"], row["person_id"], what)


def receive(case_id: UUID, *, shop_id: UUID, by: UUID, restock: bool, now: datetime) -> None:
    """The shop has the goods and they are well: the money goes back, or the replacement is sent.

    *restock*: they can be sold again. Their number on the shelf is the shop's to set; this notes that they are back.
    """
    with transaction.atomic():
        shops.require_member(shop_id, by)
        row = take(case_id, "receive", "shop", shop_id=shop_id, now=now)
        note = "received_restocked" if restock else "received"
        enter([Going(row, life.received(facts_of(row)), note=note, by=by, also={"at_shop": True})], now=now)


def refuse(case_id: UUID, *, shop_id: UUID, by: UUID, words: str, now: datetime) -> None:
    """What came is not what was sent, or not as it should be. The buyer may take it to the platform."""
    said = words.replace("\0", "").strip()
    if not 4 <= len(said) <= 500:
        raise Invalid(
            "case.answer",
            zh="请告诉买家哪里不对，4到500个字。",
            en="Tell the buyer what is wrong with it, in 4 to 500 characters.",
        )
    with transaction.atomic():
        shops.require_member(shop_id, by)
        row = take(case_id, "refuse", "shop", shop_id=shop_id, now=now)
        enter(
            [Going(row, "rejected", note="refused", by=by, also={"answer": said, "at_shop": True})], now=now
        )


def replace(case_id: UUID, *, shop_id: UUID, by: UUID, carrier: str, tracking_no: str, now: datetime) -> None:
    """The replacement is with a carrier: the exchange is done, or, where it left first, the old thing comes back."""
    with transaction.atomic():
        shops.require_member(shop_id, by)
        delivery.begin_registering()
        row = take(case_id, "replace", "shop", shop_id=shop_id, now=now)
        parcel = new_id()
        items = tuple(units_of([case_id])[case_id].items())
        delivery.register(
            [delivery.ConsignmentDraft(parcel, case_id, shop_id, carrier, tracking_no, items, now)], now=now
        )
        catalog.consume([case_id], now=now)
        to = "to_send" if row["ships_first"] else "exchanged"
        also: dict[str, object] = {"replacement_id": parcel}
        if to == "to_send":
            also["address"] = addresses_for([row])[case_id]
        enter([Going(row, to, note="replaced", by=by, also=also)], now=now)
