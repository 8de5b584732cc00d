"""The supervisor, with real processes: what crashes is named and restarted, nothing outlives it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest

from sanhao.kit.time import monotonic
from tests.site import environment, wait_for

_PATIENCE_SECONDS = 20.0
_CHILD = """
import os, pathlib, signal, sys, time
from sanhao.kit.supervisor import tie_to_parent
tie_to_parent()
here, name, manner = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
if manner == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if manner == "crash" and not (here / "crashed").exists():
    (here / "crashed").touch()
    sys.exit(7)
with (here / "pids").open("a") as pids:
    print(name, os.getpid(), file=pids)
time.sleep(300)
"""
_SUPERVISOR = """
import pathlib, sys
from sanhao.kit.supervisor import Program, Supervisor
here, child = pathlib.Path(sys.argv[1]), sys.argv[2]
def program(given):
    name, manner = given.split(":")
    ready = lambda: (here / "pids").exists() and f"{name} " in (here / "pids").read_text()
    return Program(name, [sys.executable, child, str(here), name, manner], ready=ready, last=name == "last")
said = Supervisor([program(given) for given in sys.argv[3:]], lambda text: print(text.en, flush=True), patience_seconds=1.0)
code = said.run(lambda: print("all ready", flush=True))
print("stopped", flush=True)
sys.exit(code)
"""


class Scene:
    """A supervisor in a process of its own and what it said."""

    def __init__(self, here: Path, *programs: str) -> None:
        self.here, self.log = here, here / "log"
        (here / "child.py").write_text(_CHILD)
        (here / "supervisor.py").write_text(_SUPERVISOR)
        with self.log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, here / "supervisor.py", here, here / "child.py", *programs],
                stdout=said, stderr=subprocess.STDOUT, env=environment(),
            )  # fmt: skip

    def says(self, words: str) -> None:
        wait_for(self.log, words, self.process, _PATIENCE_SECONDS)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(_PATIENCE_SECONDS)

    def pids(self, name: str) -> list[int]:
        return [
            int(pid) for pid in re.findall(rf"^{name} (\d+)$", (self.here / "pids").read_text(), re.MULTILINE)
        ]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(what: Callable[[], bool]) -> bool:
    until = monotonic() + _PATIENCE_SECONDS
    while not what():
        if monotonic() > until:
            return False
        sleep(0.02)
    return True


@pytest.fixture
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Scene]:
    def begin(*programs: str) -> Scene:
        begun = Scene(tmp_path, *programs)
        request.addfinalizer(begun.end)
        return begun

    return begin


def test_all_are_announced_once_and_stop_within_seconds_on_sigterm(scene: Callable[..., Scene]) -> None:
    play = scene("one:good", "last:good")
    play.says("all ready")
    [one], [last] = play.pids("one"), play.pids("last")
    play.process.send_signal(signal.SIGTERM)
    assert play.process.wait(_PATIENCE_SECONDS) == 0
    assert not is_alive(one)
    assert not is_alive(last)
    assert play.log.read_text() == "all ready\nstopped\n"


def test_ctrl_c_stops_everything_too(scene: Callable[..., Scene]) -> None:
    play = scene("one:good")
    play.says("all ready")
    play.process.send_signal(signal.SIGINT)
    assert play.process.wait(_PATIENCE_SECONDS) == 0
    assert not is_alive(play.pids("one")[0])


def test_what_crashes_is_named_and_started_again(scene: Callable[..., Scene]) -> None:
    play = scene("shaky:crash", "other:good")
    play.says("all ready")
    assert (
        "The process “shaky” ended unexpectedly (exit code 7); starting it again in 0.5 s."
        in play.log.read_text()
    )
    assert len(play.pids("other")) == 1


def test_what_is_killed_comes_back_and_waits_longer_each_time(scene: Callable[..., Scene]) -> None:
    play = scene("one:good")
    play.says("all ready")
    os.kill(play.pids("one")[-1], signal.SIGKILL)
    play.says("ended unexpectedly (signal 9); starting it again in 0.5 s")
    assert eventually(lambda: len(play.pids("one")) == 2)
    os.kill(play.pids("one")[-1], signal.SIGKILL)
    play.says("ended unexpectedly (signal 9); starting it again in 1 s")


def test_one_that_will_not_listen_is_ended_anyway(scene: Callable[..., Scene]) -> None:
    play = scene("stubborn:deaf")
    play.says("all ready")
    play.process.send_signal(signal.SIGTERM)
    assert play.process.wait(_PATIENCE_SECONDS) == 0
    assert not is_alive(play.pids("stubborn")[0])


def test_children_die_with_a_supervisor_that_is_killed(scene: Callable[..., Scene]) -> None:
    play = scene("one:good", "two:good")
    play.says("all ready")
    play.process.kill()
    play.process.wait()
    assert eventually(lambda: not is_alive(play.pids("one")[0]) and not is_alive(play.pids("two")[0]))
