"""Ways in two legs: what a hub has signed for goes on under another number, as a parcel of its own with the same in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sanhao.kit.events import emit
from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.rows import execute, fetch
from sanhao.service.delivery.actions.register import read_again
from sanhao.service.delivery.events import ConsignmentRegistered


class Forward(NamedTuple):
    """A first leg (its locked row) and the number of its second."""

    first: Row
    tracking_no: str


def seconds_of(first_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Under which number each of these first legs goes on, if it does."""
    rows = fetch(
        "SELECT before_id, tracking_no FROM delivery_consignment WHERE before_id = ANY(%s)", [list(first_ids)]
    )
    return {row["before_id"]: row["tracking_no"] for row in rows}


def forward(forwards: Sequence[Forward], *, now: datetime) -> dict[tuple[str, str], Row]:
    """Register those second legs that are new; returns them by carrier and number. Inside the inbox's transaction, which holds
    the registration lock alone. A first leg goes on once; a number that is another parcel's is left to its owner."""
    rows = fetch(
        """
        INSERT INTO delivery_consignment
            (id, owner_id, shop_id, carrier, tracking_no, state, not_before, registered_at, before_id)
        SELECT f.id, c.owner_id, c.shop_id, c.onward, f.number, 'labelled', c.not_before, %s, c.id
        FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS f (id, first, number)
        JOIN delivery_consignment c ON c.id = f.first ORDER BY f.id
        ON CONFLICT DO NOTHING
        RETURNING id, owner_id, shop_id, carrier, tracking_no, state, not_before, collected_at, delivered_at, onward,
            before_id
        """,
        [
            now,
            new_ids(len(forwards)),
            [one.first["id"] for one in forwards],
            [one.tracking_no for one in forwards],
        ],
    )
    ids = [row["id"] for row in rows]
    execute(
        "INSERT INTO delivery_consignment_item (id, consignment_id, item_id, quantity) "
        "SELECT gen_random_uuid(), c.id, i.item_id, i.quantity FROM delivery_consignment c "
        "JOIN delivery_consignment_item i ON i.consignment_id = c.before_id WHERE c.id = ANY(%s)",
        [ids],
    )
    read_again([(row["carrier"], row["tracking_no"], row["not_before"]) for row in rows])
    items = fetch(
        "SELECT consignment_id, item_id, quantity FROM delivery_consignment_item WHERE consignment_id = ANY(%s) "
        "ORDER BY item_id",
        [ids],
    )
    emit(
        [
            ConsignmentRegistered(
                row["id"], row["owner_id"], row["shop_id"],
                tuple((i["item_id"], i["quantity"]) for i in items if i["consignment_id"] == row["id"]), now, 2,
            )
            for row in rows
        ],
        at=now,
    )  # fmt: skip
    return {(row["carrier"], row["tracking_no"]): row for row in rows}
