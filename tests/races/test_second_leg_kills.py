"""kill -9 of keepers and of PostgreSQL while hubs send on, lose, and send on after all: what was set apart ends once, the
day's budget is right to the cent, couriers and buyers have what is theirs."""

from __future__ import annotations

import random
import sys
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest

from sanhao.kit import database
from sanhao.kit.time import monotonic
from tests.races.arena import arena, soon
from tests.races.second_legs import DUE
from tests.races.test_kills import KEEPERS, SEED, Killer, cluster
from tests.site import fill

EACH = 66
"""Orders: six for each way in which a hub can behave."""
A_DAY = timedelta(days=1)
ACTS = (0, 6 / 24, 8 / 24, 3, 4, 15, 15.5, 16, 20, 20.2, 36, 60)
"""Days after the hubs have signed: they send on, it is scanned, parcels that turned round are given up, those that are silent,
and what was given up is sent on after all."""
__all__ = ["cluster"]


class Carrier(Killer):
    """Keepers of parcels and of what is set apart for them."""

    def start_keeper(self) -> None:
        self.keepers.append(self.at.start("keep", batch=9, only="second_legs"))


def test_killed_at_random_moments_every_second_leg_ends_once(
    cluster: Path, empty_world: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = monotonic()
    url = database.start(cluster, extra="shared_buffers = 128MB\n")
    fill(url, like=empty_world)
    with arena(url, tmp_path) as at:
        signed = soon()
        sent = at.do("send_by_hub", within=300, seed=SEED, signs=signed.isoformat(), each=EACH)
        assert sent == {"orders": EACH}
        killer, rng = Carrier(at, cluster), random.Random(SEED)
        for _ in range(KEEPERS):
            killer.start_keeper()
        for hand in killer.keepers:
            hand.says("ready")
        for days in ACTS:
            at.move_to(signed + days * A_DAY + timedelta(minutes=5))
            for act in killer.plan(rng):
                sleep(rng.uniform(0.0, 0.4))  # a random moment is what this test is about
                act(rng)
            at.at_rest(120, DUE)
        at.move_to(
            at.now() + timedelta(hours=3)
        )  # refunds whose keeper died are sent again when their lease ends
        at.at_rest(120, DUE)
        found = at.do("check_second_legs", within=120)
    assert found["findings"] == {}, f"seed {SEED}"
    assert len(killer.crashes) <= 1, "\n".join(killer.crashes)
    ends = found["ends"]
    assert set(ends) == {"spent", "freed", "borne"} and sum(ends.values()) == EACH, ends
    assert killer.keepers_killed >= len(ACTS) and killer.servers_killed > 0
    with capsys.disabled():
        sys.stderr.write(
            f"\nkills of second legs: {killer.keepers_killed} keepers and {killer.servers_killed} times PostgreSQL killed, "
            f"{EACH} orders: {ends}, {monotonic() - began:.0f} s, seed {SEED}\n{''.join(killer.crashes)}"
        )
