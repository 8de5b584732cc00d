"""What `docs/operate.md` tells an operator to type does what it says: a site is dumped, lost and restored."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import psycopg
import pytest

from sanhao.kit import database
from tests.cli.test_up import sanhao
from tests.site import environment

ROOT = Path(__file__).parents[2]
DUMP, RESTORE = re.findall(
    r"```\n(.*?)```", (ROOT / "docs/operate.md").read_text().partition("## Backups")[2], re.DOTALL
)[:2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where an operator stands: beside `var` and `.venv`."""
    home = tmp_path / "h"
    (home / ".venv/bin").mkdir(parents=True)
    for name in ("python", "sanhao"):
        program = home / ".venv/bin" / name
        module = " -m sanhao.cli" if name == "sanhao" else ""
        program.write_text(f'#!/bin/sh\nexec {sys.executable}{module} "$@"\n')
        program.chmod(0o755)
    return home


def test_a_dump_restores_to_the_same_site(home: Path) -> None:
    var = home / "var"
    made = sanhao("demo", "found", SANHAO_VAR=str(var), SANHAO_DATABASE_URL="")
    assert made.returncode == 0, made.stderr
    with server(home):
        said = typed(home, DUMP)
        assert said.returncode == 0, said.stderr
        before = counts(var)
    shutil.rmtree(var / "postgres")
    with server(home):
        said = typed(home, DUMP.replace(DUMP.splitlines()[-1], "") + RESTORE)
        assert said.returncode == 0, said.stdout + said.stderr
        assert counts(var) == before and sum(before.values()) > 100


@contextmanager
def server(home: Path) -> Iterator[None]:
    """`sanhao database var/postgres`, in another terminal."""
    process = subprocess.Popen(
        [home / ".venv/bin/sanhao", "database", "var/postgres"], cwd=home, env=here(home)
    )
    try:
        while database.server_pid(home / "var/postgres") is None:
            assert process.poll() is None
            sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(30)


def typed(home: Path, commands: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euc", commands], cwd=home, env=here(home), capture_output=True, text=True, timeout=120
    )


def here(home: Path) -> dict[str, str]:
    return environment(SANHAO_VAR=str(home / "var"), SANHAO_DATABASE_URL="")


def counts(var: Path) -> dict[str, int]:
    """Rows of every table."""
    with psycopg.connect(dbname="postgres", user="postgres", host=str(var / "postgres")) as there:
        names = there.execute(
            "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'"
        ).fetchall()
        return {
            name: row[0]
            for (name,) in names
            if (row := there.execute(f'SELECT count(*) FROM "{name}"').fetchone())
        }
