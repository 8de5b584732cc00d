"""What conversations tell the rest of the house."""

from __future__ import annotations

from uuid import UUID

from sanhao.kit.events import Event


class MessageSent(Event, frozen=True):
    """*side* said something. *person_id* is None in a ticket."""

    thread_id: UUID
    message_id: UUID
    shop_id: UUID
    person_id: UUID | None
    side: str


class ThreadChanged(Event, frozen=True):
    """Something about a thread changed without words: read, taken back, closed, assigned, the platform came in."""

    thread_id: UUID
    shop_id: UUID
    person_id: UUID | None
    what: str


class AnswerReminded(Event, frozen=True):
    """An answer will be late soon."""

    wait_id: UUID
    thread_id: UUID
    shop_id: UUID
    side: str


class AnswerLate(Event, frozen=True):
    """An answer was not given in time."""

    wait_id: UUID
    thread_id: UUID
    shop_id: UUID
    side: str
