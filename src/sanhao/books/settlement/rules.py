"""The founding rules of settlement, and what they say at a moment; the founding terms where none was ever founded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

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


_LONGEST = ReleaseTerms(waits="longest", days_by_category={"fresh": 7})
FOUNDING: dict[str, dict[str, msgspec.Struct]] = {
    RELEASE: {
        rulebook.EVERYWHERE: _LONGEST,
        # Who may withdraw for fourteen days has their money kept for as long.
        rulebook.UNION: msgspec.structs.replace(_LONGEST, window_days=14, days_by_category={"fresh": 14}),
    }
}
"""What a new site begins with, by market, where it is not a rule's own default."""


def found_rules(*, now: datetime) -> None:
    for key, (kind, title) in KINDS.items():
        for market, terms in FOUNDING.get(key, {rulebook.EVERYWHERE: kind()}).items():
            rulebook.found(key, msgspec.to_builtins(terms), title=title, now=now, market=market)
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


def release_terms(paid: Mapping[UUID, tuple[datetime, str]]) -> dict[UUID, ReleaseTerms]:
    """What `settlement.release` said when each order was paid, in the country it went to: that is frozen. One query."""
    by_market: dict[str, list[tuple[datetime, int, ReleaseTerms]]] = {}
    for rule in rulebook.versions(RELEASE) if paid else ():
        if rule.effective_at is not None and rule.state in ("announced", "in_force", "superseded"):
            terms = msgspec.convert(rule.terms, ReleaseTerms)
            by_market.setdefault(rule.market, []).append((rule.effective_at, rule.version, terms))
    return {id: _binding(by_market, at, country) for id, (at, country) in paid.items()}


def _binding(
    by_market: Mapping[str, list[tuple[datetime, int, ReleaseTerms]]], at: datetime, country: str
) -> ReleaseTerms:
    for market in rulebook.markets(country):
        bound = [one for one in by_market.get(market, ()) if one[0] <= at]
        if bound:
            return max(bound, key=lambda one: one[:2])[2]
    return ReleaseTerms()


def since(key: str, kind: type[T]) -> Since[T]:
    """What *key* has said over time, in one query."""
    bound = sorted(
        (rule.effective_at, rule.version, rule.terms)
        for rule in rulebook.versions(key, market=rulebook.EVERYWHERE)
        if rule.effective_at is not None and rule.state in ("announced", "in_force", "superseded")
    )
    return Since([at for at, _, _ in bound], [msgspec.convert(terms, kind) for _, _, terms in bound], kind())
