"""Set-based writing: many rows in one statement, through COPY, INSERT or arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import count, islice, repeat
from operator import is_
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db import connection, transaction
from psycopg import RawCursor
from psycopg.rows import dict_row


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


@contextmanager
def one_view() -> Iterator[None]:
    """Everything read inside sees the same moment, however long it takes; nothing can be written.

    For what must add up over several statements. Inside a transaction that is open already, that one's view counts.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


class Rows(NamedTuple):
    """Rows to be written: values in the order of *columns*."""

    table: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


_FEW = 24
"""Up to so many rows an INSERT, prepared once for each number of rows, is quicker than the two trips of a COPY."""


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write *rows* (values in the order of *columns*) into *table*; every constraint holds, any breach raises.

    Many go by COPY, a few by INSERT. JSON goes in as text. Use inside a transaction. Breaches are Django's errors,
    as for any other statement.
    """
    copy_together(Rows(table, columns, rows if isinstance(rows, list) else list(rows)))


def copy_together(*parts: Rows) -> None:
    """The same for several tables at once, in the order given; few rows in all are one statement."""
    parts = tuple(part for part in parts if part.rows)
    if sum(len(part.rows) for part in parts) > _FEW:
        for part in parts:
            _copy(part)
    elif parts:
        _insert(parts)


def _insert(parts: Sequence[Rows]) -> None:
    """One statement, with PostgreSQL's own placeholders: to read a hundred of the driver's takes it three times as
    long as to insert the row."""
    values = [value for part in parts for row in part.rows for value in row]
    with connection.wrap_database_errors:
        RawCursor(connection.connection).execute(_inserts(parts), values)


def _inserts(parts: Sequence[Rows]) -> str:
    numbers = map("${}".format, count(1))
    *before, last = (
        f"INSERT INTO {part.table} ({', '.join(part.columns)}) VALUES "
        + ", ".join(f"({', '.join(islice(numbers, len(row)))})" for row in part.rows)
        for part in parts
    )
    return (
        f"WITH {', '.join(f'part{n} AS ({sql})' for n, sql in enumerate(before))} {last}" if before else last
    )


def _copy(part: Rows) -> None:
    sql = f"COPY {part.table} ({', '.join(part.columns)}) FROM STDIN (NULL E'\\x02')"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.cursor.copy(sql) as copy:
        remaining = iter(part.rows)
        while chunk := list(islice(remaining, _CHUNK)):
            copy.write(_lines(chunk))


_CHUNK = 1000


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    """Rows in COPY's text format, rendered column by column, which are mostly of one type. Thousands a second pass
    here: psycopg's own takes several times as long."""
    columns = [_texts(column) for column in zip(*rows, strict=True)]
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _texts(values: Sequence[Any]) -> Iterable[str]:
    first = values[0]
    if all(map(is_, values, repeat(first))):
        return [_text(first)] * len(values)
    kinds = set(map(type, values))
    if kinds == {UUID}:
        return [value.hex for value in values]
    if kinds == {int}:
        return map(str, values)
    if kinds == {str}:
        together = "".join(values)
        return map(_escaped, values) if any(mark in together for mark in _ESCAPES) else values
    return map(_text, values)


_NULL = "\x02"
"""How COPY is told of no value: a character that, in a text, is escaped."""
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", _NULL: "\\x02"}


def _text(value: Any) -> str:
    """What PostgreSQL reads as *value*. Raises TypeError for what COPY is not used for here."""
    match value:
        case None:
            return _NULL
        case datetime() | date():
            return value.isoformat()
        case str():
            return _escaped(value)
        case int() | float() | Decimal() | UUID():
            return str(value)
        case bytes():
            return f"\\\\x{value.hex()}"
    raise TypeError(f"COPY does not write a {type(value).__name__}")


def _escaped(text: str) -> str:
    for mark, escaped in _ESCAPES.items():  # the backslash first
        text = text.replace(mark, escaped)
    return text


def fetch(sql: str, params: Any = None) -> list[dict[str, Any]]:
    """Rows of a query as dicts."""
    with connection.cursor() as cursor:
        cursor.cursor.row_factory = dict_row
        cursor.execute(sql, params)
        return cast(list[dict[str, Any]], cursor.fetchall())


def execute(sql: str, params: Any = None) -> int:
    """Run one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
