"""Looking around: every page in both languages, with a stated number of queries, whatever strangers send."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from sanhao.goods.catalog import api as catalog
from sanhao.kit import time as kit_time
from tests.faces.storefront.stage import EN, ZH, client_of, person, words
from tests.goods.world import Stall, draft, listed, stall, variant
from tests.service.stage import rules

pytestmark = pytest.mark.usefixtures("real")


@pytest.fixture
def shop() -> Stall:
    rules()
    return stall(now=kit_time.now())


@pytest.fixture
def sweater(shop: Stall) -> UUID:
    return listed(shop, now=kit_time.now())


@pytest.mark.parametrize(("language", "title"), [(ZH, "圆领羊绒衫"), (EN, "Cashmere sweater")])
def test_pages_speak_the_readers_language(sweater: UUID, language: str, title: str) -> None:
    client = client_of(language=language)
    for path in ("/", "/category/knitwear/", f"/search/?q={title}", f"/goods/{sweater}/", "/shop/qingcao/"):
        answer = client.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert title in words(answer)
        assert answer.headers["Content-Language"] == language


def test_an_empty_house_says_so_and_leads_on(language: str = EN) -> None:
    assert "The shelves are still empty" in words(client_of().get("/"))


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/", 4),  # shops; categories; cards; the promise in force
        ("/category/knitwear/", 5),  # the category; its cards; their shops; the promise; all categories
        ("/search/?q=sweater", 4),  # the threshold; cards; their shops; the promise
        ("/shop/qingcao/", 6),
    ],
)
@pytest.mark.parametrize("how_many", [1, 9])
def test_a_page_asks_as_much_for_many_goods_as_for_one(
    shop: Stall, path: str, queries: int, how_many: int, django_assert_num_queries: Any
) -> None:
    for n in range(how_many):
        listed(shop, draft(slug=f"sweater-{n}"), now=kit_time.now())
    client = client_of()
    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200


def test_a_listing_shows_price_freight_and_promise(sweater: UUID) -> None:
    said = words(client_of().get(f"/goods/{sweater}/"))
    for part in (
        "880",
        "Handed to the courier within 48 hours of paying",
        "a ¥8.80 coupon comes to you by itself",
    ):
        assert part in said


def test_goods_made_to_order_come_without_the_promise(shop: Stall) -> None:
    made = catalog.ListingDraft(
        "custom", "knitwear", draft().title, draft().text, "custom-cardigan", (variant(),), special="custom"
    )
    said = words(client_of().get(f"/goods/{listed(shop, made, now=kit_time.now())}/"))
    assert "Made to order for you" in said
    assert "Handed to the courier" not in said


def test_a_name_with_markup_is_shown_as_written(shop: Stall) -> None:
    id = listed(
        shop, draft(zh="<script>alert(1)</script>好", en='<b>bold</b> & "quoted"'), now=kit_time.now()
    )
    for path in ("/", f"/goods/{id}/", "/search/?q=bold"):
        html = client_of().get(path).content.decode()
        assert "&lt;b&gt;bold&lt;/b&gt;" in html
        assert "<b>bold" not in html
    assert "<script>alert" not in client_of(language=ZH).get(f"/goods/{id}/").content.decode()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/goods/not-an-id/", 404),
        ("/goods/0193ffff-ffff-7fff-bfff-ffffffffffff/", 404),
        ("/category/nowhere/", 404),
        ("/shop/nowhere/", 404),
        ("/category/knitwear/?page=0", 422),
        ("/category/knitwear/?page=-1", 422),
        ("/category/knitwear/?page=999999999999", 422),
        ("/category/knitwear/?page=%00", 422),
        ("/category/knitwear/?page=²", 422),
        ("/category/knitwear/?sort=random", 422),
        ("/search/?q=%00%00", 200),
        ("/search/?q=" + "长" * 400, 200),
        ("/search/?q=%27%3B+DROP+TABLE&page=2", 200),
        ("/search/suggest/?q=%00", 200),
        ("/search/suggest/?q=%25%5F", 200),
        ("/goods/00000000-0000-0000-0000-000000000000/", 404),
    ],
)
def test_whatever_strangers_send_is_answered(sweater: UUID, path: str, status: int) -> None:
    assert client_of().get(path).status_code == status


def test_search_forgives_and_an_empty_result_leads_on(sweater: UUID) -> None:
    assert "Cashmere sweater" in words(client_of().get("/search/?q=swaeter"))
    nothing = words(client_of().get("/search/?q=submarine"))
    assert "Nothing like “submarine” yet" in nothing
    assert "Knitwear" in nothing
    assert b'<option value="Cashmere sweater">' in client_of().get("/search/suggest/?q=cash").content


def test_a_listing_is_kept_and_let_go(sweater: UUID) -> None:
    buyer = person()
    client = client_of(buyer)
    assert "Nothing saved yet" in words(client.get("/saved/"))
    answer = client.post(f"/goods/{sweater}/save/", {"keep": "yes", "next": f"/goods/{sweater}/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/goods/{sweater}/")
    assert 'aria-pressed="true"' in client.get(f"/goods/{sweater}/").content.decode()
    assert "Cashmere sweater" in words(client.get("/saved/"))
    part = client.post(f"/goods/{sweater}/save/", {"keep": "no"}, headers={"HX-Request": "true"})
    assert (part.status_code, b"<html" in part.content) == (200, False)
    assert catalog.saved_ids(buyer) == frozenset()


def test_a_guest_who_saves_is_asked_to_sign_in_and_comes_back(sweater: UUID) -> None:
    answer = client_of().post(f"/goods/{sweater}/save/", {"keep": "yes", "next": f"/goods/{sweater}/"})
    assert answer.headers["Location"] == f"/sign-in/?next=%2Fgoods%2F{sweater}%2F"
    part = client_of().post(f"/goods/{sweater}/save/", {"keep": "yes"}, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/sign-in/?next=%2F")


def test_a_page_holds_no_style_or_script_of_its_own(sweater: UUID) -> None:
    for path in ("/", f"/goods/{sweater}/", "/sign-in/"):
        html = client_of().get(path).content.decode()
        assert " style=" not in html
        assert "onclick" not in html


def test_posts_need_the_token_of_the_form(sweater: UUID) -> None:
    strict = Client(enforce_csrf_checks=True)
    for path in (f"/goods/{sweater}/save/", "/sign-in/", "/sign-out/", "/sign-up/", "/reset/"):
        assert strict.post(path, {}).status_code == 403
