"""Killed at the worst moment, on purpose: after the work is done and before it is committed, or written down."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.races.arena import Arena, arena, soon
from tests.site import database_of_its_own

ORDERS = 30


@pytest.fixture(scope="module")
def seeded(empty_world: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, datetime]]:
    """A world with a wave of orders, nobody at work in it: copied for each test."""
    start = soon()
    with database_of_its_own(copy_of=empty_world) as url:
        with arena(url, tmp_path_factory.mktemp("seed")) as at:
            at.do("seed", seed=3, waves=[start.isoformat()], each=ORDERS, step_ms=1, parcels="labels")
        yield url, start


@pytest.fixture
def at(seeded: tuple[str, datetime], tmp_path: Path) -> Iterator[tuple[Arena, datetime]]:
    url, start = seeded
    with database_of_its_own(copy_of=url) as copy, arena(copy, tmp_path) as running:
        running.move_to(start + timedelta(minutes=1))
        yield running, start + timedelta(minutes=1)


def _dies(at: Arena, role: str, now: datetime, **more: Any) -> None:
    hand = at.start(role, now=now.isoformat(), **more)
    assert hand.process.wait(60) == -signal.SIGKILL, hand.log.read_text()


def test_a_keeper_killed_before_its_commit_leaves_nothing_and_the_next_settles_it_once(
    at: tuple[Arena, datetime],
) -> None:
    world, now = at
    _dies(world, "settle_and_die", now)
    assert world.ask("SELECT count(*) FROM promises_promise WHERE state <> 'open'") == 0
    assert world.ask("SELECT count(*) FROM wallet_coupon") == 0
    assert world.ask("SELECT count(*) FROM decisions_decision") == 0
    world.do("rest", now=now.isoformat())
    found = world.do("check", now=now.isoformat())
    assert (found["findings"], found["figures"]["broken"]) == ({}, ORDERS)


def test_listeners_killed_before_the_fact_is_forgotten_tell_it_once(at: tuple[Arena, datetime]) -> None:
    world, now = at
    facts = world.ask("SELECT count(*) FROM kit_outbox")
    assert facts >= ORDERS + world.ask("SELECT count(*) FROM orders_order WHERE state = 'shipped'")
    _dies(world, "tell_and_die", now)
    assert world.ask("SELECT count(*) FROM kit_outbox") == facts, "nothing was forgotten"
    assert world.ask("SELECT count(*) FROM notices_notice") == 0, "and nothing half told"
    world.do("rest", now=now.isoformat())
    assert world.do("check", now=now.isoformat())["findings"] == {}
    told = world.ask("SELECT count(*) FROM notices_notice WHERE topic = 'promise.broken'")
    assert told == ORDERS
    moved = world.ask("SELECT count(*) FROM notices_notice WHERE topic = 'order.moved'")
    assert moved == world.ask("SELECT count(*) FROM orders_order WHERE state = 'shipped'")


def test_a_refund_whose_keeper_died_after_the_gateway_paid_is_paid_once(at: tuple[Arena, datetime]) -> None:
    world, now = at
    given_up = now + timedelta(days=3)
    world.do("rest", now=now.isoformat())
    world.do("rest", now=given_up.isoformat(), without=["payments.refunds"])
    asked = world.ask("SELECT count(*) FROM payments_refund")
    assert asked == world.ask("SELECT count(*) FROM orders_order WHERE state = 'cancelled'") == ORDERS
    _dies(world, "refund_and_die", given_up)
    sent = world.ask("SELECT count(*) FROM payments_refund WHERE state = 'sent'")
    assert world.ask("SELECT count(*) FROM payments_sandboxrefund") == sent > 0
    later = given_up + timedelta(hours=2)
    world.do("rest", now=later.isoformat())
    assert world.do("check", now=later.isoformat())["findings"] == {}
    assert world.ask("SELECT count(*) FROM payments_sandboxrefund") == asked
    assert world.ask("SELECT count(*) FROM payments_sandboxrefund WHERE asked = 2") == sent


def test_a_keeper_of_confirmations_killed_at_any_moment_loses_no_mail_and_repeats_one_under_its_own_id(
    at: tuple[Arena, datetime], tmp_path: Path
) -> None:
    world, now = at
    mailbox = tmp_path / "mailbox"
    mailbox.mkdir()
    owed = world.ask(
        "WITH owed AS (INSERT INTO guests_confirmation (id, owed_at, due_at, tries) "
        f"SELECT id, '{now.isoformat()}', '{now.isoformat()}', 0 FROM orders_checkout RETURNING 1) SELECT count(*) FROM owed"
    )
    assert owed > 3

    _dies(world, "confirm", now, mailbox=str(mailbox), dies_after=0)
    assert _ids(mailbox) == [], "what is not committed is not sent"
    assert world.ask("SELECT count(*) FROM guests_confirmation WHERE tries = 0 AND sent_at IS NULL") == owed

    _dies(world, "confirm", now, mailbox=str(mailbox), dies_after=3)
    assert (
        len(_ids(mailbox)),
        world.ask("SELECT count(*) FROM guests_confirmation WHERE sent_at IS NOT NULL"),
    ) == (3, 2)

    world.do("confirm", now=now.isoformat(), mailbox=str(mailbox))
    assert len(_ids(mailbox)) == 3, "claimed: nobody else sends them meanwhile"
    later = now + timedelta(hours=1)
    world.do("confirm", now=later.isoformat(), mailbox=str(mailbox))
    world.do("confirm", now=later.isoformat(), mailbox=str(mailbox))
    found = _ids(mailbox)
    assert (len(found), len(set(found))) == (owed + 1, owed), "one came twice, and its mailbox knows it"
    assert (
        world.ask("SELECT count(*) FROM guests_confirmation WHERE sent_at IS NOT NULL AND due_at IS NULL")
        == owed
    )


def _ids(mailbox: Path) -> list[str]:
    """The Message-IDs of all mails in a folder, as Django's backend keeps them: one file for each connection."""
    mails = [
        part
        for file in mailbox.iterdir()
        for part in file.read_bytes().split(b"-" * 79 + b"\n")
        if part.strip()
    ]
    return [message_from_bytes(mail)["Message-ID"] for mail in mails]
