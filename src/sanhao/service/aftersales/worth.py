"""What a request would give back, to the cent, before it is sent: the core of refund money, asked what if."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.service.aftersales import core
from sanhao.service.aftersales.reasons import Fault


def of(
    order: core.OrderMoney,
    units: Mapping[UUID, int],
    open_units: Mapping[UUID, int],
    *,
    terms: core.RefundTerms,
    fault: Fault,
    currency: str,
) -> Money:
    """*open_units* are in cases that still run: they are taken to have gone back, so that two requests about one line
    are never worth more than the line. Raises the core's Invalid."""
    if open_units:
        before = core.refund(order, _asks(open_units), terms, "buyer")
        order = core.after(order, before)
    return Money(core.refund(order, _asks(units), terms, fault).cash_minor, currency)


class Left(msgspec.Struct, frozen=True):
    """What of the price, and of the freight, of some units may still go back."""

    goods: Money
    freight: Money


def left(
    order: core.OrderMoney,
    unit: tuple[UUID, int],
    *,
    terms: core.RefundTerms,
    fault: Fault,
    currency: str,
    open_units: Mapping[UUID, int] | None = None,
    given_minor: int = 0,
) -> Left:
    """The most that a guarantee can give back for units of one line, for which *given_minor* went back before: nobody's
    return by law is charged for. Raises the core's Invalid for units there are not."""
    if open_units:
        order = core.after(order, core.refund(order, _asks(open_units), terms, "buyer"))
    ask = core.Ask(*unit, given_minor=given_minor)
    back = core.refund(order, [ask], terms, fault, statutory=True)
    return Left(Money(back.lines[0].goods_minor, currency), Money(back.freight_minor, currency))


def _asks(units: Mapping[UUID, int]) -> list[core.Ask]:
    return [core.Ask(line_id, count) for line_id, count in units.items()]
