"""What a notice is to who gives it and who reads it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.kit.text import Text


class Notice(msgspec.Struct, frozen=True):
    """Tell *person_id* one sentence. The same *key* to the same person is told once, however often it is sent."""

    person_id: UUID
    topic: str
    text: Text
    subject_kind: str
    subject_id: UUID
    key: str


class NoticeView(msgspec.Struct, frozen=True):
    id: UUID
    topic: str
    text: Text
    subject_kind: str
    subject_id: UUID
    at: datetime
    read_at: datetime | None
