"""Reading what cases mean for orders: which they are about, which units are in one, what may be asked still."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.rows import fetch
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.book import RULE, terms_from
from sanhao.service.aftersales.reasons import offered
from sanhao.service.orders import api as orders


def order_ids_of(case_ids: Sequence[UUID]) -> list[UUID]:
    """The orders that these cases are about. One query."""
    rows = fetch(
        "SELECT DISTINCT order_id FROM aftersales_case WHERE id = ANY(%s) ORDER BY order_id", [list(case_ids)]
    )
    return [row["order_id"] for row in rows]


def order_ids_of_evidence(evidence_id: UUID) -> list[UUID]:
    """The order that a piece of evidence is about; none for what does not exist."""
    rows = fetch(
        "SELECT c.order_id FROM aftersales_evidence e JOIN aftersales_case c ON c.id = e.case_id WHERE e.id = %s",
        [evidence_id],
    )
    return [row["order_id"] for row in rows]


def causes_of(subject_ids: Sequence[UUID], *, shop_id: UUID) -> list[UUID]:
    """Under whose ids money was booked that decisions about these promises and orders moved: a shop's cases, and its orders
    in sweeps. One query."""
    rows = fetch(
        "SELECT id FROM aftersales_case WHERE shop_id = %(shop)s AND promise_id = ANY(%(ids)s) "
        "UNION ALL SELECT id FROM aftersales_swept_order WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s)",
        {"shop": shop_id, "ids": list(subject_ids)},
    )
    return [row["id"] for row in rows]


def units_in_cases(order_id: UUID, *, without: UUID | None = None) -> dict[UUID, int]:
    """How many units of each line are in a case that still runs; what went back the order itself knows."""
    return units_in_cases_of([order_id], without=without)


def units_in_cases_of(order_ids: Sequence[UUID], *, without: UUID | None = None) -> dict[UUID, int]:
    """The same for many orders at once, by line."""
    rows = fetch(
        "SELECT u.line_id, sum(u.units)::int AS n FROM aftersales_case c JOIN aftersales_case_unit u ON u.case_id = c.id "
        "WHERE c.order_id = ANY(%s) AND c.due_at IS NOT NULL AND (%s::uuid IS NULL OR c.id <> %s) GROUP BY u.line_id",
        [list(order_ids), without, without],
    )
    return {row["line_id"]: row["n"] for row in rows}


def attempts_used(line_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How often each line was asked about; edits and what was taken back included."""
    rows = fetch(
        "SELECT line_id, count(*)::int AS n FROM aftersales_attempt WHERE line_id = ANY(%s) GROUP BY line_id",
        [list(line_ids)],
    )
    return {row["line_id"]: row["n"] for row in rows}


def window_of(order: orders.OrderView, *, now: datetime) -> datetime | None:
    """Until when anything may be asked about an order, by the rule in force where it went; None while it is not there."""
    if order.delivered_at is None:
        return None
    terms = terms_from(rulebook.in_force(RULE, at=now, market=order.address["country"]).terms)
    return life.last_window(terms, order.delivered_at, [reason.code for reason in offered("delivered")])
