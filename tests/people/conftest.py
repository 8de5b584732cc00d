"""Passwords are hashed cheaply here (one test looks at the real setting), mails land in a list, counters start at zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from sanhao.kit.keeper import drain
from sanhao.kit.outbox import OUTBOX
from sanhao.people.api import Enrolment, confirm_email, enrol, sign_up
from tests.conftest import T0

PASSWORD = "a long enough sentence"


class CheapArgon2(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 64, 1


@pytest.fixture(autouse=True)
def _cheap(settings: Any, request: pytest.FixtureRequest) -> None:
    if "real_hasher" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["tests.people.conftest.CheapArgon2"]


@pytest.fixture
def real_hasher() -> None:
    """Ask for this to hash as a real site does."""


@pytest.fixture
def person(db: None) -> Callable[[str], UUID]:
    def make(name: str) -> UUID:
        return enrol([Enrolment(f"{name}@example.org", name)], now=T0)[f"{name}@example.org"]

    return make


def deliver() -> None:
    drain([OUTBOX], now=T0)


def token_in(mail: Any) -> str:
    """The token of the one link in *mail*."""
    [link] = [line for line in mail.body.splitlines() if line.startswith("http")]
    return str(link.rstrip("/").rsplit("/", 1)[1])


def confirmed(mailoutbox: list[Any], email: str = "wang@example.org", password: str = PASSWORD) -> UUID:
    """Sign up and open the link in the mail."""
    sign_up(email=email, name="Wang", password=password, language="zh-hans", now=T0)
    deliver()
    return confirm_email(token_in(mailoutbox.pop()), now=T0)
