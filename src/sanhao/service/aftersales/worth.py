"""What a request would give back, to the cent, before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sanhao.kit.money import Money
from sanhao.service.aftersales.reasons import Fault, Phase
from sanhao.service.orders import api as orders


def of(
    order: orders.OrderView,
    units: Mapping[UUID, int],
    taken: Mapping[UUID, int],
    *,
    phase: Phase,
    fault: Fault,
) -> Money:
    """Goods as they were paid, unit by unit; the freight with the last unit of what was never sent, and its share where
    the shop is at fault. *taken*: units of other cases. Never more than is left of the order."""
    back = 0
    for line in order.lines:
        count, first = units.get(line.id, 0), taken.get(line.id, 0)
        back += _share((line.goods - line.coupon).minor, line.quantity, first, count)
        if fault != "buyer":
            back += _share(line.freight.minor, line.quantity, first, count)
    everything = all(units.get(line.id, 0) + taken.get(line.id, 0) == line.quantity for line in order.lines)
    if phase == "unshipped" and everything and fault == "buyer":
        back += order.freight.minor
    return Money(min(back, (order.total - order.refunded).minor), order.total.currency)


def _share(amount: int, quantity: int, first: int, count: int) -> int:
    return amount * (first + count) // quantity - amount * first // quantity
