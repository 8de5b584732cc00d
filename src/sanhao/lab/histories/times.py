"""Times as people write them into files, read fast: each format is compiled once, each text remembered.

Formats are strptime's (`%d-%b-%y`), with English month names, or one of the words `iso`, `unix` (seconds), `unix_ms`.
A time without a zone is in the mapping's zone; a date without a time is that day's midnight there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIRECTIVES = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "d": r"(?P<d>[0-9]{1,2})",
    "b": r"(?P<b>[A-Za-z]{3,9})\.?",
    "B": r"(?P<b>[A-Za-z]{3,9})",
    "H": r"(?P<H>[0-9]{1,2})",
    "I": r"(?P<I>[0-9]{1,2})",
    "M": r"(?P<M>[0-9]{1,2})",
    "S": r"(?P<S>[0-9]{1,2})",
    "f": r"(?P<f>[0-9]{1,9})",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "a": r"[A-Za-z]{2,9}",
    "A": r"[A-Za-z]{2,9}",
    "%": "%",
}
_ISO_LIKE = re.compile(r"%Y-%m-%d([ T]%H:%M(:%S(\.%f)?)?(%z)?)?")
_REMEMBERED = 1 << 16
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
"""A time outside these years is a slip of the pen or a stand-in for "never", not a time."""

_ZERO = timedelta(0)

Parse = Callable[[str, tzinfo], datetime]
"""A text and the zone that it is in if it names none; the moment in UTC, or ValueError or OverflowError."""


class BadFormat(ValueError):
    """A format nobody can read by."""


def compile_format(pattern: str) -> list[Parse]:
    """The parsers to try for *pattern*, fastest first. Raises BadFormat."""
    if pattern == "iso":
        return [_iso]
    if pattern in ("unix", "unix_ms"):
        return [_epoch(1000 if pattern == "unix_ms" else 1)]
    by_regex = _by_regex(pattern)
    return [_iso, by_regex] if _ISO_LIKE.fullmatch(pattern) else [by_regex]


def in_zone(wall: datetime, zone: tzinfo) -> datetime:
    """The moment at which clocks in *zone* show what *wall* shows in UTC. (Replacing the zone costs five times more.)"""
    return wall - (zone.utcoffset(wall) or _ZERO)


def _iso(text: str, zone: tzinfo) -> datetime:
    try:
        wall = datetime.fromisoformat(text + "+00:00")
        if wall.tzinfo is UTC:
            return in_zone(wall, zone)
    except ValueError:
        pass
    moment = datetime.fromisoformat(text)  # it names its zone, or is a date alone
    return moment.astimezone(UTC) if moment.tzinfo else in_zone(moment.replace(tzinfo=UTC), zone)


def _epoch(per_second: int) -> Parse:
    start = datetime(1970, 1, 1, tzinfo=UTC)

    def parse(text: str, zone: tzinfo) -> datetime:
        if not text.isascii():
            raise ValueError(text)
        return start + timedelta(seconds=float(text) / per_second)

    return parse


def _by_regex(pattern: str) -> Parse:
    match = _compiled(pattern).fullmatch

    def parse(text: str, zone: tzinfo) -> datetime:
        found = match(text)
        if found is None:
            raise ValueError(text)
        return _moment(found.groupdict(), zone)

    return parse


def _compiled(pattern: str) -> re.Pattern[str]:
    out: list[str] = []
    used: set[str] = set()
    for part in re.findall(r"%.|%$|\s+|[^%\s]+", pattern):
        if part.isspace():
            out.append(r"\s+")
        elif part[0] != "%":
            out.append(re.escape(part))
        else:
            out.append(_directive(part[1:], used, pattern))
    if not (used & {"Y", "y"} and used & {"m", "b"} and "d" in used):
        raise BadFormat(pattern)
    return re.compile("".join(out))


def _directive(letter: str, used: set[str], pattern: str) -> str:
    """Each part of a date may be named once."""
    name = {"B": "b", "A": "a"}.get(letter, letter)
    if letter not in _DIRECTIVES or name in used:
        raise BadFormat(pattern)
    if name not in "a%":
        used.add(name)
    return _DIRECTIVES[letter]


def _moment(part: dict[str, str], zone: tzinfo) -> datetime:
    year = int(part.get("Y") or part["y"])
    if not part.get("Y"):
        year += 1900 if year >= 69 else 2000  # POSIX
    month = _MONTHS.index(name[:3].lower()) + 1 if (name := part.get("b")) else int(part["m"])
    hour = int(part.get("H") or part.get("I") or 0)
    if half := part.get("p"):
        hour = hour % 12 + (12 if half in "pP" else 0)
    minute, second = int(part.get("M") or 0), int(part.get("S") or 0)
    micro = int(part.get("f", "0").ljust(6, "0")[:6])
    wall = datetime(year, month, int(part["d"]), hour, minute, second, micro, UTC)
    return in_zone(wall, _offset(part["z"]) if "z" in part else zone)


def _offset(text: str) -> tzinfo:
    if text == "Z":
        return UTC
    size = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-size if text[0] == "-" else size)


class TimeReader:
    """``TimeReader(formats, zone)(cell)``: the moment in UTC. Raises ValueError for what no format reads.

    `many` does the same for a column at a time and spares a call for each cell.
    """

    def __init__(self, formats: Sequence[str], zone: tzinfo) -> None:
        self._zone = zone
        self._parsers = [parser for pattern in formats for parser in compile_format(pattern)]
        self._known: dict[str | date, datetime] = {}

    def __call__(self, cell: str | date) -> datetime:
        if not isinstance(cell, str):
            return _sensible(self._typed(cell))
        moment = _sensible(self._read(cell.strip()))
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[cell] = moment
        return moment

    def many(self, cells: Sequence[str | date]) -> list[datetime | None]:
        """Each of *cells* as a moment; None for what is empty or cannot be read."""
        known, offset, parse = self._known, self._zone.utcoffset, datetime.fromisoformat
        if len(known) >= _REMEMBERED:
            known.clear()
        in_a_hurry = self._parsers[0] is _iso
        moments = []
        for cell in cells:
            moment = known.get(cell)
            if moment is None and cell:
                try:
                    if in_a_hurry and (wall := parse(cell + "+00:00")).tzinfo is UTC:  # type: ignore[operator, arg-type]
                        moment = known[cell] = _sensible(wall - (offset(wall) or _ZERO))
                    else:
                        moment = self(cell)
                except (ValueError, OverflowError, TypeError):
                    moment = self._try(cell)
            moments.append(moment)
        return moments

    def _try(self, cell: str | date) -> datetime | None:
        try:
            return self(cell)
        except (ValueError, OverflowError):
            return None

    def _typed(self, cell: date) -> datetime:
        """A cell of a file that knows what a time is."""
        if not isinstance(cell, datetime):
            cell = datetime.combine(cell, time())
        return cell.astimezone(UTC) if cell.tzinfo else in_zone(cell.replace(tzinfo=UTC), self._zone)

    def _read(self, text: str) -> datetime:
        for parse in self._parsers:
            try:
                return parse(text, self._zone)
            except (ValueError, OverflowError):
                continue
        raise ValueError(text)


def _sensible(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"the year {moment.year}")
    return moment
