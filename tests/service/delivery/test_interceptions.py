"""A parcel is called back: what carriers may say about it, in any order, and what is heard of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery import errands, signing
from sanhao.service.delivery.interception import INTERCEPTIONS, SAID, meaning
from tests.service import stage
from tests.service.delivery.stage import a_parcel
from tests.service.stage import errands as run
from tests.service.stage import hours

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)


def on_its_way(now: datetime, how: str = "obey") -> UUID:
    parcel = a_parcel("SF100001", now=now).id
    delivery.sandbox_mischief(parcel, how)
    scan(parcel, "picked_up", at=now + hours(2))
    return parcel


def call_back(parcel: UUID, *, now: datetime) -> UUID:
    id = new_id()
    delivery.intercept(
        delivery.InterceptionDraft(id, parcel, id, now + hours(24), timedelta(hours=72)), now=now
    )
    return id


def state(id: UUID) -> Any:
    [row] = fetch("SELECT state, reason, tries FROM delivery_interception WHERE id = %s", [id])
    return row["state"], row["reason"]


def drain(now: datetime) -> None:
    """Let the keepers come to rest, and run what they do outside their transactions."""
    with run():
        stage.drain(now)
    stage.drain(now)


def scan(parcel: UUID, status: Any, *, at: datetime) -> None:
    stage.scan(parcel, status, at=at)
    drain(at)


def history(id: UUID) -> list[str]:
    rows = fetch(
        "SELECT target FROM kit_history WHERE subject = 'interception' AND subject_id = %s ORDER BY at, id",
        [id],
    )
    return [row["target"] for row in rows]


def says(id: UUID, word: str, *, now: datetime, number: int = 1, parcel: str = "SF100001") -> None:
    """A message of the courier's own."""
    body = msgspec.json.encode({"parcel": parcel, "scans": [], "interception": {"id": id, "said": word}})
    headers = signing.sign("sandbox", body, event_id=f"{id}/{word}/{number}")
    delivery.receive("sandbox", body, headers, now=now)
    drain(now)


@pytest.mark.parametrize(
    ("how", "ends", "after"),
    [
        ("obey", "succeeded", 14),
        ("refuse", "refused", 1),
        ("late", "succeeded", 42),
        ("twice", "succeeded", 14),
        ("never", "lapsed", 25),
        ("disorder", "succeeded", 9),
        ("fail", "failed", 13),
        ("signed", "failed", 11),
        ("signed_done", "succeeded", 13),
        ("away", "succeeded", 14),
    ],
)
def test_whatever_the_courier_does_it_ends(now: datetime, how: str, ends: str, after: int) -> None:
    parcel = on_its_way(now, how)
    at = now + hours(3)
    id = call_back(parcel, now=at)
    for hour in range(after + 1):
        drain(at + hours(hour))
    assert state(id)[0] == ends
    moved = history(id)
    assert len(moved) == len(set(moved)), "each word moves it once"
    [sent] = fetch("SELECT asked, key FROM delivery_sandbox_interception")
    assert sent["key"] == id


def test_only_a_parcel_that_travels_and_only_once(now: datetime) -> None:
    parcel = a_parcel("SF100001", now=now).id
    for status in ("", "out_for_delivery", "delivered"):
        if status:
            scan(parcel, status, at=now + hours(1))
        with pytest.raises(Refusal) as no:
            call_back(parcel, now=now + hours(2))
        assert no.value.code == "delivery.no_interception"
    assert fetch("SELECT 1 FROM delivery_interception") == []


def test_there_is_no_second_attempt(now: datetime) -> None:
    parcel = on_its_way(now, "refuse")
    id = call_back(parcel, now=now + hours(3))
    drain(now + hours(3))
    assert state(id)[0] == "refused"
    with pytest.raises(Refusal) as no:
        call_back(parcel, now=now + hours(4))
    assert no.value.code == "delivery.intercepted"
    [view] = delivery.consignments_of(
        [fetch("SELECT owner_id FROM delivery_consignment")[0]["owner_id"]]
    ).values()
    assert delivery.may_be_stopped(view) == []


def test_a_parcel_that_turns_back_was_intercepted_and_a_signed_one_was_not(now: datetime) -> None:
    parcel = on_its_way(now, "never")
    id = call_back(parcel, now=now + hours(3))
    scan(parcel, "return_to_sender", at=now + hours(9))
    assert state(id) == ("succeeded", "returned")


def test_signed_for_ends_it_and_only_a_return_is_believed_after(now: datetime) -> None:
    parcel = on_its_way(now, "never")
    id = call_back(parcel, now=now + hours(3))
    scan(parcel, "delivered", at=now + hours(9))
    assert state(id) == ("failed", "signed")
    says(id, "accepted", now=now + hours(10))
    says(id, "refused", now=now + hours(10))
    assert state(id) == ("failed", "signed")
    says(id, "succeeded", now=now + hours(11))
    assert state(id)[0] == "succeeded"


def test_nobody_speaks_for_another_carrier_or_of_what_was_never_asked(now: datetime) -> None:
    parcel = on_its_way(now, "never")
    id = call_back(parcel, now=now + hours(3))
    says(new_id(), "succeeded", now=now + hours(4))
    says(id, "eaten", now=now + hours(4))
    assert state(id)[0] == "sent"
    [message] = delivery.refused_messages()
    assert "is no answer to an interception" in message.reason


def test_a_keeper_killed_between_asking_and_recording_asks_again_under_the_same_id(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel = on_its_way(now)
    id = call_back(parcel, now=now + hours(3))

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(errands.answers, "record_interceptions", die)
        with pytest.raises(KeyboardInterrupt):
            drain(now + hours(3))
    assert state(id)[0] == "sent"
    drain(now + hours(3) + timedelta(minutes=5))
    assert state(id)[0] == "accepted"
    [world] = fetch("SELECT key, asked FROM delivery_sandbox_interception")
    assert world["key"] == id


def test_words_only_move_forward() -> None:
    for source in INTERCEPTIONS:
        for said in SAID:
            to = meaning(source, said)
            assert to == source or to in INTERCEPTIONS[source]
    assert meaning("accepted", "refused") == "failed"
    assert meaning("succeeded", "failed") == "succeeded"
