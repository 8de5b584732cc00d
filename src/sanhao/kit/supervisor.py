"""A supervisor for a handful of processes: starts them, restarts and names what crashes, stops all of them cleanly.

It knows nothing of what it runs. Every process gets a group of its own, so that Ctrl-C reaches only the supervisor,
and is tied to it (`tie_to_parent`), so that none outlives it, not even after a kill -9.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from sanhao.kit.text import Text
from sanhao.kit.time import monotonic

_PARENT = "SANHAO_SUPERVISOR"
_LOOK_EVERY_SECONDS = 0.1
_FIRST_DELAY_SECONDS, _LONGEST_DELAY_SECONDS = 0.5, 30.0
_STEADY_AFTER_SECONDS = 60.0  # a process that lived this long starts afresh with the shortest delay
_PATIENCE_SECONDS = 8.0
_PR_SET_PDEATHSIG = 1


def tie_to_parent(*, expect: bool = True, with_signal: int = signal.SIGTERM) -> None:
    """Called first thing by a supervised process: when its parent dies, however it dies, it gets *with_signal*.

    Does nothing in a process that no supervisor started. With *expect* the parent must be the supervisor itself,
    else (it died while we were starting) this process ends.
    """
    parent = os.environ.get(_PARENT)
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, with_signal, 0, 0, 0)
    if expect and os.getppid() != int(parent):
        sys.exit(f"{sys.argv[0]}: the supervisor is gone")


@dataclass(frozen=True)
class Program:
    """*ready* says whether it serves; *last* ones are stopped when all others have gone."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool] | None = None
    last: bool = False


@dataclass
class _Running:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    delay: float = _FIRST_DELAY_SECONDS
    again_at: float = 0.0


@dataclass
class Supervisor:
    """``Supervisor(programs, say).run(announce)`` blocks until SIGINT or SIGTERM; returns the exit code."""

    programs: Sequence[Program]
    say: Callable[[Text], None]
    environment: Mapping[str, str] = field(default_factory=dict)
    patience_seconds: float = _PATIENCE_SECONDS
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, announce: Callable[[], None] = lambda: None) -> int:
        """Start everything, call *announce* once all are ready, keep them running until told to stop."""
        before = {number: signal.signal(number, self._told) for number in (signal.SIGINT, signal.SIGTERM)}
        running = [_Running(program) for program in self.programs]
        try:
            for one in running:
                self._start(one)
            waiting = [one for one in running if one.program.ready]
            while not self.stop.wait(_LOOK_EVERY_SECONDS):
                for one in running:
                    self._look_after(one)
                if waiting:
                    waiting = [one for one in waiting if not (one.program.ready and one.program.ready())]
                    if not waiting:
                        announce()
        finally:
            self._stop_all(running)
            for number, handler in before.items():
                signal.signal(number, handler)
        return 0

    def _told(self, number: int, frame: FrameType | None) -> None:
        self.stop.set()

    def _start(self, one: _Running) -> None:
        one.process = subprocess.Popen(
            list(one.program.command),
            env={**os.environ, **self.environment, _PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        one.started = monotonic()

    def _look_after(self, one: _Running) -> None:
        if one.process is None:
            if monotonic() >= one.again_at:
                self._start(one)
            return
        code = one.process.poll()
        if code is None:
            return
        _kill_group(one.process)  # what it left behind would hold its port
        if monotonic() - one.started > _STEADY_AFTER_SECONDS:
            one.delay = _FIRST_DELAY_SECONDS
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        self.say(
            Text(
                zh=f"进程「{one.program.name}」意外结束（{how}），{one.delay:g} 秒后重新启动。",
                en=f"The process “{one.program.name}” ended unexpectedly ({how}); starting it again in {one.delay:g} s.",
            )
        )
        one.process, one.again_at = None, monotonic() + one.delay
        one.delay = min(one.delay * 2, _LONGEST_DELAY_SECONDS)

    def _stop_all(self, running: Sequence[_Running]) -> None:
        for last in (False, True):
            processes = [one.process for one in running if one.process and one.program.last is last]
            for process in processes:
                with suppress(ProcessLookupError):
                    process.terminate()
            until = monotonic() + self.patience_seconds
            for process in processes:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, until - monotonic()))
                _kill_group(process)
                process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
