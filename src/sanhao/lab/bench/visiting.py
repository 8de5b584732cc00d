"""`sanhao bench checkout --http`: whole checkouts against the real site, as `sanhao up` starts it, by other programs.

The site has the bench's database and everything an operator's has: pages, live signals, keepers. The buyers are one
program beside it (`buyers.py`). Site, buyers and PostgreSQL share this machine.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psutil
from django.apps import apps
from rich.console import Console
from rich.table import Table

from sanhao.kit import time as kit_time
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.lab.bench.market import Goods, buyers, open_market
from sanhao.lab.bench.meter import Meter
from sanhao.lab.bench.selling import sound
from sanhao.people import api as people

LEAST_PER_SECOND, MOST_P99 = 60, 500
_WARM_UP = 200


def measure(*, checkouts: int, clients: int, pages: bool) -> int:
    """Measure, print, and say whether the promised figures were met (exit code 1 if not)."""
    console = Console()
    if checkouts < 1 or not 1 <= clients <= 256:
        console.print("At least one checkout, and 1 to 256 clients.")
        return 2
    with console.status("Opening shops …"):
        goods = open_market(shop_count=clients, now=kit_time.now())
        crowd = buyers("visitor", [()] * clients, now=kit_time.now())
        for buyer in crowd:
            people.allow_quick_sign_in(buyer.person_id, Text(zh="买家", en="a buyer"))
    with console.status("Starting the site …"), _site() as (address, site):
        who = [(str(b.person_id), str(g.listing_id)) for b, g in zip(crowd, goods, strict=True)]
        _visit(address, who, _WARM_UP, pages, site)
        before = _paid(goods)
        said, seconds, python, postgres, memory = _visit(address, who, checkouts, pages, site)
        bought = _paid(goods) - before - clients  # each buyer's first, before the clock starts
    return _report(console, checkouts, clients, bought, said, (seconds, python, postgres), memory)


@contextmanager
def _site() -> Iterator[tuple[str, psutil.Process]]:
    """`sanhao up --demo` on free ports; stopped as Ctrl-C stops it."""
    ports = [_free_port(), _free_port()]
    command = [
        sys.executable,
        "-m",
        "sanhao.cli",
        "up",
        "--demo",
        f"--port={ports[0]}",
        f"--live-port={ports[1]}",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if b"Ctrl-C" in line:
                break
        else:
            raise RuntimeError(f"the site did not start (exit code {process.wait()})")
        yield f"http://127.0.0.1:{ports[0]}", psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _visit(
    address: str, who: Sequence[tuple[str, str]], checkouts: int, pages: bool, site: psutil.Process
) -> tuple[Any, float, float, float, list[tuple[str, int, int]]]:
    """Let the buyers buy: what they say, seconds, processor seconds of the site and of PostgreSQL, and memory."""
    plan = {"site": address, "buyers": who, "checkouts": checkouts, "pages": pages}
    with subprocess.Popen(
        [sys.executable, "-m", "sanhao.lab.bench.buyers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:  # fmt: skip
        assert client.stdin is not None and client.stdout is not None
        client.stdin.write(json.dumps(plan) + "\n")
        client.stdin.flush()
        if client.stdout.readline() != "ready\n":
            raise RuntimeError("the buyers could not sign in")
        meter = Meter(site)
        client.stdin.write("go\n")
        client.stdin.flush()
        answer = client.stdout.readline()
        spent = meter.stop()
        return json.loads(answer), *spent, meter.memory()


def _paid(goods: Sequence[Goods]) -> int:
    """Paid orders of exactly two lines of these goods."""
    line, order = (apps.get_model(name)._meta.db_table for name in ("orders.OrderLine", "orders.Order"))
    [row] = fetch(
        f"SELECT count(*) AS n FROM (SELECT o.id FROM {order} o JOIN {line} l ON l.order_id = o.id "
        "WHERE o.state = 'paid' AND l.listing_id = ANY(%s) GROUP BY o.id HAVING count(*) = 2) t",
        [[g.listing_id for g in goods]],
    )
    return int(row["n"])


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def _report(
    console: Console, checkouts: int, clients: int, bought: int, said: Any, spent: tuple[float, float, float],
    memory: Sequence[tuple[str, int, int]],
) -> int:  # fmt: skip
    for wrong in said["wrong"][:3]:
        console.print(f"WRONG: {wrong}", markup=False)
    whole, calls = said["whole"], said["calls"]
    done, (_, python, postgres) = len(whole), spent
    per_second = done / said["seconds"]
    by_call: dict[str, list[float]] = defaultdict(list)
    for call, took in calls:
        by_call[call].append(took)
    table = Table(
        title=f"{done:,} checkouts by {clients} clients, {len(calls) / max(done, 1):.1f} calls each"
    )
    for column in ("what", "times", "p50 ms", "p99 ms"):
        table.add_column(column, justify="left" if column == "what" else "right")
    every = [took for _, took in calls]
    for name, took in [("a whole checkout", whole), ("any call", every), *by_call.items()]:
        table.add_row(name, f"{len(took):,}", f"{percentile(took, 0.5):.0f}", f"{percentile(took, 0.99):.0f}")
    console.print(table)
    console.print(
        f"Processor time per checkout: site {python / max(done, 1) * 1e3:.1f} ms, PostgreSQL "
        f"{postgres / max(done, 1) * 1e3:.1f} ms, buyers {said['processor'] / max(done, 1) * 1e3:.1f} ms"
    )
    parts = [f"{name} {size / 1e6:,.0f} MB in {count} processes" for name, count, size in memory]
    console.print(f"Memory: {' + '.join(parts)} = {sum(size for *_, size in memory) / 1e6:,.0f} MB")
    p99 = percentile(whole, 0.99)
    met = per_second >= LEAST_PER_SECOND and p99 < MOST_P99 and done == bought == checkouts and sound(console)
    console.print(
        f"checkout bench over HTTP: {per_second:,.0f} checkouts a second, p99 {p99:.0f} ms "
        f"(at least {LEAST_PER_SECOND}, below {MOST_P99}): {'met' if met else 'NOT met'}"
    )
    return 0 if met else 1
