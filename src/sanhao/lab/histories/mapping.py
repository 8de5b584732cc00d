"""The mapping: a TOML file that says which column of a history holds which field. See `docs/examples/`.

Everything is checked before the history is opened; what is wrong is one sentence that names the file and the key.
"""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Mapping as Dict
from datetime import tzinfo
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import msgspec

from sanhao.kit.money import exponent
from sanhao.lab.histories.fields import FIELDS, STATUSES, Level
from sanhao.lab.histories.refusals import require_file, unreadable
from sanhao.lab.histories.times import BadFormat, compile_format


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column. *values* says what its words mean; *nth* picks among columns of the same name (1 is the first);
    *formats* are its own time formats. A *required* cell that is empty or unreadable rejects its row; a time that is
    not empty but unreadable always does, unless ``required = false`` is written."""

    column: str
    level: Level | None = None
    values: dict[str, str] = {}
    formats: list[str] = []
    required: bool | None = None
    nth: int | None = None


class FileShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the file itself is written."""

    currency: str
    timezone: str = "UTC"
    formats: list[str] = msgspec.field(default_factory=lambda: ["iso"])
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str = "."
    empty: list[str] = []
    """Words that stand for nothing, besides the empty cell."""


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    file: FileShape
    columns: dict[str, str | Column]
    defaults: dict[str, str | int | float] = {}
    terms: dict[str, dict[str, Any]] = {}


class Mapping(msgspec.Struct, frozen=True):
    """A mapping that has been checked. *defaults* fill empty cells and fields without a column."""

    path: str
    file: FileShape
    columns: dict[str, Column]
    defaults: dict[str, str]
    terms: dict[str, dict[str, Any]]

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.file.timezone)

    def level(self, field: str) -> Level:
        column = self.columns.get(field)
        return (column.level if column else None) or FIELDS[field].level

    def knows(self, field: str) -> bool:
        return field in self.columns or field in self.defaults


def read_toml(path: Path) -> dict[str, Any]:
    """Raises `Unreadable` for what is missing, not UTF-8 or not TOML."""
    require_file(path)
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise unreadable(path, zh="不是 UTF-8 文本。", en="is not UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise unreadable(path, zh=f"不是 TOML：{error}", en=f"is not TOML: {error}.") from None
    except RecursionError:
        raise unreadable(path, zh="不是 TOML：嵌套太深。", en="is not TOML: nested too deeply.") from None


def load_mapping(path: Path | str) -> Mapping:
    """Read and check the mapping at *path*. Raises `Unreadable`."""
    return parse_mapping(read_toml(Path(path)), str(path))


def parse_mapping(document: Dict[str, Any], name: str) -> Mapping:
    """*document* is the TOML as a dict, *name* what to call it in a complaint."""
    try:
        read = msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        raise unreadable(name, zh=f"映射有误：{error}", en=f"the mapping is wrong: {error}.") from None
    columns = {f: Column(c) if isinstance(c, str) else c for f, c in read.columns.items()}
    for field in [*columns, *read.defaults]:
        if field not in FIELDS:
            known = ", ".join(FIELDS)
            _wrong(
                name,
                f"没有“{field}”这个字段；可用：{known}。",
                f"there is no field {field!r}; there are {known}.",
            )
    if "order_id" not in columns:
        _wrong(name, "[columns] 里缺少 order_id。", "[columns] does not say which column is order_id.")
    _check_file(name, read.file)
    for field, column in columns.items():
        _check_column(name, field, column)
    defaults = {field: str(value) for field, value in read.defaults.items()}
    return Mapping(name, read.file, columns, defaults, read.terms)


def _wrong(name: str, zh: str, en: str) -> NoReturn:
    raise unreadable(name, zh=zh, en=en)


def _check_file(name: str, file: FileShape) -> None:
    try:
        exponent(file.currency)
    except ValueError:
        _wrong(name, f"没有“{file.currency}”这个币种。", f"there is no currency {file.currency!r}.")
    try:
        ZoneInfo(file.timezone)
    except (LookupError, ValueError, OSError):
        _wrong(name, f"没有“{file.timezone}”这个时区。", f"there is no timezone {file.timezone!r}.")
    try:
        known = codecs.lookup(file.encoding)._is_text_encoding
    except (LookupError, ValueError):
        known = False
    if not known:
        _wrong(name, f"没有“{file.encoding}”这种编码。", f"there is no text encoding {file.encoding!r}.")
    for key, mark, taken in (
        ("delimiter", file.delimiter, "\r\n"),
        ("quote", file.quote, "\r\n" + file.delimiter),
    ):
        if len(mark) != 1 or mark in taken:
            _wrong(name, f"{key} 要是一个字符。", f"{key} must be one character, not {mark!r}.")
    if file.decimal not in (".", ","):
        _wrong(name, "decimal 只能是 . 或 , 。", 'decimal is "." or ",".')
    _check_formats(name, "file.formats", file.formats)
    if not file.formats:
        _wrong(name, "file.formats 是空的。", "file.formats is empty.")


def _check_formats(name: str, key: str, formats: list[str]) -> None:
    for pattern in formats:
        try:
            compile_format(pattern)
        except BadFormat:
            _wrong(
                name,
                f"{key} 里的 {pattern!r} 不是完整的日期格式。",
                f"{pattern!r} in {key} is not a format of a whole date.",
            )


def _check_column(name: str, field: str, column: Column) -> None:
    shape = FIELDS[field]
    if column.level is not None and column.level not in shape.levels:
        level = " or ".join(shape.levels)
        _wrong(name, f"{field} 的 level 只能是 {level}。", f"the level of {field} can only be {level}.")
    if column.nth is not None and column.nth < 1:
        _wrong(name, f"{field} 的 nth 从 1 数起。", f"nth of {field} counts from 1.")
    _check_formats(name, f"columns.{field}.formats", column.formats)
    if shape.sort == "status":
        for meaning in column.values.values():
            if meaning not in STATUSES:
                known = ", ".join(STATUSES)
                _wrong(
                    name,
                    f"status 没有“{meaning}”；可用：{known}。",
                    f"a status cannot mean {meaning!r}; it can mean {known}.",
                )
    elif shape.sort in ("time", "money", "count") and column.values:
        _wrong(name, f"{field} 不能有 values。", f"{field} cannot have values.")
