"""How shops get their money: where to, when, and what became of each transfer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sanhao.books.settlement.core import NEUTRAL, PAYOUT_STATES
from sanhao.kit.states import States

PAYOUT = States("payout", "settlement_payout", PAYOUT_STATES)
ON_ITS_WAY = ("drafted", "sent")


class Payee(models.Model):
    """A shop to be paid; its id is the shop's. Without bank details *next_at* is null, and nothing is paid out."""

    id = models.UUIDField(primary_key=True)
    currency = models.CharField(max_length=3)
    standing = models.CharField(max_length=20, db_default=NEUTRAL)
    holder = models.CharField(max_length=80, db_default="")
    bank = models.CharField(max_length=80, db_default="")
    account = models.CharField(max_length=34, db_default="")
    changed_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    paused = models.CharField(max_length=300, db_default="")
    paused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_payee_reachable", condition=Q(next_at__isnull=True) | ~Q(account="")
            ),
        ]
        indexes = [
            models.Index(name="settlement_payee_due", fields=["next_at"], condition=Q(paused="")),
        ]


class PayeeChange(models.Model):
    """Who changed where a shop's money goes, and when: append-only."""

    id = models.UUIDField(primary_key=True)
    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="+")
    holder = models.CharField(max_length=80)
    bank = models.CharField(max_length=80)
    ending = models.CharField(max_length=4)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class PayoutBatch(models.Model):
    """Payouts that were drafted together and go through one bank."""

    id = models.UUIDField(primary_key=True)
    bank = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    payouts = models.PositiveIntegerField()
    total_minor = models.BigIntegerField()
    drafted_at = models.DateTimeField()


class Payout(models.Model):
    """A shop's money on its way to its bank. Its id is the key under which the bank sends it once."""

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="+")
    shop_id = models.UUIDField()
    state = models.CharField(max_length=8, db_default="drafted")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    via = models.CharField(max_length=20)
    holder = models.CharField(max_length=80)
    bank = models.CharField(max_length=80)
    account = models.CharField(max_length=34)
    drafted_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(db_default=0)
    bank_ref = models.CharField(max_length=80, db_default="")
    finished_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_payout_state", condition=Q(state__in=list(PAYOUT_STATES))
            ),
            models.CheckConstraint(name="settlement_payout_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="settlement_payout_finished",
                condition=Q(state__in=ON_ITS_WAY, finished_at__isnull=True)
                | (~Q(state__in=ON_ITS_WAY) & Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="settlement_payout_due", fields=["next_try_at"], condition=Q(state__in=ON_ITS_WAY)
            ),
            models.Index(name="settlement_payout_shop", fields=["shop_id", "-drafted_at"]),
        ]


class SandboxTransfer(models.Model):
    """The sandbox bank's world, not ours: what it sent, once for each id. No key leads out of it, on purpose."""

    id = models.UUIDField(primary_key=True)
    account = models.CharField(max_length=34)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    how = models.CharField(max_length=12)
    done_at = models.DateTimeField()
    return_at = models.DateTimeField(null=True)
    asked = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(
                name="settlement_sandbox_return", fields=["return_at"], condition=Q(return_at__isnull=False)
            ),
        ]


class SandboxMood(models.Model):
    """How the sandbox bank treats transfers to an account: whoever tries things out tells it."""

    id = models.CharField(primary_key=True, max_length=34)
    how = models.CharField(max_length=12)
