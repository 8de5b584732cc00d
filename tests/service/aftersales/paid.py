"""Paid orders with coupons of every funder, refunds of them, and what the books must say after each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.kit.ids import new_id
from sanhao.kit.rows import fetch
from sanhao.service.aftersales import money
from sanhao.service.aftersales.core import Ask, Back
from sanhao.service.orders import api as orders
from tests.service import stage
from tests.service.orders.stage import coupon
from tests.service.orders.test_discounts import issued

HOST = UUID(int=77)


def paid_with(at: stage.Stage, quantities: tuple[int, ...], shares: dict[str, int], *, now: datetime) -> UUID:
    """One paid order with coupons of those named, each worth so much; a host's are prepaid."""
    coupons = [
        coupon(at.buyer_id, minor)
        if kind == "compensation"
        else issued(
            at.buyer_id,
            kind,
            minor,
            now=now,
            **{"shop": {"shop": at.shop_id}, "host": {"host": HOST}}.get(kind, {}),
        )
        for kind, minor in shares.items()
    ]
    return stage.paid(at, quantities, now=now, coupon_ids=coupons)


def asked(order_id: UUID, asks: Sequence[Ask], **more: Any) -> money.Asked:
    cause = new_id()
    return money.Asked(
        key=more.pop("key", f"case:{cause}"),
        order_id=order_id,
        asks=tuple(asks),
        fault=more.pop("fault", "shop"),
        cause_kind="case",
        cause_id=cause,
        **more,
    )


def give_back(order_id: UUID, *asks: Ask, now: datetime, **more: Any) -> Back:
    one = asked(order_id, asks, **more)
    with transaction.atomic():
        return money.give_back([one], now=now)[one.key]


def lines_of(order_id: UUID) -> list[orders.LineView]:
    return list(orders.order(order_id).lines)


def minor(code: str, holder: str = "platform") -> int:
    """What an account says, as a bookkeeper writes it: debit positive."""
    return ledger.balance(ledger.Ref(code, holder, "CNY")).minor


def gone_back(order_id: UUID) -> int:
    """What the payments' own rows say."""
    [row] = fetch(
        "SELECT coalesce(sum(r.amount_minor), 0)::bigint AS minor FROM payments_refund r "
        "JOIN payments_payment p ON p.id = r.payment_id JOIN orders_order o ON o.checkout_id = p.subject_id "
        "WHERE o.id = %s",
        [order_id],
    )
    return int(row["minor"])


def sound() -> None:
    """Every entry adds up, settlements are the escrow, parked compensation waits where it should, coupons are owed."""
    stage.sound()
    assert settlement.mismatches() == {}
    [row] = fetch("SELECT coalesce(sum(parked_minor), 0)::bigint AS minor FROM orders_share")
    assert -minor("escrow", "coupons") == row["minor"]
