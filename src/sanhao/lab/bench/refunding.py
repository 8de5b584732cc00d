"""`sanhao bench aftersales`: how many cases one keeper settles per second. The shops have not answered in time, so that
each case is decided and refunded with everything that touches: the case with its history, order, line and share, coupon,
settlement, the payment and its refund, entries and postings, what is told; committed in batches with every constraint on,
against the same rows written by raw set-based SQL in the same run.

Every order is of two units, of which one goes back; every second one was paid for in part by a coupon of the platform,
whose share goes back too. Both ways start from copies of one database and must leave identical tables: they are compared
row for row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import zip_longest
from uuid import UUID

import psycopg
from django.db import connection, connections
from rich.console import Console
from rich.table import Table

from sanhao.kit import time as kit_time
from sanhao.kit.keeper import all_keepers
from sanhao.lab.bench import refunded
from sanhao.lab.bench.raw import _blocks, columns, connect, table
from sanhao.lab.bench.settling import copy_of_database, settle_all

LEAST_PER_SECOND = 1_000

# What a refund writes: model -> the SQL that finds the order a row belongs to (None: by its entry), new rows first.
NEW = {
    "decisions.Decision": "t.subject_id",
    "kit.Move": "t.subject_id",
    "payments.Refund": "t.cause_id",
    "ledger.Entry": "t.cause_id",
    "ledger.Posting": None,
    "settlement.Drawing": "t.settlement_id",
    "wallet.CouponReturn": "c.order_id",
    "kit.OutboxEvent": "coalesce(t.payload ->> 'order_id', t.payload #>> '{order_ids,0}')::uuid",
}
CHANGED = {
    "aftersales.Case": (
        "t.id",
        ("state", "due_at", "moved_at", "bearer", "decision_id", "round", "spoke", "refunded_minor"),
    ),
    "orders.Order": ("t.id", ("refunded_minor", "freight_refunded_minor", "kept_minor")),
    "orders.OrderLine": ("t.order_id", ("refunded_units", "refunded_minor", "kept_minor", "cancelled_units")),
    "orders.LineShare": ("c.order_id", ("returned_minor", "parked_minor")),
    "wallet.Coupon": ("c.order_id", ("returned_minor",)),
    "payments.Payment": ("c.order_id", ("refunded_minor",)),
    "settlement.Settlement": (
        "t.id",
        (
            "held_minor",
            "covered_minor",
            "goods_back_minor",
            "commission_minor",
            "drawn_minor",
            "charged_minor",
        ),
    ),
}
_JOIN = {
    "wallet.CouponReturn": "JOIN coupon_of c ON c.coupon_id = t.coupon_id",
    "orders.LineShare": "JOIN coupon_of c ON c.coupon_id = t.coupon_id",
    "wallet.Coupon": "JOIN coupon_of c ON c.coupon_id = t.id",
    "payments.Payment": "JOIN checkout_of c ON c.checkout_id = t.subject_id",
}
COMPARED = (*NEW, *CHANGED, "ledger.Account")


def measure(*, count: int, batch: int) -> int:
    """Measure, print, and say whether the promised figure was met (exit code 1 if not)."""
    console = Console()
    if not 1 <= batch <= 1000 or count < 2:
        console.print("A batch has 1 to 1,000 cases, and there must be at least two orders.")
        return 2
    now = kit_time.now()
    with console.status(f"Making {count:,} paid orders with a case each …"):
        order_ids = refunded.seed(count, now=now)
    batches = [order_ids[start : start + batch] for start in range(0, count, batch)]
    with copy_of_database() as copy:
        with console.status("One keeper decides and refunds …"):
            ours = _settle(now + timedelta(minutes=1), batch)
        with console.status("Raw SQL writes the same rows …"):
            stage(copy, batches)
            raw = write(copy, len(batches))
        with console.status("Comparing the tables row for row …"):
            different = compare(copy)
    return _report(console, count, ours, raw, different)


def _settle(now: datetime, batch: int) -> float:
    """Seconds one keeper (with the hands it has in life) takes until no case is due."""
    [keeper] = [keeper for keeper in all_keepers() if keeper.name == "aftersales.due"]
    return settle_all(replace(keeper, batch=batch), now)


def stage(copy: str, batches: Sequence[Sequence[UUID]]) -> None:
    """Carry what was written over to the copy, each row with the number of its batch."""
    order, line, share = (table(model) for model in ("orders.Order", "orders.OrderLine", "orders.LineShare"))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE batch_of (id uuid PRIMARY KEY, n int)")
        with cursor.cursor.copy("COPY batch_of FROM STDIN") as rows:
            for n, ids in enumerate(batches):
                for id in ids:
                    rows.write_row((id, n))
        cursor.execute(
            f"CREATE TEMP TABLE coupon_of AS SELECT s.coupon_id, l.order_id FROM {share} s JOIN {line} l ON l.id = s.line_id"
        )
        cursor.execute(
            f"CREATE TEMP TABLE checkout_of AS SELECT o.checkout_id, o.id AS order_id FROM {order} o"
        )
        cursor.execute("ANALYZE")
    with connect(copy) as target:
        for model, owner in (*NEW.items(), *((model, owner) for model, (owner, _) in CHANGED.items())):
            staged = f"staged_{table(model)}"
            target.execute(
                f"CREATE UNLOGGED TABLE {staged} AS SELECT 0 AS batch_no, t.* FROM {table(model)} t LIMIT 0"
            )
            _carry(model, owner, target)
            target.execute(f"CREATE INDEX ON {staged} (batch_no)")
        target.execute("ANALYZE")
        target.execute("CHECKPOINT")


def _carry(model: str, owner: str | None, target: psycopg.Connection) -> None:
    """Rows of the orders that were refunded; of what existed before, only what the copy does not have yet."""
    names = ", ".join(f"t.{name}" for name in columns(model))
    entry = table("ledger.Entry")
    if owner is None:
        source = f"{table(model)} t JOIN {entry} e ON e.id = t.entry_id JOIN batch_of b ON b.id = e.cause_id"
    else:
        source = f"{table(model)} t {_JOIN.get(model, '')} JOIN batch_of b ON b.id = {owner}"
    into = f"staged_{table(model)} (batch_no, {', '.join(columns(model))})"
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY (SELECT b.n, {names} FROM {source} ORDER BY b.n) TO STDOUT") as rows,
        target.cursor() as writer,
        writer.copy(f"COPY {into} FROM STDIN") as staged,
    ):
        for block in rows:
            staged.write(bytes(block))


def write(copy: str, batches: int) -> float:
    """Seconds that the raw writes take, committed batch by batch."""
    statements = [
        f"INSERT INTO {table(model)} ({', '.join(columns(model))}) "
        f"SELECT {', '.join(columns(model))} FROM staged_{table(model)} WHERE batch_no = %(n)s"
        for model in NEW
    ]
    statements += [
        f"UPDATE {table(model)} t SET {', '.join(f'{name} = s.{name}' for name in names)} "
        f"FROM staged_{table(model)} s WHERE s.batch_no = %(n)s AND t.id = s.id"
        for model, (_, names) in CHANGED.items()
    ]
    with connect(copy) as target:
        target.autocommit = False
        started = kit_time.monotonic()
        for number in range(batches):
            for statement in statements:
                target.execute(statement, {"n": number}, prepare=True)
            target.commit()
        return kit_time.monotonic() - started


def compare(copy: str) -> list[str]:
    """The tables that differ between the two databases: every row, in order of id."""
    with connect(connections.settings["default"]["NAME"]) as ours, connect(copy) as raw:
        return [table(model) for model in COMPARED if any(a != b for a, b in _pairs(ours, raw, model))]


def _pairs(ours: psycopg.Connection, raw: psycopg.Connection, model: str) -> Iterator[tuple[bytes, bytes]]:
    query = f"COPY (SELECT {', '.join(columns(model))} FROM {table(model)} ORDER BY id) TO STDOUT"
    with ours.cursor() as a, raw.cursor() as b, a.copy(query) as left, b.copy(query) as right:
        yield from zip_longest(_blocks(left), _blocks(right), fillvalue=b"")


def _report(console: Console, count: int, ours: float, raw: float, different: Sequence[str]) -> int:
    ratio, per_second = raw / ours, count / ours
    shown = Table(title=f"{count:,} cases nobody answered, half of them with a coupon of the platform")
    for column in ("who", "seconds", "per second", "of raw"):
        shown.add_column(column, justify="left" if column == "who" else "right")
    shown.add_row("raw set-based SQL", f"{raw:.2f}", f"{count / raw:,.0f}", "1.00")
    shown.add_row("one keeper", f"{ours:.2f}", f"{per_second:,.0f}", f"{ratio:.2f}")
    console.print(shown)
    console.print("Tables identical, row for row." if not different else f"DIFFERENT: {', '.join(different)}")
    met = per_second >= LEAST_PER_SECOND and not different
    console.print(
        f"aftersales bench: {per_second:,.0f} a second, ratio {ratio:.2f} (at least {LEAST_PER_SECOND:,}): "
        f"{'met' if met else 'NOT met'}"
    )
    return 0 if met else 1
