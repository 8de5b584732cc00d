"""One row of the file, read through the mapping. The readers are bound to the header once. A row that must be rejected raises `Rejected` with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import repeat
from typing import Any, NamedTuple

import msgspec

from sanhao.lab.histories.amounts import AmountReader
from sanhao.lab.histories.fields import FIELDS, STATUSES, Sort
from sanhao.lab.histories.mapping import Column, Mapping
from sanhao.lab.histories.refusals import unreadable
from sanhao.lab.histories.times import TimeReader

Cell = str | date
"""Text, or a time that the file (Parquet) knows to be one."""


class Rejected(ValueError):
    """This row cannot be used; the message says why."""


class Row(msgspec.Struct, gc=False):
    """A row as fields, in the order of `FIELDS` after *line* (the physical line where it starts). Money is in minor
    units or None; times are UTC or None."""

    line: int
    order_id: str = ""
    line_id: str = ""
    shop: str = ""
    special: str = ""
    quantity: int = 1
    bought_at: datetime | None = None
    paid_at: datetime | None = None
    promised_at: datetime | None = None
    ship_by: datetime | None = None
    collected_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    presale_ships_by: datetime | None = None
    ship_hours: int | None = None
    status: str = ""
    currency: str = ""
    goods: int | None = None
    freight: int | None = None
    paid: int | None = None
    country: str = ""
    region: str = ""
    buyer: str = ""
    category: str = ""
    weight_g: int | None = None
    registered_at: datetime | None = None
    next_scan_at: datetime | None = None
    chosen_carrier: str = ""
    surcharge: int | None = None
    carrier: str = ""
    hub_signed_at: datetime | None = None
    forwarded_at: datetime | None = None
    claimed_at: datetime | None = None
    claim: str = ""
    claim_refused_at: datetime | None = None
    damage_percent: int | None = None
    weighed_g: int | None = None
    price_seen: int | None = None


_SLOTS = {name: slot for slot, name in enumerate(Row.__struct_fields__[1:])}
_CURRENCY = _SLOTS["currency"]
Parse = Callable[[Cell], Any]


class _Column(NamedTuple):
    """A mapped column. *insists*: an empty cell rejects its row. *strict*: a cell that cannot be read does."""

    field: str
    sort: Sort
    slot: int
    place: int
    parse: Parse
    insists: bool
    strict: bool


def as_text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.isoformat()


def _count(cell: Cell) -> int | None:
    """Whole numbers from 0 to a billion; others are not counts."""
    text = as_text(cell).removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _translate(values: dict[str, str], otherwise: Callable[[str], str]) -> Parse:
    table = {word.strip().casefold(): meaning for word, meaning in values.items()}

    def parse(cell: Cell) -> str:
        text = as_text(cell)
        meaning = table.get(text.casefold())
        return otherwise(text) if meaning is None else meaning

    return parse


def _status(values: dict[str, str]) -> Parse:
    return _translate(values or {word: word for word in STATUSES}, lambda _: "open")


def _parser(mapping: Mapping, field: str, times: TimeReader) -> Parse:
    """How a cell of *field* becomes a value; raises ValueError for what it cannot read. Money is read elsewhere."""
    column = mapping.columns.get(field)
    sort = FIELDS[field].sort
    if sort == "time":
        return TimeReader(column.formats, mapping.zone) if column and column.formats else times
    if sort == "count":
        return _count
    if sort == "status":
        return _status(column.values if column else {})
    return _translate(column.values, str) if column and column.values else as_text


def _default(mapping: Mapping, field: str, times: TimeReader) -> Any:
    """The value of ``defaults.<field>``. Raises `Unreadable`."""
    text = mapping.defaults[field]
    value: Any = None
    try:
        if FIELDS[field].sort == "money":
            value = AmountReader(mapping.file.decimal).read(text, mapping.file.currency)
        elif FIELDS[field].sort == "status":
            value = text if text in STATUSES else None
        else:
            value = _parser(mapping, field, times)(text)
    except ValueError:
        pass
    if value is None:
        raise unreadable(mapping.path, zh=f"defaults.{field} 读不懂：{text!r}。",
                         en=f"defaults.{field} cannot be read: {text!r}.")  # fmt: skip
    return value


class Problem(NamedTuple):
    """A row that was rejected."""

    line: int
    reason: str


Record = tuple[int, Sequence[Cell]]


class RowReader:
    """Reads rows of a file whose header is *header*. Raises `Unreadable` for a column that is missing or doubtful and
    for a default that cannot be read.

    Many rows are read at a time, column by column; whatever is odd about a row sends it to `one`, which knows why.
    """

    def __init__(self, mapping: Mapping, header: Sequence[str], file: str) -> None:
        self._width = len(header)
        self._empty = frozenset(word.strip() for word in mapping.file.empty) | {""}
        times = TimeReader(mapping.file.formats, mapping.zone)
        blank = Row(0)
        self._blank = [getattr(blank, name) for name in _SLOTS]
        self._blank[_CURRENCY] = mapping.file.currency
        for field in mapping.defaults:
            self._blank[_SLOTS[field]] = _default(mapping, field, times)
        self._amount = AmountReader(mapping.file.decimal).read
        places = {
            field: find_column(header, column, field, file) for field, column in mapping.columns.items()
        }
        # Money last: it needs the currency of its row.
        self._columns = sorted(
            (self._column(mapping, field, index, times) for field, index in places.items()),
            key=lambda column: column.sort == "money",
        )
        self.order_column = places["order_id"]
        self.columns = sorted(set(places.values()))

    def _column(self, mapping: Mapping, field: str, index: int, times: TimeReader) -> _Column:
        required = True if field == "order_id" else mapping.columns[field].required
        insists = required is True and (field not in mapping.defaults or field == "order_id")
        strict = required is True or (required is None and FIELDS[field].sort == "time")
        return _Column(
            field, FIELDS[field].sort, _SLOTS[field], index, _parser(mapping, field, times), insists, strict
        )

    def many(self, records: Sequence[Record]) -> list[Row | Problem]:
        """Each of *records* as a row, or why it is rejected; the same as `one` after another, and much faster."""
        width = self._width
        odd = {place for place, (_, cells) in enumerate(records) if len(cells) != width}
        if odd:
            filler = [""] * width
            table = [filler if place in odd else cells for place, (_, cells) in enumerate(records)]
        else:
            table = [cells for _, cells in records]
        columns = list(zip(*table, strict=True))
        values: list[Iterable[Any]] = [repeat(blank) for blank in self._blank]
        for column in self._columns:
            cells: Sequence[Cell] = columns[column.place]
            if column.sort == "time":
                values[column.slot] = self._times(column, cells, odd)
            elif column.sort == "money":
                values[column.slot] = self._money(column, cells, values[_CURRENCY], odd)
            else:
                values[column.slot] = self._texts(column, cells, odd)
        rows: list[Row | Problem] = list(map(Row, (line for line, _ in records), *values))
        for place in odd:
            line, cells = records[place]
            try:
                rows[place] = self.one(line, cells)
            except Rejected as problem:
                rows[place] = Problem(line, str(problem))
        return rows

    def _texts(self, column: _Column, cells: Sequence[Cell], odd: set[int]) -> list[Any]:
        empty, blank, parse = self._empty, self._blank[column.slot], column.parse
        try:
            texts = list(map(str.strip, cells))  # type: ignore[arg-type]
        except TypeError:  # a Parquet file's own dates
            texts = [as_text(cell).strip() for cell in cells]
        if column.insists or column.strict:
            odd.update(place for place, text in enumerate(texts) if text in empty or parse(text) is None)
        if parse is as_text:
            return [blank if text in empty else text for text in texts]
        read = {
            text: blank if text in empty or (value := parse(text)) is None else value for text in set(texts)
        }
        return [read[text] for text in texts]

    def _times(self, column: _Column, cells: Sequence[Cell], odd: set[int]) -> list[datetime | None]:
        """What `many` makes nothing of is empty or odd."""
        read, blank = column.parse, self._blank[column.slot]
        assert isinstance(read, TimeReader)
        moments = read.many(cells)
        if None in moments:
            for place, moment in enumerate(moments):
                if moment is None:
                    moments[place] = blank
                    if cells[place] or column.insists:
                        odd.add(place)
        return moments

    def _money(
        self, column: _Column, cells: Sequence[Cell], currencies: Iterable[str], odd: set[int]
    ) -> list[int | None]:
        amounts = list(map(self._amount, map(as_text, cells), currencies))
        if None in amounts:
            empty, blank = self._empty, self._blank[column.slot]
            for place, minor in enumerate(amounts):
                if minor is None:
                    is_empty = as_text(cells[place]).strip() in empty
                    amounts[place] = blank if is_empty else None
                    if column.insists if is_empty else column.strict:
                        odd.add(place)
        return amounts

    def one(self, line: int, cells: Sequence[Cell]) -> Row:
        """Raises `Rejected`."""
        if len(cells) != self._width:
            self._check_width(cells)
        values = self._blank.copy()
        for column in self._columns:
            cell = cells[column.place]
            cell = cell.strip() if isinstance(cell, str) else cell
            if cell in self._empty:
                if column.insists:
                    raise Rejected(f"{column.field} is missing")
                continue
            value = self._value(column, cell, values[_CURRENCY])
            if value is not None:
                values[column.slot] = value
            elif column.strict:
                raise Rejected(f"{column.field} cannot be read: {_short(cell)}")
            elif column.sort == "money":
                values[column.slot] = None
        return Row(line, *values)

    def _value(self, column: _Column, cell: Cell, currency: str) -> Any:
        if column.sort == "money":
            return self._amount(as_text(cell), currency)
        try:
            return column.parse(cell)
        except ValueError:
            return None

    def _check_width(self, cells: Sequence[Cell]) -> None:
        """A short row lacks mapped cells; in a long one nobody knows which cell moved."""
        if len(cells) <= self.columns[-1] or any(cells[self._width :]):
            raise Rejected(f"the row has {len(cells)} cells where the header has {self._width}")


def _short(cell: Cell) -> str:
    text = as_text(cell)
    return repr(text if len(text) <= 60 else text[:57] + "…")


def find_column(header: Sequence[str], column: Column, field: str, file: str) -> int:
    """Where *column* stands in *header*. Raises `Unreadable` if nowhere, or twice and the mapping does not say which."""
    name = column.column.strip()
    places = [i for i, title in enumerate(header) if title.strip() == name]
    if not places or (column.nth or 1) > len(places):
        there = ", ".join(header)
        there = there if len(there) <= 300 else there[:297] + "…"
        raise unreadable(file, zh=f"没有“{name}”这一列（{field}）；有：{there}。",
                         en=f"there is no column {name!r} (for {field}); there are {there}.")  # fmt: skip
    if len(places) > 1 and column.nth is None:
        raise unreadable(file, zh=f"“{name}”这一列（{field}）有 {len(places)} 个；请用 nth 说明是第几个。",
                         en=f"the column {name!r} (for {field}) is there {len(places)} times; say which with nth.")  # fmt: skip
    return places[(column.nth or 1) - 1]
