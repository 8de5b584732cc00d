"""Two keepers on one inbox, a shop that registers while a keeper reads: nothing twice, nothing lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.kit import keeper
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.delivery import api
from sanhao.service.delivery.events import ConsignmentCollected, ConsignmentDelivered
from sanhao.service.delivery.inbox import INBOX
from tests.at_once import all_at_once
from tests.conftest import T0
from tests.service.delivery.stage import Ear, a_parcel, a_shop, hear, messages, read, row

HOUR = timedelta(hours=1)
STORY: list[tuple[api.Status, int]] = [
    ("pending", 0), ("picked_up", 1), ("in_transit", 5), ("delivery_failed", 26), ("out_for_delivery", 49),
    ("delivered", 52), ("in_transit", 53),
]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_keepers_settle_every_scan_once(now: datetime, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    parcels = [a_parcel(f"SB2{n:03}", now=now) for n in range(12)]
    for status, hours in STORY:
        for parcel in parcels:
            hear(parcel.tracking_no, status, at=now + hours * HOUR, received=now + hours * HOUR)
    end = now + 60 * HOUR
    small = keeper.Keeper(INBOX.name, INBOX.query, INBOX.settle, INBOX.order, batch=5)
    all_at_once(*[lambda: keeper.drain([small], now=end)] * 3)
    keeper.drain([small], now=end)
    assert {m["state"] for m in messages()} == {"read"}
    assert fetch("SELECT count(*) AS n FROM delivery_scan") == [{"n": 12 * len(STORY)}]
    assert fetch("SELECT count(*) AS n FROM kit_set_aside") == [{"n": 0}]
    for parcel in parcels:
        assert row(parcel.id) == {
            "state": "delivered", "collected_at": now + HOUR, "delivered_at": now + 52 * HOUR
        }  # fmt: skip
    delivered = [fact.consignment_id for fact in ear.of(ConsignmentDelivered)]
    assert sorted(delivered) == sorted(parcel.id for parcel in parcels)
    # A later scan may be read first; then the earlier pickup is told after it, and the last word is the same.
    last = {fact.consignment_id: fact.at for fact in ear.of(ConsignmentCollected)}
    assert set(last) == {parcel.id for parcel in parcels}
    assert set(last.values()) == {now + HOUR}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_a_scan_read_while_its_parcel_is_being_registered_is_not_lost(attempt: int, now: datetime) -> None:
    shop = a_shop()
    hear("SB0001", "picked_up", at=now + HOUR, received=now + HOUR)
    parcel = api.ConsignmentDraft(new_id(), new_id(), shop, "sandbox", "SB0001", ((new_id(), 1),), now)
    all_at_once(
        lambda: api.register([parcel], now=now + 2 * HOUR), lambda: keeper.tick(INBOX, now=now + 2 * HOUR)
    )
    read(now + 2 * HOUR)
    assert row(parcel.id)["state"] == "collected"
    assert [m["state"] for m in messages()] == ["read"]


@pytest.mark.django_db(transaction=True)
def test_one_number_registered_by_many_at_once_is_one_parcel(now: datetime) -> None:
    shop, taken = a_shop(), []

    def register() -> None:
        try:
            draft = api.ConsignmentDraft(new_id(), new_id(), shop, "sandbox", "SB0001", ((new_id(), 1),))
            api.register([draft], now=now)
        except Refusal as refusal:
            taken.append(refusal.code)

    all_at_once(*[register] * 4)
    assert taken == ["delivery.number_taken"] * 3
    assert fetch("SELECT count(*) AS n FROM delivery_consignment") == [{"n": 1}]
    assert fetch("SELECT count(*) AS n FROM delivery_consignment_item") == [{"n": 1}]


@pytest.mark.django_db
@settings(max_examples=40)
@given(order=st.permutations(range(len(STORY))), again=st.lists(st.integers(0, len(STORY) - 1), max_size=4),
       cuts=st.sets(st.integers(0, len(STORY)), max_size=3))  # fmt: skip
def test_any_order_and_repetition_gives_the_same_row(
    order: list[int], again: list[int], cuts: set[int]
) -> None:
    """The very messages of one story, stored in any order, some twice, read in any batches."""
    savepoint = connection.savepoint()
    try:
        parcel = a_parcel(now=T0)
        for index, told in enumerate([*order, *again]):
            status, hours = STORY[told]
            body, _ = api.sandbox_body("SB0001", status, now=T0 + hours * HOUR)
            execute(
                "INSERT INTO delivery_carrier_message (id, carrier, event_id, parcel, body, signature_ok, "
                "received_at, state, reason, unknown_nos) "
                "VALUES (%s, 'sandbox', %s, '', %s, true, %s, 'new', '', '{}')",
                [new_id(), f"{index}", body, T0 + hours * HOUR],
            )
            if index in cuts:
                read(T0 + 60 * HOUR)
        read(T0 + 60 * HOUR)
        assert row(parcel.id) == {
            "state": "delivered", "collected_at": T0 + HOUR, "delivered_at": T0 + 52 * HOUR
        }  # fmt: skip
        assert fetch("SELECT count(*) AS n FROM delivery_scan") == [{"n": len(STORY)}]
    finally:
        connection.savepoint_rollback(savepoint)
