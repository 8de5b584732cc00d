"""Lifecycles as literal tables. A move is one conditional UPDATE and a history row, for one row or a thousand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.kit.arrays import array
from sanhao.kit.refusals import Refusal

Each = Mapping[str, tuple[str, Sequence[Any]]]


def _split(also: Mapping[str, Any], each: Each) -> tuple[dict[str, Any], Each]:
    """What is the same for every row need not be sent once per row."""
    same = {name: values[0] for name, (_, values) in each.items() if len(set(values)) == 1}
    return {**also, **same}, {name: given for name, given in each.items() if name not in same}


_FEW = 12


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
        each: Each | None = None,
        held: bool = False,
    ) -> list[UUID]:
        """Move those of *ids* that may go to *to*; returns the ids that moved, in order of id.

        One statement. What is already elsewhere stays where it is: the caller compares the counts.
        """
        rows = self.move_rows(ids, to, at=at, by=by, note=note, only_from=only_from, each=each, held=held)
        return [row["id"] for row in rows]

    def move_rows(
        self,
        ids: Sequence[UUID],
        to: str,
        *,
        at: datetime,
        by: UUID | None = None,
        note: str = "",
        only_from: Sequence[str] | None = None,
        also: Mapping[str, Any] | None = None,
        each: Each | None = None,
        returning: Sequence[str] = (),
        held: bool = False,
    ) -> list[dict[str, Any]]:
        """As `move`, and in the same statement set columns; returns ``id`` and *returning* of each row.

        For columns that belong to a state (who holds it, since when), which a check constraint ties to it. *also*
        gives every row the same value; *each* one value per id: ``{"decided_at": ("timestamptz", [...])}``.
        *held*: the caller has locked these rows, all in one source state, so nobody needs to wait for them in order.
        """
        sources = [s for s in self.sources(to) if only_from is None or s in only_from]
        if not sources:
            raise ValueError(f"{self.subject}: nothing leads to {to!r}")
        if not ids:
            return []
        also, each = _split(also or {}, each or {})
        sets = "".join(f", {column} = %(also_{column})s" for column in also)
        sets += "".join(f", {column} = w.{column}" for column in each)
        # With its states spelt out, PostgreSQL plans a move of a few once and not each time, which costs more than the
        # move. A batch it plans by how many there are.
        spelt = ", ".join(f"'{source}'" for source in sources)
        may_move = f"t.state IN ({spelt})" if len(ids) <= _FEW else "t.state = ANY(%(sources)s)"
        arrays = "".join(f", %(each_{column})s::{kind}[]" for column, (kind, _) in each.items())
        named = "".join(f", {column}" for column in each)
        extra = "".join(f", t.{column}" for column in returning)
        wanted = f"SELECT *, %(source)s AS source FROM unnest(%(ids)s::uuid[]{arrays}) AS w (id{named})"
        if not held or len(sources) > 1:
            wanted = f"""
                SELECT t.id, t.state AS source{"".join(f", w.{column}" for column in each)}
                FROM {self.table} t JOIN unnest(%(ids)s::uuid[]{arrays}) AS w (id{named}) ON w.id = t.id
                WHERE {may_move} ORDER BY t.id FOR UPDATE OF t"""
        from django.db import connection  # here, so that a pure core may state its lifecycle

        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                WITH w AS ({wanted}), moved AS (
                    UPDATE {self.table} t SET state = %(to)s{sets} FROM w
                    WHERE t.id = w.id AND {may_move} RETURNING t.id, w.source{extra}
                ), history AS (
                    INSERT INTO kit_history (id, subject, subject_id, source, target, at, by_id, note)
                    SELECT gen_random_uuid(), %(subject)s, id, source, %(to)s, %(at)s, %(by)s, %(note)s FROM moved
                )
                SELECT {", ".join(("id", *returning))} FROM moved ORDER BY id
                """,
                {"ids": array(ids), "sources": sources, "source": sources[0], "to": to, "subject": self.subject, "at": at, "by": by,
                 "note": note, **{f"also_{column}": value for column, value in also.items()},
                 **{f"each_{column}": array(values) for column, (_, values) in each.items()}},
            )  # fmt: skip
            return [dict(zip(("id", *returning), row, strict=True)) for row in cursor.fetchall()]

    def move_one(
        self,
        id: UUID,
        to: str,
        *,
        at: datetime,
        by: UUID | None = None,
        note: str = "",
        also: Mapping[str, Any] | None = None,
    ) -> None:
        """Move one row or raise Refusal ``<subject>.moved_on``: somebody else was quicker. *also*: see `move_rows`."""
        if not self.move_rows([id], to, at=at, by=by, note=note, also=also):
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
