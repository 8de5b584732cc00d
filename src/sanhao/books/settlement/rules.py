"""The founding rules of settlement, and what they say at a moment; the founding terms where none was ever founded."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from sanhao.books.settlement.core import (
    COMMISSION,
    PAYOUT,
    RELEASE,
    CommissionTerms,
    PayoutTerms,
    ReleaseTerms,
)
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.text import Text

T = TypeVar("T", bound=msgspec.Struct)

KINDS: dict[str, tuple[type[msgspec.Struct], Text]] = {
    RELEASE: (ReleaseTerms, Text(zh="货款何时归商家", en="When an order's money is the shop's")),
    COMMISSION: (CommissionTerms, Text(zh="平台佣金", en="The platform's commission")),
    PAYOUT: (PayoutTerms, Text(zh="提现与风险保证", en="Payouts and reserve")),
}


def found_rules(*, now: datetime) -> None:
    for key, (kind, title) in KINDS.items():
        rulebook.found(key, msgspec.to_builtins(kind()), title=title, now=now)


def terms_at(key: str, kind: type[T], at: datetime) -> T:
    try:
        return msgspec.convert(rulebook.in_force(key, at=at).terms, kind)
    except LookupError:
        return kind()


def schema(kind: type[msgspec.Struct]) -> Any:
    def complete(terms: dict[str, Any]) -> dict[str, Any]:
        read: dict[str, Any] = msgspec.to_builtins(msgspec.convert(terms, kind))
        return read

    return complete
