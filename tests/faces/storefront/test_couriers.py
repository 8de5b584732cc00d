"""Choosing a courier at checkout: what is shown is what is paid, whoever asks and however they ask."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.test import Client

from sanhao.goods.catalog import api as catalog
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.remote import api as remote
from tests.faces.storefront.stage import EN, ZH, client_of, words
from tests.goods import world
from tests.service import stage as service
from tests.service.remote import test_checkout as of_remote
from tests.service.remote.stage import a_hub

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def at(demo: None) -> service.Stage:
    """Freight ¥6; by express ¥8 more and two days on the way."""
    service.rules()
    at = service.stage(balance=100_000)
    delivery.save_service(at.shop_id, delivery.ServiceDraft("sandbox_express", Money(800, "CNY"), 2))
    return at


@pytest.fixture
def client(at: service.Stage) -> Client:
    client = client_of(at.buyer_id)
    client.post("/cart/add/", {"offer": at.offers[0], "quantity": 1})
    return client


def service_of(at: service.Stage) -> delivery.ServiceCard:
    [card] = delivery.services(at.shop_id)
    return card


def shown(answer: Any) -> dict[str, str]:
    """What may be chosen: the value by its first letters, the usual way and the express."""
    found = re.findall(r'name="way-[0-9a-f-]+" value="([^"]*)"', answer.content.decode())
    return {"express" if value[0] != "/" else "usual": value for value in found}


def post(client: Client, at: service.Stage, way: str, **more: str) -> Any:
    return client.post(
        "/checkout/", {"address": at.address_id, f"way-{at.shop_id}": way, "chosen": "yes", **more}
    )


def bought(at: service.Stage) -> list[orders.OrderView]:
    return orders.orders_of(at.buyer_id)


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (EN, ("Sample Express", "The shop chooses the courier", "¥14", "¥6", "fastest", "cheapest", "by ")),
        (ZH, ("示例特快", "由店铺选快递", "¥14", "¥6", "最快", "最省", "前送到")),
    ],
)
def test_price_and_arrival_stand_side_by_side(
    at: service.Stage, language: str, parts: tuple[str, ...]
) -> None:
    client = client_of(at.buyer_id, language)
    client.post("/cart/add/", {"offer": at.offers[0], "quantity": 1})
    page = words(client.get("/checkout/"))
    assert [part for part in parts if part not in page] == []


def test_what_was_chosen_is_paid_and_stands_on_the_order(at: service.Stage, client: Client) -> None:
    ways = shown(client.get("/checkout/"))
    assert "¥214" in words(client.get("/checkout/", {f"way-{at.shop_id}": ways["express"]}))
    assert post(client, at, ways["express"]).status_code == 302
    [order] = bought(at)
    assert (order.carrier, order.total) == ("sandbox_express", Money(214_00, "CNY"))
    service.pay(_placed(order), now=kit_time.now())
    page = words(client.get(f"/orders/{order.id}/"))
    assert "Courier you chose Sample Express" in page and "¥8 of the freight" in page
    assert "Sample Express brings it, or the freight comes back to you by itself" in page


def _placed(order: orders.OrderView) -> Any:
    from sanhao.kit.rows import fetch

    [row] = fetch("SELECT id FROM payments_payment WHERE subject_id = %s", [order.checkout_id])
    return msgspec.convert({"payment_id": str(row["id"])}, _Paying)


class _Paying(msgspec.Struct):
    payment_id: UUID


def test_looking_without_script_places_nothing(at: service.Stage, client: Client) -> None:
    ways = shown(client.get("/checkout/"))
    answer = post(client, at, ways["express"], look="yes")
    assert (answer.status_code, "¥214" in words(answer)) == (200, True)
    assert bought(at) == []


def test_in_two_tabs_the_price_that_changed_is_shown_before_it_is_paid(
    at: service.Stage, client: Client
) -> None:
    ways = shown(client.get("/checkout/"))
    delivery.save_service(at.shop_id, msgspec.structs.replace(service_of(at), surcharge=Money(900, "CNY")))
    answer = post(client, at, ways["express"])
    assert answer.status_code == 409 and "has just changed" in words(answer)
    assert "¥215" in words(answer), "the choice stays, at what it costs now"
    assert bought(at) == []
    assert post(client, at, shown(answer)["express"]).status_code == 302


def test_a_courier_taken_away_falls_back_to_the_shops_own_choice(at: service.Stage, client: Client) -> None:
    ways = shown(client.get("/checkout/"))
    delivery.remove_service(at.shop_id, service_of(at).id)
    answer = post(client, at, ways["express"])
    assert answer.status_code == 409 and "¥206" in words(answer)
    assert shown(answer).keys() == {"usual"} and bought(at) == []


@pytest.mark.parametrize(
    "way",
    [
        "",
        "x",
        "/",
        "//",
        "/600/-1",
        "/600/6/1",
        "x/1400/2",
        "/６00/6",
        "/" + "9" * 30 + "/6",
        "\0/600/6",
        "/600/6 ",
    ],
)
def test_what_no_page_of_ours_says_is_refused(at: service.Stage, client: Client, way: str) -> None:
    answer = post(client, at, way)
    assert answer.status_code in (409, 422), words(answer)
    assert bought(at) == []


@pytest.mark.parametrize("change", ["a cent", "a day", "theirs"])
def test_what_was_not_shown_is_refused(at: service.Stage, client: Client, change: str) -> None:
    id = service_of(at).id
    theirs = delivery.save_service(
        world.stall("other").shop_id, delivery.ServiceDraft("sandbox_express", Money(800, "CNY"), 2)
    )
    way = {"a cent": f"{id}/1399/2", "a day": f"{id}/1400/1", "theirs": f"{theirs}/1400/2"}[change]
    assert post(client, at, way).status_code == 409
    assert bought(at) == []


def test_an_address_it_does_not_serve_offers_it_no_more(at: service.Stage, client: Client) -> None:
    delivery.save_service(at.shop_id, msgspec.structs.replace(service_of(at), regions=("CN/新疆",)))
    assert shown(client.get("/checkout/")).keys() == {"usual"}


def test_a_guest_chooses_too(at: service.Stage) -> None:
    guest = client_of()
    guest.post("/cart/add/", {"offer": at.offers[0], "quantity": 1})
    home = {"email": "g@example.org", "recipient": "Anna", "phone": "13800001111", "country": "CN", "region": "上海市",
            "city": "上海", "street": "武康路1号"}  # fmt: skip
    assert guest.post("/checkout/guest/", home).headers["Location"] == "/checkout/"
    page = guest.get("/checkout/")
    [address] = re.findall(r'name="address" value="([^"]*)"', page.content.decode())
    answer = guest.post("/checkout/", {"address": address, f"way-{at.shop_id}": shown(page)["express"]})
    assert answer.status_code == 302


def test_where_a_hub_is_cheaper_it_is_ticked_until_the_buyer_says_otherwise(demo: None) -> None:
    of_remote.found()
    at, hub = of_remote.shop(), a_hub()
    client = client_of(at.buyer_id)
    client.post("/cart/add/", {"offer": at.offers[0], "quantity": 1})

    def ticked(**said: str) -> list[str]:
        page = client.get("/checkout/", {"address": at.address_id, **said}).content.decode()
        return re.findall(r'name="way-[0-9a-f-]+" value="([^"/]*)/[^"]*"[^>]* checked', page)

    assert ticked() == [str(hub.id)]
    straight = {f"way-{at.shop_id}": f"/{of_remote.STRAIGHT.minor}/6"}
    assert ticked(**straight) == [""]


# ---- where a shop does not send ----------------------------------------------------------------------------------


def closed(at: service.Stage, *regions: str) -> None:
    draft = delivery.FreightDraft("不发", regions, Money(0, "CNY"), Money(0, "CNY"), deliverable=False)
    delivery.save_freight_template(at.shop_id, draft)


def test_who_lives_where_it_is_not_sent_reads_so_beside_the_price_and_what_to_do(at: service.Stage) -> None:
    closed(at, "CN/上海")
    [listing] = catalog.listings_of_shop(at.shop_id, now=kit_time.now()).cards
    page = f"/goods/{listing.id}/"
    said = words(client_of(at.buyer_id).get(page))
    assert "Not sent to Shanghai Send it to another address · See others of its kind" in said
    assert "不发往徐汇区" in words(client_of(at.buyer_id, ZH).get(page))
    assert "Not sent to: Shanghai" in words(client_of(None).get(page)), (
        "who has no address here reads where not"
    )


def test_who_has_no_address_reads_where_it_does_not_come_but_not_where_a_hub_brings_it(
    at: service.Stage,
) -> None:
    closed(at, "CN/新疆", "CN/西藏")
    [listing] = catalog.listings_of_shop(at.shop_id, now=kit_time.now()).cards
    look = client_of(None)
    assert "Not sent to: Xinjiang, Tibet" in words(look.get(f"/goods/{listing.id}/"))
    a_hub("xinjiang")
    remote.join(at.shop_id, by=at.owner_id, now=kit_time.now())
    assert "Not sent to: Tibet" in words(look.get(f"/goods/{listing.id}/"))


def test_of_two_shops_the_one_that_does_not_send_there_is_named_and_the_other_keeps_its_ways(
    at: service.Stage,
) -> None:
    other = service.stage(slug="yimu")
    closed(other, "CN/上海")
    client = client_of(at.buyer_id)
    for offer in (at.offers[0], other.offers[0]):
        client.post("/cart/add/", {"offer": offer, "quantity": 1})
    answer = client.get("/checkout/")
    page, html = words(answer), answer.content.decode()
    assert "Not everything is sent to Shanghai:" in page
    assert page.count("Not sent to Shanghai, neither straight nor by a hub.") == 1
    assert (
        "Sample Express" in page and '<button class="button button--primary button--wide" disabled>' in html
    )
    refused = client.post("/checkout/", {"address": at.address_id, "chosen": "yes"})
    assert refused.status_code == 409 and "does not send to 上海市. Choose another address" in words(refused)
    assert bought(at) == []
