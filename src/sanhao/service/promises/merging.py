"""Profiles that count what one buyer paid one shop within some hours as one amount (`merge_hours`). Pure.

Promises are taken in order of settling: the first pays by the ladder on its own amount, each later one what the ladder gives
for all of them together less what was given already. Life and replay both judge by `Merging.judge`. (Two keepers that
settle two such promises at the same moment may take them in the other order; together they give the same.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol, cast

from sanhao.kit.money import Money
from sanhao.service.promises.core import AnyKind, Verdict

Pair = tuple[Hashable, Hashable]
"""A buyer and a shop."""


class Settled(NamedTuple):
    """A broken promise that was settled: when its clock started, what was paid, what was owed for it."""

    start_at: datetime
    paid: Money
    owed: Money


class Merges(Protocol):
    """What a kind whose terms have `merge_hours` can besides."""

    def merged(self, terms: Any, facts: Any, *, paid: Money, owed: Money) -> Any:
        """The facts with what was *paid* nearby and what was *owed* for it."""


def merges(terms: Any) -> bool:
    """Whether promises under these terms are merged at all."""
    return getattr(terms, "merge_hours", None) is not None


class Merging:
    """What shops gave their buyers so far. Grows with each promise that it judges."""

    def __init__(self) -> None:
        self._settled: dict[Pair, list[Settled]] = defaultdict(list)

    def add(self, pair: Pair, settled: Settled) -> None:
        self._settled[pair].append(settled)

    def judge(
        self, kind: AnyKind, terms: Any, facts: Any, verdict: Verdict, pair: Pair, now: datetime
    ) -> tuple[Any, Verdict]:
        """*verdict* is what the promise alone owes. Facts and verdict with what *pair* had nearby, in order of settling;
        the same objects where there was nothing."""
        if verdict.outcome != "broken" or verdict.owed is None:
            return facts, verdict
        window = timedelta(hours=terms.merge_hours)
        near = [
            each
            for each in self._settled[pair]
            if abs(each.start_at - facts.start_at) <= window
            and each.paid.currency == each.owed.currency == verdict.owed.currency
        ]
        if near:
            currency = verdict.owed.currency
            paid = Money(sum(each.paid.minor for each in near), currency)
            owed = Money(sum(each.owed.minor for each in near), currency)
            facts = cast(Merges, kind).merged(terms, facts, paid=paid, owed=owed)
            verdict = kind.judge(terms, facts, now)
        if facts.paid is not None and verdict.owed is not None:
            self.add(pair, Settled(facts.start_at, facts.paid, verdict.owed))
        return facts, verdict
