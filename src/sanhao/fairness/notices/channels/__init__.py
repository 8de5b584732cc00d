"""The ways by which a notice reaches a person, one file each.

A channel hands notices over inside the caller's transaction (database only; what leaves the machine goes through the
outbox) and says who was really told: somebody told before is not told again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sanhao.fairness.notices.channels import in_app
from sanhao.fairness.notices.core import Notice


class Give(Protocol):
    def __call__(self, notices: Sequence[Notice], *, now: datetime) -> list[UUID]: ...


CHANNELS: dict[str, Give] = {"in_app": in_app.give}
