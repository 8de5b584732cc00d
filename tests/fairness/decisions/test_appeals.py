"""Appeals: a party's word reaches a person, the answer is given with reasons, and what falls is undone once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from sanhao.fairness.decisions import actions, api, queries
from sanhao.fairness.decisions.api import DecisionDraft
from sanhao.fairness.decisions.events import DecisionAppealed, DecisionOverturned, DecisionUpheld
from sanhao.kit import events
from sanhao.kit.events import Event, listen_now
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from tests.at_once import together
from tests.conftest import T0
from tests.fairness.conftest import MakePerson, draft_decision

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WORDS, ANSWER = "The parcel was scanned in time.", "The scan is in the file; you are right."


@dataclass
class Scene:
    draft: DecisionDraft
    buyer: UUID
    merchant: UUID
    arbiter: UUID
    shop: UUID

    def appeal(self, **over: Any) -> UUID:
        given: dict[str, Any] = {"by": self.merchant, "shop_id": self.shop, "text": WORDS, "now": T0 + DAY}
        return api.appeal(self.draft.id, **(given | over))

    def state(self) -> str:
        return api.decision(self.draft.id).state


@pytest.fixture
def scene(person: MakePerson) -> Iterator[Scene]:
    shop, buyer, merchant = new_id(), person("buyer"), person("merchant")
    api.register_membership(members := lambda shop_id, person_id: (shop_id, person_id) == (shop, merchant))
    draft = draft_decision(shop_id=shop, person_id=buyer, appeal_until=T0 + 30 * DAY)
    api.record([draft])
    yield Scene(draft, buyer, merchant, person("arbiter", "arbiter"), shop)
    actions._memberships.remove(members)


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    facts: list[Event] = []

    def hear(news: Any) -> None:
        facts.extend(n.fact for n in news)

    kinds: tuple[type[Event], ...] = (DecisionAppealed, DecisionUpheld, DecisionOverturned)
    for kind in kinds:
        listen_now(kind, hear)
    yield facts
    for kind in kinds:
        events._now[events.event_name(kind)].remove(hear)


def appeals() -> list[dict[str, Any]]:
    return fetch("SELECT * FROM decisions_appeal")


def test_the_shop_appeals_once_and_a_person_has_seven_days(scene: Scene, heard: list[Event]) -> None:
    id = scene.appeal()
    [view] = api.open_appeals()
    assert (view.id, view.by, view.party, view.text) == (id, scene.merchant, "shop", WORDS)
    assert view.due_at == T0 + 8 * DAY
    assert (view.overdue(T0 + 8 * DAY), view.overdue(T0 + 9 * DAY)) == (False, True)
    assert scene.state() == "appealed"
    assert heard == [
        DecisionAppealed(scene.draft.id, id, "test.late", scene.draft.subject_id, scene.draft.key)
    ]
    with pytest.raises(Refusal) as refused:
        scene.appeal(by=scene.buyer, shop_id=None, person_id=scene.buyer)
    assert refused.value.code == "appeal.once"
    assert len(appeals()) == 1


def test_the_person_concerned_may_appeal_too(scene: Scene) -> None:
    scene.appeal(by=scene.buyer, shop_id=None, person_id=scene.buyer)
    assert api.open_appeals()[0].party == "person"


def test_no_stranger_appeals_and_none_learns_that_the_decision_exists(
    scene: Scene, person: MakePerson
) -> None:
    stranger = person("stranger")
    for pretence in (
        {"by": stranger},
        {"by": stranger, "shop_id": None, "person_id": scene.buyer},
        {"by": stranger, "shop_id": None, "person_id": stranger},
        {"shop_id": new_id()},
        {"shop_id": None},
        {"person_id": scene.merchant},
    ):
        with pytest.raises(NotFound):
            scene.appeal(**pretence)
    assert (scene.state(), appeals()) == ("standing", [])


def test_an_appeal_is_in_time_to_the_last_moment_and_not_after(scene: Scene) -> None:
    with pytest.raises(Refusal) as refused:
        scene.appeal(now=T0 + 30 * DAY + timedelta(microseconds=1))
    assert refused.value.code == "appeal.closed"
    assert (scene.state(), appeals()) == ("standing", [])
    scene.appeal(now=T0 + 30 * DAY)


def test_a_decision_without_a_way_to_appeal_says_so(scene: Scene) -> None:
    final = draft_decision(shop_id=scene.shop)
    api.record([final])
    with pytest.raises(Refusal) as refused:
        api.appeal(final.id, by=scene.merchant, shop_id=scene.shop, text=WORDS, now=T0)
    assert refused.value.code == "appeal.closed"


@pytest.mark.parametrize("text", ["", "    ", "why?", "x" * 2_001, "bad\x00word", "half \ud800 sign"])
def test_an_appeal_says_something(scene: Scene, text: str) -> None:
    with pytest.raises(Invalid):
        scene.appeal(text=text)
    assert (scene.state(), appeals()) == ("standing", [])


def test_an_arbiter_claims_answers_and_the_decision_is_upheld(scene: Scene, heard: list[Event]) -> None:
    id = scene.appeal()
    api.claim_appeal(id, by=scene.arbiter, now=T0 + 2 * DAY)
    assert api.appeal_by_id(id).state == "claimed"
    api.decide_appeal(id, uphold=True, by=scene.arbiter, answer=ANSWER, now=T0 + 3 * DAY)
    view = api.appeal_by_id(id)
    assert (view.state, view.claimed_by, view.answer, view.answered_at) == (
        "upheld", scene.arbiter, ANSWER, T0 + 3 * DAY,
    )  # fmt: skip
    assert scene.state() == "upheld"
    assert api.open_appeals() == []
    assert heard[1:] == [
        DecisionUpheld(scene.draft.id, id, "test.late", scene.draft.subject_id, scene.draft.key)
    ]


def test_an_overturned_decision_is_told_once_and_undone_once_by_each_owner(
    scene: Scene, heard: list[Event]
) -> None:
    api.register_undo("test.late", "wallet")
    api.register_undo("test.late", "ledger")
    try:
        assert api.undo_state(scene.draft.id).expected == frozenset()
        id = scene.appeal()
        api.decide_appeal(id, uphold=False, by=scene.arbiter, answer=ANSWER, now=T0 + 3 * DAY)
        assert scene.state() == "overturned"
        assert heard[1:] == [
            DecisionOverturned(
                scene.draft.id, "test.late", scene.draft.subject_id, scene.draft.key, id, by=scene.arbiter
            )
        ]
        assert api.not_undone() == [(scene.draft.id, "ledger"), (scene.draft.id, "wallet")]
        assert api.acknowledge_undo(scene.draft.id, "wallet", now=T0 + 4 * DAY) is True
        assert api.acknowledge_undo(scene.draft.id, "wallet", now=T0 + 5 * DAY) is False
        undone = api.undo_state(scene.draft.id)
        assert undone.done == {"wallet": T0 + 4 * DAY}
        assert undone.missing == {"ledger"}
        with pytest.raises(DatabaseError), transaction.atomic():
            execute("DELETE FROM decisions_undoing")
    finally:
        queries._undoers.pop("test.late")


def test_nothing_is_undone_while_the_decision_stands(scene: Scene) -> None:
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            api.acknowledge_undo(scene.draft.id, "wallet", now=T0)
        assert refused.value.code == "decision.not_overturned"
        if scene.state() == "standing":
            scene.appeal()
    assert fetch("SELECT count(*) AS n FROM decisions_undoing") == [{"n": 0}]


def test_only_impartial_staff_answer(scene: Scene, person: MakePerson) -> None:
    id = scene.appeal()
    execute(
        "INSERT INTO people_staffrole (id, person_id, role, granted_at) VALUES (%s, %s, 'arbiter', %s), "
        "(%s, %s, 'admin', %s)",
        [new_id(), scene.merchant, T0, new_id(), scene.buyer, T0],
    )
    nobody, clerk = person("nobody"), person("clerk", "support", "finance")
    for by in (nobody, clerk, scene.merchant, scene.buyer):
        for attempt in (
            lambda by=by: api.claim_appeal(id, by=by, now=T0),
            lambda by=by: api.decide_appeal(id, uphold=False, by=by, answer=ANSWER, now=T0),
        ):
            with pytest.raises(Forbidden):
                attempt()
    assert (scene.state(), api.appeal_by_id(id).state) == ("appealed", "open")


def test_who_decided_by_hand_does_not_answer_the_appeal(scene: Scene, person: MakePerson) -> None:
    first, second = person("first", "arbiter"), person("second", "admin")
    draft = draft_decision(shop_id=scene.shop, appeal_until=T0 + DAY, automatic=False, decided_by=first)
    api.record([draft])
    id = api.appeal(draft.id, by=scene.merchant, shop_id=scene.shop, text=WORDS, now=T0)
    with pytest.raises(Forbidden) as refused:
        api.claim_appeal(id, by=first, now=T0)
    assert refused.value.code == "appeal.partial"
    api.claim_appeal(id, by=second, now=T0)


def test_a_claimed_appeal_belongs_to_its_arbiter_until_released(scene: Scene, person: MakePerson) -> None:
    other, admin = person("other", "arbiter"), person("admin", "admin")
    id = scene.appeal()
    api.claim_appeal(id, by=scene.arbiter, now=T0)
    with pytest.raises(Refusal):
        api.claim_appeal(id, by=other, now=T0)
    with pytest.raises(Refusal) as refused:
        api.decide_appeal(id, uphold=True, by=other, answer=ANSWER, now=T0)
    assert refused.value.code == "appeal.claimed"
    with pytest.raises(Forbidden):
        api.release_appeal(id, by=other, now=T0)
    assert api.appeal_by_id(id).claimed_by == scene.arbiter
    api.release_appeal(id, by=admin, now=T0)
    assert (api.appeal_by_id(id).state, api.appeal_by_id(id).claimed_by) == ("open", None)
    api.decide_appeal(id, uphold=True, by=other, answer=ANSWER, now=T0)


def test_an_answer_without_reasons_is_no_answer(scene: Scene) -> None:
    id = scene.appeal()
    with pytest.raises(Invalid) as refused:
        api.decide_appeal(id, uphold=False, by=scene.arbiter, answer="no", now=T0)
    assert refused.value.code == "appeal.answer"
    assert (scene.state(), api.appeal_by_id(id).state) == ("appealed", "open")


def test_an_answer_is_final(scene: Scene) -> None:
    id = scene.appeal()
    api.decide_appeal(id, uphold=True, by=scene.arbiter, answer=ANSWER, now=T0)
    with pytest.raises(Refusal):
        api.decide_appeal(id, uphold=False, by=scene.arbiter, answer="Second thoughts.", now=T0)
    with pytest.raises(Refusal):
        scene.appeal()
    assert (scene.state(), api.appeal_by_id(id).answer) == ("upheld", ANSWER)


@pytest.mark.django_db(transaction=True)
def test_of_both_parties_and_two_arbiters_at_once_one_of_each_is_heard(
    scene: Scene, person: MakePerson
) -> None:
    other = person("other", "arbiter")
    results = together(
        scene.appeal, lambda: scene.appeal(by=scene.buyer, shop_id=None, person_id=scene.buyer)
    )
    [id] = [result for result in results if isinstance(result, UUID)]
    assert "appeal.once" in [getattr(result, "code", "") for result in results]
    first, second = together(
        lambda: api.decide_appeal(id, uphold=True, by=scene.arbiter, answer=ANSWER, now=T0),
        lambda: api.decide_appeal(id, uphold=False, by=other, answer=ANSWER, now=T0),
    )
    [late] = [result for result in (first, second) if isinstance(result, Refusal)]
    assert late.code in ("appeal.claimed", "appeal.moved_on")
    won = scene.arbiter if first is None else other
    assert api.appeal_by_id(id).claimed_by == won
    assert scene.state() == ("upheld" if won == scene.arbiter else "overturned")
