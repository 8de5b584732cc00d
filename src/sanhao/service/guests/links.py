"""The signed link to one order: who holds it may act as the order's buyer, on this order and nothing else.

A link is an order's id and a version, signed; no table knows it by itself. It opens nothing once a newer version was
asked for, nor past its term, which is counted from the order's own dates. The mail carries it, the first page that
takes it keeps id and version in the session, and every page after that asks `buyer` again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.conf import settings
from django.core import signing

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.guests.core import Terms, good_until
from sanhao.service.guests.rules import RULE
from sanhao.service.orders import api as orders

FIRST = 1
_SIGNER = signing.Signer(salt="sanhao.guests.link")  # HMAC-SHA256; compares in constant time


def pages(order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The whole address of each order's page, for whoever signs in."""
    return {id: f"{settings.SITE_ADDRESS}/orders/{id}/" for id in order_ids}


def token(order_id: UUID, version: int) -> str:
    return _SIGNER.sign_object([order_id.hex, version])


def read(token: str) -> tuple[UUID, int]:
    """The order and version that *token* was signed for, still to be asked of `buyer`. Raises Refusal ``link.stale``."""
    try:
        order_id, version = _SIGNER.unsign_object(token)
        return UUID(order_id), int(version)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise stale() from error


def addresses(order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The whole link to each of these orders, as it is written into a mail. One query."""
    known = versions(order_ids)
    return {id: f"{settings.SITE_ADDRESS}/o/{token(id, known[id])}/" for id in order_ids}


def versions(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Which version opens each of these orders now."""
    rows = fetch("SELECT order_id, version FROM guests_link WHERE order_id = ANY(%s)", [list(order_ids)])
    return dict.fromkeys(order_ids, FIRST) | {row["order_id"]: row["version"] for row in rows}


def buyer(order_ids: Sequence[UUID], held: Mapping[UUID, int], *, now: datetime) -> UUID | None:
    """The person whose orders these are, if the versions *held* open every one of them at *now*; else None."""
    if not order_ids or any(id not in held for id in order_ids):
        return None
    bought = orders.buyers(order_ids)
    latest = versions(order_ids)
    terms = msgspec.convert(rulebook.in_force(RULE, at=now).terms, Terms)
    for id in order_ids:
        known = bought.get(id)
        if known is None or held[id] != latest[id]:
            return None
        if now >= good_until(terms, placed_at=known.placed_at, delivered_at=known.delivered_at):
            return None
    people = {known.person_id for known in bought.values()}
    return people.pop() if len(people) == 1 else None


def buyer_among(order_ids: Sequence[UUID], people: Sequence[UUID]) -> UUID | None:
    """The buyer of all these orders if they are one of *people*; else None."""
    bought = orders.buyers(order_ids)
    found = {known.person_id for known in bought.values()} if len(bought) == len(order_ids) else set()
    return found.pop() if len(found) == 1 and found <= set(people) else None


def stale() -> Refusal:
    return Refusal(
        "link.stale",
        zh="这个链接已失效。请用订单号和邮箱重新要一个。",
        en="This link does not open anything any more. Ask for a new one with the order's number and your e-mail.",
    )
