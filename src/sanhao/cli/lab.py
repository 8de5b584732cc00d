"""`sanhao lab …`: the commands themselves live with the laboratory (`sanhao.lab.commands`)."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from sanhao.cli import world
from sanhao.lab.api import register


def arguments(parser: argparse.ArgumentParser) -> None:
    """`register(subparsers)` adds the commands. Each sets ``run`` (args -> exit code) and, if it works in a founded
    world, ``needs_database=True``."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    register(commands)
    for command in commands.choices.values():
        work = command.get_default("run")
        if work is not None:
            command.set_defaults(run=_opened(work) if command.get_default("needs_database") else _light(work))


def _light(work: Callable[[argparse.Namespace], int | None]) -> Callable[[argparse.Namespace], int]:
    """The doors it uses have models behind them, but no database is asked, nothing signed and no key made for that."""

    def run(args: argparse.Namespace) -> int:
        os.environ.setdefault("SANHAO_SECRET_KEY", "signs nothing")
        world.load_django()
        return int(work(args) or 0)

    return run


def _opened(work: Callable[[argparse.Namespace], int | None]) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        world.open_world()
        return int(work(args) or 0)

    return run
