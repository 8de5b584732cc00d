"""Keepers: a poisoned row never sinks its batch; a batch is settled once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Keeper, Row, drain, tick
from sanhao.kit.rows import copy_rows, execute, fetch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def jobs() -> Iterator[list[UUID]]:
    ids = new_ids(40)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE job (id uuid PRIMARY KEY, done int NOT NULL DEFAULT 0)")
    copy_rows("job", ("id",), [(id,) for id in ids])
    yield ids
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE job")


def keeper(poison: UUID) -> Keeper:
    def settle(rows: Sequence[Row], now: datetime) -> None:
        if poison in {row["id"] for row in rows}:
            raise ValueError("poisoned")
        execute("UPDATE job SET done = done + 1 WHERE id = ANY(%s)", [[row["id"] for row in rows]])

    return Keeper("test.jobs", "SELECT t.id FROM job t WHERE t.done = 0 AND %(now)s IS NOT NULL", settle)


def test_a_poisoned_row_is_set_aside_and_its_batch_is_settled(jobs: list[UUID], now: datetime) -> None:
    poisoned = jobs[17]
    assert tick(keeper(poisoned), now) == 39
    assert fetch("SELECT done, count(*) AS n FROM job GROUP BY done ORDER BY done") == [
        {"done": 0, "n": 1},
        {"done": 1, "n": 39},
    ]
    [aside] = fetch("SELECT row_id, attempts, error FROM kit_set_aside")
    assert aside == {"row_id": poisoned, "attempts": 1, "error": "ValueError('poisoned')"}
    assert tick(keeper(poisoned), now) == 0, "set aside: left alone until its time"


def test_a_row_set_aside_again_waits_longer(jobs: list[UUID], now: datetime) -> None:
    poisoned = jobs[0]
    tick(keeper(poisoned), now)
    execute("UPDATE kit_set_aside SET retry_at = retry_at - interval '1 hour'")
    tick(keeper(poisoned), now)
    [aside] = fetch("SELECT attempts, retry_at > now() + interval '50 seconds' AS longer FROM kit_set_aside")
    assert aside == {"attempts": 2, "longer": True}


def test_draining_goes_on_until_nothing_is_due_and_asks_all_keepers_at_once(
    jobs: list[UUID], now: datetime, django_assert_num_queries: Any
) -> None:
    def settle(rows: Sequence[Row], now: datetime) -> None:
        execute("UPDATE job SET done = 2 WHERE id = ANY(%s)", [[row["id"] for row in rows]])

    after = Keeper("test.after", "SELECT t.id FROM job t WHERE t.done = 1 AND %(now)s IS NOT NULL", settle)
    assert drain([after, keeper(jobs[3])], now=now) == 39 * 2, "the one set aside is left alone"
    with django_assert_num_queries(1):
        assert drain([after, keeper(jobs[3])], now=now) == 0


def test_a_keeper_that_never_comes_to_rest_is_noticed(jobs: list[UUID], now: datetime) -> None:
    restless = Keeper("test.restless", "SELECT t.id FROM job t WHERE t.done = 0", lambda rows, now: None)
    with pytest.raises(RuntimeError, match="never comes to rest"):
        drain([restless], now=now, rounds=3)
