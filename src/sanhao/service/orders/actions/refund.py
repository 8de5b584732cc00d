"""Money of an order going back to its buyer, and to those who paid for its discounts. Every refund passes here.

The order's row, under lock, is the one place that knows how much may still go back; its lines know it for their goods,
its frozen shares for their funders. Constraints refuse what would exceed any of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.settlement import api as settlement
from sanhao.goods.catalog import api as catalog
from sanhao.kit import events
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.orders.actions import shares, unshipped
from sanhao.service.orders.events import UnitsBack


class LineBack(msgspec.Struct, frozen=True):
    """What of a line goes back: *units* for good, *goods_minor* in cash; *kept_minor* of it stays with the shop.

    *unshipped* of the units were not handed over and never will be: they are on the shelf again. *called_back*: so many
    turned round on their way and count as never shipped. *restock*: so many of what came back are on the shelf again,
    because the shop says so.
    """

    line_id: UUID
    units: int = 0
    goods_minor: int = 0
    kept_minor: int = 0
    unshipped: int = 0
    restock: int = 0
    called_back: int = 0


class ShareBack(msgspec.Struct, frozen=True):
    """*minor* of a frozen share goes back to who paid it. *id* is the share's."""

    id: UUID
    minor: int


class Part(msgspec.Struct, frozen=True):
    """What of an order goes back. *key* makes it happen once.

    - With *lines* or *shares*: exactly these, and *freight_minor*, as the pure core found them under the order's lock.
    - With *amount_minor* alone (*freight_minor* of it freight): so much, or what is left.
    - With neither: all that is left of an order that will not happen, and every funder's share.

    *had_minor* of what *lines* and *freight_minor* come to was refunded before, ahead of the goods, as an amount: it is
    written down where it belongs now, and not paid again.
    """

    key: str
    order_id: UUID
    cause_kind: str
    cause_id: UUID
    amount_minor: int | None = None
    lines: tuple[LineBack, ...] = ()
    freight_minor: int = 0
    shares: tuple[ShareBack, ...] = ()
    decision_id: UUID | None = None
    had_minor: int = 0

    @property
    def exact(self) -> bool:
        return bool(self.lines or self.shares)

    @property
    def whole(self) -> bool:
        return self.amount_minor is None and not self.exact

    @property
    def wanted_minor(self) -> int:
        if self.exact:
            return sum(line.goods_minor for line in self.lines) + self.freight_minor - self.had_minor
        return self.amount_minor or 0


def refund(parts: Sequence[Part], *, now: datetime) -> dict[str, int]:
    """Refund *parts* (each of a different order) inside the caller's transaction; returns minor units by key, none
    for a key that was served before.

    Never more than the order's total, however many causes come together: what is left is what is given. A part that
    names lines is given as it stands or not at all: raises Refusal ``refund.moved_on`` where something else was given
    back in between.
    """
    by_order = {part.order_id: part for part in parts}
    if len(by_order) != len(parts):
        raise ValueError("one part per order")
    if not parts:
        return {}
    fetch("SELECT id FROM orders_order WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(by_order)])
    served = payments.asked_for([part.key for part in parts])
    by_order = {id: part for id, part in by_order.items() if part.key not in served}
    return dict.fromkeys(served, 0) | _refund(by_order, now)


def _refund(by_order: Mapping[UUID, Part], now: datetime) -> dict[str, int]:
    parts = list(by_order.values())
    if not parts:
        return {}
    orders = _orders(by_order)
    complete = _lines(by_order, now) | {part.order_id for part in parts if part.whole}
    gone = sorted(part.order_id for part in parts if part.whole or any(line.units for line in part.lines))
    events.emit([UnitsBack(tuple(gone))] if gone else [], at=now)
    back = shares.take(
        [(share.id, share.minor) for part in parts for share in part.shares],
        whole=[id for id, row in orders.items() if row["coupon_minor"] and by_order[id].whole],
        complete=[id for id in sorted(complete) if orders[id]["coupon_minor"]],
    )
    given = [(by_order[id], row, back.get(id, shares.NOTHING)) for id, row in orders.items()]
    settlement.draw(
        [_draw(part, row, of_order, part.order_id in complete) for part, row, of_order in given], now=now
    )
    payments.refund([_draft(part, row) for part, row, _ in given if row["amount"]], now=now)
    shares.give(
        [
            shares.Given(part.key, part.order_id, row["checkout_id"], row["shop_id"], row["currency"],
                         part.decision_id, of_order)
            for part, row, of_order in given
        ],
        now=now,
    )  # fmt: skip
    return {part.key: row["amount"] for part, row, _ in given}


def _orders(by_order: Mapping[UUID, Part]) -> dict[UUID, Row]:
    """Write down what goes back of each order; *amount* and *freight* are what it comes to."""
    ids = sorted(by_order)
    parts = [by_order[id] for id in ids]
    rows = fetch(
        """
        WITH asked AS (
            SELECT o.id, o.total_minor - o.refunded_minor - o.kept_minor AS left_minor,
                o.freight_minor - o.freight_refunded_minor AS freight_left, w.amount, w.freight, w.whole, w.kept, w.had
            FROM orders_order o
            JOIN unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bool[], %s::bigint[], %s::bigint[])
                AS w (id, amount, freight, whole, kept, had) ON w.id = o.id
        ), given AS (
            SELECT id, left_minor, kept, CASE WHEN whole THEN left_minor ELSE least(amount, left_minor) END AS amount,
                CASE WHEN whole THEN freight_left ELSE least(freight, freight_left, amount + had) END AS freight
            FROM asked
        )
        UPDATE orders_order o SET refunded_minor = o.refunded_minor + g.amount,
            freight_refunded_minor = o.freight_refunded_minor + g.freight, kept_minor = o.kept_minor + least(g.kept, g.left_minor - g.amount)
        FROM given g WHERE o.id = g.id
        RETURNING o.id, o.checkout_id, o.shop_id, o.currency, o.coupon_minor, g.amount, g.freight, g.left_minor
        """,
        [
            ids,
            [part.wanted_minor for part in parts],
            [part.freight_minor for part in parts],
            [part.whole for part in parts],
            [sum(line.kept_minor for line in part.lines) for part in parts],
            [part.had_minor for part in parts],
        ],
    )
    for row in rows:
        part = by_order[row["id"]]
        kept = sum(line.kept_minor for line in part.lines)
        if part.exact and (
            part.wanted_minor + kept > row["left_minor"] or row["freight"] < part.freight_minor
        ):
            raise _moved_on()
    return {row["id"]: row for row in rows}


def _lines(by_order: Mapping[UUID, Part], now: datetime) -> set[UUID]:
    """Write down what goes back of lines; returns the orders whose every unit is back now by what lines were named."""
    whole = [id for id, part in by_order.items() if part.whole]
    if whole:
        fetch(
            """
            UPDATE orders_line SET refunded_units = quantity, refunded_minor = goods_minor - coupon_minor - kept_minor,
                cancelled_units = quantity - shipped_quantity
            WHERE order_id = ANY(%s) RETURNING id
            """,
            [whole],
        )
    lines = [(id, line) for id, part in by_order.items() for line in part.lines]
    if not lines:
        return set()
    rows = fetch(
        """
        UPDATE orders_line l SET refunded_units = l.refunded_units + b.units,
            refunded_minor = l.refunded_minor + b.goods, kept_minor = l.kept_minor + b.kept,
            cancelled_units = l.cancelled_units + b.unshipped + b.called_back,
            shipped_quantity = l.shipped_quantity - b.called_back
        FROM unnest(%s::uuid[], %s::uuid[], %s::int[], %s::bigint[], %s::bigint[], %s::int[], %s::int[])
            AS b (id, order_id, units, goods, kept, unshipped, called_back)
        WHERE l.id = b.id AND l.order_id = b.order_id AND l.refunded_units + b.units <= l.quantity
          AND l.refunded_minor + b.goods + l.kept_minor + b.kept <= l.goods_minor - l.coupon_minor
          AND l.shipped_quantity + l.cancelled_units + b.unshipped <= l.quantity AND b.unshipped + b.called_back <= b.units
          AND l.delivered_quantity + b.called_back <= l.shipped_quantity
        RETURNING l.id, l.order_id, l.offer_id, l.goods_minor - l.coupon_minor AS paid_minor,
            l.cancelled_units = l.quantity AS gone
        """,
        [
            [line.line_id for _, line in lines], [id for id, _ in lines], [line.units for _, line in lines],
            [line.goods_minor for _, line in lines], [line.kept_minor for _, line in lines],
            [line.unshipped for _, line in lines], [line.called_back for _, line in lines],
        ],
    )  # fmt: skip
    if len(rows) < len(lines):
        raise _moved_on()
    offers = {row["id"]: row["offer_id"] for row in rows}
    shelf = [
        (id, offers[line.line_id], units) for id, line in lines if (units := line.unshipped + line.restock)
    ]
    if shelf:
        catalog.put_back(shelf, now=now)
    fewer = {line.line_id for _, line in lines if line.unshipped}
    unshipped.tell([row for row in rows if row["id"] in fewer], now=now)
    return unshipped.follow(sorted({id for id, line in lines if line.units}), now=now)


def _draw(part: Part, row: Row, back: shares.Back, complete: bool) -> settlement.Draw:
    """Before the escrow is debited: it holds what leaves it, whoever had its money already pays it back in."""
    return settlement.Draw(
        key=part.key,
        order_id=part.order_id,
        amount_minor=row["amount"] + back.from_escrow,
        cause_kind=part.cause_kind,
        cause_id=part.cause_id,
        decision_id=part.decision_id,
        freight_minor=0 if part.had_minor else row["freight"],
        whole=complete,
    )


def _draft(part: Part, row: Row) -> payments.RefundDraft:
    return payments.RefundDraft(
        key=part.key,
        payment_subject_kind="checkout",
        payment_subject_id=row["checkout_id"],
        amount_minor=row["amount"],
        currency=row["currency"],
        debit=ledger.Ref("escrow", str(row["shop_id"]), row["currency"]),
        cause_kind=part.cause_kind,
        cause_id=part.cause_id,
        decision_id=part.decision_id,
    )


class Held(msgspec.Struct, frozen=True):
    """An order locked for a refund, and what is left of it."""

    id: UUID
    checkout_id: UUID
    shop_id: UUID
    left_minor: int
    freight_minor: int
    freight_left_minor: int
    total_minor: int


def hold(*, order_ids: Sequence[UUID] = (), checkout_ids: Sequence[UUID] = ()) -> list[Held]:
    """Lock these orders and all orders of these checkouts, in id order, without waiting for anybody.

    Orders of one checkout share its payment: where somebody else holds any of them, all of them are left out. So
    whoever holds an order by this waits for nobody when its refund locks the payment.
    """
    rows = fetch(
        """
        SELECT id, checkout_id, shop_id, total_minor - refunded_minor - kept_minor AS left_minor, freight_minor,
            freight_minor - freight_refunded_minor AS freight_left_minor, total_minor
        FROM orders_order
        WHERE checkout_id = ANY(%(checkouts)s)
           OR checkout_id IN (SELECT checkout_id FROM orders_order WHERE id = ANY(%(orders)s))
        ORDER BY id FOR UPDATE SKIP LOCKED
        """,
        {"orders": list(order_ids), "checkouts": list(checkout_ids)},
    )
    everyone = fetch(
        "SELECT id, checkout_id FROM orders_order WHERE checkout_id = ANY(%s)",
        [list({row["checkout_id"] for row in rows})],
    )
    locked = {row["id"] for row in rows}
    busy = {row["checkout_id"] for row in everyone if row["id"] not in locked}
    asked, whole = set(order_ids), set(checkout_ids)
    return [
        Held(**row)
        for row in rows
        if row["checkout_id"] not in busy and (row["id"] in asked or row["checkout_id"] in whole)
    ]


def _moved_on() -> Refusal:
    return Refusal("refund.moved_on", zh="这笔订单刚刚有了别的退款，请刷新后再看。",
                   en="Something else of this order has just been given back. Reload the page and look again.")  # fmt: skip
