"""The stage of cases: an order in the buyer's hands, a shop with an address, and the words to ask with."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from PIL import Image

from sanhao.kit import media
from sanhao.kit.rows import fetch
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders
from tests.conftest import T0
from tests.goods import world
from tests.service import stage as service

HOUSE = aftersales.Address("青草仓库", "0471 1234567", "CN", "内蒙古", "呼和浩特市", "草原路1号")


def drain(now: datetime) -> None:
    """Every keeper comes to rest at *now*, and what they ask of carriers outside their transactions is done."""
    with service.errands():
        service.drain(now)
    service.drain(now)


def scan(parcel: UUID, status: Any, *, at: datetime) -> None:
    """A courier's scan, heard and acted on."""
    service.scan(parcel, status, at=at)
    drain(at)


def rules() -> None:
    service.rules()


def shop(*, house: bool = True, **more: Any) -> service.Stage:
    at = service.stage(balance=100_000, **more)
    if house:
        aftersales.add_return_address(at.shop_id, HOUSE, by=at.owner_id, now=T0)
    return at


def delivered(
    at: service.Stage,
    quantities: tuple[int, ...] = (1,),
    *,
    number: str = "SF100001",
    now: datetime = T0,
    **more: Any,
) -> UUID:
    """An order that was signed for a day after it was paid; returns its id."""
    order_id = service.paid(at, quantities, now=now, **more)
    parcel = service.ship(at, order_id, number, now=now + timedelta(hours=1))
    service.scan(parcel, "picked_up", at=now + timedelta(hours=2))
    service.scan(parcel, "delivered", at=now + timedelta(hours=24))
    return order_id


def units(order_id: UUID, *counts: int) -> dict[UUID, int]:
    """So many of each line; all of everything where nothing is said."""
    lines = sorted(orders.order(order_id).lines, key=lambda line: -line.unit.minor)
    return {
        line.id: count
        for line, count in zip(lines, counts or [line.quantity for line in lines], strict=False)
    }


def ask(
    at: service.Stage, order_id: UUID, reason: str = "no_reason", *counts: int, now: datetime, **more: Any
) -> UUID:
    return aftersales.request(
        order_id, person_id=at.buyer_id, units=units(order_id, *counts), reason=reason, now=now, **more
    )


def disputed(at: service.Stage, now: datetime) -> UUID:
    """A case that waits for the platform since *now*: the shop said no, both have spoken twice."""
    order_id = service.paid(at, now=now)
    parcel = service.ship(at, order_id, "SF900001", now=now)
    service.scan(parcel, "delivered", at=now)
    asked = ask(at, order_id, "not_as_described", now=now, words="It is acrylic")
    aftersales.reject(asked, shop_id=at.shop_id, by=at.owner_id, words="It is wool", now=now)
    aftersales.escalate(asked, person_id=at.buyer_id, text="The label says so", evidence=[photo()], now=now)
    for side, text in (
        ("shop", "See the lab's report"),
        ("buyer", "Of another lot"),
        ("shop", "Of this very lot"),
    ):
        party = {"person_id": at.buyer_id} if side == "buyer" else {"shop_id": at.shop_id, "by": at.owner_id}
        aftersales.state_case(asked, side=side, text=text, now=now, **party)
    return asked


def case(case_id: UUID) -> aftersales.CaseView:
    return aftersales.case(case_id, side="buyer")


def owed(at: service.Stage, *, now: datetime, number: str = "1") -> UUID:
    """A case of which the buyer owes the platform what was paid ahead, since shortly before *now*: nothing came back."""
    begun = now - timedelta(days=18)
    asked = ask(at, delivered(at, number=f"SF7000{number}", now=begun), now=begun + timedelta(hours=30))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=begun + timedelta(hours=31))
    aftersales.send_back(
        asked,
        person_id=at.buyer_id,
        carrier="sandbox",
        tracking_no=f"RT7000{number}",
        now=begun + timedelta(hours=32),
    )
    parcel = case(asked).parcel_id
    assert parcel is not None
    service.scan(parcel, "picked_up", at=begun + timedelta(hours=33))
    service.drain(begun + timedelta(days=17))
    return asked


def arbiter() -> UUID:
    person = world.person()
    people.grant_role(person, "arbiter", by=None, now=T0)
    return person


def history(case_id: UUID) -> list[str]:
    rows = fetch(
        "SELECT target FROM kit_history WHERE subject_id = %s AND subject = 'case' ORDER BY at, id", [case_id]
    )
    return [row["target"] for row in rows]


def picture(*, size: tuple[int, int] = (64, 48), kind: str = "JPEG", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "tomato").save(out, kind, **more)
    return out.getvalue()


def photo(data: bytes | None = None) -> media.Stored:
    given = data or picture()
    return media.keep_photo(io.BytesIO(given), size=len(given))
