"""Where a shop's money is: on its way, waiting and for what, free, kept, owed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text


class Overview(msgspec.Struct, frozen=True):
    """The sums a merchant asks for. *undated*: orders not delivered yet; *dated*: their time is set; *stopped*: a hold
    stands in the way. *paid_out* is of the last thirty days."""

    undated: Money
    undated_orders: int
    dated: Money
    dated_orders: int
    stopped: Money
    stopped_orders: int
    reserve: Money
    reserve_next: datetime | None
    on_the_way: Money
    paid_out: Money
    month_commission: Money


def overview(shop_id: UUID, currency: str, *, month_start: datetime, now: datetime) -> Overview:
    """Three queries, whatever there is."""
    [held] = fetch(
        """
        SELECT coalesce(sum(held_minor) FILTER (WHERE holds > 0), 0)::bigint AS stopped,
               count(*) FILTER (WHERE holds > 0) AS stopped_orders,
               coalesce(sum(held_minor) FILTER (WHERE holds = 0 AND release_at IS NULL), 0)::bigint AS undated,
               count(*) FILTER (WHERE holds = 0 AND release_at IS NULL) AS undated_orders,
               coalesce(sum(held_minor) FILTER (WHERE holds = 0 AND release_at IS NOT NULL), 0)::bigint AS dated,
               count(*) FILTER (WHERE holds = 0 AND release_at IS NOT NULL) AS dated_orders
        FROM settlement_settlement WHERE shop_id = %s AND currency = %s AND state = 'held'
        """,
        [shop_id, currency],
    )
    [kept] = fetch(
        """
        SELECT coalesce(sum(left_minor), 0)::bigint AS reserve, min(due_at) AS reserve_next FROM settlement_reserveslice
        WHERE shop_id = %s AND currency = %s AND freed_at IS NULL AND left_minor > 0
        """,
        [shop_id, currency],
    )
    [sums] = fetch(
        """
        SELECT (SELECT coalesce(sum(amount_minor), 0)::bigint FROM settlement_payout
                WHERE shop_id = %(shop)s AND currency = %(currency)s AND state IN ('drafted', 'sent')) AS on_the_way,
               (SELECT coalesce(sum(amount_minor), 0)::bigint FROM settlement_payout
                WHERE shop_id = %(shop)s AND currency = %(currency)s AND state = 'paid'
                  AND finished_at > %(since)s) AS paid_out,
               (SELECT coalesce(sum(commission_taken_minor), 0)::bigint FROM settlement_settlement
                WHERE shop_id = %(shop)s AND currency = %(currency)s AND released_at >= %(month)s
                  AND state IN ('released', 'closed')) AS month_commission
        """,
        {"shop": shop_id, "currency": currency, "since": now - timedelta(days=30), "month": month_start},
    )
    money = {
        name: Money(minor, currency)
        for row in (held, kept, sums)
        for name, minor in row.items()
        if name not in ("stopped_orders", "undated_orders", "dated_orders", "reserve_next")
    }
    return Overview(
        undated_orders=held["undated_orders"],
        dated_orders=held["dated_orders"],
        stopped_orders=held["stopped_orders"],
        reserve_next=kept["reserve_next"],
        **money,
    )


class Coming(msgspec.Struct, frozen=True):
    """What is released on one local day, if nothing comes in between."""

    day: datetime
    orders: int
    amount: Money


def coming(shop_id: UUID, currency: str, *, timezone: str, limit: int = 7) -> list[Coming]:
    """The next days on which money is released, soonest first."""
    rows = fetch(
        """
        SELECT date_trunc('day', release_at, %(zone)s) AS day, count(*) AS orders, sum(held_minor)::bigint AS minor
        FROM settlement_settlement
        WHERE shop_id = %(shop)s AND currency = %(currency)s AND state = 'held' AND holds = 0 AND release_at IS NOT NULL
        GROUP BY 1 ORDER BY 1 LIMIT %(limit)s
        """,
        {"zone": timezone, "shop": shop_id, "currency": currency, "limit": limit},
    )
    return [Coming(row["day"], row["orders"], Money(row["minor"], currency)) for row in rows]


class Stopped(msgspec.Struct, frozen=True):
    """An order whose money waits, and why."""

    order_id: UUID
    number: str
    shop_id: UUID
    amount: Money
    name: str
    reason: Text
    placed_at: datetime


def stopped(shop_id: UUID | None = None, *, limit: int = 50) -> list[Stopped]:
    """Holds that stand, the last placed first; of one shop, or of all."""
    rows = fetch(
        """
        SELECT h.id, s.id AS order_id, s.number, s.shop_id, s.held_minor, s.currency, h.name, h.reason_zh, h.reason_en,
               h.placed_at
        FROM settlement_hold h JOIN settlement_settlement s ON s.id = h.settlement_id
        WHERE h.lifted_at IS NULL AND (%(shop)s::uuid IS NULL OR s.shop_id = %(shop)s)
        ORDER BY h.id DESC LIMIT %(limit)s
        """,
        {"shop": shop_id, "limit": limit},
    )
    return [
        Stopped(
            row["order_id"], row["number"], row["shop_id"], Money(row["held_minor"], row["currency"]), row["name"],
            Text(zh=row["reason_zh"], en=row["reason_en"]), row["placed_at"],
        )
        for row in rows
    ]  # fmt: skip
