"""Giving notices and reading them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from msgspec.structs import replace

from sanhao.fairness.notices.channels import CHANNELS
from sanhao.fairness.notices.core import Notice
from sanhao.fairness.notices.events import NoticesGiven, NoticesRead
from sanhao.kit.events import emit
from sanhao.kit.rows import execute
from sanhao.people import api as people


def notify(notices: Sequence[Notice], *, now: datetime) -> None:
    """Tell persons something, from a later listener of the module that owns the fact. Twice is once. What was bought
    without an account is told to whoever took it over."""
    if not notices:
        return
    with transaction.atomic():
        if held := people.holders([notice.person_id for notice in notices]):
            notices = [replace(n, person_id=held.get(n.person_id, n.person_id)) for n in notices]
        told = {person for give in CHANNELS.values() for person in give(notices, now=now)}
        if told:
            emit([NoticesGiven(tuple(sorted(told)))], at=now)


def mark_read(person_id: UUID, ids: Sequence[UUID] | None, *, now: datetime) -> int:
    """Mark *ids* (None: all) of this person's notices as read; returns how many were unread until now."""
    with transaction.atomic():
        read = execute(
            """
            UPDATE notices_notice SET read_at = %(now)s
            WHERE person_id = %(person)s AND read_at IS NULL AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
            """,
            {"now": now, "person": person_id, "ids": None if ids is None else list(ids)},
        )
        if read:
            emit([NoticesRead(person_id)], at=now)
    return read
