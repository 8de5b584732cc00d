"""`sanhao bench promises`: how many due promises one keeper settles per second, everything committed, every
constraint on, against the same rows written by raw set-based SQL in the same run.

Half of the due rows belong to one shop, the others to many (Zipf); a third of what is owed comes from deposits, a
tenth is advanced by the platform. Both ways start from copies of one database and must leave identical tables: they
are compared row for row. A bench looks behind every door by design; it names no table, it asks the models.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from django.apps import apps
from django.db import connection, connections
from rich.console import Console
from rich.table import Table

from sanhao.kit import time as kit_time
from sanhao.kit.garbage import BATCHES, settle_in
from sanhao.kit.keeper import Keeper, all_keepers, tick
from sanhao.kit.rows import execute, fetch
from sanhao.lab.bench.raw import RawWriter, compare
from sanhao.lab.bench.seed import Seeded, seed

LEAST_RATIO, LEAST_PER_SECOND = 0.6, 4_000


def measure(*, total: int, due: int, batch: int) -> int:
    """Measure, print, and say whether the promised figures were met (exit code 1 if not)."""
    console = Console()
    if not 1 <= batch <= 1000 or due < 1:
        console.print("A batch has 1 to 1,000 rows, and at least one promise must be due.")
        return 2
    with console.status(f"Making {total:,} open promises, {due:,} of them due …"):
        seeded = seed(total=total, due=due, now=kit_time.now())
    with copy_of_database() as copy:
        with console.status("One keeper settles …"):
            ours = _settle(seeded.now, batch)
        with console.status("Raw SQL writes the same rows …"):
            writer = RawWriter(copy, seeded, batch)
            writer.stage()
            raw = writer.write()
        with console.status("Comparing the tables row for row …"):
            different = compare(copy)
    return _report(console, seeded, ours, raw, different)


def _settle(now: datetime, batch: int) -> float:
    """Seconds one keeper (with the hands it has in life) takes until nothing is due."""
    [keeper] = [keeper for keeper in all_keepers() if keeper.name == "promises.settle"]
    return settle_all(replace(keeper, batch=batch), now)


def settle_all(keeper: Keeper, now: datetime) -> float:
    """Seconds *keeper* takes, with all its hands, until nothing is due at *now*."""
    settle_in(BATCHES)
    _quiet()
    started = kit_time.monotonic()
    with ThreadPoolExecutor(keeper.hands) as hands:
        for done in [hands.submit(_until_nothing_is_due, keeper, now) for _ in range(keeper.hands)]:
            done.result()
    return kit_time.monotonic() - started


def _until_nothing_is_due(keeper: Keeper, now: datetime) -> None:
    try:
        while tick(keeper, now):
            pass
    finally:
        connection.close()


def _quiet() -> None:
    """What the seeding left to clean up is somebody else's cost: have it done before the clock starts, or autovacuum
    walks through ten million new rows while we measure."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


@contextmanager
def copy_of_database() -> Iterator[str]:
    """A second database, made as a copy of the seeded one, dropped afterwards."""
    name = connections.settings["default"]["NAME"]
    copy = f"{name}_raw"
    _disconnect()
    with use_database("postgres"):
        execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")
        execute(f"CREATE DATABASE {copy} TEMPLATE {name} STRATEGY FILE_COPY")
    try:
        yield copy
    finally:
        with use_database("postgres"):
            execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")


@contextmanager
def use_database(name: str) -> Iterator[None]:
    """Let this thread work on another database of the same server."""
    before = connections.settings["default"]["NAME"]
    _disconnect()
    connections.settings["default"]["NAME"] = name
    try:
        yield
    finally:
        _disconnect()
        connections.settings["default"]["NAME"] = before


def _disconnect() -> None:
    connection.close()
    cast(Any, connection).close_pool()  # PostgreSQL's wrapper has one; the base class that stubs know has not


def _report(console: Console, seeded: Seeded, ours: float, raw: float, different: Sequence[str]) -> int:
    ratio, per_second = raw / ours, seeded.due / ours
    table = Table(title=f"{seeded.due:,} due of {seeded.total:,} open promises, {seeded.shops} shops")
    for column in ("who", "seconds", "per second", "of raw"):
        table.add_column(column, justify="left" if column == "who" else "right")
    table.add_row("raw set-based SQL", f"{raw:.2f}", f"{seeded.due / raw:,.0f}", "1.00")
    table.add_row("one keeper", f"{ours:.2f}", f"{per_second:,.0f}", f"{ratio:.2f}")
    console.print(table)
    paid = _paid_from()
    console.print("Paid from " + ", ".join(f"{name} {share:.0%}" for name, share in paid.items()))
    console.print("Tables identical, row for row." if not different else f"DIFFERENT: {', '.join(different)}")
    met = ratio >= LEAST_RATIO and per_second >= LEAST_PER_SECOND and not different
    console.print(
        f"promises bench: {per_second:,.0f} a second, ratio {ratio:.2f} "
        f"(at least {LEAST_PER_SECOND:,} and {LEAST_RATIO}): {'met' if met else 'NOT met'}"
    )
    return 0 if met else 1


def _paid_from() -> dict[str, float]:
    coupon = apps.get_model("wallet.Coupon")._meta.db_table
    [row] = fetch(
        f"SELECT sum(funded_balance) AS balance, sum(funded_deposit) AS deposit, sum(funded_advance) AS advanced, "
        f"sum(amount_minor) AS total FROM {coupon}"
    )
    return {name: float(row[name] / row["total"]) for name in ("balance", "deposit", "advanced")}
