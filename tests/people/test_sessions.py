"""A session holds until somebody ends it: asked of the database on every request, in two statements."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from sanhao.kit.ids import new_id
from sanhao.kit.rows import execute
from sanhao.kit.time import machine_now
from sanhao.people.models import Person
from sanhao.people.sessions import PersonBackend, SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    return Person.objects.create(id=new_id(), email="a@example.org", name="A", joined_at=machine_now())


def store(**holds: str) -> str:
    session = SessionStore()
    session.update(holds)
    session.create()
    return str(session.session_key)


def test_a_session_gives_back_what_it_was_given() -> None:
    session = SessionStore(store(cart="one"))
    assert (session["cart"], dict(session.items())) == ("one", {"cart": "one"})


def test_an_unknown_or_ended_session_holds_nothing_and_its_key_is_not_used_again() -> None:
    ended = store(cart="one")
    execute("UPDATE django_session SET expire_date = %s", [machine_now() - timedelta(seconds=1)])
    for key in (ended, "nobodyssession"):
        session = SessionStore(key)
        assert session.get("cart") is None
        assert session.session_key is None


def test_the_person_of_a_session_is_read_whole(person: Person) -> None:
    found = PersonBackend().get_user(person.pk)
    assert found == person
    assert found is not None
    assert {f: getattr(found, f) for f in ("email", "name", "language", "joined_at", "is_active")} == {
        f: getattr(person, f) for f in ("email", "name", "language", "joined_at", "is_active")
    }


def test_nobody_comes_in_with_a_closed_account_or_an_id_nobody_has(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert PersonBackend().get_user(person.pk) is None
    assert PersonBackend().get_user(UUID(int=1)) is None


def test_a_new_password_ends_the_session(person: Person) -> None:
    from django.contrib.auth import get_user

    client = Client()
    client.force_login(person)
    request = RequestFactory().get("/")
    request.session = SessionStore(client.session.session_key)
    with CaptureQueriesContext(connection) as queries:
        assert get_user(request) == person
    assert len(queries) == 2
    person.set_password("another one entirely")
    person.save()
    request.session = SessionStore(client.session.session_key)
    assert SESSION_KEY in request.session
    assert not get_user(request).is_authenticated
