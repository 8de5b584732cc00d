"""`sanhao check`: is everything as it should be? Each line is one question with its answer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable

from sanhao.cli import world
from sanhao.cli.trouble import NOT_AS_IT_SHOULD_BE


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace) -> int:
    world.open_database()
    world.open_django()
    wrong = 0
    for question, answer in QUESTIONS:
        problems = list(answer())
        print(f"{'✗' if problems else '✓'} {question}")
        for problem in problems[:20]:
            print(f"    {problem}")
        wrong += bool(problems)
        if problems and answer is _tables:
            break  # without tables nothing else can be asked
    return NOT_AS_IT_SHOULD_BE if wrong else 0


def _tables() -> Iterable[str]:
    return [f"{name} has not been applied: run `sanhao migrate`" for name in world.pending()]


def _django() -> Iterable[str]:
    from django.core import checks

    return [str(message) for message in checks.run_checks() if message.is_serious()]


def _world() -> Iterable[str]:
    from sanhao.kit.rows import fetch

    return [] if fetch("SELECT 1 FROM kit_world") else ["nothing has been founded here: run `sanhao up`"]


def _books() -> Iterable[str]:
    from sanhao.books.ledger.api import audit

    report = audit()
    return [] if report.sound else [str(report)]


def _escrow() -> Iterable[str]:
    from sanhao.books.settlement.api import mismatches

    return [f"{ref.holder}: {held} held, {booked} booked" for ref, (held, booked) in mismatches().items()]


def _coupons() -> Iterable[str]:
    from sanhao.books.wallet.api import uncovered

    return [
        f"what is put aside for coupons and what they are worth differ by {amount}"
        for amount in uncovered().values()
    ]


def _second_legs() -> Iterable[str]:
    from sanhao.service.remote.api import mismatches

    return [
        f"{day} {currency} {scope}: {gone} gone, {taken} taken by orders"
        for (day, currency, scope), (gone, taken) in mismatches().items()
    ]


def _decisions() -> Iterable[str]:
    from sanhao.fairness.decisions.api import rejudge_all

    return [str(difference) for difference in rejudge_all()]


def _undone() -> Iterable[str]:
    from sanhao.fairness.decisions.api import not_undone

    return [f"{owner} has not undone {decision}" for decision, owner in not_undone()]


def _states() -> Iterable[str]:
    """Every row of every lifecycle is in a state that its table knows."""
    from sanhao.kit.rows import fetch
    from sanhao.kit.states import States

    modules = [module for name, module in list(sys.modules.items()) if name.startswith("sanhao.")]
    tables = {
        id(value): value for module in modules for value in vars(module).values() if isinstance(value, States)
    }
    for states in tables.values():
        for row in fetch(f"SELECT state, count(*) AS n FROM {states.table} GROUP BY state"):
            if row["state"] not in states:
                yield f"{row['n']} rows of {states.table} are in the unknown state {row['state']!r}"


QUESTIONS: list[tuple[str, Callable[[], Iterable[str]]]] = [
    ("the tables are up to date", _tables),
    ("the settings are sound", _django),
    ("the world is founded", _world),
    ("the books balance", _books),
    ("what is held for orders is in escrow", _escrow),
    ("what coupons are worth is put aside", _coupons),
    ("what left a day's budget was taken by orders", _second_legs),
    ("every decision re-judges to the same verdict, sentence and cent", _decisions),
    ("every decision that fell is undone", _undone),
    ("every lifecycle is in a state it knows", _states),
]
