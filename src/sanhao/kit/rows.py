"""Set-based writing: many rows in one statement, through COPY or arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def together() -> Iterator[None]:
    """Join the caller's transaction, or open one where there is none: no savepoint, no statement of its own.

    For verbs that larger verbs are made of. Whoever uses it refuses before the first write.
    """
    if connection.in_atomic_block:
        yield
    else:
        with transaction.atomic():
            yield


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY *rows* (values in the order of *columns*) into *table*; every constraint holds, any breach raises.

    JSON goes in as text. Use inside a transaction. Breaches are Django's errors, as for any other statement.
    """
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.cursor.copy(sql) as copy:
        write = copy.write_row
        for row in rows:
            write(row)


def fetch(sql: str, params: Any = None) -> list[dict[str, Any]]:
    """Rows of a query as dicts."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def execute(sql: str, params: Any = None) -> int:
    """Run one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
