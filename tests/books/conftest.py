"""The cast of the books: buyers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from sanhao.people.api import Enrolment, enrol


@pytest.fixture
def buyer(db: None, now: datetime) -> UUID:
    return enrol([Enrolment("buyer@example.org", "Lin")], now=now)["buyer@example.org"]


@pytest.fixture
def stranger(db: None, now: datetime) -> UUID:
    return enrol([Enrolment("stranger@example.org", "Zhou")], now=now)["stranger@example.org"]
