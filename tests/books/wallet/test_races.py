"""One coupon in two tabs, one budget and eight hands: real connections."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from sanhao.books.wallet import api as wallet
from sanhao.books.wallet.api import CouponGrant, grant, reserve
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.people.api import Enrolment, enrol
from tests.at_once import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_tabs_that_use_the_same_coupons_one_gets_them_all_and_the_others_none(now: datetime) -> None:
    buyer = enrol([Enrolment("tabs@example.org", "Lin")], now=now)["tabs@example.org"]
    coupons = new_ids(3)
    text = Text(zh="补偿", en="Compensation")
    grant([CouponGrant(id, buyer, 100, "CNY", text, "promise", new_id()) for id in coupons], now=now)
    got: list[UUID] = []
    refused: list[str] = []

    def tab(number: int) -> None:
        checkout = new_id()
        try:
            # Each tab names them in another order; ids decide who locks first, so no tab waits for another in a ring.
            reserve(coupons[number:] + coupons[:number], person_id=buyer, for_id=checkout, now=now)
            got.append(checkout)
        except Refusal as refusal:
            refused.append(refusal.code)

    all_at_once(*(lambda number=number: tab(number) for number in range(3)))
    assert len(got) == 1
    assert refused == ["wallet.coupon_used"] * 2
    assert {row["reserved_for"] for row in fetch("SELECT reserved_for FROM wallet_coupon")} == set(got)


def _crowd(now: datetime, count: int) -> list[UUID]:
    found = enrol([Enrolment(f"crowd{n}@example.org", "Lin") for n in range(count)], now=now)
    return list(found.values())


def _issue(by: UUID, now: datetime, **other: Any) -> UUID:
    shop = new_id()
    draft = wallet.IssueDraft(
        "shop", str(shop), Text(zh="春茶", en="Tea"), Money(1_000, "CNY"), Money(8_800, "CNY"), Money(25_500, "CNY"),
        now, now + timedelta(days=7), shop_id=shop,
    )  # fmt: skip
    return wallet.issue_coupons(msgspec.structs.replace(draft, **other), by=by, now=now)


def test_eight_hands_claim_what_the_budget_buys_and_not_one_coupon_more(now: datetime) -> None:
    people = _crowd(now, 80)
    id = _issue(people[0], now)
    ends: list[str] = []

    def claims(some: list[UUID]) -> None:
        for person in some:
            try:
                wallet.claim(id, person_id=person, now=now)
                ends.append("claimed")
            except Refusal as refusal:
                ends.append(refusal.code)

    all_at_once(*(lambda n=n: claims(people[n::8]) for n in range(8)))
    assert sorted(ends) == ["claimed"] * 25 + ["coupon.all_gone"] * 55
    issue = wallet.issue(id)
    assert (issue.claimed, issue.left) == (Money(25_000, "CNY"), 0)
    assert len(fetch("SELECT 1 FROM wallet_coupon")) == 25


def test_one_person_in_eight_tabs_claims_their_limit(now: datetime) -> None:
    [person] = _crowd(now, 1)
    id = _issue(person, now, per_person=3)
    ends: list[str] = []

    def tab() -> None:
        try:
            wallet.claim(id, person_id=person, now=now)
            ends.append("claimed")
        except Refusal as refusal:
            ends.append(refusal.code)

    all_at_once(*[tab] * 8)
    assert sorted(ends) == ["claimed"] * 3 + ["coupon.limit"] * 5
    assert wallet.issue(id).claimed == Money(3_000, "CNY")
    assert [row["nth"] for row in fetch("SELECT nth FROM wallet_coupon ORDER BY nth")] == [1, 2, 3]


def test_two_issues_of_one_host_do_not_both_start_on_the_same_money(now: datetime) -> None:
    [person] = _crowd(now, 1)
    host = new_id()
    wallet.prepay_host(
        host, Money(30_000, "CNY"), source="bank", reason="Transfer", by=person, now=now, key=new_id()
    )
    ends: list[str] = []

    def start() -> None:
        try:
            _issue(person, now, funder_kind="host", funder_id=str(host), shop_id=None)
            ends.append("started")
        except Refusal as refusal:
            ends.append(refusal.code)

    all_at_once(*[start] * 4)
    assert sorted(ends) == ["issue.not_prepaid"] * 3 + ["started"]
