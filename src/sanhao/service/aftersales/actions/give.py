"""Money of a case going back: out of the shop's escrow, or first from whoever bears it into that escrow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.goods.catalog import api as catalog
from sanhao.kit.rows import execute, fetch
from sanhao.service.orders import api as orders

if TYPE_CHECKING:
    from sanhao.service.aftersales.actions.moves import Going

CAUSE = "case"


def refund(items: Sequence[Going], *, now: datetime) -> None:
    """Give each case's money back and note how much it was: never more than is left of its order."""
    if not items:
        return
    whole = _cancel([item for item in items if item.row["phase"] == "unshipped"], now)
    for round_ in _rounds([item for item in items if item.row["id"] not in whole]):
        _pay(round_, now)
    execute(
        "UPDATE aftersales_case c SET refunded_minor = w.amount "
        "FROM unnest(%s::uuid[], %s::bigint[]) AS w (id, amount) WHERE c.id = w.id",
        [[item.row["id"] for item in items], [item.refunded_minor for item in items]],
    )


def _cancel(items: Sequence[Going], now: datetime) -> set[UUID]:
    """A whole order that no carrier has yet is simply ended: goods back on the shelf, coupons back in the wallet."""
    views = orders.orders([item.row["order_id"] for item in items]) if items else {}
    units = units_of([item.row["id"] for item in items])
    ending = {}
    for item in items:
        view = views[item.row["order_id"]]
        if units[item.row["id"]] == {line.id: line.quantity for line in view.lines} and item.bearer == "shop":
            ending[view.id] = (item, (view.total - view.refunded).minor)
    cancelled = orders.cancel(list(ending), who="buyer", note="case", now=now) if ending else []
    for order_id in cancelled:
        item, left = ending[order_id]
        item.refunded_minor = left
    return {ending[order_id][0].row["id"] for order_id in cancelled}


def _rounds(items: Sequence[Going]) -> list[list[Going]]:
    """Two cases of one order in one batch: one after the other."""
    rounds: list[list[Going]] = []
    seen: dict[UUID, int] = defaultdict(int)
    for item in items:
        index = seen[item.row["order_id"]]
        seen[item.row["order_id"]] += 1
        if index == len(rounds):
            rounds.append([])
        rounds[index].append(item)
    return rounds


def _pay(items: Sequence[Going], now: datetime) -> None:
    views = orders.orders([item.row["order_id"] for item in items])
    covers, parts = [], []
    for item in items:
        row = item.row
        view = views[row["order_id"]]
        wanted = row["back_minor"] if item.amount_minor is None else item.amount_minor
        amount = min(wanted, (view.total - view.refunded).minor)
        item.refunded_minor = amount
        if not amount:
            continue
        if item.bearer == "platform":
            covers.append(_goodwill(item, amount))
        parts.append(
            orders.Part(
                key=f"case:{row['id']}",
                order_id=row["order_id"],
                cause_kind=CAUSE,
                cause_id=row["id"],
                amount_minor=amount,
                decision_id=item.decision_id,
            )
        )
    settlement.cover(covers, now=now)
    orders.refund(parts, now=now)


def _goodwill(item: Going, amount: int) -> settlement.Cover:
    """The platform pays into the order's escrow, so that the refund out of it costs the shop nothing."""
    row = item.row
    return settlement.Cover(
        key=f"case:{row['id']}:goodwill",
        kind="case.goodwill",
        order_id=row["order_id"],
        amount_minor=amount,
        payer=("goodwill", ledger.PLATFORM, row["currency"]),
        cause_kind=CAUSE,
        cause_id=row["id"],
        decision_id=item.decision_id,
    )


def free_replacements(items: Sequence[Going], *, now: datetime) -> None:
    """What was kept aside for an exchange that comes to nothing goes back on the shelf."""
    over = ("refunded", "closed", "withdrawn", "lapsed")
    gone = [
        item.row["id"]
        for item in items
        if item.row["kind"] == "exchange" and (item.to in over or item.note == "not_replaced")
    ]
    if gone:
        catalog.release(gone, now=now)


def units_of(case_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, int]]:
    """How many units of which line each case is about."""
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for row in fetch(
        "SELECT case_id, line_id, units FROM aftersales_case_unit WHERE case_id = ANY(%s) ORDER BY id",
        [list(case_ids)],
    ):
        found[row["case_id"]][row["line_id"]] = row["units"]
    return found
