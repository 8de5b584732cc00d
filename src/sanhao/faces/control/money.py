"""What entries moved, as the sentences of control need it: who paid, and what overturning gives back."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.kit.money import Money
from sanhao.service.promises import api as promises

COMPENSATIONS = ("promise.compensation", "promise.carrier_claim")
SOURCES = ("balance", "deposit", "receivable", "carrier_claim")


class Paid(msgspec.Struct, frozen=True):
    """One account that paid: *code* of the chart, and how much."""

    code: str
    holder: str
    amount: Money


def entries_about(decision: decisions.DecisionView) -> list[ledger.EntryView]:
    """What a decision moved. A promise about several shops has one for each: the share is what it alone moved."""
    found = ledger.entries_of(decision.subject_kind, decision.subject_id)
    if not promises.is_share(decision.kind):
        return found
    return [entry for entry in found if entry.decision_id == decision.id]


def paid_by(entries: Iterable[ledger.EntryView]) -> list[Paid]:
    """Whose money a compensation was, account by account, in the order of the waterfall."""
    sums: dict[ledger.Ref, int] = {}
    for entry in entries:
        if entry.kind in COMPENSATIONS:
            for line in entry.lines:
                if line.ref.code in SOURCES:
                    sums[line.ref] = sums.get(line.ref, 0) + line.amount.minor
    found = [
        Paid(ref.code, ref.holder, Money(minor, ref.currency)) for ref, minor in sums.items() if minor > 0
    ]
    return sorted(found, key=lambda paid: SOURCES.index(paid.code))


def in_all(parts: Iterable[Paid]) -> list[Money]:
    """Their sums, one for each currency."""
    sums: dict[str, int] = {}
    for part in parts:
        sums[part.amount.currency] = sums.get(part.amount.currency, 0) + part.amount.minor
    return [Money(minor, currency) for currency, minor in sums.items()]
