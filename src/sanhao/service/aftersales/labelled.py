"""Whether what a case sends back may go under a label of the platform's, made by whom, and who pays it: for pages, and for asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.money import Money
from sanhao.service.aftersales.actions import return_freight
from sanhao.service.aftersales.collectable import things_of
from sanhao.service.aftersales.paths import label, pickup
from sanhao.service.aftersales.paths.return_freight import Payer
from sanhao.service.aftersales.queries.cases import CaseView
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders


class Offer(msgspec.Struct, frozen=True):
    """A label that may be asked for. *most*: what it costs a buyer who pays it, at most."""

    carrier: str
    boxes: tuple[delivery.Box, ...]
    payer: Payer
    most: Money | None
    rule_id: UUID
    terms: label.Terms


def offers(
    views: Sequence[CaseView], bought: Mapping[UUID, orders.OrderView], *, now: datetime
) -> dict[UUID, Offer]:
    """For cases that are to be sent and have no label; those that can have none are missing. A handful of queries."""
    views = [
        view
        for view in views
        if view.state == "to_send" and view.label in ("", "over") and view.pickup in ("", "over")
    ]
    makers = delivery.label_carriers() if views else {}
    try:
        rule = rulebook.in_force(label.RULE, at=now) if makers else None
    except LookupError:
        rule = None  # on this site buyers send things back themselves
    if rule is None:
        return {}
    terms, by_hand = msgspec.convert(rule.terms, label.Terms), _collected(now)
    brought = brought_by([view.order_id for view in views])
    had = delivery.labels_of([view.id for view in views])
    found = {}
    for view in views:
        things = things_of(view, bought[view.order_id])
        carrier = label.carrier_of(terms, brought[view.order_id], makers)
        parcels = label.parcels_of(terms, things)
        if not carrier or not parcels or len(had[view.id]) >= terms.attempts:
            continue
        if by_hand is not None and pickup.bulky(by_hand, things):
            continue
        payer = return_freight.payer_of(
            view.id, bought[view.order_id], view.reason_code, opened_at=view.opened_at
        )
        most = label.most_of(terms, view.back) if payer == "buyer" else None
        if payer == "buyer" and (most is None or view.kind != "return" or view.ahead):
            continue  # there is nothing to take it out of
        found[view.id] = Offer(
            carrier,
            tuple(delivery.Box(one.weight_g, *(one.sides or ())) for one in parcels),
            payer,
            most,
            rule.id,
            terms,
        )
    return found


def _collected(now: datetime) -> pickup.Terms | None:
    """By which terms goods are collected at the door, where a courier comes at all."""
    if not delivery.collectors():
        return None
    try:
        return msgspec.convert(rulebook.in_force(pickup.RULE, at=now).terms, pickup.Terms)
    except LookupError:
        return None


def brought_by(order_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Who brought the goods of each order to its buyer, the first parcel first."""
    sent = delivery.consignments_of(order_ids)
    return {id: [parcel.carrier for parcel in sent[id] if parcel.leg != 1] for id in order_ids}
