"""Facts: heard at once in the same transaction, or later from the outbox, at least once; one deaf listener is alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from sanhao.kit import events
from sanhao.kit.events import Event, News, emit, event_name, listen_later, listen_now
from sanhao.kit.keeper import tick
from sanhao.kit.outbox import OUTBOX, RETRIES
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.kit.time import machine_now

pytestmark = pytest.mark.django_db


class BellRang(Event, frozen=True):
    name = "test.BellRang"
    tower: str
    strokes: int = 1


class DoorShut(Event, frozen=True):
    name = "test.DoorShut"


@pytest.fixture(autouse=True)
def nobody_listens_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_types", {})
    monkeypatch.setattr(events, "_now", defaultdict(list))
    monkeypatch.setattr(events, "_later", defaultdict(dict))


class Ear:
    """Remembers each batch; deaf to some towers as long as it is told to be."""

    def __init__(self, deaf_to: Sequence[str] = ()) -> None:
        self.batches: list[list[News[Any]]] = []
        self.deaf_to = set(deaf_to)

    def listener(self, label: str) -> Callable[[Sequence[News[Any]]], None]:
        def hear(batch: Sequence[News[Any]]) -> None:
            if self.deaf_to & {news.fact.tower for news in batch}:
                raise ValueError("too loud")
            self.batches.append(list(batch))

        hear.__qualname__ = label
        return hear

    @property
    def towers(self) -> list[str]:
        return [news.fact.tower for batch in self.batches for news in batch]


def ring(*towers: str, now: datetime) -> None:
    with transaction.atomic():
        emit([BellRang(tower) for tower in towers], at=now)


def test_a_now_listener_hears_the_whole_batch_once_in_the_same_transaction(now: datetime) -> None:
    ear = Ear()
    listen_now(BellRang, ear.listener("hear"))
    ring("north", "south", now=now)
    [batch] = ear.batches
    assert [(news.fact, news.at) for news in batch] == [(BellRang("north"), now), (BellRang("south"), now)]
    assert len({news.id for news in batch}) == 2
    assert fetch("SELECT * FROM kit_outbox") == [], "what nobody hears later is not stored"


def test_a_now_listener_that_fails_undoes_the_fact(now: datetime) -> None:
    later, deaf = Ear(), Ear(deaf_to=["north"])
    listen_later(BellRang, later.listener("later"))
    listen_now(BellRang, deaf.listener("now"))
    with pytest.raises(ValueError, match="too loud"):
        ring("north", now=now)
    assert fetch("SELECT * FROM kit_outbox") == []


def test_a_later_listener_hears_after_commit_with_the_same_id_and_only_once(now: datetime) -> None:
    at_once, later = Ear(), Ear()
    listen_now(BellRang, at_once.listener("now"))
    listen_later(BellRang, later.listener("later"))
    ring("north", "south", now=now)
    assert later.batches == []
    assert tick(OUTBOX, now) == 2
    assert later.batches == at_once.batches
    assert tick(OUTBOX, now) == 0
    assert fetch("SELECT * FROM kit_outbox") == []


def test_listeners_hear_only_what_they_asked_for(now: datetime) -> None:
    bells, doors = Ear(), Ear()
    listen_later(BellRang, bells.listener("bells"))
    listen_later(DoorShut, doors.listener("doors"))
    ring("north", now=now)
    tick(OUTBOX, now)
    assert (bells.towers, doors.batches) == (["north"], [])


def test_a_deaf_listener_holds_up_neither_the_others_nor_its_other_facts(now: datetime) -> None:
    deaf, fine = Ear(deaf_to=["north"]), Ear()
    listen_later(BellRang, deaf.listener("deaf"))
    listen_later(BellRang, fine.listener("fine"))
    ring("south", "north", "east", now=now)
    assert tick(OUTBOX, now) == 3
    assert sorted(fine.towers) == ["east", "north", "south"]
    assert sorted(deaf.towers) == ["east", "south"]
    assert fetch("SELECT * FROM kit_outbox") == []
    [waiting] = fetch("SELECT listener, attempts, error, payload->>'tower' AS tower FROM kit_outbox_retry")
    assert waiting == {
        "listener": f"{__name__}.deaf", "attempts": 1, "error": "ValueError('too loud')", "tower": "north",
    }  # fmt: skip


def test_what_was_not_heard_is_told_again_with_growing_delay_until_it_is(now: datetime) -> None:
    deaf = Ear(deaf_to=["north"])
    listen_later(BellRang, deaf.listener("deaf"))
    ring("north", now=now)
    tick(OUTBOX, now)
    assert tick(RETRIES, machine_now()) == 0, "not yet"
    waits = []
    for _ in range(3):
        execute("UPDATE kit_outbox_retry SET retry_at = %s", [machine_now()])
        assert tick(RETRIES, machine_now()) == 1
        [row] = fetch("SELECT attempts, retry_at FROM kit_outbox_retry")
        waits.append(row["retry_at"] - machine_now())
    assert row["attempts"] == 4
    assert timedelta(0) < waits[0] < waits[1] < waits[2]
    deaf.deaf_to.clear()
    execute("UPDATE kit_outbox_retry SET retry_at = %s", [machine_now()])
    tick(RETRIES, machine_now())
    assert deaf.towers == ["north"]
    assert fetch("SELECT * FROM kit_outbox_retry") == []


def test_what_a_listener_gone_from_the_code_did_not_hear_is_dropped(now: datetime) -> None:
    deaf = Ear(deaf_to=["north"])
    listen_later(BellRang, deaf.listener("deaf"))
    ring("north", now=now)
    tick(OUTBOX, now)
    events._later.clear()
    execute("UPDATE kit_outbox_retry SET retry_at = %s", [machine_now()])
    tick(RETRIES, machine_now())
    assert fetch("SELECT * FROM kit_outbox_retry") == []


def test_a_fact_nobody_can_read_is_set_aside_and_the_rest_is_told(now: datetime) -> None:
    ear = Ear()
    listen_later(BellRang, ear.listener("ear"))
    ring("north", "south", "east", now=now)
    execute("UPDATE kit_outbox SET payload = '{\"tower\": 7}' WHERE payload->>'tower' = 'south'")
    assert tick(OUTBOX, now) == 2
    assert sorted(ear.towers) == ["east", "north"]
    [aside] = fetch("SELECT keeper, attempts FROM kit_set_aside")
    assert aside == {"keeper": "kit.outbox", "attempts": 1}
    assert len(fetch("SELECT id FROM kit_outbox")) == 1, "not lost"


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_of_a_transaction_is_a_mistake(now: datetime) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        emit([BellRang("north")], at=now)
    emit([], at=now)


def test_two_events_of_one_name_are_a_mistake() -> None:
    class Impostor(Event, frozen=True):
        name = "test.BellRang"

    listen_now(BellRang, Ear().listener("a"))
    with pytest.raises(ValueError, match=r"two events are called test\.BellRang"):
        listen_now(Impostor, Ear().listener("b"))


def test_an_event_is_named_after_its_module() -> None:
    class OrderPaid(Event, frozen=True):
        pass

    OrderPaid.__module__ = "sanhao.service.orders.events"
    assert event_name(OrderPaid) == "service.orders.OrderPaid"


def test_what_a_listener_tells_in_turn_leaves_with_what_it_heard(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    monkeypatch.setattr(events, "copy_rows", lambda *rows: (written.append(len(rows[2])), copy_rows(*rows)))
    listen_later(BellRang, Ear().listener("later"))
    listen_later(DoorShut, Ear().listener("later too"))
    listen_now(BellRang, lambda batch: emit([DoorShut()], at=now))
    ring("north", "south", now=now)
    assert written == [3]
    assert sorted(row["name"] for row in fetch("SELECT name FROM kit_outbox")) == [
        "test.BellRang", "test.BellRang", "test.DoorShut",
    ]  # fmt: skip


def test_what_became_untrue_again_is_not_told(now: datetime) -> None:
    """A listener tries something under a savepoint, fails, and goes on: only the rest leaves."""
    listen_later(BellRang, Ear().listener("later"))
    listen_later(DoorShut, Ear().listener("later too"))

    def try_and_fail(batch: Sequence[News[Any]]) -> None:
        with pytest.raises(ValueError, match="jammed"), transaction.atomic():
            emit([DoorShut()], at=now)
            raise ValueError("jammed")

    listen_now(BellRang, try_and_fail)
    ring("north", now=now)
    assert [row["name"] for row in fetch("SELECT name FROM kit_outbox")] == ["test.BellRang"]
