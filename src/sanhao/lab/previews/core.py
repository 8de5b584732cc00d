"""What terms would have paid over promises that were made. Pure: the kinds' own judges, merged as in life."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.service.promises.api import AnyKind, Made, Merging, Verdict, merges, parts


@dataclass
class Sum:
    """Kept small: a sum, a count, and the buyers of the cases alone."""

    owed: int = 0
    cases: int = 0
    buyers: set[UUID] = field(default_factory=set)

    def add(self, minor: int, buyer: UUID) -> None:
        if minor:
            self.owed += minor
            self.cases += 1
            self.buyers.add(buyer)


Whose = tuple[UUID | None, str]
"""A shop (None: everybody) and a currency."""
_Broken = tuple[datetime, UUID, Any, Verdict, Hashable, Made]


class Paying:
    """What *terms* would have paid. Feed it with `add`, a page at a time; then ask for `sums`."""

    def __init__(self, kind: AnyKind, terms: Any, now: datetime) -> None:
        self._kind, self._terms, self._now = kind, terms, now
        self._sums: dict[Whose, Sum] = defaultdict(Sum)
        self._to_merge: list[_Broken] = []

    def add(self, made: Iterable[Made]) -> None:
        kind, terms = self._kind, self._terms
        for one in made:
            facts = kind.under(terms, one.facts)
            verdict = kind.judge(terms, facts, self._now)
            if verdict.outcome != "broken" or verdict.owed is None:
                continue
            if merges(terms) and one.shop_id is not None:
                due = kind.due(terms, facts).settle_at
                self._to_merge.append((due, one.id, facts, verdict, one.shop_id, one))
            else:
                self._count(verdict, one)

    def sums(self) -> dict[Whose, Sum]:
        merging = Merging()
        for _, _, facts, alone, shop, one in sorted(self._to_merge, key=lambda found: found[:2]):
            pair = (one.person_id, shop)
            _, verdict = merging.judge(self._kind, self._terms, facts, alone, pair, self._now)
            self._count(verdict, one)
        self._to_merge.clear()
        return self._sums

    def _count(self, verdict: Verdict, one: Made) -> None:
        owed = verdict.owed
        if owed is None or not verdict.remedy:
            return
        self._sums[None, owed.currency].add(owed.minor, one.person_id)
        for shop, part in parts(verdict, owed).items():
            self._sums[UUID(shop), owed.currency].add(part.minor, one.person_id)
