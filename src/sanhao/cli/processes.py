"""One process each: the keepers, the pages, the live signals, the guard of the embedded database."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading

from sanhao.cli import world
from sanhao.cli.numbers import port, require_free, whole
from sanhao.cli.trouble import Trouble, say
from sanhao.kit.text import Text


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


class keep:
    """`sanhao keep`: any number of copies, on any number of machines."""

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        """No arguments."""

    @staticmethod
    def run(args: argparse.Namespace) -> int:
        os.environ.setdefault("SANHAO_POOL", "40")  # one connection per keeper at most
        world.open_world()
        from sanhao.kit import keeper

        stop = stop_on_signals()
        world.close_connections()
        keeper.keep(stop)
        world.close_connections()
        return 0


class pages:
    """`sanhao pages`: WSGI threads, no database work outside requests."""

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=port, default=8000, help="port (8000)")
        parser.add_argument("--workers", type=whole(1, 64), default=2, help="processes (2)")
        parser.add_argument(
            "--threads",
            type=whole(1, 256),
            default=4,
            help="threads in each (4); more only wait for each other",
        )

    @staticmethod
    def run(args: argparse.Namespace) -> int:
        require_free(args.host, args.port, "--port")
        world.open_world()
        world.close_connections()  # the workers are copies of this process
        from granian.constants import Interfaces
        from granian.log import LogLevels
        from granian.server import Server

        Server(
            "sanhao.wsgi:application",
            address=args.host,
            port=args.port,
            interface=Interfaces.WSGI,
            workers=args.workers,
            blocking_threads=args.threads,
            backpressure=args.threads * 16,
            websockets=False,
            log_level=LogLevels.error,  # its warnings are advice on thread counts
            respawn_failed_workers=True,
            workers_kill_timeout=5,
        ).serve()
        return 0


class live:
    """`sanhao live`: forwards signals to open pages."""

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=port, default=8001, help="port (8001)")

    @staticmethod
    def run(args: argparse.Namespace) -> int:
        require_free(args.host, args.port, "--port")
        world.open_database()
        world.load_settings()
        from sanhao import live_server

        live_server.serve(args.host, args.port)
        return 0


class database:
    """Keeps the embedded PostgreSQL running; stops it with the supervisor, however that ends."""

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("directory")

    @staticmethod
    def run(args: argparse.Namespace) -> int:
        from pathlib import Path

        from sanhao.kit import database as embedded

        directory, stop = Path(args.directory), stop_on_signals()
        embedded.start(directory)
        while not stop.wait(0.3):
            if embedded.server_pid(directory) is not None:
                continue
            say(
                Text(
                    zh="PostgreSQL 意外停止，正在重新启动。",
                    en="PostgreSQL stopped unexpectedly; starting it again.",
                )
            )
            try:
                embedded.start(directory)
            except embedded.Unusable as error:
                raise Trouble(Text(zh=f"数据库无法启动：{error}", en=str(error))) from error
        logging.getLogger("sanhao.database").info("letting go of %s", directory)
        return 0
