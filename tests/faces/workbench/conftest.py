"""Every test here stands in a demo world whose clock stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sanhao.kit import time as kit_time
from tests.faces.workbench.stage import Bench, Clock, a_bench


@pytest.fixture(autouse=True)
def _a_demo_world(db: None) -> Iterator[None]:
    kit_time.found_world(is_demo=True)
    yield
    kit_time.forget()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Business time as the pages read it."""
    clock = Clock()
    monkeypatch.setattr(kit_time, "now", lambda: clock.now)
    return clock


@pytest.fixture
def bench(clock: Clock) -> Bench:
    """A shop with an owner, a manager, a clerk, one paid order, and ¥100 on its balance."""
    return a_bench()
