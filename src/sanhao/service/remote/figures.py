"""What the platform gave for second legs: by day, by area and category, order by order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.service.remote.core import Terms, budget_of, day_of
from sanhao.service.remote.queries import Consolidated, read_consolidated


class DayBudget(msgspec.Struct, frozen=True):
    """One budget of one day: *total* is what is *left*, *reserved* for orders under way and *spent*."""

    day: date
    scope: str
    total: Money
    left: Money
    reserved: Money
    spent: Money


def budgets(since: date, *, currency: str) -> list[DayBudget]:
    """Every budget that an order has opened since that day, the latest first. One query."""
    rows = fetch(
        """
        SELECT b.day, b.scope, b.total_minor AS total,
            (SELECT sum(s.left_minor) FROM remote_shard s WHERE s.budget_id = b.id)::bigint AS left,
            coalesce(sum(p.minor) FILTER (WHERE c.state = 'reserved'), 0)::bigint AS reserved,
            coalesce(sum(p.minor) FILTER (WHERE c.state = 'spent'), 0)::bigint AS spent
        FROM remote_budget b LEFT JOIN remote_shard o ON o.budget_id = b.id LEFT JOIN remote_part p ON p.shard_id = o.id
        LEFT JOIN remote_consolidation c ON c.id = p.consolidation_id
        WHERE b.day >= %s AND b.currency = %s GROUP BY b.id ORDER BY b.day DESC, b.scope
        """,
        [since, currency],
    )
    money = ("total", "left", "reserved", "spent")
    return [
        DayBudget(row["day"], row["scope"], *(Money(row[name], currency) for name in money)) for row in rows
    ]


def budgets_today(terms: Terms, *, currency: str, now: datetime) -> list[DayBudget]:
    """Today's: those that were opened, and those that no order has opened yet, as the terms have them."""
    today = day_of(terms, now)
    opened = {one.scope: one for one in budgets(today, currency=currency) if one.day == today}
    own = [scope for scope, amounts in terms.category_budget_minor.items() if currency in amounts]
    zero = Money.zero(currency)
    return [
        opened.get(scope) or DayBudget(today, scope, (whole := Money(budget_of(terms, scope, currency), currency)), whole, zero, zero)
        for scope in ["", *sorted({*own, *opened} - {""})]
    ]  # fmt: skip


class Given(msgspec.Struct, frozen=True):
    """What was given for one area, category, or shop (*of*): *subsidy* of orders under way or done, in so many of them."""

    of: str
    orders: int
    subsidy: Money


def given(by: str, *, since: datetime, currency: str) -> list[Given]:
    """Subsidies of days' budgets, reserved since then and not given back, by ``area``, ``category`` or ``shop``, the largest first. One query."""
    column = {"area": "c.area", "category": "p.category", "shop": "c.shop_id::text"}[by]
    rows = fetch(
        f"""
        SELECT {column} AS of, count(DISTINCT c.id)::int AS orders, coalesce(sum(p.minor), 0)::bigint AS minor
        FROM remote_consolidation c JOIN remote_part p ON p.consolidation_id = c.id
        WHERE c.reserved_at >= %s AND c.currency = %s AND c.state IN ('reserved', 'spent') GROUP BY 1 ORDER BY 3 DESC, 1
        """,
        [since, currency],
    )
    return [Given(row["of"], row["orders"], Money(row["minor"], currency)) for row in rows]


def borne(*, since: datetime, currency: str) -> Given:
    """Second legs placed since then that were given up and travelled all the same: what the platform bore of no day's budget."""
    [row] = fetch(
        "SELECT count(*)::int AS orders, coalesce(sum(price_minor), 0)::bigint AS minor FROM remote_consolidation "
        "WHERE reserved_at >= %s AND currency = %s AND state = 'borne'",
        [since, currency],
    )
    return Given("", row["orders"], Money(row["minor"], currency))


class ShopFigures(msgspec.Struct, frozen=True):
    """What consolidation brought one shop since it joined: orders that go by a hub, and what the platform pays of them."""

    orders: int
    subsidy: Money


def figures_of(shop_id: UUID, *, currency: str) -> ShopFigures:
    [row] = fetch(
        "SELECT count(*)::int AS orders, coalesce(sum(subsidy_minor), 0)::bigint AS minor FROM remote_consolidation "
        "WHERE shop_id = %s AND currency = %s AND state <> 'freed'",
        [shop_id, currency],
    )
    return ShopFigures(row["orders"], Money(row["minor"], currency))


def every(*, since: datetime, most: int = 100_000) -> Iterator[Consolidated]:
    """Order by order, the latest first, for a file."""
    yield from read_consolidated(
        "c.reserved_at >= %s ORDER BY c.reserved_at DESC, c.id LIMIT %s", [since, most]
    )
