"""Payouts: once a day, to the account the owner entered, exactly once whatever the bank says; failures come back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from sanhao.books.ledger.api import Ref, balance, charge_shops
from sanhao.books.settlement import api as settlement
from sanhao.books.settlement.banks.sandbox.world import LATER
from sanhao.books.settlement.wiring import BANK, PAYOUTS, SANDBOX
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import drain, tick
from sanhao.kit.refusals import Forbidden, Invalid
from sanhao.kit.rows import fetch
from tests.books.settlement.stage import ACCOUNT, books, payable, payouts_of, released, sound
from tests.books.stage import charge, fund

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def shop() -> UUID:
    return new_id()


def bank() -> int:
    return balance(Ref("bank", "platform", "CNY")).minor


def run(now: datetime) -> int:
    return drain([PAYOUTS, BANK, SANDBOX], now=now)


def test_what_is_released_reaches_the_bank(shop: UUID, buyer: UUID, now: datetime) -> None:
    first = payable(shop, buyer, now=now)
    released(shop, 20_000, 600, now=now)
    assert first > now and run(now) == 0, "once a day"
    run(first)
    assert payouts_of(shop) == [], "released today, paid out from tomorrow on"
    run(first + DAY)
    assert payouts_of(shop) == [("paid", 19_600, "")]
    assert (books(shop), bank()) == ({}, -19_600)
    assert run(first + DAY) == 0
    sound()


def test_without_bank_details_money_waits_on_the_balance(shop: UUID, now: datetime) -> None:
    released(shop, now=now)
    assert run(now + 9 * DAY) == 0
    assert books(shop) == {"balance": 19_600}


def test_less_than_the_minimum_waits(shop: UUID, buyer: UUID, now: datetime) -> None:
    first = payable(shop, buyer, now=now)
    fund(shop, now, balance=99)
    run(first)
    assert payouts_of(shop) == []
    fund(shop, now, balance=1)
    run(first + DAY)
    assert payouts_of(shop) == [("paid", 100, "")]


def test_what_the_bank_refuses_comes_back_and_payouts_stop_until_new_details(
    shop: UUID, buyer: UUID, now: datetime
) -> None:
    first = payable(shop, buyer, now=now)
    settlement.sandbox_bank(ACCOUNT, "reject")
    fund(shop, now, balance=5_000)
    run(first)
    assert payouts_of(shop) == [("failed", 5_000, "account closed")]
    assert (books(shop), settlement.payees([shop])[shop].paused) == ({"balance": 5_000}, "account closed")
    run(first + DAY)
    assert len(payouts_of(shop)) == 1
    again = payable(shop, buyer, now=first + DAY, account="6222020200998877665")
    assert again > first + 4 * DAY - timedelta(seconds=1), "changed details wait three days"
    run(again)
    assert payouts_of(shop)[0] == ("paid", 5_000, "")
    sound()


def test_a_failed_payout_repays_what_the_shop_has_come_to_owe(shop: UUID, buyer: UUID, now: datetime) -> None:
    first = payable(shop, buyer, now=now)
    settlement.sandbox_bank(ACCOUNT, "return")
    fund(shop, now, balance=5_000)
    run(first)
    assert payouts_of(shop) == [("paid", 5_000, "")]
    charge_shops([charge(shop, 1_200)], now=first)
    assert books(shop) == {"receivable": 1_200}
    run(first + 2 * DAY)
    assert payouts_of(shop) == [("returned", 5_000, "account does not exist")], "told twice, heard once"
    assert books(shop) == {"balance": 3_800}
    sound()


def test_a_bank_that_is_slow_or_silent_is_asked_again_and_pays_once(
    shop: UUID, buyer: UUID, now: datetime
) -> None:
    first = payable(shop, buyer, now=now)
    settlement.sandbox_bank(ACCOUNT, "delay")
    fund(shop, now, balance=5_000)
    run(first)
    assert payouts_of(shop) == [("sent", 5_000, "")]
    assert books(shop) == {"payouts": 5_000}
    run(first + LATER + timedelta(hours=1))
    assert payouts_of(shop) == [("paid", 5_000, "")]
    settlement.sandbox_bank(ACCOUNT, "timeout")
    fund(shop, now, balance=700)
    run(first + 2 * DAY)
    assert payouts_of(shop)[0] == ("sent", 700, "")
    run(first + 2 * DAY + timedelta(minutes=6))
    assert payouts_of(shop)[0] == ("paid", 700, "")
    sent = fetch("SELECT amount_minor FROM settlement_sandboxtransfer ORDER BY id")
    assert [row["amount_minor"] for row in sent] == [5_000, 700]
    sound()


def test_a_keeper_killed_after_the_bank_paid_pays_once(
    shop: UUID, buyer: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sanhao.books.settlement.actions import payouts

    first = payable(shop, buyer, now=now)
    fund(shop, now, balance=5_000)
    tick(PAYOUTS, first)
    with monkeypatch.context() as broken:
        broken.setattr(payouts, "record", lambda *_, **__: None)
        tick(BANK, first)
    assert payouts_of(shop) == [("sent", 5_000, "")]
    run(first + timedelta(minutes=6))
    assert (payouts_of(shop), books(shop)) == ([("paid", 5_000, "")], {})
    assert len(fetch("SELECT id FROM settlement_sandboxtransfer")) == 1
    sound()


def test_the_same_details_again_delay_nothing_and_every_change_is_kept(
    shop: UUID, buyer: UUID, now: datetime
) -> None:
    first = payable(shop, buyer, now=now)
    assert payable(shop, buyer, now=now + DAY) == first
    payable(shop, buyer, now=now + DAY, account="DE89 3704 0044 0532 0130 00")
    kept = fetch("SELECT ending, by_id FROM settlement_payeechange ORDER BY id")
    assert [(row["ending"], row["by_id"]) for row in kept] == [("3445", buyer), ("3000", buyer)]


@pytest.mark.parametrize(
    "account", ["", "12345", "DE00370400440532013000", "6222 0202 x", "１２３４５６７８"]
)
def test_what_is_no_account_is_refused(shop: UUID, buyer: UUID, now: datetime, account: str) -> None:
    with pytest.raises(Invalid, match=r"payee\.account"):
        payable(shop, buyer, now=now, account=account)
    assert settlement.payees([shop]) == {}


def test_only_finance_pauses_payouts(shop: UUID, buyer: UUID, now: datetime) -> None:
    payable(shop, buyer, now=now)
    with pytest.raises(Forbidden):
        settlement.pause_payouts(shop, "looks odd", by=buyer, now=now)
