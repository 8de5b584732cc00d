"""`sanhao bench promises`: the command. What it measures, and how, stands in `settling.py`."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--open", type=int, default=100_000, help="open promises in the table (default 100,000)"
    )
    parser.add_argument("--due", type=int, help="how many of them are due (default: all, at most 100,000)")
    parser.add_argument("--batch", type=int, default=500, help="rows a keeper claims at once, at most 1,000")


def run(args: argparse.Namespace) -> int:
    from sanhao.lab.bench import settling  # needs Django, which the command line has started by now

    return settling.measure(total=args.open, due=min(args.due or 100_000, args.open), batch=args.batch)
