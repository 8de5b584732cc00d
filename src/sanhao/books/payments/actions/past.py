"""Payments made elsewhere, long ago: written down as paid, so that what was paid can be given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.kit.ids import new_ids
from sanhao.kit.money import Money
from sanhao.kit.rows import copy_rows

HISTORY = "history"
"""The gateway of payments that a history tells of."""


class PastPayment(msgspec.Struct, frozen=True):
    subject_kind: str
    subject_id: UUID
    person_id: UUID
    amount: Money
    paid_at: datetime


def take_over(payments: Sequence[PastPayment]) -> None:
    """Write *payments* down as paid, in the caller's transaction. Nobody is told: they bind nobody anew.

    The money itself is booked by whoever owns the subjects. Raises IntegrityError for a subject that was paid for.
    """
    copy_rows(
        "payments_payment",
        ("id", "subject_kind", "subject_id", "attempt", "person_id", "amount_minor", "currency", "gateway",
         "gateway_ref", "state", "refunded_minor", "created_at", "paid_at", "polls"),
        [
            (id, p.subject_kind, p.subject_id, 1, p.person_id, p.amount.minor, p.amount.currency, HISTORY, "", "paid",
             0, p.paid_at, p.paid_at, 0)
            for id, p in zip(new_ids(len(payments)), payments, strict=True)
        ],
    )  # fmt: skip
