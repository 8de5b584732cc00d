"""Services a shop lets its buyers choose: who serves a place, what it costs, and that a choice means what was shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.delivery import api
from sanhao.service.delivery.services import MOST_SERVICES, SHOP_CHOOSES, as_chosen, options_for, serving
from tests.goods.world import stall
from tests.service.delivery.stage import a_shop
from tests.service.delivery.test_freight import card, cny, parcel, terms

SHOP = new_id()


def service(
    carrier: str = "gls", surcharge: int = 800, days: int = 3, *regions: str, **more: Any
) -> api.ServiceCard:
    return api.ServiceCard(
        id=new_id(),
        shop_id=SHOP,
        carrier=carrier,
        surcharge=cny(surcharge),
        transit_days=days,
        regions=regions,
        **more,
    )


def seen(options: list[api.Option]) -> list[tuple[str, int, int, int]]:
    return [(o.carrier, o.freight.minor, o.surcharge.minor, o.transit_days) for o in options]


def test_the_shop_chooses_first_and_then_the_cheapest() -> None:
    services = [service("mydhl", 2000, 1), service("gls", 800, 3), service("sendle", 800, 2)]
    assert seen(options_for([card("CN")], services, parcel(1500), transit_days=6)) == [
        ("", 1200, 0, 6), ("sendle", 2000, 800, 2), ("gls", 2000, 800, 3), ("mydhl", 3200, 2000, 1),
    ]  # fmt: skip


def test_without_services_there_is_one_option() -> None:
    [only] = options_for([], [], parcel(), transit_days=6)
    assert only == api.Option(None, "", SHOP_CHOOSES, cny(0), cny(0), 6)


def test_dear_goods_go_free_but_a_choice_still_costs_its_surcharge() -> None:
    options = options_for(
        [card("CN", free_over=cny(9_900))], [service()], parcel(goods=20_000), transit_days=6
    )
    assert seen(options) == [("", 0, 0, 6), ("gls", 800, 800, 3)]


@pytest.mark.parametrize(
    ("country", "region", "asked"),
    [("CN", "浙江", [800]), ("CN", "新疆维吾尔自治区", [2000, 2500]), ("US", "", []), ("CN", "", [800])],
)
def test_of_one_carrier_the_closest_region_wins(country: str, region: str, asked: list[int]) -> None:
    services = [
        service("gls", 800, 3, "CN"), service("gls", 2000, 6, "CN/新疆", "CN/西藏"), service("gls", 2500, 5, "CN/新疆")
    ]  # fmt: skip
    assert [s.surcharge.minor for s in serving(services, country, region)] == asked


def test_another_carrier_is_not_pushed_aside_by_a_closer_one() -> None:
    services = [service("gls", 800, 3), service("mydhl", 2000, 1, "CN/浙江")]
    assert [s.carrier for s in serving(services, "CN", "浙江")] == ["gls", "mydhl"]


def test_what_is_not_active_is_not_offered_and_hides_nothing() -> None:
    services = [service("gls", 800, 3), service("gls", 100, 9, "CN/浙江", active=False)]
    assert [s.surcharge.minor for s in serving(services, "CN", "浙江")] == [800]


def test_another_currency_is_not_offered() -> None:
    dollars = msgspec.structs.replace(service(), surcharge=Money(800, "USD"))
    assert len(options_for([card("CN")], [dollars], parcel(), transit_days=6)) == 1


def test_where_the_shop_does_not_send_no_service_goes_either() -> None:
    with pytest.raises(Refusal) as refused:
        options_for([card("US")], [service()], parcel(), transit_days=6)
    assert refused.value.code == "delivery.undeliverable"


def test_a_service_is_named_by_its_shop_or_by_its_carrier() -> None:
    named = service("gls", 1, 3, name=Text(zh="次日达", en="Next day"))
    _, first, second = options_for([], [named, service("mydhl", 2)], parcel(), transit_days=6)
    assert (first.name.en, second.name.zh) == ("Next day", "DHL 快递")


@pytest.mark.parametrize(
    ("freight", "days", "same"), [(1800, 3, True), (1799, 3, False), (1801, 3, False), (1800, 2, False), (1800, 4, True)]
)  # fmt: skip
def test_a_choice_means_what_was_shown(freight: int, days: int, same: bool) -> None:
    offered = service()
    options = options_for([card("CN")], [offered], parcel(), transit_days=6)
    chosen = as_chosen(options, api.Chosen(offered.id, freight, days))
    assert chosen == (options[1] if same else None)
    assert as_chosen(options, api.Chosen(None, 1000, 6)) == options[0]
    assert as_chosen(options, api.Chosen(new_id(), 1800, 3)) is None


PATTERNS = st.sampled_from(["*", "CN", "US", "CN/新", "CN/新疆", "CN/浙江"])
SERVICES = st.builds(
    lambda carrier, surcharge, days, regions, active: service(carrier, surcharge, days, *regions, active=active),
    st.sampled_from(["gls", "mydhl", "sendle"]), st.integers(0, 5000), st.integers(1, 60),
    st.lists(PATTERNS, max_size=3), st.booleans(),
)  # fmt: skip


@given(st.lists(SERVICES, max_size=6), st.sampled_from(["浙江", "新疆", ""]), st.integers(0, 50_000))
def test_every_option_is_the_basic_freight_and_its_surcharge(
    services: list[api.ServiceCard], region: str, weight_g: int
) -> None:
    basic, *more = options_for([card("CN")], services, parcel(weight_g, region=region), transit_days=6)
    assert all(o.freight == basic.freight + o.surcharge for o in [basic, *more])
    assert [o.surcharge for o in more] == sorted(o.surcharge for o in more)
    assert {o.service_id for o in more} == {s.id for s in serving(services, "CN", region)}


# ── stored ──


def draft(carrier: str = "gls", surcharge: int = 800, days: int = 3, **more: Any) -> api.ServiceDraft:
    return api.ServiceDraft(carrier, cny(surcharge), days, **more)


def stored(shop: UUID) -> list[tuple[str, int]]:
    return sorted((s.carrier, s.surcharge.minor) for s in api.services(shop))


@pytest.mark.django_db
def test_options_of_several_shops_take_one_query(django_assert_num_queries: Any) -> None:
    one, two, three = a_shop(), stall("other").shop_id, stall("third").shop_id
    api.save_freight_template(one, terms("CN", "US"))
    api.save_service(one, draft())
    api.save_service(one, draft("mydhl", 1500, 1, active=False))
    api.save_service(two, draft("sendle", 300, 2, regions=("us",)))
    with django_assert_num_queries(1):
        of_one, of_two, of_three, again = api.options(
            [
                parcel(shop=one),
                parcel(shop=two),
                parcel(shop=three),
                parcel(shop=two, country="US", region="NY"),
            ],
            transit_days=6,
        )
    assert seen(of_one) == [("", 1000, 0, 6), ("gls", 1800, 800, 3)]
    assert seen(of_two) == seen(of_three) == [("", 0, 0, 6)]
    assert seen(again) == [("", 0, 0, 6), ("sendle", 300, 300, 2)]


@pytest.mark.django_db
def test_a_service_is_added_changed_and_taken_away() -> None:
    shop = a_shop()
    id = api.save_service(shop, draft(regions=("cn/ 新疆", "CN/新疆"), name=Text(zh=" 特快 ", en="")))
    [card] = api.services(shop)
    assert (card.name, card.regions, card.shop_id) == (Text(zh="特快", en="特快"), ("CN/新疆",), shop)
    assert api.save_service(shop, draft("mydhl", 900, 2, id=id, active=False)) == id
    [card] = api.services(shop)
    assert (card.carrier, card.name.zh, card.regions, card.active) == ("mydhl", "", (), False)
    api.remove_service(shop, id)
    assert api.services(shop) == []


@pytest.mark.django_db
def test_a_second_service_by_the_same_name_is_refused() -> None:
    shop = a_shop()
    api.save_service(shop, draft())
    other = api.save_service(shop, draft("mydhl"))
    for twice in (draft("gls", 5), draft("gls", 5, id=other)):
        with pytest.raises(Refusal) as refused:
            api.save_service(shop, twice)
        assert refused.value.code == "delivery.service_taken"
    assert stored(shop) == [("gls", 800), ("mydhl", 800)]


@pytest.mark.django_db
def test_another_shops_service_cannot_be_touched() -> None:
    mine, theirs = a_shop(), stall("other").shop_id
    id = api.save_service(theirs, draft())
    with pytest.raises(NotFound):
        api.save_service(mine, draft("mydhl", 0, 1, id=id))
    with pytest.raises(NotFound):
        api.remove_service(mine, id)
    assert stored(theirs) == [("gls", 800)] and stored(mine) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        draft("nobody"),
        draft(surcharge=-1),
        draft(days=0),
        draft(days=61),
        draft(regions=("China",)),
        draft(""),
    ],
)
def test_a_service_that_could_not_be_offered_is_invalid(wrong: api.ServiceDraft) -> None:
    with pytest.raises(Invalid):
        api.save_service(a_shop(), wrong)
    assert fetch("SELECT count(*) AS n FROM delivery_service") == [{"n": 0}]


@pytest.mark.django_db
def test_a_shop_has_only_so_many_services() -> None:
    shop = a_shop()
    for i in range(MOST_SERVICES):
        api.save_service(shop, draft(name=Text(zh=f"特快{i}", en=f"Express {i}")))
    with pytest.raises(Refusal) as refused:
        api.save_service(shop, draft())
    assert refused.value.code == "delivery.services_many"
    assert len(api.services(shop)) == MOST_SERVICES


@pytest.mark.django_db
def test_the_sandbox_courier_is_offered_in_demo_worlds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = a_shop()
    api.save_service(shop, draft("sandbox"))
    monkeypatch.setattr(kit_time, "is_demo", lambda: False)
    assert len(api.options([parcel(shop=shop)], transit_days=6)[0]) == 1
    monkeypatch.setattr(kit_time, "is_demo", lambda: True)
    assert len(api.options([parcel(shop=shop)], transit_days=6)[0]) == 2
