"""A buyer prints the label of a return with one tap; what comes of it stands on the case's page."""

from __future__ import annotations

from uuid import UUID

import pytest

from sanhao.kit import time as kit_time
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.faces.storefront.stage import EN, ZH, client_of, person, words
from tests.service import stage as service
from tests.service.aftersales.stage import HOUSE, ask, case, delivered
from tests.service.stage import Stage, hours

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def at(demo: None) -> Stage:
    service.rules()
    at = service.stage(balance=100_000)
    aftersales.add_return_address(at.shop_id, HOUSE, by=at.owner_id, now=kit_time.now())
    return at


def approved(at: Stage, way: str = "obey", *, wanted: bool = True) -> UUID:
    now = kit_time.now()
    order = delivered(at, now=now - hours(26))
    asked = ask(at, order, now=now)
    delivery.set_way(orders.order(order).number, way)
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now)
    if wanted:
        client_of(at.buyer_id, EN).post(f"/cases/{asked}/do/label/")
    run()
    return asked


def run() -> None:
    for _ in range(2):
        with service.errands():
            service.drain(kit_time.now())


def test_what_it_costs_is_said_before_and_one_tap_asks_for_it(at: Stage) -> None:
    asked = approved(at, wanted=False)
    client = client_of(at.buyer_id, EN)
    said = words(client.get(f"/cases/{asked}/"))
    assert "It costs at most ¥15 , taken out of your refund." in said and "Or send it yourself" in said
    answer = client.post(f"/cases/{asked}/do/label/", follow=True)
    assert "Your label is being made. It appears here by itself." in words(answer)
    run()
    said = words(client.get(f"/cases/{asked}/"))
    assert "It costs ¥8 , taken out of your refund once the courier has the parcel." in said
    [label] = delivery.labels_of([asked])[asked]
    service.scan(label.id, "picked_up", at=kit_time.now())
    assert "¥8 for the label it went back under is taken off already." in words(
        client.get(f"/cases/{asked}/")
    )
    assert "退货面单 ¥8 已经扣除" in words(client_of(at.buyer_id, ZH).get(f"/cases/{asked}/"))


def test_one_tap_prints_it_and_nothing_is_to_be_typed(at: Stage) -> None:
    asked = approved(at)
    client, [label] = client_of(at.buyer_id, EN), delivery.labels_of([asked])[asked]
    page = client.get(f"/cases/{asked}/")
    assert f'href="/cases/{asked}/label.pdf"' in page.content.decode()
    said = words(page)
    assert label.tracking_no in said and "Hand the parcel to Sample Courier" in said
    assert "<details" in page.content.decode().split("Or send it yourself")[0], "another way stays possible"
    paper = client.get(f"/cases/{asked}/label.pdf")
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert paper["Content-Disposition"] == f'inline; filename="label-{label.tracking_no}.pdf"'
    assert "退货面单" in words(client_of(at.buyer_id, ZH).get(f"/cases/{asked}/"))
    for stranger in (person(), at.owner_id):
        assert client_of(stranger, EN).get(f"/cases/{asked}/label.pdf").status_code == 404

    service.scan(label.id, "picked_up", at=kit_time.now())
    said = words(client.get(f"/cases/{asked}/"))
    assert "You handed it in under its label" in said and "Your return label" not in said
    assert client.get(f"/cases/{asked}/label.pdf").status_code == 404, (
        "it is on its way: nothing is to be printed"
    )


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("late", "Sample Courier is making it."),
        ("refuse", "The sample courier does not go to this street."),
        ("junk", "cannot be printed"),
    ],
)
def test_while_there_is_none_the_way_to_send_it_stands_open(at: Stage, way: str, says: str) -> None:
    asked = approved(at, way)
    client = client_of(at.buyer_id, EN)
    said = words(client.get(f"/cases/{asked}/"))
    assert says in said and "Send it here" in said and "Print the label" not in said
    assert client.get(f"/cases/{asked}/label.pdf").status_code == 404
    client.post(f"/cases/{asked}/do/send/", {"carrier": "sandbox", "number": "RT10001"})
    assert case(asked).state == "returning"


def test_the_number_of_the_label_typed_all_the_same_is_explained(at: Stage) -> None:
    asked = approved(at)
    [label] = delivery.labels_of([asked])[asked]
    answer = client_of(at.buyer_id, EN).post(
        f"/cases/{asked}/do/send/", {"carrier": "sandbox", "number": label.tracking_no}
    )
    assert answer.status_code == 409 and "need not be typed" in words(answer)
    assert case(asked).state == "to_send"
