"""Freight: the closest region wins, weight goes in started steps, and a shop may not send everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api
from sanhao.service.delivery.freight import freight, normal_pattern, price, specificity
from tests.goods.world import stall
from tests.service.delivery.stage import a_shop

SHOP = new_id()


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def card(*regions: str, first: int = 1000, extra: int = 200, **terms: Any) -> api.FreightCard:
    """Ten yuan for the first kilogram, two for each more."""
    patterns = tuple(normal_pattern(region) for region in regions)
    return api.FreightCard(
        name="t", regions=patterns, first=cny(first), extra=cny(extra), shop_id=SHOP, id=new_id(), **terms
    )


def parcel(
    weight_g: int = 500, country: str = "CN", region: str = "浙江", goods: int = 10_000, shop: UUID = SHOP
) -> api.Parcel:
    return api.Parcel(shop, country, region, weight_g, cny(goods))


@pytest.mark.parametrize(
    ("weight_g", "minor"),
    [(0, 1000), (1, 1000), (1000, 1000), (1001, 1200), (2000, 1200), (2001, 1400), (10_500, 3000)],
)
def test_weight_is_charged_in_started_steps(weight_g: int, minor: int) -> None:
    assert freight([card("CN")], parcel(weight_g)) == cny(minor)


@pytest.mark.parametrize(
    ("country", "region", "minor"),
    [
        ("CN", "浙江", 1000), ("cn", "新疆", 3000), ("CN", "新疆维吾尔自治区", 3000), ("CN", "Xinjiang", 1000),
        ("CN", "", 1000), ("US", "NY", 9000), ("US", "Hawaii", 9500), ("US", " hawaii ", 9500),
    ],
)  # fmt: skip
def test_the_closest_region_wins(country: str, region: str, minor: int) -> None:
    templates = [
        card("*", first=9000), card("CN", first=1000), card("CN/新疆", "CN/西藏", first=3000), card("us/HAWAII", first=9500)
    ]  # fmt: skip
    assert freight(templates, parcel(country=country, region=region)) == cny(minor)
    assert freight(templates[::-1], parcel(country=country, region=region)) == cny(minor)


@pytest.mark.parametrize(("goods", "minor"), [(9_899, 1000), (9_900, 0), (20_000, 0)])
def test_dear_goods_go_free(goods: int, minor: int) -> None:
    assert freight([card("CN", free_over=cny(9_900))], parcel(goods=goods)) == cny(minor)


def test_a_shop_without_templates_sends_for_free() -> None:
    assert freight([], parcel()) == cny(0)


@pytest.mark.parametrize("templates", [[card("US")], [card("CN"), card("CN/浙江", deliverable=False)]])
def test_where_a_shop_does_not_send_is_said_clearly(templates: list[api.FreightCard]) -> None:
    with pytest.raises(Refusal) as refused:
        freight(templates, parcel())
    assert refused.value.code == "delivery.undeliverable"
    assert refused.value.text.zh == "这家店铺暂不发往浙江。"


def test_a_weight_below_zero_and_another_currency_are_invalid() -> None:
    with pytest.raises(Invalid):
        freight([card("CN")], parcel(-1))
    with pytest.raises(Invalid):
        freight([card("CN")], msgspec.structs.replace(parcel(), goods=Money(1, "USD")))


@pytest.mark.parametrize("pattern", ["", "China", "C", "CN/", "*/x", "12", "ＣＮ"])
def test_a_region_that_is_none_is_invalid(pattern: str) -> None:
    with pytest.raises(Invalid):
        normal_pattern(pattern)


WEIGHTS = st.integers(0, 200_000)
CARDS = st.builds(
    lambda first, extra, first_g, extra_g: card("CN", first=first, extra=extra, first_g=first_g, extra_g=extra_g),
    st.integers(0, 10_000), st.integers(0, 5_000), st.integers(1, 5_000), st.integers(1, 5_000),
)  # fmt: skip


@given(CARDS, WEIGHTS, WEIGHTS)
def test_heavier_never_costs_less_and_parts_never_less_than_the_whole(
    template: api.FreightCard, a: int, b: int
) -> None:
    def cost(weight_g: int) -> int:
        return price(template, weight_g, cny(1)).minor

    assert cost(a) <= cost(a + b)
    assert cost(a) >= template.first.minor
    assert cost(a + template.extra_g) - cost(a) in (0, template.extra.minor) or a < template.first_g
    if a >= template.first_g and b >= template.first_g:
        assert cost(a) + cost(b) >= cost(a + b) - template.extra.minor * -(
            -template.first_g // template.extra_g
        )


@given(st.sampled_from(["*", "CN", "CN/新", "CN/新疆"]), st.text(max_size=5))
def test_a_pattern_fits_its_own_country_only(pattern: str, region: str) -> None:
    assert (specificity(pattern, "US", region) > 0) == (pattern == "*")
    assert specificity("CN/新疆", "CN", "新疆" + region) > specificity("CN/新", "CN", "新疆" + region) > 2


# ── stored ──


def terms(*regions: str, **changes: Any) -> api.FreightDraft:
    draft = api.FreightDraft("Standard", regions, cny(1000), cny(200))
    return msgspec.structs.replace(draft, **changes)


@pytest.mark.django_db
def test_several_parcels_are_quoted_with_one_query(django_assert_num_queries: Any) -> None:
    one, two = a_shop(), stall("yimu").shop_id
    api.save_freight_template(one, terms("CN"))
    api.save_freight_template(one, terms("CN/新疆", first=cny(3000)))
    api.save_freight_template(two, terms("*", free_over=cny(5000)))
    wanted = [
        parcel(1500, shop=one), parcel(100, region="新疆", shop=one), parcel(100, goods=4000, shop=two),
        parcel(100, country="FR", region="", shop=two), parcel(100, shop=new_id()),
    ]  # fmt: skip
    with django_assert_num_queries(1):
        quoted = api.quote(wanted)
    assert quoted == [cny(1200), cny(3000), cny(1000), cny(0), cny(0)]


@pytest.mark.django_db
def test_a_template_is_changed_in_place() -> None:
    shop = a_shop()
    id = api.save_freight_template(shop, terms("cn", "CN/新疆", "CN"))
    assert api.save_freight_template(shop, terms("CN/西藏", id=id, name="Far", free_over=cny(1))) == id
    [stored] = api.freight_templates(shop)
    assert stored == api.FreightCard(
        id=id,
        shop_id=shop,
        name="Far",
        regions=("CN/西藏",),
        first=cny(1000),
        extra=cny(200),
        free_over=cny(1),
    )
    api.remove_freight_template(shop, id)
    assert api.freight_templates(shop) == []


@pytest.mark.django_db
def test_a_region_is_priced_once_and_a_refusal_changes_nothing() -> None:
    shop = a_shop()
    api.save_freight_template(shop, terms("CN"))
    with pytest.raises(Refusal) as refused:
        api.save_freight_template(shop, terms("US", "cn"))
    assert refused.value.code == "delivery.region_taken"
    assert fetch("SELECT pattern FROM delivery_freight_region") == [{"pattern": "CN"}]
    assert len(api.freight_templates(shop)) == 1


@pytest.mark.django_db
def test_another_shops_template_does_not_exist_for_you(now: datetime) -> None:
    mine, theirs = a_shop(), stall("yimu").shop_id
    id = api.save_freight_template(theirs, terms("CN"))
    with pytest.raises(NotFound):
        api.save_freight_template(mine, terms("US", id=id))
    with pytest.raises(NotFound):
        api.remove_freight_template(mine, id)
    assert [t.regions for t in api.freight_templates(theirs)] == [("CN",)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"first": cny(-1)},
        {"extra": Money(1, "USD")},
        {"first_g": 0},
        {"extra_g": -5},
        {"regions": ()},
        {"name": " "},
    ],
)
def test_a_template_that_prices_nothing_is_invalid(changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        api.save_freight_template(a_shop(), terms("CN", **changes))
    assert fetch("SELECT count(*) AS n FROM delivery_freight_template") == [{"n": 0}]
