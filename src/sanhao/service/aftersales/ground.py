"""What a buyer may ask about some units of an order now, and what that would come to. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.choices import one_of
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.wording import date_time
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales import core, money, worth
from sanhao.service.aftersales.book import RULE, terms_from
from sanhao.service.aftersales.case import Kind, Terms
from sanhao.service.aftersales.queries.orders import attempts_used, units_in_cases
from sanhao.service.aftersales.reasons import REASONS, Phase, Reason, kind_of, kinds_for, offered, phase_of
from sanhao.service.orders import api as orders


@dataclass
class Ground:
    """What may be asked about some units of an order now: where they are, under which terms, how often still."""

    order: orders.OrderView
    units: dict[UUID, int]
    open_units: dict[UUID, int]
    money: core.OrderMoney
    refund_terms: core.RefundTerms
    phase: Phase
    packed: bool
    rule_id: UUID
    terms: Terms
    left: int
    at: datetime

    def until(self, reason: Reason) -> datetime | None:
        """The last moment to ask because of *reason*; None while nothing has been signed for."""
        signed = self.order.delivered_at
        return (
            None
            if signed is None
            else life.window_ends(self.terms, signed, days=self.terms.days_for(reason.code))
        )

    @property
    def reasons(self) -> list[Reason]:
        """Those one may pick now, in the order they are shown."""
        return [
            reason
            for reason in offered(self.phase)
            if (until := self.until(reason)) is None or self.at <= until
        ]


@dataclass
class Wish:
    """One request, checked: why, what for, and what would go back."""

    ground: Ground
    reason: Reason
    kind: Kind
    back: Money
    until: datetime | None


def ground(
    order_id: UUID,
    *,
    person_id: UUID,
    units: Mapping[UUID, int],
    now: datetime,
    instead_of: UUID | None = None,
    rule: str = RULE,
) -> Ground:
    """Whether these units may be asked about at all; refuses what `request` refuses. *instead_of*: the case it
    replaces. Nine queries."""
    order = orders.order(order_id, person_id=person_id)
    require_paid(order)
    wanted = {line_id: count for line_id, count in units.items() if count}
    phase, packed = _phase(order, wanted)
    if packed and phase == "unshipped" and wanted != {line.id: line.quantity for line in order.lines}:
        raise Refusal(
            "case.packed",
            zh="已经打包，现在只能退整单；想留下一部分，请收到后再退其余的。",
            en="It is packed already: now only the whole order can be given up. To keep a part, return the rest when it is here.",
        )
    bound = rulebook.in_force(rule, at=now, market=order.address["country"])
    terms = terms_from(bound.terms)
    if order.delivered_at is not None and now > (
        last := life.last_window(terms, order.delivered_at, [reason.code for reason in offered(phase)])
    ):
        raise _window_over(last, terms)
    left = require_attempts(terms, wanted)
    open_units = units_in_cases(order_id, without=instead_of)
    require_free(order, wanted, open_units)
    held = orders.money([order_id], lock=False)[order_id]
    paid = money.order_money(held)
    if phase == "unshipped":  # a label alone is no shipment: the order is simply ended
        paid = msgspec.structs.replace(paid, shipped=False)
    return Ground(
        order, wanted, open_units, paid, money.rule(at=now).of(held.country), phase, packed,
        bound.id, terms, left, now,
    )  # fmt: skip


def weigh(ground: Ground, reason: str, kind: str | None = None) -> Wish:
    """What a request would come to, to the cent. Raises Invalid ``case.reason``, ``case.kind``, Refusal
    ``case.nothing_left``."""
    why = REASONS.get(reason)
    if why is None or ground.phase not in why.phases:
        raise Invalid("case.reason", zh="请选一个原因。", en="Choose a reason.")
    until = ground.until(why)
    if until is not None and ground.at > until:
        raise _window_over(until, ground.terms)
    chosen = one_of(kind or kind_of(why, ground.phase), kinds_for(why, ground.phase))
    if chosen is None:
        raise Invalid(
            "case.kind", zh="这个原因不能这样处理。", en="That cannot be asked for with this reason."
        )
    back = worth.of(
        ground.money,
        ground.units,
        ground.open_units,
        terms=ground.refund_terms,
        fault=why.fault,
        currency=ground.order.total.currency,
    )
    if not back.minor:
        raise Refusal(
            "case.nothing_left",
            zh="这个订单付的钱已经全部退回。",
            en="Everything that was paid for this order has gone back already.",
        )
    return Wish(ground, why, chosen, back, until)


def _phase(order: orders.OrderView, wanted: Mapping[UUID, int]) -> tuple[Phase, bool]:
    """Where the goods are now; those of one request are all in the same place."""
    lines = {line.id: line for line in order.lines}
    if not wanted or any(
        id not in lines or not 0 < count <= lines[id].quantity for id, count in wanted.items()
    ):
        raise Invalid(
            "case.units", zh="请选择要退的商品和数量。", en="Choose what it is about, and how many."
        )
    phases = set()
    for id, count in wanted.items():
        line = lines[id]
        delivered = line.delivered_quantity >= count
        shipped = order.collected_at is not None and line.shipped_quantity > 0
        phases.add(phase_of(shipped=shipped, delivered=delivered))
    if len(phases) > 1:
        raise Refusal(
            "case.mixed",
            zh="有的已签收、有的还没有，请分开申请。",
            en="Some of it has arrived and some has not: ask for each by itself.",
        )
    return phases.pop(), any(lines[id].shipped_quantity for id in wanted)


def _window_over(until: datetime, terms: Terms) -> Refusal:
    by = date_time(until, terms.timezone)
    return Refusal(
        "case.window",
        zh=f"可以申请到{by.zh}为止，时间已过。",
        en=f"It could be asked for until {by.en}; that time is over.",
    )


def require_paid(order: orders.OrderView) -> None:
    """Refuses ``case.not_paid``: nothing of this order is left to ask for."""
    if order.paid_at is None or order.state in ("unpaid", "expired", "cancelled"):
        raise Refusal(
            "case.not_paid",
            zh="这个订单没有付款，或已经取消、钱在退回。",
            en="This order was not paid, or it was cancelled and its money is on its way back.",
        )


def require_attempts(terms: Terms, wanted: Mapping[UUID, int]) -> int:
    """How often one may still ask about these lines; refuses ``case.attempts`` where that is used up."""
    used = attempts_used(list(wanted))
    left = min(life.attempts_left(terms, used.get(line_id, 0)) for line_id in wanted)
    if not left:
        raise Refusal(
            "case.attempts",
            zh=f"同一件商品最多申请{terms.attempts}次（修改和撤销也算），已经用完。",
            en=f"The same thing can be asked for {terms.attempts} times, edits and withdrawals included; that is used up.",
        )
    return left


def require_free(order: orders.OrderView, wanted: Mapping[UUID, int], open_units: Mapping[UUID, int]) -> None:
    """Refuses ``case.units``: some of these have gone back, or are in another case."""
    for line in order.lines:
        if wanted.get(line.id, 0) > line.quantity - line.refunded_units - open_units.get(line.id, 0):
            raise Invalid(
                "case.units",
                zh="这几件里有的已经退了，或正在售后。",
                en="Some of these have gone back already or are in another case.",
            )
