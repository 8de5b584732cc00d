"""What a replay found, in figures: kept while it runs, a few numbers per guarantee, month and payer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sanhao.kit.money import Money
from sanhao.lab.histories.history import Reading
from sanhao.lab.replay.judge import Guarantee, Judged
from sanhao.service.promises.api import Outcome

OUTCOMES: tuple[Outcome, ...] = ("kept", "broken", "void", "waiting")
_PAYERS_KEPT = 2000
"""Payers counted one by one; those that turn up later, in a history of very many shops, are counted together."""
OTHERS = "…"
UNDATED = (9999, 1)
"""The month of promises that no date settles."""


def timely(due: datetime) -> bool:
    """False for a promise that only news can settle: its kind says "never" as the last year there is."""
    return due.year < 9999


@dataclass
class Sum:
    """How many promises, and what they owe per currency; *unknown* of them owe what nobody can read."""

    count: int = 0
    unknown: int = 0
    owed: Counter[str] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        self.count += 1
        owed = judged.verdict.owed
        if owed is not None:
            self.owed[owed.currency] += owed.minor
        elif judged.verdict.outcome == "broken":
            self.unknown += 1

    @property
    def amounts(self) -> list[Money]:
        return [Money(minor, currency) for currency, minor in sorted(self.owed.items()) if minor]


@dataclass
class Month:
    """The promises that fell due in one calendar month (UTC); what has no due date counts when it was decided."""

    outcomes: Counter[str] = field(default_factory=Counter)
    broken: Sum = field(default_factory=Sum)


@dataclass
class Tally:
    """One guarantee. *late* are broken promises that were fulfilled after all, *never* those that were not."""

    kind: str
    title_zh: str
    title_en: str
    orders_without: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    broken: Sum = field(default_factory=Sum)
    late: Sum = field(default_factory=Sum)
    never: Sum = field(default_factory=Sum)
    reasons: dict[tuple[str, str], Sum] = field(default_factory=lambda: defaultdict(Sum))
    payers: dict[str, Sum] = field(default_factory=dict)
    months: dict[tuple[int, int], Month] = field(default_factory=lambda: defaultdict(Month))
    days: Counter[int] = field(default_factory=Counter)
    """How many came how many days after (or before) the moment that was promised, rounded up."""

    @property
    def promises(self) -> int:
        return sum(self.outcomes.values())

    def add(self, judged: Judged) -> None:
        verdict, due = judged.verdict, judged.due.due_at
        self.outcomes[verdict.outcome] += 1
        self.reasons[verdict.outcome, verdict.reason].add(judged)
        when = due if timely(due) else verdict.decided_at
        month = self.months[(when.year, when.month) if when else UNDATED]
        month.outcomes[verdict.outcome] += 1
        if judged.ended_at is not None and timely(due) and verdict.outcome in ("kept", "broken"):
            self.days[-((due - judged.ended_at) // timedelta(days=1))] += 1
        if verdict.outcome != "broken":
            return
        self.broken.add(judged)
        month.broken.add(judged)
        (self.never if judged.ended_at is None else self.late).add(judged)
        payer = ";".join(verdict.fault)
        if payer not in self.payers and len(self.payers) >= _PAYERS_KEPT:
            payer = OTHERS
        self.payers.setdefault(payer, Sum()).add(judged)


@dataclass
class Summary:
    """The whole replay. *tallies* are in the order in which the guarantees were asked for."""

    as_of: datetime
    tallies: dict[str, Tally]
    reading: Reading = field(default_factory=Reading)

    @classmethod
    def of(cls, chosen: Sequence[Guarantee], as_of: datetime) -> Summary:
        tallies = {g.kind.name: Tally(g.kind.name, g.kind.title.zh, g.kind.title.en) for g in chosen}
        return cls(as_of, tallies)

    def add(self, promises: Sequence[Judged]) -> None:
        """The promises of one order."""
        for judged in promises:
            self.tallies[judged.kind].add(judged)
        with_one = {judged.kind for judged in promises}
        for kind, tally in self.tallies.items():
            tally.orders_without += kind not in with_one
