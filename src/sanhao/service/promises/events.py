"""What promises tell the rest of the house."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.kit.events import Event


class PromiseKept(Event, frozen=True):
    promise_id: UUID
    kind: str
    checkout_id: UUID
    order_id: UUID | None
    shop_id: UUID | None
    person_id: UUID


class PromiseBroken(Event, frozen=True):
    """A promise was broken and what it owes is already given: the coupon lies in the wallet, the refund is on its way."""

    promise_id: UUID
    kind: str
    checkout_id: UUID
    order_id: UUID | None
    shop_id: UUID | None
    person_id: UUID
    owed_minor: int | None
    currency: str
    remedy: str
    decision_id: UUID


class PromiseRaised(Event, frozen=True):
    """A buyer's appeal was granted: what is owed is *owed_minor* now, and what was missing of it is given."""

    promise_id: UUID
    kind: str
    checkout_id: UUID
    order_id: UUID | None
    shop_id: UUID | None
    person_id: UUID
    owed_minor: int | None
    currency: str
    decision_id: UUID


class ShareCharged(Event, frozen=True):
    """A promise about several shops' orders was broken, and this shop has paid its share."""

    promise_id: UUID
    kind: str
    shop_id: UUID
    share_minor: int
    currency: str
    decision_id: UUID


class PromiseVoided(Event, frozen=True):
    promise_id: UUID
    kind: str
    checkout_id: UUID
    order_id: UUID | None
    shop_id: UUID | None
    person_id: UUID


class PromiseReversed(Event, frozen=True):
    """An appeal or review found for the shop: it has its money back, the buyer keeps what was given."""

    promise_id: UUID
    kind: str
    checkout_id: UUID
    order_id: UUID | None
    shop_id: UUID | None
    person_id: UUID
    decision_id: UUID


class ShareReversed(Event, frozen=True):
    """One shop's share of a promise about several has been given back to it; the promise stays as it is."""

    promise_id: UUID
    kind: str
    shop_id: UUID
    decision_id: UUID


class DelayProposed(Event, frozen=True):
    proposal_id: UUID
    promise_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID
    until: datetime


class DelayAnswered(Event, frozen=True):
    proposal_id: UUID
    promise_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID
    agreed: bool
