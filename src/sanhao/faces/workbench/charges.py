"""What decisions took from a shop, and out of which purse: read in the book, not in the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.faces.workbench.seat import Seat
from sanhao.fairness.decisions import api as decisions
from sanhao.kit.money import Money
from sanhao.service.aftersales import api as aftersales


class Charged(msgspec.Struct, frozen=True):
    """What a decision took from a shop, purse by purse; each is zero where nothing came from it. *escrow* is the order's own
    money, which was held for the shop and goes back instead; *reserve* what was kept of earlier orders."""

    escrow: Money
    balance: Money
    deposit: Money
    reserve: Money
    advanced: Money

    @property
    def sum(self) -> Money:
        return self.escrow + self.balance + self.deposit + self.reserve + self.advanced


_PURSES = ("escrow", "balance", "deposit", "reserve", "receivable")
_GIVEN_BACK = (
    "promise.reversed",
    "coupon_taken_over",
    "case.pickup_fee_back",
    "case.stop_fee_back",
    "sweep.overturned",
)
"""What a granted appeal gives back is another matter than what was taken."""


def charged(seat: Seat, shown: Sequence[decisions.DecisionView]) -> dict[UUID, Charged]:
    """For each decision what this shop bore; zero where others answer for it. Three queries."""
    subjects = sorted({one.subject_id for one in shown})
    causes = [*subjects, *aftersales.causes_of(subjects, shop_id=seat.shop.id)] if subjects else []
    sums = {one.id: dict.fromkeys(_PURSES, 0) for one in shown}
    for entry in ledger.entries_caused(causes) if causes else []:
        taken = sums.get(entry.decision_id) if entry.decision_id else None
        if taken is None or entry.kind in _GIVEN_BACK:
            continue
        for line in entry.lines:
            if line.ref.holder == str(seat.shop.id) and line.ref.code in taken:
                taken[line.ref.code] += line.amount.minor
    return {id: _charged(taken, seat.shop.currency) for id, taken in sums.items()}


def _charged(taken: Mapping[str, int], currency: str) -> Charged:
    """What came into a purse for the sake of the decision (commission given back) is less to bear, never more than that."""
    purses, back = {}, -sum(minor for minor in taken.values() if minor < 0)
    for code in _PURSES:
        minor = max(taken[code], 0)
        less = min(minor, back)
        purses[code], back = Money(minor - less, currency), back - less
    return Charged(
        purses["escrow"], purses["balance"], purses["deposit"], purses["reserve"], purses["receivable"]
    )
