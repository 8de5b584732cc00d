"""Who is asking, on every request: the session and its person, read from the database each time, so that both can be
ended at any moment. Django's own classes, but for the two reads: through models they cost as much as half of a post.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db

from sanhao.kit.rows import fetch
from sanhao.kit.time import machine_now
from sanhao.people.models import Person

_COLUMNS = [field.attname for field in Person._meta.concrete_fields]
_PERSON = f"SELECT {', '.join(_COLUMNS)} FROM people_person WHERE id = %s"


class SessionStore(db.SessionStore):
    """The engine of the settings."""

    def load(self) -> dict[str, Any]:
        rows = fetch(
            "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
            [self.session_key, machine_now()],
        )
        if not rows:
            self._session_key = None
            return {}
        return self.decode(rows[0]["session_data"])


class PersonBackend(ModelBackend):
    """The person of a session; nobody where the account was closed."""

    def get_user(self, user_id: UUID) -> Person | None:
        rows = fetch(_PERSON, [user_id])
        if not rows:
            return None
        person = Person.from_db("default", list(rows[0]), list(rows[0].values()))
        return person if self.user_can_authenticate(person) else None
