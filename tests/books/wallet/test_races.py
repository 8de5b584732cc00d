"""One coupon, two tabs, real connections."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from sanhao.books.wallet.api import CouponGrant, grant, reserve
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.people.api import Enrolment, enrol
from tests.books.stage import at_once

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

    at_once(*(lambda number=number: tab(number) for number in range(3)))
    assert len(got) == 1
    assert refused == ["wallet.coupon_used"] * 2
    assert {row["reserved_for"] for row in fetch("SELECT reserved_for FROM wallet_coupon")} == set(got)
