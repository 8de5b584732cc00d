"""Goods of an order that came by a hub go back by it: the buyer sends them there, a courier of the platform takes them on
to the shop, and that second leg is the platform's to pay. A hub's signature starts no clock on the way back either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sanhao.kit.events import News
from sanhao.kit.rows import fetch
from sanhao.service.aftersales.actions.give import units_of
from sanhao.service.delivery.events import ConsignmentCollected
from sanhao.service.orders import api as orders
from sanhao.service.remote import api as remote


def hubs_of(order_ids: Sequence[UUID]) -> Mapping[UUID, remote.Consolidated]:
    """Those of these orders whose goods came by a hub."""
    return {id: one for id, one in remote.consolidated(order_ids).items() if one.state == "spent"}


def onward(order_id: UUID) -> str:
    """The carrier that takes what comes back on from the hub; empty where it goes straight to the shop."""
    by_hub = hubs_of([order_id]).get(order_id)
    return by_hub.carrier if by_hub else ""


def second_leg_begun(batch: Sequence[News[ConsignmentCollected]]) -> None:
    """Now-listener: the hub's courier has goods that go back; its way is paid. Once for each case."""
    case_ids = sorted({news.fact.owner_id for news in batch if news.fact.leg == 2})
    if not case_ids:
        return
    rows = fetch("SELECT id, order_id FROM aftersales_case WHERE id = ANY(%s) ORDER BY id", [case_ids])
    if not rows:
        return  # second legs of orders: theirs is paid with them
    units = units_of([row["id"] for row in rows])
    grams = {
        line.id: line.weight_g
        for view in orders.orders([row["order_id"] for row in rows]).values()
        for line in view.lines
    }
    remote.pay_way_back(
        [
            remote.WayBack(
                row["id"], row["order_id"], sum(grams[line] * n for line, n in units[row["id"]].items())
            )
            for row in rows
        ],
        now=max(news.at for news in batch),
    )
