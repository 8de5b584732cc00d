"""The line a claim is about: when it came, what was paid for it, what was claimed of it and answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from sanhao.kit.money import Money
from sanhao.service.promises.core import NEVER, Accepted, Answered, Cancelled, Claimed, Line, PaidOrder
from sanhao.service.promises.scans import Scans


class ClaimFacts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line, when it came, and what was claimed of it. *window_ends* is null until it is known."""

    start_at: datetime
    due_at: datetime = NEVER
    settle_at: datetime = NEVER
    window_ends: datetime | None = None
    timezone: str
    currency: str
    line: str
    shop: str
    quantity: int = 1
    category: str = ""
    country: str = ""
    paid: Money | None = None
    freight: Money | None = None
    arrived: Scans = ()
    cancelled: Cancelled | None = None
    claims: tuple[Claimed, ...] = ()
    answers: tuple[Answered, ...] = ()
    accepted: Accepted = Accepted()

    @property
    def signed_at(self) -> datetime | None:
        """The signing that starts the window: the first we heard of, so that a later message never shortens it."""
        return min(self.arrived, key=lambda scan: (scan.received_at, scan.at)).at if self.arrived else None

    def answer_to(self, claim: Claimed) -> Answered | None:
        return next((answer for answer in self.answers if answer.id == claim.id), None)


CF = TypeVar("CF", bound=ClaimFacts)


def lines_of(order: PaidOrder) -> Iterator[Line]:
    """The lines of a paid order that a promise can be made about."""
    return iter(order.lines if order.paid_at is not None else ())


def facts_for(order: PaidOrder, line: Line, name: str, timezone: str) -> dict[str, Any]:
    """The fields that the facts of every claim kind begin with."""
    return {
        "start_at": order.paid_at,
        "timezone": timezone,
        "currency": order.currency,
        "line": line.id,
        "shop": line.shop,
        "quantity": line.quantity,
        "category": line.category,
        "country": order.country,
        "paid": line.paid,
        "freight": line.freight,
        "accepted": line.accepted.get(name, Accepted()),
    }


def in_category(category: str, among: Sequence[str]) -> bool:
    """Whether a category, or one it stands under, is *among* these."""
    return any(part in among for part in category.split("/"))


def granted(facts: ClaimFacts) -> Claimed | None:
    """The claim that was granted, for what is said about it."""
    for claim in facts.claims:
        answer = facts.answer_to(claim)
        if answer is not None and answer.granted:
            return claim
    return None


def paid_for(facts: ClaimFacts, claim: Claimed) -> Money | None:
    """What may go back of what was paid for the units claimed: as it was told, else by prefix."""
    return price_of(facts, claim) if claim.worth is None else claim.worth


def price_of(facts: ClaimFacts, claim: Claimed) -> Money | None:
    """What was paid for the units claimed, whatever has gone back since: by prefix, so that parts add up to the line to
    the cent."""
    return _part(facts.paid, facts.quantity, claim.units)


def freight_for(facts: ClaimFacts, claim: Claimed) -> Money | None:
    """What may go back of the freight of the units claimed: as it was told, else by prefix."""
    return _part(facts.freight, facts.quantity, claim.units) if claim.freight is None else claim.freight


def _part(amount: Money | None, quantity: int, units: int) -> Money | None:
    if amount is None:
        return None
    units = units or quantity
    return Money(amount.minor * units // max(quantity, 1), amount.currency)
