"""Every address of the workbench × every role: the answer is the one that is written down."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from sanhao.books.settlement import api as settlement
from sanhao.faces.workbench.urls import urlpatterns
from sanhao.goods.catalog import api as catalog
from sanhao.kit.money import Money
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.conftest import T0
from tests.faces.matrix_workbench import MATRIX, ROLES
from tests.faces.walk import pages_of, walk
from tests.faces.workbench.stage import Bench, Clock, client_of, issue, url
from tests.goods import world
from tests.service import stage
from tests.service.aftersales.stage import HOUSE, ask
from tests.service.conversations import stage as talks

ORIGIN = delivery.Place("青草社", "13900000000", "CN", "内蒙古自治区", "锡林浩特市", "希日塔拉街19号")
WISH = settlement.InvoiceWish("person", "林小满", "", "lin@example.org")


@pytest.fixture
def names(bench: Bench, clock: Clock) -> dict[str, UUID | None]:
    """Who asks, and what stands in the braces of the paths."""
    staff = world.person()
    people.grant_role(staff, "admin", by=None, now=T0)
    late = stage.paid(bench.at)
    parcel = stage.ship(bench.at, late, "SBX0001", now=T0)
    asked = ask(bench.at, late, "changed_mind", now=clock.forward(47))
    house = aftersales.add_return_address(bench.at.shop_id, HOUSE, by=bench.owner, now=T0)
    sent = stage.paid(bench.at)
    [label] = orders.print_labels(
        bench.at.shop_id, [orders.LabelWish(sent, "sandbox")], origin=ORIGIN, by=bench.owner, now=clock.now
    )
    with stage.errands():
        stage.drain(clock.forward(3))
    offer = catalog.offers(bench.at.offers[:1], now=T0)[bench.at.offers[0]]
    return {
        "guest": None, "buyer": bench.at.buyer_id, "owner": bench.owner, "manager": bench.manager, "clerk": bench.clerk,
        "other": world.stall("peanest").owner_id, "staff": staff, "order": late, "parcel": parcel,
        "decision": stage.promise(bench.order)["decision_id"], "listing": offer.listing_id, "offer": offer.id,
        "case": asked, "house": house, "issue": issue(bench.at.shop_id, bench.owner), "variant": offer.variant_id,
        "invoice": settlement.ask_invoice(bench.order, WISH, person_id=bench.at.buyer_id, amount_minor=100, now=T0),
        "talk": talks.ask(bench.at, now=clock.forward(0)),
        "saved": conversations.save_answer(bench.at.shop_id, title="尺码", words="偏大一码", by=bench.owner, now=T0),
        "waits": stage.paid(bench.at), "label": label,
        "freight": delivery.freight_templates(bench.at.shop_id)[0].id,
        "service": delivery.save_service(
            bench.at.shop_id, delivery.ServiceDraft("gls", Money(800, "CNY"), 3)
        ),
    }  # fmt: skip


def test_every_address_stands_in_the_matrix() -> None:
    assert {pattern.name for pattern in urlpatterns} == MATRIX.keys()


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_is_written(names: dict[str, UUID | None], role: str) -> None:
    client = client_of(names[role])
    found = {}
    for name, (method, path, _expected) in MATRIX.items():
        with transaction.atomic():
            found[name] = client.generic(method, path.format(**names)).status_code
            transaction.set_rollback(True)
    assert found == {name: row[2][ROLES.index(role)] for name, row in MATRIX.items()}


@pytest.mark.django_db(transaction=True)
def test_no_page_has_a_barrier(browser: Any, live_server: Any, names: dict[str, Any], bench: Bench) -> None:
    fresh = stage.paid(bench.at, now=T0 + stage.hours(49))
    paths = [*pages_of(MATRIX, ROLES.index("owner"), names), url("goods/new/"), url("orders/?q=nothing"), url("goods/?q=nothing"), url(f"orders/{fresh}/"), url(f"orders/{fresh}/cancel/")]  # fmt: skip
    walk(browser, live_server.url, names["owner"], paths, lang="zh-hans")
    walk(browser, live_server.url, names["buyer"], ["/workbench/"], lang="zh-hans")


def test_what_only_changes_things_cannot_be_read(bench: Bench) -> None:
    client = client_of(bench.owner)
    assert client.get(url("shipping/collect/")).status_code == 405
    assert client.post(url("orders/")).status_code == 405
    assert client.head(url("orders/")).status_code == 200


def test_a_guest_comes_back_to_where_they_wanted_to_go() -> None:
    answer = client_of(None).get(url("orders/?show=paid"))
    assert answer.headers["Location"] == "/sign-in/?next=/workbench/qingcao/orders/%3Fshow%3Dpaid"


def test_the_sandbox_exists_in_a_demo_world_only(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sanhao.kit.time.is_demo", lambda: False)
    client = client_of(bench.owner)
    for path in ("shipping/collect/", "money/paid-in/"):
        assert client.post(url(path)).status_code == 404
    assert "Sandbox bank" not in client.get(url("money/")).content.decode()
    assert "sandbox numbers" not in client.get(url("shipping/")).content.decode()
