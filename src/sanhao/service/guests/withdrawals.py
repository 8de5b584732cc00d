"""Reading withdrawals: the platform's queue, and what a mail says of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.kit.rows import fetch

_COLUMNS = "id, name, email, number, words, units::text AS units, language, order_id, state, why, case_ids, declared_at, answer"


class WithdrawalView(msgspec.Struct, frozen=True):
    """One declaration as it was sent, and what became of it."""

    id: UUID
    name: str
    email: str
    number: str
    words: str
    units: dict[UUID, int]
    language: str
    order_id: UUID | None
    state: str
    why: str
    case_ids: tuple[UUID, ...]
    declared_at: datetime
    answer: str


def withdrawals(ids: Sequence[UUID]) -> dict[UUID, WithdrawalView]:
    return {view.id: view for view in _views("id = ANY(%s)", [list(ids)])}


def waiting_withdrawals(*, limit: int = 100) -> list[WithdrawalView]:
    """What a person has to look at, the oldest first."""
    return _views("state = 'waits'", [], f"ORDER BY declared_at, id LIMIT {int(limit)}")


def late_withdrawals(*, limit: int = 30) -> list[WithdrawalView]:
    """What was opened or answered, the newest first."""
    return _views("state IN ('opened', 'answered')", [], f"ORDER BY declared_at DESC, id LIMIT {int(limit)}")


def _views(where: str, params: Sequence[object], tail: str = "") -> list[WithdrawalView]:
    rows = fetch(f"SELECT {_COLUMNS} FROM guests_withdrawal WHERE {where} {tail}", params)
    return [
        WithdrawalView(
            **row
            | {
                "units": msgspec.json.decode(row["units"] or "{}", type=dict[UUID, int]),
                "case_ids": tuple(row["case_ids"]),
            }
        )
        for row in rows
    ]
