"""The other runner of `sanhao bench promises`: the same rows, written by nothing but set-based SQL.

What the keeper left is staged, with the batch each row belonged to, in unlogged tables of a copy of the seeded
database; then, batch by batch and committed like the keeper's, one UPDATE or INSERT … SELECT per table writes it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import zip_longest

import psycopg
from django.apps import apps
from django.db import connection, connections

from sanhao.kit import time as kit_time
from sanhao.lab.bench.seed import Seeded

# What settling writes: model -> the SQL that finds the promise a row belongs to (None: the promise itself).
WRITTEN = {
    "decisions.Decision": "t.subject_id",
    "ledger.Entry": "t.cause_id",
    "ledger.Posting": None,
    "wallet.Coupon": "t.source_id",
    "promises.Promise": "t.id",
    "kit.Move": "t.subject_id",
    "kit.OutboxEvent": "(t.payload ->> 'promise_id')::uuid",
}
COMPARED = (*WRITTEN, "ledger.Account")


def table(model: str) -> str:
    return str(apps.get_model(model)._meta.db_table)


def columns(model: str) -> list[str]:
    return [field.column for field in apps.get_model(model)._meta.concrete_fields]


class RawWriter:
    """Stages what the keeper wrote into database *copy* and writes it there again."""

    def __init__(self, copy: str, seeded: Seeded, batch: int) -> None:
        self.copy, self.seeded, self.batch = copy, seeded, batch
        self.batches = -(-seeded.due // batch)

    def stage(self) -> None:
        """Carry the written rows over, each with the number of its batch."""
        promise = table("promises.Promise")
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE batch_of AS SELECT id, ((row_number() OVER (ORDER BY settle_at) - 1) / %s)::int AS n "
                f"FROM {promise} WHERE state = 'broken'",
                [self.batch],
            )
            cursor.execute("ALTER TABLE batch_of ADD PRIMARY KEY (id)")
            cursor.execute("ANALYZE batch_of")
        with connect(self.copy) as target:
            for model in WRITTEN:
                target.execute(
                    f"CREATE UNLOGGED TABLE staged_{table(model)} AS SELECT 0 AS batch_no, t.* FROM {table(model)} t LIMIT 0"
                )
                self._carry(model, target)
                target.execute(f"CREATE INDEX ON staged_{table(model)} (batch_no)")
            target.execute("VACUUM (ANALYZE)")
            target.execute("CHECKPOINT")

    def _carry(self, model: str, target: psycopg.Connection) -> None:
        names = ", ".join(f"t.{name}" for name in columns(model))
        if model == "ledger.Posting":
            entry = table("ledger.Entry")
            source = (
                f"{table(model)} t JOIN {entry} e ON e.id = t.entry_id JOIN batch_of b ON b.id = e.cause_id"
            )
        else:
            source = f"{table(model)} t JOIN batch_of b ON b.id = {WRITTEN[model]}"
        into = f"staged_{table(model)} (batch_no, {', '.join(columns(model))})"
        with (
            connection.cursor() as cursor,
            cursor.cursor.copy(f"COPY (SELECT b.n, {names} FROM {source} ORDER BY b.n) TO STDOUT") as rows,
            target.cursor() as writer,
            writer.copy(f"COPY {into} FROM STDIN") as staged,
        ):
            for block in rows:
                staged.write(bytes(block))

    def write(self) -> float:
        """Seconds that the raw writes take, committed batch by batch."""
        statements = self._statements()
        with connect(self.copy) as target:
            target.autocommit = False
            started = kit_time.monotonic()
            for number in range(self.batches):
                for statement in statements:
                    target.execute(statement, {"n": number}, prepare=True)
                target.commit()
            return kit_time.monotonic() - started

    def _statements(self) -> list[str]:
        promise, account, posting = (
            table("promises.Promise"),
            table("ledger.Account"),
            table("ledger.Posting"),
        )
        changed = [name for name in columns("promises.Promise") if name != "id"]
        statements = [
            f"INSERT INTO {table(model)} ({', '.join(columns(model))}) "
            f"SELECT {', '.join(columns(model))} FROM staged_{table(model)} WHERE batch_no = %(n)s"
            for model in WRITTEN
            if model != "promises.Promise"
        ]
        statements.append(
            f"UPDATE {account} a SET balance_minor = a.balance_minor + m.moved FROM "
            f"(SELECT account_id, sum(amount_minor) AS moved FROM staged_{posting} WHERE batch_no = %(n)s GROUP BY 1) m "
            "WHERE a.id = m.account_id AND a.is_kept"
        )
        statements.append(
            f"UPDATE {promise} p SET {', '.join(f'{name} = s.{name}' for name in changed if name in SETTLED)} "
            f"FROM staged_{promise} s WHERE s.batch_no = %(n)s AND p.id = s.id AND p.state = 'open'"
        )
        return statements


SETTLED = ("state", "decided_at", "reason", "fault", "owed_minor", "decision_id")


def connect(name: str) -> psycopg.Connection:
    """A plain connection to database *name* of the same server."""
    settings = connections.settings["default"]
    return psycopg.connect(
        dbname=name,
        user=settings["USER"],
        password=settings["PASSWORD"] or None,
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        autocommit=True,
    )


def compare(copy: str) -> list[str]:
    """The tables that differ between the keeper's database and the raw one: every row, in order of id."""
    with connect(connections.settings["default"]["NAME"]) as ours, connect(copy) as raw:
        return [table(model) for model in COMPARED if any(a != b for a, b in _pairs(ours, raw, model))]


def _pairs(ours: psycopg.Connection, raw: psycopg.Connection, model: str) -> Iterator[tuple[bytes, bytes]]:
    query = f"COPY (SELECT {', '.join(columns(model))} FROM {table(model)} ORDER BY id) TO STDOUT"
    with ours.cursor() as a, raw.cursor() as b, a.copy(query) as left, b.copy(query) as right:
        yield from zip_longest(_blocks(left), _blocks(right), fillvalue=b"")


def _blocks(rows: psycopg.Copy) -> Iterator[bytes]:
    """Rows one by one, however the server cuts its messages."""
    rest = io.BytesIO()
    for block in rows:
        rest.write(block)
        if rest.tell() > 1 << 20:
            lines = rest.getvalue().split(b"\n")
            yield from lines[:-1]
            rest = io.BytesIO()
            rest.write(lines[-1])
    yield from rest.getvalue().split(b"\n")
