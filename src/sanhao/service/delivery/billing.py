"""What carriers charge for labels, in the books: charged to whom the terms name once a label is made, given back when it is void.
In the caller's transaction.

It is the site's account that the carrier charges, so the platform owes the carrier, and whoever bears it owes the platform. A
shop pays as it pays everything: balance, deposit, then an advance. What a buyer bears is the platform's own claim until a
courier has the goods, and comes out of the refund then: a label that is never used costs no buyer anything.

A bill is locked after its label, its parcel and what they belong to; a shop's accounts come last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import copy_rows, fetch
from sanhao.service.delivery.labels import BillDraft, Payer
from sanhao.service.delivery.models import LABEL_BILL

_COLUMNS = ("id", "payer", "currency", "amount_minor", "of_buyer_minor", "from_deposit_minor", "claimed_of",
            "decision_id")  # fmt: skip


def bill(drafts: Sequence[BillDraft], *, now: datetime) -> None:
    """Labels that were made are charged for. What costs nothing is no bill."""
    drafts = [draft for draft in drafts if draft.price.minor > 0]
    charges = [
        ledger.Charge(
            f"label:{d.label_id}", "label.price", d.shop_id, d.price.minor, d.price.currency, _carrier(d.carrier, d.price.currency),
            d.owner_kind, d.owner_id, d.decision_id,
        )
        for d in drafts if d.payer == "shop"
    ]  # fmt: skip
    deposit = {one.key: one.from_deposit for one in ledger.charge_shops(charges, now=now)}
    copy_rows(
        "delivery_label_bill",
        _COLUMNS,
        [
            (d.label_id, d.payer, d.price.currency, d.price.minor, d.of_buyer_minor, deposit.get(f"label:{d.label_id}", 0),
             d.claimed_of, d.decision_id)
            for d in drafts
        ],
    )  # fmt: skip
    ledger.post([_price(draft, now) for draft in drafts if draft.payer != "shop"])


def _price(draft: BillDraft, now: datetime) -> ledger.EntryDraft:
    currency, minor = draft.price.currency, draft.price.minor
    borne = _bearers(draft.payer, currency, minor, draft.of_buyer_minor, draft.claimed_of)
    lines = (*borne, (_carrier(draft.carrier, currency), -minor))
    return ledger.EntryDraft(
        new_id(), f"label:{draft.label_id}", "label.price", now, currency, lines, draft.owner_kind, draft.owner_id,
        draft.decision_id,
    )  # fmt: skip


def _bearers(
    payer: str, currency: str, minor: int, of_buyer: int, claimed_of: str
) -> list[tuple[ledger.Ref, int]]:
    """Who bears a price, where that is not the shop."""
    goodwill = ledger.Ref("goodwill", ledger.PLATFORM, currency)
    match payer:
        case "buyer":
            parts = [
                (ledger.Ref("paid_ahead", ledger.PLATFORM, currency), of_buyer),
                (goodwill, minor - of_buyer),
            ]
            return [(ref, part) for ref, part in parts if part]
        case "carrier":
            return [(ledger.Ref("carrier_claim", claimed_of, currency), minor)]
    return [(goodwill, minor)]


def _carrier(carrier: str, currency: str) -> ledger.Ref:
    return ledger.Ref("carrier_fees", carrier, currency)


def take(label_id: UUID, *, at_most: int, now: datetime) -> int:
    """A courier has what goes under this label: what its buyer bears leaves the refund, which the caller writes down. Returns
    it; where it is more than *at_most* comes back the platform bears it, and it is 0."""
    rows = fetch(
        f"{_BILLS} WHERE b.id = %s AND b.payer = 'buyer' AND b.state = 'charged' FOR UPDATE OF b", [label_id]
    )
    if not rows:
        return 0
    [row] = rows
    if row["of_buyer_minor"] > at_most:
        _bear([row], now)
        return 0
    LABEL_BILL.move_rows([label_id], "taken", at=now)
    return int(row["of_buyer_minor"])


def give_back(label_ids: Sequence[UUID], *, now: datetime) -> None:
    """Carriers have voided these labels and charge nothing: who bore it has it again. One that is used already was not void."""
    rows = fetch(f"{_BILLS} WHERE b.id = ANY(%s) AND b.state IN ('charged', 'borne') ORDER BY b.id FOR UPDATE OF b",
                 [list(label_ids)])  # fmt: skip
    LABEL_BILL.move_rows([row["id"] for row in rows], "back", at=now)
    to_shops = [row for row in rows if row["payer"] == "shop" and row["state"] == "charged"]
    ledger.credit_shops(
        [
            ledger.Credit(
                f"label:{r['id']}:back", "label.back", r["shop_id"], r["amount_minor"], r["currency"],
                _carrier(r["carrier"], r["currency"]), r["owner_kind"], r["owner_id"], r["decision_id"], r["from_deposit_minor"],
            )
            for r in to_shops
        ],
        now=now,
    )  # fmt: skip
    ledger.post([_back(row, now) for row in rows if row not in to_shops])


def _back(row: Row, now: datetime) -> ledger.EntryDraft:
    currency, minor = row["currency"], row["amount_minor"]
    payer = row["payer"] if row["state"] == "charged" else "platform"
    borne = _bearers(payer, currency, minor, row["of_buyer_minor"], row["claimed_of"])
    lines = ((_carrier(row["carrier"], currency), minor), *((ref, -part) for ref, part in borne))
    return _entry(row, "back", lines, now)


def keep(label_ids: Sequence[UUID], *, now: datetime) -> None:
    """Carriers charge for these labels although nothing travels under them: no buyer pays for that, the platform does."""
    _bear(
        fetch(
            f"{_BILLS} WHERE b.id = ANY(%s) AND b.payer = 'buyer' AND b.state = 'charged' ORDER BY b.id "
            "FOR UPDATE OF b",
            [list(label_ids)],
        ),
        now,
    )


def _bear(rows: Sequence[Row], now: datetime) -> None:
    """What buyers were to bear of these labels is the platform's."""
    LABEL_BILL.move_rows([row["id"] for row in rows], "borne", at=now)
    ledger.post(
        [
            _entry(
                row, "borne",
                ((ledger.Ref("goodwill", ledger.PLATFORM, row["currency"]), row["of_buyer_minor"]),
                 (ledger.Ref("paid_ahead", ledger.PLATFORM, row["currency"]), -row["of_buyer_minor"])),
                now,
            )
            for row in rows
        ]
    )  # fmt: skip


def take_over(decision_ids: Sequence[UUID], *, now: datetime) -> None:
    """Shops were charged by these decisions and were right to object: each has it again, and the platform bears it. What its
    carrier has given back is nobody's any more."""
    rows = fetch(
        f"{_BILLS} WHERE b.decision_id = ANY(%s) AND b.payer = 'shop' AND b.state = 'charged' ORDER BY b.id FOR UPDATE OF b",
        [list(decision_ids)],
    )
    LABEL_BILL.move_rows([row["id"] for row in rows], "borne", at=now)
    ledger.credit_shops(
        [
            ledger.Credit(
                f"label:{r['id']}:overturned", "label.overturned", r["shop_id"], r["amount_minor"], r["currency"],
                ledger.Ref("goodwill", ledger.PLATFORM, r["currency"]), r["owner_kind"], r["owner_id"], r["decision_id"],
                r["from_deposit_minor"],
            )
            for r in rows
        ],
        now=now,
    )  # fmt: skip


def _entry(row: Row, what: str, lines: Sequence[tuple[ledger.Ref, int]], now: datetime) -> ledger.EntryDraft:
    return ledger.EntryDraft(
        new_id(), f"label:{row['id']}:{what}", f"label.{what}", now, row["currency"], tuple(lines), row["owner_kind"],
        row["owner_id"], row["decision_id"],
    )  # fmt: skip


_BILLS = (
    "SELECT b.id, b.payer, b.state, b.currency, b.amount_minor, b.of_buyer_minor, b.from_deposit_minor, b.claimed_of, "
    "b.decision_id, l.owner_kind, l.owner_id, l.shop_id, l.carrier FROM delivery_label_bill b "
    "JOIN delivery_label l ON l.id = b.id"
)


class BillView(msgspec.Struct, frozen=True):
    """What a label costs *payer*: of a buyer's, what comes out of the refund."""

    payer: Payer
    state: str
    amount: Money


def bills_of(label_ids: Sequence[UUID]) -> dict[UUID, BillView]:
    """What each of these labels costs, and whom; labels that cost nothing are missing."""
    rows = fetch(f"{_BILLS} WHERE b.id = ANY(%s)", [list(label_ids)])
    return {
        row["id"]: BillView(
            row["payer"], row["state"], Money(row["of_buyer_minor"] or row["amount_minor"], row["currency"])
        )
        for row in rows
    }
