"""Facts go up as events, in the past tense. Listeners are of two kinds, said in each module's `wiring.py`:

`listen_now`    same transaction as the fact, database only; a failure undoes the fact.
`listen_later`  from the outbox after commit, at least once; must be idempotent by `News.id`.

Both hear a *batch*: whoever emits a thousand facts calls each listener once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
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


def emit(facts: Sequence[Event], *, at: datetime) -> None:
    """Tell *facts* (all of the same or different kinds, in order): now-listeners at once, later ones by the outbox.

    Must be called inside the transaction that made them true; raises RuntimeError otherwise.
    """
    if not facts:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("a fact is told in the transaction that made it true")
    by_name: dict[str, list[tuple[UUID, Event]]] = defaultdict(list)
    for fact, id in zip(facts, new_ids(len(facts)), strict=True):
        by_name[event_name(type(fact))].append((id, fact))
    moment = at.isoformat()
    stored = [
        (id.hex, name, moment, _encode(fact).decode())
        for name, batch in by_name.items()
        if _later.get(name)
        for id, fact in batch
    ]
    if stored:
        copy_rows("kit_outbox", ("id", "name", "at", "payload"), stored)
    for name, batch in by_name.items():
        if listeners := _now.get(name):
            news = [News(id, at, fact) for id, fact in batch]
            for listener in listeners:
                listener(news)


_encode = msgspec.json.Encoder().encode
