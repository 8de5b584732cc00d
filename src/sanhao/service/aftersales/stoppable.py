"""Which parcels of an order may be called back now, and what a buyer should know before asking for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.service.aftersales.paths import intercept
from sanhao.service.aftersales.queries.orders import units_in_cases
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders


class Stoppable(msgspec.Struct, frozen=True):
    """A parcel that may be called back: its courier answers within *answer_hours*, turns round within *back_hours*."""

    parcel_id: UUID
    units: tuple[tuple[UUID, int], ...]
    answer_hours: int
    back_hours: int


def stoppable(
    order: orders.OrderView, parcels: Sequence[delivery.ConsignmentView], *, now: datetime
) -> list[Stoppable]:
    """Only parcels of whose units none is back or in a case already. Two queries, none for an order that does not travel."""
    able = delivery.may_be_stopped(parcels) if order.state in ("paid", "shipped") else []
    if not able:
        return []
    try:
        rule = rulebook.in_force(intercept.RULE, at=now)
    except LookupError:
        return []
    terms, taken = msgspec.convert(rule.terms, intercept.Terms), units_in_cases(order.id)
    free = {line.id: line.quantity - line.refunded_units - taken.get(line.id, 0) for line in order.lines}
    return [
        Stoppable(parcel.id, parcel.items, terms.answer_hours, terms.back_hours)
        for parcel in able
        if all(free.get(line_id, 0) >= count for line_id, count in parcel.items)
    ]


def may_stop(order_id: UUID, units: Sequence[tuple[UUID, int]]) -> bool:
    """Whether one parcel of the order holds just these units and may be called back now."""
    parcels = delivery.consignments_of([order_id])[order_id]
    return bool(
        delivery.may_be_stopped([parcel for parcel in parcels if sorted(parcel.items) == sorted(units)])
    )
