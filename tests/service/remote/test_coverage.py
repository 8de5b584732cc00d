"""How far shops send, counted by hand: listings by places, what goes straight, what only by a hub, what not at all."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from sanhao.goods.catalog import api as catalog
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.time import found_world
from sanhao.lab.demo.found import found_demo
from sanhao.service.delivery import api as delivery
from sanhao.service.remote import api as remote
from sanhao.service.remote.coverage import spread
from tests.conftest import T0
from tests.goods import world
from tests.service.remote.stage import a_hub

NEAR, FAR, OUT = "zhejiang", "xinjiang", "tibet"


def test_two_shops_three_places_counted_by_hand() -> None:
    """Wool sends two coats and three rugs everywhere but to Tibet; wood sends four chairs and one bowl nearby, and what
    goes by a hub to Xinjiang, but no chair does."""
    wool, wood = new_id(), new_id()
    supply = [
        catalog.OnSale(wool, "coats", 2), catalog.OnSale(wool, "home/rugs", 3),
        catalog.OnSale(wood, "home/chairs", 4), catalog.OnSale(wood, "home/bowls", 1),
    ]  # fmt: skip
    straight: dict[str, set[UUID]] = {NEAR: {wool, wood}, FAR: {wool}, OUT: set()}
    by_hub: dict[str, set[UUID]] = {FAR: {wool, wood}, OUT: set()}
    found = spread(remote.Terms(left_out=("home/chairs",)), supply, straight, by_hub)
    assert found.provinces == {
        NEAR: remote.Reach(10, 10, 0), FAR: remote.Reach(10, 5, 1), OUT: remote.Reach(10, 0, 0)
    }  # fmt: skip
    assert [found.provinces[key].unsent for key in (NEAR, FAR, OUT)] == [0, 4, 10]
    assert [found.provinces[key].share for key in (NEAR, FAR, OUT)] == pytest.approx([1, 0.6, 0])
    assert found.categories["home/chairs"] == {
        NEAR: remote.Reach(4, 4, 0), FAR: remote.Reach(4, 0, 0), OUT: remote.Reach(4, 0, 0)
    }  # fmt: skip
    assert found.categories["home/bowls"][FAR] == remote.Reach(1, 0, 1)
    assert found.closed == {NEAR: {}, FAR: {wood: 4}, OUT: {wool: 5, wood: 5}}
    whole = sum(found.provinces.values(), remote.Reach())
    assert (whole, whole.unsent) == (remote.Reach(30, 15, 1), 14), "every listing once for every place"


def test_where_nothing_is_on_sale_nothing_is_missing() -> None:
    found = spread(remote.Terms(), [], {NEAR: set()}, {})
    assert (found.provinces, found.provinces[NEAR].share) == ({NEAR: remote.Reach()}, 1.0)


def zone(shop_id: UUID, *regions: str, sent: bool = True) -> None:
    free = Money(0, "CNY")
    draft = delivery.FreightDraft("+".join(regions), regions, free, free, deliverable=sent)
    delivery.save_freight_template(shop_id, draft)


@pytest.mark.django_db
def test_templates_hubs_and_joining_decide_and_each_country_posts_under_its_own_code(now: datetime) -> None:
    wool, wood = world.stall("wool"), world.stall("wood")
    for stall in (wool, wood):
        world.listed(stall)
    zone(wool.shop_id, "CN")
    zone(wool.shop_id, "HK")
    zone(wood.shop_id, "CN/陕西", "CN/浙江")
    found = remote.coverage(remote.Terms())
    listings = found.provinces["zhejiang"].listings
    each = listings // 2
    assert listings == 2 * each > 0
    sent = {key: reach.straight for key, reach in found.provinces.items()}
    assert (sent["zhejiang"], sent["shaanxi"], sent["xinjiang"]) == (2 * each, 2 * each, each)
    assert (sent["hong-kong"], sent["macau"], sent["taiwan"]) == (each, 0, 0)
    a_hub("xinjiang")
    remote.join(wood.shop_id, by=wood.owner_id, now=now)
    found = remote.coverage(remote.Terms())
    assert found.provinces["xinjiang"] == remote.Reach(2 * each, each, each)
    assert found.provinces["tibet"].by_hub == 0, "the hub does not serve it"
    assert found.closed["tibet"] == {wood.shop_id: each}
    [category] = found.categories
    assert "xinjiang" not in names(remote.closed_to(remote.Terms(), wood.shop_id, category))
    assert "xinjiang" in names(
        remote.closed_to(remote.Terms(left_out=(category,)), wood.shop_id, category)
    ), "its shop has joined, its goods do not go"
    assert names(remote.closed_to(remote.Terms(), wool.shop_id, category)) == set()


def names(closed: list[remote.Province]) -> set[str]:
    keys = {province.code: key for key, province in remote.PROVINCES.items()}
    return {keys[province.code] for province in closed}


@pytest.mark.django_db
def test_the_demos_map_is_as_its_shops_say() -> None:
    """Of four shops with six listings each: the kitchen sends neither to Tibet nor to Hainan, the orchard not where fruit
    freezes, the sofa not where Pea Nest goes by the hub only, and beyond the mainland the wool mill alone sends."""
    found_world(is_demo=True)
    found_demo(now=T0)
    found = remote.coverage(remote.terms_at(T0))
    gaps = {key: reach.unsent for key, reach in found.provinces.items() if reach.unsent}
    assert gaps == {
        "tibet": 7, "hainan": 6, "heilongjiang": 6, "jilin": 6, "inner-mongolia": 6, "xinjiang": 1, "qinghai": 1,
        "hong-kong": 18, "macau": 18, "taiwan": 18,
    }  # fmt: skip
    assert found.provinces["xinjiang"] == remote.Reach(24, 18, 5)
    assert found.categories["furniture"]["qinghai"].unsent == 1
    assert sum(found.provinces.values(), remote.Reach()).unsent == 87
