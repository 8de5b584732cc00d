"""Facts about notices."""

from __future__ import annotations

from uuid import UUID

from sanhao.kit.events import Event


class NoticesGiven(Event, frozen=True):
    """New notices wait for these persons."""

    person_ids: tuple[UUID, ...]


class NoticesRead(Event, frozen=True):
    """The count of unread ones went down for this person."""

    person_id: UUID
