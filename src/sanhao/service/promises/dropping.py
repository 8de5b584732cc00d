"""Lines that will not be shipped: what was promised of an order is promised of the rest. Pure."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, cast

from msgspec.structs import replace

from sanhao.kit.money import Money
from sanhao.service.promises.core import Cancelled, Dropped
from sanhao.service.promises.scans import earlier


class _Line(Protocol):
    @property
    def id(self) -> str: ...


class _Facts(Protocol):
    @property
    def lines(self) -> tuple[_Line, ...]: ...
    @property
    def cancelled(self) -> Cancelled | None: ...


F = TypeVar("F", bound=_Facts)


def drop(facts: F, news: Dropped) -> F:
    """The facts without these lines, and without what was paid for them; called off by the buyer where none is left.
    Told twice is once."""
    paid = dict(news.lines)
    gone = [line for line in facts.lines if line.id in paid]
    left = tuple(line for line in facts.lines if line.id not in paid)
    if not gone:
        return facts
    if not left:
        return _with(facts, cancelled=earlier(facts.cancelled, Cancelled(news.at, "buyer")))
    for line in gone:
        facts = _with(facts, **_less(facts, paid[line.id]))
    return _with(facts, lines=left)


def _less(facts: Any, minus: Money) -> dict[str, Money]:
    paid: Money | None = getattr(facts, "paid", None)
    return {} if paid is None else {"paid": Money(max(0, paid.minor - minus.minor), paid.currency)}


def _with(facts: F, **changed: Any) -> F:
    return cast(F, replace(cast(Any, facts), **changed))
