"""Everybody who locks orders, promises, parcels, decisions and payments, against everybody else, for a few seconds.

Cancelling goes from the order to its promises, settling from promises to orders (skipping busy ones), a courier from
the parcel to order and promises, an arbiter from the decision to its promise. None of them may end in a deadlock.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from time import sleep
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, connections, transaction

from sanhao.fairness.decisions import api as decisions
from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.kit.time import monotonic
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from tests.at_once import all_at_once
from tests.conftest import T0
from tests.goods import world
from tests.races import invariants, seeding
from tests.races.hand import KEEPERS
from tests.races.seeding import Sold
from tests.service.stage import coupons, drain, escrow, paid, pay, place, promise, purse, rules, sound, stage

SECONDS, EACH, SEED = 6.0, 24, 11
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Fray:
    """One wave of orders that all actors go for at once; what a person would have seen as a crash is *crashed*."""

    rng: random.Random
    arbiter: UUID
    numbers: Iterator[int] = field(default_factory=count)
    sold: list[Sold] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    settles: datetime = T0

    def person(self, name: str, verb: Callable[[Sold, datetime], object]) -> Callable[[], None]:
        """Somebody who does *verb* to each order, in an order of their own."""
        own = self.rng.sample(self.sold, len(self.sold))

        def act() -> None:
            for order in own:
                try:
                    if verb(order, self.settles):
                        self.done[name] = self.done.get(name, 0) + 1
                except Refusal:
                    continue
                except DatabaseError as error:
                    self.crashed.append(f"{name}: {error!r}")

        return act

    def keeper(self, name: str, batch: int, moment: datetime, times: int = 12) -> Callable[[], None]:
        [found] = [k for k in keeper.all_keepers() if k.name == name]
        small = replace(found, batch=batch)

        def act() -> None:
            for _ in range(times):
                try:
                    keeper.tick(small, moment)
                except DatabaseError as error:
                    self.retried.append(f"{name}: {error!r}")

        return act

    def cancel_by_shop(self, order: Sold, now: datetime) -> bool:
        orders.cancel_by_shop(
            order.id, shop_id=order.shop.shop_id, by=order.shop.owner_id, reason="", now=now
        )
        return True

    def cancel_by_buyer(self, order: Sold, now: datetime) -> bool:
        promises.cancel_order(order.id, person_id=order.person_id, now=now)
        return True

    def ship(self, order: Sold, now: datetime) -> bool:
        parcel = orders.Shipment(order.id, "sandbox", f"S2{order.id.hex}", ((order.line_id, 1),))
        orders.ship(order.shop.shop_id, [parcel], by=order.shop.owner_id, now=now)
        return True

    def scan(self, order: Sold, now: datetime) -> bool:
        """Both parcels are scanned, dated in time, and one that nobody registered with them."""
        for number in (f"S1{order.id.hex}", f"S2{order.id.hex}", f"X{next(self.numbers):08}"):
            body, headers = delivery.sandbox_body(number, "picked_up", now=order.paid_at + 40 * HOUR)
            delivery.receive("sandbox", body, headers, now=now)
        return True

    def appeal(self, order: Sold, now: datetime) -> bool:
        decided = [
            p.decision_id for p in promises.promises_of([order.id], now=now)[order.id] if p.decision_id
        ]
        for decision_id in decided:
            decisions.appeal(
                decision_id, by=order.shop.owner_id, shop_id=order.shop.shop_id, text="It left in time", now=now
            )  # fmt: skip
        return bool(decided)

    def overturn(self, order: Sold, now: datetime) -> bool:
        rows = fetch(
            "SELECT a.id FROM decisions_appeal a JOIN promises_promise p ON p.decision_id = a.decision_id "
            "WHERE p.order_id = %s AND a.state = 'open'",
            [order.id],
        )
        for row in rows:
            decisions.decide_appeal(row["id"], uphold=False, by=self.arbiter, answer="Indeed it did", now=now)
        return bool(rows)

    def platform(self, order: Sold, now: datetime) -> bool:
        if order.id.int % 4 == 0:
            promises.excuse([order.id], cause="risk_hold", by=self.arbiter, now=now)
        promises.announce_extension(
            starts_at=now + 1 * HOUR, until=now + 2 * HOUR, reason=Text(zh="节", en="Feast"), by=self.arbiter, now=now
        )  # fmt: skip
        return True


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_nobody_meets_a_deadlock(now: datetime) -> None:
    kit_time.found_world(is_demo=True)
    stages, buyers = seeding.shops()[:3], seeding.buyers(5)
    arbiter = world.person()
    for role in ("arbiter", "admin"):
        people.grant_role(arbiter, role, by=None, now=now)
    fray = Fray(random.Random(SEED), arbiter)
    before, until, moment = _deadlocks(), monotonic() + SECONDS, now + timedelta(days=3)
    while monotonic() < until:
        moment += timedelta(days=1)
        _wave(fray, stages, buyers, moment)
    assert fray.crashed == [], "nobody saw one"
    assert fray.retried == [], "and no keeper had to begin again"
    assert _deadlocks() == before
    assert set(fray.done) == {"buyer", "shop", "packer", "courier", "appeal", "arbiter", "platform"}, (
        fray.done
    )
    end = moment + timedelta(days=20)
    keeper.drain([k for k in keeper.all_keepers() if k.name in KEEPERS], now=end)
    assert invariants.findings(now=end) == {}


def _wave(fray: Fray, stages: Sequence[seeding.Stage], buyers: Sequence[UUID], moment: datetime) -> None:
    """Orders whose promises settle at *moment*, one half packed already; then everybody at once, twice: as the
    promises come due, and as the platform gives up on what never left."""
    fray.sold = seeding.sell(stages, buyers, [moment] * EACH, fray.rng, quantity=2)
    for order in fray.sold:
        parcel = orders.Shipment(order.id, "sandbox", f"S1{order.id.hex}", ((order.line_id, 1),))
        orders.ship(order.shop.shop_id, [parcel], by=order.shop.owner_id, now=order.paid_at)
    fray.settles = moment
    given_up = moment + 70 * HOUR
    all_at_once(
        fray.keeper("promises.settle", 5, moment),
        fray.keeper("promises.settle", 7, moment),
        fray.keeper("delivery.inbox", 5, moment, times=30),
        fray.keeper("delivery.inbox", 9, moment, times=30),
        fray.keeper("payments.refunds", 4, moment),
        fray.keeper("kit.outbox", 20, moment),
        fray.person("buyer", lambda o, at: o.id.int % 3 == 0 and fray.cancel_by_buyer(o, at)),
        fray.person("shop", lambda o, at: o.id.int % 3 == 1 and fray.cancel_by_shop(o, at)),
        fray.person("packer", fray.ship),
        fray.person("courier", fray.scan),
        fray.person("appeal", fray.appeal),
        fray.person("arbiter", fray.overturn),
        fray.person("platform", fray.platform),
    )
    fray.settles = given_up
    all_at_once(
        fray.keeper("promises.cancel_unshipped", 3, given_up),
        fray.keeper("promises.cancel_unshipped", 5, given_up),
        fray.keeper("promises.settle", 5, given_up),
        fray.keeper("promises.settle", 7, given_up),
        fray.keeper("delivery.inbox", 5, given_up, times=30),
        fray.keeper("payments.refunds", 4, given_up),
        fray.person("buyer", fray.cancel_by_buyer),
        fray.person("courier", fray.scan),
        fray.person("appeal", fray.appeal),
        fray.person("arbiter", fray.overturn),
    )


def _waiting(number: int) -> None:
    """Until so many connections of this database wait for a lock."""
    until = monotonic() + 20
    while monotonic() < until:
        execute("SELECT pg_stat_clear_snapshot()")
        [row] = fetch(
            "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if row["n"] == number:
            return
        sleep(0.01)
    raise AssertionError(f"{number} were to wait")


def _here(works: list[threading.Thread], failed: list[BaseException], work: Callable[[], object]) -> None:
    """Start *work* with a connection of its own; what the database says against it goes to *failed*."""

    def run() -> None:
        try:
            work()
        except DatabaseError as error:
            failed.append(error)
        finally:
            connections.close_all()

    works.append(threading.Thread(target=run))
    works[-1].start()


def test_cancelling_one_order_while_the_other_of_its_checkout_is_paid_back(now: datetime) -> None:
    """They share a payment. A keeper has both promises in hand and waits for the shop's account, the buyer comes."""
    kit_time.found_world(is_demo=True)
    rules()
    at, other = stage(balance=10_000), stage(balance=10_000, slug="yimu")
    placed = place(replace(at, offers=[at.offers[0], other.offers[0]]), (1, 1))
    pay(placed, now=now)
    mine = {orders.order(id).shop_id: id for id in placed.order_ids}
    due = now + 50 * HOUR
    orders.cancel_by_shop(mine[other.shop_id], shop_id=other.shop_id, by=other.owner_id, reason="", now=due)
    settle = [k for k in keeper.all_keepers() if k.name == "promises.settle"]
    works: list[threading.Thread] = []
    failed: list[BaseException] = []
    with transaction.atomic():
        fetch(
            "SELECT id FROM ledger_account WHERE code = 'balance' AND holder = %s FOR UPDATE",
            [str(at.shop_id)],
        )
        _here(works, failed, lambda: keeper.drain(settle, now=due))
        _waiting(1)
        _here(
            works,
            failed,
            lambda: promises.cancel_order(mine[at.shop_id], person_id=at.buyer_id, now=due),
        )
        _waiting(2)
    for work in works:
        work.join()
    assert failed == []
    drain(due)
    assert {orders.order(id).state for id in placed.order_ids} == {"cancelled"}
    assert promise(mine[at.shop_id])["state"] == "broken", "the keeper came first"
    assert promise(mine[other.shop_id], "non_delivery")["state"] == "broken"
    assert (escrow(at.shop_id), escrow(other.shop_id)) == (0, 0)
    assert invariants.findings(now=due) == {}


def test_two_arbiters_and_a_keeper_overturn_a_decision_once(now: datetime) -> None:
    kit_time.found_world(is_demo=True)
    rules()
    at = stage(balance=10_000)
    orders_ = [paid(at) for _ in range(4)]
    drain(now + 50 * HOUR)
    later = [paid(at, now=now + 10 * HOUR) for _ in range(4)]
    moment = now + 60 * HOUR
    appeals = [
        decisions.appeal(
            promise(o)["decision_id"], by=at.owner_id, shop_id=at.shop_id, text="It left in time", now=moment
        )
        for o in orders_
    ]
    arbiters = [world.person() for _ in range(2)]
    for arbiter in arbiters:
        people.grant_role(arbiter, "arbiter", by=None, now=now)
    answered: list[str] = []

    def answer(arbiter: UUID) -> Callable[[], None]:
        def act() -> None:
            for appeal in appeals:
                try:
                    decisions.decide_appeal(
                        appeal, uphold=False, by=arbiter, answer="Indeed it did", now=moment
                    )
                    answered.append("done")
                except Refusal as refusal:
                    answered.append(refusal.code)

        return act

    settles = [k for k in keeper.all_keepers() if k.name == "promises.settle"]
    all_at_once(*map(answer, arbiters), *[lambda: keeper.drain(settles, now=moment)] * 2)
    assert answered.count("done") == len(appeals), answered
    assert {promise(o)["state"] for o in orders_} == {"reversed"}
    assert {promise(o)["state"] for o in later} == {"broken"}
    assert purse(at.shop_id) == (10_000 - 4 * 300, 0, 0)
    assert coupons(at.buyer_id) == [300] * 8, "the buyer keeps them all"
    sound()
