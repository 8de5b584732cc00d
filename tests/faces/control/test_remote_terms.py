"""The rule of remote areas in a form: sums by currency and category, areas, goods; what is wrong stands where it is; and
what a draft would change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sanhao.faces.control.terms import TermsForm
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.money import Money
from sanhao.service.remote import api as remote
from sanhao.service.remote.core import Goods, Terms
from sanhao.service.remote.provinces import PROVINCES
from sanhao.service.remote.what_if import PastLeg, give
from tests.conftest import T0
from tests.faces.control.conftest import NOW, Desk, Enter
from tests.faces.control.test_rules import sent_back
from tests.faces.storefront.stage import words
from tests.service.remote.stage import a_hub, reserve_for

CHOICES = {
    "categories": [("*", "all"), ("food", "Food")],
    "left_out": [("food", "Food")],
    "category": [("food", "Food")],
}


def filled(**over: Any) -> dict[str, Any]:
    start = TermsForm(remote.RULE, {}, choices=CHOICES)
    sent: dict[str, Any] = {**sent_back(TermsForm(remote.RULE, {})), "categories": ["*"], "left_out": []}
    assert set(sent) <= set(start.fields)
    return sent | over


def answer(**over: Any) -> TermsForm:
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    for name, value in filled(**over).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return TermsForm(remote.RULE, {}, data, CHOICES)


def test_nothing_of_it_is_json_any_more() -> None:
    form = TermsForm(remote.RULE, {}, choices=CHOICES)
    assert not [name for name in form.fields if "Json" in type(form.fields[name]).__name__]
    assert {part.heading for part in form.layout() if part.rows} == {
        "Remote areas", "Paid of an order's second leg at most", "Budget of a day", "Budgets of categories",
    }  # fmt: skip


def test_sums_areas_and_goods_are_typed_as_people_write_them() -> None:
    form = answer(**{
        "cap_minor.0.currency": "CNY", "cap_minor.0.amount_minor": "6.50", "cap_minor.1.currency": "jpy", "cap_minor.1.amount_minor": "120",
        "category_budget_minor.0.category": "food", "category_budget_minor.0.currency": "CNY", "category_budget_minor.0.amount_minor": "500",
        "areas.6.key": "hainan", "areas.6.names": "海南，Hainan", "areas.6.level": "remote", "areas.6.country": "CN",
        "extra_days.remote": "3", "left_out": ["food"], "silent_days": "20",
    })  # fmt: skip
    assert form.is_valid(), form.errors
    terms = form.terms
    assert terms["cap_minor"] == {"CNY": 650, "JPY": 120}
    assert terms["category_budget_minor"] == {"food": {"CNY": 50_000}}
    assert terms["areas"][6] == {
        "key": "hainan",
        "names": ["海南", "Hainan"],
        "level": "remote",
        "country": "CN",
    }
    assert (terms["categories"], terms["left_out"]) == (["*"], ["food"])
    assert (terms["extra_days"], terms["silent_days"]) == ({"remote": 3, "extreme": 8}, 20)


@pytest.mark.parametrize(
    ("over", "where"),
    [
        ({"cap_minor.0.amount_minor": "-1"}, "cap_minor.0.amount_minor"),
        ({"cap_minor.0.amount_minor": "six"}, "cap_minor.0.amount_minor"),
        ({"cap_minor.0.amount_minor": "6.123"}, "cap_minor.0.amount_minor"),
        ({"cap_minor.0.amount_minor": ""}, "cap_minor.0.amount_minor"),
        ({"cap_minor.0.currency": "XYZ"}, "cap_minor.0.currency"),
        ({"cap_minor.1.currency": "cny", "cap_minor.1.amount_minor": "7"}, "cap_minor.1.currency"),
        ({"category_budget_minor.0.currency": "CNY", "category_budget_minor.0.amount_minor": "5"}, "category_budget_minor.0.category"),
        ({"category_budget_minor.0.category": "moon", "category_budget_minor.0.currency": "CNY", "category_budget_minor.0.amount_minor": "5"}, "category_budget_minor.0.category"),
        ({"categories": ["moon"]}, "categories"),
        ({"areas.6.key": "hainan"}, "areas.6.names"),
        ({"areas.6.names": "海南"}, "areas.6.key"),
        ({"areas.6.key": "tibet", "areas.6.names": "西藏"}, "areas.0.key"),
        ({"areas.0.level": "nearby"}, "areas.0.level"),
        ({"extra_days.remote": "-1"}, "extra_days.remote"),
        ({"shards": "0"}, "shards"),
        ({"silent_days": "91"}, "silent_days"),
        ({"returned_days": ""}, "returned_days"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_where_it_is(over: dict[str, Any], where: str) -> None:
    form = answer(**over)
    assert not form.is_valid()
    assert list(form.errors) == [where], form.errors


def test_each_days_budget_is_given_as_long_as_it_lasts() -> None:
    def leg(hours: int, area: str = "xinjiang", category: str = "food", price: int = 800) -> PastLeg:
        return PastLeg(T0 + timedelta(hours=hours), area, Money(price, "CNY"), (Goods(category, 1),))

    past = [leg(0), leg(1), leg(2, "tibet"), leg(3, category="home"), leg(24)]
    told = lambda terms: (one := give(terms, past, "CNY")).orders and (one.orders, one.given.minor)  # noqa: E731
    assert told(Terms()) == (5, 3_000)
    assert told(Terms(cap_minor={"CNY": 900})) == (5, 4_000), "never more than the way costs"
    assert told(Terms(day_budget_minor={"CNY": 1_300})) == (3, 1_800), "two the first day, one the second"
    assert told(Terms(left_out=("food",))) == (1, 600)
    assert told(Terms(areas=tuple(a for a in Terms().areas if a.key != "tibet"))) == (4, 2_400)
    assert told(Terms(cap_minor={})) == 0


@pytest.fixture
def _rule() -> None:
    remote.found_rules(now=T0)


def test_an_admin_drafts_it_and_sees_what_it_would_change(desk: Desk, enter: Enter, _rule: None) -> None:
    reserve_for(desk.orders[0], desk.at.shop_id, a_hub(), now=NOW)
    client, path = enter("admin"), f"/control/rules/{remote.RULE}/draft/"
    page = client.get(path)
    assert "Remote areas" in words(page) and 'type="checkbox"' in page.content.decode()
    heads = {"title_zh": "偏远地区包邮", "title_en": "Remote areas", "reason": "Hainan joins."}
    place = PROVINCES["hainan"].name
    sent = filled(**heads, **{
        "areas.6.key": "hainan", "areas.6.names": f"{place.zh}, {place.en}", "areas.6.level": "remote", "areas.6.country": "CN",
        "cap_minor.0.amount_minor": "5",
    })  # fmt: skip
    refused = client.post(path, sent | {"cap_minor.0.amount_minor": "-5"})
    assert refused.status_code == 422
    said = words(client.post(path, sent, follow=True))
    assert "7 remote areas. New: Hainan" in said, said
    assert "¥5 for 1 order, under this version" in said and "¥6 for 1 order, under the one before" in said, (
        said
    )
    [draft] = [view for view in rulebook.versions(remote.RULE) if view.state == "draft"]
    assert remote.Terms(cap_minor=draft.terms["cap_minor"]).cap_minor == {"CNY": 500}


def test_its_terms_are_spelled_in_money(desk: Desk, enter: Enter, _rule: None) -> None:
    said = words(enter("admin").get(f"/control/rules/{remote.RULE}/"))
    assert "second leg at most · CNY ¥6" in said and "Budget of a day · CNY ¥2,000" in said, said
