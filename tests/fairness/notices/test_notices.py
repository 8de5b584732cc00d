"""Notices: told once, newest first, one's own only, and pages wake up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices.api import Notice, inbox, mark_read, notify, unread_count
from sanhao.kit import push
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import drain
from sanhao.kit.outbox import OUTBOX
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from tests.conftest import T0
from tests.fairness.conftest import MakePerson, draft_decision

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    topics: list[str] = []
    monkeypatch.setattr(push, "publish", lambda given: topics.extend(sorted(set(given))))
    return topics


def notice(person: UUID, key: str = "coupon:1", **over: Any) -> Notice:
    text = Text(zh="券到了。", en="A coupon arrived.")
    return Notice(**({"person_id": person, "topic": "coupon", "text": text, "subject_kind": "coupon",
                      "subject_id": new_id(), "key": key} | over))  # fmt: skip


def test_told_twice_is_told_once_and_only_the_new_wakes_pages(person: MakePerson, pushed: list[str]) -> None:
    a, b = person("a"), person("b")
    notify([notice(a), notice(a), notice(b)], now=T0)
    notify([notice(a), notice(b, "coupon:2")], now=T0 + HOUR)
    assert (unread_count(a), unread_count(b)) == (1, 2)
    [first] = inbox(a)
    assert (first.text.zh, first.at, first.read_at) == ("券到了。", T0, None)
    payloads = {row["payload"] for row in fetch("SELECT payload::text AS payload FROM kit_outbox")}
    assert payloads == {
        f'{{"person_ids": ["{min(a, b)}", "{max(a, b)}"]}}',
        f'{{"person_ids": ["{b}"]}}',
    }
    drain([OUTBOX], now=T0)
    assert pushed == sorted([f"person:{a}", f"person:{b}"])


def test_a_thousand_notices_are_two_statements(person: MakePerson) -> None:
    ids = [person(f"p{n}") for n in range(3)]
    with CaptureQueriesContext(connection) as queries:
        notify([notice(ids[n % 3], f"key:{n}") for n in range(1_000)], now=T0)
    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) == 2, "one of them into the outbox"
    assert sum(unread_count(id) for id in ids) == 1_000
    notify([], now=T0)


def test_the_inbox_is_read_newest_first_page_by_page_and_never_anothers(person: MakePerson) -> None:
    a, b = person("a"), person("b")
    for n, hours in enumerate((3, 1, 2, 4, 5)):
        notify([notice(a, f"key:{n}", topic=f"t{n}"), notice(b, f"key:{n}")], now=T0 + HOUR * hours)
    read: list[Any] = []
    while page := inbox(a, limit=2, before=read[-1].id if read else None):
        read += page
    assert [view.topic for view in read] == ["t4", "t3", "t0", "t2", "t1"]
    assert inbox(a, before=inbox(b)[0].id) == []


def test_reading_counts_down_and_cannot_read_for_others(person: MakePerson) -> None:
    a, b = person("a"), person("b")
    notify([notice(a, "1"), notice(a, "2"), notice(a, "3"), notice(b, "1")], now=T0)
    one = inbox(a)[0].id
    assert mark_read(b, [one], now=T0) == 0
    assert mark_read(a, [one], now=T0 + HOUR) == 1
    assert mark_read(a, [one], now=T0 + 2 * HOUR) == 0
    assert [view.read_at for view in inbox(a) if view.id == one] == [T0 + HOUR]
    assert (unread_count(a), unread_count(b)) == (2, 1)
    assert mark_read(a, None, now=T0 + HOUR) == 2
    assert (unread_count(a), unread_count(b)) == (0, 1)


@pytest.mark.parametrize("uphold", [True, False])
def test_an_appeal_reaches_the_arbiters_and_its_answer_who_appealed(
    person: MakePerson, pushed: list[str], uphold: bool
) -> None:
    buyer, arbiter, clerk = person("buyer"), person("arbiter", "arbiter"), person("clerk", "support")
    draft = draft_decision(person_id=buyer, appeal_until=T0 + HOUR)
    decisions.record([draft])
    appeal = decisions.appeal(draft.id, by=buyer, person_id=buyer, text="It was in time.", now=T0)
    drain([OUTBOX], now=T0)
    [waits] = inbox(arbiter)
    assert (waits.topic, waits.subject_id) == ("appeal.waits", appeal)
    assert inbox(clerk) == []
    decisions.decide_appeal(appeal, uphold=uphold, by=arbiter, answer="We looked {again}.", now=T0 + HOUR)
    drain([OUTBOX], now=T0)
    [answer] = inbox(buyer)
    assert (answer.topic, answer.subject_id, answer.at) == ("appeal.answered", draft.id, T0 + HOUR)
    expected = "the decision stands" if uphold else "the decision is undone"
    assert expected in answer.text.en and "We looked {again}." in answer.text.en
    assert pushed == [f"person:{arbiter}", f"person:{buyer}"]
