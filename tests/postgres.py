"""A real PostgreSQL for the suite, started before Django reads its settings; workers share it, each its own database."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from sanhao.kit import database


def _leave_clean(home: Path) -> None:
    """A server that is not ours keeps nothing of a run."""
    from tests.site import WORLD, drop

    if (home / WORLD).exists():
        drop((home / WORLD).read_text())


# SANHAO_DATABASE_URL may name another server; its user must be allowed to create databases.
if "SANHAO_TEST_HOME" not in os.environ:
    # The first process of the run; the workers that it starts inherit what is set here.
    home = Path(tempfile.mkdtemp(prefix="sanhao-test-"))
    home.chmod(0o711)  # the database's user passes through
    os.environ["SANHAO_TEST_HOME"] = str(home)
    os.environ["SANHAO_VAR"] = str(home / "var")
    os.environ.setdefault("SANHAO_SECRET_KEY", "for tests only, never for a site")
    owner = os.getpid()
    # Handlers run last in, first out: the server, started below, is stopped before its directory goes.
    atexit.register(lambda: shutil.rmtree(home, ignore_errors=True) if os.getpid() == owner else None)
    if "SANHAO_DATABASE_URL" in os.environ:
        atexit.register(lambda: _leave_clean(home) if os.getpid() == owner else None)
    else:
        # fsync off: the suite kills processes, never the machine. synchronous_commit stays on: the kill tests need it.
        calm = "fsync = off\nfull_page_writes = off\nshared_buffers = 256MB\n"
        database.use(database.start(home / "postgres", extra=calm))
