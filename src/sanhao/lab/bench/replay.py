"""`sanhao bench replay`: how fast a history is judged. It makes its own: a third of the orders has several rows, one
row in eight hundred is odd, shops are unequal, rows of an order may lie apart.

*judge* counts verdicts per second over facts that are in memory; *file to file* counts lines per second from the CSV
to the verdicts on disk, reading, judging, writing and summing up. Both on one core.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

from rich.console import Console

from sanhao.kit.time import monotonic

_AS_OF = datetime(2027, 1, 1, tzinfo=UTC)
_START = datetime(2026, 1, 1, tzinfo=UTC)
_FLOORS = {"judge": 100_000, "file to file": 25_000}
_MAPPING = """
[file]
currency = "CNY"
timezone = "Asia/Shanghai"
formats = ["%Y-%m-%d %H:%M:%S"]
[columns]
order_id = "order"
shop = "shop"
bought_at = "bought"
paid_at = "paid at"
ship_by = "ship by"
collected_at = "collected"
promised_at = { column = "promised", level = "order" }
delivered_at = { column = "delivered", level = "order" }
goods = "goods"
freight = { column = "freight", level = "order" }
status = { column = "status", values = { canceled = "cancelled" } }
[terms]
"""
_HEADER = ("order", "shop", "status", "bought", "paid at", "ship by", "collected", "promised", "delivered",
           "goods", "freight", "title", "city", "review")  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lines", type=int, default=200_000, metavar="N", help="rows of the history (default 200,000)"
    )


def run(args: argparse.Namespace) -> int:
    if args.lines < 1:
        print("At least one row.")
        return 2
    bench_replay(lines=args.lines, console=Console())
    return 0


def bench_replay(*, lines: int, console: Console) -> dict[str, float]:
    """Verdicts and lines per second: ``{"judge": …, "file to file": …}``; prints them beside their floors."""
    from sanhao.lab.replay.command import replay

    with tempfile.TemporaryDirectory(prefix="sanhao-bench-") as place:
        history, mapping, out = (
            Path(place) / name for name in ("history.csv", "mapping.toml", "verdicts.csv")
        )
        with console.status(f"making a history of {lines:,} lines"):
            mapping.write_text(_MAPPING)
            with history.open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(_HEADER)
                writer.writerows(make_rows(lines))
        with console.status("file to file"):
            start = monotonic()
            replay(history, mapping, ["late_delivery"], None, _AS_OF, out, None, Console(file=StringIO()))
            whole = lines / (monotonic() - start)
        with console.status("judging"):
            judged = _judging(history, mapping)
    rates = {"judge": judged, "file to file": whole}
    for name, rate in rates.items():
        unit = "verdicts" if name == "judge" else "lines"
        console.print(f"{name:>12}: {rate:>10,.0f} {unit} a second a core (at least {_FLOORS[name]:,})")
    return rates


def _judging(history: Path, mapping: Path) -> float:
    """Verdicts per second over facts that have heard all their news."""
    from sanhao.lab.histories.history import read_history
    from sanhao.lab.histories.mapping import load_mapping
    from sanhao.service.promises.api import KINDS

    kind = KINDS["late_delivery"]
    terms, cases = kind.Terms(), []
    for history_order in read_history(history, load_mapping(mapping)):
        for _, facts in kind.promise(terms, history_order.order):
            for news in history_order.news:
                facts = kind.hear(terms, facts, news)
            cases.append(facts)
    start = monotonic()
    for facts in cases:
        kind.judge(terms, facts, _AS_OF)
    return len(cases) / (monotonic() - start)


def make_rows(lines: int) -> Iterator[tuple[str, ...]]:
    """*lines* rows of orders, the same ones every time."""
    chance = random.Random(20260101)
    late: list[tuple[str, ...]] = []
    made = order = 0
    while made < lines:
        order += 1
        size = min(chance.choice((1, 1, 1, 1, 2, 3)), lines - made)
        rows = list(_order(chance, order, size))
        made += size
        if size > 1 and order % 50 == 0:
            late.append(rows.pop())  # its last row comes much later in the file
        yield from rows
        if len(late) > 20:
            yield late.pop(0)
    yield from late


def _order(chance: random.Random, number: int, size: int) -> Iterator[tuple[str, ...]]:
    bought = _START + timedelta(seconds=chance.randrange(20_000_000))
    promised = bought + timedelta(days=chance.randrange(5, 30))
    delivered = bought + timedelta(days=min(chance.lognormvariate(2.0, 0.5), 200))
    canceled = chance.random() < 0.01
    freight = f"{chance.randrange(500, 5000) / 100:.2f}" if chance.random() > 0.002 else "see invoice"
    for _ in range(size):
        shop = f"shop-{int(chance.paretovariate(0.8)) % 3000}"
        collected = bought + timedelta(hours=chance.randrange(4, 120))
        yield (
            f"o{number:08}", shop, "canceled" if canceled else "delivered", _at(bought),
            _at(bought + timedelta(minutes=5)), _at(bought + timedelta(hours=72)), "" if canceled else _at(collected),
            _at(promised.replace(hour=0, minute=0, second=0)), "" if canceled else _at(delivered),
            f"{chance.randrange(100, 50_000) / 100:.2f}", freight,
            "a thing that somebody bought, described in a few words", "Somewhere", "it came, it works",
        )  # fmt: skip


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
