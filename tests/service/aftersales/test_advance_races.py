"""Money ahead of the goods while something else happens, with real connections and in both orders: paid once, claimed
once, and every cent is the shop's, the buyer's or the platform's in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.settlement import api as settlement
from sanhao.books.settlement.wiring import PAYOUTS, RELEASE
from sanhao.books.wallet import api as wallet
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.kit.keeper import Keeper
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.core import Ask
from sanhao.service.aftersales.wiring import AHEAD, DUE
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.at_once import at_once
from tests.service.aftersales.paid import give_back, lines_of
from tests.service.aftersales.stage import ask, case, delivered, rules, shop
from tests.service.aftersales.test_chargebacks import dispute
from tests.service.aftersales.test_instant import advance, back_to_buyer, book, days, on_its_way, parcel_of
from tests.service.aftersales.test_intercept_races import reads_the_signature, says, stopping
from tests.service.stage import Stage, drain, escrow, hours, purse, scan, sound

pytestmark = pytest.mark.django_db(transaction=True)
Deed = Callable[[], object]


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def ticks(one: Keeper, now: datetime) -> Deed:
    """One batch of a keeper's work, as any of several copies does it."""
    mine = Keeper(one.name, one.query, one.settle, one.order, batch=one.batch)
    return lambda: keeper.tick(mine, now)


def wanted(now: datetime) -> tuple[Stage, UUID, UUID]:
    """A return that its courier has scanned, and no keeper has looked at yet: stage, order, case."""
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    body, headers = delivery.sandbox_scan_body(parcel_of(asked), "picked_up", now=now + hours(40))
    delivery.receive("sandbox", body, headers, now=now + hours(40))
    [inbox] = [one for one in keeper.all_keepers() if one.name == "delivery.inbox"]
    ticks(AHEAD, now + hours(39))()
    keeper.drain([inbox], now=now + hours(40))
    [outbox] = [one for one in keeper.all_keepers() if one.name == "kit.outbox"]
    keeper.drain([outbox], now=now + hours(40))
    assert advance(asked)[0] == "wanted"
    return at, order, asked


def at_peace(*, now: datetime) -> None:
    drain(now)
    assert list(decisions.rejudge_all()) == []
    sound()


def test_two_keepers_pay_one_advance_once(now: datetime) -> None:
    at, order, asked = wanted(now)
    t = now + hours(40)
    at_once(*[ticks(AHEAD, t)] * 3)
    drain(t)
    assert advance(asked) == ("paid", "scanned", 20_000)
    assert (back_to_buyer(order), book("paid_ahead"), escrow(at.shop_id)) == (20_000, 20_000, 20_600)
    at_peace(now=t)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_number_handed_in_while_the_return_is_withdrawn(now: datetime, turn: int) -> None:
    at = shop()
    order = delivered(at)
    asked = ask(at, order, now=now + hours(30))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    t = now + hours(32)
    send: Deed = lambda: aftersales.send_back(  # noqa: E731
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=t
    )
    withdraw: Deed = lambda: aftersales.withdraw(asked, person_id=at.buyer_id, now=t)  # noqa: E731
    at_once(*[send, withdraw][::turn])
    drain(t)
    sent = case(asked).parcel_id
    if sent is not None:
        scan(sent, "picked_up", at=t + hours(2))
    ended = (case(asked).state, back_to_buyer(order), book("paid_ahead"))
    assert ended in [("withdrawn", 0, 0), ("returning", 20_000, 20_000)]
    at_peace(now=t + hours(3))


@pytest.mark.parametrize("turn", [1, -1])
def test_a_number_in_the_second_in_which_the_return_lapses(now: datetime, turn: int) -> None:
    at = shop()
    order = delivered(at)
    asked = ask(at, order, now=now + hours(30))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    due = case(asked).due_at
    assert due is not None
    send: Deed = lambda: aftersales.send_back(  # noqa: E731
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=due - hours(1 / 3600)
    )
    at_once(*[send, ticks(DUE, due), ticks(DUE, due)][::turn])
    drain(due)
    assert case(asked).state in ("lapsed", "returning")
    if (sent := case(asked).parcel_id) is not None:
        scan(sent, "picked_up", at=due + hours(2))
        assert advance(asked)[0] == "paid"
    assert book("paid_ahead") == back_to_buyer(order) == (20_000 if sent else 0)
    at_peace(now=due + hours(3))


@pytest.mark.parametrize("turn", [1, -1])
def test_paid_ahead_while_the_shop_takes_the_goods(now: datetime, turn: int) -> None:
    at, order, asked = wanted(now)
    t = now + hours(41)
    take: Deed = lambda: aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=t)  # noqa: E731
    at_once(*[ticks(AHEAD, t), take, ticks(AHEAD, t)][::turn])
    drain(t)
    assert (case(asked).state, case(asked).refunded.minor, back_to_buyer(order)) == (
        "refunded",
        20_000,
        20_000,
    )
    assert (advance(asked)[0], book("paid_ahead"), escrow(at.shop_id)) in [
        ("repaid", 0, 600),
        ("declined", 0, 600),
    ]
    at_peace(now=t)


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_chargeback_and_an_instant_refund_together(now: datetime, turn: int, outcome: str) -> None:
    at, order, asked = wanted(now)
    t = now + hours(41)
    at_once(*[ticks(AHEAD, t), lambda: dispute(order, 20_600, now=t)][::turn])
    drain(t)
    assert advance(asked)[0] in ("paid", "declined")
    assert back_to_buyer(order) == 20_600, "what one took the other finds gone"
    dispute(order, 20_600, outcome, now=t + hours(1))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=t + hours(2))
    drain(t + hours(3))
    assert (case(asked).state, book("paid_ahead")) == ("refunded", 0)
    assert escrow(at.shop_id) + purse(at.shop_id)[0] - 100_000 >= 0
    at_peace(now=t + hours(4))


@pytest.mark.parametrize("first", ["bank", "keeper"])
def test_both_orders_of_that_one_after_the_other(now: datetime, first: str) -> None:
    _at, order, asked = wanted(now)
    t = now + hours(41)
    deeds: list[Deed] = [ticks(AHEAD, t), lambda: dispute(order, 20_600, now=t)]
    for deed in deeds if first == "keeper" else reversed(deeds):
        deed()
    drain(t)
    assert advance(asked)[0] == ("paid" if first == "keeper" else "declined")
    assert back_to_buyer(order) == 20_600
    at_peace(now=t)


@pytest.mark.parametrize("word", ["accepted", "succeeded", "failed"])
@pytest.mark.parametrize("turn", [1, -1])
def test_the_couriers_word_in_the_second_in_which_its_case_falls_due(
    now: datetime, word: str, turn: int
) -> None:
    _, order, _, asked = stopping(now)
    due = case(asked).due_at
    assert due is not None
    at_once(*[lambda: says(asked, word, due), ticks(DUE, due), ticks(DUE, due)][::turn])
    drain(due)
    drain(due + days(40))
    assert case(asked).over
    assert back_to_buyer(order) in (0, 20_000, 20_600)
    assert book("paid_ahead") == 0, "who bears it stands by then"
    at_peace(now=due + days(41))


@pytest.mark.parametrize("word", ["accepted", "succeeded", "signed"])
@pytest.mark.parametrize("turn", [1, -1])
def test_the_couriers_word_while_the_buyer_takes_it_back(now: datetime, word: str, turn: int) -> None:
    at, order, parcel, asked = stopping(now)
    t = now + hours(8)
    told: Deed = (
        (lambda: reads_the_signature(parcel, t)) if word == "signed" else (lambda: says(asked, word, t))
    )
    at_once(*[told, lambda: aftersales.withdraw(asked, person_id=at.buyer_id, now=t)][::turn])
    drain(t)
    assert back_to_buyer(order) == book("paid_ahead") + book("buyer_owes", at.buyer_id)
    for later in (10, 20, 30, 40):  # each state has its time
        drain(t + days(later))
    assert case(asked).over
    assert book("paid_ahead") == 0
    at_peace(now=t + days(41))


# ---- a coupon on the order ------------------------------------------------------------------------------------------


def with_coupon(at: Stage, now: datetime) -> UUID:
    """A platform's coupon of ¥10 in the buyer's wallet."""
    issue = wallet.issue_coupons(
        wallet.IssueDraft(
            "platform", "platform", Text(zh="券", en="Coupon"), Money(1_000, "CNY"), Money(0, "CNY"), Money(10_000, "CNY"),
            now, now + days(300), valid_days=200,
        ),
        by=at.owner_id, now=now,
    )  # fmt: skip
    return wallet.claim(issue, person_id=at.buyer_id, now=now)


def test_an_order_paid_with_a_coupon_is_paid_ahead_and_ends_with_the_coupon_back(now: datetime) -> None:
    at = shop()
    coupon = with_coupon(at, now)
    order = delivered(at, now=now, coupon_ids=[coupon])
    assert (orders.order(order).total.minor, escrow(at.shop_id), book("promotions")) == (
        19_600,
        20_600,
        1_000,
    )
    asked = on_its_way(at, order, now=now + hours(32))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    assert advance(asked) == ("paid", "scanned", 19_000), "the money, not the coupon"
    scan(parcel_of(asked), "delivered", at=now + hours(90))
    drain(now + hours(138))
    assert (case(asked).state, advance(asked)[0], back_to_buyer(order)) == ("refunded", "repaid", 19_000)
    assert (book("paid_ahead"), escrow(at.shop_id), book("promotions")) == (0, 600, 0), (
        "the discount is its funder's again"
    )
    [row] = fetch("SELECT state FROM wallet_coupon WHERE id = %s", [coupon])
    assert row["state"] == "active"
    [told] = [n.text.en for n in notices.inbox(at.buyer_id, limit=50) if n.topic == "coupon.back"]
    assert told.startswith("Your coupon of ¥10 is back in your wallet; it may be used until ")
    drain(now + days(40))
    assert (escrow(at.shop_id), purse(at.shop_id)[0]) == (0, 100_600)
    at_peace(now=now + days(41))


# ---- settlement -----------------------------------------------------------------------------------------------------


def earned(now: datetime, count: int = 4) -> tuple[Stage, list[UUID], datetime]:
    """Orders whose money is due to be released, of a shop that is paid out at the same moment: stage, orders, when."""
    at = shop()
    settlement.enter_payee(
        at.shop_id,
        settlement.Payee("青草", "Bank", "6222000011112222"),
        currency="CNY",
        by=at.owner_id,
        now=now,
    )
    sold = [delivered(at, number=f"SF30{n:03}", now=now) for n in range(count)]
    [row] = fetch("SELECT max(release_at) AS at FROM settlement_settlement")
    return at, sold, row["at"]


@pytest.mark.parametrize("turn", [1, -1])
def test_release_refund_payout_and_clawback_at_once(now: datetime, turn: int) -> None:
    at, sold, due = earned(now)
    t = due + days(1)

    def give(order: UUID) -> Deed:
        [line] = lines_of(order)
        return lambda: give_back(order, Ask(line.id, 1), now=t)

    deeds: list[Deed] = [
        ticks(RELEASE, t), give(sold[0]), ticks(PAYOUTS, t), lambda: dispute(sold[1], 20_600, now=t),
        ticks(RELEASE, t), ticks(PAYOUTS, t), give(sold[2]),
    ]  # fmt: skip
    at_once(*deeds[::turn])
    drain(t)
    for order in (sold[0], sold[2]):
        assert back_to_buyer(order) >= 20_000
    assert back_to_buyer(sold[1]) == 20_600
    rows: list[Any] = fetch("SELECT state, held_minor, released_at FROM settlement_settlement ORDER BY id")
    assert [row["held_minor"] for row in rows] == [0] * len(sold)
    assert escrow(at.shop_id) == 0
    drain(t + days(3))
    balance, deposit, owed = purse(at.shop_id)
    assert balance >= 0 and deposit >= 0 and owed >= 0
    assert settlement.mismatches() == {}
    at_peace(now=t + days(4))
