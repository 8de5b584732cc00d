"""A whole site for stories end to end: the same `sanhao up` an operator runs, over a database of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from urllib.parse import urlsplit, urlunsplit

import psycopg

from sanhao.kit.ids import new_id
from sanhao.kit.time import monotonic

_START_SECONDS = 60


@dataclass(frozen=True)
class Site:
    """A running demo site. *database_url* is its database, *log* what its processes said."""

    address: str
    live_address: str
    database_url: str
    log: Path
    process: subprocess.Popen[bytes]


@contextmanager
def database_of_its_own(*, copy_of: str | None = None) -> Iterator[str]:
    """The URL of a fresh database, empty or a copy (a tenth of a second) of one that nobody is connected to."""
    url, name = os.environ["SANHAO_DATABASE_URL"], f"sanhao_site_{new_id().hex}"
    template = urlsplit(copy_of).path.lstrip("/") if copy_of else "template1"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrate(database_url: str) -> None:
    """`sanhao migrate`."""
    given = environment(SANHAO_DATABASE_URL=database_url)
    done = subprocess.run(
        [sys.executable, "-m", "sanhao.cli", "migrate"], capture_output=True, text=True, env=given
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def serve(database_url: str, var: Path, *, port: int, live_port: int) -> Iterator[Site]:
    """`sanhao up --demo`, from its start to a clean stop."""
    log = var / "log"
    command = [
        sys.executable,
        "-m",
        "sanhao.cli",
        "up",
        "--demo",
        f"--port={port}",
        f"--live-port={live_port}",
    ]
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.STDOUT, env=environment(SANHAO_DATABASE_URL=database_url, SANHAO_VAR=str(var))
        )  # fmt: skip
    try:
        wait_for(log, "Sanhao is ready", process)
        yield Site(f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{live_port}", database_url, log, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def environment(**more: str) -> dict[str, str]:
    """For a process under test: our code, no addresses left over from another site, a demo world without a past."""
    kept = {name: value for name, value in os.environ.items() if name not in ("SANHAO_SITE", "SANHAO_LIVE")}
    source = str(Path(__file__).resolve().parents[1] / "src")
    return {
        **kept,
        "PYTHONPATH": source,
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
        "SANHAO_DEMO_PAST": "no",
        "LC_ALL": "C.UTF-8",
        **more,
    }


def wait_for(
    log: Path, words: str, process: subprocess.Popen[bytes], seconds: float = _START_SECONDS
) -> None:
    """Until *words* stand in *log*. Raises AssertionError with the log when the process ends or time runs out."""
    until = monotonic() + seconds
    while words not in log.read_text(errors="replace"):
        if process.poll() is not None or monotonic() > until:
            raise AssertionError(
                f"no {words!r} (exit code {process.poll()}):\n{log.read_text(errors='replace')}"
            )
        sleep(0.02)
