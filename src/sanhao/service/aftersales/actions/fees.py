"""What the way back cost, where that is taken out of the refund: settled with the case. A pickup at the door (`paths/pickup.py`) is
charged for here, once, when the courier has the goods; a label (`paths/label.py`) by delivery.

The platform owes the courier. A shop that bears it is charged at once; what is the buyer's the platform has paid ahead, and
has it again out of the refund (`money.give_back`). Where nothing is refunded, it stays with the platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.fairness.decisions import api as decisions
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import execute
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.book import encode
from sanhao.service.aftersales.case import OVER
from sanhao.service.aftersales.paths import pickup

CAUSE = "case"
OWNER = "aftersales.pickup"


def charge(row: Row, terms: pickup.Terms, seen: pickup.FeeSeen, *, now: datetime) -> int:
    """The courier has the goods: what that costs, once, and a decision that says who bears it. Returns what is to be taken
    out of the refund."""
    verdict = pickup.fee(terms, seen)
    if verdict.outcome == "free":
        return 0
    id, entry_id = new_ids(2)
    by_shop = verdict.payer == "shop"
    decisions.record(
        [
            decisions.DecisionDraft(
                id=id,
                key=f"{pickup.FEE}:{row['id']}",
                kind=pickup.FEE,
                subject_kind="case",
                subject_id=row["id"],
                rule_id=row["pickup_rule_id"],
                facts=encode(seen),
                verdict=encode(verdict),
                effect_minor=verdict.owed.minor,
                currency=verdict.owed.currency,
                text=pickup.say_fee(verdict),
                shop_id=row["shop_id"] if by_shop else None,
                person_id=row["person_id"] if verdict.payer == "buyer" else None,
                decided_at=now,
                appeal_until=now + timedelta(days=terms.fee_appeal_days) if by_shop else None,
            )
        ]
    )
    key, owed = f"case:{row['id']}:pickup_fee", verdict.owed
    credit = ledger.Ref("carrier_fees", seen.carrier, owed.currency)
    if by_shop:
        bill = ledger.Charge(
            key, "case.pickup_fee", row["shop_id"], owed.minor, owed.currency, credit, CAUSE, row["id"], id
        )
        ledger.charge_shops([bill], now=now)
        return 0
    account = "paid_ahead" if verdict.payer == "buyer" else "goodwill"
    lines = ((ledger.Ref(account, ledger.PLATFORM, owed.currency), owed.minor), (credit, -owed.minor))
    ledger.post(
        [ledger.EntryDraft(entry_id, key, "case.pickup_fee", now, owed.currency, lines, CAUSE, row["id"], id)]
    )
    return owed.minor if verdict.payer == "buyer" else 0


def kept(row: Row) -> int:
    """What of a case's refund is not the buyer's: what the courier cost who collected the goods, or whose label they had."""
    return int(row["pickup_minor"] + row["label_minor"])


def of(row: Row) -> Money | None:
    """The same as a sum; None where nothing is taken out of what goes back."""
    return Money(kept(row), row["currency"]) if kept(row) else None


def repay(items: Sequence[Going], *, now: datetime) -> None:
    """Refunds of the shop's that the buyer has had already, divided by a promise: the fee leaves its escrow beside them."""
    settlement.repay(
        [
            settlement.Repay(
                f"case:{item.row['id']}:pickup",
                item.row["order_id"],
                kept(item.row),
                ledger.Ref("paid_ahead", ledger.PLATFORM, item.row["currency"]),
                CAUSE,
                item.row["id"],
                item.decision_id,
            )
            for item in items
        ],
        now=now,
    )


def bear(items: Sequence[Going], *, now: datetime) -> None:
    """Nothing is left of a refund to take it out of: the platform bears it."""
    entries = []
    for item in items:
        if fee := of(item.row):
            lines = (
                (ledger.Ref("goodwill", ledger.PLATFORM, fee.currency), fee.minor),
                (ledger.Ref("paid_ahead", ledger.PLATFORM, fee.currency), -fee.minor),
            )
            key = f"case:{item.row['id']}:pickup:borne"
            entries.append(
                ledger.EntryDraft(
                    new_id(), key, "case.pickup_borne", now, fee.currency, lines, CAUSE, item.row["id"],
                    item.decision_id,
                )
            )  # fmt: skip
    ledger.post(entries)


def settle(items: Sequence[Going], *, now: datetime) -> None:
    """Cases that end without a refund: a fee that was to be taken out of one is the platform's, and asked of nobody later."""
    over = [item for item in items if kept(item.row) and item.to in OVER and item.to != "refunded"]
    if not over:
        return
    bear(over, now=now)
    execute(
        "UPDATE aftersales_case SET back_minor = back_minor + pickup_minor + label_minor, pickup_minor = 0, label_minor = 0 "
        "WHERE id = ANY(%s)",
        [[item.row["id"] for item in over]],
    )
