"""Promises are settled no further than the world has been heard of."""

from __future__ import annotations

import pytest

from sanhao.kit import keeper
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.promises import api as promises
from tests.conftest import T0
from tests.service import stage
from tests.service.stage import hours


@pytest.mark.django_db
def test_a_scan_that_came_in_time_keeps_its_promise_though_it_is_read_after_the_deadline() -> None:
    stage.rules()
    at = stage.stage(balance=10_000)
    order = stage.paid(at)
    parcel = stage.ship(at, order, "HZ0001", now=T0 + hours(1))
    body, headers = delivery.sandbox_scan_body(parcel, "picked_up", now=T0 + hours(40))
    delivery.receive("sandbox", body, headers, now=T0 + hours(40))
    named = {each.name: each for each in keeper.all_keepers()}
    # Keepers were down until long after; the one that settles promises is the first to be back.
    assert delivery.unread_since() == T0 + hours(40)
    assert keeper.tick(named["promises.settle"]) == 0
    assert stage.promise(order)["state"] == "open"
    assert keeper.tick(named["delivery.inbox"]) == 1
    assert delivery.unread_since() is None
    keeper.tick(named["promises.settle"])
    assert stage.promise(order)["state"] == "kept"


@pytest.mark.django_db
def test_what_is_set_aside_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    stage.rules()
    at = stage.stage(balance=10_000)
    order = stage.paid(at)
    parcel = stage.ship(at, order, "HZ0002", now=T0 + hours(1))
    body, headers = delivery.sandbox_scan_body(parcel, "picked_up", now=T0 + hours(40))
    delivery.receive("sandbox", body, headers, now=T0 + hours(40))
    named = {each.name: each for each in keeper.all_keepers()}
    inbox = named["delivery.inbox"]

    def breaks(rows: object, now: object) -> None:
        raise ValueError("poisoned")

    monkeypatch.setitem(inbox.__dict__, "settle", breaks)
    assert keeper.tick(inbox) == 0
    assert len(fetch("SELECT 1 FROM kit_set_aside")) == 1
    keeper.tick(named["promises.settle"])
    assert stage.promise(order)["state"] == "broken"


def test_a_horizon_is_registered_once() -> None:
    from sanhao.service.promises import horizon

    before = list(horizon._unheard)
    promises.register_horizon(delivery.unread_since)
    assert horizon._unheard == before
