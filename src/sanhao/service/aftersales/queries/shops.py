"""Reading what a shop's desk has besides its cases: how many wait, and where goods go back to."""

from __future__ import annotations

from uuid import UUID

import msgspec

from sanhao.kit.rows import fetch
from sanhao.service.aftersales.case import Address


class DeskCount(msgspec.Struct, frozen=True):
    """How many cases of a shop wait for the shop itself, and how many for somebody else."""

    yours: int
    others: int


def desk_count(shop_id: UUID) -> DeskCount:
    """One query, for the number in the navigation."""
    [row] = fetch(
        "SELECT count(*) FILTER (WHERE state IN ('asked', 'returning', 'replacing') OR (state = 'disputed' AND "
        "NOT 'shop' = ANY(spoke)))::int AS yours, count(*)::int AS every FROM aftersales_case "
        "WHERE shop_id = %s AND due_at IS NOT NULL",
        [shop_id],
    )
    return DeskCount(row["yours"], row["every"] - row["yours"])


def return_addresses(shop_id: UUID) -> list[tuple[UUID, Address, bool]]:
    """A shop's warehouses that take goods back: id, address, whether it is the default."""
    rows = fetch(
        "SELECT id, recipient, phone, country, region, city, street, postcode, is_default "
        "FROM aftersales_return_address WHERE shop_id = %s ORDER BY is_default DESC, added_at, id",
        [shop_id],
    )
    return [
        (row.pop("id"), Address(**{k: v for k, v in row.items() if k != "is_default"}), row["is_default"])
        for row in rows
    ]
