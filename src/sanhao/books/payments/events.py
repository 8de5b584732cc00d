"""Facts of payments. What a payment was for is known by *subject_kind* and *subject_id* alone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.kit.events import Event


class PaymentSucceeded(Event, frozen=True):
    """The money is at the gateway. Whoever owns the subject books it (debit `gateway`) or sends it back."""

    payment_id: UUID
    subject_kind: str
    subject_id: UUID
    amount_minor: int
    currency: str
    paid_at: datetime
    gateway: str


class PaymentFailed(Event, frozen=True):
    """Declined. The buyer may try again: that is another attempt, another payment."""

    payment_id: UUID
    subject_kind: str
    subject_id: UUID


class RefundCompleted(Event, frozen=True):
    """The gateway has sent the money back."""

    refund_id: UUID
    key: str
    payment_id: UUID
    subject_kind: str
    subject_id: UUID
    amount_minor: int
    currency: str
    cause_kind: str
    cause_id: UUID


class RefundFailed(Event, frozen=True):
    """The gateway refused for good. The money stays owed to the buyer until a person sees to it."""

    refund_id: UUID
    key: str
    payment_id: UUID
    subject_kind: str
    subject_id: UUID
    amount_minor: int
    currency: str
    cause_kind: str
    cause_id: UUID
    reason: str


class PaymentDisputed(Event, frozen=True):
    """A buyer's bank has taken money back by itself. Whoever owns the subject says what of it it bears (`bear`)."""

    chargeback_id: UUID
    payment_id: UUID
    subject_kind: str
    subject_id: UUID
    amount_minor: int
    currency: str


class DisputeWon(Event, frozen=True):
    """The bank has given the money back. Whoever bore *parts* (id of what, minor units) has them again. The payment cannot
    be refunded yet: `PaymentRestored` follows in the same transaction."""

    chargeback_id: UUID
    payment_id: UUID
    subject_kind: str
    subject_id: UUID
    parts: tuple[tuple[UUID, int], ...]
    currency: str
    gateway: str


class PaymentRestored(Event, frozen=True):
    """After a dispute was won: the payment may be refunded again, and what its buyer is due is given now."""

    chargeback_id: UUID
    payment_id: UUID
    subject_kind: str
    subject_id: UUID
