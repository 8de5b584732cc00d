"""Rows are written as they were given, whatever is in them: few by INSERT, many by COPY."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import InternalError, connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sanhao.kit.ids import new_id
from sanhao.kit.rows import copy_rows, execute, fetch, one_view

COLUMNS = ("a", "b", "n", "id", "at", "yes", "bytes", "d", "amount")


def make() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE copied (a text, b text, n bigint, id uuid, at timestamptz, yes boolean, bytes bytea, "
            "d date, amount numeric) ON COMMIT DROP"
        )


def written(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What stands in the table after *rows* were written; the same however many they are."""
    few, many = _written(rows), _written(rows * 25)
    assert many == few * 25
    return few


def _written(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    make()
    copy_rows("copied", COLUMNS, rows)
    got = [tuple(row.values()) for row in fetch("SELECT * FROM copied")]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE copied")
    return [(*row[:6], None if row[6] is None else bytes(row[6]), *row[7:]) for row in got]


TEXT = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
HARD = st.sampled_from(["\\", "\\N", "\x02", "a\tb", "\n", "\r\n", "", "\\.", "\x02x", "晚发\\即赔"])


class TestCopy(TestCase):
    @given(
        st.lists(
            st.tuples(TEXT | HARD, TEXT | HARD, st.none() | st.integers(-(2**63), 2**63 - 1)), max_size=8
        )
    )
    def test_any_text_comes_back_as_it_went(
        self, values: list[tuple[str | None, str | None, int | None]]
    ) -> None:
        id, at = new_id(), datetime(2026, 3, 2, 2, 0, 0, 7, tzinfo=UTC)
        rows = [(a, b, n, id, at, True, b"\x00\\\n", date(2026, 3, 2), Decimal("1.50")) for a, b, n in values]
        assert written(rows) == rows

    def test_nothing_is_no_value(self) -> None:
        assert written([(None,) * 9]) == [(None,) * 9]

    def test_what_copy_is_not_used_for_is_refused(self) -> None:
        with pytest.raises(TypeError, match="does not write a dict"):
            _written([({"a": 1}, "", 1, UUID(int=1), None, None, None, None, None)] * 25)


@pytest.mark.django_db(transaction=True)
def test_one_view_sees_one_moment_and_writes_nothing() -> None:
    count = "SELECT count(*)::int AS n FROM kit_history"
    with one_view():
        [before] = fetch(count)
        with ThreadPoolExecutor(1) as other:
            other.submit(_move_something).result()
        assert fetch(count) == [before]
        with pytest.raises(InternalError, match="read-only"):
            _move_something()
    assert fetch(count) == [{"n": before["n"] + 1}]


def _move_something() -> None:
    try:
        execute(
            "INSERT INTO kit_history (id, subject, subject_id, source, target, at, note) "
            "VALUES (%s, 'test', %s, 'a', 'b', %s, '')",
            [new_id(), new_id(), datetime(2026, 3, 2, tzinfo=UTC)],
        )
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()
