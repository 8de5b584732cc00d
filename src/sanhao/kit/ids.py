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
    return new_ids(1)[0]


def new_ids(count: int) -> list[UUID]:
    """*count* fresh UUIDv7s in ascending order, for set-based writes."""
    millis = time.time_ns() // 1_000_000
    noise = memoryview(os.urandom(8 * count)).cast("Q")
    # rand_a (12 bits) counts within the call, so the ids of one batch ascend; past its end the moment does.
    return [
        _uuid((millis + (i >> 12)) << 80 | _VERSION_7 | (i & 0xFFF) << 64 | _VARIANT | noise[i] & _RAND_B)
        for i in range(count)
    ]


_VERSION_7, _VARIANT, _RAND_B = 0x7 << 76, 0x2 << 62, (1 << 62) - 1


def _uuid(value: int) -> UUID:
    """`UUID(int=value)` without its checks: thousands a second are made here, and ours are in range."""
    uuid = object.__new__(UUID)
    object.__setattr__(uuid, "int", value)
    object.__setattr__(uuid, "is_safe", _SAFETY)
    return uuid


_SAFETY = SafeUUID.unknown


def derived_id(parent: UUID, role: str) -> UUID:
    """The one id that *parent*'s effect in *role* has: the same on every try, beside its parent in an index."""
    digest = int.from_bytes(hashlib.blake2b(parent.bytes + role.encode(), digest_size=8).digest(), "big")
    return _uuid(parent.int >> 62 << 62 | digest & _RAND_B)
