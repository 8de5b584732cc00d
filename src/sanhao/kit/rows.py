"""Set-based writing: many rows in one statement, through COPY or arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

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
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN (NULL E'\\x02')"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.cursor.copy(sql) as copy:
        remaining = iter(rows)
        while chunk := list(islice(remaining, _CHUNK)):
            copy.write("".join([_line(row) for row in chunk]))


_CHUNK = 1000


def _line(row: Sequence[Any]) -> str:
    """One row in COPY's text format. Thousands a second pass here: psycopg's own takes twice as long."""
    texts = [
        value if type(value) is str else value.hex if type(value) is UUID else _text(value) for value in row
    ]
    line = "\t".join(texts)
    if (
        "\\" in line
        or "\n" in line
        or "\r" in line
        or line.count("\t") != len(texts) - 1
        or line.count(_NULL) != row.count(None)
    ):
        line = "\t".join(
            [_NULL if value is None else _escaped(text) for value, text in zip(row, texts, strict=True)]
        )
    return line + "\n"


_NULL = "\x02"
"""How COPY is told of no value: a character that, in a text, is escaped."""


def _text(value: Any) -> str:
    """What PostgreSQL reads as *value*. Raises TypeError for what COPY is not used for here."""
    match value:
        case None:
            return _NULL
        case datetime() | date():
            return value.isoformat()
        case int() | float() | Decimal() | UUID() | str():
            return str(value)
        case bytes():
            return f"\\x{value.hex()}"
    raise TypeError(f"COPY does not write a {type(value).__name__}")


def _escaped(text: str) -> str:
    return (
        text.replace("\\", "\\\\")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t")
        .replace(_NULL, "\\x02")
    )


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
