"""The benches against raw SQL, small: that they run as commands, and that both ways leave the same rows. How quick they
are is never tested: machines are noisy."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sanhao.lab.bench import refunding, settling
from tests.site import environment


@pytest.mark.parametrize(
    "command", ["promises --open 300 --due 200 --batch 50", "aftersales --orders 60 --batch 25"]
)
def test_one_keeper_writes_what_raw_sql_writes(command: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "sanhao.cli", "bench", *command.split()],
        capture_output=True, text=True, timeout=600, env=environment(),
    )  # fmt: skip
    assert "Tables identical, row for row." in ran.stdout, ran.stdout + ran.stderr
    assert ran.returncode in (0, 1)  # 1: slower than promised, as any run of so few is


def test_a_bench_of_nothing_is_refused() -> None:
    assert settling.measure(total=10, due=0, batch=10) == 2
    assert refunding.measure(count=1, batch=10) == 2
    assert refunding.measure(count=10, batch=1_001) == 2
