"""Money of an order going back to its buyer. Every refund of an order passes here, whoever caused it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.books.settlement import api as settlement
from sanhao.books.wallet import api as wallet
from sanhao.kit.keeper import Row
from sanhao.kit.rows import fetch


class Part(msgspec.Struct, frozen=True):
    """Give *amount_minor* of an order back (None: all that is left), out of *debit* (None: the shop's escrow).

    *key* makes it happen once. *with_coupon* also returns the coupon share of an order that never happened.
    """

    key: str
    order_id: UUID
    cause_kind: str
    cause_id: UUID
    amount_minor: int | None = None
    debit: tuple[tuple[ledger.Ref, int], ...] | None = None
    decision_id: UUID | None = None
    with_coupon: bool = False


def refund(parts: Sequence[Part], *, now: datetime) -> dict[str, int]:
    """Refund *parts* (each of a different order) inside the caller's transaction; returns minor units by key.

    Never more than the order's total, however many causes come together: what is left is what is given.
    """
    by_order = {part.order_id: part for part in parts}
    if len(by_order) != len(parts):
        raise ValueError("one part per order")
    ids = sorted(by_order)
    rows = fetch(
        """
        WITH wanted AS (
            SELECT o.id, least(coalesce(w.amount, o.total_minor), o.total_minor - o.refunded_minor) AS amount
            FROM orders_order o JOIN unnest(%s::uuid[], %s::bigint[]) AS w (id, amount) ON w.id = o.id
            ORDER BY o.id FOR UPDATE OF o
        )
        UPDATE orders_order o SET refunded_minor = o.refunded_minor + w.amount FROM wanted w WHERE o.id = w.id
        RETURNING o.id, o.checkout_id, o.shop_id, o.currency, o.coupon_minor, o.freight_minor, w.amount,
            o.refunded_minor = o.total_minor AS whole
        """,
        [ids, [by_order[id].amount_minor for id in ids]],
    )
    drafts = []
    for row in rows:
        part = by_order[row["id"]]
        if not row["amount"]:
            continue
        debit = part.debit or ((ledger.Ref("escrow", str(row["shop_id"]), row["currency"]), row["amount"]),)
        if sum(amount for _, amount in debit) != row["amount"]:
            raise ValueError(f"{part.key}: less is left of the order than was charged for it")
        drafts.append(
            payments.RefundDraft(
                key=part.key,
                payment_subject_kind="checkout",
                payment_subject_id=row["checkout_id"],
                amount_minor=row["amount"],
                currency=row["currency"],
                debit=debit,
                cause_kind=part.cause_kind,
                cause_id=part.cause_id,
                decision_id=part.decision_id,
            )
        )
    shares = _shares([(by_order[row["id"]], row) for row in rows])
    _draw([(by_order[row["id"]], row) for row in rows], shares, now)
    payments.refund(drafts, now=now)
    _return_coupons(by_order, shares, now)
    return {by_order[row["id"]].key: row["amount"] for row in rows}


def _draw(parts: Sequence[tuple[Part, Row]], shares: Sequence[Row], now: datetime) -> None:
    """Before the escrow is debited: it holds what leaves it, whoever had its money already pays it back in. A shop's
    own discount was never in it."""
    coupons: dict[UUID, int] = defaultdict(int)
    for row in shares:
        if row["funder_kind"] != "shop":
            coupons[row["order_id"]] += row["minor"]
    settlement.draw(
        [
            settlement.Draw(
                key=part.key,
                order_id=part.order_id,
                amount_minor=amount,
                cause_kind=part.cause_kind,
                cause_id=part.cause_id,
                decision_id=part.decision_id,
                whole=row["whole"],
            )
            for part, row in parts
            if (amount := (0 if part.debit else row["amount"]) + coupons[part.order_id]) or row["whole"]
        ],
        now=now,
    )


class Held(msgspec.Struct, frozen=True):
    """An order locked for a refund, and what is left of it."""

    id: UUID
    checkout_id: UUID
    shop_id: UUID
    left_minor: int
    freight_minor: int
    total_minor: int


def hold(*, order_ids: Sequence[UUID] = (), checkout_ids: Sequence[UUID] = ()) -> list[Held]:
    """Lock these orders and all orders of these checkouts, in id order, without waiting for anybody.

    Orders of one checkout share its payment: where somebody else holds any of them, all of them are left out. So
    whoever holds an order by this waits for nobody when its refund locks the payment.
    """
    rows = fetch(
        """
        SELECT id, checkout_id, shop_id, total_minor - refunded_minor AS left_minor, freight_minor, total_minor
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


def _shares(parts: Sequence[tuple[Part, Row]]) -> list[Row]:
    """What each coupon paid of the orders that never happened."""
    undone = [part.order_id for part, row in parts if part.with_coupon and row["coupon_minor"]]
    if not undone:
        return []
    return fetch(
        """
        SELECT l.order_id, o.shop_id, o.currency, s.coupon_id, s.funder_kind, sum(s.amount_minor)::bigint AS minor
        FROM orders_share s JOIN orders_line l ON l.id = s.line_id JOIN orders_order o ON o.id = l.order_id
        WHERE l.order_id = ANY(%s) GROUP BY l.order_id, o.shop_id, o.currency, s.coupon_id, s.funder_kind
        ORDER BY l.order_id, s.coupon_id
        """,
        [undone],
    )


def _return_coupons(parts: Mapping[UUID, Part], shares: Sequence[Row], now: datetime) -> None:
    """What coupons paid of an order that never happened goes back to whoever bore it, and they to the wallet."""
    if shares:
        wallet.give_back(
            [
                wallet.ShareBack(
                    key=parts[row["order_id"]].key,
                    coupon_id=row["coupon_id"],
                    amount_minor=row["minor"],
                    debit=None
                    if row["funder_kind"] == "shop"
                    else ledger.Ref("escrow", str(row["shop_id"]), row["currency"]),
                    cause_id=row["order_id"],
                )
                for row in shares
            ],
            now=now,
        )
