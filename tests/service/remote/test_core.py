"""Which places are remote, which goods go, what the second leg costs and who pays it: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.service.remote.core import (
    Area,
    Goods,
    Hub,
    Terms,
    area_of,
    budget_of,
    day_of,
    gather,
    goes,
    parts_of,
    second_leg,
)
from sanhao.service.remote.provinces import PROVINCES
from tests.service.remote.stage import hub_draft, yuan

FRUIT = (Goods("food/fruit", 1000),)


def a_hub(*serves: str, first: int = 600, active: bool = True) -> Hub:
    draft = hub_draft(*serves, first=first, active=active)
    return Hub(**{**{f: getattr(draft, f) for f in draft.__struct_fields__}, "id": new_id()})


@pytest.mark.parametrize(
    ("country", "region", "key"),
    [
        ("CN", "新疆", "xinjiang"),
        ("cn", " 新疆维吾尔自治区", "xinjiang"),
        ("CN", "xinjiang uyghur", "xinjiang"),
        ("CN", "西藏", "tibet"),
        ("CN", "内蒙古自治区", "inner-mongolia"),
        ("CN", "上海市", None),
        ("CN", "", None),
        ("KZ", "新疆", None),
    ],
)
def test_a_place_is_remote_by_the_table(country: str, region: str, key: str | None) -> None:
    area = area_of(Terms(), country, region)
    assert (area.key if area else None) == key


def test_the_longest_name_wins() -> None:
    terms = Terms(areas=(Area("all", ("新",)), Area("far", ("新疆阿里",), "extreme")))
    found = area_of(terms, "CN", "新疆阿里地区")
    assert found is not None and found.key == "far"


@pytest.mark.parametrize(
    ("weight", "price", "subsidy", "buyer"),
    [(500, 600, 600, 0), (1000, 600, 600, 0), (1001, 800, 600, 200), (3000, 1000, 600, 400)],
)
def test_the_platform_pays_up_to_the_cap_and_the_buyer_the_rest(
    weight: int, price: int, subsidy: int, buyer: int
) -> None:
    leg = second_leg(Terms(), [a_hub()], "CN", "新疆", (Goods("food/fruit", weight),), "CNY")
    assert leg is not None
    assert (leg.price, leg.subsidy, leg.buyer) == (yuan(price), yuan(subsidy), yuan(buyer))
    assert leg.extra_days == 4


def test_a_second_leg_below_the_cap_is_all_the_platforms() -> None:
    leg = second_leg(Terms(), [a_hub(first=450)], "CN", "西藏", FRUIT, "CNY")
    assert leg is not None
    assert (leg.subsidy, leg.buyer, leg.extra_days) == (yuan(450), yuan(0), 8)


@pytest.mark.parametrize(
    ("terms", "hub", "region", "goods", "currency"),
    [
        (Terms(), a_hub(), "上海", FRUIT, "CNY"),
        (Terms(), a_hub("tibet"), "新疆", FRUIT, "CNY"),
        (Terms(), a_hub(active=False), "新疆", FRUIT, "CNY"),
        (Terms(), a_hub(), "新疆", FRUIT, "EUR"),
        (Terms(), a_hub(), "新疆", (), "CNY"),
        (Terms(left_out=("food",)), a_hub(), "新疆", FRUIT, "CNY"),
        (Terms(categories=("home",)), a_hub(), "新疆", FRUIT, "CNY"),
        (Terms(categories=("food",)), a_hub(), "新疆", (*FRUIT, Goods("home", 1)), "CNY"),
    ],
)
def test_what_cannot_go_by_a_hub(
    terms: Terms, hub: Hub, region: str, goods: tuple[Goods, ...], currency: str
) -> None:
    assert second_leg(terms, [hub], "CN", region, goods, currency) is None


def test_the_cheapest_hub_takes_it() -> None:
    dear, cheap = a_hub(first=900), a_hub(first=500)
    leg = second_leg(Terms(), [dear, cheap], "CN", "新疆", FRUIT, "CNY")
    assert leg is not None and leg.hub == cheap


def test_a_category_includes_what_is_below_it_and_nothing_that_only_begins_so() -> None:
    terms = Terms(categories=("food",))
    assert goes(terms, "food") and goes(terms, "food/fruit") and not goes(terms, "foodstuff")


def test_a_category_with_a_budget_of_its_own_takes_nothing_from_the_common_one() -> None:
    terms = Terms(category_budget_minor={"food/fruit": {"CNY": 5_000}, "food": {"EUR": 1}})
    goods = (Goods("food/fruit", 2000), Goods("food/grain", 1000))
    parts = parts_of(terms, yuan(600), goods)
    assert [(p.category, p.scope, p.minor) for p in parts] == [
        ("food/fruit", "food/fruit", 400), ("food/grain", "", 200)
    ]  # fmt: skip
    assert budget_of(terms, "food/fruit", "CNY") == 5_000
    assert (budget_of(terms, "", "CNY"), budget_of(terms, "", "EUR")) == (200_000, 0)


@given(st.integers(0, 10_000), st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5_000)), min_size=1))
def test_parts_add_up_to_the_cent(minor: int, goods: list[tuple[str, int]]) -> None:
    parts = parts_of(Terms(), Money(minor, "CNY"), [Goods(*one) for one in goods])
    assert sum(part.minor for part in parts) == minor
    assert all(part.minor > 0 for part in parts)


@given(st.lists(st.integers(0, 900)), st.integers(1, 5_000))
def test_the_last_money_is_gathered_or_nothing_is(left: list[int], amount: int) -> None:
    taken = gather(left, amount)
    if taken is None:
        assert sum(left) < amount
    else:
        assert sum(taken) == amount and all(0 <= t <= have for t, have in zip(taken, left, strict=True))


def test_the_day_is_the_platforms_own() -> None:
    assert day_of(Terms(), datetime(2026, 3, 1, 16, 0, tzinfo=UTC)) == date(2026, 3, 2)
    assert day_of(Terms(), datetime(2026, 3, 1, 15, 59, tzinfo=UTC)) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cap_minor": {"CNY": -1}},
        {"cap_minor": {"XYZ": 1}},
        {"timezone": "Mars/Olympus"},
        {"areas": [{"key": "a", "names": [" "]}]},
        {"areas": [{"key": "a", "names": ["x"]}, {"key": "a", "names": ["y"]}]},
        {"shards": 0},
        {"extra_days": {"remote": -1}},
        {"category_budget_minor": {"food": {"CNY": -5}}},
        {"unknown": 1},
    ],
)
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((msgspec.ValidationError, ValueError)):
        msgspec.convert(wrong, Terms)


def test_every_tile_has_a_place_of_its_own() -> None:
    assert len({(p.column, p.row) for p in PROVINCES.values()}) == len(PROVINCES) == 34
