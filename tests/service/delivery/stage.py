"""Props for the delivery tests: a shop, a registered parcel, what a courier says of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.goods.shops import api as shops
from sanhao.kit import keeper
from sanhao.kit.events import Event, listen_now
from sanhao.kit.ids import new_id
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api, signing
from sanhao.service.delivery.events import ConsignmentCollected, ConsignmentDelivered, ConsignmentMoved
from sanhao.service.delivery.inbox import INBOX
from tests.goods.world import stall


def a_shop() -> UUID:
    """The one shop of these tests, or another on request."""
    known = shops.by_slug("qingcao") if shops.all_open() else None
    return known.id if known else stall("qingcao").shop_id


def a_parcel(
    number: str = "SB0001", *, now: datetime, carrier: str = "sandbox", paid_at: datetime | None = None
) -> api.ConsignmentDraft:
    """A registered parcel with two of one thing in it."""
    draft = api.ConsignmentDraft(
        id=new_id(),
        owner_id=new_id(),
        shop_id=a_shop(),
        carrier=carrier,
        tracking_no=number,
        items=((new_id(), 2),),
        not_before=paid_at,
    )
    api.register([draft], now=now)
    return draft


def hear(number: str, status: api.Status, *, at: datetime, received: datetime) -> None:
    """The sandbox courier tells at *received* of a scan made at *at*."""
    body, _ = api.sandbox_body(number, status, now=at)
    event = f"{number}/{status}/{at.isoformat()}/{received.isoformat()}"
    api.receive("sandbox", body, signing.sign("sandbox", body, event_id=event), now=received)


def read(now: datetime) -> int:
    return keeper.drain([INBOX], now=now)


def row(consignment_id: UUID) -> dict[str, Any]:
    [found] = fetch(
        "SELECT state, collected_at, delivered_at FROM delivery_consignment WHERE id = %s", [consignment_id]
    )
    return found


def messages() -> list[dict[str, Any]]:
    return fetch(
        "SELECT event_id, state, reason, body FROM delivery_carrier_message ORDER BY received_at, event_id"
    )


class Ear:
    """Hears delivery's facts."""

    def __init__(self) -> None:
        self.facts: list[Event] = []

    def listen(self) -> None:
        for kind in (ConsignmentCollected, ConsignmentDelivered, ConsignmentMoved):
            listen_now(kind, self._hear)

    def _hear(self, batch: Any) -> None:
        self.facts += [news.fact for news in batch]

    def of(self, kind: type[Event]) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]
