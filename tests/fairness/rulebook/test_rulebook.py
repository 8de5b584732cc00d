"""The rulebook: announced before it binds, never changed after, and always one answer to "what binds now?"."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.fairness.rulebook import actions, api
from sanhao.fairness.rulebook.core import FOUNDED, NOTICE, check_notice
from sanhao.fairness.rulebook.models import RULE_STATES
from sanhao.fairness.rulebook.wiring import EFFECT
from sanhao.kit.events import listen_now
from sanhao.kit.keeper import drain
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from tests.conftest import T0
from tests.fairness.conftest import MakePerson

pytestmark = pytest.mark.django_db
TITLE = Text(zh="晚发即赔", en="Late shipment pays")
KEY = "test.late"
DAY = timedelta(days=1)


@pytest.fixture
def rule(db: None) -> UUID:
    return api.found(KEY, {"hours": 48}, title=TITLE, now=T0)


@pytest.fixture
def schemas() -> Iterator[dict[str, Any]]:
    before = dict(actions._schemas)
    yield actions._schemas
    actions._schemas.clear()
    actions._schemas.update(before)


def draft(hours: int, market: str = "*", now: datetime = T0) -> UUID:
    return api.draft(KEY, {"hours": hours}, title=TITLE, reason="fairer", by=None, now=now, market=market)


def announced(hours: int, effective_at: datetime, market: str = "*") -> UUID:
    id = draft(hours, market)
    api.announce(id, effective_at=effective_at, by=None, now=T0)
    return id


def state(id: UUID) -> str:
    return api.rule(id).state


def test_a_founding_rule_binds_since_before_any_order_and_is_founded_once(rule: UUID) -> None:
    again = api.found(KEY, {"hours": 1}, title=TITLE, now=T0 + DAY)
    assert again == rule
    found = api.in_force(KEY, at=datetime(2006, 1, 1, tzinfo=UTC))
    assert (found.id, found.version, found.terms, found.effective_at) == (rule, 1, {"hours": 48}, FOUNDED)


def test_what_binds_changes_exactly_at_the_announced_moment_whether_or_not_a_keeper_ran(rule: UUID) -> None:
    moment = T0 + 8 * DAY
    second = announced(24, moment)
    tick = timedelta(microseconds=1)
    for at, expected in ((T0, rule), (moment - tick, rule), (moment, second), (moment + tick, second)):
        assert api.in_force(KEY, at=at).id == expected
    assert state(second) == "announced"
    assert drain([EFFECT], now=moment - tick) == 0
    assert drain([EFFECT], now=moment) == 1
    assert (state(rule), state(second)) == ("superseded", "in_force")
    assert api.in_force(KEY, at=moment - tick).id == rule, "the past keeps its rule"


def test_a_clock_that_jumps_over_two_versions_leaves_one_in_force_and_tells_of_both(rule: UUID) -> None:
    told: list[tuple[int, str]] = []

    def hear(news: Any) -> None:
        told.extend((n.fact.version, n.fact.key) for n in news)

    listen_now(api_event("RuleTookEffect"), hear)
    second, third = announced(24, T0 + 8 * DAY), announced(12, T0 + 9 * DAY)
    assert drain([EFFECT], now=T0 + 20 * DAY) == 2
    assert [state(id) for id in (rule, second, third)] == ["superseded", "superseded", "in_force"]
    assert told == [(2, KEY), (3, KEY)]


def api_event(name: str) -> Any:
    from sanhao.fairness.rulebook import events

    return getattr(events, name)


def test_a_market_follows_its_own_rule_and_the_common_one_where_it_has_none(rule: UUID) -> None:
    moment = T0 + 8 * DAY
    german = announced(72, moment, market="DE")
    assert api.in_force(KEY, at=moment, market="DE").id == german
    assert api.in_force(KEY, at=moment - DAY, market="DE").id == rule
    assert api.in_force(KEY, at=moment, market="FR").id == rule
    assert api.in_force(KEY, at=moment).id == rule


def test_many_keys_cost_one_query_and_a_missing_one_is_named(rule: UUID) -> None:
    api.found("test.other", {"x": 1}, title=TITLE, now=T0)
    with CaptureQueriesContext(connection) as queries:
        found = api.in_force_many([KEY, "test.other", KEY], at=T0)
    assert len(queries) == 1
    assert {key: v.terms for key, v in found.items()} == {KEY: {"hours": 48}, "test.other": {"x": 1}}
    with pytest.raises(LookupError, match=r"test\.none"):
        api.in_force_many([KEY, "test.none"], at=T0)


def test_what_a_version_says_is_read_once_and_no_reader_can_change_anothers(rule: UUID) -> None:
    api.version(rule).terms["hours"] = 1
    with CaptureQueriesContext(connection) as queries:
        assert api.version(rule).terms == {"hours": 48}
    assert len(queries) == 0


def test_a_draft_binds_nobody_and_has_no_version_to_freeze(rule: UUID) -> None:
    id = draft(1)
    assert api.in_force(KEY, at=T0 + 99 * DAY).id == rule
    with pytest.raises(NotFound):
        api.version(id)


@pytest.mark.parametrize(
    ("ahead", "code"),
    [
        (7 * DAY - timedelta(minutes=1), "rule.notice"),
        (7 * DAY + timedelta(seconds=1), "rule.whole_minute"),
        (timedelta(0), "rule.notice"),
        (-DAY, "rule.notice"),
    ],
)
def test_a_rule_cannot_be_announced_too_late(rule: UUID, ahead: timedelta, code: str) -> None:
    id = draft(24)
    with pytest.raises(Invalid) as refused:
        api.announce(id, effective_at=T0 + ahead, by=None, now=T0)
    assert refused.value.code == code
    assert state(id) == "draft"
    assert api.in_force(KEY, at=T0 + 99 * DAY).id == rule


def test_exactly_the_notice_period_is_enough_and_the_period_is_itself_a_rule(rule: UUID) -> None:
    announced(24, T0 + 7 * DAY)
    api.found_rules(now=T0)
    longer = api.draft(NOTICE, {"days": 30}, title=TITLE, reason="", by=None, now=T0)
    api.announce(longer, effective_at=T0 + 8 * DAY, by=None, now=T0)
    later = T0 + 9 * DAY
    id = draft(12, now=later)
    with pytest.raises(Invalid):
        api.announce(id, effective_at=later + 29 * DAY, by=None, now=later)
    api.announce(id, effective_at=later + 30 * DAY, by=None, now=later)
    assert api.rule(id).notice_days == 30


@pytest.mark.parametrize("terms", [{}, {"days": 0}, {"days": 366}, {"days": True}, {"days": 7, "x": 1}])
def test_the_notice_period_must_be_a_sensible_number_of_days(terms: dict[str, Any]) -> None:
    api.found_rules(now=T0)
    with pytest.raises(Invalid) as refused:
        api.draft(NOTICE, terms, title=TITLE, reason="", by=None, now=T0)
    assert refused.value.code == "rule.terms"
    assert len(api.versions(NOTICE)) == 1


def test_versions_never_overlap_and_an_older_draft_cannot_come_after_a_newer_announcement(rule: UUID) -> None:
    older, newer = draft(24), draft(12)
    api.announce(newer, effective_at=T0 + 10 * DAY, by=None, now=T0)
    for effective_at in (T0 + 9 * DAY, T0 + 10 * DAY, T0 + 11 * DAY):
        with pytest.raises(Refusal) as refused:
            api.announce(older, effective_at=effective_at, by=None, now=T0)
        assert refused.value.code == "rule.order"
    newest = draft(6)
    with pytest.raises(Refusal):
        api.announce(newest, effective_at=T0 + 10 * DAY, by=None, now=T0)
    assert (state(older), state(newest)) == ("draft", "draft")
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(
            "UPDATE rulebook_rule SET effective_at = %s, announced_at = %s, state = 'announced' WHERE id = %s",
            [T0 + 10 * DAY, T0, newest],
        )


def test_withdrawn_before_its_moment_a_rule_never_binds(rule: UUID) -> None:
    id = announced(24, T0 + 8 * DAY)
    api.withdraw(id, by=None, now=T0 + DAY)
    assert api.in_force(KEY, at=T0 + 9 * DAY).id == rule
    assert drain([EFFECT], now=T0 + 9 * DAY) == 0


def test_what_binds_is_not_withdrawn_even_before_the_keeper_came(rule: UUID) -> None:
    id = announced(24, T0 + 8 * DAY)
    for target in (rule, id):
        with pytest.raises(Refusal):
            api.withdraw(target, by=None, now=T0 + 8 * DAY)
    assert api.in_force(KEY, at=T0 + 9 * DAY).id == id


def test_a_draft_is_rewritten_until_it_is_announced(rule: UUID) -> None:
    id = draft(24)
    api.redraft(id, {"hours": 36}, reason="asked for", by=None, now=T0)
    api.announce(id, effective_at=T0 + 8 * DAY, by=None, now=T0)
    with pytest.raises(Refusal):
        api.redraft(id, {"hours": 1}, reason="", by=None, now=T0)
    assert api.rule(id).terms == {"hours": 36}


@pytest.mark.parametrize(
    "change",
    ["terms = '{}'", "effective_at = effective_at - interval '1 day'", "title_zh = 'x'", "notice_days = 1"],
)
def test_the_database_refuses_to_change_what_was_announced(rule: UUID, change: str) -> None:
    id = announced(24, T0 + 8 * DAY)
    before = fetch("SELECT * FROM rulebook_rule ORDER BY id")
    for sql in (
        f"UPDATE rulebook_rule SET {change} WHERE id = %s",
        "DELETE FROM rulebook_rule WHERE id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            execute(sql, [id])
    assert fetch("SELECT * FROM rulebook_rule ORDER BY id") == before


def test_the_database_knows_the_same_state_table_as_the_code(rule: UUID) -> None:
    allowed = set()
    for source in RULE_STATES.moves:
        for target in RULE_STATES.moves:
            if source == target:
                continue
            with transaction.atomic():
                id = draft(1)
                execute(
                    "UPDATE rulebook_rule SET announced_at = %s, effective_at = %s WHERE id = %s",
                    [T0, T0 + 50 * DAY, id],
                )
                for step in {"in_force": ["announced"], "superseded": ["announced", "in_force"]}.get(
                    source, []
                ):
                    execute("UPDATE rulebook_rule SET state = %s WHERE id = %s", [step, id])
                if source != "draft":
                    execute("UPDATE rulebook_rule SET state = %s WHERE id = %s", [source, id])
                try:
                    with transaction.atomic():
                        execute("UPDATE rulebook_rule SET state = %s WHERE id = %s", [target, id])
                    allowed.add((source, target))
                except DatabaseError:
                    pass
                transaction.set_rollback(True)
    assert allowed == {(s, t) for s, targets in RULE_STATES.moves.items() for t in targets}


def test_only_an_admin_writes_rules(rule: UUID, person: MakePerson) -> None:
    arbiter, admin = person("arbiter", "arbiter"), person("admin", "admin")
    with pytest.raises(Forbidden):
        api.draft(KEY, {"hours": 1}, title=TITLE, reason="", by=arbiter, now=T0)
    id = api.draft(KEY, {"hours": 1}, title=TITLE, reason="", by=admin, now=T0)
    for refused in (
        lambda: api.announce(id, effective_at=T0 + 8 * DAY, by=arbiter, now=T0),
        lambda: api.withdraw(id, by=arbiter, now=T0),
        lambda: api.redraft(id, {}, reason="", by=arbiter, now=T0),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert (state(id), api.rule(id).made_by) == ("draft", admin)


def test_nobody_drafts_a_rule_that_no_module_founded(db: None) -> None:
    with pytest.raises(NotFound):
        api.draft("test.invented", {}, title=TITLE, reason="", by=None, now=T0)


def test_terms_pass_the_schema_of_their_key_or_of_its_longest_prefix(
    rule: UUID, schemas: dict[str, Any]
) -> None:
    def whole_hours(terms: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(terms.get("hours"), int):
            raise ValueError("hours: a whole number")
        return {"grace": 2, **terms}

    api.register_schema("test.", lambda terms: {})
    api.register_schema("test.la", lambda terms: {})
    api.register_schema(KEY, whole_hours)
    with pytest.raises(ValueError):
        api.register_schema(KEY, lambda terms: terms)
    with pytest.raises(Invalid) as refused:
        api.draft(KEY, {"hours": "two"}, title=TITLE, reason="", by=None, now=T0)
    assert refused.value.code == "rule.terms"
    assert "hours: a whole number" in refused.value.text.en
    id = draft(24)
    assert api.rule(id).terms == {"grace": 2, "hours": 24}
    api.found("test.other", {"anything": 1}, title=TITLE, now=T0)
    assert api.in_force("test.other", at=T0).terms == {}


@pytest.mark.parametrize("terms", [[], "x", None, {"x": object()}])
def test_terms_that_are_no_table_are_refused(rule: UUID, terms: Any) -> None:
    with pytest.raises(Invalid):
        api.draft(KEY, terms, title=TITLE, reason="", by=None, now=T0)


def test_the_book_shows_what_binds_and_what_will(rule: UUID) -> None:
    second, third = announced(24, T0 + 8 * DAY), announced(12, T0 + 20 * DAY)
    draft(1)
    assert [v.id for v in api.book(at=T0) if v.key == KEY] == [rule, second, third]
    assert [v.id for v in api.book(at=T0 + 8 * DAY) if v.key == KEY] == [second, third]


@given(now_minutes=st.integers(0, 10**6), ahead=st.integers(-(10**5), 10**5), days=st.integers(1, 60))
@settings(max_examples=200)
def test_notice_is_given_exactly_when_enough_whole_days_lie_between(
    now_minutes: int, ahead: int, days: int
) -> None:
    now = T0 + timedelta(minutes=now_minutes)
    effective = now + timedelta(minutes=ahead)
    try:
        check_notice(effective, now=now, days=days)
        given_notice = True
    except Invalid:
        given_notice = False
    assert given_notice == (ahead >= days * 24 * 60)


@given(
    moments=st.lists(st.integers(0, 60), unique=True, max_size=6).map(sorted),
    asked=st.lists(st.integers(-5, 70), min_size=1, max_size=20),
)
@settings(max_examples=25)
def test_the_rule_in_force_is_the_last_one_begun(moments: list[int], asked: list[int]) -> None:
    """Against the plain definition, over random timelines."""
    with transaction.atomic():
        first = api.found(KEY, {"hours": 0}, title=TITLE, now=T0)
        timeline = [(FOUNDED, first)]
        for hours in moments:
            moment = T0 + 7 * DAY + timedelta(hours=hours)
            timeline.append((moment, announced(hours, moment)))
        for hours in asked:
            at = T0 + 7 * DAY + timedelta(hours=hours)
            expected = [id for moment, id in timeline if moment <= at][-1]
            assert api.in_force(KEY, at=at).id == expected
        transaction.set_rollback(True)


def elsewhere(call: Callable[[], object]) -> threading.Thread:
    """Run *call* on a connection of its own, as another process would."""

    def run() -> None:
        try:
            call()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_what_another_process_announces_binds_here_at_its_moment_too() -> None:
    first = api.found(KEY, {"hours": 48}, title=TITLE, now=T0)
    assert api.in_force(KEY, at=T0 + 8 * DAY).id == first
    elsewhere(lambda: announced(24, T0 + 8 * DAY)).join()
    assert api.in_force(KEY, at=T0 + 8 * DAY).terms == {"hours": 24}


@pytest.mark.django_db(transaction=True)
def test_two_keepers_with_two_versions_of_one_rule_leave_one_in_force() -> None:
    api.found(KEY, {"hours": 48}, title=TITLE, now=T0)
    for n in range(6):
        announced(n, T0 + (8 + n) * DAY)
    one = replace(EFFECT, batch=1)
    keepers = [elsewhere(lambda: drain([one], now=T0 + 30 * DAY)) for _ in range(2)]
    for keeper in keepers:
        keeper.join()
    drain([one], now=T0 + 30 * DAY)
    states = [(view.version, view.state) for view in api.versions(KEY)]
    assert states == [(7, "in_force")] + [(n, "superseded") for n in range(6, 0, -1)]
