"""Reading cases: the buyer's, the shop's desk, the arbiters' queue, one case with all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.people.api import roles_of
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.book import COLUMNS, RULE, facts_of, no_case, terms_from, terms_of
from sanhao.service.aftersales.case import OVER, Act, Address, Side
from sanhao.service.aftersales.outlook import Outlook, outlook
from sanhao.service.aftersales.paths import intercept, label, pickup
from sanhao.service.aftersales.reasons import REASONS, offered
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

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


class MoveView(msgspec.Struct, frozen=True):
    """One step of a case's history."""

    source: str
    target: str
    at: datetime
    note: str
    by: UUID | None


class StatementView(msgspec.Struct, frozen=True):
    round: int
    side: str
    text: str
    at: datetime


class EvidenceView(msgspec.Struct, frozen=True):
    id: UUID
    case_id: UUID
    side: str
    round: int
    digest: str
    mime: str
    size: int
    width: int
    height: int
    document: bool
    at: datetime

    @property
    def is_video(self) -> bool:
        return self.mime.startswith("video/")


class DeskCount(msgspec.Struct, frozen=True):
    """How many cases of a shop wait for the shop itself, and how many for somebody else."""

    yours: int
    others: int


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


def desk_count(shop_id: UUID) -> DeskCount:
    """One query, for the number in the navigation."""
    [row] = fetch(
        "SELECT count(*) FILTER (WHERE state IN ('asked', 'returning', 'replacing') OR (state = 'disputed' AND "
        "NOT 'shop' = ANY(spoke)))::int AS yours, count(*)::int AS every FROM aftersales_case "
        "WHERE shop_id = %s AND due_at IS NOT NULL",
        [shop_id],
    )
    return DeskCount(row["yours"], row["every"] - row["yours"])


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


def row_of(case_id: UUID) -> dict[str, Any]:
    """A case's row, unlocked. Raises NotFound."""
    rows = fetch(f"SELECT {COLUMNS} FROM aftersales_case WHERE id = %s", [case_id])
    if not rows:
        raise no_case()
    return rows[0]


def order_ids_of(case_ids: Sequence[UUID]) -> list[UUID]:
    """The orders that these cases are about. One query."""
    rows = fetch(
        "SELECT DISTINCT order_id FROM aftersales_case WHERE id = ANY(%s) ORDER BY order_id", [list(case_ids)]
    )
    return [row["order_id"] for row in rows]


def causes_of(subject_ids: Sequence[UUID], *, shop_id: UUID) -> list[UUID]:
    """Under whose ids money was booked that decisions about these promises and orders moved: a shop's cases, and its orders
    in sweeps. One query."""
    rows = fetch(
        "SELECT id FROM aftersales_case WHERE shop_id = %(shop)s AND promise_id = ANY(%(ids)s) "
        "UNION ALL SELECT id FROM aftersales_swept_order WHERE shop_id = %(shop)s AND order_id = ANY(%(ids)s)",
        {"shop": shop_id, "ids": list(subject_ids)},
    )
    return [row["id"] for row in rows]


def order_ids_of_evidence(evidence_id: UUID) -> list[UUID]:
    """The order that a piece of evidence is about; none for what does not exist."""
    rows = fetch(
        "SELECT c.order_id FROM aftersales_evidence e JOIN aftersales_case c ON c.id = e.case_id WHERE e.id = %s",
        [evidence_id],
    )
    return [row["order_id"] for row in rows]


def decision_of(view: CaseView) -> decisions.DecisionView | None:
    """The latest decision about a case: of what was given under a guarantee, the promise's. What couriers cost has others."""
    if view.decision_id is not None:
        return decisions.decision(view.decision_id)
    decided = [one for one in decisions.of_subject("case", view.id) if one.kind not in _FEES]
    return decided[-1] if decided else None


_FEES = (label.FEE, pickup.FEE, intercept.FEE)


def proposals(views: Sequence[CaseView], *, now: datetime) -> dict[UUID, promises.Proposal]:
    """What the claims that still wait would come to if they were granted now, and who would pay, by case. One query."""
    waiting = {view.promise_id: view.id for view in views if view.promise_id and not view.over}
    if not waiting:
        return {}
    found = promises.proposals({promise: str(case) for promise, case in waiting.items()}, now=now)
    return {waiting[promise]: proposal for promise, proposal in found.items()}


def moves(case_ids: Sequence[UUID]) -> dict[UUID, list[MoveView]]:
    """The history of each case, the oldest first."""
    found: dict[UUID, list[MoveView]] = {id: [] for id in case_ids}
    for row in fetch(
        "SELECT subject_id, source, target, at, note, by_id FROM kit_history WHERE subject_id = ANY(%s) "
        "AND subject = 'case' ORDER BY at, id",
        [list(case_ids)],
    ):
        found[row["subject_id"]].append(
            MoveView(row["source"], row["target"], row["at"], row["note"], row["by_id"])
        )
    return found


def statements(case_id: UUID) -> list[StatementView]:
    return [
        StatementView(**row)
        for row in fetch(
            "SELECT round, side, text, at FROM aftersales_statement WHERE case_id = %s ORDER BY round, at, id",
            [case_id],
        )
    ]


def evidence(case_id: UUID) -> list[EvidenceView]:
    return [
        EvidenceView(**row)
        for row in fetch(
            "SELECT id, case_id, side, round, digest, mime, size, width, height, document, at FROM aftersales_evidence "
            "WHERE case_id = %s ORDER BY at, id",
            [case_id],
        )
    ]


def evidence_for(evidence_id: UUID, *, person_id: UUID) -> EvidenceView:
    """One piece, for a party of its case or for staff who judge. Raises NotFound for everybody else."""
    rows = fetch(
        "SELECT e.id, e.case_id, e.side, e.round, e.digest, e.mime, e.size, e.width, e.height, e.document, e.at, c.person_id, c.shop_id "
        "FROM aftersales_evidence e JOIN aftersales_case c ON c.id = e.case_id WHERE e.id = %s",
        [evidence_id],
    )
    if rows and _may_see(person_id, rows[0].pop("person_id"), rows[0].pop("shop_id")):
        return EvidenceView(**rows[0])
    raise NotFound("evidence.unknown", zh="没有这份证据。", en="There is no such evidence.")


def _may_see(person_id: UUID, buyer: UUID, shop_id: UUID) -> bool:
    if person_id == buyer or roles_of(person_id) & {"arbiter", "admin"}:
        return True
    return any(membership.shop.id == shop_id for membership in shops.shops_of(person_id))


def return_addresses(shop_id: UUID) -> list[tuple[UUID, Address, bool]]:
    """A shop's warehouses that take goods back: id, address, whether it is the default."""
    rows = fetch(
        "SELECT id, recipient, phone, country, region, city, street, postcode, is_default "
        "FROM aftersales_return_address WHERE shop_id = %s ORDER BY is_default DESC, added_at, id",
        [shop_id],
    )
    return [
        (row.pop("id"), Address(**{k: v for k, v in row.items() if k != "is_default"}), row["is_default"])
        for row in rows
    ]


def window_of(order: orders.OrderView, *, now: datetime) -> datetime | None:
    """Until when anything may be asked about an order, by the rule in force where it went; None while it is not there."""
    if order.delivered_at is None:
        return None
    terms = terms_from(rulebook.in_force(RULE, at=now, market=order.address["country"]).terms)
    return life.last_window(terms, order.delivered_at, [reason.code for reason in offered("delivered")])


def attempts_used(line_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How often each line was asked about; edits and what was taken back included."""
    rows = fetch(
        "SELECT line_id, count(*)::int AS n FROM aftersales_attempt WHERE line_id = ANY(%s) GROUP BY line_id",
        [list(line_ids)],
    )
    return {row["line_id"]: row["n"] for row in rows}


def units_in_cases(order_id: UUID, *, without: UUID | None = None) -> dict[UUID, int]:
    """How many units of each line are in a case that still runs; what went back the order itself knows."""
    return units_in_cases_of([order_id], without=without)


def units_in_cases_of(order_ids: Sequence[UUID], *, without: UUID | None = None) -> dict[UUID, int]:
    """The same for many orders at once, by line."""
    rows = fetch(
        "SELECT u.line_id, sum(u.units)::int AS n FROM aftersales_case c JOIN aftersales_case_unit u ON u.case_id = c.id "
        "WHERE c.order_id = ANY(%s) AND c.due_at IS NOT NULL AND (%s::uuid IS NULL OR c.id <> %s) GROUP BY u.line_id",
        [list(order_ids), without, without],
    )
    return {row["line_id"]: row["n"] for row in rows}


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
