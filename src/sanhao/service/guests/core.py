"""How long a link opens its order, what people write as the number of one, and the life of a withdrawal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

_LONGEST_NUMBER = 30


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `guests.terms`. A link opens its order for *delivered_days* after delivery (the longest guarantee runs 90
    days, and a claim has its time); what never arrives it opens for *placed_days*. Whose order lapsed unpaid is forgotten after
    *unpaid_days*. Raises ValueError below a day."""

    delivered_days: int = 120
    placed_days: int = 365
    unpaid_days: int = 30

    def __post_init__(self) -> None:
        if min(self.delivered_days, self.placed_days, self.unpaid_days) < 1:
            raise ValueError("a link is good, and a guest remembered, for at least a day")


def good_until(terms: Terms, *, placed_at: datetime, delivered_at: datetime | None) -> datetime:
    """The moment from which a link to an order opens nothing any more."""
    if delivered_at is None:
        return placed_at + timedelta(days=terms.placed_days)
    return delivered_at + timedelta(days=terms.delivered_days)


def clean_number(given: str) -> str:
    """An order's number as it is kept, however it was typed: spaces, dashes and full-width digits forgiven."""
    digits = [str(int(letter)) for letter in given[:200] if letter.isdecimal()]
    return "".join(digits)[:_LONGEST_NUMBER]


WITHDRAWAL_STATES: Mapping[str, tuple[str, ...]] = {
    "received": ("opened", "waits"),
    # A person looks at what fits no order, or fits one that the law leaves out.
    "waits": ("opened", "answered"),
    "opened": (),
    "answered": (),
}
WHY = ("", "unmatched", "which", "left_out", "refused")
"""Why a withdrawal waits for a person: no such order at that mailbox; it names goods in words; some goods are left out,
by law or by time; the order itself says no (unpaid, cancelled, already on its way back)."""
