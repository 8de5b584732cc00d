"""Reading sweeps: for those who confirm them, and what a buyer's or a shop's page says of one order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.aftersales.paths import proactive
from sanhao.service.orders import api as orders

_COLUMNS = (
    "s.id, s.trigger, s.rule_id, s.state, s.shop_id, s.scope, s.reason_zh, s.reason_en, s.evidence, s.raised_by_id, "
    "s.raised_at, s.look, s.looked_at, s.figures, s.confirmed_by_id, s.confirmed_at, s.ended_at"
)


class Figure(msgspec.Struct, frozen=True):
    """What a sweep comes to in one currency, by who bears it: the shop or the platform; *returns* are not paid yet."""

    currency: str
    bearer: str
    outcome: str
    orders: int
    minor: int


class Figures(msgspec.Struct, frozen=True):
    """What a look saw. *left*: orders it leaves alone, by reason; *parted*: those of which it leaves a part. An order of
    which a part was shipped is counted with each of its parts."""

    orders: int
    buyers: int
    sums: tuple[Figure, ...]
    left: dict[str, int]
    parted: dict[str, int] = {}


class SweepView(msgspec.Struct, frozen=True):
    """One sweep. *raised_by* None: a keeper found it; *confirmed_by* None with a *confirmed_at*: the terms said so."""

    id: UUID
    trigger: str
    rule_id: UUID
    state: str
    shop_id: UUID
    scope: orders.Within
    reason: Text
    evidence: str
    raised_by: UUID | None
    raised_at: datetime
    look: int
    looked_at: datetime | None
    figures: Figures | None
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    ended_at: datetime | None


class Paid(msgspec.Struct, frozen=True):
    """What a sweep has come to so far, in one currency by who bears it."""

    amount: Money
    bearer: str
    orders: int


class Progress(msgspec.Struct, frozen=True):
    """How far it is: orders that wait, those acted on, those left alone by reason, and what was paid."""

    waiting: int
    done: int
    left: dict[str, int]
    returns: int
    paid: tuple[Paid, ...]

    @property
    def all(self) -> int:
        return self.waiting + self.done + sum(self.left.values())


class SweptView(msgspec.Struct, frozen=True):
    """One order of a sweep: what was expected, what came of it, and why."""

    order_id: UUID
    number: str
    person_id: UUID
    state: str
    outcome: str
    reason: str
    bearer: str
    expected: Money
    paid: Money
    case_id: UUID | None
    decision_id: UUID | None
    ended_at: datetime | None
    rest_outcome: str = ""
    """Of an order that was half shipped: what is to become of the other half, why, and how much of *expected* that is."""
    rest_reason: str = ""
    rest: Money | None = None


def sweep(sweep_id: UUID) -> SweepView:
    """Raises NotFound."""
    found = _sweeps("s.id = %(id)s", {"id": sweep_id})
    if not found:
        raise no_sweep()
    return found[0]


def sweeps(*, over: bool, limit: int = 50) -> list[SweepView]:
    """Those that run or wait for somebody, the oldest first; or those that are over, the latest first."""
    order = "s.ended_at DESC" if over else "s.raised_at"
    where = "s.ended_at IS NOT NULL" if over else "s.ended_at IS NULL"
    return _sweeps(where, {"limit": limit}, f"ORDER BY {order}, s.id LIMIT %(limit)s")


def sweeps_by_ids(ids: Sequence[UUID]) -> dict[UUID, SweepView]:
    return {view.id: view for view in _sweeps("s.id = ANY(%(ids)s)", {"ids": list(ids)})}


def progress(sweep_id: UUID) -> Progress:
    """One query over the sweep's orders."""
    rows = fetch(
        """
        SELECT state, outcome, reason, bearer, currency, count(*)::int AS n, sum(paid_minor)::bigint AS paid
        FROM aftersales_swept_order WHERE sweep_id = %s AND state <> 'found'
        GROUP BY state, outcome, reason, bearer, currency ORDER BY currency, bearer, reason
        """,
        [sweep_id],
    )
    left: dict[str, int] = {}
    paid: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        if row["state"] == "left":
            left[row["reason"]] = left.get(row["reason"], 0) + row["n"]
        if row["paid"]:
            minor, n = paid.get((row["currency"], row["bearer"]), (0, 0))
            paid[row["currency"], row["bearer"]] = (minor + row["paid"], n + row["n"])
    return Progress(
        sum(row["n"] for row in rows if row["state"] == "waiting"),
        sum(row["n"] for row in rows if row["state"] == "done"),
        left,
        sum(row["n"] for row in rows if row["state"] == "done" and row["outcome"] == "return"),
        tuple(
            Paid(Money(minor, currency), bearer, n) for (currency, bearer), (minor, n) in sorted(paid.items())
        ),
    )


def swept(sweep_id: UUID, *, after: str = "", limit: int = 50) -> list[SweptView]:
    """A sweep's orders by number, from behind *after* on."""
    rows = fetch(
        "SELECT * FROM aftersales_swept_order WHERE sweep_id = %s AND number > %s ORDER BY number LIMIT %s",
        [sweep_id, after, limit],
    )
    return [
        SweptView(
            row["order_id"], row["number"], row["person_id"], row["state"], row["outcome"], row["reason"], row["bearer"],
            Money(row["expected_minor"], row["currency"]), Money(row["paid_minor"], row["currency"]), row["case_id"],
            row["decision_id"], row["ended_at"], row["rest_outcome"], row["rest_reason"],
            Money(row["rest_minor"], row["currency"]) if row["rest_minor"] else None,
        )
        for row in rows
    ]  # fmt: skip


def _sweeps(where: str, params: dict[str, Any], tail: str = "") -> list[SweepView]:
    rows = fetch(f"SELECT {_COLUMNS} FROM aftersales_sweep s WHERE {where} {tail}", params)
    return [
        SweepView(
            row["id"], row["trigger"], row["rule_id"], row["state"], row["shop_id"], scope_of(row),
            Text(zh=row["reason_zh"], en=row["reason_en"]), row["evidence"], row["raised_by_id"], row["raised_at"],
            row["look"], row["looked_at"],
            msgspec.json.decode(row["figures"], type=Figures) if row["figures"] else None,
            row["confirmed_by_id"], row["confirmed_at"], row["ended_at"],
        )
        for row in rows
    ]  # fmt: skip


def terms_in(rule_id: UUID) -> proactive.Terms:
    """The terms a sweep was raised under."""
    return msgspec.convert(rulebook.version(rule_id).terms, proactive.Terms)


def scope_of(row: Row) -> orders.Within:
    """Which orders a sweep (its row) is about."""
    return msgspec.json.decode(row["scope"], type=orders.Within)


def no_sweep() -> NotFound:
    return NotFound("sweep.unknown", zh="没有找到这次主动退款。", en="There is no such sweep.")
