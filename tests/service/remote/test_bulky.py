"""Bulky goods from Ürümqi, collected at the door: they go back by the hub they came by, and only the shop's signature counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import time as kit_time
from sanhao.kit.text import Text
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.paths import pickup
from sanhao.service.delivery import api as delivery
from tests.conftest import T0
from tests.service.aftersales.stage import ask
from tests.service.remote.stage import XIAN, a_hub
from tests.service.remote.test_checkout import found, shop
from tests.service.remote.test_ending import drain
from tests.service.remote.test_return import carried, parcels
from tests.service.stage import hours, pay, place, scan, ship, sound

pytestmark = pytest.mark.django_db


def test_a_courier_comes_to_the_door_and_the_goods_go_back_by_the_hub(now: datetime) -> None:
    kit_time.found_world(is_demo=True)
    terms = msgspec.to_builtins(pickup.Terms(heavy_g=200))  # a sweater of 300 g is bulky here
    rulebook.found(pickup.RULE, terms, title=Text(zh="大件", en="Bulky"), now=T0 - hours(24))
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
    asked = ask(at, order, "no_reason", now=arrived + hours(5))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=arrived + hours(6))
    drain(arrived + hours(6))

    sizes = aftersales.Sizes(300)
    moment = arrived + hours(7)
    offer = aftersales.collectable(asked, person_id=at.buyer_id, now=moment)
    assert offer is not None, "far away is no reason not to come"
    slot = aftersales.pickup_slots(offer, "sandbox", sizes, now=moment)[3]
    aftersales.book_pickup(
        asked, person_id=at.buyer_id, carrier="sandbox", starts_at=slot.starts_at, sizes=sizes, now=moment
    )
    drain(moment)
    collected = slot.starts_at + hours(1)
    drain(collected)
    [back] = parcels(asked)
    assert (back.leg, back.onward, back.state) == (1, "sandbox", "collected")
    view = aftersales.case(asked, side="buyer")
    assert view.state == "returning" and view.address is not None and view.address.city == XIAN.city

    scan(back.id, "delivered", at=collected + hours(60))
    for step in (1, 7, 9, 60):
        drain(collected + hours(60 + step))
    assert aftersales.case(asked, side="buyer").state == "returning", "the hub is not the shop"
    _, home = parcels(asked)
    assert (home.leg, home.state, carried()) == (2, "collected", 600 + 2_600 + 600), (
        "the second legs, there and back, are the platform's; that a courier came to the door is the buyer's"
    )
    signed = collected + hours(130)
    scan(home.id, "delivered", at=signed)
    drain(signed + hours(49))
    assert aftersales.case(asked, side="buyer").state == "refunded"
    drain(signed + timedelta(days=30))
    assert carried() == 600 + 2_600 + 600, "once"
    sound()
    assert delivery.pickups_of([asked])[asked][0].state == "collected"
