"""Reading settlements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.books.ledger.api import Ref, balances
from sanhao.books.settlement.core import RELEASE, ReleaseTerms, View
from sanhao.books.settlement.rules import terms_at
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text

_VIEW = (
    "id AS order_id, number, shop_id, currency, state, received_minor, held_minor, covered_minor, goods_minor, "
    "goods_back_minor, commission_minor, released_minor, drawn_minor, charged_minor, holds, opened_at, release_at, "
    "released_at"
)


def settlements(order_ids: Sequence[UUID]) -> dict[UUID, View]:
    """The settlements of these orders; unknown ones are left out. One query."""
    rows = fetch(f"SELECT {_VIEW} FROM settlement_settlement WHERE id = ANY(%s)", [list(order_ids)])
    return {row["order_id"]: View(**row) for row in rows}


def release_dates(delivered: Mapping[UUID, datetime], *, at: datetime) -> dict[UUID, datetime]:
    """When the money of orders delivered at these moments is their shops', by the rule `settlement.release`."""
    if not delivered:
        return {}
    window = timedelta(days=terms_at(RELEASE, ReleaseTerms, at).window_days)
    return {id: moment + window for id, moment in delivered.items()}


class HoldView(msgspec.Struct, frozen=True):
    """A hold that stands, or stood until *lifted_at*."""

    order_id: UUID
    name: str
    reason: Text
    placed_at: datetime
    lifted_at: datetime | None


def holds(order_ids: Sequence[UUID], *, standing: bool = True) -> list[HoldView]:
    """What holds these orders' money, oldest first; with the holds that were lifted where not only *standing*."""
    rows = fetch(
        "SELECT settlement_id, name, reason_zh, reason_en, placed_at, lifted_at FROM settlement_hold "
        "WHERE settlement_id = ANY(%s) AND (lifted_at IS NULL OR NOT %s) ORDER BY placed_at, id",
        [list(order_ids), standing],
    )
    return [
        HoldView(
            row["settlement_id"], row["name"], Text(zh=row["reason_zh"], en=row["reason_en"]), row["placed_at"],
            row["lifted_at"],
        )
        for row in rows
    ]  # fmt: skip


def mismatches() -> dict[Ref, tuple[int, int]]:
    """Shops whose escrow in the ledger is not what is held for their orders: (held, in the ledger). Empty when sound."""
    rows = fetch(
        "SELECT shop_id, currency, sum(held_minor + covered_minor)::bigint AS minor FROM settlement_settlement "
        "GROUP BY shop_id, currency ORDER BY shop_id, currency"
    )
    held = {Ref("escrow", str(row["shop_id"]), row["currency"]): row["minor"] for row in rows}
    booked = balances(held)
    return {ref: (minor, -booked[ref].minor) for ref, minor in held.items() if minor != -booked[ref].minor}


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
