"""Money by hand: two people, a reason, a decision, an entry; what was taken comes back if the decision falls."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from sanhao.books.settlement import api as settlement
from sanhao.fairness.decisions import api as decisions
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people.api import Enrolment, enrol, grant_role
from tests.books.settlement.stage import books, sound
from tests.books.stage import fund

pytestmark = pytest.mark.django_db
WHY = "buyer complaint 42, agreed by phone"


@pytest.fixture
def staff(now: datetime) -> list[UUID]:
    people = enrol([Enrolment(f"{name}@staff.example", name) for name in ("ada", "bo", "cy")], now=now)
    ada, bo, cy = people.values()
    execute(
        "INSERT INTO people_staffrole (id, person_id, role, granted_at) VALUES (%s, %s, 'admin', %s)",
        [new_id(), ada, now],
    )
    grant_role(bo, "finance", by=ada, now=now)
    grant_role(cy, "support", by=ada, now=now)
    return [ada, bo, cy]


@pytest.fixture
def shop() -> UUID:
    return new_id()


def propose(shop: UUID | None, by: UUID, now: datetime, kind: str = "goodwill", minor: int = 1_000) -> UUID:
    return settlement.propose_money(kind, Money(minor, "CNY"), shop_id=shop, reason=WHY, by=by, now=now)


def test_two_people_move_money_and_both_are_named(shop: UUID, staff: list[UUID], now: datetime) -> None:
    ada, bo, _ = staff
    id = propose(shop, ada, now)
    assert books(shop) == {}
    decision = settlement.approve_money(id, by=bo, now=now)
    stored = decisions.decision(decision)
    assert (books(shop), stored.facts["proposed_by"], stored.facts["approved_by"]) == (
        {"balance": 1_000},
        str(ada),
        str(bo),
    )
    assert (stored.automatic, stored.decided_by, WHY in stored.text.en) == (False, bo, True)
    seen = settlement.one_manual(id)
    assert (seen.state, seen.decided_by, seen.decision_id) == ("approved", bo, decision)
    assert fetch("SELECT by_id FROM kit_history WHERE subject = 'manual' AND subject_id = %s", [id]) == [
        {"by_id": bo}
    ]
    sound()


def test_nobody_approves_their_own_not_even_past_the_code(
    shop: UUID, staff: list[UUID], now: datetime
) -> None:
    ada, bo, _ = staff
    id = propose(shop, ada, now)
    with pytest.raises(Forbidden, match="two_people"):
        settlement.approve_money(id, by=ada, now=now)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        execute(
            "UPDATE settlement_manualmoney SET state = 'declined', decided_by_id = proposed_by_id WHERE id = %s",
            [id],
        )
    assert (books(shop), settlement.one_manual(id).state) == ({}, "proposed")
    settlement.approve_money(id, by=bo, now=now)
    with pytest.raises(Refusal, match="moved_on"):
        settlement.approve_money(id, by=bo, now=now)
    assert books(shop) == {"balance": 1_000}


def test_only_finance_and_admin(shop: UUID, staff: list[UUID], buyer: UUID, now: datetime) -> None:
    ada, _, cy = staff
    for nobody in (cy, buyer):
        with pytest.raises(Forbidden):
            propose(shop, nobody, now)
    id = propose(shop, ada, now)
    for nobody in (cy, buyer):
        with pytest.raises(Forbidden):
            settlement.approve_money(id, by=nobody, now=now)
        with pytest.raises(Forbidden):
            settlement.decline_money(id, "no reason at all", by=nobody, now=now)


def test_declined_or_taken_back_nothing_moves(shop: UUID, staff: list[UUID], now: datetime) -> None:
    ada, bo, _ = staff
    first, second = propose(shop, ada, now), propose(shop, ada, now)
    settlement.decline_money(first, "the complaint was settled", by=bo, now=now)
    settlement.decline_money(second, "", by=ada, now=now)
    assert [settlement.one_manual(id).state for id in (first, second)] == ["declined", "withdrawn"]
    assert books(shop) == {}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("deposit_in", {}, {"deposit": 1_000}),
        ("balance_in", {}, {"balance": 1_000}),
        ("deposit_back", {"deposit": 1_500}, {"deposit": 500, "balance": 1_000}),
        ("charge", {"balance": 400}, {"receivable": 600}),
        ("goodwill", {}, {"balance": 1_000}),
    ],
)
def test_each_kind_moves_what_it_says(
    shop: UUID, staff: list[UUID], now: datetime, kind: str, before: dict[str, int], after: dict[str, int]
) -> None:
    fund(shop, now, **before)
    settlement.approve_money(propose(shop, staff[0], now, kind), by=staff[1], now=now)
    assert books(shop) == after
    sound()


def test_a_debt_is_written_off_and_a_gateway_settled(shop: UUID, staff: list[UUID], now: datetime) -> None:
    settlement.approve_money(propose(shop, staff[0], now, "charge"), by=staff[1], now=now)
    assert books(shop) == {"receivable": 1_000}
    settlement.approve_money(propose(shop, staff[0], now, "write_off"), by=staff[1], now=now)
    assert books(shop) == {}
    settlement.approve_money(propose(None, staff[1], now, "gateway_in"), by=staff[0], now=now)
    sound()


def test_more_than_there_is_is_refused_whole(shop: UUID, staff: list[UUID], now: datetime) -> None:
    id = propose(shop, staff[0], now, "deposit_back")
    with pytest.raises(Refusal, match="not_enough"), transaction.atomic():
        settlement.approve_money(id, by=staff[1], now=now)
    assert (settlement.one_manual(id).state, books(shop)) == ("proposed", {})


@pytest.mark.parametrize(
    ("kind", "minor", "reason", "with_shop"),
    [("gift", 1, WHY, True), ("goodwill", 0, WHY, True), ("goodwill", -5, WHY, True), ("goodwill", 10**13, WHY, True),
     ("goodwill", 1, "  ", True), ("goodwill", 1, "x" * 301, True), ("goodwill", 1, WHY, False), ("gateway_in", 1, WHY, True)],
)  # fmt: skip
def test_a_proposal_that_cannot_be_is_refused(
    shop: UUID, staff: list[UUID], now: datetime, kind: str, minor: int, reason: str, with_shop: bool
) -> None:
    with pytest.raises(Invalid):
        settlement.propose_money(
            kind,
            Money(minor, "CNY"),
            shop_id=shop if with_shop else None,
            reason=reason,
            by=staff[0],
            now=now,
        )
    assert settlement.manual_money() == []
