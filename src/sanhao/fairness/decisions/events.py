"""Facts about decisions. Owners of an effect listen to `DecisionOverturned`, undo it and acknowledge."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sanhao.kit.events import Event


class DecisionAppealed(Event, frozen=True):
    decision_id: UUID
    appeal_id: UUID
    kind: str
    subject_id: UUID
    key: str


class DecisionUpheld(Event, frozen=True):
    decision_id: UUID
    appeal_id: UUID
    kind: str
    subject_id: UUID
    key: str


class DecisionOverturned(Event, frozen=True):
    """*party*: whose appeal was granted. *found*: what the person who granted it found instead, in its owner's words."""

    decision_id: UUID
    kind: str
    subject_id: UUID
    key: str
    appeal_id: UUID
    party: str = "shop"
    found: Mapping[str, int] = {}
    by: UUID | None = None
