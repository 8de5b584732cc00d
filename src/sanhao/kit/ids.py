"""Ids: UUIDv7 (RFC 9562 §5.7), made here, so that rows sort by birth and indexes stay warm.

Ids belong to machine time: moving the business clock of a demo world does not move them.
"""

from __future__ import annotations

import hashlib
import os
import time
from uuid import UUID, SafeUUID


def new_id() -> UUID:
    """One fresh UUIDv7."""
    millis = time.time_ns() // 1_000_000
    rand = int.from_bytes(os.urandom(10), "big")
    return _v7(millis, rand)


def new_ids(count: int) -> list[UUID]:
    """*count* fresh UUIDv7s in ascending order, for set-based writes."""
    millis = time.time_ns() // 1_000_000
    noise = os.urandom(8 * count)
    # rand_a (12 bits) counts within the call, so the ids of one batch ascend.
    return [
        _v7(millis + (i >> 12), ((i & 0xFFF) << 68) | int.from_bytes(noise[8 * i : 8 * i + 8], "big"))
        for i in range(count)
    ]


def _v7(millis: int, rand: int) -> UUID:
    value = (millis & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= ((rand >> 68) & 0xFFF) << 64
    value |= 0x2 << 62
    value |= rand & ((1 << 62) - 1)
    return _uuid(value)


def _uuid(value: int) -> UUID:
    """`UUID(int=value)` without its checks: thousands a second are made here, and ours are in range."""
    uuid = object.__new__(UUID)
    object.__setattr__(uuid, "int", value)
    object.__setattr__(uuid, "is_safe", SafeUUID.unknown)
    return uuid


def derived_id(parent: UUID, role: str) -> UUID:
    """The one id that *parent*'s effect in *role* has: the same on every try, beside its parent in an index."""
    digest = int.from_bytes(hashlib.blake2b(parent.bytes + role.encode(), digest_size=8).digest(), "big")
    return _uuid((parent.int >> 62 << 62) | (digest & ((1 << 62) - 1)))
