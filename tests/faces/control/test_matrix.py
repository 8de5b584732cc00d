"""Every address of control × every role: the answer is the one that is written down."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from sanhao.faces.control.urls import urlpatterns
from sanhao.fairness.decisions import api as decisions
from sanhao.people.api import Person
from sanhao.service.aftersales import api as aftersales
from tests.faces.control.conftest import NOW, Desk, Enter, a_finding, a_withdrawal, an_issue, unreadable
from tests.faces.matrix_control import MATRIX, ROLES
from tests.faces.walk import pages_of, walk
from tests.service.aftersales.stage import disputed
from tests.service.conversations.stage import a_ticket
from tests.service.remote.stage import a_hub


def test_every_address_stands_in_the_matrix() -> None:
    assert {pattern.name for pattern in urlpatterns} == MATRIX.keys()


@pytest.fixture
def names(desk: Desk, draft: UUID) -> dict[str, UUID]:
    """What stands in the braces of the paths."""
    claimed = decisions.appeal(
        desk.decision, by=desk.at.owner_id, shop_id=desk.at.shop_id, text="Once more, please.", now=NOW
    )
    decisions.claim_appeal(claimed, by=desk.people["arbiter"], now=NOW)
    sweep = a_finding(desk)
    aftersales.preview_sweep(sweep, by=desk.people["arbiter"], now=NOW)
    return {
        "order": desk.orders[0], "decision": desk.decision, "appeal": desk.appeal, "claimed": claimed, "draft": draft,
        "ticket": a_ticket(desk.at, NOW),
        "dispute": disputed(desk.at, NOW), "buyer": desk.people["buyer"], "message": unreadable(), "withdrawal": a_withdrawal(), "issue": an_issue(desk.people["admin"]), "hub": a_hub().id,
        "sweep": sweep,
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_is_written(names: dict[str, UUID], enter: Enter, role: str) -> None:
    client = enter("" if role == "guest" else role)
    found = {
        name: client.generic(method, path.format(**names)).status_code
        for name, (method, path, _expected) in MATRIX.items()
    }
    assert found == {name: row[2][ROLES.index(role)] for name, row in MATRIX.items()}


@pytest.mark.django_db(transaction=True)
def test_no_page_has_a_barrier(browser: Any, live_server: Any, names: dict[str, UUID], desk: Desk) -> None:
    paths = pages_of(MATRIX, ROLES.index("admin"), names)
    paths += [f"/control/decisions/{names['decision']}/again/?profile=tmall", f"/control/appeals/{names['claimed']}/", "/control/find/?q=nothing", "/control/shops/?q=nothing"]  # fmt: skip
    walk(browser, live_server.url, desk.people["admin"], paths, lang="en")


def test_a_person_whose_account_is_switched_off_has_no_role(desk: Desk, enter: Enter) -> None:
    client = enter("admin")

    Person.objects.filter(pk=desk.people["admin"]).update(is_active=False)
    assert client.get("/control/").status_code == 404


def test_a_post_needs_its_token(desk: Desk, enter: Enter) -> None:
    client = enter("arbiter")
    client.handler.enforce_csrf_checks = True
    assert client.post(f"/control/appeals/{desk.appeal}/claim/").status_code == 403
    assert decisions.appeal_by_id(desk.appeal).state == "open"


def test_a_page_to_read_takes_no_post(enter: Enter) -> None:
    assert enter("admin").post("/control/").status_code == 405


def test_pages_of_staff_are_kept_by_nobody(enter: Enter) -> None:
    assert "no-store" in enter("admin").get("/control/").headers["Cache-Control"]
