"""The founding rules of settlement, and what they say at a moment; the founding terms where none was ever founded."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from sanhao.books.settlement.actions.bills import found_billing
from sanhao.books.settlement.core import (
    COMMISSION,
    INVOICING,
    PAYOUT,
    RELEASE,
    CommissionTerms,
    InvoicingTerms,
    PayoutTerms,
    ReleaseTerms,
)
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.text import Text

T = TypeVar("T", bound=msgspec.Struct)

KINDS: dict[str, tuple[type[msgspec.Struct], Text]] = {
    RELEASE: (ReleaseTerms, Text(zh="货款何时归商家", en="When an order's money is the shop's")),
    COMMISSION: (CommissionTerms, Text(zh="平台佣金", en="The platform's commission")),
    INVOICING: (InvoicingTerms, Text(zh="开发票的时限", en="When invoices are issued")),
    PAYOUT: (PayoutTerms, Text(zh="提现与风险保证", en="Payouts and reserve")),
}


def found_rules(*, now: datetime) -> None:
    for key, (kind, title) in KINDS.items():
        rulebook.found(key, msgspec.to_builtins(kind()), title=title, now=now)
    found_billing(now=now)


def terms_at(key: str, kind: type[T], at: datetime) -> T:
    try:
        return msgspec.convert(rulebook.in_force(key, at=at).terms, kind)
    except LookupError:
        return kind()


class Since(msgspec.Struct, Generic[T]):
    """Every version of a rule that ever bound, with its moment: what held when an order was paid."""

    moments: list[datetime]
    terms: list[T]
    founding: T

    def at(self, moment: datetime) -> T:
        index = bisect_right(self.moments, moment)
        return self.terms[index - 1] if index else self.founding


def since(key: str, kind: type[T]) -> Since[T]:
    """What *key* has said over time, in one query."""
    bound = sorted(
        (rule.effective_at, rule.version, rule.terms)
        for rule in rulebook.versions(key, market=rulebook.EVERYWHERE)
        if rule.effective_at is not None and rule.state in ("announced", "in_force", "superseded")
    )
    return Since([at for at, _, _ in bound], [msgspec.convert(terms, kind) for _, _, terms in bound], kind())
