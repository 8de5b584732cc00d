"""Two clocks: a demo world's business time moves forward, a real world's never does, and the database holds to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from sanhao.kit import time
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch

pytestmark = pytest.mark.django_db
HOUR, SOON = timedelta(hours=1), timedelta(seconds=30)


def test_business_time_of_a_real_world_is_the_machines_and_cannot_be_moved() -> None:
    time.found_world(is_demo=False)
    assert abs(time.now() - time.machine_now()) < SOON
    assert time.is_demo() is False
    with pytest.raises(Refusal) as refused:
        time.move_forward(HOUR)
    assert refused.value.code == "clock.real"
    assert fetch("SELECT * FROM kit_clock") == []
    assert abs(time.now() - time.machine_now()) < SOON


def test_business_time_of_a_demo_world_moves_forward_and_stays_there() -> None:
    time.found_world(is_demo=True)
    assert time.is_demo() is True
    moved = time.move_forward(timedelta(days=2))
    assert abs(moved - time.machine_now() - timedelta(days=2)) < SOON
    target = time.now() + 5 * HOUR
    assert abs(time.move_to(target) - target) < SOON
    time.forget()
    assert abs(time.now() - target) < SOON, "another process sees the same"


@pytest.mark.parametrize("by", [timedelta(0), -HOUR])
def test_time_is_never_moved_backwards(by: timedelta) -> None:
    time.found_world(is_demo=True)
    time.move_forward(HOUR)
    with pytest.raises(Invalid) as refused:
        time.move_forward(by)
    assert refused.value.code == "clock.backwards"
    assert fetch("SELECT ahead FROM kit_clock") == [{"ahead": HOUR}]


@pytest.mark.parametrize(("first", "code"), [(True, "world.is_demo"), (False, "world.is_real")])
def test_a_world_is_marked_once(first: bool, code: str) -> None:
    time.found_world(is_demo=first)
    time.found_world(is_demo=first)
    with pytest.raises(Refusal) as refused:
        time.found_world(is_demo=not first)
    assert refused.value.code == code
    assert fetch("SELECT is_demo FROM kit_world") == [{"is_demo": first}]
    assert len(fetch("SELECT 1 AS one FROM kit_clock")) == int(first)


@pytest.mark.parametrize(
    ("is_demo", "sql"),
    [
        (True, "UPDATE kit_world SET is_demo = false"),
        (True, "DELETE FROM kit_world"),
        (True, "UPDATE kit_clock SET ahead = ahead - interval '1 second'"),
        (True, "INSERT INTO kit_clock (id, world_id, is_demo, ahead) VALUES (2, 1, true, '0')"),
        (False, "UPDATE kit_world SET is_demo = true"),
        (False, "INSERT INTO kit_clock (id, world_id, is_demo, ahead) VALUES (1, 1, true, '0')"),
        (False, "INSERT INTO kit_clock (id, world_id, is_demo, ahead) VALUES (1, 1, false, '0')"),
        (False, "INSERT INTO kit_world (id, is_demo, founded_at) VALUES (2, true, now())"),
    ],
)
def test_the_database_itself_refuses_to_bend_a_world(is_demo: bool, sql: str) -> None:
    time.found_world(is_demo=is_demo)
    before = fetch("SELECT w.*, c.ahead FROM kit_world w LEFT JOIN kit_clock c ON c.world_id = w.id")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert fetch("SELECT w.*, c.ahead FROM kit_world w LEFT JOIN kit_clock c ON c.world_id = w.id") == before


def test_history_is_append_only() -> None:
    execute(
        "INSERT INTO kit_history (id, subject, subject_id, source, target, at, note)"
        " VALUES (gen_random_uuid(), 's', gen_random_uuid(), 'a', 'b', now(), '')"
    )
    for sql in ("UPDATE kit_history SET note = 'x'", "DELETE FROM kit_history"):
        with pytest.raises(IntegrityError), transaction.atomic():
            execute(sql)
    assert fetch("SELECT note FROM kit_history") == [{"note": ""}]


def test_before_a_world_is_founded_time_is_real_and_looked_at_again() -> None:
    assert time.is_demo() is False
    assert abs(time.now() - time.machine_now()) < SOON
    time.found_world(is_demo=True)
    assert time.is_demo() is True
