"""What the database refuses even from somebody who goes around the verbs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from sanhao.books.ledger.api import EntryDraft, Ref, accounts, audit, post
from sanhao.kit.ids import new_id
from sanhao.kit.rows import execute
from tests.books.stage import COUPONS, GOODWILL, fund

pytestmark = pytest.mark.django_db


def raw_posting(entry: UUID, ref: Ref, amount: int, currency: str = "CNY") -> None:
    execute(
        "INSERT INTO ledger_posting (id, entry_id, account_id, amount_minor, currency) VALUES (%s, %s, %s, %s, %s)",
        [new_id(), entry, accounts([ref])[ref], amount, currency],
    )


def raw_entry(now: datetime, *lines: tuple[Ref, int, str]) -> None:
    entry = new_id()
    execute(
        "INSERT INTO ledger_entry (id, key, kind, at, cause_kind, cause_id) VALUES (%s, %s, 'raw', %s, 'test', %s)",
        [entry, str(entry), now, entry],
    )
    for ref, amount, currency in lines:
        raw_posting(entry, ref, amount, currency)


def end_of_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_an_entry_that_does_not_sum_to_zero_is_refused_at_the_end_of_the_transaction(now: datetime) -> None:
    with pytest.raises(IntegrityError, match="does not sum to zero"), transaction.atomic():
        raw_entry(now, (GOODWILL, 300, "CNY"), (COUPONS, -299, "CNY"))
        end_of_transaction()
    raw_entry(now, (GOODWILL, 300, "CNY"), (COUPONS, -300, "CNY"))
    end_of_transaction()
    assert audit().entries == 1


def test_zero_is_wanted_in_each_currency(now: datetime) -> None:
    with pytest.raises(IntegrityError, match="does not sum to zero"), transaction.atomic():
        raw_entry(now, (GOODWILL, 300, "CNY"), (Ref("coupons", "platform", "USD"), -300, "USD"))
        end_of_transaction()


def test_a_posting_in_another_currency_than_its_account_is_refused(now: datetime) -> None:
    with pytest.raises(IntegrityError, match="ledger_posting_account_currency"), transaction.atomic():
        raw_entry(now, (GOODWILL, 300, "USD"), (COUPONS, -300, "USD"))
        end_of_transaction()


def test_a_posting_of_nothing_is_refused(now: datetime) -> None:
    with pytest.raises(IntegrityError, match="ledger_posting_moves"), transaction.atomic():
        raw_entry(now, (GOODWILL, 0, "CNY"))


def test_a_posting_cannot_be_added_to_an_old_entry(now: datetime) -> None:
    lines = ((GOODWILL, 300), (COUPONS, -300))
    entry = EntryDraft(new_id(), "k", "test", now, "CNY", lines, "test", new_id())
    post([entry])
    end_of_transaction()
    with pytest.raises(IntegrityError, match="does not sum to zero"), transaction.atomic():
        raw_posting(entry.id, COUPONS, 1)
        end_of_transaction()


@pytest.mark.parametrize(
    "rewrite",
    [
        "UPDATE ledger_entry SET kind = 'other'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_posting SET amount_minor = amount_minor * 2",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_account SET holder = 'me'",
        "DELETE FROM ledger_account",
    ],
)
def test_the_book_cannot_be_rewritten(rewrite: str, now: datetime) -> None:
    lines = ((GOODWILL, 300), (COUPONS, -300))
    post([EntryDraft(new_id(), "k", "test", now, "CNY", lines, "test", new_id())])
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        execute(rewrite)


def test_a_shop_cannot_be_overdrawn_nor_a_balance_kept_on_the_platforms_accounts(now: datetime) -> None:
    fund(new_id(), now, balance=100)
    with pytest.raises(IntegrityError, match="not_overdrawn"), transaction.atomic():
        execute("UPDATE ledger_account SET balance_minor = 1 WHERE code = 'balance'")
    with pytest.raises(IntegrityError, match="derived"), transaction.atomic():
        execute("UPDATE ledger_account SET balance_minor = -1 WHERE code = 'bank'")


def test_the_audit_finds_a_kept_balance_that_drifted_from_its_postings(now: datetime) -> None:
    shop = new_id()
    fund(shop, now, balance=100)
    execute("UPDATE ledger_account SET balance_minor = -99 WHERE code = 'balance'")
    report = audit()
    assert not report.sound
    assert report.drifted == {Ref("balance", str(shop), "CNY"): (-99, -100)}
