"""A whole site for stories end to end: the same `sanhao up` an operator runs, over a database of its own."""

from __future__ import annotations

import fcntl
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

from sanhao.kit import database
from sanhao.kit.ids import new_id
from sanhao.kit.time import monotonic

_START_SECONDS = 60
WORLD = "world"
"""The file in the home of a run that names its empty world."""


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
    url = _create(copy_of)
    try:
        yield url
    finally:
        drop(url)


def _create(copy_of: str | None = None) -> str:
    url, name = os.environ["SANHAO_DATABASE_URL"], f"sanhao_site_{new_id().hex}"
    template = urlsplit(copy_of).path.lstrip("/") if copy_of else "template1"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def drop(database_url: str) -> None:
    with psycopg.connect(os.environ["SANHAO_DATABASE_URL"], autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{urlsplit(database_url).path.lstrip("/")}" WITH (FORCE)')


def migrate(database_url: str) -> None:
    """`sanhao migrate`."""
    given = environment(SANHAO_DATABASE_URL=database_url)
    done = subprocess.run(
        [sys.executable, "-m", "sanhao.cli", "migrate"], capture_output=True, text=True, env=given
    )
    assert done.returncode == 0, done.stderr


def the_empty_world() -> str:
    """The URL of a database with all tables and nothing in them; whoever asks first in a run makes it."""
    home = Path(os.environ["SANHAO_TEST_HOME"])
    with (home / "world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = home / WORLD
        if not made.exists():
            url = _create()
            migrate(url)
            made.write_text(url)
        return made.read_text()


def fill(database_url: str, *, like: str) -> None:
    """Copy all of the database *like* into an empty one of another server."""
    dumped = subprocess.run(
        [database.programs() / "pg_dump", "--no-owner", like], capture_output=True, check=True
    )
    command = [
        database.programs() / "psql",
        "--quiet",
        "--no-psqlrc",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
        database_url,
    ]
    done = subprocess.run(command, input=dumped.stdout, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


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
