"""What payments and gateways say to each other, and how patiently a silent gateway is asked again. No database here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from sanhao.kit.money import Money

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
FIRST_QUESTION = _MINUTE
"""A payment nobody heard of is asked after for the first time this long after it began."""
GIVE_UP = timedelta(hours=24)
"""…and for the last time this long after. Money that still comes later is heard all the same."""
_LEASE, _LONGEST_LEASE = timedelta(minutes=5), timedelta(hours=6)


def next_question(asked: int) -> timedelta:
    """How long to wait after the *asked*-th question (1, 2, …): twice as long each time, an hour at most."""
    return min(_MINUTE * (1 << min(asked, 10)), _HOUR)


def lease(tries: int) -> timedelta:
    """How long a refund that was sent *tries* times is left alone before it is sent again, with the same id."""
    return min(_LEASE * (1 << min(max(tries - 1, 0), 10)), _LONGEST_LEASE)


class Bill(msgspec.Struct, frozen=True):
    """What a gateway is asked to collect. *payment_id* is our number; the same one is never collected twice."""

    payment_id: UUID
    amount: Money
    what: str
    return_url: str = ""
    """Where the buyer comes back to."""


class Next(msgspec.Struct, frozen=True):
    """Where the buyer goes to pay: an address of the gateway's, or None for a page of our own. *ref*: its number."""

    url: str | None
    ref: str = ""


class Callback(msgspec.Struct, frozen=True):
    """What a gateway says became of a payment. *at* is when, by its clock."""

    payment_id: UUID
    outcome: Literal["paid", "declined"]
    amount_minor: int
    currency: str
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    ref: str = ""


class Disputed(msgspec.Struct, frozen=True):
    """The buyer's bank took *amount_minor* back by itself (*open*), and what became of it: *won* gives it back to us.

    *ref* is the gateway's number of the dispute, *payment_ref* its number of the payment.
    """

    ref: str
    payment_ref: str
    outcome: Literal["open", "won", "lost"]
    amount_minor: int
    currency: str
    reason: str = ""


class RefundOrder(msgspec.Struct, frozen=True):
    """Money to send back. *id* is the idempotency key: however often it is sent, the buyer gets it once."""

    id: UUID
    payment_id: UUID
    gateway: str
    ref: str
    amount: Money


class RefundAnswer(msgspec.Struct, frozen=True):
    """*accepted* means "ask again later, with the same id"; *refused* is final, with its *reason*."""

    outcome: Literal["done", "accepted", "refused"]
    reason: str = ""


class GatewayAway(Exception):
    """The gateway did not answer. Whether it did what was asked is unknown."""
