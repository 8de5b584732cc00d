"""The second leg begins: what was reserved is spent, and the carrier that has the parcel is owed its price."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.kit import events
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.service.remote.events import SubsidySpent
from sanhao.service.remote.models import CONSOLIDATION
from sanhao.service.remote.queries import Consolidated, consolidated


def spend(order_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """A second carrier has (the first parcel of) these orders. Inside the caller's transaction; a second time nothing.

    The platform pays its subsidy; what is beyond was paid by the buyer with the freight, lies in the order's escrow, and
    goes from there to the carrier. Where the second leg was given up already, the buyer has that back and the platform
    bears all of it.
    """
    columns = ("shop_id", "carrier", "currency", "price_minor", "subsidy_minor", "buyer_minor")
    rows = CONSOLIDATION.move_rows(
        order_ids, "spent", at=now, also={"ended_at": now, "due_at": None}, returning=columns
    )
    late = CONSOLIDATION.move_rows(order_ids, "borne", at=now, also={"ended_at": now}, returning=columns)
    rows += [row | {"subsidy_minor": row["price_minor"], "buyer_minor": 0} for row in late]
    settlement.draw(
        [
            settlement.Draw(f"{_key(row)}:draw", row["id"], row["buyer_minor"], "order", row["id"], freight_minor=row["buyer_minor"])
            for row in rows if row["buyer_minor"]
        ],
        now=now,
    )  # fmt: skip
    ledger.post([_entry(row, now) for row in rows if row["price_minor"]])
    events.emit(
        [
            SubsidySpent(row["id"], row["shop_id"], row["subsidy_minor"], row["buyer_minor"], row["currency"], now)
            for row in rows
        ],
        at=now,
    )  # fmt: skip
    return [row["id"] for row in rows]


def _key(row: Row) -> str:
    return f"order:{row['id']}:second_leg"


def _entry(row: Row, now: datetime) -> ledger.EntryDraft:
    currency = row["currency"]
    lines = (
        (ledger.Ref("subsidy", ledger.PLATFORM, currency), row["subsidy_minor"]),
        (ledger.Ref("escrow", str(row["shop_id"]), currency), row["buyer_minor"]),
        (ledger.Ref("carrier_fees", row["carrier"], currency), -row["price_minor"]),
    )
    return ledger.EntryDraft(
        id=new_id(),
        key=_key(row),
        kind="order.second_leg",
        at=now,
        currency=currency,
        lines=tuple(line for line in lines if line[1]),
        cause_kind="order",
        cause_id=row["id"],
    )


class WayBack(msgspec.Struct, frozen=True):
    """Goods that go back from the hub to their shop. *cause_id* is opaque: whose parcel it is."""

    cause_id: UUID
    order_id: UUID
    weight_g: int


def pay_way_back(ways: Sequence[WayBack], *, now: datetime) -> None:
    """The hub's courier has these goods on their way back to the shop: the platform owes it the hub's tariff, out of no day's
    budget. Inside the caller's transaction; once for each cause."""
    known = consolidated([way.order_id for way in ways])
    served = ledger.posted([_back_key(way) for way in ways])
    ledger.post(
        [
            _back_entry(way, known[way.order_id], now)
            for way in ways
            if way.order_id in known and _back_key(way) not in served
        ]
    )


def _back_key(way: WayBack) -> str:
    return f"case:{way.cause_id}:way_back"


def _back_entry(way: WayBack, by_hub: Consolidated, now: datetime) -> ledger.EntryDraft:
    price = by_hub.hub.tariff.price(way.weight_g)
    return ledger.EntryDraft(
        id=new_id(),
        key=_back_key(way),
        kind="case.second_leg_back",
        at=now,
        currency=price.currency,
        lines=(
            (ledger.Ref("subsidy", ledger.PLATFORM, price.currency), price.minor),
            (ledger.Ref("carrier_fees", by_hub.carrier, price.currency), -price.minor),
        ),
        cause_kind="case",
        cause_id=way.cause_id,
    )
