"""Facts about people who are not signed in."""

from __future__ import annotations

from uuid import UUID

from sanhao.kit.events import Event


class LinkAsked(Event, frozen=True):
    """Somebody asked for the link of the order with this number; whether there is one, only its mailbox learns."""

    number: str
    email: str


class WithdrawalDeclared(Event, frozen=True):
    """Somebody withdrew from a contract; it is recorded, and stands from that moment."""

    withdrawal_id: UUID


class WithdrawalAnswered(Event, frozen=True):
    """A person of the platform answered a withdrawal that fitted nothing."""

    withdrawal_id: UUID
