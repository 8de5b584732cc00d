"""A case on its way to another state, as `moves` and all that goes with a move are told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sanhao.kit.keeper import Row
from sanhao.service.aftersales.judge import Found


@dataclass
class Going:
    """One case (its locked row) on its way to another state. *amount_minor* None: all that was asked for."""

    row: Row
    to: str
    note: str = ""
    by: UUID | None = None
    by_time: bool = False
    bearer: str = "shop"
    amount_minor: int | None = None
    decision_id: UUID | None = None
    also: Mapping[str, Any] = field(default_factory=dict)
    refunded_minor: int = 0
    words: str = ""
    """An arbiter's reason, for the promise whose judge decides; and what the arbiter *found*."""
    found: Found = field(default_factory=Found)
