"""Facts go up as events, in the past tense. Listeners are of two kinds, said in each module's `wiring.py`:

`listen_now`    same transaction as the fact, database only; a failure undoes the fact.
`listen_later`  from the outbox after commit, at least once; must be idempotent by `News.id`.

Both hear a *batch*: whoever emits a thousand facts calls each listener once.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

import msgspec
from django.db import connection

from sanhao.kit.ids import new_ids
from sanhao.kit.rows import copy_rows


class Event(msgspec.Struct, frozen=True):
    """A fact. Subclasses are named in the past tense and registered by *name* (``module.Fact``)."""

    name: ClassVar[str] = ""


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class News(Generic[E]):
    """One fact as a listener hears it: *id* is the same on every delivery, *at* is business time."""

    id: UUID
    at: datetime
    fact: E


Listener = Callable[[Sequence[News[Any]]], None]

_types: dict[str, type[Event]] = {}
_now: dict[str, list[Listener]] = defaultdict(list)
_later: dict[str, dict[str, Listener]] = defaultdict(dict)


@cache
def event_name(kind: type[Event]) -> str:
    """``service.orders.OrderPaid`` for `sanhao.service.orders.events.OrderPaid`."""
    return kind.name or f"{kind.__module__.removeprefix('sanhao.').removesuffix('.events')}.{kind.__name__}"


def listen_now(kind: type[E], listener: Callable[[Sequence[News[E]]], None]) -> None:
    _register(kind)
    if listener not in _now[event_name(kind)]:
        _now[event_name(kind)].append(listener)


def listen_later(kind: type[E], listener: Callable[[Sequence[News[E]]], None]) -> None:
    _register(kind)
    _later[event_name(kind)][f"{listener.__module__}.{listener.__qualname__}"] = listener


def _register(kind: type[Event]) -> None:
    known = _types.setdefault(event_name(kind), kind)
    if known is not kind:
        raise ValueError(f"two events are called {event_name(kind)}")


def later_listeners(name: str) -> dict[str, Listener]:
    return _later.get(name, {})


def decode(name: str, payload: str) -> Event:
    """The event *name* from its stored JSON. Raises KeyError for a name nobody listens to any more."""
    return msgspec.json.decode(payload, type=_types[name])


class _Telling(threading.local):
    """The outbox rows of facts being told in this thread, and the savepoints under which they became true."""

    rows: list[tuple[UUID, str, datetime, str]] | None = None
    savepoints: tuple[str | None, ...] = ()


_telling = _Telling()
_encode = msgspec.json.Encoder().encode


def emit(facts: Sequence[Event], *, at: datetime) -> None:
    """Tell *facts* (all of the same or different kinds, in order): now-listeners at once, later ones by the outbox.

    What listeners tell in turn goes into the outbox in the same statement.
    Must be called inside the transaction that made them true; raises RuntimeError otherwise.
    """
    if not facts:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("a fact is told in the transaction that made it true")
    by_name: dict[str, list[News[Any]]] = defaultdict(list)
    for fact, id in zip(facts, new_ids(len(facts)), strict=True):
        by_name[event_name(type(fact))].append(News(id, at, fact))
    stored = [
        (news.id, name, news.at, _encode(news.fact).decode())
        for name, batch in by_name.items() if _later.get(name)
        for news in batch
    ]  # fmt: skip
    savepoints = tuple(connection.savepoint_ids)
    if _telling.rows is not None and _telling.savepoints == savepoints:
        _telling.rows += stored
        _tell_now(by_name)
        return
    before = _telling.rows, _telling.savepoints
    _telling.rows, _telling.savepoints = stored, savepoints
    try:
        _tell_now(by_name)
    finally:
        _telling.rows, _telling.savepoints = before
    if stored:
        copy_rows("kit_outbox", ("id", "name", "at", "payload"), stored)


def _tell_now(by_name: Mapping[str, Sequence[News[Any]]]) -> None:
    for name, batch in by_name.items():
        for listener in _now.get(name, ()):
            listener(batch)
