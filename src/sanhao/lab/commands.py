"""The laboratory's part of the command line: `sanhao lab …`."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the laboratory's commands; each parser's default *run* takes the arguments and returns the exit code."""
    _register_replay(subparsers)
    _register_import(subparsers)
    _register_books(subparsers)


def _register_replay(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "replay",
        help="judge a history of orders by a guarantee, without a database",
        description="Judge a history of orders by guarantees: what would they have decided and paid?",
    )
    _add_history(parser)
    parser.add_argument(
        "--as-of",
        type=_moment,
        metavar="TIME",
        help="judge by what was known then (ISO 8601; now if left out)",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="VERDICTS.csv", help="one row per promise")
    parser.add_argument(
        "--report", type=Path, metavar="REPORT.html", help="charts and tables in one file that opens offline"
    )
    parser.set_defaults(run=run_replay)


def _add_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("history", type=Path, metavar="HISTORY", help="a CSV or Parquet file of past orders")
    parser.add_argument(
        "--mapping", type=Path, required=True, metavar="MAPPING.toml", help="which column holds which field"
    )
    parser.add_argument(
        "--guarantee", type=_kinds, required=True, metavar="KIND[,KIND…]", help="what to judge by"
    )
    parser.add_argument(
        "--terms", type=Path, metavar="TERMS.toml", help="terms other than the defaults, a table per kind"
    )


def _register_import(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "import",
        help="bring a history of orders into this demo world, to be settled for real",
        description="Bring a history of orders into this demo world, shifted into its future by whole weeks: its "
        "keepers settle it for real as the clock is moved. Doing it again completes what was cut off.",
    )
    _add_history(parser)
    parser.add_argument("--name", default="", metavar="NAME", help="what to call it here (the file's name)")
    parser.add_argument(
        "--settle", action="store_true", help="move the clock through all of it now, and compare with replay"
    )
    parser.set_defaults(run=run_import, needs_database=True)


def _register_books(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "books",
        help="write the whole ledger to a beancount file",
        description="Write every entry of the ledger to one beancount file, for an independent auditor.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.beancount", help="where to")
    parser.set_defaults(run=run_books, needs_database=True)


def _kinds(text: str) -> list[str]:
    kinds = [kind.strip() for kind in text.split(",") if kind.strip()]
    if not kinds:
        raise argparse.ArgumentTypeError("name at least one guarantee")
    return kinds


def _moment(text: str) -> datetime:
    """A time without a zone is in the mapping's timezone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or not 1970 <= moment.year <= 2199:
        raise argparse.ArgumentTypeError(f"not a time in ISO 8601: {text!r}")
    return moment


def run_replay(arguments: argparse.Namespace) -> int:
    """0, or 2 with one sentence on stderr and nothing written."""
    from rich.console import Console

    from sanhao.kit.time import machine_now
    from sanhao.lab.histories.refusals import Unreadable
    from sanhao.lab.replay.command import replay

    try:
        replay(
            arguments.history, arguments.mapping, arguments.guarantee, arguments.terms,
            arguments.as_of or machine_now(), arguments.out, arguments.report, Console(),
        )  # fmt: skip
    except Unreadable as problem:
        print(f"sanhao lab replay: {problem.text.in_(_language())}", file=sys.stderr)
        return 2
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """0, 1 if a promise ended otherwise than in replay, 2 for files that cannot be used, 4 if refused."""
    from rich.console import Console

    from sanhao.kit.refusals import Refusal
    from sanhao.lab.histories.refusals import Unreadable
    from sanhao.lab.imports.command import import_history

    try:
        imported = import_history(
            arguments.history, arguments.mapping, arguments.guarantee, arguments.terms, arguments.name,
            arguments.settle, Console(),
        )  # fmt: skip
    except Refusal as problem:
        print(f"sanhao lab import: {problem.text.in_(_language())}", file=sys.stderr)
        return 2 if isinstance(problem, Unreadable) else 4
    return 1 if imported.different else 0


def run_books(arguments: argparse.Namespace) -> int:
    """0, or 3 where the file cannot be written."""
    from sanhao.lab.books import export_books

    try:
        counts = export_books(arguments.out)
    except OSError as problem:
        print(f"sanhao lab books: {arguments.out}: {problem.strerror or problem}", file=sys.stderr)
        return 3
    print(f"{counts.entries:,} entries in {counts.accounts:,} accounts written to {arguments.out}.")
    return 0


def _language() -> str:
    """The terminal's."""
    return os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
