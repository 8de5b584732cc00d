"""`sanhao bench checkout`: the command. What it measures, and how, stands in `selling.py`."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, default=3_000, help="orders to place and pay (default 3,000)")
    parser.add_argument("--threads", type=int, default=8, help="buyers at a time (default 8)")
    parser.add_argument("--no-rush", action="store_true", help="leave out the rush on a hot item")


def run(args: argparse.Namespace) -> int:
    from sanhao.lab.bench import selling  # needs Django, which the command line has started by now

    return selling.measure(orders=args.orders, threads=args.threads, rush=not args.no_rush)
