"""Keepers: a poisoned row never sinks its batch; a batch is settled once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection

from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Keeper, Row, tick
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
