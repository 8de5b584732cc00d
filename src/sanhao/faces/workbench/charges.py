"""What decisions took from a shop, and out of which purse: read in the book, not in the decision."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.faces.workbench.seat import Seat
from sanhao.fairness.decisions import api as decisions
from sanhao.kit.money import Money, total


class Charged(msgspec.Struct, frozen=True):
    """Each is zero where nothing came from it."""

    balance: Money
    deposit: Money
    advanced: Money

    @property
    def sum(self) -> Money:
        return self.balance + self.deposit + self.advanced


_PURSES = {"balance": 0, "deposit": 1, "receivable": 2}


def charged(seat: Seat, shown: Sequence[decisions.DecisionView]) -> dict[UUID, Charged]:
    """For each decision what this shop paid; zero where others answer for it. One query."""
    subjects = sorted({one.subject_id for one in shown if one.subject_kind == "promise"})
    taken: dict[UUID, list[list[Money]]] = {one.subject_id: [[], [], []] for one in shown}
    for entry in ledger.entries_of("promise", subjects) if subjects else []:
        if entry.kind == "promise.compensation" and entry.cause_id in taken:
            for line in entry.lines:
                if line.ref.holder == str(seat.shop.id) and line.ref.code in _PURSES:
                    taken[entry.cause_id][_PURSES[line.ref.code]].append(line.amount)
    currency = seat.shop.currency
    return {one.id: Charged(*(total(parts, currency) for parts in taken[one.subject_id])) for one in shown}
