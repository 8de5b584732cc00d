"""Refund money: pure. What goes back to the buyer and to the funders of a discount, to the cent, in any order.

1. Every unit of a line has a price of its own: `unit_shares` lays what each funder and the buyer paid for the line over
   its units so that each unit adds up to its price and each payer to what they paid. Nothing is computed again from
   quantities that are left, so partial refunds in any order sum to what was paid, never a cent more.
2. A whole unit gives back what the buyer paid for it, and to each funder what they put in. A part of it (a third was
   bruised, the goods stay) gives back that part, and the same part to the funders: nobody keeps a discount on what
   was not worth it.
3. Freight goes back as the market says: never; with the last unit, if nothing was shipped; with a whole order
   withdrawn, the standard way (the surcharge for an express the buyer chose stays); or by units. Where the buyer is
   not at fault, always by units, the surcharge too.
4. A restocking fee and what is missing of what came back (a gift) stay with the shop. The fee is never taken when the
   buyer is not at fault, nor in a statutory withdrawal.
5. Who falls under a threshold by giving something back is not billed again.
6. The last refund is what was paid less what went back and what was kept, never what rounding makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

import msgspec

from sanhao.kit.refusals import Invalid

Fault = Literal["shop", "buyer", "carrier", "platform"]
FunderKind = Literal["shop", "host", "platform", "compensation"]
FreightBack = Literal["never", "unshipped_last", "whole_order", "share"]

RULE = "refund.money"
"""The rule that says what goes back beside the goods, market by market."""


class RefundTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What goes back beside the goods, in one market. *threshold*: what falls under one is never billed again."""

    freight: FreightBack = "unshipped_last"
    threshold: Literal["keep"] = "keep"
    restock_bp: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 0
    """Basis points of what goes back for returned goods that the shop keeps; zero where the buyer is not at fault."""


class MoneyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Terms of `RULE`: for every country of its own kind, and for all others."""

    default: RefundTerms = RefundTerms()
    by_country: Mapping[str, RefundTerms] = {}

    def of(self, country: str) -> RefundTerms:
        return self.by_country.get(country, self.default)


class Share(msgspec.Struct, frozen=True):
    """What one funder's coupon paid of a line, and how much of it went back. *id* names the frozen row."""

    id: UUID
    funder_kind: FunderKind
    funder_id: str
    coupon_id: UUID
    amount_minor: int
    returned_minor: int = 0


class LineMoney(msgspec.Struct, frozen=True):
    """The money of a line as it was paid, and what has become of it. *kept*: fees and deductions of earlier returns."""

    line_id: UUID
    quantity: int
    goods_minor: int
    shares: tuple[Share, ...] = ()
    freight_minor: int = 0
    refunded_units: int = 0
    refunded_minor: int = 0
    kept_minor: int = 0

    @property
    def paid_minor(self) -> int:
        """What the buyer paid for the goods."""
        return self.goods_minor - sum(share.amount_minor for share in self.shares)

    @property
    def left_minor(self) -> int:
        return self.paid_minor - self.refunded_minor - self.kept_minor

    @property
    def left_units(self) -> int:
        return self.quantity - self.refunded_units


class OrderMoney(msgspec.Struct, frozen=True):
    """The money of an order. *refunded_minor* is all that went back, also what no line or freight accounts for.

    *surcharge_minor* is the part of the freight beyond the standard way of sending, which the buyer chose.
    """

    lines: tuple[LineMoney, ...]
    total_minor: int
    refunded_minor: int
    freight_minor: int
    freight_refunded_minor: int
    shipped: bool
    surcharge_minor: int = 0

    @property
    def left_minor(self) -> int:
        """What may still go back. A bank that takes money by itself takes what the shop kept, too: never below zero."""
        return max(self.total_minor - self.refunded_minor - sum(line.kept_minor for line in self.lines), 0)


class Ask(msgspec.Struct, frozen=True):
    """What of a line is asked back: *units* of it whole, or *goods_minor* for units that stay with the buyer.

    *deduct_minor*: what is missing of what came back, as an amount. *given_minor*: what went back earlier for these
    very units. *freight_minor*: so much of the freight, instead of what the market says.
    """

    line_id: UUID
    units: int
    goods_minor: int | None = None
    deduct_minor: int = 0
    given_minor: int = 0
    freight_minor: int | None = None


class ShareBack(msgspec.Struct, frozen=True):
    """What goes back to a funder out of one frozen share."""

    id: UUID
    funder_kind: FunderKind
    funder_id: str
    coupon_id: UUID
    minor: int


class LineBack(msgspec.Struct, frozen=True):
    """*units* are back for good; *goods_minor* goes to the buyer, *kept_minor* stays with the shop."""

    line_id: UUID
    units: int
    goods_minor: int
    shares: tuple[ShareBack, ...] = ()
    kept_minor: int = 0


class Back(msgspec.Struct, frozen=True):
    """All that goes back. *cash_minor* is the goods of *lines* and the freight. *whole*: nothing of the order is left
    with the buyer; only then a coupon that was used returns."""

    cash_minor: int
    lines: tuple[LineBack, ...]
    freight_minor: int
    restock_fee_minor: int
    whole: bool
    coupon_returns: bool


class _Taken(NamedTuple):
    """What one ask comes to before the order's own limit."""

    line: LineBack
    freight: int
    fee: int


def unit_share(amount: int, quantity: int, first: int, count: int) -> int:
    """Of *amount*, frozen for *quantity* units, what falls to the *count* units from number *first* (0-based) on.

    By prefix sums: whatever order units come back in, all of them together are *amount* to the cent, and units that
    went before are never asked about again. Raises ValueError for units there are not.
    """
    if not 0 <= first <= first + count <= quantity:
        raise ValueError(f"units {first} to {first + count} of {quantity}")
    return amount * (first + count) // quantity - amount * first // quantity


def unit_shares(amounts: Sequence[int], quantity: int, first: int, count: int) -> list[int]:
    """What units [first, first + count) have of each of *amounts*, which together are a price times *quantity*.

    The cents that do not divide are dealt out unit after unit, one payer after the other, round and round: so that
    every unit adds up to the price, every payer to their amount, and no unit has less than nothing from anybody.
    """
    shares, dealt = [], 0
    for amount in amounts:
        each, rest = divmod(amount, quantity)
        end = dealt + rest
        extra = _overlap(first, first + count, dealt, min(end, quantity))
        extra += _overlap(first, first + count, 0, end - quantity)
        shares.append(each * count + extra)
        dealt = end % quantity
    return shares


def _overlap(a: int, b: int, c: int, d: int) -> int:
    return max(min(b, d) - max(a, c), 0)


def worth(line: LineMoney, units: int) -> int:
    """What the buyer may have back for the next *units* of *line*, as goods: the most an `Ask` may name."""
    if not 1 <= units <= line.left_units:
        raise _wrong_units()
    return min(_of_units(line, units)[0], line.left_minor)


def _of_units(line: LineMoney, units: int) -> list[int]:
    """What the buyer, then each share, paid for the next *units*."""
    amounts = [line.paid_minor, *(share.amount_minor for share in line.shares)]
    return unit_shares(amounts, line.quantity, line.refunded_units, units)


def refund(
    money: OrderMoney, asks: Sequence[Ask], terms: RefundTerms, fault: Fault, *, statutory: bool = False
) -> Back:
    """What goes back for *asks*, at most one of each line. *statutory*: a withdrawal by law, which nothing is kept of
    but what is missing.

    Raises Invalid ``refund.nothing``, ``refund.line``, ``refund.units`` (also for a unit that is back already),
    ``refund.amount`` (more than these units cost, or than is left).
    """
    lines = {line.line_id: line for line in money.lines}
    _check(lines, asks)
    fee_bp = terms.restock_bp if fault == "buyer" and not statutory else 0
    taken = [_take(lines[ask.line_id], ask, fee_bp) for ask in asks]
    back = {t.line.line_id: t.line.units for t in taken}
    whole = all(line.refunded_units + back.get(line.line_id, 0) == line.quantity for line in money.lines)
    named = [ask.freight_minor for ask in asks if ask.freight_minor is not None]
    if named:
        freight = min(sum(named), money.freight_minor - money.freight_refunded_minor)
    else:
        freight = _freight(money, terms.freight if fault == "buyer" else "share", fault, taken, whole)
    return _within(money, taken, freight, whole)


def _check(lines: Mapping[UUID, LineMoney], asks: Sequence[Ask]) -> None:
    if not asks:
        raise Invalid("refund.nothing", zh="请先选择要退的商品。", en="Choose what is to go back.")
    if len({ask.line_id for ask in asks}) < len(asks) or any(ask.line_id not in lines for ask in asks):
        raise Invalid("refund.line", zh="订单里没有这件商品。", en="The order has no such line.")
    for ask in asks:
        most = worth(lines[ask.line_id], ask.units)
        if min(ask.deduct_minor, ask.given_minor) < 0 or not 0 <= (ask.goods_minor or 0) <= most:
            raise Invalid("refund.amount", zh="退款金额超过了这些商品还能退的金额。",
                          en="That is more than can go back for these goods.")  # fmt: skip


def _take(line: LineMoney, ask: Ask, fee_bp: int) -> _Taken:
    cash, *shares = _of_units(line, ask.units)
    freight = unit_share(line.freight_minor, line.quantity, line.refunded_units, ask.units)
    if ask.goods_minor is not None:
        part = ask.goods_minor
        given = tuple(
            _share(share, of_units * part // cash if cash else 0)
            for share, of_units in zip(line.shares, shares, strict=True)
        )
        return _Taken(_line(line, 0, part, given), freight * part // cash if cash else 0, 0)
    last, had = ask.units == line.left_units, min(ask.given_minor, cash)
    given = tuple(
        _share(share, share.amount_minor if last else of_units - (of_units * had // cash if cash else 0))
        for share, of_units in zip(line.shares, shares, strict=True)
    )
    due = min(max(cash - ask.given_minor, 0), line.left_minor)
    fee = due * fee_bp // 10_000
    kept = min(fee + ask.deduct_minor, due)
    return _Taken(_line(line, ask.units, due - kept, given, kept), freight, fee)


def _share(share: Share, minor: int) -> ShareBack:
    left = share.amount_minor - share.returned_minor
    return ShareBack(share.id, share.funder_kind, share.funder_id, share.coupon_id, min(minor, left))


def _line(line: LineMoney, units: int, goods: int, shares: tuple[ShareBack, ...], kept: int = 0) -> LineBack:
    return LineBack(line.line_id, units, goods, tuple(share for share in shares if share.minor), kept)


def _freight(
    money: OrderMoney, policy: FreightBack, fault: Fault, taken: Sequence[_Taken], whole: bool
) -> int:
    left = money.freight_minor - money.freight_refunded_minor
    match policy:
        case "unshipped_last":
            return left if whole and not money.shipped else 0
        case "whole_order":
            return max(left - money.surcharge_minor, 0) if whole else 0
        case "share":
            surcharge = money.surcharge_minor if fault == "buyer" else 0
            return min(left if whole else sum(t.freight for t in taken), max(left - surcharge, 0))
    return 0


def _within(money: OrderMoney, taken: Sequence[_Taken], freight: int, whole: bool) -> Back:
    """Never more than is left of the order: what went back without being for a line or for freight (a promise that was
    broken) is set against the freight, then against the last lines."""
    left = money.left_minor
    lines = []
    for t in taken:
        kept = min(t.line.kept_minor, left)
        goods = min(t.line.goods_minor, left - kept)
        left -= kept + goods
        lines.append(msgspec.structs.replace(t.line, goods_minor=goods, kept_minor=kept))
    freight = min(freight, left)
    return Back(
        cash_minor=sum(line.goods_minor for line in lines) + freight,
        lines=tuple(lines),
        freight_minor=freight,
        restock_fee_minor=sum(t.fee for t in taken),
        whole=whole,
        coupon_returns=whole and any(line.shares for line in money.lines),
    )


def keep(back: Back, minor: int) -> Back:
    """*back* with *minor* of its goods kept, from the first line on: never more than goes back for them."""
    lines = []
    for line in back.lines:
        kept = min(minor, line.goods_minor)
        minor -= kept
        lines.append(
            msgspec.structs.replace(
                line, goods_minor=line.goods_minor - kept, kept_minor=line.kept_minor + kept
            )
        )
    cash = sum(line.goods_minor for line in lines) + back.freight_minor
    return msgspec.structs.replace(back, lines=tuple(lines), cash_minor=cash)


def after(money: OrderMoney, back: Back) -> OrderMoney:
    """The order's money once *back* went back: what the next refund is asked of."""
    lines = {line.line_id: line for line in back.lines}
    return msgspec.structs.replace(
        money,
        lines=tuple(
            _after(line, lines[line.line_id]) if line.line_id in lines else line for line in money.lines
        ),
        refunded_minor=money.refunded_minor + back.cash_minor,
        freight_refunded_minor=money.freight_refunded_minor + back.freight_minor,
    )


def _after(line: LineMoney, back: LineBack) -> LineMoney:
    returned = {share.id: share.minor for share in back.shares}
    return msgspec.structs.replace(
        line,
        shares=tuple(
            msgspec.structs.replace(s, returned_minor=s.returned_minor + returned.get(s.id, 0))
            for s in line.shares
        ),
        refunded_units=line.refunded_units + back.units,
        refunded_minor=line.refunded_minor + back.goods_minor,
        kept_minor=line.kept_minor + back.kept_minor,
    )


def _wrong_units() -> Invalid:
    return Invalid(
        "refund.units",
        zh="这些商品已经退过，或数量不对。",
        en="These goods are back already, or there are not so many.",
    )
