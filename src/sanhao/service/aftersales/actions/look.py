"""What a sweep sees in its orders, now: the same look for the preview and for the act, so that they agree.

A fixed number of queries for any number of orders; nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.aftersales import core, money
from sanhao.service.aftersales.paths import proactive
from sanhao.service.aftersales.paths.proactive import Seen, Terms, Trigger, Verdict
from sanhao.service.aftersales.queries.orders import units_in_cases_of
from sanhao.service.orders import api as orders

Where = Literal["unshipped", "on_way", "delivered"]


@dataclass(frozen=True)
class Subject:
    """An order as a sweep means it: how many units of which lines. *waiting* and *collected*: as they were when it was
    first seen; None: now is the first time."""

    trigger: Trigger
    terms: Terms
    reason: Text
    order_id: UUID
    lines: Mapping[UUID, int]
    found_at: datetime
    waiting: int | None = None
    collected: bool | None = None


@dataclass(frozen=True)
class Look:
    """*units*: what is acted on next, by line. *ends*: it is all that is left of an order no carrier has, so the order
    is over. *rest*: other units of it are somewhere else, and are acted on after these; what would become of them as
    things stand."""

    subject: Subject
    order: orders.OrderView
    seen: Seen
    verdict: Verdict
    units: Mapping[UUID, int]
    waiting: int
    where: Where
    ends: bool
    rest: Verdict | None = None

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All that would become of the order, part by part."""
        return (self.verdict,) if self.rest is None else (self.verdict, self.rest)

    @property
    def owed_minor(self) -> int:
        return sum(one.owed.minor for one in self.verdicts)


def look(subjects: Sequence[Subject], *, now: datetime) -> list[Look]:
    ids = [one.order_id for one in subjects]
    views, paid = orders.orders(ids), orders.money(ids, lock=False)
    busy, rule = units_in_cases_of(ids), money.rule(at=now)
    return [_look(one, views[one.order_id], paid[one.order_id], busy, rule, now) for one in subjects]


def _look(
    subject: Subject,
    order: orders.OrderView,
    held: orders.OrderMoney,
    busy: Mapping[UUID, int],
    rule: core.MoneyRule,
    now: datetime,
) -> Look:
    paid = money.order_money(held)
    left, free, waiting = _units(subject, order, busy)
    ends = _all_of(order, free, busy) and order.collected_at is None and order.state in ("paid", "shipped")
    where = _where(order, waiting, ends)
    in_parts = where == "unshipped" and not ends
    units = {id: n for id, n in (waiting if in_parts else free).items() if n}
    back = _worth(order, held, paid, units, rule, ends)
    seen = Seen(
        trigger=subject.trigger,
        reason=subject.reason,
        where=where,
        back=Money(back, order.total.currency),
        shipped_since=_moved_on(subject, order, sum(waiting.values())),
        in_case=not any(free.values()) and any(left.values()),
        days=(now - subject.found_at).days,
    )
    verdict, rest = proactive.judge(subject.terms, seen), None
    gone = {id: n - units.get(id, 0) for id, n in free.items() if n > units.get(id, 0)}
    if in_parts and gone:
        after = (
            core.after(paid, core.refund(paid, asks(units), rule.of(held.country), "shop")) if back else paid
        )
        there = _where(order, {}, False)
        left_of = Money(_worth(order, held, after, gone, rule, False), order.total.currency)
        rest = proactive.judge(
            subject.terms, msgspec.structs.replace(seen, where=there, back=left_of, shipped_since=False)
        )
    return Look(subject, order, seen, verdict, units, sum(waiting.values()), where, ends, rest)


def _units(
    subject: Subject, order: orders.OrderView, busy: Mapping[UUID, int]
) -> tuple[dict[UUID, int], dict[UUID, int], dict[UUID, int]]:
    """By line, of what the finding is about: how many units are left, how many of these no case has, and how many of
    those are not shipped."""
    left, free, waiting = {}, {}, {}
    for line in order.lines:
        if line.id not in subject.lines:
            continue
        unrefunded = line.quantity - line.refunded_units
        left[line.id] = min(subject.lines[line.id], unrefunded)
        free[line.id] = max(min(left[line.id], unrefunded - busy.get(line.id, 0)), 0)
        if free[line.id] and line.waiting_units > 0:
            waiting[line.id] = min(free[line.id], line.waiting_units)
    return left, free, waiting


def _all_of(order: orders.OrderView, free: Mapping[UUID, int], busy: Mapping[UUID, int]) -> bool:
    """Whether this is all that is left of the order, and no case has any of it."""
    return all(
        free.get(line.id, 0) == line.quantity - line.refunded_units and not busy.get(line.id)
        for line in order.lines
    )


def _where(order: orders.OrderView, waiting: Mapping[UUID, int], ends: bool) -> Where:
    """What can be kept back comes first; the rest is where the last of it is."""
    if waiting or ends:
        return "unshipped"
    return "delivered" if order.state == "delivered" else "on_way"


def _worth(
    order: orders.OrderView,
    held: orders.OrderMoney,
    paid: core.OrderMoney,
    units: Mapping[UUID, int],
    rule: core.MoneyRule,
    ends: bool,
) -> int:
    if order.state in ("cancelled", "unpaid", "expired"):
        return 0
    if ends:
        return paid.left_minor
    if not units or not paid.left_minor:
        return 0
    return core.refund(paid, asks(units), rule.of(held.country), "shop").cash_minor


def asks(units: Mapping[UUID, int]) -> tuple[core.Ask, ...]:
    return tuple(core.Ask(line_id, count) for line_id, count in units.items())


def _moved_on(subject: Subject, order: orders.OrderView, waiting: int) -> bool:
    """The shop has packed some of it, or a carrier has taken it, since the sweep first saw it."""
    if subject.waiting is None:
        return False
    collected = order.collected_at is not None and not subject.collected
    packed = waiting < subject.waiting and order.state in ("paid", "shipped", "delivered")
    return collected or packed


def subject_of(row: Row, terms: Terms) -> Subject:
    """A stored order of a sweep, joined with its sweep, as the look takes it."""
    return Subject(
        row["trigger"], terms, Text(zh=row["reason_zh"], en=row["reason_en"]), row["order_id"],
        msgspec.json.decode(row["lines"], type=dict[UUID, int]), row["found_at"], row["waiting"], row["collected"],
    )  # fmt: skip
