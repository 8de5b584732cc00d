"""The shop's coupons: a draft says what it costs, it starts and ends, and the list says what it did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.wallet import api as wallet
from sanhao.kit.rows import fetch
from tests.conftest import T0
from tests.faces.workbench.stage import ZH, Bench, Clock, client_of, issue, url, words
from tests.goods import world
from tests.service import stage

FILLED = {
    "amount": "10", "threshold": "88", "budget": "100", "per_person": "1", "valid_days": "30", "stacking": "with_others",
    "claims_until": "2026-03-20T10:00", "title_zh": "", "title_en": "",
}  # fmt: skip


def one(bench: Bench) -> wallet.IssueView:
    [view] = wallet.issues_of(["shop"], funder_id=str(bench.at.shop_id))
    return view


def used(bench: Bench, id: UUID) -> None:
    """The buyer claims one and buys for ¥200 with it."""
    mine = wallet.claim(id, person_id=bench.at.buyer_id, now=T0)
    stage.paid(bench.at, (1,), coupon_ids=[mine])


def test_a_new_coupon_is_a_draft_whose_page_says_what_it_costs(bench: Bench, clock: Clock) -> None:
    client = client_of(bench.owner)
    sent = client.post(url("coupons/new/"), FILLED)
    view = one(bench)
    assert (sent.status_code, sent["Location"]) == (302, url(f"coupons/{view.id}/"))
    assert (view.state, view.title.zh, view.title.en) == ("draft", "满¥88减¥10", "¥10 off ¥88")
    said = words(client.get(url(f"coupons/{view.id}/")))
    assert "At most ¥100" in said and "Coupons the budget buys 10" in said
    assert "still brings ¥78 −11%" in said
    assert (
        "Looking back 30 days: 1 of 1 orders reached the threshold. Had each used one, it would have cost ¥10"
        in said
    )
    assert "May be claimed until" in said


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"amount": "0"}, "The discount is more than zero."),
        ({"amount": "ten"}, "Please write an amount such as 12.30."),
        ({"threshold": "5"}, "The threshold is no lower than the discount."),
        ({"budget": "9"}, "The budget buys at least one coupon."),
        ({"budget": ""}, "This field is required."),
        ({"claims_until": "2026-03-01T10:00"}, "Claiming ends after it begins, and in the future."),
        ({"claims_until": "2028-03-01T10:00"}, "Claiming goes on for at most 366 days."),
        ({"per_person": "0"}, "greater than or equal to 1"),
        ({"stacking": "sometimes"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    bench: Bench, clock: Clock, other: dict[str, str], said: str
) -> None:
    answer = client_of(bench.owner).post(url("coupons/new/"), FILLED | other)
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert fetch("SELECT 1 FROM wallet_issue") == []


def test_it_starts_it_is_used_and_the_list_says_what_it_cost_and_brought(bench: Bench, clock: Clock) -> None:
    client, id = client_of(bench.owner), issue(bench.at.shop_id, bench.owner)
    assert client.post(url(f"coupons/{id}/start/"), follow=True).status_code == 200
    used(bench, id)
    said = words(client.get(url("coupons/")))
    assert "1 running ¥10 cost so far ¥196 orders they brought" in said
    assert "Winter coupon running 1 / 10 1 ¥10 ¥196" in said
    page = words(client.get(url(f"coupons/{id}/")))
    assert "1 Claimed 1 Used ¥10 Cost so far ¥196 Orders it brought" in page
    assert "早冬券 进行中" in words(client_of(bench.owner, ZH).get(url("coupons/")))


def test_it_is_ended_early_once(bench: Bench, clock: Clock) -> None:
    client, id = client_of(bench.owner), issue(bench.at.shop_id, bench.owner)
    client.post(url(f"coupons/{id}/start/"))
    again = client.post(url(f"coupons/{id}/start/"))
    assert (again.status_code, "has just changed" in words(again)) == (409, True)
    ended = client.post(url(f"coupons/{id}/end/"), follow=True)
    assert "What was claimed stays good." in words(ended)
    assert (one(bench).state, client.post(url(f"coupons/{id}/end/")).status_code) == ("ended", 409)


def test_another_shops_coupons_do_not_exist_here(bench: Bench, clock: Clock) -> None:
    other = world.stall("peanest")
    foreign = issue(other.shop_id, other.owner_id)
    client = client_of(bench.owner)
    assert client.get(url(f"coupons/{foreign}/")).status_code == 404
    for what in ("start", "end"):
        assert client.post(url(f"coupons/{foreign}/{what}/")).status_code == 404
    assert wallet.issue(foreign).state == "draft"


@pytest.mark.parametrize("count", [1, 6])
def test_the_list_asks_as_much_for_many_as_for_one(
    bench: Bench, clock: Clock, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        issue(bench.at.shop_id, bench.owner)
    client = client_of(bench.owner)
    client.get(url("coupons/"))
    with django_assert_num_queries(
        8
    ):  # session, person, clock, membership, issues, figures, unread notices, questions
        assert client.get(url("coupons/")).status_code == 200


def test_a_draft_that_waited_too_long_does_not_start(bench: Bench, clock: Clock) -> None:
    id = issue(bench.at.shop_id, bench.owner)
    clock.forward(24 * 31)
    answer = client_of(bench.owner).post(url(f"coupons/{id}/start/"))
    assert (answer.status_code, "Its last day has passed" in words(answer)) == (409, True)
    assert wallet.issue(id).claims_until == T0 + timedelta(days=30)
