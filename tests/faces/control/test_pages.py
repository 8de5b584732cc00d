"""Every page of control: in both languages, without inline style or script, with a number of queries that is known."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sanhao.fairness.decisions import api as decisions
from tests.conftest import T0
from tests.faces.control.conftest import LATE, NOW, Desk, Enter, a_finding, a_withdrawal, an_issue, unreadable
from tests.faces.matrix_control import MATRIX
from tests.service import stage as service
from tests.service.aftersales.stage import disputed
from tests.service.conversations.stage import a_ticket
from tests.service.remote.stage import a_hub

_FILES = (
    "decisions_export", "sweep_export", "books_export", "claims_export", "remote_export", "coverage_export",
)  # fmt: skip
_PAGES = [
    name for name, (method, _path, _expected) in MATRIX.items() if method == "GET" and name not in _FILES
]
QUERIES = {
    "/control/": 18,
    "/control/rings/": 8,
    "/control/decisions/": 7,
    "/control/decisions/{decision}/": 10,
    "/control/decisions/{decision}/again/": 8,
    "/control/appeals/": 6,
    "/control/appeals/{appeal}/": 10,
    "/control/rules/": 6,
    f"/control/rules/{LATE}/": 6,
    "/control/shops/": 5,
    "/control/shops/qingcao/": 9,
    "/control/orders/{order}/": 16,
    "/control/books/": 4,
    "/control/books/entries/": 5,
    "/control/people/": 5,
    "/control/messages/": 4,
    "/control/withdrawals/": 5,
}
"""Session, person and roles are three of them."""


def names(desk: Desk, draft: UUID) -> dict[str, UUID]:
    return {
        "order": desk.orders[0], "decision": desk.appealed, "appeal": desk.appeal, "draft": draft,
        "buyer": desk.people["buyer"], "message": unreadable(), "withdrawal": a_withdrawal(), "ticket": a_ticket(desk.at, NOW), "dispute": disputed(desk.at, NOW),
        "issue": an_issue(desk.people["admin"]), "hub": a_hub().id, "sweep": a_finding(desk),
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_speaks_and_carries_no_inline_style_or_script(
    desk: Desk, draft: UUID, enter: Enter, language: str
) -> None:
    client, of = enter("admin", language), names(desk, draft)
    for name in _PAGES:
        answer = client.get(MATRIX[name][1].format(**of))
        page = answer.content.decode()
        assert answer.status_code == 200, name
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page), name
        assert "Traceback" not in page and "{{" not in page and "{%" not in page, name
        if name == "rings":
            continue
        assert answer.headers["Content-Language"] == language
        assert len(re.findall(r"<h1", page)) == 1, f"{name} has one heading of its own"
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), (
            f"{name} uses an id twice: {sorted(i for i in ids if ids.count(i) > 1)}"
        )


def counted(client: Client, of: dict[str, UUID]) -> dict[str, int]:
    """How many queries each page took."""
    found = {}
    for path in QUERIES:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path.format(**of)).status_code == 200
        found[path] = len(queries)
    return found


def test_a_page_asks_the_database_as_often_as_is_written_however_much_there_is(
    desk: Desk, draft: UUID, enter: Enter
) -> None:
    client, of = enter("admin"), names(desk, draft)
    counted(client, of)  # what is kept per process is kept from here on
    assert counted(client, of) == QUERIES
    more = [service.paid(desk.at, now=T0 + service.hours(n)) for n in (3, 4, 5)]
    service.drain(NOW)
    for order in more:
        decision = service.promise(order)["decision_id"]
        decisions.appeal(decision, by=desk.at.owner_id, shop_id=desk.at.shop_id, text="Once again.", now=NOW)
    assert counted(client, of) == QUERIES
