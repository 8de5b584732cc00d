"""Decisions: written once with all that led to them, read newest first, judged again to the same cent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace

from sanhao.fairness.decisions import api, judges
from sanhao.fairness.decisions.api import DecisionDraft, Rejudged
from sanhao.fairness.decisions.models import DECISION_STATES
from sanhao.fairness.rulebook.api import found
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from tests.conftest import T0
from tests.fairness.conftest import MakePerson, draft_decision

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def judge() -> Iterator[None]:
    """A judge of kind ``test.late``: owes what the terms say for every hour late."""

    def again(facts_json: str, terms: dict[str, Any]) -> Rejudged:
        hours = json.loads(facts_json)["hours_late"]
        owed = hours * terms["per_hour"]
        verdict = {"outcome": "broken" if hours else "kept", "late": hours}
        return Rejudged(
            json.dumps(verdict), owed, "CNY", Text(zh=f"晚了 {hours} 小时。", en=f"{hours} hours late.")
        )

    before = dict(judges._kinds)
    del judges._kinds["test.late"]
    api.register_kind("test.late", Text(zh="晚了", en="Late"), again)
    yield
    judges._kinds.clear()
    judges._kinds.update(before)


def late(hours: int, rule: UUID, **over: Any) -> DecisionDraft:
    return draft_decision(
        rule_id=rule,
        facts=json.dumps({"hours_late": hours, "carrier": "顺丰"}, ensure_ascii=False),
        verdict=json.dumps({"late": hours, "outcome": "broken"}),
        effect_minor=hours * 100,
        currency="CNY",
        text=Text(zh=f"晚了 {hours} 小时。", en=f"{hours} hours late."),
        **over,
    )


@pytest.fixture
def rule(db: None) -> UUID:
    return found("test.late", {"per_hour": 100}, title=Text(zh="晚", en="Late"), now=T0)


def test_a_decision_comes_back_as_it_was_written(rule: UUID, person: MakePerson) -> None:
    buyer, shop = person("buyer"), new_id()
    draft = late(3, rule, shop_id=shop, person_id=buyer, appeal_until=T0 + HOUR)
    api.record([draft])
    view = api.decision(draft.id)
    assert (view.key, view.kind, view.rule_id, view.shop_id, view.person_id) == (
        draft.key, "test.late", rule, shop, buyer,
    )  # fmt: skip
    assert view.facts == {"hours_late": 3, "carrier": "顺丰"}
    assert view.verdict == {"late": 3, "outcome": "broken"}
    assert (view.effect, view.state, view.automatic) == (Money(300, "CNY"), "standing", True)
    assert (view.decided_at, view.appeal_until) == (T0, T0 + HOUR)
    assert view.text == draft.text


def test_a_thousand_are_one_statement_and_a_key_decides_once(rule: UUID) -> None:
    drafts = [late(1, rule) for _ in range(1_000)]
    with CaptureQueriesContext(connection) as queries:
        api.record(drafts)
    assert len(queries) <= 1  # COPY itself is not counted by Django
    with pytest.raises(IntegrityError), transaction.atomic():
        api.record([late(1, rule), late(1, rule, key=drafts[0].key)])
    assert fetch("SELECT count(*) AS n FROM decisions_decision") == [{"n": 1_000}]


@pytest.mark.parametrize(
    "wrong",
    [{"effect_minor": 5, "currency": ""}, {"automatic": False}, {"facts": "{"}],
)
def test_the_database_refuses_half_a_decision(wrong: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        api.record([draft_decision(**wrong)])
    assert fetch("SELECT count(*) AS n FROM decisions_decision") == [{"n": 0}]


@pytest.mark.parametrize(
    "change", ["facts = '{}'", "effect_minor = 0", "sentence_en = 'x'", "appeal_until = NULL", "shop_id = id"]
)
def test_what_was_decided_is_never_rewritten(rule: UUID, change: str) -> None:
    draft = late(3, rule, appeal_until=T0)
    api.record([draft])
    for sql in (
        f"UPDATE decisions_decision SET {change} WHERE id = %s",
        f"UPDATE decisions_decision SET state = 'appealed', {change} WHERE id = %s",
        "DELETE FROM decisions_decision WHERE id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            execute(sql, [draft.id])
    assert api.decision(draft.id).effect_minor == 300


def test_the_database_knows_the_same_state_table_as_the_code(rule: UUID) -> None:
    way = {
        "appealed": ["appealed"],
        "upheld": ["appealed", "upheld"],
        "overturned": ["appealed", "overturned"],
    }
    allowed = set()
    for source in DECISION_STATES.moves:
        for target in set(DECISION_STATES.moves) - {source}:
            draft = late(1, rule)
            api.record([draft])
            for step in way.get(source, []):
                execute("UPDATE decisions_decision SET state = %s WHERE id = %s", [step, draft.id])
            try:
                with transaction.atomic():
                    execute("UPDATE decisions_decision SET state = %s WHERE id = %s", [target, draft.id])
                allowed.add((source, target))
            except DatabaseError:
                pass
    assert allowed == {(s, t) for s, targets in DECISION_STATES.moves.items() for t in targets}


def test_a_shop_reads_its_own_newest_first_page_by_page(rule: UUID) -> None:
    shop, other = new_ids(2)
    moments = [T0 + HOUR * n for n in (5, 1, 3, 3, 2, 4)]  # ids ascend while moments do not
    drafts = [late(1, rule, shop_id=shop, decided_at=at) for at in moments]
    api.record([*drafts, late(1, rule, shop_id=other)])
    expected = [d.id for d in sorted(drafts, key=lambda d: (d.decided_at, d.id), reverse=True)]
    read: list[UUID] = []
    while page := api.for_shop(shop, limit=4, before=read[-1] if read else None):
        read += [view.id for view in page]
    assert read == expected


def test_recent_ones_of_all_kinds_or_of_one_outcome_or_state(rule: UUID) -> None:
    a = late(1, rule, decided_at=T0 + HOUR)
    b = draft_decision(kind="test.other", verdict='{"outcome":"void"}', decided_at=T0 + 2 * HOUR)
    c = late(2, rule, decided_at=T0 + 3 * HOUR)
    api.record([a, b, c])
    execute("UPDATE decisions_decision SET state = 'appealed' WHERE id = %s", [a.id])
    ids = [a.id, b.id, c.id]
    cases: list[tuple[dict[str, Any], list[UUID]]] = [
        ({}, ids[::-1]),
        ({"limit": 2}, [c.id, b.id]),
        ({"before": c.id}, [b.id, a.id]),
        ({"kind": "test.late"}, [c.id, a.id]),
        ({"outcome": "void"}, [b.id]),
        ({"kind": "test.late", "outcome": "void"}, []),
        ({"state": "appealed"}, [a.id]),
        ({"kind": "test.none"}, []),
    ]
    for filters, expected in cases:
        with CaptureQueriesContext(connection) as queries:
            assert [view.id for view in api.recent(**filters)] == expected, filters
        assert len(queries) == 1


def test_the_tally_counts_and_sums_by_kind_outcome_and_state(rule: UUID) -> None:
    drafts = [late(n, rule, decided_at=T0 + HOUR * n) for n in (1, 2, 3)]
    api.record([*drafts, draft_decision(kind="test.other", decided_at=T0 + HOUR)])
    tallies = api.tally(since=T0 + HOUR, until=T0 + 3 * HOUR)
    assert [(t.kind, t.outcome, t.state, t.currency, t.count, t.effect_minor) for t in tallies] == [
        ("test.late", "broken", "standing", "CNY", 2, 300),
        ("test.other", "", "standing", "", 1, 0),
    ]
    assert api.tally(since=T0 - HOUR, until=T0) == []


def test_decisions_of_a_subject_stand_in_order(rule: UUID) -> None:
    subject = new_id()
    second = late(2, rule, subject_id=subject, decided_at=T0 + HOUR)
    first = late(1, rule, subject_id=subject)
    api.record([second, first, late(9, rule), draft_decision(subject_kind="listing", subject_id=subject)])
    assert [view.id for view in api.of_subject("promise", subject)] == [first.id, second.id]
    assert [v.id for v in api.of_subjects("promise", [subject, new_id()])[subject]] == [first.id, second.id]


def test_every_stored_decision_is_judged_again_to_the_same_cent(rule: UUID, judge: None) -> None:
    api.record([late(n, rule) for n in range(1, 8)])
    assert list(api.rejudge_all(batch=3)) == []


def test_a_decision_its_judge_would_not_give_again_is_named(
    rule: UUID, judge: None, person: MakePerson
) -> None:
    wrong = {
        "effect": late(1, rule, key="effect"),
        "verdict": late(2, rule, key="verdict"),
        "sentence": late(3, rule, key="sentence"),
        "judge failed": late(4, rule, key="judge failed"),
        "no judge": draft_decision(kind="test.unheard", key="no judge"),
    }
    change = {
        "effect": {"effect_minor": 101},
        "verdict": {"verdict": '{"late": 2, "outcome": "kept"}'},
        "sentence": {"text": Text(zh="晚了 3 小时。", en="3 hours late!")},
        "judge failed": {"facts": "{}"},
        "no judge": {},
    }
    hand = draft_decision(kind="test.by_hand", automatic=False, decided_by=person("arbiter", "arbiter"))
    api.record([replace(wrong[what], **change[what]) for what in wrong] + [hand, late(5, rule)])
    found = {mismatch.key: mismatch for mismatch in api.rejudge_all()}
    assert {key: mismatch.what for key, mismatch in found.items()} == {what: what for what in wrong}
    assert (found["effect"].stored, found["effect"].again) == ("101 CNY", "100 CNY")


def test_one_decision_is_judged_again_under_other_terms_and_nothing_is_written(
    rule: UUID, judge: None
) -> None:
    draft = late(3, rule)
    api.record([draft])
    before = fetch("SELECT * FROM decisions_decision")
    assert api.rejudge(draft.id).effect_minor == 300
    assert api.rejudge(draft.id, terms={"per_hour": 7}).effect_minor == 21
    assert fetch("SELECT * FROM decisions_decision") == before


def test_what_a_person_decided_cannot_be_computed_again(rule: UUID) -> None:
    draft = draft_decision(kind="test.unheard")
    api.record([draft])
    with pytest.raises(Refusal) as refused:
        api.rejudge(draft.id)
    assert refused.value.code == "decision.no_judge"
    with pytest.raises(NotFound):
        api.rejudge(new_id())


def test_two_judges_of_one_kind_are_a_mistake(judge: None) -> None:
    with pytest.raises(ValueError, match=r"test\.late"):
        api.register_kind(
            "test.late",
            Text(zh="晚了", en="Late"),
            lambda facts, terms: Rejudged("{}", 0, "", Text(zh="", en="")),
        )


def test_a_decision_is_called_by_the_title_of_its_kind(judge: None) -> None:
    assert api.title_of("test.late") == Text(zh="晚了", en="Late")
    assert api.title_of("of.a.module.long.gone") == Text(zh="一个决定", en="A decision")


def test_what_nobody_could_name_is_not_decided(db: None) -> None:
    with pytest.raises(ValueError, match="of_nobody"):
        api.record([draft_decision(), draft_decision(kind="of_nobody")])
    assert api.recent(limit=9) == []


def test_the_reads_use_their_indexes(rule: UUID) -> None:
    """Each of the four hot questions is answered by an index made for it, never by a scan."""
    execute("SET LOCAL enable_seqscan = off")
    execute("SET LOCAL enable_bitmapscan = off")
    plans: list[tuple[str, list[Any], str]] = [
        ("shop_id = %s ORDER BY decided_at DESC, id DESC LIMIT 50", [new_id()], "decisions_decision_shop"),
        ("kind = 'x' ORDER BY decided_at DESC, id DESC LIMIT 50", [], "decisions_decision_kind"),
        ("subject_id = %s", [new_id()], "decisions_decision_subject"),
        ("state = 'overturned' ORDER BY decided_at", [], "decisions_decision_moved"),
    ]
    for where, params, index in plans:
        plan = fetch(f"EXPLAIN SELECT * FROM decisions_decision WHERE {where}", params)
        text = "\n".join(row["QUERY PLAN"] for row in plan)
        assert index in text
        assert "Sort" not in text, text
