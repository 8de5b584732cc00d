"""A parcel is called back while it travels (拦截): what a carrier may say about it, and when it may be asked. Pure.

Asynchronous, once per waybill. A carrier answers when it likes: at once or days later, twice, in the wrong order, never.
So its words only ever move a row forward; the one late word that still counts is that the parcel came back after all.

Source: the interception interfaces of SF, ZTO, YTO and J&T as their gateways document them: after pickup, before the
round of the last courier, one attempt; some answer by callback only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

Said = Literal["taken", "accepted", "refused", "succeeded", "failed"]
"""*taken*: the carrier has the request and no answer yet. *accepted* is no success: the courier may be out already."""
SAID: tuple[Said, ...] = ("taken", "accepted", "refused", "succeeded", "failed")

INTERCEPTIONS: Mapping[str, tuple[str, ...]] = {
    "requested": ("sent", "accepted", "refused", "succeeded", "failed", "lapsed"),
    "sent": ("accepted", "refused", "succeeded", "failed", "lapsed"),
    "accepted": ("succeeded", "failed", "lapsed"),
    "refused": ("succeeded",),
    "failed": ("succeeded",),
    "lapsed": ("succeeded",),
    "succeeded": (),
}
RUNNING = ("requested", "sent", "accepted")
STOPPABLE = frozenset({"collected", "in_transit"})
"""States of a consignment in which it may be called back: a carrier has it, and it is not out for delivery."""

_LEASE, _LONGEST_LEASE = timedelta(minutes=5), timedelta(hours=6)


def lease(tries: int) -> timedelta:
    """How long a carrier that was asked *tries* times is left alone before it is asked again, under the same id."""
    return min(_LEASE * (1 << min(max(tries - 1, 0), 10)), _LONGEST_LEASE)


def meaning(state: str, said: Said) -> str:
    """The state that *said* leads to from *state*; the same state where it changes nothing."""
    to = "sent" if said == "taken" else said
    if state == "accepted" and said == "refused":
        to = "failed"
    return to if to in INTERCEPTIONS[state] else state


class InterceptionDraft(msgspec.Struct, frozen=True):
    """*cause_id* is whose wish it is (opaque). Unanswered it lapses at *answer_by*; accepted, *back_within* later."""

    id: UUID
    consignment_id: UUID
    cause_id: UUID
    answer_by: datetime
    back_within: timedelta


class InterceptionOrder(msgspec.Struct, frozen=True):
    """What a carrier is asked. *id* is the idempotency key: however often it is sent, it is one attempt."""

    id: UUID
    tracking_no: str


class InterceptionWord(msgspec.Struct, frozen=True):
    """What a carrier says about one: in answer to being asked, or by a message of its own."""

    id: UUID
    said: Said
    reason: str = ""


class InterceptionView(msgspec.Struct, frozen=True):
    """One interception as pages show it."""

    id: UUID
    consignment_id: UUID
    cause_id: UUID
    state: str
    asked_at: datetime
    until: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    reason: str


class CarrierAway(Exception):
    """The carrier did not answer. Whether it did what was asked is unknown."""
