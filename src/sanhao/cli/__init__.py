"""The command line: `sanhao --help` lists what can be done.

Exit codes: 0 done · 1 something is not as it should be (`check`) · 2 wrong usage · 3 the machine is in the way (a taken
port, an unusable data directory, a database out of reach) · 4 refused (a demo world taken for a real site, …).
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from types import FrameType
from typing import NoReturn

from sanhao.cli.trouble import USAGE, Trouble, language, say_trouble
from sanhao.kit.supervisor import tie_to_parent
from sanhao.kit.text import Text

# name -> where its parser and its work are: `arguments(parser)` and `run(args)` in that module.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("sanhao.cli.up", "start everything on this machine: database, pages, live signals, keepers"),
    "keep": ("sanhao.cli.processes:keep", "run the keepers: everything that has a deadline"),
    "pages": ("sanhao.cli.processes:pages", "serve the pages only"),
    "live": ("sanhao.cli.processes:live", "run the live signals only"),
    "migrate": ("sanhao.cli.world:migrate", "bring the database's tables up to date"),
    "demo": ("sanhao.cli.demo", "found, reset or look at a demo world"),
    "check": ("sanhao.cli.check", "check the books, the decisions, the states and the tables"),
    "build": ("sanhao.cli.build", "prepare generated files: compiled translations"),
    "lab": ("sanhao.cli.lab", "replay guarantees over real orders, import histories, export the books"),
    "bench": ("sanhao.cli.bench", "measure this machine, in a database of its own"),
}
_UNLISTED = {"database": ("sanhao.cli.processes:database", "keep the embedded PostgreSQL running")}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    with suppress(io.UnsupportedOperation):  # where errors are not written to a file
        faulthandler.enable()  # a library that crashes the process leaves behind where it stood
    tie_to_parent()
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ["PGAPPNAME"] = f"sanhao {os.getpid()}"  # how our connections are known to the database
    try:
        _listen_to_the_log()
        signal.signal(
            signal.SIGTERM, _end
        )  # what is half done is cleared away; processes that serve have their own
        parsed = _parser(arguments).parse_args(arguments)
        return int(parsed.run(parsed) or 0)
    except Trouble as trouble:
        return say_trouble(trouble)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read us (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _end(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _listen_to_the_log() -> None:
    level = (os.environ.get("SANHAO_LOG") or "WARNING").upper()
    if level not in logging.getLevelNamesMapping():
        raise Trouble(
            Text(
                zh=f"SANHAO_LOG 是 DEBUG、INFO、WARNING、ERROR 或 CRITICAL，不是“{level}”。",
                en=f"SANHAO_LOG is DEBUG, INFO, WARNING, ERROR or CRITICAL, not {level!r}.",
            ),
            code=USAGE,
        )
    logging.basicConfig(format="%(message)s", level=level)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sanhao",
        description="Sanhao (三好): a marketplace in which trust is a mechanism.",
        epilog="`sanhao COMMAND --help` explains one command. docs/operate.md explains how to run a site.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    named = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, (path, summary) in {**COMMANDS, **(_UNLISTED if named in _UNLISTED else {})}.items():
        command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == named:  # only what is asked for is imported
            module, _, part = path.partition(":")
            owner = import_module(module)
            owner = getattr(owner, part) if part else owner
            owner.arguments(command)
            if hasattr(owner, "run"):  # else its own sub-commands say what to run
                command.set_defaults(run=owner.run)
    return parser


__all__ = ["COMMANDS", "language", "main"]
