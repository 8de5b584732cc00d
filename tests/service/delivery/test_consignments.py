"""Registering parcels, reading the inbox: what a courier says moves a consignment, once, whatever the order."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest
from django.db import DatabaseError

from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.delivery import api, signing
from sanhao.service.delivery.events import ConsignmentCollected, ConsignmentDelivered, ConsignmentMoved
from tests.service.delivery.stage import Ear, a_parcel, a_shop, hear, messages, read, row

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def draft(number: str = "SB0001", **changes: object) -> api.ConsignmentDraft:
    plain = api.ConsignmentDraft(new_id(), new_id(), a_shop(), "sandbox", number, ((new_id(), 1),))
    return msgspec.structs.replace(plain, **changes)


def counts() -> dict[str, int]:
    [found] = fetch(
        "SELECT (SELECT count(*) FROM delivery_consignment) AS consignments, "
        "(SELECT count(*) FROM delivery_consignment_item) AS items, (SELECT count(*) FROM delivery_scan) AS scans"
    )
    return found


def test_an_order_may_have_several_parcels(now: datetime) -> None:
    owner = new_id()
    first, second = draft("SB0001", owner_id=owner), draft("sb 0002", owner_id=owner)
    api.register([first, second], now=now)
    views = api.consignments_of([owner])[owner]
    assert [(v.tracking_no, v.state, v.items, v.scans) for v in views] == [
        ("SB0001", "labelled", first.items, ()),
        ("SB0002", "labelled", second.items, ()),
    ]


@pytest.mark.parametrize("again", ["SB0001", " sb0001 ", "SB 0001"])
def test_a_tracking_number_used_again_is_refused_and_nothing_is_registered(again: str, now: datetime) -> None:
    api.register([draft("SB0001")], now=now)
    with pytest.raises(Refusal) as refused:
        api.register([draft("SB0009"), draft(again)], now=now)
    assert refused.value.code == "delivery.number_taken"
    assert "SB0001" in refused.value.text.zh
    assert counts() == {"consignments": 1, "items": 1, "scans": 0}


def test_the_same_number_with_another_carrier_is_another_parcel(now: datetime) -> None:
    api.register([draft("SB0001"), draft("SB0001", carrier="gls")], now=now)
    assert counts()["consignments"] == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"carrier": "pigeon"}, "delivery.unknown_carrier"),
        ({"tracking_no": " "}, "delivery.tracking_no"),
        ({"tracking_no": "X" * 65}, "delivery.tracking_no"),
        ({"tracking_no": "AB\x00CD"}, "delivery.tracking_no"),
        ({"items": ()}, "delivery.items"),
        ({"items": ((new_id(), 0),)}, "delivery.items"),
        ({"items": ((new_id(), -1),)}, "delivery.items"),
    ],
)
def test_a_parcel_that_cannot_be_is_refused(changes: dict[str, object], code: str, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        api.register([draft(**changes)], now=now)
    assert refused.value.code == code
    assert counts() == {"consignments": 0, "items": 0, "scans": 0}


def test_a_pickup_scan_makes_it_collected_and_everybody_hears_once(now: datetime, ear: Ear) -> None:
    parcel = a_parcel(now=now)
    picked = now + HOUR
    api.post_scan(parcel.id, "picked_up", now=picked, place="Hangzhou")
    assert read(picked) == 1
    assert row(parcel.id) == {"state": "collected", "collected_at": picked, "delivered_at": None}
    assert ear.of(ConsignmentCollected) == [
        ConsignmentCollected(
            parcel.id, parcel.owner_id, parcel.shop_id, parcel.items, picked, picked, False, carrier="sandbox"
        )
    ]
    assert ear.of(ConsignmentMoved) == [
        ConsignmentMoved(parcel.id, parcel.owner_id, parcel.shop_id, "collected", picked)
    ]
    [view] = api.consignments_of([parcel.owner_id])[parcel.owner_id]
    assert [(s.status, s.at, s.zone, s.place) for s in view.scans] == [
        ("picked_up", picked, "given", "Hangzhou")
    ]


@pytest.mark.parametrize("status", ["pending", "on_hold", "cancelled", "unknown", "delivery_delayed"])
def test_what_is_no_scan_by_the_carriers_hand_collects_nothing(
    status: api.Status, now: datetime, ear: Ear
) -> None:
    parcel = a_parcel(now=now)
    hear("SB0001", status, at=now + HOUR, received=now + HOUR)
    read(now + HOUR)
    assert row(parcel.id) == {"state": "labelled", "collected_at": None, "delivered_at": None}
    assert ear.facts == []
    assert counts()["scans"] == 1


def test_a_late_in_transit_after_delivered_is_kept_and_moves_nothing(now: datetime, ear: Ear) -> None:
    parcel = a_parcel(now=now)
    hear("SB0001", "picked_up", at=now + HOUR, received=now + HOUR)
    hear("SB0001", "delivered", at=now + 30 * HOUR, received=now + 30 * HOUR)
    read(now + 30 * HOUR)
    before = row(parcel.id)
    assert before == {"state": "delivered", "collected_at": now + HOUR, "delivered_at": now + 30 * HOUR}
    heard = len(ear.facts)
    hear("SB0001", "in_transit", at=now + 20 * HOUR, received=now + 31 * HOUR)
    hear("SB0001", "in_transit", at=now + 31 * HOUR, received=now + 31 * HOUR)
    read(now + 31 * HOUR)
    assert row(parcel.id) == before
    assert len(ear.facts) == heard
    assert counts()["scans"] == 4


def test_an_earlier_pickup_heard_later_moves_the_moment_and_is_told_again(now: datetime, ear: Ear) -> None:
    parcel = a_parcel(now=now)
    hear("SB0001", "out_for_delivery", at=now + 20 * HOUR, received=now + 20 * HOUR)
    read(now + 20 * HOUR)
    hear("SB0001", "picked_up", at=now + HOUR, received=now + 21 * HOUR)
    read(now + 21 * HOUR)
    assert row(parcel.id)["collected_at"] == now + HOUR
    assert [(f.at, f.received_at) for f in ear.of(ConsignmentCollected)] == [
        (now + 20 * HOUR, now + 20 * HOUR),
        (now + HOUR, now + 21 * HOUR),
    ]
    assert [f.state for f in ear.of(ConsignmentMoved)] == ["out_for_delivery"]


@pytest.mark.parametrize(
    ("scanned", "told", "counts_from"),
    [
        (2 * HOUR, 2 * HOUR, 2 * HOUR),  # told at once
        (2 * HOUR, 26 * HOUR, 2 * HOUR),  # told exactly a day later: still believed
        (2 * HOUR, 26 * HOUR + MINUTE, 26 * HOUR + MINUTE),  # told later than that: the moment we heard it
        (-1 * MINUTE, 2 * HOUR, 2 * HOUR),  # before it was paid: not believed
        (2 * HOUR + 5 * MINUTE, 2 * HOUR, 2 * HOUR),  # a courier's clock a little ahead
    ],
)
def test_which_moment_of_a_scan_counts(
    scanned: timedelta, told: timedelta, counts_from: timedelta, now: datetime
) -> None:
    parcel = a_parcel(now=now, paid_at=now)
    hear("SB0001", "picked_up", at=now + scanned, received=now + told)
    read(now + told)
    assert row(parcel.id)["collected_at"] == now + counts_from


def test_a_scan_between_payment_and_registration_is_believed(now: datetime) -> None:
    parcel = a_parcel(now=now + 5 * HOUR, paid_at=now)
    hear("SB0001", "picked_up", at=now + 3 * HOUR, received=now + 6 * HOUR)
    read(now + 6 * HOUR)
    assert row(parcel.id)["collected_at"] == now + 3 * HOUR


def test_a_scan_from_the_future_is_refused_with_its_reason_and_kept(now: datetime) -> None:
    parcel = a_parcel(now=now)
    hear("SB0001", "picked_up", at=now + 11 * MINUTE, received=now)
    read(now)
    [message] = messages()
    assert message["state"] == "refused"
    assert message["reason"] == f"SB0001: a scan from the future, {(now + 11 * MINUTE).isoformat()}"
    assert row(parcel.id)["state"] == "labelled"
    assert counts()["scans"] == 0
    assert [m.reason for m in api.refused_messages()] == [message["reason"]]


def test_a_scan_for_a_parcel_nobody_registered_is_refused_and_kept(now: datetime) -> None:
    hear("SB0404", "picked_up", at=now, received=now)
    read(now)
    assert [(m["state"], m["reason"]) for m in messages()] == [
        ("refused", "SB0404: nobody registered this parcel")
    ]


def test_a_carrier_cannot_speak_of_another_carriers_parcel(now: datetime) -> None:
    parcel = a_parcel("12345678", now=now, carrier="gls")
    hear("12345678", "delivered", at=now, received=now)
    read(now)
    assert [m["reason"] for m in messages()] == ["12345678: registered with another carrier"]
    assert row(parcel.id) == {"state": "labelled", "collected_at": None, "delivered_at": None}


def test_what_was_said_before_the_number_was_typed_is_read_again(now: datetime, ear: Ear) -> None:
    hear("SB0001", "picked_up", at=now + HOUR, received=now + HOUR)
    read(now + HOUR)
    assert [m["state"] for m in messages()] == ["refused"]
    parcel = a_parcel(now=now + 8 * HOUR, paid_at=now)
    read(now + 8 * HOUR)
    assert [(m["state"], m["reason"]) for m in messages()] == [("read", "")]
    assert row(parcel.id)["collected_at"] == now + HOUR
    assert len(ear.of(ConsignmentCollected)) == 1


def test_what_was_said_before_the_order_was_paid_belongs_to_another_parcel(now: datetime) -> None:
    hear("SB0001", "delivered", at=now - HOUR, received=now - HOUR)
    read(now)
    parcel = a_parcel(now=now + HOUR, paid_at=now)
    read(now + HOUR)
    assert [m["state"] for m in messages()] == ["refused"]
    assert row(parcel.id)["state"] == "labelled"


def test_the_same_event_a_hundred_times_is_once(now: datetime, ear: Ear) -> None:
    parcel = a_parcel(now=now)
    body, headers = api.sandbox_scan_body(parcel.id, "delivered", now=now + HOUR)
    for _ in range(100):
        api.receive("sandbox", body, headers, now=now + HOUR)
    assert read(now + HOUR) == 1
    assert len(messages()) == 1
    assert counts()["scans"] == 1
    assert len(ear.of(ConsignmentDelivered)) == 1
    assert len(ear.of(ConsignmentCollected)) == 1


def test_the_same_scan_in_many_messages_is_once(now: datetime, ear: Ear) -> None:
    parcel = a_parcel(now=now)
    for minutes in range(30):
        hear("SB0001", "picked_up", at=now, received=now + minutes * MINUTE)
    read(now + HOUR)
    assert [m["state"] for m in messages()] == ["read"] * 30
    assert counts()["scans"] == 1
    assert row(parcel.id)["collected_at"] == now
    assert len(ear.of(ConsignmentCollected)) == 1


def test_back_at_the_senders_door_is_not_delivered(now: datetime, ear: Ear) -> None:
    parcel = a_parcel(now=now)
    hear("SB0001", "return_to_sender", at=now + HOUR, received=now + HOUR)
    hear("SB0001", "delivered", at=now + 40 * HOUR, received=now + 40 * HOUR)
    read(now + 40 * HOUR)
    assert row(parcel.id) == {"state": "returned", "collected_at": now + HOUR, "delivered_at": None}
    assert ear.of(ConsignmentDelivered) == []


def test_every_move_is_in_the_history(now: datetime) -> None:
    parcel = a_parcel(now=now)
    for hours, status in (
        (1, "picked_up"),
        (2, "delivery_failed"),
        (26, "out_for_delivery"),
        (28, "delivered"),
    ):
        hear("SB0001", status, at=now + hours * HOUR, received=now + hours * HOUR)
        read(now + hours * HOUR)
    moves = fetch("SELECT source, target FROM kit_history WHERE subject_id = %s ORDER BY at", [parcel.id])
    assert [(m["source"], m["target"]) for m in moves] == [
        ("labelled", "collected"),
        ("collected", "failed"),
        ("failed", "out_for_delivery"),
        ("out_for_delivery", "delivered"),
    ]


def test_a_message_that_cannot_be_read_does_not_sink_its_batch(now: datetime) -> None:
    parcel = a_parcel(now=now)
    broken = b'{"parcel": "SB0001", "scans": ['
    api.receive("sandbox", broken, signing.sign("sandbox", broken, event_id="broken"), now=now)
    hear("SB0001", "picked_up", at=now, received=now + MINUTE)
    assert read(now + MINUTE) == 2
    assert [m["state"] for m in messages()] == ["refused", "read"]
    assert messages()[0]["reason"].startswith("not JSON: ")
    assert bytes(messages()[0]["body"]) == broken
    assert row(parcel.id)["state"] == "collected"


def test_an_answer_that_does_not_name_its_parcel_is_led_by_the_header(now: datetime) -> None:
    parcel = a_parcel("S7XK9Q2", now=now, carrier="sendle")
    body = msgspec.json.encode(
        {"tracking_events": [{"event_type": "Pickup", "scan_time": (now + HOUR).isoformat()}]}
    )
    secret = {"sendle": "a shared secret"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.CARRIER_SECRETS", secret)
        nameless = signing.sign("sendle", body, event_id="1")
        named = signing.sign("sendle", body, event_id="2", parcel="s7xk9q2")
        api.receive("sendle", body, nameless, now=now + HOUR)
        api.receive("sendle", body, named, now=now + HOUR)
    read(now + HOUR)
    assert [(m["state"], m["reason"]) for m in messages()] == [
        ("refused", "the answer does not name its parcel, and no header does"),
        ("read", ""),
    ]
    assert row(parcel.id)["state"] == "collected"


def test_the_half_that_can_be_read_is_used_and_the_rest_is_named(now: datetime) -> None:
    parcel = a_parcel(now=now)
    body = msgspec.json.encode(
        {
            "parcel": "SB0001",
            "scans": [{"status": "picked_up", "at": now.isoformat()}, {"status": "delivered"}],
        }
    )
    api.receive("sandbox", body, signing.sign("sandbox", body, event_id="half"), now=now)
    read(now)
    assert [(m["state"], m["reason"]) for m in messages()] == [("read", "scans[1]: at is missing")]
    assert row(parcel.id)["state"] == "collected"


def test_a_batch_costs_a_handful_of_statements(now: datetime, django_assert_max_num_queries: object) -> None:
    for n in range(20):
        a_parcel(f"SB1{n:03}", now=now)
        hear(f"SB1{n:03}", "picked_up" if n % 2 else "delivered", at=now, received=now)
    with django_assert_max_num_queries(16):
        read(now)
    assert {m["state"] for m in messages()} == {"read"}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE delivery_scan SET status = 'delivered'",
        "UPDATE delivery_scan SET at = at - interval '1 day'",
        "UPDATE delivery_scan SET received_at = received_at + interval '1 second'",
        "DELETE FROM delivery_scan",
        "UPDATE delivery_carrier_message SET body = 'x'",
        "UPDATE delivery_carrier_message SET received_at = received_at - interval '1 day'",
    ],
)
def test_the_database_refuses_to_rewrite_what_a_carrier_said(sql: str, now: datetime) -> None:
    a_parcel(now=now)
    hear("SB0001", "picked_up", at=now, received=now)
    read(now)
    with pytest.raises(DatabaseError, match="written once"):
        execute(sql)


def test_the_sandbox_courier_carries_only_its_own_parcels(now: datetime) -> None:
    parcel = a_parcel("12345678", now=now, carrier="gls")
    with pytest.raises(Invalid):
        api.post_scan(parcel.id, "delivered", now=now)
    with pytest.raises(NotFound):
        api.post_scan(new_id(), "delivered", now=now)
    assert messages() == []


def test_the_sandbox_courier_is_offered_in_demo_worlds_only() -> None:
    assert "sandbox" not in api.carrier_names()
    assert len(api.carrier_names()) == 10
    kit_time.found_world(is_demo=True)
    assert api.carrier_names()["sandbox"].zh == "示例快递"
