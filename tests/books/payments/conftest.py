"""Who hears of payments in these tests: one owner, and nobody else."""

from __future__ import annotations

import pytest

from sanhao.books.payments import events
from sanhao.kit.events import _now, event_name
from tests.books.payments.stage import Owner


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> Owner:
    owner = Owner()
    for kind in (events.PaymentFailed, events.RefundCompleted, events.RefundFailed):
        monkeypatch.setitem(_now, event_name(kind), [owner])
    monkeypatch.setitem(_now, event_name(events.PaymentSucceeded), [owner.booked])
    return owner
