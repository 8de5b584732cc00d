"""Staff: roles come from somebody, are kept as history, and a site has an admin from its first one on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.core import signing
from django.db import IntegrityError, transaction

from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people import api
from tests.at_once import at_once
from tests.conftest import T0
from tests.people.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LATER = T0 + timedelta(days=1)


def first(email: str = "admin@example.org", token: str | None = None) -> UUID:
    return api.first_admin(
        token or api.first_admin_token() or "",
        email=email,
        name="Li",
        password=PASSWORD,
        language="zh",
        now=T0,
    )


def test_the_first_admin_needs_the_terminals_token_and_is_the_only_first(db: None) -> None:
    token = api.first_admin_token()
    assert token is not None
    for bad in ("", "x", token + "x", signing.dumps("first admin", salt="another")):
        with pytest.raises(NotFound):
            api.check_first_admin(bad)
        with pytest.raises(NotFound):
            first(token=bad or "x")
    assert fetch("SELECT 1 FROM people_person") == []
    id = first(token=token)
    assert api.roles_of(id) == {"admin"}
    assert api.authenticate("admin@example.org", PASSWORD) is not None
    with pytest.raises(Refusal) as refused:
        first("second@example.org", token)
    assert refused.value.code == "staff.exists"
    assert api.first_admin_token() is None
    assert len(fetch("SELECT 1 FROM people_person")) == 1


def test_the_first_admin_does_not_take_over_an_account(person: Callable[[str], UUID]) -> None:
    person("wang")
    with pytest.raises(Refusal) as refused:
        first("wang@example.org")
    assert refused.value.code == "person.exists"
    assert not api.has_staff()


@pytest.mark.django_db(transaction=True)
def test_of_two_first_admins_at_once_one_is_refused() -> None:
    token = api.first_admin_token() or ""
    ends = at_once(lambda: first("a@example.org", token), lambda: first("b@example.org", token))
    assert sorted(ends) == ["done", "staff.exists"]
    assert len(fetch("SELECT 1 FROM people_staffrole")) == 1


def test_roles_are_given_and_taken_by_admins_and_the_rows_say_who_and_when(
    person: Callable[[str], UUID],
) -> None:
    admin, li = first(), person("li")
    api.grant_role(li, "arbiter", by=admin, now=T0)
    api.grant_role(li, "arbiter", by=admin, now=LATER)
    assert api.roles_of(li) == {"arbiter"}
    assert api.staff("arbiter") == {li: frozenset({"arbiter"})}
    assert set(api.staff()) == {admin, li}
    api.revoke_role(li, "arbiter", by=admin, now=LATER)
    api.revoke_role(li, "arbiter", by=admin, now=LATER)
    assert (api.roles_of(li), api.staff("arbiter")) == (frozenset(), {})
    rows = fetch("SELECT role, granted_by_id, granted_at, revoked_by_id, revoked_at FROM people_staffrole "
                 "WHERE person_id = %s", [li])  # fmt: skip
    assert rows == [
        {
            "role": "arbiter",
            "granted_by_id": admin,
            "granted_at": T0,
            "revoked_by_id": admin,
            "revoked_at": LATER,
        }
    ]


def test_nobody_else_gives_roles_and_there_are_no_others(person: Callable[[str], UUID]) -> None:
    admin, li, zhao = first(), person("li"), person("zhao")
    api.grant_role(li, "arbiter", by=admin, now=T0)
    for by in (li, zhao):
        with pytest.raises(Forbidden):
            api.grant_role(zhao, "admin", by=by, now=T0)
        with pytest.raises(Forbidden):
            api.revoke_role(admin, "admin", by=by, now=T0)
    with pytest.raises(Invalid):
        api.grant_role(zhao, "king", by=admin, now=T0)
    with pytest.raises(NotFound):
        api.grant_role(new_id(), "admin", by=admin, now=T0)
    assert (api.roles_of(zhao), api.roles_of(admin)) == (frozenset(), {"admin"})
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(
            "INSERT INTO people_staffrole (id, person_id, role, granted_at) VALUES (%s, %s, 'king', %s)",
            [new_id(), zhao, T0],
        )


def test_the_last_admin_stays(person: Callable[[str], UUID]) -> None:
    admin, li = first(), person("li")
    with pytest.raises(Refusal) as refused:
        api.revoke_role(admin, "admin", by=admin, now=T0)
    assert refused.value.code == "staff.last_admin"
    api.grant_role(li, "admin", by=admin, now=T0)
    api.revoke_role(admin, "admin", by=li, now=T0)
    assert (api.roles_of(admin), api.roles_of(li)) == (frozenset(), {"admin"})


def test_an_account_switched_off_has_no_roles(person: Callable[[str], UUID]) -> None:
    admin = first()
    execute("UPDATE people_person SET is_active = false WHERE id = %s", [admin])
    assert (api.roles_of(admin), api.staff()) == (frozenset(), {})
    with pytest.raises(Forbidden):
        api.require_role(admin, "admin")
