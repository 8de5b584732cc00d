"""Two hands on one thread, with real connections."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sanhao.kit import keeper, limits
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Keeper
from sanhao.kit.rows import fetch
from sanhao.service.conversations import api as conversations
from sanhao.service.conversations.wiring import CLOCK
from tests.at_once import at_once
from tests.service.conversations.stage import ask, buyer_says, reply, rules, seen_by, staff
from tests.service.stage import hours, stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    limits.forget_local()
    rules()


def test_two_tabs_start_one_thread_with_one_message(now: datetime) -> None:
    at, key = stage(), new_id()
    at_once(*[lambda: ask(at, key=key, now=now)] * 4)
    [thread] = conversations.inbox(at.buyer_id)
    assert thread.last_no == 1


def test_both_sides_write_at_once_and_numbers_have_no_gap(now: datetime) -> None:
    at = stage()
    thread = ask(at, now=now)
    at_once(*[lambda: buyer_says(at, thread, "a", now=now), lambda: reply(at, thread, "b", now=now)] * 3)
    assert [m.number for m in conversations.messages(thread)] == [1, 2, 3, 4, 5, 6, 7]
    [open_waits] = fetch(
        "SELECT count(*)::int AS n FROM conversations_wait WHERE thread_id = %s AND state IN ('waiting', 'late')",
        [thread],
    )
    assert (seen_by(at, thread).state == "open") == bool(open_waits["n"])


@pytest.mark.parametrize("turn", [1, -1])
def test_an_answer_in_the_last_second_against_the_keeper_of_the_next(now: datetime, turn: int) -> None:
    at = stage()
    thread = ask(at, now=now)
    mine = Keeper(CLOCK.name, CLOCK.query, CLOCK.settle, CLOCK.order)
    late = now + hours(4) + timedelta(seconds=1)
    hands = [
        lambda: reply(at, thread, now=now + hours(4)),
        lambda: keeper.tick(mine, late),
        lambda: keeper.tick(mine, late),
    ]
    at_once(*hands[::turn])
    [wait] = fetch("SELECT state, answered_at, due_at FROM conversations_wait WHERE thread_id = %s", [thread])
    assert wait["state"] == "answered" and wait["answered_at"] == wait["due_at"]
    assert conversations.figures([at.shop_id], now=late)[at.shop_id].in_time == 1


def test_two_of_staff_come_in_and_one_is_in(now: datetime) -> None:
    at = stage()
    thread, one, two = ask(at, now=now), staff(), staff()
    conversations.hand_over(thread, side="buyer", by=at.buyer_id, now=now)
    at_once(
        lambda: conversations.join(thread, by=one, now=now),
        lambda: conversations.join(thread, by=two, now=now),
    )
    assert seen_by(at, thread).clerk_id in (one, two)
    assert [m.event for m in conversations.messages(thread) if m.event] == ["handed_over", "joined"]
