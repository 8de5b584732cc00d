"""A courier comes to a door: what it may say about it, in any order, and what is heard of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import transaction

from sanhao.kit import events
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery import doors, errands, pickups, sandbox, signing
from sanhao.service.delivery.asking import CarrierRefused, Door, LabelOrder
from sanhao.service.delivery.carriers.sandbox.drawing import draw
from sanhao.service.delivery.events import PickupMoved
from sanhao.service.delivery.pickup import PICKUPS, SAID, STANDING, lease, meaning, next_try
from tests.at_once import at_once
from tests.service import stage
from tests.service.delivery.stage import a_shop
from tests.service.stage import errands as run
from tests.service.stage import hours

pytestmark = pytest.mark.django_db

HOME = delivery.Place("林小满", "13800001111", "CN", "上海市", "徐汇区", "武康路100弄7号")
SHOP = delivery.Place("青草仓库", "0471 1234567", "CN", "内蒙古", "呼和浩特市", "草原路1号")
BOX = delivery.Box(22_000, 900, 600, 500)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[PickupMoved]]:
    found: list[PickupMoved] = []

    def hear(batch: Any) -> None:
        found.extend(news.fact for news in batch)

    name = events.event_name(PickupMoved)
    monkeypatch.setitem(events._now, name, [hear])
    yield found


def slot(now: datetime, after: float = 24) -> delivery.Slot:
    return delivery.Slot(now + hours(after), now + hours(after + 3))


def book(now: datetime, how: str = "prompt", *, cause: UUID | None = None, after: float = 24) -> UUID:
    id = new_id()
    cause = cause or id
    delivery.sandbox_pickup_mischief(str(cause), how)
    delivery.book_pickup(
        delivery.PickupDraft(
            id,
            cause,
            a_shop(),
            "sandbox",
            HOME,
            SHOP,
            slot(now, after),
            (BOX,),
            timedelta(hours=12),
            str(cause),
        ),
        now=now,
    )
    return id


def drain(now: datetime) -> None:
    with run():
        stage.drain(now)
    stage.drain(now)


def live(now: datetime, *after: float) -> None:
    """Let time pass; something may happen after so many hours."""
    for count in after or (0, 5, 23.5, 24, 25, 26, 27, 39):
        drain(now + hours(count))


def row(id: UUID) -> dict[str, Any]:
    [found] = fetch("SELECT * FROM delivery_pickup WHERE id = %s", [id])
    return found


def history(id: UUID) -> list[str]:
    rows = fetch(
        "SELECT target FROM kit_history WHERE subject = 'pickup' AND subject_id = %s ORDER BY at, id", [id]
    )
    return [row["target"] for row in rows]


def says(
    id: UUID, said: str, *, now: datetime, number: int = 1, carrier: str = "sandbox", **more: Any
) -> None:
    """A message of the courier's own."""
    told = {"id": id, "said": said, "tracking_no": "SP0001", **more}
    body = msgspec.json.encode({"parcel": "SP0001", "scans": [], "pickup": told})
    headers = signing.sign(carrier, body, event_id=f"{id}/{said}/{number}")
    delivery.receive(carrier, body, headers, now=now)
    drain(now)


@pytest.mark.parametrize(
    ("how", "ends", "told"),
    [
        ("prompt", "collected", ["booked", "collected"]),
        ("late", "collected", ["booked", "collected"]),
        ("refuse", "refused", ["refused"]),
        ("vain_once", "in_vain", ["booked", "in_vain"]),
        ("vain", "in_vain", ["booked", "in_vain"]),
        ("never", "lapsed", ["lapsed"]),
        ("twice", "collected", ["booked", "collected"]),
        ("unbooked", "collected", ["collected"]),
        ("no_show", "lapsed", ["booked", "lapsed"]),
        ("no_picture", "collected", ["booked", "collected"]),
        ("heavy", "collected", ["booked", "collected"]),
        ("away", "collected", ["booked", "collected"]),
    ],
)
def test_whatever_the_courier_does_it_ends(
    now: datetime, heard: list[PickupMoved], how: str, ends: str, told: list[str]
) -> None:
    id = book(now, how)
    live(now)
    found = row(id)
    assert (found["state"], [fact.state for fact in heard], history(id)) == (ends, told, told)
    if ends == "collected":
        assert found["tracking_no"].startswith("SP")
        assert (found["photo"] is None) == (how == "no_picture"), "the goods are collected all the same"
        assert (heard[-1].photo is None) == (how == "no_picture")


def test_the_second_time_it_comes_and_finds_somebody(now: datetime) -> None:
    first = book(now, "vain_once")
    live(now, 0, 25)
    assert row(first)["state"] == "in_vain"
    second = book(now + hours(26), "vain_once", cause=first)
    live(now + hours(26), 0, 25)
    assert (row(first)["state"], row(second)["state"]) == ("in_vain", "collected")


def test_words_only_move_forward_and_to_have_the_goods_is_the_last_of_them() -> None:
    for source in PICKUPS:
        for said in SAID:
            to = meaning(source, said)
            assert to == source or to in PICKUPS[source]
        assert meaning(source, "collected") == "collected"
        assert meaning(source, "taken") == source
    assert meaning("collected", "in_vain") == "collected"
    assert meaning("cancelling", "in_vain") == meaning("cancelling", "refused") == "cancelled"
    assert meaning("booked", "cancelled") == "refused"


def test_in_every_order_of_words_the_end_is_the_same_where_the_goods_were_taken() -> None:
    for words in permutations(SAID):
        for start in PICKUPS:
            state = start
            for said in words:
                state = meaning(state, said)
            assert state == "collected"


def test_nobody_asks_before_a_booked_slot_is_over_nor_forgets_one(now: datetime) -> None:
    ends, until = now + hours(30), now + hours(42)
    assert next_try("asked", 1, ends, now + hours(24), now) == now + lease(1)
    assert next_try("booked", 1, ends, until, now) == ends
    assert next_try("booked", 9, ends, until, until - timedelta(minutes=1)) == until
    assert next_try("cancelling", 1, ends, now - hours(1), now) == now


def test_a_slot_that_has_begun_is_refused(now: datetime) -> None:
    for after in (0, -1):
        with pytest.raises(Refusal) as no:
            book(now, after=after)
        assert no.value.code == "delivery.slot_over"
    assert fetch("SELECT 1 FROM delivery_pickup") == []


def test_one_courier_at_a_time(now: datetime) -> None:
    first = book(now)
    with pytest.raises(Refusal) as no:
        book(now, cause=first, after=48)
    assert no.value.code == "delivery.pickup_booked"
    assert len(delivery.pickups_of([first])[first]) == 1


def test_what_was_not_told_anybody_is_simply_off(now: datetime, heard: list[PickupMoved]) -> None:
    id = book(now)
    assert delivery.cancel_pickups([id], now=now) == [id]
    assert row(id)["state"] == "cancelled"
    live(now, 0, 25)
    assert (heard, fetch("SELECT 1 FROM delivery_sandbox_pickup WHERE key IS NOT NULL")) == ([], [])


def test_who_was_told_is_told_that_it_is_off(now: datetime, heard: list[PickupMoved]) -> None:
    id = book(now)
    drain(now)
    assert row(id)["state"] == "booked"
    delivery.cancel_pickups([id], now=now + hours(2))
    other = book(now + hours(2), cause=id, after=50)
    live(now + hours(2), 0, 23, 51)
    assert (row(id)["state"], row(other)["state"]) == ("cancelled", "collected")
    [called_off] = fetch("SELECT cancelled_at FROM delivery_sandbox_pickup WHERE key = %s", [id])
    assert called_off["cancelled_at"] == now + hours(2)


def test_nobody_comes_for_what_lapsed(now: datetime, heard: list[PickupMoved]) -> None:
    id = book(now, "late", after=3)
    live(now, 0, 3, 5, 6)
    assert (row(id)["state"], [fact.state for fact in heard]) == ("lapsed", ["lapsed"])
    [world] = fetch("SELECT cancelled_at FROM delivery_sandbox_pickup WHERE key = %s", [id])
    assert world["cancelled_at"] == now + hours(3)


def test_cancelled_as_they_have_the_goods_they_have_the_goods(
    now: datetime, heard: list[PickupMoved]
) -> None:
    id = book(now)
    drain(now)
    delivery.cancel_pickups([id], now=now + hours(25))
    drain(now + hours(25))  # the slot has begun an hour ago
    assert sorted(history(id)) == ["booked", "cancelling", "collected"]
    assert heard[-1].state == "collected" and heard[-1].photo is not None


def test_collected_by_who_was_called_off_nobody_else_comes(now: datetime) -> None:
    id = book(now)
    drain(now)
    delivery.cancel_pickups([id], now=now + hours(2))
    drain(now + hours(2))
    other = book(now + hours(2), cause=id, after=50)
    drain(now + hours(2))
    says(id, "collected", now=now + hours(4))
    assert (row(id)["state"], row(other)["state"]) == ("collected", "cancelled")


def test_nobody_speaks_for_another_carrier_or_of_what_was_never_asked(now: datetime) -> None:
    id = book(now, "never")
    drain(now)
    says(new_id(), "collected", now=now + hours(1))
    says(id, "eaten", now=now + hours(1))
    assert row(id)["state"] == "asked"
    [message] = delivery.refused_messages()
    assert "is no answer to a pickup" in message.reason


@pytest.mark.parametrize(
    "photo", ["", "no base64 at all!", b64encode(b"GIF89a").decode(), b64encode(b"\x00" * 40).decode()]
)
def test_a_photo_that_is_none_does_not_undo_that_they_have_the_goods(now: datetime, photo: str) -> None:
    id = book(now, "never")
    drain(now)
    says(id, "collected", now=now + hours(1), photo=photo, reason="x" * 900 + "\0")
    found = row(id)
    assert (found["state"], found["photo"], len(found["reason"])) == ("collected", None, 300)


@pytest.mark.parametrize("number", ["", "x", "n" * 200, "a\x07bcd"])
def test_a_number_that_can_be_none_is_not_believed(now: datetime, number: str) -> None:
    id = book(now, "never")
    drain(now)
    says(id, "collected", now=now + hours(1), tracking_no=number)
    assert (row(id)["state"], row(id)["tracking_no"]) == ("collected", "")


def test_a_keeper_killed_between_asking_and_recording_asks_again_under_the_same_id(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = book(now)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(errands.answers, "record_pickups", die)
        dying.setattr(sandbox, "receive", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            drain(now)
    assert (row(id)["state"], row(id)["tries"]) == ("asked", 1)
    drain(now + timedelta(minutes=5))
    assert row(id)["state"] == "booked"
    worlds = fetch("SELECT key, asked FROM delivery_sandbox_pickup WHERE key IS NOT NULL")
    assert [world["key"] for world in worlds] == [id]


def test_a_carrier_that_raises_its_no_is_heard_and_one_that_breaks_is_asked_again(
    now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise CarrierRefused("not to islands")

    def breaks(*_: Any, **__: Any) -> Any:
        raise ValueError("a bug of theirs")

    id, other = book(now, "never"), book(now, "never")
    with monkeypatch.context() as m:
        m.setattr(doors, "DOORS", {"sandbox": Door(pickup=breaks)})
        m.setattr(errands, "DOORS", {"sandbox": Door(pickup=breaks)})
        drain(now)
        assert (row(id)["state"], row(other)["state"]) == ("asked", "asked")
        m.setattr(errands, "DOORS", {"sandbox": Door(pickup=refuse)})
        drain(now + timedelta(minutes=5))
    assert (row(id)["state"], row(id)["reason"]) == ("refused", "not to islands")


def test_slots_are_days_ahead_and_never_in_the_past(now: datetime) -> None:
    found = delivery.slots("sandbox", delivery.SlotOrder(HOME, (BOX,), now))
    assert all(now + hours(2) <= one.starts_at < one.ends_at for one in found)
    assert len({one.starts_at.date() for one in found}) >= 4
    with pytest.raises(CarrierRefused):
        delivery.slots("gls", delivery.SlotOrder(HOME, (BOX,), now))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, -1])
def test_called_off_in_the_second_in_which_it_is_collected(now: datetime, turn: int) -> None:
    id = book(now, "never")
    drain(now)
    t = now + hours(25)

    def collected() -> None:
        errands.answers.record_pickups([delivery.PickupWord(id, "collected", "SP0001")], now=t)

    def called_off() -> None:
        with transaction.atomic():
            delivery.cancel_pickups([id], now=t)

    at_once(*[collected, called_off][::turn])
    drain(t)
    assert row(id)["state"] == "collected"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, -1])
def test_a_word_in_the_second_in_which_it_lapses(now: datetime, turn: int) -> None:
    id = book(now, "never")
    drain(now)
    t = now + hours(24)

    def booked() -> None:
        errands.answers.record_pickups([delivery.PickupWord(id, "booked")], now=t)

    at_once(*[booked, lambda: drain(t)][::turn])
    drain(t)
    assert row(id)["state"] in ("booked", "lapsed")
    assert history(id) == [row(id)["state"]]


@pytest.mark.django_db(transaction=True)
def test_booked_in_two_tabs_at_once_one_courier_comes(now: datetime) -> None:
    cause = new_id()
    no: list[str] = []

    def tab() -> None:
        try:
            book(now, cause=cause)
        except Refusal as refusal:
            no.append(refusal.code)

    a_shop()
    delivery.sandbox_pickup_mischief(str(cause), "prompt")
    at_once(tab, tab)
    assert no == ["delivery.pickup_booked"]
    assert [one.state in STANDING for one in delivery.pickups_of([cause])[cause]] == [True]


# ---- carriers that do not know our ids ------------------------------------------------------------------------------


def test_a_carrier_that_knows_no_ids_is_asked_to_come_once(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[UUID] = []

    def away(order: Any, *, now: datetime) -> delivery.PickupWord:
        asked.append(order.id)
        raise delivery.CarrierAway("no answer")

    strange = {"sandbox": Door(pickup=away, pickup_once=False)}
    for module in (doors, errands, pickups):
        monkeypatch.setattr(module, "DOORS", strange)
    id = book(now)
    for minute in range(0, 60, 5):
        drain(now + timedelta(minutes=minute))
    assert asked == [id]
    assert (row(id)["state"], "may come all the same" in row(id)["reason"]) == ("refused", True)


def test_what_it_gave_with_its_yes_is_what_it_is_asked_by_again(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    handles: list[tuple[str, str]] = []
    label = LabelOrder(new_id(), HOME, SHOP, (BOX,), "", "1")
    paper = draw(label, "DHL0001", "Express", Text("特快", "Express"))

    def come(order: Any, *, now: datetime) -> delivery.PickupWord:
        handles.append((order.handle, order.tracking_no))
        if order.handle:
            return delivery.PickupWord(order.id, "collected", order.tracking_no)
        return delivery.PickupWord(
            order.id, "booked", "DHL0001", handle="PRG1", document=paper, media="application/pdf"
        )

    def stay(id: UUID, *, now: datetime, handle: str) -> delivery.PickupWord:
        handles.append((handle, ""))
        return delivery.PickupWord(id, "cancelled")

    strange = {"sandbox": Door(pickup=come, cancel_pickup=stay, pickup_once=False)}
    for module in (doors, errands, pickups):
        monkeypatch.setattr(module, "DOORS", strange)
    id = book(now)
    drain(now)
    assert (row(id)["state"], row(id)["handle"], row(id)["tracking_no"]) == ("booked", "PRG1", "DHL0001")
    assert delivery.pickup_paper(id, cause_id=row(id)["cause_id"]).startswith(b"%PDF-")
    assert delivery.pickup_paper(id, cause_id=new_id()) == b""
    drain(row(id)["ends_at"])
    assert (row(id)["state"], handles) == ("collected", [("", ""), ("PRG1", "DHL0001")])
    other = book(now)
    drain(now)
    with transaction.atomic():
        delivery.cancel_pickups([row(other)["cause_id"]], now=now)
    drain(now)
    assert (row(other)["state"], handles[-1]) == ("cancelled", ("PRG1", ""))
