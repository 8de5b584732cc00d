"""The stage of guests: somebody buys without an account, and what lands in their mailbox."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.people import api as people
from sanhao.service.guests import api as guests
from sanhao.service.orders import api as orders
from tests.conftest import T0
from tests.service import stage as service

EMAIL = "anna@example.org"
BERLIN = people.AddressDraft("Anna Blum", "+49 30 1234567", "DE", "Berlin", "Berlin", "Torstraße 1", "10119")


def placed(
    at: service.Stage, *, email: str = EMAIL, home: people.AddressDraft = service.HOME, language: str = "en",
    quantity: int = 1, now: datetime = T0, **more: Any,
) -> orders.Placed:  # fmt: skip
    cart = orders.open_cart(person_id=None, now=now)
    orders.add_to_cart(cart, at.offers[0], quantity, now=now)
    return guests.place(guests.Guest(email, "Anna", language, home), cart_id=cart, now=now, **more)


def paid(at: service.Stage, *, now: datetime = T0, **more: Any) -> UUID:
    """One order of somebody without an account, paid; returns its id."""
    said = placed(at, now=now, **more)
    service.pay(said, now=now)
    return said.order_ids[0]


def mailed(now: datetime) -> None:
    """Let keepers come to rest and what they send outside a transaction be sent."""
    with service.errands():
        service.drain(now)


def person_of(order_id: UUID) -> UUID:
    return orders.order(order_id).person_id


def tokens_in(mail: Any) -> list[str]:
    """What opens orders in a mail."""
    return re.findall(r"/o/([^/\s]+)/", mail.body)


def opens(token: str, *, now: datetime) -> UUID | None:
    """Whose order this link opens, the way a page asks."""
    order_id, version = guests.read(token)
    return guests.buyer([order_id], {order_id: version}, now=now)
