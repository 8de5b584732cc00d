"""A real PostgreSQL for the suite, started before Django reads its settings; workers share it, each its own database."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from sanhao.kit import database

if "SANHAO_DATABASE_URL" not in os.environ:
    # fsync off: the suite kills processes, never the machine. synchronous_commit stays on: the kill tests need it.
    directory = Path(tempfile.mkdtemp(prefix="sanhao-test-"))
    directory.chmod(0o755)
    database.use(database.start(directory / "postgres", extra="fsync = off\nfull_page_writes = off\n"))
os.environ.setdefault("SANHAO_SECRET_KEY", "for tests only, never for a site")
os.environ.setdefault("SANHAO_VAR", tempfile.mkdtemp(prefix="sanhao-var-"))


@pytest.hookimpl
def pytest_configure(config: pytest.Config) -> None:
    del config
