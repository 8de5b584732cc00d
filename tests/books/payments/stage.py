"""A payment on its way, and what listeners hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.books.ledger.api import EntryDraft, Ref, post
from sanhao.books.payments.api import PaymentView, RefundDraft, Signed, begin, heard, sandbox_pay
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch

GATEWAY = Ref("gateway", "sandbox", "CNY")
ESCROW = Ref("escrow", "some shop", "CNY")
REFUNDS = Ref("refunds", "platform", "CNY")


class Owner:
    """Owns the subjects: books the money that came into escrow, and remembers what it was told."""

    def __init__(self) -> None:
        self.facts: list[Any] = []

    def __call__(self, batch: Sequence[News[Any]]) -> None:
        self.facts += [news.fact for news in batch]

    def booked(self, batch: Sequence[News[Any]]) -> None:
        self(batch)
        for news in batch:
            fact = news.fact
            if fact.amount_minor:
                lines = ((GATEWAY, fact.amount_minor), (ESCROW, -fact.amount_minor))
                post([EntryDraft(new_id(), f"payment:{fact.payment_id}", "paid", news.at, "CNY", lines, "payment",
                                 fact.payment_id)])  # fmt: skip


def a_payment(person: UUID, now: datetime, amount: int = 1000, subject: UUID | None = None) -> PaymentView:
    return begin(subject_kind="checkout", subject_id=subject or new_id(), person_id=person,
                 amount=Money(amount, "CNY"), now=now)  # fmt: skip


def deliver(signed: Sequence[Signed], now: datetime) -> None:
    for callback in signed:
        heard("sandbox", callback.body, callback.headers, now=now)


def pay(person: UUID, now: datetime, amount: int = 1000) -> PaymentView:
    """Begun, paid, and heard of."""
    payment = a_payment(person, now, amount)
    deliver(sandbox_pay(payment.id, "pay", now=now), now)
    return payment


def draft(payment: PaymentView, amount: int, key: str = "", **more: Any) -> RefundDraft:
    return RefundDraft(key or f"r:{new_id()}", payment.subject_kind, payment.subject_id, amount, "CNY",
                       more.pop("debit", ESCROW), "order", new_id(), **more)  # fmt: skip


def states(table: str) -> list[str]:
    return [row["state"] for row in fetch(f"SELECT state FROM {table} ORDER BY id")]
