"""Any sequence of claims about one order: the buyer never gets more than was paid and what the guarantees promise."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.goods.catalog import api as catalog
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders
from tests.service import stage as service
from tests.service.aftersales.stage import case
from tests.service.aftersales.test_claim_stories import a_shop, arrived, claim
from tests.service.stage import Stage, drain, hours, sound

pytestmark = pytest.mark.django_db
KINDS = ("spoiled_goods", "short_weight", "authentic", "price_protection", "no_reason_return")


@pytest.mark.parametrize("seed", range(4))
def test_any_claims_give_no_more_than_paid_and_promised(now: datetime, seed: int) -> None:
    kit_time.found_world(is_demo=True)
    dice = random.Random(seed)
    at = a_shop(now, "tea", *KINDS[:4], price=dice.choice([1, 333, 100_00, 777_77]))
    order = arrived(at, now, quantity=dice.randint(1, 4))
    paid = orders.order(order).total.minor
    when = now + hours(25)
    for step in range(10):
        when += hours(dice.choice([0.5, 2, 9]))
        if step == 2:
            unit = orders.order(order).lines[0].unit.minor
            cheaper = Money(max(1, unit - dice.randint(1, unit)), "CNY")
            catalog.set_price(at.shop_id, at.offers[0], cheaper, by=at.owner_id, now=when)
        try:
            asked = claim(at, order, dice.choice(KINDS), when, photos=2, papers=1, **_measures(dice))
            _answer(dice, at, asked, when)
        except Refusal:
            continue
        sound()
    drain(when + hours(24 * 30))
    _within(order, paid, at)
    sound()
    assert list(decisions.rejudge_all()) == []


def _measures(dice: random.Random) -> dict[str, Any]:
    return {
        "units": dice.choice([0, 1, 2]),
        "share_percent": dice.choice([1, 33, 70, 100]),
        "grams": dice.choice([0, 100, 299, 600]),
        "fee_minor": dice.choice([None, 1, 90_000_00]),
        "unsafe": dice.random() < 0.3,
    }


def _answer(dice: random.Random, at: Stage, asked: Any, when: datetime) -> None:
    view = case(asked)
    if view.over:
        return
    shop = {"shop_id": at.shop_id, "by": at.owner_id}
    match dice.choice(["yes", "no", "offer", "withdraw", "silence"]):
        case "yes":
            aftersales.approve(asked, now=when, **shop)
        case "no":
            aftersales.reject(asked, words="Not so", now=when, **shop)
        case "offer" if view.back.minor > 1:
            offer = dice.randint(1, view.back.minor - 1)
            aftersales.reject(asked, words="Not all of it", offer_minor=offer, now=when, **shop)
            aftersales.accept_offer(asked, person_id=at.buyer_id, now=when)
        case "withdraw":
            aftersales.withdraw(asked, person_id=at.buyer_id, now=when)
        case _:
            drain(when)


def _within(order: Any, paid: int, at: Stage) -> None:
    """Money back is at most what was paid; what lies on top is what decisions say is paid on top."""
    view = orders.order(order)
    assert view.refunded.minor <= paid
    assert all(line.refunded.minor <= line.goods.minor for line in view.lines)
    decided = [
        decisions.decision(row["decision_id"]).verdict
        for row in fetch(
            "SELECT decision_id FROM promises_promise WHERE order_id = %s AND state = 'broken' AND kind = ANY(%s)",
            [order, list(KINDS)],
        )
    ]
    shares = [share for verdict in decided for share in verdict.get("split", [])]
    on_top = sum(share[1]["minor"] for share in shares if share[2:] in (["compensation"], ["appraisal"]))
    back = sum(share[1]["minor"] for share in shares) - on_top
    assert sum(service.coupons(at.buyer_id)) == on_top
    assert view.refunded.minor == back, "every cent that went back was decided, once"
