"""A number that was taken back with its label is no false shipment, unless that was certain already."""

from __future__ import annotations

from datetime import datetime

import pytest

from sanhao.kit import time as kit_time
from sanhao.service.orders import api as orders
from tests.service.orders.test_labels import asked_of
from tests.service.stage import drain, hours, paid, promise, rules, sound, stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules(without=())


@pytest.mark.parametrize(("after", "state"), [(1, "open"), (25.9, "open"), (26, "broken")])
def test_a_number_taken_back_in_time_is_as_if_it_had_never_been_given(
    now: datetime, after: float, state: str
) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    label = asked_of(at, order, now=now)
    assert promise(order, "false_shipment")["settle_at"] == now + hours(26)
    orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + hours(after))
    drain(now + hours(40))
    assert promise(order, "false_shipment")["state"] == state
    drain(now + hours(50))
    assert promise(order)["state"] == "broken", "late is late"
    sound()
