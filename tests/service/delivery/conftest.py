"""An ear for delivery's facts that is deaf again after the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sanhao.kit import events
from tests.service.delivery.stage import Ear


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    listening = Ear()
    monkeypatch.setattr(events, "_now", events._now.copy())
    for name in list(events._now):
        events._now[name] = list(events._now[name])
    listening.listen()
    yield listening
