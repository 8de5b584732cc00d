"""What a measurement costs: processor time of this program and of PostgreSQL, memory of processes, statements sent.

On a machine that others use too, processor time per order says more than orders per second; both are printed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from django.db import connection

from sanhao.kit import time as kit_time


class Meter:
    """Started when made. PostgreSQL's processes are found through the server that this connection talks to."""

    def __init__(self, *programs: psutil.Process) -> None:
        self._programs = programs or (psutil.Process(),)
        self._postgres = _server()
        self._at_start = self._cpu()
        self._began = kit_time.monotonic()

    def _cpu(self) -> tuple[float, float]:
        return _seconds(self._programs), _seconds([self._postgres] if self._postgres else [])

    def stop(self) -> tuple[float, float, float]:
        """Seconds passed, and seconds of processor time of the programs and of PostgreSQL."""
        seconds = kit_time.monotonic() - self._began
        python, postgres = (after - before for after, before in zip(self._cpu(), self._at_start, strict=True))
        return seconds, python, postgres

    def memory(self) -> list[tuple[str, int, int]]:
        """Name, number of processes and bytes (each page shared by several counted once among them)."""
        groups = [("programs", list(_families(self._programs)))]
        if self._postgres:
            groups.append(("PostgreSQL", list(_families([self._postgres]))))
        return [(name, len(group), sum(map(_bytes, group))) for name, group in groups]


def _server() -> psutil.Process | None:
    """The postmaster, if it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        return psutil.Process(pid).parent()
    except psutil.Error:
        return None


def _families(programs: Iterable[psutil.Process]) -> Iterator[psutil.Process]:
    for program in programs:
        yield program
        yield from program.children(recursive=True)


def _seconds(programs: Iterable[psutil.Process]) -> float:
    total = 0.0
    for process in _families(programs):
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        # What a child used that has ended is counted by its parent.
        total += used.user + used.system + used.children_user + used.children_system
    return total


def _bytes(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(memory, "pss", memory.rss))


@contextmanager
def counted(found: list[str]) -> Iterator[None]:
    """Put every statement of this connection that the server answers into *found*, as libpq sees them: BEGIN, COPY
    and COMMIT too, which Django's own wrappers do not."""
    connection.ensure_connection()
    pgconn = connection.connection.pgconn
    with tempfile.NamedTemporaryFile() as file:
        descriptor = os.dup(file.fileno())
        pgconn.trace(descriptor)
        try:
            yield
        finally:
            pgconn.untrace()
            os.close(descriptor)
        found += _statements(Path(file.name).read_text(errors="replace"))


def _statements(trace: str) -> list[str]:
    """What stands between two answers of "ready": one statement, of which the first words are kept."""
    found, said = [], ""
    for line in trace.splitlines():
        parts = line.split("\t")
        if len(parts) < 4:
            continue
        sender, kind, rest = parts[1], parts[3] if parts[2].isdigit() else parts[2], parts[-1]
        if sender == "F" and kind in ("Query", "Parse", "Bind") and not said:
            said = " ".join(rest.replace("\\n", " ").strip(' "').split())[:160]
        elif sender == "B" and kind == "ReadyForQuery":
            found.append(said)
            said = ""
    return found
