"""The demo world's past: lived through the doors, once, and as sound as any other life."""

from __future__ import annotations

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.books.wallet import api as wallet
from sanhao.fairness.decisions import api as decisions
from sanhao.kit.keeper import set_asides
from sanhao.kit.rows import fetch
from sanhao.kit.time import found_world
from sanhao.lab.demo.found import found_demo, live_demo
from sanhao.people import api as people
from tests.conftest import T0

pytestmark = pytest.mark.django_db(transaction=True)


def count(table: str, by: str) -> dict[str, int]:
    return {
        row["name"]: row["n"]
        for row in fetch(f"SELECT {by} AS name, count(*)::int AS n FROM {table} GROUP BY 1")
    }


def test_every_desk_has_something_on_it_and_it_is_lived_once() -> None:
    found_world(is_demo=True)
    found_demo(now=T0)
    live_demo(now=T0)
    assert count("orders_order", "state") == {"delivered": 12, "paid": 4, "shipped": 3, "cancelled": 1}
    legs = fetch(
        "SELECT owner_id, onward <> '' AS first, state FROM delivery_consignment WHERE onward <> '' OR before_id IS NOT NULL"
    )
    assert sorted((row["first"], row["state"]) for row in legs) == [
        (False, "delivered"), (False, "in_transit"), (True, "delivered"), (True, "delivered"), (True, "delivered"),
    ], "one at the hub, one on its way from there, one arrived"  # fmt: skip
    assert count("remote_consolidation", "state") == {"spent": 2, "reserved": 2}, (
        "mandarins at the hub, a quilt unsent"
    )
    assert count("aftersales_case", "state") == {
        "deciding": 1, "asked": 1, "returning": 2, "to_send": 1, "refunded": 1, "closed": 2,
    }  # fmt: skip
    assert count("delivery_pickup", "state") == {"collected": 1, "booked": 1}
    assert count("aftersales_evidence", "side") == {"courier": 1, "buyer": 2}
    assert count("aftersales_advance", "state") == {"paid": 1, "owed": 1, "cleared": 1, "declined": 1}, (
        "a sofa on its way back, two returns that never came, and a claim of quality that nobody pays ahead"
    )
    assert count("aftersales_sweep", "state") == {"done": 1} and count("aftersales_swept_order", "state") == {
        "done": 2
    }
    assert count("delivery_label", "owner_kind || ' ' || state") == {"case made": 1}
    broken = fetch("SELECT kind FROM promises_promise WHERE state = 'broken'")
    assert sorted(row["kind"] for row in broken) == [
        "chosen_courier",
        "late_shipment",
        "non_delivery",
        "spoiled_goods",
    ], (
        "one parcel was late, one came with another courier than was chosen, one order was recalled before it was sent, and of "
        "one a third was spoiled; every other went its way"
    )
    assert list(decisions.rejudge_all()) == []
    [leo] = [person for person in people.quick_people() if person.name == "Leo Martens"]
    assert [coupon.amount.minor for coupon in wallet.coupons_of(leo.id)] == [300]
    assert ledger.audit().sound and settlement.mismatches() == {}
    assert set_asides() == []
    assert count("aftersales_return_address", "city").keys() == {"锡林浩特市", "黄山市", "杭州市", "成都市"}
    before = count("kit_history", "subject")
    live_demo(now=T0)
    assert count("kit_history", "subject") == before
