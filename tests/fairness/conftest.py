"""The cast of fairness: a buyer, a merchant, staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from sanhao.people.api import Enrolment, enrol, grant_role

MakePerson = Callable[..., UUID]


@pytest.fixture
def person(db: None, now: datetime) -> MakePerson:
    """``person("wang", "arbiter")``: somebody enrolled, with these roles."""

    def make(name: str, *roles: str) -> UUID:
        email = f"{name}@example.org"
        id = enrol([Enrolment(email, name)], now=now)[email]
        for role in roles:
            grant_role(id, role, by=None, now=now)
        return id

    return make
