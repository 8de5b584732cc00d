"""Reading what was paid ahead: a buyer's debts, and for control every claim that is open or was settled, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from sanhao.books.payments import api as payments
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.aftersales.case import OVER

SUBJECT = "debt"
"""What payments of a debt are for: a row of `Repayment`."""
RULE = "aftersales.debts"
"""The rule that says how often a buyer is reminded of a debt."""


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `aftersales.debts`. *remind_days*: so many days after a debt began its buyer is reminded, once each. Raises
    ValueError."""

    remind_days: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        rising = all(one < next_ for one, next_ in zip(self.remind_days, self.remind_days[1:], strict=False))
        if len(self.remind_days) > 6 or not rising or not all(1 <= day <= 365 for day in self.remind_days):
            raise ValueError("remind_days: at most six, each later than the one before, 1 to 365")

    def next_after(self, reminded: int, since: datetime) -> datetime | None:
        """When the next reminder is due after so many; None where there is none."""
        return (
            since + timedelta(days=self.remind_days[reminded]) if reminded < len(self.remind_days) else None
        )


FOUNDING = Terms(remind_days=(7, 21, 60))
"""The terms of a new site."""
CLAIMS = ("paid", "owed", "cleared", "forgiven", "repaid", "borne")
"""States of an advance in which money went ahead: it is still travelling, or one of the ways in which that ended."""
DEBTS = ("owed", "cleared", "forgiven")

Why = Literal["not_come", "not_accepted", "less", "kept"]
WHY: Mapping[Why, Text] = {
    "not_come": Text(
        zh="要退的东西没有在期限内到店。", en="What was to go back did not reach the shop in time."
    ),
    "not_accepted": Text(zh="退回的东西店家没有验收通过。", en="The shop did not accept what came back."),
    "less": Text(zh="最后定下的退款比先退的少。", en="Less was to go back in the end than had been paid."),
    "kept": Text(zh="退货撤回了，东西没有退。", en="The return was taken back, and the goods were kept."),
}


class ClaimView(msgspec.Struct, frozen=True):
    """What the platform paid ahead for one case. *left* is what stands in its *state*: what still travels, is owed, was
    cleared or forgiven; of what ended otherwise nothing. *since*: when it went ahead, or became a debt."""

    id: UUID
    case_id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID
    path: str
    state: str
    amount: Money
    left: Money
    paid_at: datetime
    since: datetime
    case_state: str
    due_at: datetime | None
    decision_id: UUID | None
    why: Why | None
    write_off: UUID | None

    @property
    def because(self) -> Text:
        """Why it is owed, as its buyer reads it; nothing for what is no debt."""
        return WHY[self.why] if self.why else Text(zh="", en="")

    @property
    def reopened(self) -> bool:
        """The case is looked at again, so nobody is asked to pay for now."""
        return self.state == "owed" and self.case_state not in OVER


_SQL = """
    SELECT a.id, a.case_id, a.order_id, a.shop_id, a.person_id, a.path, a.state, a.currency, a.amount_minor, a.paid_at,
        CASE a.state WHEN 'paid' THEN a.amount_minor WHEN 'owed' THEN a.owed_minor WHEN 'cleared' THEN a.cleared_minor
            WHEN 'forgiven' THEN a.forgiven_minor ELSE 0 END AS left_minor,
        CASE WHEN a.state = 'paid' THEN a.paid_at ELSE coalesce(a.ended_at, a.paid_at) END AS since,
        c.state AS case_state, c.due_at, c.decision_id, c.at_shop,
        (SELECT w.id FROM aftersales_write_off w WHERE w.advance_id = a.id AND w.state = 'proposed') AS write_off
    FROM aftersales_advance a JOIN aftersales_case c ON c.id = a.case_id
"""


def debt(case_id: UUID, *, person_id: UUID | None = None) -> ClaimView:
    """What is, or was, owed of a case. Raises NotFound, also for another person's where *person_id* is given."""
    found = debts_of_cases([case_id])
    view = found.get(case_id)
    if view is None or person_id not in (None, view.person_id):
        raise no_debt()
    return view


def debts_of_cases(case_ids: Sequence[UUID]) -> dict[UUID, ClaimView]:
    """Debts by case, settled ones too. One query."""
    where = "a.case_id = ANY(%(cases)s) AND a.state = ANY(%(states)s)"
    return {view.case_id: view for view in _views(where, {"cases": list(case_ids), "states": list(DEBTS)})}


def debts_with(advance_ids: Sequence[UUID]) -> list[ClaimView]:
    """Those of these advances that are owed. One query."""
    return _views("a.id = ANY(%(ids)s) AND a.state = 'owed'", {"ids": list(advance_ids)})


def debts_of(*person_ids: UUID) -> list[ClaimView]:
    """What a buyer (and the guests they were before) still owes, the oldest first."""
    where = "a.person_id = ANY(%(people)s) AND a.state = 'owed' ORDER BY a.ended_at, a.id"
    return _views(where, {"people": list(person_ids)})


def debt_payment(case_id: UUID) -> payments.PaymentView | None:
    """How far paying is: the payment of the newest sum that its buyer was asked for."""
    rows = fetch(
        "SELECT r.id FROM aftersales_repayment r JOIN aftersales_advance a ON a.id = r.advance_id "
        "WHERE a.case_id = %s ORDER BY r.id DESC LIMIT 1",
        [case_id],
    )
    return payments.payment_of(SUBJECT, rows[0]["id"]) if rows else None


class Within(msgspec.Struct, frozen=True):
    """Which claims: in these *states*, that went *path*, standing since before *until*, of a *shop* or a *person*."""

    states: tuple[str, ...] = ("paid", "owed")
    path: str = ""
    until: datetime | None = None
    shop_id: UUID | None = None
    person_id: UUID | None = None


_WITHIN = """
    a.state = ANY(%(states)s) AND (%(path)s = '' OR a.path = %(path)s)
    AND (%(until)s::timestamptz IS NULL OR CASE WHEN a.state = 'paid' THEN a.paid_at ELSE coalesce(a.ended_at, a.paid_at) END <= %(until)s)
    AND (%(shop)s::uuid IS NULL OR a.shop_id = %(shop)s) AND (%(person)s::uuid IS NULL OR a.person_id = %(person)s)
"""


def claims(within: Within, *, limit: int, before: UUID | None = None) -> list[ClaimView]:
    """Claims of the platform, the newest first; *before*: those after this one in the list."""
    where = (
        f"{_WITHIN} AND (%(before)s::uuid IS NULL OR a.id < %(before)s) ORDER BY a.id DESC LIMIT %(limit)s"
    )
    return _views(where, {**_given(within), "before": before, "limit": limit})


class Standing(msgspec.Struct, frozen=True):
    """How much of one currency stands in one state, in how many cases."""

    state: str
    amount: Money
    cases: int


def standings() -> list[Standing]:
    """What still travels and what is owed, by currency."""
    rows = fetch(
        "SELECT state, currency, count(*) AS cases, sum(CASE state WHEN 'paid' THEN amount_minor ELSE owed_minor END)::bigint "
        "AS minor FROM aftersales_advance WHERE state IN ('paid', 'owed') GROUP BY state, currency ORDER BY state DESC, currency"
    )
    return [Standing(row["state"], Money(row["minor"], row["currency"]), row["cases"]) for row in rows]


class WriteOffView(msgspec.Struct, frozen=True):
    """A debt that is to be forgiven, and who said what about it."""

    id: UUID
    case_id: UUID
    order_id: UUID
    person_id: UUID
    amount: Money
    reason: str
    state: str
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    answer: str
    decision_id: UUID | None


def write_offs(*, limit: int = 100) -> list[WriteOffView]:
    """What was proposed, what waits first."""
    rows = fetch(
        "SELECT w.id, a.case_id, a.order_id, a.person_id, w.amount_minor, w.currency, w.reason, w.state, "
        "w.proposed_by_id AS proposed_by, w.proposed_at, w.decided_by_id AS decided_by, w.decided_at, w.answer, w.decision_id "
        "FROM aftersales_write_off w JOIN aftersales_advance a ON a.id = w.advance_id "
        "ORDER BY w.state <> 'proposed', w.proposed_at DESC, w.id LIMIT %s",
        [limit],
    )
    return [WriteOffView(amount=Money(row.pop("amount_minor"), row.pop("currency")), **row) for row in rows]


def no_debt() -> NotFound:
    return NotFound("debt.unknown", zh="没有这笔欠款。", en="Nothing is owed of this.")


def _given(within: Within) -> dict[str, Any]:
    return {
        "states": list(within.states), "path": within.path, "until": within.until, "shop": within.shop_id,
        "person": within.person_id,
    }  # fmt: skip


def _views(where: str, params: Mapping[str, Any]) -> list[ClaimView]:
    views = []
    for row in fetch(f"{_SQL} WHERE {where}", params):
        currency, at_shop = row.pop("currency"), row.pop("at_shop")
        amount, left = Money(row.pop("amount_minor"), currency), Money(row.pop("left_minor"), currency)
        why = _why(row["case_state"], at_shop) if row["state"] in DEBTS else None
        views.append(ClaimView(amount=amount, left=left, why=why, **row))
    return views


def _why(case_state: str, at_shop: bool) -> Why:
    match case_state:
        case "refunded":
            return "less"
        case "withdrawn":
            return "kept"
    return "not_accepted" if at_shop else "not_come"
