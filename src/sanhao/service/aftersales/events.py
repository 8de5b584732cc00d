"""What after-sales tells the rest of the house."""

from __future__ import annotations

from uuid import UUID

from sanhao.kit.events import Event


class CaseMoved(Event, frozen=True):
    """A case is in another state (or was just asked). *by_time*: nobody did anything. *refunded_minor*: with this move."""

    case_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID
    kind: str
    source: str
    state: str
    by_time: bool
    refunded_minor: int
    currency: str
    decision_id: UUID | None


class CaseChanged(Event, frozen=True):
    """Something about a case changed without a move: a scan of its parcel, words of one side, an edit."""

    case_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID
    what: str


class DebtChanged(Event, frozen=True):
    """What a buyer owes of a case is another sum: *what* is ``cleared`` (they paid it), ``returned`` (they paid what was not
    owed any more), ``given_back`` (what they paid, for the refund was theirs after all), ``charged_back`` (their bank took the payment back), ``forgiven``, or the same as before and they are ``reminded`` of it."""

    case_id: UUID
    order_id: UUID
    person_id: UUID
    what: str
    minor: int
    currency: str


class SweepMoved(Event, frozen=True):
    """A sweep is in another state (or was just raised: *source* is empty)."""

    sweep_id: UUID
    trigger: str
    shop_id: UUID
    source: str
    state: str


class OrderSwept(Event, frozen=True):
    """The platform refunded an order, or opened a return for its buyer, without being asked. *minor* is what goes back."""

    sweep_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID
    case_id: UUID | None
    minor: int
    currency: str
    decision_id: UUID
