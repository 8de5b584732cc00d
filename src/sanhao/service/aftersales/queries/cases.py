"""Reading cases as one reader sees them: the buyer's, the shop's desk, the arbiters' queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.book import COLUMNS, facts_of, no_case, terms_of
from sanhao.service.aftersales.case import OVER, Act, Address, Side
from sanhao.service.aftersales.outlook import Outlook, outlook
from sanhao.service.aftersales.reasons import REASONS

_CASE_COLUMNS = ", ".join(f"c.{column.strip()}" for column in COLUMNS.split(","))


class CaseView(msgspec.Struct, frozen=True):
    """A case as one reader sees it. *back* is what would go back, *refunded* what did; *outlook* says what is next."""

    id: UUID
    order_id: UUID
    shop_id: UUID
    person_id: UUID
    kind: str
    reason: Text
    reason_code: str
    guarantee: str
    promise_id: UUID | None
    words: str
    state: str
    due_at: datetime | None
    opened_at: datetime
    moved_at: datetime
    phase: str
    back: Money
    refunded: Money
    bearer: str
    offer: Money | None
    answer: str
    address: Address | None
    parcel_id: UUID | None
    uploaded_at: datetime | None
    collected_at: datetime | None
    signed_at: datetime | None
    replacement_id: UUID | None
    ships_first: bool
    round: int
    spoke: tuple[str, ...]
    decision_id: UUID | None
    claimed_by: UUID | None
    claimed_at: datetime | None
    units: tuple[tuple[UUID, int], ...]
    outlook: Outlook
    acts: tuple[Act, ...]
    rule_id: UUID
    stop: str = ""
    ahead: bool = False
    pickup: str = ""
    pickup_fee: Money | None = None
    """What collecting it cost, where that is taken out of what comes back."""
    label: str = ""
    """How far the label is under which the goods may go back (`paths/label.py`)."""
    label_fee: Money | None = None
    """What that cost, where it is taken out of what comes back."""

    @property
    def over(self) -> bool:
        return self.state in OVER

    def may(self, act: Act) -> bool:
        return act in self.acts


def case(
    case_id: UUID, *, side: Side, person_id: UUID | None = None, shop_id: UUID | None = None
) -> CaseView:
    """One case for its buyer, its shop or (naming neither) the platform. Raises NotFound for strangers."""
    found = _cases(
        "c.id = %(id)s AND (%(person)s::uuid IS NULL OR c.person_id = %(person)s) "
        "AND (%(shop)s::uuid IS NULL OR c.shop_id = %(shop)s)",
        {"id": case_id, "person": person_id, "shop": shop_id},
        side,
    )
    if not found:
        raise no_case()
    return found[0]


def by_ids(case_ids: Sequence[UUID], *, side: Side) -> list[CaseView]:
    return _cases("c.id = ANY(%(ids)s)", {"ids": list(case_ids)}, side)


def row_of(case_id: UUID) -> dict[str, Any]:
    """A case's row, unlocked. Raises NotFound."""
    rows = fetch(f"SELECT {COLUMNS} FROM aftersales_case WHERE id = %s", [case_id])
    if not rows:
        raise no_case()
    return rows[0]


def cases_of_orders(order_ids: Sequence[UUID], *, side: Side) -> dict[UUID, list[CaseView]]:
    """The cases of each order, the newest first; orders without one are missing."""
    found: dict[UUID, list[CaseView]] = {}
    for view in _cases(
        "c.order_id = ANY(%(orders)s)", {"orders": list(order_ids)}, side, "ORDER BY c.opened_at DESC, c.id"
    ):
        found.setdefault(view.order_id, []).append(view)
    return found


def cases_of(*person_ids: UUID, before: datetime | None = None, limit: int = 20) -> list[CaseView]:
    """The cases of a buyer (and of the guests they were before), the newest first."""
    return _cases(
        "c.person_id = ANY(%(people)s) AND (%(before)s::timestamptz IS NULL OR c.opened_at < %(before)s)",
        {"people": list(person_ids), "before": before, "limit": limit},
        "buyer",
        "ORDER BY c.opened_at DESC, c.id LIMIT %(limit)s",
    )


def desk(
    shop_id: UUID,
    *,
    states: Sequence[str] | None = None,
    order_ids: Sequence[UUID] | None = None,
    before: datetime | None = None,
    limit: int = 200,
) -> list[CaseView]:
    """A shop's cases: those that wait, the least time left first; or those in *states*, the newest first."""
    where = "c.shop_id = %(shop)s AND (%(orders)s::uuid[] IS NULL OR c.order_id = ANY(%(orders)s)) "
    if states is None:
        where, tail = where + "AND c.due_at IS NOT NULL", "ORDER BY c.due_at, c.id LIMIT %(limit)s"
    else:
        where += (
            "AND c.state = ANY(%(states)s) AND (%(before)s::timestamptz IS NULL OR c.opened_at < %(before)s)"
        )
        tail = "ORDER BY c.opened_at DESC, c.id LIMIT %(limit)s"
    return _cases(
        where,
        {
            "shop": shop_id,
            "orders": None if order_ids is None else list(order_ids),
            "states": list(states or ()),
            "before": before,
            "limit": limit,
        },
        "shop",
        tail,
    )


def arbitration_queue(*, limit: int = 100) -> list[CaseView]:
    """What waits for the platform: first what is to be decided, the oldest deadline first, then open disputes."""
    return _cases(
        "c.state IN ('deciding', 'disputed')",
        {"limit": limit},
        "platform",
        "ORDER BY c.state, c.due_at, c.id LIMIT %(limit)s",
    )


def decided_cases(*, limit: int = 30) -> list[CaseView]:
    """What the platform decided lately."""
    return _cases(
        "c.decision_id IS NOT NULL AND c.round > 0 AND c.state NOT IN ('deciding', 'disputed')",
        {"limit": limit},
        "platform",
        "ORDER BY c.moved_at DESC, c.id LIMIT %(limit)s",
    )


def _cases(where: str, params: Mapping[str, Any], side: Side, tail: str = "") -> list[CaseView]:
    rows = fetch(
        f"""
        SELECT {_CASE_COLUMNS},
            (SELECT array_agg(u.line_id ORDER BY u.id) FROM aftersales_case_unit u WHERE u.case_id = c.id) AS lines,
            (SELECT array_agg(u.units ORDER BY u.id) FROM aftersales_case_unit u WHERE u.case_id = c.id) AS counts,
            EXISTS (SELECT 1 FROM aftersales_advance a WHERE a.case_id = c.id AND a.state IN ('cleared', 'forgiven')) AS no_debt
        FROM aftersales_case c WHERE {where} {tail}
        """,
        dict(params),
    )
    return [_view(row, side) for row in rows]


def _view(row: dict[str, Any], side: Side) -> CaseView:
    facts, terms, currency = facts_of(row), terms_of(row["rule_id"]), row["currency"]
    if row["no_debt"]:  # paid or forgiven: nobody is asked for it any more
        facts = msgspec.structs.replace(facts, ahead_until=None)
    shown = row["refunded_minor"] if row["state"] == "refunded" else row["back_minor"]
    return CaseView(
        id=row["id"],
        order_id=row["order_id"],
        shop_id=row["shop_id"],
        person_id=row["person_id"],
        kind=row["kind"],
        reason=REASONS[row["reason"]].title,
        reason_code=row["reason"],
        guarantee=row["guarantee"],
        promise_id=row["promise_id"],
        words=row["words"],
        state=row["state"],
        due_at=row["due_at"],
        opened_at=row["opened_at"],
        moved_at=row["moved_at"],
        phase=row["phase"],
        back=Money(row["back_minor"], currency),
        refunded=Money(row["refunded_minor"], currency),
        bearer=row["bearer"],
        offer=None if row["offer_minor"] is None else Money(row["offer_minor"], currency),
        answer=row["answer"],
        address=msgspec.json.decode(row["address"], type=Address) if row["address"] else None,
        parcel_id=row["parcel_id"],
        uploaded_at=row["uploaded_at"],
        collected_at=row["collected_at"],
        signed_at=row["signed_at"],
        replacement_id=row["replacement_id"],
        ships_first=row["ships_first"],
        round=row["round"],
        spoke=tuple(row["spoke"]),
        decision_id=row["decision_id"],
        claimed_by=row["claimed_by_id"],
        claimed_at=row["claimed_at"],
        units=tuple(zip(row["lines"] or (), row["counts"] or (), strict=True)),
        outlook=outlook(
            terms, facts, side, due_at=row["due_at"], back=Money(shown, currency), timezone=terms.timezone
        ),
        acts=tuple(
            act for act in life.acts(facts, side) if act != "accept_offer" or row["offer_minor"] is not None
        ),
        rule_id=row["rule_id"],
        stop=row["stop"],
        ahead=bool(row["ahead_minor"]),
        pickup=row["pickup"],
        pickup_fee=Money(row["pickup_minor"], currency) if row["pickup_minor"] else None,
        label=row["label"],
        label_fee=Money(row["label_minor"], currency) if row["label_minor"] else None,
    )
