"""Ids sort by birth, an effect's id is the same on every try."""

from __future__ import annotations

from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.ids import derived_id, new_id, new_ids
from sanhao.kit.time import machine_now


def test_an_id_is_a_uuid_of_version_7_born_now() -> None:
    before = int(machine_now().timestamp() * 1000)
    id = new_id()
    assert (id.version, id.variant) == (7, RFC_4122)
    assert before <= id.int >> 80 <= int(machine_now().timestamp() * 1000)


def test_a_batch_of_ids_ascends_and_none_is_twice() -> None:
    ids = new_ids(10_000)
    assert ids == sorted(set(ids))
    assert {id.version for id in ids} == {7}
    assert new_ids(0) == []


@given(st.uuids(version=4), st.text(min_size=1, max_size=20))
def test_an_effect_has_one_id_beside_its_parents(parent: UUID, role: str) -> None:
    derived = derived_id(parent, role)
    assert derived == derived_id(parent, role)
    assert derived.int >> 62 == parent.int >> 62, "beside its parent in an index"
    assert derived != derived_id(parent, role + "x")


def test_roles_of_one_parent_and_parents_of_one_role_differ() -> None:
    parents = new_ids(500)
    assert len({derived_id(parent, role) for parent in parents for role in ("entry", "coupon")}) == 1000
