"""Facts of settlement. Orders are known by number alone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.kit.events import Event


class OrderReleased(Event, frozen=True):
    """The rest of an order's money is its shop's: *released_minor* in all, after *commission_minor*."""

    order_id: UUID
    shop_id: UUID
    currency: str
    released_minor: int
    commission_minor: int


class PayoutSent(Event, frozen=True):
    """A shop's money has left for its bank."""

    payout_id: UUID
    shop_id: UUID
    amount_minor: int
    currency: str


class PayoutPaid(Event, frozen=True):
    """The bank has it."""

    payout_id: UUID
    shop_id: UUID
    amount_minor: int
    currency: str


class PayoutFailed(Event, frozen=True):
    """The bank would not take it, or sent it back: it is on the shop's balance again."""

    payout_id: UUID
    shop_id: UUID
    amount_minor: int
    currency: str
    reason: str


class InvoiceAsked(Event, frozen=True):
    """A buyer wants an invoice, or (*red*) one that was issued has to be corrected after a refund."""

    invoice_id: UUID
    order_id: UUID
    shop_id: UUID
    red: bool


class InvoiceAnswered(Event, frozen=True):
    """The shop issued it, corrected it, or declined: *answer* is ``issued``, ``corrected`` or ``declined``."""

    invoice_id: UUID
    order_id: UUID
    person_id: UUID
    answer: str
    reason: str


class PayeeChanged(Event, frozen=True):
    """A shop's bank details were entered or changed: payouts wait until *payout_from*."""

    shop_id: UUID
    change_id: UUID
    bank: str
    ending: str
    payout_from: datetime
