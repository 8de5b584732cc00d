"""What every carrier's `parse.py` is made of: careful access to somebody else's JSON, times with their zones, keys.

Nothing here trusts the answer: a value of the wrong kind counts as missing, and what is missing is named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sanhao.service.delivery.asking import InterceptionWord, PickupWord
from sanhao.service.delivery.core import ForwardWord, ScanRecord, Status, Zone

Json = dict[str, Any]


class Unreadable(ValueError):
    """The answer cannot be understood. The message says what is missing or wrong, and where."""


class Problem(Exception):
    """One entry of an answer cannot be understood."""


class Skipped(msgspec.Struct, frozen=True):
    """An entry that gave no scan. *malformed*: it should have; otherwise the carrier itself says it has none."""

    where: str
    reason: str
    malformed: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}" if self.where else self.reason


class Answer(msgspec.Struct, frozen=True):
    """All that one answer says: the scans, what was skipped with the reason, words on interceptions and pickups, and what a
    hub sends on."""

    scans: list[ScanRecord]
    skipped: list[Skipped]
    words: tuple[InterceptionWord, ...] = ()
    pickups: tuple[PickupWord, ...] = ()
    forwards: tuple[ForwardWord, ...] = ()

    def strictly(self) -> list[ScanRecord]:
        """The scans of an answer without a flaw. Raises Unreadable naming everything that is missing or wrong."""
        if flaws := [str(skipped) for skipped in self.skipped if skipped.malformed]:
            raise Unreadable("; ".join(flaws))
        return self.scans


Read = Callable[[bytes], Answer]


class Reading:
    """Collects the scans of one answer. The same scan told twice is one."""

    def __init__(self, home: str) -> None:
        """*home*: the zone of a carrier whose answer tells neither offset nor place."""
        self._home = ZoneInfo(home)
        self._scans: dict[tuple[str, str], ScanRecord] = {}
        self._skipped: list[Skipped] = []
        self.words: list[InterceptionWord] = []
        self.pickups: list[PickupWord] = []
        self.forwards: list[ForwardWord] = []

    def done(self) -> Answer:
        return Answer(
            list(self._scans.values()),
            self._skipped,
            tuple(self.words),
            tuple(self.pickups),
            tuple(self.forwards),
        )

    def skip(self, where: str, reason: str) -> None:
        """The carrier says itself that there is nothing here."""
        self._skipped.append(Skipped(where, reason, malformed=False))

    @contextmanager
    def entry(self, where: str) -> Iterator[None]:
        """What goes wrong inside concerns this entry only."""
        try:
            yield
        except Problem as problem:
            self._skipped.append(Skipped(where, str(problem)))

    def each(self, parent: Any, name: str, where: str = "") -> Iterator[tuple[str, Json]]:
        """The objects in the list *name* of *parent* with their places; what is no object is noted."""
        path = f"{where}.{name}" if where else name
        entries = parent.get(name) if isinstance(parent, dict) else None
        if entries is None:
            return
        if not isinstance(entries, list):
            self._skipped.append(Skipped(path, "is not a list"))
            return
        for index, value in enumerate(entries):
            if isinstance(value, dict):
                yield f"{path}[{index}]", value
            else:
                self._skipped.append(Skipped(f"{path}[{index}]", "is not an object"))

    def moment(
        self, text: str, *, field: str, offset: str = "", zone: str | None = None
    ) -> tuple[datetime, Zone]:
        """A time as UTC, with where its zone came from: *text* itself, *offset*, the facility's *zone*, or home.

        Raises Problem if it is missing or no time. An hour that a change of clocks repeats is the first of the two.
        """
        if not text:
            raise Problem(f"{field} is missing")
        at = _parse(text, field)
        if at.tzinfo is None and offset:
            at = _parse(f"{at.isoformat()}{offset}", f"{field} with its offset")
        if at.tzinfo is not None:
            return _to_utc(at, field), "given"
        if zone is not None:
            return _to_utc(at.replace(tzinfo=ZoneInfo(zone)), field), "facility"
        return _to_utc(at.replace(tzinfo=self._home), field), "carrier"

    def add(
        self,
        *,
        number: str,
        status: Status,
        moment: tuple[datetime, Zone],
        code: str,
        place: str = "",
        description: str = "",
        event_id: str = "",
        part: str = "",
        shipment_no: str = "",
        weight_g: int = 0,
        bound_for: str = "",
    ) -> None:
        """Note one scan. Without an *event_id* of the carrier's, its key is made of what it says."""
        at, zone = moment
        key = (
            f"id:{event_id}"[:80]
            if event_id
            else _derived_key(code, at.isoformat(), place, description, part)
        )
        self._scans.setdefault(
            (number, key),
            ScanRecord(
                tracking_no=number,
                status=status,
                at=at,
                zone_source=zone,
                place=place[:200],
                description=description[:500],
                raw_code=code[:80],
                event_key=key,
                shipment_no=shipment_no,
                weight_g=weight_g if 0 < weight_g < 2**31 else 0,
                bound_for=bound_for[:200],
            ),
        )


def load(body: bytes) -> Any:
    """The JSON of an answer. Raises Unreadable."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from None


def load_object(body: bytes, *needs: str) -> Json:
    """An answer that must be an object with the members *needs*. Raises Unreadable naming what is missing."""
    answer = load(body)
    if not isinstance(answer, dict):
        raise Unreadable("the answer is not an object")
    if missing := [name for name in needs if answer.get(name) is None]:
        raise Unreadable(f"{', '.join(missing)} is missing")
    return answer


def text(parent: Any, *path: str) -> str:
    """The text (or number, as text) at *path*, stripped; empty if there is none."""
    for name in path:
        parent = parent.get(name) if isinstance(parent, dict) else None
    if isinstance(parent, bool) or not isinstance(parent, str | int | float):
        return ""
    return str(parent).replace("\x00", "").strip()


def need(parent: Any, *names: str) -> str:
    """The first of *names* that is there. Raises Problem naming them."""
    for name in names:
        if value := text(parent, name):
            return value
    raise Problem(f"{' or '.join(names)} is missing")


def joined(*parts: str) -> str:
    """The parts of a place that are known: ``Berlin, 10437, DE``."""
    return ", ".join(part for part in parts if part)


def by_phrase(table: Mapping[str, Status], description: str) -> Status:
    """The status whose phrase the description begins with, the longest first; `unknown` if none fits."""
    said = " ".join(description.casefold().split())
    fits = [phrase for phrase in table if said.startswith(phrase)]
    return table[max(fits, key=len)] if fits else "unknown"


def known_zone(name: str) -> str | None:
    """*name* if it is a zone of the tz database."""
    try:
        return ZoneInfo(name).key if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _parse(text: str, field: str) -> datetime:
    plain = text[:-4] + "Z" if text.endswith(" UTC") else text
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        raise Problem(f"{field} is not a time: {text[:40]!r}") from None
    if len(plain) <= 10:
        raise Problem(f"{field} has no time of day: {text[:40]!r}")
    return at


def _to_utc(at: datetime, field: str) -> datetime:
    try:
        return at.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Problem(f"{field} is out of range") from None


def _derived_key(*parts: str) -> str:
    said = "\x1f".join(part.casefold() for part in parts)
    return "of:" + hashlib.sha256(said.encode()).hexdigest()[:32]
