"""Buying without an account."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.kit.refusals import Refusal
from sanhao.people import api as people
from sanhao.service.guests.actions.link import count
from sanhao.service.orders import api as orders


class Guest(msgspec.Struct, frozen=True):
    """Who buys, where they are written to, and where the parcel goes."""

    email: str
    name: str
    language: str
    home: people.AddressDraft


def place(
    guest: Guest,
    *,
    cart_id: UUID,
    consents: orders.Consents = MappingProxyType({}),
    services: orders.Services = MappingProxyType({}),
    gateway: str = "",
    now: datetime,
    address: str = "",
) -> orders.Placed:
    """Place what is in *cart_id* for somebody without an account: a new person, whoever else has that e-mail, so that
    nothing is attached to anybody and the answer tells nothing. Refuses what `orders.place` refuses.

    Raises Invalid for the person or the address, TooMany, Refusal ``guest.limited`` for what is limited per person: who
    is nobody could be anybody again.
    """
    count("guest", people.clean_email(guest.email), address)
    cart = orders.cart(cart_id, now=now)
    if any(line.offer.per_person_limit is not None for line in cart.lines):
        raise Refusal(
            "guest.limited",
            zh="购物车里有每人限购的商品，请登录后再买。",
            en="Something in the cart is limited per person. Please sign in to buy it.",
        )
    with transaction.atomic():
        person_id = people.open_guest(email=guest.email, name=guest.name, language=guest.language, now=now)
        address_id = people.add_address(person_id, guest.home, now=now)
        return orders.place(
            cart_id=cart_id,
            person_id=person_id,
            address_id=address_id,
            consents=consents,
            services=services,
            gateway=gateway,
            now=now,
        )
