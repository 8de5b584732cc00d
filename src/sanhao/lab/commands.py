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


def _register_replay(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "replay",
        help="judge a history of orders by a guarantee, without a database",
        description="Judge a history of orders by guarantees: what would they have decided and paid?",
    )
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
    import django
    from rich.console import Console

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanhao.settings")
    django.setup()  # the doors we use have models behind them; no database is asked

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


def _language() -> str:
    """The terminal's."""
    return os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
