"""Every test here stands in a demo world whose clock stands still; Chinese pages need their translations compiled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import sanhao
from sanhao.cli.build import compile_translations
from sanhao.kit import limits
from sanhao.kit import time as kit_time
from tests.faces.workbench.stage import Bench, Clock, a_bench


@pytest.fixture(scope="session", autouse=True)
def _translations() -> None:
    compile_translations(Path(sanhao.__file__).parent)


@pytest.fixture(autouse=True)
def _counting_anew() -> Iterator[None]:
    limits.forget_local()
    yield
    limits.forget_local()


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
