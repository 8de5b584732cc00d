"""The demo world: founded through the doors, once, and only where a demo world may be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.time import found_world
from sanhao.lab.demo.cast import LISTINGS, PEOPLE, SHOPS
from sanhao.lab.demo.found import found_demo
from sanhao.people import api as people
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery import api as delivery
from tests.conftest import T0

pytestmark = pytest.mark.django_db
TABLES = (
    "people_person", "people_address", "people_staffrole", "people_quicksignin", "shops_shop", "shops_shopmember",
    "catalog_category", "catalog_listing", "catalog_variant", "catalog_offer", "ledger_entry", "rulebook_rule",
    "delivery_freight_region",
)  # fmt: skip


def counts() -> dict[str, int]:
    return {table: int(fetch(f"SELECT count(*) AS n FROM {table}")[0]["n"]) for table in TABLES}


@pytest.fixture
def demo() -> None:
    found_world(is_demo=True)
    found_demo(now=T0)


@pytest.mark.usefixtures("demo")
def test_everybody_and_everything_is_there() -> None:
    assert [card.name for card in people.quick_people()] == [person.name for person in PEOPLE]
    assert {shop.slug for shop in shops.all_open()} == {shop.slug for shop in SHOPS}
    home = catalog.home(now=T0)
    assert sum(len(shelf.cards) for shelf in home.shelves) == len(LISTINGS) == 24
    assert len({card.shop_id for card in home.newest}) == 4, "the first page mixes shops"
    [zhou] = [person for person in people.quick_people() if person.name == "周明"]
    assert people.roles_of(zhou.id) == {"admin"}
    assert ledger.audit().sound


@pytest.mark.usefixtures("demo")
def test_people_have_talked_already_and_nobody_waits() -> None:
    card = shops.by_slug("qingcao")
    talks = conversations.desk(card.id, show="all")
    assert len(talks) == 2 and all(talk.unread == 0 and talk.owed == () for talk in talks)
    found = conversations.figures([card.id], now=T0)[card.id]
    assert found.asked == found.in_time == 3


@pytest.mark.usefixtures("demo")
def test_found_again_nothing_changes() -> None:
    before = counts()
    found_demo(now=T0 + timedelta(days=3))
    assert counts() == before


@pytest.mark.usefixtures("demo")
def test_what_its_people_changed_stays_changed() -> None:
    shop = shops.by_slug("peanest")
    [owner] = [member.person_id for member in shops.members(shop.id) if member.role == "owner"]
    for member in shops.members(shop.id):
        if member.person_id != owner:
            shops.remove_member(shop.id, member.person_id, by=owner, now=T0)
    for template in delivery.freight_templates(shop.id):
        delivery.remove_freight_template(shop.id, template.id)
    before = counts()
    found_demo(now=T0)
    assert counts() == before


def test_a_founding_cut_off_is_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    found_world(is_demo=True)
    pay = shops.pay_deposit

    def dies(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shops, "pay_deposit", dies)
    with pytest.raises(KeyboardInterrupt):
        found_demo(now=T0)
    monkeypatch.setattr(shops, "pay_deposit", pay)
    found_demo(now=T0)
    assert len(shops.all_open()) == 4
    for shop in SHOPS:
        card = shops.by_slug(shop.slug)
        assert len(shops.members(card.id)) == 1 + len(shop.members)
        assert shops.money_of(card.id) == shops.ShopMoney(shop.balance, shop.deposit, Money(0, "CNY"))
        assert len(catalog.listings_of_shop(card.id, now=T0).cards) == len(shop.listings)


@pytest.mark.usefixtures("demo")
def test_the_presale_names_its_day_and_freight_knows_the_remote() -> None:
    [shawl] = [card for card in catalog.home(now=T0).shelves[0].cards if card.presale]
    [offer] = catalog.listing(shawl.id, now=T0).variants[0].offers
    assert (offer.kind, offer.ships_by_at) == ("presale", T0 + timedelta(days=45))
    guoba = shops.by_slug("guoba")
    near, far = delivery.quote(
        [
            delivery.Parcel(guoba.id, "CN", region, 2500, Money(3_000, "CNY"))
            for region in ("上海", "新疆维吾尔自治区")
        ]
    )
    assert (near, far) == (Money(800, "CNY"), Money(3_600, "CNY"))


def test_a_real_site_gets_no_demo_people() -> None:
    found_world(is_demo=False)
    with pytest.raises(Refusal) as refused:
        found_demo(now=T0)
    assert refused.value.code == "world.is_real"
    assert people.quick_people() == []
    assert shops.all_open() == []
