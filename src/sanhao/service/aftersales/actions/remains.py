"""What is left of the goods that cases are about: a guarantee, a sweep or another request may have given them back.

A case of which nothing is left ends by itself, `withdrawn`: by the news of the refund, and where its time comes sooner, by
the keeper. One of which a part is left is about that part. One that is over begins again only where all of it is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sanhao.kit.keeper import Row
from sanhao.kit.rows import fetch
from sanhao.service.aftersales.actions.give import units_of
from sanhao.service.aftersales.queries.orders import units_in_cases
from sanhao.service.orders import api as orders


def back_already(rows: Sequence[Row]) -> set[UUID]:
    """Which of these cases have nothing left to give back. Two queries, none for none."""
    if not rows:
        return set()
    units, left = units_of([row["id"] for row in rows]), _left(row["order_id"] for row in rows)
    return {row["id"] for row in rows if not any(left[line_id] for line_id in units[row["id"]])}


def _left(order_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    return orders.units_left(sorted(set(order_ids)))


def free_again(row: Row) -> bool:
    """Whether an ended case (its locked row) may begin again: nothing it is about has gone back since, or is in another case.

    Who is asking about this order in this very moment goes first: nobody waits here with a case in hand.
    """
    [mine] = fetch("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 2)) AS so", [str(row["order_id"])])
    if not mine["so"]:
        return False
    left, others = _left([row["order_id"]]), units_in_cases(row["order_id"], without=row["id"])
    wanted = units_of([row["id"]])[row["id"]]
    return all(count <= left[id] - others.get(id, 0) for id, count in wanted.items())
