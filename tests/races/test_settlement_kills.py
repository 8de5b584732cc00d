"""kill -9 of keepers and of PostgreSQL while shops' money is released and paid out: every order released once, every
payout sent once, no shop overdrawn, the books at zero.

`SANHAO_KILL_ROUNDS` says how many rounds, as in `test_kills`; the suite runs a few, `make soak` many.
"""

from __future__ import annotations

import os
import random
import sys
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest

from sanhao.kit import database
from sanhao.kit.time import monotonic
from tests.races.arena import OF_SETTLEMENT, arena, soon, waves
from tests.races.test_kills import KEEPERS, OF_A_WORLD, SEED, Killer, cluster
from tests.site import fill

ROUNDS = int(os.environ.get("SANHAO_KILL_ROUNDS", "4"))
EACH = 200
WORLDS = [(SEED + n, min(OF_A_WORLD, ROUNDS - n * OF_A_WORLD)) for n in range(-(-ROUNDS // OF_A_WORLD))]
A_DAY = timedelta(days=1)
__all__ = ["cluster"]


class Cashier(Killer):
    """Keepers of settlement."""

    def start_keeper(self) -> None:
        self.keepers.append(self.at.start("keep", batch=8, only="settlement"))


@pytest.mark.parametrize(("seed", "rounds"), WORLDS)
def test_killed_at_random_moments_every_order_is_released_and_every_payout_sent_once(
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
        days = waves(soon(), rounds, A_DAY)
        given = {"seed": seed, "waves": [day.isoformat() for day in days], "each": EACH, "step_ms": 4}
        assert at.do("earn", within=120 + 10 * rounds, **given) == {"orders": rounds * EACH}
        killer, rng = Cashier(at, cluster), random.Random(seed)
        for _ in range(KEEPERS):
            killer.start_keeper()
        for hand in killer.keepers:
            hand.says("ready")
        for day in days:
            at.move_to(day)
            for act in killer.plan(rng):
                sleep(rng.uniform(0.0, 0.4))  # a random moment is what this test is about
                act(rng)
            at.at_rest(120, OF_SETTLEMENT)
        for hours in (
            3,
            24,
            48,
            72,
        ):  # what a dead keeper had claimed is sent again, banks are late, money comes back
            at.move_to(days[-1] + A_DAY + timedelta(hours=hours))
            at.at_rest(120, OF_SETTLEMENT)
        now = at.at_rest(120, OF_SETTLEMENT)
        found = at.do("check_money", within=120, now=now.isoformat())
        released = at.ask("SELECT count(*) FROM settlement_settlement WHERE released_at IS NOT NULL")
        payouts, back = (
            at.ask(f"SELECT count(*) FROM settlement_payout WHERE state = '{state}'")
            for state in ("paid", "returned")
        )
        asked_again = at.ask("SELECT count(*) FROM settlement_sandboxtransfer WHERE asked > 1")
    assert found["findings"] == {}, f"seed {seed}"
    assert len(killer.crashes) <= 1, "\n".join(killer.crashes)
    assert released == rounds * EACH and payouts >= rounds and back > 0, (released, payouts, back)
    with capsys.disabled():
        sys.stderr.write(
            f"\nkills of settlement: {rounds} rounds, {killer.keepers_killed} keepers and {killer.servers_killed} times "
            f"PostgreSQL killed, {released:,} orders released, {payouts} payouts paid, {back} sent back, {asked_again} "
            f"asked of the bank again, {monotonic() - began:.0f} s, seed {seed}\n{''.join(killer.crashes)}"
        )
