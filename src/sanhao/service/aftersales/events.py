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
