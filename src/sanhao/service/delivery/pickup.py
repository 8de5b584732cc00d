"""Goods are collected at a door (上门取件): what a carrier may say about it, and what time does. Pure.

One appointment is one row, and its id is the key the carrier knows it by; another slot is another appointment. A carrier
answers when it likes: at once or hours later, twice, in the wrong order, never. So its words only ever move a row forward,
and the one word that is believed after any other is that it has the goods.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import get_args
from uuid import UUID

import msgspec

from sanhao.service.delivery.asking import Box, PickupSaid, Place, Slot

SAID: tuple[PickupSaid, ...] = get_args(PickupSaid)

PICKUPS: Mapping[str, tuple[str, ...]] = {
    "asked": ("booked", "cancelling", "cancelled", "collected", "in_vain", "refused", "lapsed"),
    "booked": ("cancelling", "collected", "in_vain", "refused", "lapsed"),
    "cancelling": ("cancelled", "collected"),
    "in_vain": ("collected",),
    "refused": ("collected",),
    "lapsed": ("collected",),
    "cancelled": ("collected",),
    "collected": (),
}
STANDING = ("asked", "booked")
"""A courier may come, and is wanted: one of each cause at most."""
RUNNING = (*STANDING, "cancelling")
"""A keeper still has something to ask."""
FAILED = ("in_vain", "refused", "lapsed")

_LEASE, _LONGEST_LEASE = timedelta(minutes=5), timedelta(hours=1)


def lease(tries: int) -> timedelta:
    """How long a carrier that was asked *tries* times is left alone before it is asked again, under the same id."""
    return min(_LEASE * (1 << min(max(tries - 1, 0), 10)), _LONGEST_LEASE)


def meaning(state: str, said: PickupSaid) -> str:
    """The state that *said* leads to from *state*; the same state where it changes nothing."""
    to: str = said
    if state == "cancelling" and said in ("refused", "in_vain"):
        to = "cancelled"  # nobody comes any more, and nobody wanted them to
    if state in STANDING and said == "cancelled":
        to = "refused"  # of its own accord: the buyer waits for somebody who will not come
    return to if to in PICKUPS[state] else state


def next_try(state: str, tries: int, ends_at: datetime, until: datetime, now: datetime) -> datetime:
    """When the carrier is asked (again) how far it is; nobody asks before a booked slot is over."""
    at = now + lease(tries)
    return min(max(at, ends_at) if state == "booked" else at, max(until, now))


class PickupDraft(msgspec.Struct, frozen=True):
    """*cause_id* is whose wish it is (opaque). Unanswered it lapses when its slot begins; booked and silent, *wait* after
    its end. *reference* is what the courier reads: the order's number."""

    id: UUID
    cause_id: UUID
    shop_id: UUID
    carrier: str
    place: Place
    to: Place
    slot: Slot
    boxes: tuple[Box, ...]
    wait: timedelta
    reference: str = ""
