"""What other terms would change: which places are remote, and what the days' budgets would have given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.service.remote.core import Area, Goods, Terms, budget_of, day_of, goes, parts_of


class PastLeg(msgspec.Struct, frozen=True):
    """A second leg that was placed: its *goods* weigh as much as they took of the subsidy."""

    placed_at: datetime
    area: str
    price: Money
    goods: tuple[Goods, ...]


class WouldGive(msgspec.Struct, frozen=True):
    """So many *orders* would have been subsidised, with *given* in all."""

    orders: int
    given: Money


class Change(msgspec.Struct, frozen=True):
    """*now* and *then* are the same past orders under two terms; *places* become remote, *no_longer* cease to be."""

    now: WouldGive
    then: WouldGive
    areas: int
    places: tuple[Area, ...]
    no_longer: tuple[Area, ...]


def what_if(terms: Terms, other: Terms, *, since: datetime, currency: str) -> Change:
    """*other* instead of *terms*, over the second legs placed since then. One query."""
    past = _past(since, currency)
    known, wanted = ({area.key: area for area in one.areas} for one in (terms, other))
    return Change(
        now=give(terms, past, currency),
        then=give(other, past, currency),
        areas=len(wanted),
        places=tuple(area for key, area in wanted.items() if key not in known),
        no_longer=tuple(area for key, area in known.items() if key not in wanted),
    )


def give(terms: Terms, past: Sequence[PastLeg], currency: str) -> WouldGive:
    """Pure: what the budgets of *terms* would have given to these, each day's as long as it lasts, in their order."""
    left: dict[tuple[date, str], int] = {}
    keys, cap = {area.key for area in terms.areas}, terms.cap_minor.get(currency)
    orders, given = 0, 0
    for leg in past:
        if cap is None or leg.area not in keys or not all(goes(terms, one.category) for one in leg.goods):
            continue
        subsidy = min(leg.price, Money(cap, currency))
        wanted: dict[tuple[date, str], int] = defaultdict(int)
        for part in parts_of(terms, subsidy, leg.goods):
            wanted[day_of(terms, leg.placed_at), part.scope] += part.minor
        for budget in wanted:
            left.setdefault(budget, budget_of(terms, budget[1], currency))
        if any(left[budget] < minor for budget, minor in wanted.items()):
            continue
        for budget, minor in wanted.items():
            left[budget] -= minor
        orders, given = orders + 1, given + subsidy.minor
    return WouldGive(orders, Money(given, currency))


def _past(since: datetime, currency: str) -> list[PastLeg]:
    rows = fetch(
        """
        SELECT c.id, c.reserved_at, c.area, c.price_minor, coalesce(p.category, '') AS category,
            coalesce(sum(p.minor), 1)::bigint AS minor
        FROM remote_consolidation c LEFT JOIN remote_part p ON p.consolidation_id = c.id
        WHERE c.reserved_at >= %s AND c.currency = %s AND c.state <> 'freed'
        GROUP BY c.id, p.category ORDER BY c.reserved_at, c.id, p.category
        """,
        [since, currency],
    )
    goods: Mapping[UUID, list[Goods]] = defaultdict(list)
    for row in rows:
        goods[row["id"]].append(Goods(row["category"], row["minor"]))
    orders = {row["id"]: row for row in rows}
    return [
        PastLeg(row["reserved_at"], row["area"], Money(row["price_minor"], currency), tuple(goods[id]))
        for id, row in orders.items()
    ]
