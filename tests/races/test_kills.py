"""kill -9 of keepers and of PostgreSQL while promises come due: nothing twice, nothing lost, every cent accounted for.

PostgreSQL has a cluster of its own here, durable as in production. `SANHAO_KILL_ROUNDS` says how many rounds (12 in
the suite, 200 in `make soak`), `SANHAO_KILL_SEED` which chance. Twenty rounds make a world, the next a new one.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep

import pytest

from sanhao.kit import database
from sanhao.kit.time import monotonic
from tests.races.arena import Arena, Hand, arena, soon, waves
from tests.site import fill

ROUNDS = int(os.environ.get("SANHAO_KILL_ROUNDS", "12"))
SEED = int(os.environ.get("SANHAO_KILL_SEED", "1"))
EACH, KEEPERS, OF_A_WORLD = 300, 3, 20
WORLDS = [(SEED + n, min(OF_A_WORLD, ROUNDS - n * OF_A_WORLD)) for n in range(-(-ROUNDS // OF_A_WORLD))]
A_DAY = timedelta(days=1)


@pytest.fixture
def cluster() -> Iterator[Path]:
    """A PostgreSQL that may be killed: nobody else's, and every commit on disk."""
    home = Path(tempfile.mkdtemp(prefix="sanhao-kills-"))
    home.chmod(0o711)
    directory = home / "postgres"
    try:
        yield directory
    finally:
        database.leave(directory)
        shutil.rmtree(home, ignore_errors=True)


@dataclass
class Killer:
    """Keepers and a server that are killed and started again."""

    at: Arena
    directory: Path
    keepers: list[Hand] = field(default_factory=list)
    keepers_killed: int = 0
    servers_killed: int = 0
    crashes: list[str] = field(default_factory=list)

    def start_keeper(self) -> None:
        self.keepers.append(self.at.start("keep", batch=25))

    def kill_keeper(self, rng: random.Random) -> None:
        victim = self.keepers.pop(rng.randrange(len(self.keepers)))
        ended = victim.process.poll()
        if ended == -signal.SIGSEGV:  # the driver, seen once in 800 kills; a supervisor starts it again
            self.crashes.append(victim.log.read_text()[-6000:])
        else:
            assert ended is None, f"a keeper ended by itself:\n{victim.log.read_text()[-3000:]}"
        victim.process.kill()
        victim.process.wait(30)
        self.keepers_killed += 1
        self.start_keeper()

    def kill_server(self, rng: random.Random) -> None:
        pid = database.server_pid(self.directory)
        assert pid is not None
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.servers_killed += 1
        while database.server_pid(self.directory) == pid:
            sleep(0.005)
        database.start(self.directory)

    def plan(self, rng: random.Random) -> list[Callable[[random.Random], None]]:
        """One to three keepers a round, the server in every second one."""
        acts: list[Callable[[random.Random], None]] = [self.kill_keeper] * rng.randint(1, 3)
        if rng.random() < 0.5:
            acts.append(self.kill_server)
        rng.shuffle(acts)
        return acts


@pytest.mark.parametrize(("seed", "rounds"), WORLDS)
def test_killed_at_random_moments_every_promise_is_settled_once(
    cluster: Path,
    empty_world: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    seed: int,
    rounds: int,
) -> None:
    began = monotonic()
    url = database.start(cluster, extra="shared_buffers = 128MB\n")
    fill(url, like=empty_world)
    with arena(url, tmp_path) as at:
        assert [at.ask(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == [
            "on"
        ] * 3
        days = waves(soon(), rounds, A_DAY)
        seeded = at.do(
            "seed", within=120 + 10 * rounds, seed=seed, waves=[day.isoformat() for day in days], each=EACH, step_ms=5,
            parcels="messages",
        )  # fmt: skip
        assert seeded == {"orders": rounds * EACH}
        killer, rng = Killer(at, cluster), random.Random(seed)
        for _ in range(KEEPERS):
            killer.start_keeper()
        for hand in killer.keepers:
            hand.says("ready")
        at.at_rest(60 + 3 * rounds)
        for number, day in enumerate(days):
            try:
                _round(killer, rng, day)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, round {number}: {error}") from error
        at.move_to(days[-1] + 13 * A_DAY)
        at.at_rest()
        at.move_to(
            at.now() + timedelta(hours=3)
        )  # refunds whose keeper died are sent again when their lease ends
        found = at.do("check", within=120 + 5 * rounds, now=at.at_rest().isoformat())
    assert found["findings"] == {}, f"seed {seed}"
    assert len(killer.crashes) <= 1, "\n".join(killer.crashes)
    figures = found["figures"]
    assert figures["settled"] >= 2 * rounds * EACH and min(figures.values()) > 10 * rounds, figures
    assert killer.keepers_killed >= rounds and killer.servers_killed >= rounds // 4
    with capsys.disabled():
        sys.stderr.write(
            f"\nkills: {rounds} rounds, {killer.keepers_killed} keepers and {killer.servers_killed} times PostgreSQL "
            f"killed, {figures['settled']:,} promises settled ({figures['kept']:,} kept, {figures['broken']:,} broken, "
            f"{figures['void']:,} void), {figures['coupons']:,} coupons, {figures['refunds']:,} refunds, "
            f"{monotonic() - began:.0f} s, seed {seed}\n{''.join(killer.crashes)}"
        )


def _round(killer: Killer, rng: random.Random, day: datetime) -> None:
    """A day comes: a few hundred promises come due, and somebody is killed again and again while they do."""
    at = killer.at
    at.move_to(day)
    for act in killer.plan(rng):
        sleep(rng.uniform(0.0, 0.5))  # a random moment is what this test is about
        act(rng)
    at.at_rest()
