"""What people are told of their orders and their money."""

from __future__ import annotations

from datetime import datetime

import pytest

from sanhao.fairness.notices import api as notices
from sanhao.kit import time as kit_time
from sanhao.service.promises import api as promises
from tests.service.stage import drain, hours, paid, pay, place, rules, stage

pytestmark = pytest.mark.django_db(transaction=True)  # gateways are called after the commit


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def told(person_id: object, topic: str) -> list[str]:
    return [n.text.en for n in notices.inbox(person_id, limit=20) if n.topic == topic]


def test_a_buyer_who_cancels_hears_of_it_and_of_the_money(now: datetime) -> None:
    at = stage()
    order = paid(at)
    promises.cancel_order(order, person_id=at.buyer_id, now=now + hours(1))
    drain(now + hours(2))
    assert told(at.buyer_id, "order.moved") == ["The order is cancelled; your money is on its way back."]
    assert told(at.buyer_id, "refund.done") == ["¥206 has gone back the way you paid."]


def test_money_that_came_too_late_is_explained_once(now: datetime) -> None:
    at = stage()
    placed = place(at)
    drain(now + hours(1))
    pay(placed, now=now + hours(2))
    drain(now + hours(3))
    assert told(at.buyer_id, "payment.late") == [
        "Your payment came after the order had expired. ¥206 is on its way back to you."
    ]
    assert told(at.buyer_id, "refund.done") == ["¥206 has gone back the way you paid."]
