"""Lists reach PostgreSQL as they are, whichever way they are rendered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sanhao.kit.arrays import array
from sanhao.kit.ids import new_ids
from sanhao.kit.rows import fetch

MOMENTS = st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1900 < at.year < 2200)
TEXTS = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9
) | st.sampled_from(["", "NULL", "null", "{}", 'a"b', "a\\b", " ", ",", "\u3000"])


def there_and_back(values: list[Any], type: str) -> list[Any]:
    [row] = fetch(f"SELECT %s::{type}[] AS list, %s::{type}[] AS text", [values, array(values)])
    assert row["list"] == row["text"]
    return list(row["list"])


class TestLists(TestCase):
    @given(st.lists(st.none() | st.uuids(), max_size=5))
    def test_ids(self, values: list[Any]) -> None:
        assert there_and_back(values, "uuid") == values

    @given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=5))
    def test_whole_numbers(self, values: list[Any]) -> None:
        assert there_and_back(values, "bigint") == values

    @given(st.lists(st.none() | MOMENTS, max_size=5))
    def test_moments(self, values: list[Any]) -> None:
        assert there_and_back(values, "timestamptz") == values

    @given(st.lists(st.none() | TEXTS, max_size=5))
    def test_texts(self, values: list[Any]) -> None:
        assert there_and_back(values, "text") == values

    def test_a_moment_elsewhere_is_the_same_moment(self) -> None:
        noon = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=8)))
        assert there_and_back([noon], "timestamptz") == [noon]


@pytest.mark.django_db
def test_others_are_rendered_by_the_driver() -> None:
    [row] = fetch("SELECT %s::bool[] AS yes, %s::int[] AS nested", [[True, None, False], [[1, 2], [3, 4]]])
    assert row == {"yes": [True, None, False], "nested": [[1, 2], [3, 4]]}


@pytest.mark.django_db
def test_a_list_says_what_it_is_of() -> None:
    [row] = fetch(
        "SELECT pg_typeof(%s)::text AS ids, pg_typeof(%s)::text AS numbers", [new_ids(2), [1, 2**40]]
    )
    assert row == {"ids": "uuid[]", "numbers": "bigint[]"}
