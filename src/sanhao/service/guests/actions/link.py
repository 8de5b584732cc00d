"""Asking for an order's link, and making the next version of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.kit.events import emit
from sanhao.kit.limits import allow
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import execute
from sanhao.people import api as people
from sanhao.service.guests.core import clean_number
from sanhao.service.guests.events import LinkAsked
from sanhao.service.guests.links import FIRST

_HOUR = 3_600


def ask_link(*, number: str, email: str, now: datetime, address: str = "") -> None:
    """Write the order's link to *email*, if that is where its buyer is reached. The same work and answer either way.

    Raises Invalid ``person.email``, ``order.number``, TooMany.
    """
    email, number = people.clean_email(email), clean_number(number)
    if not number:
        raise Invalid("order.number", zh="请填写订单号。", en="Please enter the order's number.")
    count("link", email, address)
    with transaction.atomic():
        emit([LinkAsked(number, email)], at=now)


def count(what: str, email: str, address: str) -> None:
    """Against floods: by mailbox, whoever writes to it, and by network address. Raises TooMany."""
    allow(f"{what}.email|{email}", 5, _HOUR)
    if address:
        allow(f"{what}.address|{address}", 30, _HOUR)


def renew(asked: Mapping[UUID, UUID], *, now: datetime) -> None:
    """The next version of each order's link, by the event that asked for it; told twice it is one. Older links open
    nothing from now on."""
    with transaction.atomic():
        execute(
            """
            INSERT INTO guests_link AS l (order_id, version, asked_id, made_at)
            SELECT a.order_id, %(second)s, a.asked_id, %(now)s
            FROM unnest(%(orders)s::uuid[], %(asked)s::uuid[]) AS a (order_id, asked_id) ORDER BY a.order_id
            ON CONFLICT (order_id) DO UPDATE
            SET version = l.version + 1, asked_id = excluded.asked_id, made_at = excluded.made_at
            WHERE l.asked_id <> excluded.asked_id
            """,
            {"second": FIRST + 1, "now": now, "orders": list(asked), "asked": list(asked.values())},
        )
