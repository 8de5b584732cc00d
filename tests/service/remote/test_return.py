"""What came by a hub goes back by it: no clock starts there, and the platform pays the way from it to the shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.kit import time as kit_time
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.service.remote.stage import XIAN, a_hub
from tests.service.remote.test_checkout import found, shop
from tests.service.stage import drain, hours, order_state, pay, place, scan, ship, sound

pytestmark = pytest.mark.django_db


def parcels(owner: UUID) -> list[delivery.ConsignmentView]:
    return delivery.consignments_of([owner])[owner]


def carried() -> int:
    return -ledger.balance(ledger.Ref("carrier_fees", "sandbox", "CNY")).minor


def test_a_return_from_urumqi_goes_by_the_hub_at_the_platforms_cost(now: datetime) -> None:
    kit_time.found_world(is_demo=True)
    found()
    at, _ = shop(), a_hub()
    placed = place(at)
    [order] = placed.order_ids
    pay(placed, now=now)
    first = ship(at, order, "SF100001", now=now + hours(5))
    for status, hour in (("picked_up", 6), ("in_transit", 20), ("delivered", 40)):
        scan(first, status, at=now + hours(hour))
    drain(now + hours(49))
    arrived = now + hours(120)
    scan(parcels(order)[1].id, "delivered", at=arrived)
    assert (order_state(order), carried()) == ("delivered", 600)

    line = orders.order(order).lines[0].id
    asked = arrived + hours(5)
    case = aftersales.request(
        order,
        person_id=at.buyer_id,
        units={line: 1},
        reason="no_reason",
        kind="return",
        words="不合身",
        now=asked,
    )
    aftersales.approve(case, shop_id=at.shop_id, by=at.owner_id, now=asked + hours(1))
    view = aftersales.case(case, side="buyer")
    assert view.address is not None and view.address.city == XIAN.city, "goods go back to the hub"
    aftersales.send_back(
        case, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT100001", now=asked + hours(2)
    )
    [back] = parcels(case)
    assert (back.leg, back.onward) == (1, "sandbox")
    scan(back.id, "picked_up", at=asked + hours(4))
    scan(back.id, "delivered", at=asked + hours(60))
    assert aftersales.case(case, side="buyer").state == "returning"
    drain(asked + hours(68.5))
    _, home = parcels(case)
    assert (home.leg, home.state, carried()) == (2, "collected", 1_200)
    drain(asked + hours(60 + 49))
    assert aftersales.case(case, side="buyer").state == "returning", (
        "the hub is not the shop: no 48 hours run"
    )
    signed = asked + hours(120)
    scan(home.id, "delivered", at=signed)
    drain(signed + hours(47))
    assert aftersales.case(case, side="buyer").state == "returning"
    drain(signed + hours(49))
    assert aftersales.case(case, side="buyer").state == "refunded", "the shop said nothing for 48 hours"
    drain(signed + timedelta(days=30))
    assert carried() == 1_200, "once"
    sound()
