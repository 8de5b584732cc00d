"""Files as tables: CSV in any encoding and with any delimiter, and Parquet, read in bounded pieces."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from sanhao.lab.histories.mapping import FileShape
from sanhao.lab.histories.refusals import Unreadable, require_file, unreadable
from sanhao.lab.histories.rows import Cell

_LARGEST_CELL = 4 << 20
_PARQUET_ROWS = 8192


class Table(Protocol):
    """*header*, and ``rows(columns)``: the line of each row and its cells. *columns* are those that will be looked at;
    others may be left empty."""

    header: list[str]

    def rows(self, columns: Sequence[int]) -> Iterator[tuple[int, Sequence[Cell]]]: ...


def open_table(path: Path, shape: FileShape) -> Table:
    """The table in *path*. Raises `Unreadable`, also later from `rows`."""
    require_file(path)
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head[:4] == b"PAR1":
        return _Parquet(path)
    wide = (
        shape.encoding.lower()
        .replace("_", "-")
        .startswith(("utf-16", "utf-32", "utf16", "utf32", "u16", "u32"))
    )
    if b"\0" in head and not wide:
        raise unreadable(
            path, zh="不是文本表格（里面有二进制内容）。", en="is not a table of text (it holds binary data)."
        )
    return _Csv(path, shape)


class _Csv:
    def __init__(self, path: Path, shape: FileShape) -> None:
        self._path, self._shape = path, shape
        self._encoding = (
            "utf-8-sig" if shape.encoding.lower() in ("utf-8", "utf8", "utf_8") else shape.encoding
        )
        self.header: list[str] = []
        for _, cells in self._records():
            self.header = [title.removeprefix("\ufeff") for title in cells]
            break
        if not any(title.strip() for title in self.header):
            raise unreadable(path, zh="没有表头。", en="has no header.")

    def rows(self, columns: Sequence[int]) -> Iterator[tuple[int, Sequence[Cell]]]:
        del columns
        records = self._records()
        next(records, None)
        return records

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Every record that is not blank, with the physical line on which it starts."""
        csv.field_size_limit(_LARGEST_CELL)
        start = 1
        try:
            with self._path.open(encoding=self._encoding, newline="") as file:
                last = _Last(file, self._shape.quote)
                reader = csv.reader(last, delimiter=self._shape.delimiter, quotechar=self._shape.quote)
                cells: list[str] = []
                for cells in reader:
                    if cells:
                        yield start, cells
                    start = reader.line_num + 1
                if cells and last.swallowed(cells[-1]):
                    raise self._open_quote(start)
        except UnicodeError:
            raise unreadable(self._path, zh=f"第 {start} 行附近不是 {self._shape.encoding} 文本。",
                             en=f"is not {self._shape.encoding} text (near line {start}).") from None  # fmt: skip
        except csv.Error as error:
            raise unreadable(self._path, zh=f"第 {start} 行读不成表格（{error}）；是不是引号没有关上？",
                             en=f"line {start} cannot be read as a table ({error}); is a quote left open?") from None  # fmt: skip
        except OSError as error:
            raise unreadable(
                self._path, zh=f"读不了（{error.strerror}）。", en=f"cannot be read ({error.strerror})."
            ) from None

    def _open_quote(self, line: int) -> Unreadable:
        return unreadable(self._path, zh=f"有一个引号到文件末尾（第 {line - 1} 行）都没有关上。",
                          en=f"a quote is never closed before the end of the file (line {line - 1}).")  # fmt: skip


class _Last:
    """The file's lines, remembering the last one: a cell that ends with the file's own last line break was never closed."""

    def __init__(self, lines: Any, quote: str) -> None:
        self._lines, self._quote, self._line = lines, quote, ""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._line = line
            yield line

    def swallowed(self, cell: str) -> bool:
        line = self._line
        if line.endswith(("\n", "\r")):
            return cell.endswith(("\n", "\r")) and not line.rstrip("\r\n").endswith(self._quote)
        return "\n" in cell and not line.endswith(self._quote)


class _Parquet:
    """Rows are counted from 2, as if the column names were line 1: the same numbers a CSV copy would give."""

    def __init__(self, path: Path) -> None:
        import pyarrow
        import pyarrow.parquet

        self._path, self._errors = path, (pyarrow.ArrowException, OSError, ValueError)
        try:
            self._file = pyarrow.parquet.ParquetFile(path, memory_map=True)
            self.header = [str(name) for name in self._file.schema_arrow.names]
        except self._errors as error:
            raise self._broken(error) from None

    def _broken(self, error: Exception) -> Unreadable:
        what = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        return unreadable(
            self._path, zh=f"不是完好的 Parquet 文件（{what}）。", en=f"is not a sound Parquet file ({what})."
        )

    def rows(self, columns: Sequence[int]) -> Iterator[tuple[int, Sequence[Cell]]]:
        line = 2
        blank = [""] * len(self.header)
        names = [self.header[i] for i in columns]
        try:
            for batch in self._file.iter_batches(batch_size=_PARQUET_ROWS, columns=names, use_threads=False):
                taken = [(i, _cells(batch.column(batch.schema.names.index(self.header[i])))) for i in columns]
                for row in range(batch.num_rows):
                    cells = blank.copy()
                    for index, values in taken:
                        cells[index] = values[row]
                    yield line, cells
                    line += 1
        except self._errors as error:
            raise self._broken(error) from None


def _cells(array: Any) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.timestamp("us", tz=array.type.tz), safe=False)
    try:
        values = array.to_pylist()
    except (
        OverflowError,
        ValueError,
    ):  # a date beyond the years that there are: nothing but its number is said
        values = [_within_reach(scalar) for scalar in array]
    return [_cell(value) for value in values]


def _within_reach(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except (OverflowError, ValueError):
        return f"{scalar.type} {scalar.value}"


def _cell(value: Any) -> Cell:
    if value is None or value != value:  # a float's NaN
        return ""
    if isinstance(value, str | date):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # an id that a dataframe turned into a float
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
