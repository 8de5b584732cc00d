"""An ear for delivery's facts that is deaf again after the test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest

from sanhao.kit import events
from tests.service.delivery.stage import Ear


@pytest.fixture(autouse=True)
def _nobody_else_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delivery by itself: what orders and promises make of its facts is tested with them."""
    monkeypatch.setattr(events, "_now", defaultdict(list))


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    listening = Ear()
    monkeypatch.setattr(events, "_now", events._now.copy())
    for name in list(events._now):
        events._now[name] = list(events._now[name])
    listening.listen()
    yield listening
