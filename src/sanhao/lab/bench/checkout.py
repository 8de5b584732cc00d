"""`sanhao bench checkout`: the command. In process it is measured in `selling.py`, over HTTP in `visiting.py`."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, default=3_000, help="orders to place and pay (default 3,000)")
    parser.add_argument("--threads", type=int, default=8, help="buyers at a time, in process (default 8)")
    parser.add_argument("--no-rush", action="store_true", help="leave out the rush on a hot item")
    parser.add_argument("--http", action="store_true", help="whole checkouts over HTTP against the real site")
    parser.add_argument("--clients", type=int, default=16, help="buyers at a time, over HTTP (default 16)")
    parser.add_argument(
        "--pages", action="store_true", help="over HTTP: also fetch the pages that a browser shows in between"
    )


def run(args: argparse.Namespace) -> int:
    # Both need Django, which the command line has started by now.
    if args.http:
        from sanhao.lab.bench import visiting

        return visiting.measure(checkouts=args.orders, clients=args.clients, pages=args.pages)
    from sanhao.lab.bench import selling

    return selling.measure(orders=args.orders, threads=args.threads, rush=not args.no_rush)
