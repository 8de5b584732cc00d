"""The day's budget: reserved when an order is placed, never overspent by a cent, and without one row that all wait for.

A budget lies in shards. Who reserves takes any one that can pay and that nobody holds; only when none can, the last money
is gathered from all of them in their order. Whoever needs several budgets takes them in the order of their scopes, and
who gives back locks in the same order, so that nobody waits in a circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import Rows, copy_together, execute, fetch
from sanhao.service.remote.core import SecondLeg, Terms, budget_of, day_of, gather
from sanhao.service.remote.models import CONSOLIDATION


class Draft(msgspec.Struct, frozen=True):
    """An order that is to go by a hub."""

    order_id: UUID
    shop_id: UUID
    leg: SecondLeg


Taken = list[tuple[UUID, int]]
"""Shards, and how much of each."""


def reserve(drafts: Sequence[Draft], terms: Terms, *, now: datetime) -> None:
    """Set apart what the platform pays of these orders' second legs (one currency), inside the caller's transaction: all or
    nothing. Raises Refusal ``remote.budget_out`` where today's budget has not so much left."""
    if not drafts:
        return
    currency, day = drafts[0].leg.price.currency, day_of(terms, now)
    wanted: dict[str, int] = defaultdict(int)
    for draft in drafts:
        for part in draft.leg.parts:
            wanted[part.scope] += part.minor
    # One after the other, in order: nobody may wait for an earlier scope while holding a later one. Mostly there is one.
    taken = {scope: _take(terms, day, currency, scope, wanted[scope]) for scope in sorted(wanted)}
    _write(drafts, taken, now, due_at=now + timedelta(days=terms.silent_days))


def _take(terms: Terms, day: date, currency: str, scope: str, amount: int) -> Taken:
    place = {"day": day, "currency": currency, "scope": scope, "amount": amount}
    with transaction.atomic():
        one = fetch(_TAKE_ONE, place)
        if not one:
            # A shard that another emptied meanwhile stays locked though it was passed over: let go, or two who gather wait
            # for each other.
            transaction.set_rollback(True)
    if one:
        return [(one[0]["id"], amount)]
    shards = fetch(_LOCK_ALL, place)
    if not shards:
        _open(terms, day, currency, scope)
        shards = fetch(_LOCK_ALL, place)
    takes = gather([row["left_minor"] for row in shards], amount)
    if takes is None:
        raise Refusal(
            "remote.budget_out",
            zh="今天的偏远地区包邮补贴刚刚用完。请换一种配送方式，或者明天再来。",
            en="Today's budget for free shipping to remote areas has just run out. Choose another way, or come back tomorrow.",
        )
    taken = [(row["id"], minor) for row, minor in zip(shards, takes, strict=True) if minor]
    execute(
        "UPDATE remote_shard s SET left_minor = s.left_minor - t.minor "
        "FROM unnest(%s::uuid[], %s::bigint[]) AS t (id, minor) WHERE s.id = t.id",
        [[id for id, _ in taken], [minor for _, minor in taken]],
    )
    return taken


_TAKE_ONE = """
    WITH free AS MATERIALIZED (
        SELECT s.id FROM remote_shard s JOIN remote_budget b ON b.id = s.budget_id
        WHERE b.day = %(day)s AND b.currency = %(currency)s AND b.scope = %(scope)s AND s.left_minor >= %(amount)s
        ORDER BY random() LIMIT 1 FOR UPDATE OF s SKIP LOCKED
    )
    UPDATE remote_shard s SET left_minor = s.left_minor - %(amount)s FROM free WHERE s.id = free.id RETURNING s.id
"""
"""Materialized: as a mere subquery of the join it may be run once for each shard, and choose another each time."""
_LOCK_ALL = """
    SELECT s.id, s.left_minor FROM remote_shard s JOIN remote_budget b ON b.id = s.budget_id
    WHERE b.day = %(day)s AND b.currency = %(currency)s AND b.scope = %(scope)s ORDER BY s.number FOR UPDATE OF s
"""


def _open(terms: Terms, day: date, currency: str, scope: str) -> None:
    """The day's first order opens its budget; who comes at the same moment waits, and finds it open."""
    total = Money(budget_of(terms, scope, currency), currency)
    shares = total.split([1] * terms.shards)
    execute(
        """
        WITH opened AS (
            INSERT INTO remote_budget (id, day, currency, scope, total_minor) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (day, currency, scope) DO NOTHING RETURNING id
        )
        INSERT INTO remote_shard (id, budget_id, number, left_minor)
        SELECT s.id, opened.id, s.number, s.minor
        FROM opened, unnest(%s::uuid[], %s::int[], %s::bigint[]) AS s (id, number, minor)
        """,
        [new_id(), day, currency, scope, total.minor,
         new_ids(terms.shards), list(range(terms.shards)), [share.minor for share in shares]],
    )  # fmt: skip


def _write(drafts: Sequence[Draft], taken: Mapping[str, Taken], now: datetime, *, due_at: datetime) -> None:
    purses = {scope: list(shards) for scope, shards in taken.items()}
    parts = []
    for draft in drafts:
        for part in draft.leg.parts:
            parts += [(new_id(), draft.order_id, shard, part.category, minor) for shard, minor in _out_of(purses[part.scope], part.minor)]  # fmt: skip
    copy_together(
        Rows(
            "remote_consolidation",
            ("id", "shop_id", "hub_id", "carrier", "area", "currency", "price_minor", "subsidy_minor", "buyer_minor",
             "state", "reserved_at", "due_at"),
            [
                (draft.order_id, draft.shop_id, leg.hub.id, leg.hub.carrier, leg.area.key, leg.price.currency,
                 leg.price.minor, leg.subsidy.minor, leg.buyer.minor, "reserved", now, due_at)
                for draft in drafts if (leg := draft.leg)
            ],
        ),
    )  # fmt: skip
    copy_together(Rows("remote_part", ("id", "consolidation_id", "shard_id", "category", "minor"), parts))


def _out_of(purse: Taken, minor: int) -> Taken:
    """Take *minor* out of what was taken for this scope, the first shards first."""
    used: Taken = []
    while minor:
        shard, left = purse.pop(0)
        here = min(left, minor)
        used.append((shard, here))
        minor -= here
        if left > here:
            purse.insert(0, (shard, left - here))
    return used


def free(order_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Give back what these orders had reserved, inside the caller's transaction: nobody paid, all of it goes back to the
    buyer, or no parcel will come. Others, and what is spent, are left alone. Returns those that were freed."""
    freed = CONSOLIDATION.move_rows(order_ids, "freed", at=now, also={"ended_at": now, "due_at": None})
    ids = [row["id"] for row in freed]
    if ids:
        _give_back(ids)
    return ids


def _give_back(ids: Sequence[UUID]) -> list[Row]:
    return fetch(
        """
        WITH back AS (
            SELECT shard_id AS id, sum(minor)::bigint AS minor FROM remote_part WHERE consolidation_id = ANY(%s)
            GROUP BY shard_id
        ), locked AS MATERIALIZED (
            SELECT s.id, back.minor FROM back JOIN remote_shard s ON s.id = back.id
            JOIN remote_budget b ON b.id = s.budget_id
            ORDER BY b.currency, b.scope, b.day, s.number FOR UPDATE OF s
        )
        UPDATE remote_shard s SET left_minor = s.left_minor + locked.minor FROM locked WHERE s.id = locked.id
        RETURNING s.id
        """,
        [list(ids)],
    )
