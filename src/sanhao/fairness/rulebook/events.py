"""Facts of the rulebook."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.kit.events import Event


class RuleDrafted(Event, frozen=True):
    """A new version can be discussed and previewed; nothing binds yet. Told again when the draft is rewritten."""

    rule_id: UUID
    key: str
    market: str
    version: int


class RuleAnnounced(Event, frozen=True):
    rule_id: UUID
    key: str
    market: str
    version: int
    effective_at: datetime


class RuleWithdrawn(Event, frozen=True):
    """A draft, or an announced version before its moment, was taken back."""

    rule_id: UUID
    key: str
    market: str
    version: int


class RuleTookEffect(Event, frozen=True):
    key: str
    market: str
    version: int
    rule_id: UUID
