"""One process of a race: `python -m tests.races.hand ROLE JSON`. It works on the database of its environment, starts
its last line of output with ``{`` and says there what it saw; what a person would have seen as a crash is `crashed`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import sleep
from typing import Any

import django

LATEST = timedelta(seconds=60)


def main() -> None:
    role, given = sys.argv[1], json.loads(sys.argv[2])
    os.environ.setdefault("SANHAO_POOL", "40")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanhao.settings")
    django.setup()
    said = ROLES[role](**given)
    _say(json.dumps(said or {}))
    os._exit(0)  # connection pools keep threads that nobody waits for


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def seed(*, seed: int, waves: Sequence[str], each: int, step_ms: int, parcels: str) -> dict[str, Any]:
    """A demo world with *each* orders a wave, whose promises to ship settle *step_ms* apart from its moment on.

    *parcels* is ``labels``: half of the orders are packed and wait for a courier; or ``messages``: a third of them are
    scanned, in time or late, and some delivered, by messages that lie in the inbox until their moment comes.
    """
    from sanhao.kit import keeper
    from sanhao.kit import time as kit_time
    from tests.races import seeding

    rng = random.Random(seed)
    kit_time.found_world(is_demo=True)
    stages, buyers = seeding.shops(), seeding.buyers(100)
    for wave in waves:
        first = datetime.fromisoformat(wave)
        moments = [first + n * timedelta(milliseconds=step_ms) for n in range(each)]
        sold = seeding.sell(stages, buyers, moments, rng)
        packed = rng.sample(sold, each // (2 if parcels == "labels" else 3))
        seeding.label(packed)
        if parcels == "messages":
            _messages(packed, rng)
    seeding.tidy()
    keepers = {keeper.name for keeper in keeper.all_keepers()}
    assert keepers >= set(KEEPERS), keepers
    return {"orders": each * len(waves)}


def _messages(packed: Iterable[Any], rng: random.Random) -> None:
    from sanhao.service.delivery import api as delivery
    from tests.races.seeding import SETTLES_AFTER, number_of

    for order in packed:
        settles = order.paid_at + SETTLES_AFTER
        collected = settles + timedelta(hours=rng.choice((-30, -3, -1, 1, 6)))
        times = [("picked_up", collected)]
        if rng.random() < 0.5:
            times.append(("delivered", collected + timedelta(days=rng.choice((2, 9)))))
        for status, at in times:
            body, headers = delivery.sandbox_body(number_of(order.id), status, now=at)
            delivery.receive("sandbox", body, headers, now=at + timedelta(minutes=rng.choice((1, 90))))


KEEPERS = (
    "kit.outbox",
    "kit.outbox_retry",
    "wallet.expiry",
    "payments.refunds",
    "delivery.inbox",
    "promises.settle",
    "promises.cancel_unshipped",
    "promises.lapse_delays",
)


OF_SETTLEMENT = ("kit.outbox", "kit.outbox_retry", "settlement.release", "settlement.reserve", "settlement.payout",
                 "settlement.bank", "settlement.sandbox")  # fmt: skip


def earn(*, seed: int, waves: Sequence[str], each: int, step_ms: int) -> dict[str, Any]:
    """A demo world with *each* orders a wave, whose money is the shops' *step_ms* apart from its moment on. Shops that
    owe, some with a reserve, banks of every mood."""
    from django.db import transaction

    from sanhao.books.settlement import api as settlement
    from sanhao.kit import time as kit_time
    from tests.conftest import T0
    from tests.races import seeding

    rng = random.Random(seed)
    kit_time.found_world(is_demo=True)
    stages, buyers = seeding.shops(), seeding.buyers(50)
    settlement.found_rules(now=T0 - timedelta(days=1))
    for number, stage in enumerate(stages):
        account = f"62220000{number:08}"
        payee = settlement.Payee("青草", "Bank", account)
        settlement.enter_payee(stage.shop_id, payee, currency="CNY", by=stage.owner_id, now=kit_time.now())
        settlement.sandbox_bank(account, ("pay", "timeout", "delay", "return")[number % 4])
    for wave in waves:
        moments = [datetime.fromisoformat(wave) + n * timedelta(milliseconds=step_ms) for n in range(each)]
        sold = seeding.sell(stages, buyers, moments, rng)
        with transaction.atomic():
            settlement.set_release({order.id: at for order, at in zip(sold, moments, strict=True)})
    seeding.tidy()
    return {"orders": each * len(waves)}


def send_by_hub(*, seed: int, signs: str, each: int) -> dict[str, Any]:
    """A demo world of orders for remote areas; see `second_legs`."""
    from tests.races import second_legs

    return second_legs.send(seed=seed, signs=signs, each=each)


def check_second_legs() -> dict[str, Any]:
    """What is wrong with that world, and how its second legs ended."""
    from tests.races import second_legs

    return {"findings": second_legs.findings(), "ends": second_legs.ends()}


def check_money(*, now: str) -> dict[str, Any]:
    """What is wrong with the money of a world in which only settlement was at work."""
    from tests.races import invariants

    return {"findings": invariants.of_settlement(now=datetime.fromisoformat(now))}


def keep(*, batch: int, only: str = "") -> None:
    """`sanhao keep`, with batches small enough that a race has many of them, and no time to rest between. *only*:
    ``settlement`` or ``second_legs``."""
    from sanhao.kit import keeper
    from tests.races import second_legs

    names = {"": KEEPERS, "settlement": OF_SETTLEMENT, "second_legs": second_legs.KEEPERS}[only]

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    _say("ready")
    keeper.keep(
        stop,
        [
            replace(k, batch=min(k.batch, batch), idle_seconds=0.05)
            for k in keeper.all_keepers()
            if k.name in names
        ],
    )


def buyer(*, seed: int, share: float, column: str) -> dict[str, Any]:
    """Buyers cancel a share of the orders at the very moment their promise comes due (*column*)."""
    from sanhao.service.promises import api as promises

    orders = _coming(column, seed, share)
    _say("ready")

    def cancel(order: dict[str, Any]) -> Callable[[datetime], None]:
        return lambda now: promises.cancel_order(order["order_id"], person_id=order["person_id"], now=now)

    return _act([(order["moment"], cancel(order)) for order in orders], seed, hands=3)


def courier(*, seed: int, share: float, column: str) -> dict[str, Any]:
    """Couriers scan a share of the labelled parcels at the very moment their promise comes due."""
    from sanhao.service.delivery import api as delivery
    from tests.races.seeding import number_of

    orders = [order for order in _coming(column, seed, share) if order["packed"]]
    _say("ready")

    def scan(order: dict[str, Any]) -> Callable[[datetime], None]:
        def at(now: datetime) -> None:
            dated = now - timedelta(hours=random.Random(str(order["order_id"])).choice((0, 3)))
            body, headers = delivery.sandbox_body(number_of(order["order_id"]), "picked_up", now=dated)
            delivery.receive("sandbox", body, headers, now=now)

        return at

    return _act([(order["moment"], scan(order)) for order in orders], seed, hands=2)


def _coming(column: str, seed: int, share: float) -> list[dict[str, Any]]:
    from sanhao.kit.rows import fetch

    rng = random.Random(seed)
    rows = fetch(
        f"SELECT p.order_id, p.person_id, p.{column} AS moment, o.state = 'shipped' AS packed "
        "FROM promises_promise p JOIN orders_order o ON o.id = p.order_id "
        f"WHERE p.kind = 'late_shipment' AND p.{column} IS NOT NULL AND o.collected_at IS NULL "
        f"AND o.state IN ('paid', 'shipped') ORDER BY p.{column}, p.id"
    )
    return [row for row in rows if rng.random() < share]


def _act(
    works: Sequence[tuple[datetime, Callable[[datetime], None]]], seed: int, hands: int
) -> dict[str, Any]:
    """Do each work when business time has come to its moment, give or take a tenth of a second."""
    from django.db import DatabaseError, connection

    from sanhao.kit import time as kit_time
    from sanhao.kit.refusals import Refusal

    rng, lock = random.Random(seed), threading.Lock()
    waiting = [(at + timedelta(milliseconds=rng.randrange(-120, 40)), work) for at, work in works]
    said: dict[str, Any] = {"done": 0, "refused": 0, "crashed": []}
    until = kit_time.monotonic() + LATEST.total_seconds()

    def hand(own: Sequence[tuple[datetime, Callable[[datetime], None]]]) -> None:
        for at, work in own:
            while (now := kit_time.now()) < at and kit_time.monotonic() < until:
                sleep(0.002)
            try:
                work(now)
                outcome = "done"
            except Refusal:
                outcome = "refused"
            except DatabaseError as error:
                with lock:
                    said["crashed"].append(repr(error))
                continue
            with lock:
                said[outcome] += 1
        connection.close()

    threads = [threading.Thread(target=hand, args=(waiting[n::hands],)) for n in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def check(*, now: str) -> dict[str, Any]:
    """What is wrong with this world, and what happened in it."""
    from tests.races import invariants

    return {
        "findings": invariants.findings(now=datetime.fromisoformat(now)),
        "figures": invariants.figures(),
        "deadlocks": _deadlocks(),
    }


def _deadlocks() -> int:
    from sanhao.kit.rows import fetch

    [row] = fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(row["deadlocks"])


def settle_and_die(*, now: str) -> None:
    """A keeper that has settled its whole batch and is killed before it can commit."""
    from sanhao.kit import keeper

    [settle] = [k for k in keeper.all_keepers() if k.name == "promises.settle"]

    def last_breath(rows: Sequence[keeper.Row], at: datetime) -> None:
        settle.settle(rows, at)
        _die()

    keeper.tick(replace(settle, settle=last_breath), datetime.fromisoformat(now))


def tell_and_die(*, now: str) -> None:
    """An outbox keeper whose listeners have done their work, killed before it can forget the facts."""
    from sanhao.kit import keeper, outbox

    def last_breath(rows: Sequence[keeper.Row], at: datetime) -> None:
        outbox.deliver(rows, at)
        _die()

    keeper.tick(replace(outbox.OUTBOX, settle=last_breath), datetime.fromisoformat(now))


def refund_and_die(*, now: str) -> None:
    """A refund keeper killed when the gateway has paid and nobody has written it down."""
    from sanhao.books.payments.actions import give_back
    from sanhao.kit import keeper

    give_back.record = lambda *_, **__: _die()
    [refunds] = [k for k in keeper.all_keepers() if k.name == "payments.refunds"]
    keeper.tick(refunds, datetime.fromisoformat(now))


def confirm(*, now: str, mailbox: str, dies_after: int | None = None) -> None:
    """A keeper of confirmations, whose mails go to a folder. Killed before it can commit what it claims (*dies_after* 0), or
    when so many mails have left and the last of them is not written down yet."""
    from django.conf import settings

    from sanhao.kit import keeper
    from sanhao.service.guests.actions import confirm

    settings.EMAIL_FILE_PATH = mailbox
    [one] = [k for k in keeper.all_keepers() if k.name == "guests.confirm"]
    note, sent = confirm._sent, 0

    def note_or_die(id: Any, at: datetime) -> None:
        nonlocal sent
        sent += 1
        _die() if sent == dies_after else note(id, at)

    def last_breath(rows: Sequence[keeper.Row], at: datetime) -> None:
        one.settle(rows, at)
        _die()

    confirm._sent = note_or_die
    keeper.tick(replace(one, settle=last_breath) if dies_after == 0 else one, datetime.fromisoformat(now))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def rest(*, now: str, without: Sequence[str] = ()) -> None:
    """Every keeper of the race, but those, comes to rest."""
    from sanhao.kit import keeper

    names = set(KEEPERS) - set(without)
    keeper.drain([k for k in keeper.all_keepers() if k.name in names], now=datetime.fromisoformat(now))


ROLES: dict[str, Callable[..., Any]] = {
    "seed": seed,
    "keep": keep,
    "buyer": buyer,
    "courier": courier,
    "check": check,
    "check_money": check_money,
    "check_second_legs": check_second_legs,
    "send_by_hub": send_by_hub,
    "earn": earn,
    "rest": rest,
    "settle_and_die": settle_and_die,
    "tell_and_die": tell_and_die,
    "refund_and_die": refund_and_die,
    "confirm": confirm,
}

if __name__ == "__main__":
    main()
