"""Debts as people meet them: a buyer finds one, reads why and pays it; control sees all of them, and two people forgive one."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

import sanhao
from sanhao.cli.build import compile_translations
from sanhao.kit import time as kit_time
from sanhao.kit.rows import execute
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders
from tests.conftest import T0
from tests.faces.storefront.stage import client_of, words
from tests.faces.walk import walk
from tests.goods import world
from tests.service.aftersales.stage import owed, rules, shop
from tests.service.aftersales.test_debts import advance
from tests.service.stage import Stage, drain

pytestmark = pytest.mark.django_db(transaction=True)
NOW = T0 + timedelta(days=30)


@pytest.fixture(scope="module", autouse=True)
def _translations() -> None:
    compile_translations(Path(sanhao.__file__).parent)


@dataclass
class Scene:
    at: Stage
    case: UUID
    ada: UUID
    bo: UUID

    @property
    def order(self) -> UUID:
        return aftersales.debt(self.case).order_id


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    kit_time.found_world(is_demo=True)
    monkeypatch.setattr(kit_time, "machine_now", lambda: NOW)
    monkeypatch.setattr(kit_time, "_REFRESH_SECONDS", 1e9)
    kit_time.now()
    rules()
    at = shop()
    case, (ada, bo) = owed(at, now=NOW), world.people(2)
    for person, name in ((ada, "Ada"), (bo, "Bo"), (at.buyer_id, "Leo")):
        people.rename(person, name)
    for person in (ada, bo):
        people.grant_role(person, "finance", by=None, now=T0)
    return Scene(at, case, ada, bo)


def buyer(scene: Scene, language: str = "en") -> Client:
    return client_of(scene.at.buyer_id, language)


def test_who_took_over_what_a_guest_bought_finds_the_debt_from_before(scene: Scene) -> None:
    guest = [scene.at.buyer_id, "anna@example.org", T0]
    execute("INSERT INTO people_guest (person_id, email, opened_at) VALUES (%s, %s, %s)", guest)
    anna = people.enrol([people.Enrolment("anna@example.org", "Anna")], now=NOW)["anna@example.org"]
    client, page = client_of(anna), f"/cases/{scene.case}/debt/"
    assert client.get(page).status_code == 404 and page not in client.get("/wallet/").content.decode()
    assert client.post("/orders/claim/").status_code == 302
    assert page in client.get("/wallet/").content.decode() and client.get(page).status_code == 200


def test_a_buyer_finds_the_debt_reads_why_and_pays_it(scene: Scene) -> None:
    client, page = buyer(scene), f"/cases/{scene.case}/debt/"
    for place in ("/wallet/", f"/orders/{scene.order}/", f"/cases/{scene.case}/"):
        answer = client.get(place)
        assert "To be given back" in words(answer) and page in answer.content.decode(), place
    shown = words(client.get(page))
    assert "What was to go back did not reach the shop in time." in shown
    assert "refunds of other orders come in full" in shown and "Pay ¥200" in shown

    assert "was declined" in words(client.post(page, {"how": "decline"}, follow=True))
    assert "has not told us yet" in words(client.post(page, {"how": "lost"}, follow=True))
    drain(NOW + timedelta(minutes=5))
    assert "Paid. Nothing is owed any more." in words(client.get(page))
    assert advance(scene.case)[0] == "cleared"
    assert client.post(page, {"how": "pay"}).status_code == 409
    for place in ("/wallet/", f"/orders/{scene.order}/", f"/cases/{scene.case}/"):
        assert "To be given back" not in words(client.get(place))


def test_control_lists_filters_and_exports_claims(scene: Scene) -> None:
    client = client_of(scene.ada)
    shown, number = words(client.get("/control/claims/")), orders.order(scene.order).number
    assert number in shown and "owed by the buyer" in shown and "Nothing is taken" in shown
    assert number not in words(client.get("/control/claims/?state=paid"))
    assert number not in words(client.get("/control/claims/?age=90"))
    assert number in words(client.get("/control/claims/?path=instant&state=owed"))
    assert client.get("/control/claims/?shop=nonsense").status_code == 422

    people.rename(scene.at.buyer_id, "=HYPERLINK(1)")
    sent = b"".join(client.get("/control/claims/claims.csv").streaming_content).decode("utf-8-sig")
    head, row = csv.reader(sent.splitlines())
    assert dict(zip(head, row, strict=True))["Order"] == number
    assert not any(cell.startswith(("=", "+", "@")) for cell in row)


def test_two_people_forgive_it_on_the_page(scene: Scene) -> None:
    ada, bo = client_of(scene.ada), client_of(scene.bo)
    assert "reason" in words(
        ada.post(f"/control/claims/{scene.case}/forgive/", {"reason": "no"}, follow=True)
    )
    ada.post(f"/control/claims/{scene.case}/forgive/", {"reason": "The courier lost it"})
    [asked] = aftersales.write_offs()
    assert "approved by somebody else" in words(ada.post(f"/control/claims/{asked.id}/approve/", follow=True))
    assert "second person" in words(bo.get("/control/claims/"))
    assert "The courier lost it" in words(bo.get("/control/money/"))
    assert "Forgiven and booked" in words(bo.post(f"/control/claims/{asked.id}/approve/", follow=True))
    assert advance(scene.case)[0] == "forgiven"
    assert "Nothing is owed any more" in words(buyer(scene).get(f"/cases/{scene.case}/debt/"))


def test_the_pages_have_no_barrier(browser: Any, live_server: Any, scene: Scene) -> None:
    aftersales.propose_write_off(scene.case, "The courier lost it", by=scene.bo, now=NOW)
    places = ["/wallet/", f"/orders/{scene.order}/", f"/cases/{scene.case}/", f"/cases/{scene.case}/debt/"]
    for lang in ("zh-hans", "en"):
        walk(browser, live_server.url, scene.at.buyer_id, places, lang=lang)
        walk(
            browser,
            live_server.url,
            scene.ada,
            ["/control/claims/", "/control/claims/?state=cleared"],
            lang=lang,
        )
