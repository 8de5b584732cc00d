"""Every address of the buyer's face × every role: the answer is the one that is written down."""

from __future__ import annotations

from uuid import UUID

import pytest

from sanhao.faces.storefront.urls import urlpatterns
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.people import api as people
from tests.faces.matrix_storefront import MATRIX, ROLES
from tests.faces.storefront.stage import client_of, person
from tests.goods.world import listed, stall

pytestmark = pytest.mark.usefixtures("real")


def test_every_address_stands_in_the_matrix() -> None:
    assert {pattern.name for pattern in urlpatterns} == MATRIX.keys()


@pytest.fixture
def stage() -> dict[str, UUID]:
    now = kit_time.now()
    at = stall(now=now)
    names: dict[str, UUID] = {"listing": listed(at, now=now)}
    for role in ("buyer", "other", "member", "staff"):
        names[role] = person(role)
    shops.add_member(at.shop_id, names["member"], role="clerk", by=at.owner_id, now=now)
    people.grant_role(names["staff"], "admin", by=None, now=now)
    return names


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_is_written(stage: dict[str, UUID], role: str) -> None:
    found = {}
    for name, (method, path, _expected) in MATRIX.items():
        client = client_of(stage.get(role))
        found[name] = client.generic(method, path.format(**stage)).status_code
    assert found == {name: row[2][ROLES.index(role)] for name, row in MATRIX.items()}
