"""Entries: balanced, once, for ever. Shops charged and credited."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from msgspec.structs import replace
from pytest_django import DjangoAssertNumQueries

from sanhao.books.ledger.api import (
    Charge,
    Credit,
    EntryDraft,
    Ref,
    accounts,
    audit,
    balance,
    charge_shops,
    credit_shops,
    entries_of,
    post,
    posted,
    statement,
)
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.money import Money, MoneyError
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import fetch
from tests.books.stage import BANK, COUPONS, GOODWILL, charge, fund, money

pytestmark = pytest.mark.django_db

DOLLARS = Ref("bank", "platform", "USD")


def draft(now: datetime, *lines: tuple[Ref, int], key: str = "k") -> EntryDraft:
    return EntryDraft(new_id(), key, "test", now, "CNY", lines, "test", new_id())


def test_an_entry_is_written_with_its_lines_and_read_back(now: datetime) -> None:
    entry = draft(now, (GOODWILL, 300), (COUPONS, -300))
    post([entry])
    [view] = entries_of("test", entry.cause_id)
    assert (view.id, view.key, view.kind, view.at, view.decision_id) == (entry.id, "k", "test", now, None)
    assert [(line.ref, line.amount.minor) for line in view.lines] == [(GOODWILL, 300), (COUPONS, -300)]
    assert balance(COUPONS) == Money(-300, "CNY")
    assert posted(["k", "other"]) == {"k": entry.id}
    assert audit().sound


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (((GOODWILL, 300), (COUPONS, -299)), "ledger.unbalanced"),
        (((GOODWILL, 300),), "ledger.unbalanced"),
        ((), "ledger.unbalanced"),
        (((GOODWILL, 0), (COUPONS, 0)), "ledger.unbalanced"),
        (((GOODWILL, 300), (DOLLARS, -300)), "ledger.unbalanced"),
        (((DOLLARS, 3), (DOLLARS, -3)), "ledger.currency"),
    ],
)
def test_an_unsound_entry_is_refused_and_nothing_of_its_batch_is_written(
    lines: tuple[tuple[Ref, int], ...], code: str, now: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        post([draft(now, (GOODWILL, 1), (COUPONS, -1), key="sound"), draft(now, *lines)])
    assert refused.value.code == code
    assert fetch("SELECT 1 FROM ledger_entry") == []


def test_the_same_key_twice_is_refused(now: datetime) -> None:
    post([draft(now, (GOODWILL, 300), (COUPONS, -300))])
    with pytest.raises(IntegrityError, match="ledger_entry_once"), transaction.atomic():
        post([draft(now, (GOODWILL, 300), (COUPONS, -300))])
    assert balance(COUPONS) == Money(-300, "CNY")


def test_an_account_outside_the_chart_or_in_no_real_currency_is_refused() -> None:
    with pytest.raises(KeyError):
        accounts([Ref("piggy_bank", "platform", "CNY")])
    with pytest.raises(MoneyError):
        accounts([Ref("bank", "platform", "XXX")])
    assert fetch("SELECT 1 FROM ledger_account") == []


def test_a_shop_cannot_pay_what_it_does_not_have_outside_the_waterfall(now: datetime) -> None:
    shop = new_id()
    fund(shop, now, balance=100)
    with pytest.raises(Refusal) as refused:
        post([draft(now, (Ref("balance", str(shop), "CNY"), 101), (BANK, -101))])
    assert refused.value.code == "ledger.not_enough"
    assert money(shop) == (100, 0, 0)
    assert audit().entries == 1


def test_charges_run_down_balance_deposit_and_advance_within_one_batch(now: datetime) -> None:
    rich, poor = new_id(), new_id()
    fund(rich, now, balance=1000)
    fund(poor, now, balance=400, deposit=250)
    done = charge_shops([charge(poor, 300), charge(rich, 300), charge(poor, 300), charge(poor, 300)], now=now)
    assert [(c.from_balance, c.from_deposit, c.advanced) for c in done] == [
        (300, 0, 0),
        (300, 0, 0),
        (100, 200, 0),
        (0, 50, 250),
    ]
    assert (money(rich), money(poor)) == ((700, 0, 0), (0, 0, 250))
    assert balance(COUPONS) == Money(-1200, "CNY")
    report = audit()
    assert report.sound
    assert (report.entries, report.sums) == (7, {"CNY": 0})


def test_a_charge_can_name_its_entry_and_every_entry_knows_its_cause(now: datetime) -> None:
    shop, cause, entry = new_ids(3)
    one = Charge("p:1", "compensation", shop, 300, "CNY", COUPONS, "promise", cause, None, entry)
    [done] = charge_shops([one], now=now)
    assert done.entry_id == entry
    [view] = entries_of("promise", cause)
    assert [(line.ref.code, line.amount.minor) for line in view.lines] == [
        ("receivable", 300),
        ("coupons", -300),
    ]


def test_a_charge_of_nothing_or_in_two_currencies_is_refused(now: datetime) -> None:
    shop = new_id()
    fund(shop, now, balance=100)
    for bad in (charge(shop, 0), charge(shop, -5), replace(charge(shop, 5), currency="USD")):
        with pytest.raises(Invalid):
            charge_shops([charge(shop, 50), bad], now=now)
    assert money(shop) == (100, 0, 0)


def test_one_shop_can_be_charged_in_favour_of_another(now: datetime) -> None:
    late, waiting = new_ids(2)
    fund(late, now, balance=100)
    to = Ref("balance", str(waiting), "CNY")
    charge_shops([replace(charge(late, 70), credit=to)], now=now)
    assert (money(late), money(waiting)) == ((30, 0, 0), (70, 0, 0))
    assert audit().sound


def test_a_credit_repays_the_platform_first_then_the_deposit_then_the_balance(now: datetime) -> None:
    shop = new_id()
    fund(shop, now, balance=100, deposit=50)
    [done] = charge_shops([charge(shop, 300)], now=now)
    assert money(shop) == (0, 0, 150)
    back = Credit("back", "compensation_returned", shop, 300, "CNY", COUPONS, "promise", new_id(),
                  from_deposit=done.from_deposit)  # fmt: skip
    [given] = credit_shops([back], now=now)
    assert (given.repaid, given.to_deposit, given.to_balance) == (150, 50, 100)
    assert money(shop) == (100, 50, 0)
    assert balance(COUPONS) == Money(0, "CNY")
    assert audit().sound


def test_a_batch_of_charges_costs_the_same_few_statements_however_long_it_is(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shops = new_ids(3)
    for shop in shops:
        fund(shop, now, balance=200)
    charge_shops([charge(shop, 1) for shop in shops], now=now)
    # Two look-ups of accounts (no query once they are committed), lock, update. Two COPYs are not counted.
    with django_assert_num_queries(4):
        charge_shops([charge(shop, 100) for shop in shops * 50], now=now)
    assert [money(shop) for shop in shops] == [(0, 0, 4801)] * 3


def test_a_statement_lists_what_moved_an_account_newest_first_page_by_page(now: datetime) -> None:
    shop = new_id()
    fund(shop, now, balance=1000)
    for amount in (1, 2, 3):
        charge_shops([charge(shop, amount)], now=now)
    first = statement("balance", str(shop), "CNY", limit=2)
    assert [line.amount.minor for line in first] == [3, 2]
    rest = statement("balance", str(shop), "CNY", limit=9, before=first[-1].posting_id)
    assert [(line.amount.minor, line.kind) for line in rest] == [(1, "compensation"), (-1000, "top_up")]
