"""The cast of fairness: a buyer, a merchant, staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from sanhao.fairness.decisions.api import DecisionDraft, register_kind
from sanhao.kit.ids import new_id
from sanhao.kit.text import Text
from sanhao.people.api import Enrolment, enrol, grant_role
from tests.conftest import T0

for _kind in ("test.late", "test.other", "test.unheard", "test.by_hand"):
    register_kind(_kind, Text(zh="试一试", en="A try"))

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


def draft_decision(**over: Any) -> DecisionDraft:
    """A small decision about nobody, with *over* in place of its fields."""
    id = new_id()
    fields: dict[str, Any] = {
        "id": id,
        "key": f"test:{id}",
        "kind": "test.late",
        "subject_kind": "promise",
        "subject_id": new_id(),
        "rule_id": None,
        "facts": "{}",
        "verdict": "{}",
        "effect_minor": 0,
        "currency": "",
        "text": Text(zh="晚了。", en="Late."),
        "shop_id": None,
        "person_id": None,
        "decided_at": T0,
        "appeal_until": None,
    }
    return DecisionDraft(**(fields | over))
