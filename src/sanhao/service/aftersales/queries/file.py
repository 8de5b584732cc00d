"""Reading the file of a case: how it went, what was said and shown, what was decided or would be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.fairness.decisions import api as decisions
from sanhao.goods.shops import api as shops
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.people.api import roles_of
from sanhao.service.aftersales.paths import intercept, label, pickup
from sanhao.service.aftersales.queries.cases import CaseView
from sanhao.service.promises import api as promises


class MoveView(msgspec.Struct, frozen=True):
    """One step of a case's history."""

    source: str
    target: str
    at: datetime
    note: str
    by: UUID | None


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


class StatementView(msgspec.Struct, frozen=True):
    round: int
    side: str
    text: str
    at: datetime


def statements(case_id: UUID) -> list[StatementView]:
    return [
        StatementView(**row)
        for row in fetch(
            "SELECT round, side, text, at FROM aftersales_statement WHERE case_id = %s ORDER BY round, at, id",
            [case_id],
        )
    ]


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


_FEES = (label.FEE, pickup.FEE, intercept.FEE)


def decision_of(view: CaseView) -> decisions.DecisionView | None:
    """The latest decision about a case: of what was given under a guarantee, the promise's. What couriers cost has others."""
    if view.decision_id is not None:
        return decisions.decision(view.decision_id)
    decided = [one for one in decisions.of_subject("case", view.id) if one.kind not in _FEES]
    return decided[-1] if decided else None


def proposals(views: Sequence[CaseView], *, now: datetime) -> dict[UUID, promises.Proposal]:
    """What the claims that still wait would come to if they were granted now, and who would pay, by case. One query."""
    waiting = {view.promise_id: view.id for view in views if view.promise_id and not view.over}
    if not waiting:
        return {}
    found = promises.proposals({promise: str(case) for promise, case in waiting.items()}, now=now)
    return {waiting[promise]: proposal for promise, proposal in found.items()}
