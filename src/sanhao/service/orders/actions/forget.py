"""Forgetting where orders were to go that nobody paid."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sanhao.kit.rows import execute, fetch


def forget_unpaid(person_ids: Sequence[UUID]) -> list[UUID]:
    """Wipe the addresses of those of *person_ids* who have placed orders and paid none; returns them. Country and region
    stay, for counting. In the caller's transaction."""
    gone = [
        row["id"]
        for row in fetch(
            "SELECT p.id FROM unnest(%s::uuid[]) AS p (id) WHERE NOT EXISTS "
            "(SELECT 1 FROM orders_checkout c WHERE c.person_id = p.id AND c.state <> 'expired') ORDER BY p.id",
            [list(person_ids)],
        )
    ]
    execute(
        "UPDATE orders_checkout SET address = address || "
        """'{"recipient": "", "phone": "", "city": "", "street": "", "postcode": ""}'::jsonb """
        "WHERE person_id = ANY(%s) AND state = 'expired'",
        [gone],
    )
    return gone
