"""Lifecycles: one statement moves rows, writes history, and changes what belongs to the new state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection

from sanhao.kit.ids import new_ids
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import copy_rows, fetch
from sanhao.kit.states import States

pytestmark = pytest.mark.django_db

DOOR = States("door", "door", {"open": ("shut",), "shut": ("open",)})


@pytest.fixture
def doors() -> Iterator[list[UUID]]:
    ids = new_ids(3)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE door (id uuid PRIMARY KEY, state text, shut_at timestamptz)")
    copy_rows("door", ("id", "state"), [(ids[0], "open"), (ids[1], "open"), (ids[2], "shut")])
    yield ids
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE door")


def test_a_move_sets_the_columns_of_the_new_state_and_tells_what_was_asked(
    doors: list[UUID], now: datetime
) -> None:
    moved = DOOR.move_rows(doors, "shut", at=now, also={"shut_at": now}, returning=("shut_at",))
    assert moved == [{"id": doors[0], "shut_at": now}, {"id": doors[1], "shut_at": now}]
    assert fetch("SELECT count(*) AS n FROM door WHERE shut_at = %s", [now]) == [{"n": 2}]
    history = fetch("SELECT subject_id, source, target, at FROM kit_history ORDER BY subject_id")
    assert history == [
        {"subject_id": id, "source": "open", "target": "shut", "at": now} for id in sorted(doors[:2])
    ]
    assert DOOR.move(doors, "shut", at=now) == []


ORDER = States(
    "order", "orders", {"unpaid": ("paid", "expired"), "paid": ("shipped",), "shipped": (), "expired": ()}
)


def test_a_lifecycle_is_read_from_its_table() -> None:
    assert ORDER.initial == "unpaid"
    assert ORDER.final == {"shipped", "expired"}
    assert ORDER.allows("unpaid", "paid")
    assert not ORDER.allows("paid", "expired")
    assert ORDER.sources("shipped") == ["paid"]
    assert "paid" in ORDER
    assert "lost" not in ORDER
    assert ORDER.mermaid().splitlines() == [
        "stateDiagram-v2", "    [*] --> unpaid", "    unpaid --> paid", "    unpaid --> expired",
        "    paid --> shipped", "    shipped --> [*]", "    expired --> [*]",
    ]  # fmt: skip


def test_a_table_that_leads_nowhere_is_refused_and_so_is_a_move_nobody_may_make(now: datetime) -> None:
    with pytest.raises(ValueError, match=r"unknown states \['lost'\]"):
        States("order", "orders", {"unpaid": ("lost",)})
    with pytest.raises(ValueError, match="nothing leads to 'unpaid'"):
        ORDER.move(new_ids(1), "unpaid", at=now)


def test_a_move_may_be_limited_to_some_states_and_the_second_mover_is_refused(
    doors: list[UUID], now: datetime
) -> None:
    with pytest.raises(ValueError, match="nothing leads to"):
        DOOR.move(doors, "shut", at=now, only_from=["shut"])
    DOOR.move_one(doors[0], "shut", at=now, note="a draught")
    with pytest.raises(Refusal) as refused:
        DOOR.move_one(doors[0], "shut", at=now)
    assert refused.value.code == "door.moved_on"
    assert fetch("SELECT note, target FROM kit_history") == [{"note": "a draught", "target": "shut"}]
    assert fetch("SELECT state FROM door WHERE id = %s", [doors[0]]) == [{"state": "shut"}]
