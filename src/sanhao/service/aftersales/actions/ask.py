"""The buyer asks, asks again in other words, or takes it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.choices import one_of
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.media import Stored
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.kit.wording import date_time
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales import core, money, worth
from sanhao.service.aftersales.actions import holds, intercept
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import enter, take
from sanhao.service.aftersales.actions.time import draft
from sanhao.service.aftersales.book import RULE, facts_of, terms_from, terms_of
from sanhao.service.aftersales.case import Kind, Terms
from sanhao.service.aftersales.events import CaseChanged, CaseMoved
from sanhao.service.aftersales.evidence import add
from sanhao.service.aftersales.judge import AT_ONCE, Seen, judge
from sanhao.service.aftersales.queries.orders import attempts_used, units_in_cases
from sanhao.service.aftersales.reasons import REASONS, Phase, Reason, kind_of, kinds_for, offered, phase_of
from sanhao.service.aftersales.trust import trusted
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

LONGEST = 500


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


def request(
    order_id: UUID,
    *,
    person_id: UUID,
    units: Mapping[UUID, int],
    reason: str,
    kind: str | None = None,
    words: str = "",
    evidence: Sequence[Stored] = (),
    rule: str = RULE,
    stop: bool = False,
    now: datetime,
) -> UUID:
    """Ask for money or goods back; returns the case's id. *rule*: the terms it goes by. Refunded at once where nothing is packed yet. *evidence*:
    what `evidence.keep` has looked at and kept. *stop*: have the parcel with these units called back on its way.

    Raises NotFound for somebody else's order, Invalid ``case.units``, ``case.reason``, ``case.kind``, ``case.words``,
    Refusal ``case.window``, ``case.attempts``, ``case.not_paid``, ``case.mixed``, ``case.not_stopped``.
    """
    with transaction.atomic():
        execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [str(order_id)])
        parcel = _parcel(order_id, person_id, units) if stop else None
        wish = weigh(ground(order_id, person_id=person_id, units=units, rule=rule, now=now), reason, kind)
        row = _insert(wish, worded(words), now)
        add(row["id"], "buyer", evidence, by=person_id, round=0, now=now)
        events.emit(
            [CaseMoved(row["id"], order_id, row["shop_id"], person_id, wish.kind, "", "asked", False, 0,
                       row["currency"], None)],
            at=now,
        )  # fmt: skip
        if parcel is not None:
            intercept.start(row, parcel, by=person_id, now=now)
        if life.at_once(facts_of(row), packed=wish.ground.packed):
            _refund_at_once(row, now)
        else:
            holds.place([order_id], now=now)
    return UUID(str(row["id"]))


def _parcel(order_id: UUID, person_id: UUID, units: Mapping[UUID, int]) -> UUID:
    """The parcel that is to be called back, locked: parcels come before cases."""
    orders.order(order_id, person_id=person_id)  # nobody else learns anything about it
    parcel = intercept.parcel_for(order_id, {id: count for id, count in units.items() if count})
    delivery.hold([parcel])
    return parcel


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


def _insert(wish: Wish, words: str, now: datetime) -> Row:
    here, order = wish.ground, wish.ground.order
    return insert(
        New(
            order, here.units, wish.kind, wish.reason.code, wish.back, here.rule_id, _facts(wish), here.phase,
            packed=here.packed,
            ships_first=wish.kind == "exchange" and trusted(order.person_id, now=now),
        ),
        here.terms, words, now,
    )  # fmt: skip


@dataclass
class New:
    """A case about to be made. *guarantee* and *promise_id*: what it is claimed under, *answer_hours* as that says."""

    order: orders.OrderView
    units: Mapping[UUID, int]
    kind: Kind
    reason: str
    back: Money
    rule_id: UUID
    facts: life.Facts
    phase: Phase
    packed: bool = False
    ships_first: bool = False
    promise_id: UUID | None = None
    id: UUID = field(default_factory=new_id)


def insert(new: New, terms: Terms, words: str, now: datetime) -> Row:
    """The row of a case just asked for; it counts as an attempt."""
    order, facts = new.order, new.facts
    [row] = fetch(
        """
        INSERT INTO aftersales_case
            (id, order_id, shop_id, person_id, rule_id, kind, reason, guarantee, promise_id, answer_hours, by_hand, words,
             state, due_at, opened_at, moved_at, phase, packed, currency, back_minor, refunded_minor, bearer, ships_first,
             at_shop, answer, round, spoke)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'asked', %s, %s, %s, %s, %s, %s, %s, 0, 'shop', %s,
                false, '', 0, '{}')
        RETURNING *
        """,
        [
            new.id, order.id, order.shop_id, order.person_id, new.rule_id, new.kind, new.reason, facts.guarantee,
            new.promise_id, facts.answer_hours, facts.by_hand, words, life.due(terms, facts, now), now, now, new.phase,
            new.packed, new.back.currency, new.back.minor, new.ships_first,
        ],
    )  # fmt: skip
    units = list(new.units.items())
    copy_rows(
        "aftersales_case_unit",
        ("id", "case_id", "line_id", "units"),
        [(unit, new.id, *line) for unit, line in zip(new_ids(len(units)), units, strict=True)],
    )
    _count(new.id, list(new.units), now)
    return row


def _facts(wish: Wish) -> life.Facts:
    phase = wish.ground.phase
    return life.Facts("asked", wish.kind, phase != "unshipped", phase == "delivered")


def _count(case_id: UUID, line_ids: Sequence[UUID], now: datetime) -> None:
    copy_rows(
        "aftersales_attempt",
        ("id", "case_id", "line_id", "at"),
        [(id, case_id, line, now) for id, line in zip(new_ids(len(line_ids)), line_ids, strict=True)],
    )


def _refund_at_once(row: Row, now: datetime) -> None:
    back = Money(row["back_minor"], row["currency"])
    seen = Seen(facts_of(row), back, now, packed=False)
    verdict = judge(terms_of(row["rule_id"]), seen)
    decision_id = new_id()
    made = draft(row, seen, verdict, decision_id, now, kind=AT_ONCE)
    decisions.record([msgspec.structs.replace(made, appeal_until=None)])
    enter([Going(row, "refunded", note=verdict.reason, by_time=True, decision_id=decision_id)], now=now)


def edit(
    case_id: UUID,
    *,
    person_id: UUID,
    reason: str,
    kind: str | None = None,
    words: str = "",
    now: datetime,
) -> None:
    """Say it differently, before the shop answered or after it said no: the shop has its full time again. It counts."""
    with transaction.atomic():
        row = take(case_id, "edit", "buyer", person_id=person_id, now=now)
        units = {
            unit["line_id"]: unit["units"]
            for unit in fetch("SELECT line_id, units FROM aftersales_case_unit WHERE case_id = %s", [case_id])
        }
        here = ground(row["order_id"], person_id=person_id, units=units, now=now, instead_of=case_id)
        wish = weigh(here, reason, kind)
        _count(case_id, list(units), now)
        said = {
            "kind": wish.kind,
            "reason": wish.reason.code,
            "words": worded(words),
            "back_minor": wish.back.minor,
        }
        if row["state"] == "rejected":
            cleared = {"offer_minor": None}
            enter([Going(row, "asked", note="edited", by=person_id, also=said | cleared)], now=now)
            return
        facts = _facts(wish)
        execute(
            "UPDATE aftersales_case SET kind = %s, reason = %s, words = %s, back_minor = %s, due_at = %s, moved_at = %s "
            "WHERE id = %s",
            [*said.values(), life.due(here.terms, facts, now), now, case_id],
        )
        events.emit([CaseChanged(case_id, row["order_id"], row["shop_id"], person_id, "edited")], at=now)


def withdraw(case_id: UUID, *, person_id: UUID, now: datetime) -> None:
    """Take it back. It may be asked again while the window is open; the attempt stays counted."""
    with transaction.atomic():
        row = take(case_id, "withdraw", "buyer", person_id=person_id, now=now)
        enter([Going(row, "withdrawn", note="by_buyer", by=person_id)], now=now)


def worded(given: str) -> str:
    """Somebody's own words as they are stored; refuses ``case.words`` for more than 500 characters."""
    text = given.replace("\0", "").strip()
    if len(text) > LONGEST:
        raise Invalid("case.words", zh=f"最多{LONGEST}个字。", en=f"At most {LONGEST} characters, please.")
    return text
