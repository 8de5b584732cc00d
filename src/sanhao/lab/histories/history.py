"""A history: a table and a mapping become paid orders and the news about them, one order at a time.

The file is read twice. The first pass only counts how many rows each order has, so that the second can let go of an
order as soon as its last row is read, wherever its rows are scattered: memory holds a number per order and the orders
that are still open. The first pass also finds out whether the whole file can be read at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sanhao.lab.histories.assemble import Assembler, HistoryOrder
from sanhao.lab.histories.mapping import Mapping
from sanhao.lab.histories.rows import Cell, Row, RowReader, as_text
from sanhao.lab.histories.tables import Table, open_table

_BATCH = 1024


@dataclass
class Reading:
    """What came of reading: kept up to date while `read_history` runs."""

    total: int = 0
    """Rows that the file has; the others count up to it."""
    rows: int = 0
    orders: int = 0
    rejected: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    """What was odd but harmless, and how often: ``freight differs``, ``line repeated``…"""


def _nobody(line: int, reason: str) -> None:
    del line, reason


def read_history(
    path: Path | str,
    mapping: Mapping,
    *,
    rejected: Callable[[int, str], None] = _nobody,
    reading: Reading | None = None,
) -> Iterator[HistoryOrder]:
    """The orders of *path*, each when its last row is read. *rejected* hears the line and reason of unusable rows.

    Raises `Unreadable` before the first order for whatever concerns the whole file.
    """
    path = Path(path)
    table = open_table(path, mapping.file)
    reader = RowReader(mapping, table.header, str(path))
    left = _rows_per_order(table, reader.order_column)
    reading = Reading() if reading is None else reading
    reading.total = sum(left.values())
    return _orders(table, reader, left, Assembler(mapping), rejected, reading)


def _orders(
    table: Table,
    reader: RowReader,
    left: dict[int, int],
    assemble: Assembler,
    rejected: Callable[[int, str], None],
    reading: Reading,
) -> Iterator[HistoryOrder]:
    waiting: dict[str, list[Row]] = {}
    column = reader.order_column

    def complete(rows: list[Row]) -> HistoryOrder | None:
        order, refused = assemble(rows, reading.notes)
        for problem in refused:
            refuse(*problem)
        reading.orders += order is not None
        return order

    def refuse(line: int, reason: str) -> None:
        reading.rejected += 1
        rejected(line, reason)

    records = table.rows(reader.columns)
    while batch := list(islice(records, _BATCH)):
        for (_, cells), row in zip(batch, reader.many(batch), strict=True):
            reading.rows += 1
            if isinstance(row, Row):
                id = row.order_id
                key = hash(id)
                if left.get(key) == 1 and id not in waiting:
                    del left[key]
                    if order := complete([row]):
                        yield order
                    continue
                waiting.setdefault(id, []).append(row)
            else:
                refuse(*row)
                id = _key(cells, column)
                key = hash(id)
            left[key] = remaining = left.get(key, 0) - 1
            if remaining <= 0:
                del left[key]
                if (rows := waiting.pop(id, None)) and (order := complete(rows)):
                    yield order
    for rows in waiting.values():  # none, unless two ids share a hash
        if order := complete(rows):
            yield order


def _key(cells: Sequence[Cell], column: int) -> str:
    return as_text(cells[column]).strip() if column < len(cells) else ""


def _rows_per_order(table: Table, column: int) -> dict[int, int]:
    """How many rows each order has, by the hash of its id: a few dozen bytes per order."""
    return Counter(hash(_key(cells, column)) for _, cells in table.rows([column]))
