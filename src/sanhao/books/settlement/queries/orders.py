"""Reading what is held of orders, by whom, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.books.ledger.api import Ref, balances
from sanhao.books.settlement.core import RELEASE, ReleaseTerms, View
from sanhao.books.settlement.rules import terms_at
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text

VIEW = (
    "id AS order_id, number, shop_id, currency, state, received_minor, held_minor, covered_minor, goods_minor, "
    "goods_back_minor, commission_minor, released_minor, drawn_minor, charged_minor, holds, opened_at, release_at, "
    "released_at, because_zh, because_en"
)


def settlements(order_ids: Sequence[UUID]) -> dict[UUID, View]:
    """The settlements of these orders; unknown ones are left out. One query."""
    rows = fetch(f"SELECT {VIEW} FROM settlement_settlement WHERE id = ANY(%s)", [list(order_ids)])
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
