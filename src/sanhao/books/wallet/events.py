"""Facts of the wallet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.kit.events import Event


class CouponsGranted(Event, frozen=True):
    """These persons each got a coupon (the n-th person the n-th coupon): one fact for a whole batch."""

    person_ids: tuple[UUID, ...]
    coupon_ids: tuple[UUID, ...]


class CouponReturned(Event, frozen=True):
    """All it had paid for came back: it may be used again."""

    coupon_id: UUID
    person_id: UUID
    amount_minor: int
    currency: str
    expires_at: datetime


class CouponExpired(Event, frozen=True):
    """Nobody spent it in time; the money went back to where its terms say."""

    coupon_id: UUID
    person_id: UUID
    amount_minor: int
    currency: str
