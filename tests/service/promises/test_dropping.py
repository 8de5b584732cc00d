"""Lines that will not come: what was promised of an order is promised of the rest."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.kit import time as kit_time
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from tests.service import stage as service
from tests.service.aftersales.stage import ask, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(now: datetime) -> service.Stage:
    kit_time.found_world(is_demo=True)
    service.rules(now)
    at = shop()
    promises.accept(at.shop_id, "price_protection", by=at.owner_id, now=now)
    return at


def lines(order: UUID) -> list[UUID]:
    return [line.id for line in sorted(orders.order(order).lines, key=lambda line: -line.unit.minor)]


def states(order: UUID) -> dict[str, list[str]]:
    checkout = orders.order(order).checkout_id
    found: dict[str, list[str]] = {}
    for one in promises.endings([checkout]):
        found.setdefault(one.kind, []).append(one.state)
    return {kind: sorted(of) for kind, of in found.items()}


def test_a_line_given_up_before_shipping_is_not_waited_for(at: service.Stage, now: datetime) -> None:
    """Of ¥200 and ¥100 the second is given up, the first collected in time: nobody was late."""
    order = service.paid(at, (1, 1), now=now)
    ask(at, order, "changed_mind", 0, 1, now=now + service.hours(3))
    parcel = service.ship(at, order, "SF0000000001", now=now + service.hours(4))
    service.scan(parcel, "picked_up", at=now + service.hours(5))
    assert service.promise(order)["state"] == "kept"
    service.scan(parcel, "delivered", at=now + service.hours(30))
    service.drain(now + service.hours(24 * 40))
    assert service.coupons(at.buyer_id) == []
    found = states(order)
    assert (found["non_delivery"], found["late_delivery"]) == (["kept"], ["kept"])
    assert found["price_protection"] == ["kept", "void"], "and nothing is claimed of what will not come"
    assert list(decisions.rejudge_all()) == []
    service.sound()


def test_who_is_late_with_the_rest_pays_by_the_rest(at: service.Stage, now: datetime) -> None:
    """¥200 and 4 times ¥100: 1 % of ¥600 would be ¥6; of the ¥200 that is left it is the least, ¥3."""
    order = service.paid(at, (1, 4), now=now)
    ask(at, order, "changed_mind", 0, 4, now=now + service.hours(3))
    service.drain(now + service.hours(60))
    row = service.promise(order)
    assert (row["state"], row["owed_minor"]) == ("broken", 3_00)
    assert list(decisions.rejudge_all()) == []


def test_given_up_because_it_was_late_it_still_pays(at: service.Stage, now: datetime) -> None:
    order = service.paid(at, (1, 1), now=now)
    ask(at, order, "too_slow", 0, 1, now=now + service.hours(49))
    service.drain(now + service.hours(60))
    assert service.promise(order)["state"] == "broken"


def test_a_unit_given_up_makes_the_parcel_under_way_all_there_is(at: service.Stage, now: datetime) -> None:
    order = service.paid(at, (3,), now=now)
    [line] = lines(order)
    parcel = service.ship(at, order, "SF0000000002", now=now + service.hours(1), items=((line, 2),))
    service.scan(parcel, "picked_up", at=now + service.hours(2))
    assert service.promise(order)["state"] == "open", "one is still to be handed over"
    orders.refund(
        [
            orders.Part(
                "test", order, "test", order,
                lines=(orders.LineBack(line, 1, 200_00, unshipped=1),),
            )
        ],
        now=now + service.hours(3),
    )  # fmt: skip
    assert service.promise(order)["state"] == "kept"
