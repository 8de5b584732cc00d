"""What a promise is, without any database: the paid order it is made about, the news it hears, the verdict it gets.

A *kind* (one file in `kinds/`) is made of pure functions over these. The same functions decide live, in replay over a
history, in the what-if and in the test. Moments are aware datetimes in UTC; money is `Money`, or None where a history
cannot be read: then what is owed is unknown, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text

Outcome = Literal["kept", "broken", "void", "waiting"]
Remedy = Literal["", "coupon", "refund"]
Scope = Literal["line", "order", "checkout"]
CARRIER, PLATFORM = "carrier", "platform"


class Line(msgspec.Struct, frozen=True):
    """One line as promises see it. *paid* is what the buyer paid for the goods of this line, after coupons."""

    id: str
    shop: str
    quantity: int = 1
    paid: Money | None = None
    freight: Money | None = None
    promised_at: datetime | None = None
    special: str = ""


class PaidOrder(msgspec.Struct, frozen=True):
    """What was bought and paid, frozen. It may hold lines of several shops: then it is a checkout, or an order of a
    history that does not tell them apart."""

    id: str
    currency: str
    bought_at: datetime | None
    paid_at: datetime | None
    lines: tuple[Line, ...]
    goods: Money | None
    freight: Money | None
    paid: Money | None
    promised_at: datetime | None = None
    """The promised arrival."""
    ship_by: dict[str, datetime] = {}
    """Hand-over limits a history states, per shop; live ones are resolved from the terms."""
    ship_hours: int | None = None
    """The shop's own shorter promise."""
    presale_ships_by: datetime | None = None
    country: str = ""
    region: str = ""
    buyer: str = ""

    @property
    def shops(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.shop for line in self.lines if line.shop))


class Collected(msgspec.Struct, frozen=True, tag=True):
    """A carrier's first scan: the shop handed these lines over (none named: all of that shop's, or all)."""

    at: datetime
    received_at: datetime
    shop: str = ""
    lines: tuple[str, ...] = ()


class Delivered(msgspec.Struct, frozen=True, tag=True):
    """Signed for by the buyer's side (none named: all lines)."""

    at: datetime
    received_at: datetime
    lines: tuple[str, ...] = ()


class Cancelled(msgspec.Struct, frozen=True, tag=True):
    """The order will not be fulfilled. *by* says who ended it; a history that does not say counts as the shop."""

    at: datetime | None
    by: Literal["buyer", "shop", "platform", "unavailable"] = "shop"


class DelayAgreed(msgspec.Struct, frozen=True, tag=True):
    """Shop and buyer agreed on a later ship-by moment (proposed in time, the buyer consented)."""

    proposed_at: datetime
    agreed_at: datetime
    until: datetime


class Excused(msgspec.Struct, frozen=True, tag=True):
    """A reason outside the shop's power, confirmed by the platform: `force_majeure`, `risk_hold`, `buyer_fault`…"""

    at: datetime
    cause: str


class Extended(msgspec.Struct, frozen=True, tag=True):
    """The published holiday extension: what falls due inside the window falls due at *until* instead."""

    announced_at: datetime
    starts_at: datetime
    until: datetime


PromiseNews = Collected | Delivered | Cancelled | DelayAgreed | Excused | Extended


class Due(msgspec.Struct, frozen=True):
    """*due_at* is judged; *settle_at* (later by the scan grace) is when a broken promise pays."""

    due_at: datetime
    settle_at: datetime


class Verdict(msgspec.Struct, frozen=True):
    """What the judge says. `waiting` owes nothing yet; *owed* None on a broken promise means: cannot be known.

    *fault* names shop ids, or `carrier`, or `platform`; it is who answers for it. *decided_at* is the moment from
    which the verdict was certain, the same in life and in replay.
    """

    outcome: Outcome
    reason: str
    fault: tuple[str, ...] = ()
    owed: Money | None = None
    remedy: Remedy = ""
    decided_at: datetime | None = None


T = TypeVar("T", bound=msgspec.Struct)
F = TypeVar("F", bound=msgspec.Struct)


class Kind(Protocol[T, F]):
    """A guarantee. `Terms` come from the rulebook and are frozen on the order; `Facts` are all the judge may see."""

    name: str
    title: Text
    Terms: type[T]
    Facts: type[F]

    def scope(self, terms: T) -> Scope:
        """How wide one promise is; the id of the line, or of the order or checkout, makes it unique."""

    def promise(self, terms: T, order: PaidOrder) -> Sequence[tuple[str, F]]:
        """The promises made about *order* when it is paid: ``(line id or "", facts)`` each; none if not applicable."""

    def due(self, terms: T, facts: F) -> Due: ...

    def hear(self, terms: T, facts: F, news: PromiseNews) -> F:
        """The facts with *news* in them. Duplicates and disorder are harmless."""

    def judge(self, terms: T, facts: F, now: datetime) -> Verdict: ...

    def under(self, terms: T, facts: F) -> F:
        """The same facts, had *terms* been frozen on the order: for "judge again under other terms", never in life."""

    def say(self, terms: T, facts: F, verdict: Verdict) -> Text:
        """One sentence for the buyer: what happened, what follows."""

    def say_to_shop(self, terms: T, facts: F, verdict: Verdict) -> Text:
        """One sentence for the shop: the sum, the reason. The face adds how to appeal."""


AnyKind = Kind[Any, Any]
