"""Reading payouts and where they go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.rows import fetch


class PayoutView(msgspec.Struct, frozen=True):
    """A payout as its shop and the platform read it; of the account only the last four characters."""

    id: UUID
    batch_id: UUID
    shop_id: UUID
    state: str
    amount: Money
    bank: str
    holder: str
    ending: str
    drafted_at: datetime
    finished_at: datetime | None
    bank_ref: str
    reason: str
    tries: int


_PAYOUT = (
    "id, batch_id, shop_id, state, amount_minor, currency, bank, holder, right(account, 4) AS ending, drafted_at, "
    "finished_at, bank_ref, reason, tries"
)


def _payouts(where: str, params: Mapping[str, object], limit: int, before: UUID | None) -> list[PayoutView]:
    rows = fetch(
        f"SELECT {_PAYOUT} FROM settlement_payout WHERE {where} {'AND id < %(before)s' if before else ''} "
        "ORDER BY id DESC LIMIT %(limit)s",
        {**params, "before": before, "limit": limit},
    )
    return [PayoutView(amount=Money(row.pop("amount_minor"), row.pop("currency")), **row) for row in rows]


def payouts(shop_id: UUID, *, limit: int = 50, before: UUID | None = None) -> list[PayoutView]:
    """A shop's payouts, last drafted first; *before* is the last id of the page before."""
    return _payouts("shop_id = %(shop)s", {"shop": shop_id}, limit, before)


def all_payouts(*, state: str | None = None, limit: int = 50, before: UUID | None = None) -> list[PayoutView]:
    """Every shop's payouts, of one *state* where given, last drafted first."""
    return _payouts("(%(state)s::text IS NULL OR state = %(state)s)", {"state": state}, limit, before)


class PayeeView(msgspec.Struct, frozen=True):
    """Where a shop's money goes, as it may be shown; *ending* are the account's last four characters."""

    shop_id: UUID
    currency: str
    standing: str
    holder: str
    bank: str
    ending: str
    changed_at: datetime | None
    next_at: datetime | None
    paused: str
    paused_at: datetime | None


def payees(shop_ids: Sequence[UUID]) -> dict[UUID, PayeeView]:
    """What is known of these shops' payouts; a shop that never entered bank details is left out."""
    rows = fetch(
        "SELECT id AS shop_id, currency, standing, holder, bank, right(account, 4) AS ending, changed_at, next_at, "
        "paused, paused_at FROM settlement_payee WHERE id = ANY(%s)",
        [list(shop_ids)],
    )
    return {row["shop_id"]: PayeeView(**row) for row in rows}
