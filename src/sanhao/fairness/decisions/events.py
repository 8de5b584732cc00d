"""Facts about decisions. Owners of an effect listen to `DecisionOverturned`, undo it and acknowledge."""

from __future__ import annotations

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
    decision_id: UUID
    kind: str
    subject_id: UUID
    key: str
    appeal_id: UUID
