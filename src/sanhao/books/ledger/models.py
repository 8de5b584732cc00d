"""Tables of the ledger: accounts, entries, postings. The guards are in migration 0002."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class Account(models.Model):
    """One account of the chart, one holder, one currency.

    *Kept* accounts (a shop's own) carry their balance, moved under lock in the transaction of the postings, and the
    database refuses to overdraw them. The platform's are never locked: their balance is derived from postings.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=20)
    holder = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=9)
    is_kept = models.BooleanField()
    balance_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="ledger_account_once", fields=["code", "holder", "currency"]),
            models.UniqueConstraint(name="ledger_account_currency", fields=["id", "currency"]),
            models.CheckConstraint(
                name="ledger_account_kind", condition=Q(kind__in=["asset", "liability", "income", "expense"])
            ),
            models.CheckConstraint(
                name="ledger_account_not_overdrawn",
                condition=Q(is_kept=False)
                | Q(kind="liability", balance_minor__lte=0)
                | Q(kind="asset", balance_minor__gte=0),
            ),
            models.CheckConstraint(
                name="ledger_account_derived", condition=Q(is_kept=True) | Q(balance_minor=0)
            ),
        ]


class Entry(models.Model):
    """One movement of money and its cause. Append-only; *key* exists once."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    cause_kind = models.CharField(max_length=40)
    cause_id = models.UUIDField()
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(name="ledger_entry_once", fields=["key"])]
        indexes = [
            models.Index(name="ledger_entry_cause", fields=["cause_id"]),
            # A book is written in the order of its time: a few bytes for each stretch of it find any day.
            BrinIndex(name="ledger_entry_at", fields=["at"]),
        ]


class Posting(models.Model):
    """One line of an entry: debit positive, credit negative. Its id is the entry's with the line's number in it."""

    id = models.UUIDField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    # The real key is on (account, currency): a posting cannot be in another currency than its account.
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.CheckConstraint(name="ledger_posting_moves", condition=~Q(amount_minor=0))]
        indexes = [
            models.Index(name="ledger_posting_account", fields=["account", "id"], include=["amount_minor"])
        ]
