"""Tables of payments and refunds, and of the sandbox gateway's own world."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sanhao.kit.states import States

PAYMENT_STATES = States(
    "payment",
    "payments_payment",
    {
        "created": ("pending", "paid", "failed", "expired"),
        "pending": ("paid", "failed", "expired"),
        # Money that comes after all is money: it is told, and whoever owns the subject decides what becomes of it.
        "failed": ("paid",),
        "expired": ("paid",),
        "paid": (),
    },
)
REFUND_STATES = States(
    "refund",
    "payments_refund",
    {
        "requested": ("sent", "stopped"),
        "sent": ("done", "failed"),
        "failed": ("requested", "stopped"),
        # The bank gave the buyer the money back before the refund had left.
        "stopped": ("requested",),
        "done": (),
    },
)
CHARGEBACK_STATES = States(
    "chargeback",
    "payments_chargeback",
    {
        "open": ("won", "lost"),
        "won": (),
        "lost": (),
    },
)
OPEN = ("created", "pending")
ON_ITS_WAY = ("requested", "sent")


class Payment(models.Model):
    """One attempt to pay for one subject. *refunded_minor* is what was asked back of it, done or on its way."""

    id = models.UUIDField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    attempt = models.PositiveSmallIntegerField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    gateway = models.CharField(max_length=20)
    gateway_ref = models.CharField(max_length=80, default="", blank=True)
    state = models.CharField(max_length=8, default=PAYMENT_STATES.initial)
    refunded_minor = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    poll_at = models.DateTimeField(null=True)
    polls = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="payments_payment_attempt", fields=["subject_id", "subject_kind", "attempt"]
            ),
            models.CheckConstraint(
                name="payments_payment_state", condition=Q(state__in=list(PAYMENT_STATES.moves))
            ),
            models.CheckConstraint(name="payments_payment_amount", condition=Q(amount_minor__gte=0)),
            models.CheckConstraint(
                name="payments_payment_paid",
                condition=Q(state="paid", paid_at__isnull=False)
                | (~Q(state="paid") & Q(paid_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="payments_payment_refunded",
                condition=Q(refunded_minor=0)
                | Q(state="paid", refunded_minor__gt=0, refunded_minor__lte=F("amount_minor")),
            ),
        ]
        indexes = [
            models.Index(name="payments_payment_poll", fields=["poll_at"], condition=Q(state__in=OPEN)),
        ]


class Refund(models.Model):
    """Money on its way back. Its id is the key under which the gateway pays it once."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=120)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=9, db_default=REFUND_STATES.initial)
    cause_kind = models.CharField(max_length=40)
    cause_id = models.UUIDField()
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(db_default=0)
    finished_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="payments_refund_once", fields=["key"]),
            models.CheckConstraint(
                name="payments_refund_state", condition=Q(state__in=list(REFUND_STATES.moves))
            ),
            models.CheckConstraint(name="payments_refund_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="payments_refund_finished",
                condition=Q(state__in=ON_ITS_WAY, finished_at__isnull=True)
                | (~Q(state__in=ON_ITS_WAY) & Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="payments_refund_due", fields=["next_try_at"], condition=Q(state__in=ON_ITS_WAY)
            ),
        ]


class Chargeback(models.Model):
    """Money a buyer's bank took back by itself. *parts* of it were borne by whoever owned what was paid for (account and
    amount), *stopped_minor* by refunds that had not left, the rest by the platform."""

    id = models.UUIDField(primary_key=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    ref = models.CharField(max_length=80)
    state = models.CharField(max_length=4, db_default=CHARGEBACK_STATES.initial)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    parts = models.JSONField(db_default=[])
    stopped_minor = models.BigIntegerField(db_default=0)
    reason = models.CharField(max_length=100, db_default="")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="payments_chargeback_once", fields=["payment", "ref"]),
            models.CheckConstraint(
                name="payments_chargeback_state", condition=Q(state__in=list(CHARGEBACK_STATES.moves))
            ),
            models.CheckConstraint(
                name="payments_chargeback_amount",
                condition=Q(amount_minor__gt=0, stopped_minor__gte=0, stopped_minor__lte=F("amount_minor")),
            ),
            models.CheckConstraint(
                name="payments_chargeback_closed",
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
        ]


class SandboxCharge(models.Model):
    """The sandbox's world, not ours: what a buyer did there. No foreign key leads out of it, on purpose."""

    id = models.UUIDField(primary_key=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    outcome = models.CharField(max_length=8)
    decided_at = models.DateTimeField()
    callback_at = models.DateTimeField(null=True)
    silent = models.PositiveSmallIntegerField()
    refunds = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="payments_sandbox_outcome", condition=Q(outcome__in=["paid", "declined"])
            ),
        ]
        indexes = [
            models.Index(
                name="payments_sandbox_call", fields=["callback_at"], condition=Q(callback_at__isnull=False)
            ),
        ]


class SandboxRefund(models.Model):
    """What the sandbox paid back, once for each id it was given, and how often it was asked."""

    id = models.UUIDField(primary_key=True)
    charge = models.ForeignKey(SandboxCharge, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    paid_at = models.DateTimeField()
    asked = models.PositiveSmallIntegerField()
