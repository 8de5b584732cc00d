"""`sanhao bench aftersales`: the command. What it measures, and how, stands in `refunding.py`."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--orders", type=int, default=10_000, help="orders of which one unit goes back (default 10,000)"
    )
    parser.add_argument(
        "--batch", type=int, default=500, help="refunds decided in one transaction, at most 1,000"
    )


def run(args: argparse.Namespace) -> int:
    from sanhao.lab.bench import refunding  # needs Django, which the command line has started by now

    return refunding.measure(count=args.orders, batch=args.batch)
