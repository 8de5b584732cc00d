"""The cast and the stage: business time starts at a fixed moment, sockets stay inside the machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sanhao.kit import time as kit_time

T0 = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


@pytest.fixture(autouse=True)
def _fresh_world() -> Iterator[None]:
    kit_time.forget()
    yield
    kit_time.forget()


@pytest.fixture
def now() -> datetime:
    return T0
