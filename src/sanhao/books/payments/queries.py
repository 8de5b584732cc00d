"""Reads of payments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch


class PaymentView(msgspec.Struct, frozen=True):
    """A payment as faces and owners of its subject see it."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    attempt: int
    person_id: UUID
    amount: Money
    gateway: str
    gateway_ref: str
    state: str
    refunded: Money
    created_at: datetime
    paid_at: datetime | None


class RefundView(msgspec.Struct, frozen=True):
    """Money on its way back, or there."""

    id: UUID
    key: str
    payment_id: UUID
    amount: Money
    state: str
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None
    requested_at: datetime
    finished_at: datetime | None
    reason: str


_PAYMENT = (
    "id, subject_kind, subject_id, attempt, person_id, amount_minor, currency, gateway, gateway_ref, state, "
    "refunded_minor, created_at, paid_at"
)
_REFUND = (
    "r.id, r.key, r.payment_id, r.amount_minor, r.currency, r.state, r.cause_kind, r.cause_id, r.decision_id, "
    "r.requested_at, r.finished_at, r.reason"
)


def payment(payment_id: UUID, *, person_id: UUID | None = None) -> PaymentView:
    """Raises NotFound, also for another person's where *person_id* is given."""
    rows = fetch(
        f"SELECT {_PAYMENT} FROM payments_payment WHERE id = %(id)s AND (%(who)s::uuid IS NULL OR person_id = %(who)s)",
        {"id": payment_id, "who": person_id},
    )
    if not rows:
        raise no_payment()
    return _payment(**rows[0])


def payment_of(subject_kind: str, subject_id: UUID) -> PaymentView | None:
    """The payment that counts for a subject: the one that was paid, else the latest attempt."""
    return payments_of(subject_kind, [subject_id]).get(subject_id)


def payments_of(subject_kind: str, subject_ids: Sequence[UUID]) -> dict[UUID, PaymentView]:
    """As `payment_of`, for many subjects in one query."""
    rows = fetch(
        f"SELECT DISTINCT ON (subject_id) {_PAYMENT} FROM payments_payment "
        "WHERE subject_kind = %s AND subject_id = ANY(%s) ORDER BY subject_id, state = 'paid' DESC, attempt DESC",
        [subject_kind, list(subject_ids)],
    )
    return {row["subject_id"]: _payment(**row) for row in rows}


def refunds_of(subject_kind: str, subject_id: UUID) -> list[RefundView]:
    """What went back of what was paid for a subject, oldest first."""
    return _refunds("p.subject_kind = %s AND p.subject_id = %s ORDER BY r.id", [subject_kind, subject_id])


def failed_refunds(*, limit: int = 50) -> list[RefundView]:
    """Refunds that wait for a person, oldest first."""
    return _refunds("r.state = 'failed' ORDER BY r.id LIMIT %s", [limit])


def no_payment() -> NotFound:
    return NotFound("payments.no_payment", zh="没有这笔支付。", en="There is no such payment.")


def _payment(*, amount_minor: int, refunded_minor: int, currency: str, **same: Any) -> PaymentView:
    return PaymentView(amount=Money(amount_minor, currency), refunded=Money(refunded_minor, currency), **same)


def _refunds(where: str, params: list[Any]) -> list[RefundView]:
    rows = fetch(
        f"SELECT {_REFUND} FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id WHERE {where}",
        params,
    )
    return [RefundView(amount=Money(row.pop("amount_minor"), row.pop("currency")), **row) for row in rows]
