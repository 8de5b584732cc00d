"""`sanhao bench …`: each bench is a module of the laboratory; the ones that write get a database of their own."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from importlib import import_module
from urllib.parse import urlsplit, urlunsplit

from sanhao.cli import world

# name -> (module with `arguments(parser)` and `run(args)`, whether it needs a database, what it measures)
BENCHES: dict[str, tuple[str, bool, str]] = {
    "promises": ("sanhao.lab.bench.promises", True, "due promises settled per second, against raw SQL"),
    "checkout": (
        "sanhao.lab.bench.checkout",
        True,
        "orders per second; a rush on a hot item; --http: over HTTP",
    ),
    "aftersales": ("sanhao.lab.bench.aftersales", True, "cases settled per second, against raw SQL"),
    "replay": ("sanhao.lab.bench.replay", False, "verdicts and lines per second"),
}
_DATABASE = "sanhao_bench"


def arguments(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(metavar="BENCH", required=True)
    for name, (path, needs_database, summary) in BENCHES.items():
        command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        bench = import_module(path)
        bench.arguments(command)
        command.set_defaults(run=_alone(bench.run) if needs_database else _light(bench.run))


def _light(work: Callable[[argparse.Namespace], int | None]) -> Callable[[argparse.Namespace], int]:
    """*work* with every module loaded and no database asked."""

    def run(args: argparse.Namespace) -> int:
        world.load_django()
        return int(work(args) or 0)

    return run


def _alone(work: Callable[[argparse.Namespace], int | None]) -> Callable[[argparse.Namespace], int]:
    """*work* in a fresh database beside the site's, dropped afterwards: a bench never touches a site."""

    def run(args: argparse.Namespace) -> int:
        import psycopg

        world.open_database()
        url = os.environ["SANHAO_DATABASE_URL"]
        os.environ["SANHAO_DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{_DATABASE}"))
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {_DATABASE}")
            try:
                world.open_django()
                world.bring_up_to_date()
                world.found(demo=True)
                world.found_rules()
                return int(work(args) or 0)
            finally:
                world.close_connections()
                admin.execute(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")

    return run
