"""Release: the rest of an order's money becomes its shop's, less commission and reserve; and the reserve's own end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.ledger.api import PLATFORM, Credit, EntryDraft, Ref
from sanhao.books.settlement.core import (
    COMMISSION,
    NEUTRAL,
    PAYOUT,
    CommissionTerms,
    Parts,
    PayoutTerms,
    release,
)
from sanhao.books.settlement.events import OrderReleased
from sanhao.books.settlement.models import SETTLEMENT
from sanhao.books.settlement.rules import since, terms_at
from sanhao.kit.events import emit
from sanhao.kit.ids import derived_id, new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.rows import copy_rows, execute, fetch

_goods = msgspec.json.Decoder(dict[str, int]).decode


def release_due(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: orders whose time has come and that nothing holds. Runs in the claiming transaction.

    The commission is that of the rule in force when each order was paid; what the shop owes the platform is repaid
    out of it first.
    """
    commission = since(COMMISSION, CommissionTerms)
    payout = terms_at(PAYOUT, PayoutTerms, now)
    standing = _standings({row["shop_id"] for row in rows})
    fulls = [commission.at(row["opened_at"]).of(_goods(row["categories"])) for row in rows]
    terms = [payout.for_(standing.get(row["shop_id"], NEUTRAL)) for row in rows]
    parts = [
        release(row["held_minor"] + row["covered_minor"], full, row["goods_minor"], row["goods_back_minor"], t.reserve_bp)
        for row, full, t in zip(rows, fulls, terms, strict=True)
    ]  # fmt: skip
    SETTLEMENT.move(
        [row["id"] for row in rows],
        "released",
        at=now,
        held=True,
        only_from=["held"],
        each={
            "held_minor": ("bigint", [0] * len(rows)),
            "covered_minor": ("bigint", [0] * len(rows)),
            "released_at": ("timestamptz", [now] * len(rows)),
            "released_minor": ("bigint", [part.shop + part.reserve for part in parts]),
            "commission_full_minor": ("bigint", fulls),
            "commission_minor": ("bigint", [part.commission for part in parts]),
            "commission_taken_minor": ("bigint", [part.commission for part in parts]),
        },
    )
    kept = [(row, part, t) for row, part, t in zip(rows, parts, terms, strict=True) if part.reserve]
    _write_slices(kept, now)
    emit([_fact(row, part) for row, part in zip(rows, parts, strict=True)], at=now)
    # Money last: from here on the shops' accounts are locked.
    _lock_reserves(kept)
    ledger.credit_shops([_credit(row, p) for row, p in zip(rows, parts, strict=True) if p.shop], now=now)
    ledger.post([e for row, p in zip(rows, parts, strict=True) for e in _entries(row, p, now)])


def free_reserves(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: what was kept of these orders goes to their shops."""
    execute(
        "UPDATE settlement_reserveslice SET left_minor = 0, freed_at = %s WHERE id = ANY(%s)",
        [now, [row["id"] for row in rows]],
    )
    ledger.credit_shops(
        [
            Credit(f"reserve:{row['id']}:freed", "settlement.reserve_freed", row["shop_id"], row["left_minor"],
                   row["currency"], Ref("reserve", str(row["shop_id"]), row["currency"]), "order", row["settlement_id"])
            for row in rows
            if row["left_minor"]
        ],
        now=now,
    )  # fmt: skip


def _standings(shop_ids: set[UUID]) -> dict[UUID, str]:
    rows = fetch("SELECT id, standing FROM settlement_payee WHERE id = ANY(%s)", [list(shop_ids)])
    return {row["id"]: row["standing"] for row in rows}


def _fact(row: Row, part: Parts) -> OrderReleased:
    return OrderReleased(
        row["id"], row["shop_id"], row["currency"], part.shop + part.reserve, part.commission
    )


def _write_slices(kept: Sequence[tuple[Row, Parts, PayoutTerms]], now: datetime) -> None:
    copy_rows(
        "settlement_reserveslice",
        ("id", "settlement_id", "shop_id", "currency", "amount_minor", "left_minor", "due_at"),
        [
            (id, row["id"], row["shop_id"], row["currency"], part.reserve, part.reserve,
             now + timedelta(days=terms.reserve_days))
            for id, (row, part, terms) in zip(new_ids(len(kept)), kept, strict=True)
        ],
    )  # fmt: skip


def _lock_reserves(kept: Sequence[tuple[Row, Parts, PayoutTerms]]) -> None:
    """A reserve is one more account of the shop: all are locked at once, in order of id."""
    ledger.lock_balances(
        {
            Ref(code, str(row["shop_id"]), row["currency"])
            for row, _, _ in kept
            for code in ("balance", "deposit", "receivable", "reserve")
        }
    )


def _escrow(row: Row) -> Ref:
    return Ref("escrow", str(row["shop_id"]), row["currency"])


def _credit(row: Row, part: Parts) -> Credit:
    return Credit(
        f"settlement:{row['id']}:released", "settlement.released", row["shop_id"], part.shop, row["currency"],
        _escrow(row), "order", row["id"], id=derived_id(row["id"], "released"),
    )  # fmt: skip


def _entries(row: Row, part: Parts, now: datetime) -> list[EntryDraft]:
    currency = row["currency"]
    to = (
        ("commission", Ref("commission", PLATFORM, currency), part.commission),
        ("reserve", Ref("reserve", str(row["shop_id"]), currency), part.reserve),
    )
    return [
        EntryDraft(new_id(), f"settlement:{row['id']}:{name}", f"settlement.{name}", now, currency,
                   ((_escrow(row), minor), (account, -minor)), "order", row["id"])
        for name, account, minor in to
        if minor
    ]  # fmt: skip
