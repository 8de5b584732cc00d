"""Two hands on one claim, with real connections, in both orders; and any claims at all: never more than was promised."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders
from tests.at_once import at_once
from tests.service import stage as service
from tests.service.aftersales.stage import case
from tests.service.aftersales.test_case_races import keeping
from tests.service.aftersales.test_claim_stories import a_shop, arrived, claim, pictures, promise_id
from tests.service.stage import drain, hours, sound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)


@pytest.mark.parametrize("first", ["shop", "keeper", "both", "htob"])
def test_the_shop_says_no_in_the_last_second_or_was_silent(now: datetime, first: str) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    asked = claim(at, order, "spoiled_goods", now + hours(30), share_percent=30)
    due = case(asked).due_at
    assert due == now + hours(54)

    def reject() -> None:
        aftersales.reject(
            asked, shop_id=at.shop_id, by=at.owner_id, words="Not so", now=due - timedelta(seconds=1)
        )

    if first == "shop":
        reject()
        keeping(due)()
    elif first == "keeper":
        keeping(due)()
        with pytest.raises(Refusal, match=r"case\.moved_on"):
            reject()
    else:
        at_once(*[reject, keeping(due), keeping(due)][:: 1 if first == "both" else -1])
        drain(due)
    state = service.promise(order, "spoiled_goods")["state"]
    paid = orders.order(order).refunded.minor
    assert (case(asked).state, state, paid) in [("rejected", "open", 0), ("refunded", "broken", 31_80)]
    if first in ("shop", "keeper"):
        assert case(asked).state == ("rejected" if first == "shop" else "refunded")
    assert list(decisions.rejudge_all()) == []
    sound()


def test_a_second_after_its_time_the_shop_is_too_late_even_without_a_keeper(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    asked = claim(at, order, "spoiled_goods", now + hours(30), share_percent=30)
    with pytest.raises(Refusal, match=r"case\.time_over"):
        aftersales.reject(asked, shop_id=at.shop_id, by=at.owner_id, words="Not so", now=now + hours(54))


def test_one_claim_in_two_tabs_makes_one_case(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    id, photos = promise_id(order, "spoiled_goods"), pictures(2)

    def send() -> object:
        return aftersales.claim_guarantee(
            id, aftersales.Measures(share_percent=50), person_id=at.buyer_id, evidence=photos, now=now + hours(30)
        )  # fmt: skip

    at_once(send, send, send)
    [row] = fetch("SELECT id, state FROM aftersales_case WHERE order_id = %s", [order])
    drain(now + hours(54))
    assert orders.order(order).refunded.minor == 53_00
    assert case(row["id"]).state == "refunded"
    sound()


def test_a_claim_and_a_return_of_the_same_goods_are_one_or_the_other(now: datetime) -> None:
    at = a_shop(now, "home", "spoiled_goods")
    order = arrived(at, now)
    both = [
        lambda: claim(at, order, "spoiled_goods", now + hours(30), share_percent=100),
        lambda: claim(at, order, "no_reason_return", now + hours(30), photos=0),
    ]
    at_once(*both)
    assert len(fetch("SELECT 1 FROM aftersales_case WHERE order_id = %s", [order])) == 1
    sound()
