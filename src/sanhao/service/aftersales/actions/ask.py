"""The buyer asks, asks again in other words, or takes it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.fairness.decisions import api as decisions
from sanhao.kit import events
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.media import Stored
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.actions import holds, intercept
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import enter, take
from sanhao.service.aftersales.actions.new_case import New, count_attempt, insert, worded
from sanhao.service.aftersales.actions.time import draft
from sanhao.service.aftersales.book import RULE, facts_of, terms_of
from sanhao.service.aftersales.events import CaseChanged, CaseMoved
from sanhao.service.aftersales.evidence import add
from sanhao.service.aftersales.ground import Wish, ground, weigh
from sanhao.service.aftersales.judge import AT_ONCE, Seen, judge
from sanhao.service.aftersales.trust import trusted
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders


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
    """Ask for money or goods back; returns the case's id. Refunded at once where nothing is packed yet. *rule*: the terms
    it goes by. *evidence*: what `evidence.keep` has looked at and kept. *stop*: have the parcel with these units called
    back on its way.

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


def _facts(wish: Wish) -> life.Facts:
    phase = wish.ground.phase
    return life.Facts("asked", wish.kind, phase != "unshipped", phase == "delivered")


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
        count_attempt(case_id, list(units), now)
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
