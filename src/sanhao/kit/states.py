"""Lifecycles as literal tables. A move is one conditional UPDATE and a history row, for one row or a thousand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from sanhao.kit.refusals import Refusal


class States:
    """``States("order", "orders_order", {"unpaid": ("paid", "expired"), ...})``; the first state is the initial one.

    Raises ValueError for a target that is not itself a state. The docs draw the same table (`mermaid`).
    """

    def __init__(self, subject: str, table: str, moves: Mapping[str, Sequence[str]]) -> None:
        unknown = {to for targets in moves.values() for to in targets} - set(moves)
        if unknown:
            raise ValueError(f"{subject}: unknown states {sorted(unknown)}")
        self.subject, self.table, self.moves = subject, table, moves
        self.initial = next(iter(moves))

    def __contains__(self, state: object) -> bool:
        return state in self.moves

    @property
    def final(self) -> frozenset[str]:
        return frozenset(state for state, targets in self.moves.items() if not targets)

    def allows(self, source: str, target: str) -> bool:
        return target in self.moves[source]

    def sources(self, target: str) -> list[str]:
        """The states from which *target* may be reached."""
        return [source for source, targets in self.moves.items() if target in targets]

    def move(
        self,
        ids: Sequence[UUID],
        to: str,
        *,
        at: datetime,
        by: UUID | None = None,
        note: str = "",
        only_from: Sequence[str] | None = None,
    ) -> list[UUID]:
        """Move those of *ids* that may go to *to*; returns the ids that moved, in order of id.

        One statement. What is already elsewhere stays where it is: the caller compares the counts.
        """
        sources = [s for s in self.sources(to) if only_from is None or s in only_from]
        if not sources:
            raise ValueError(f"{self.subject}: nothing leads to {to!r}")
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                WITH before AS (
                    SELECT id, state FROM {self.table}
                    WHERE id = ANY(%(ids)s) AND state = ANY(%(sources)s) ORDER BY id FOR UPDATE
                ), moved AS (
                    UPDATE {self.table} t SET state = %(to)s FROM before b WHERE t.id = b.id
                    RETURNING t.id, b.state AS source
                ), history AS (
                    INSERT INTO kit_history (id, subject, subject_id, source, target, at, by_id, note)
                    SELECT gen_random_uuid(), %(subject)s, id, source, %(to)s, %(at)s, %(by)s, %(note)s FROM moved
                )
                SELECT id FROM moved ORDER BY id
                """,
                {"ids": list(ids), "sources": sources, "to": to, "subject": self.subject,
                 "at": at, "by": by, "note": note},
            )  # fmt: skip
            return [row[0] for row in cursor.fetchall()]

    def move_one(self, id: UUID, to: str, *, at: datetime, by: UUID | None = None, note: str = "") -> None:
        """Move one row or raise Refusal ``<subject>.moved_on``: somebody else was quicker."""
        if not self.move([id], to, at=at, by=by, note=note):
            raise Refusal(
                f"{self.subject}.moved_on",
                zh="情况刚刚有变，请刷新后再看。",
                en="This has just changed. Reload the page and look again.",
            )

    def mermaid(self) -> str:
        """The lifecycle as a mermaid state diagram, for the docs."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for source, targets in self.moves.items():
            lines += [f"    {source} --> {to}" for to in targets] or [f"    {source} --> [*]"]
        return "\n".join(lines)
