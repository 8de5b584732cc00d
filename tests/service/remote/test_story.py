"""Free shipping to Ürümqi, from the price on the page to the statement: the story of one order by a hub."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.fairness.notices import api as notices
from sanhao.kit import time as kit_time
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.remote import api as remote
from tests.service.remote.stage import a_hub, left, state, yuan
from tests.service.remote.test_checkout import as_shown, found, offered, shop
from tests.service.stage import (
    drain,
    escrow,
    hours,
    order_state,
    pay,
    place,
    promise,
    purse,
    scan,
    ship,
    sound,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)


def owed(code: str, holder: str) -> int:
    return ledger.balance(ledger.Ref(code, holder, "CNY")).minor


def test_two_kilos_and_a_half_to_urumqi(now: datetime) -> None:
    found()
    at, hub = shop(), a_hub()
    choice = offered(at, 8)[0]
    assert choice.leg is not None
    # ¥8 to the hub by the shop's own template, ¥10 from there: ¥6 the platform's, ¥4 the buyer's.
    assert (choice.option.freight, choice.leg.price, choice.leg.subsidy) == (
        yuan(1_400),
        yuan(1_000),
        yuan(600),
    )

    placed = place(at, (8,), services={at.shop_id: as_shown(choice)})
    [order] = placed.order_ids
    pay(placed, now=now)
    view = orders.order(order)
    assert view.freight == yuan(1_400) and escrow(at.shop_id) == view.total.minor
    assert view.arrives_by == now + timedelta(hours=48, days=10), "four days more than straight"
    assert (state(order), left()) == ("reserved", 199_400)

    first = ship(at, order, "SF100001", now=now + hours(20))
    scan(first, "picked_up", at=now + hours(24))
    assert promise(order)["state"] == "kept", "handed over with the first leg's first scan"
    scan(first, "in_transit", at=now + hours(40))
    scan(first, "delivered", at=now + hours(70))
    assert (order_state(order), state(order)) == ("shipped", "reserved"), "a hub's signature delivers nothing"
    assert [n.topic for n in notices.inbox(at.buyer_id, limit=20)].count("order.moved") == 1, (
        "packed, no more"
    )
    assert owed("carrier_fees", "sandbox") == 0

    drain(now + hours(79))  # the hub says under which number it goes on, and its courier has it
    _, second = delivery.consignments_of([order])[order]
    assert (second.leg, second.state, second.tracking_no) == (2, "collected", "HUBSF100001")
    assert (state(order), left()) == ("spent", 199_400)
    assert owed("subsidy", "platform") == 600
    assert owed("carrier_fees", "sandbox") == -1_000
    assert escrow(at.shop_id) == view.total.minor - 400, (
        "the buyer's part of the second leg went on to its courier"
    )
    sound()
    drain(now + timedelta(days=9))
    assert promise(order, "late_delivery")["state"] == "open", "nobody waits for more than was promised"

    arrived = now + timedelta(days=9, hours=2)
    scan(second.id, "delivered", at=arrived)
    assert order_state(order) == "delivered"
    assert orders.order(order).delivered_at == arrived
    assert promise(order, "late_delivery")["state"] == "kept"
    window = aftersales.window_of(orders.order(order), now=arrived)
    assert window is not None and window > arrived + timedelta(days=6), "counted from the buyer's door"

    drain(arrived + timedelta(days=6, hours=23))
    assert purse(at.shop_id)[0] == 0, "its money waits for the window that began at the buyer's door"
    drain(arrived + timedelta(days=90))
    assert purse(at.shop_id)[0] > 0 or escrow(at.shop_id) == 0
    sound()
    lines = list(settlement.statement(at.shop_id, "CNY", now - hours(1), arrived + timedelta(days=91)))
    [passed_on] = [line for line in lines if line.kind == "order.second_leg"]
    assert (passed_on.order_id, passed_on.net) == (order, -400)
    closing = {
        code: -owed(code, str(at.shop_id)) for code in ("escrow", "balance", "deposit", "reserve", "payouts")
    }
    assert sum(line.net for line in lines) == sum(closing.values()), "the statement is the ledger's"
    assert remote.mismatches() == {} and hub.active
