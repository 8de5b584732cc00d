"""What components are given: small frozen structs, texts already in the reader's language. A face fills them from the
doors of the modules below; components never ask a module anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from sanhao.kit.money import Money

PromiseState = Literal["open", "kept", "broken", "void", "review"]
Audience = Literal["buyer", "shop", "platform"]


class PromiseCard(msgspec.Struct, frozen=True):
    """One promise: what (*title*), by whom (*shop*), until when (*due_at*), what follows if not (*otherwise*).

    *sentence* says what happened once it is decided or under review; *compensation* is what a broken one brought,
    as *remedy*. *mark* is the shop's picture name, *href* where the whole story stands. *starts_at* is when the ring
    was full; one that does not *run* yet (on a price tag) stays as the server drew it. What is not a promise (a case)
    brings its own word for its state (*word*), and a whole sentence of what silence does (*silence*).
    """

    id: str
    kind: str
    title: str
    shop: str
    state: PromiseState
    starts_at: datetime
    due_at: datetime
    otherwise: str = ""
    sentence: str = ""
    decided_at: datetime | None = None
    compensation: Money | None = None
    remedy: Literal["coupon", "refund"] = "coupon"
    mark: str = ""
    href: str = ""
    runs: bool = True
    word: str | None = None
    silence: str = ""

    def left(self, now: datetime) -> float:
        """How much of the ring is left, 1 to 0."""
        whole = (self.due_at - self.starts_at).total_seconds()
        rest = (self.due_at - now).total_seconds()
        return min(1.0, max(0.0, rest / whole)) if whole > 0 else 0.0

    def look(self, now: datetime) -> str:
        """The state as it is shown: an open promise is ``open``, ``soon`` (a quarter left) or ``past`` (being settled)."""
        if self.state != "open":
            return self.state
        if now >= self.due_at:
            return "past"
        return "soon" if self.left(now) <= 0.25 else "open"


def time_left(due_at: datetime, now: datetime) -> tuple[int, Literal["d", "h", "min"]]:
    """The number in the ring: whole days from 72 hours on, whole hours from 1 hour on, else minutes; never below 0.

    ui.js computes the same while the page is open.
    """
    rest = max(due_at - now, timedelta(0))
    if rest >= timedelta(hours=72):
        return rest.days, "d"
    if rest >= timedelta(hours=1):
        return int(rest.total_seconds() // 3600), "h"
    return int(rest.total_seconds() // 60), "min"


class ListingCard(msgspec.Struct, frozen=True):
    """One listing in a grid. *promise* is its best promise in a few words (“Ships within 24 h”)."""

    href: str
    title: str
    picture: str
    price: Money | None
    shop: str = ""
    promise: str = ""
    from_price: bool = False
    sold_out: bool = False
    note: str = ""


class Tab(msgspec.Struct, frozen=True):
    href: str
    label: str
    current: bool = False
    count: int | None = None


class Step(msgspec.Struct, frozen=True):
    """One step of a story such as an order's way; *state* `bad` is where it went wrong."""

    label: str
    state: Literal["done", "now", "next", "bad"]
    at: datetime | None = None
    text: str = ""


class Bar(msgspec.Struct, frozen=True):
    """A bar or a slice: *shown* is the value as people read it; *tone* 1–5 picks the colour, 0 the quiet one."""

    label: str
    value: float
    shown: str = ""
    tone: int = 1


class Series(msgspec.Struct, frozen=True):
    """One line, or one layer of columns; *shown* is its last or total value as people read it."""

    label: str
    values: Sequence[float]
    shown: str = ""
    tone: int = 1
