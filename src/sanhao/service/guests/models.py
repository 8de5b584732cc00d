"""Tables of people who are not signed in."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sanhao.kit.states import States
from sanhao.service.guests.core import WHY, WITHDRAWAL_STATES

WITHDRAWAL = States("withdrawal", "guests_withdrawal", WITHDRAWAL_STATES)


class Link(models.Model):
    """Which version of an order's link opens it. No row: the first. *asked_id* is the event that asked for the latest, so
    that a listener who hears it twice makes one version of it."""

    order = models.OneToOneField("orders.Order", primary_key=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    asked_id = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="guests_link_later", condition=Q(version__gt=1))]


class Withdrawal(models.Model):
    """Somebody's declaration that they withdraw from a contract, word for word, and the moment it was sent: that moment
    counts, whatever is found out afterwards. *units* by line, null: everything; *words*: goods named without the order.
    *order* is known at once where it was declared on the order's own page, else when number and e-mail fit."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(max_length=254)
    number = models.CharField(max_length=30)
    words = models.CharField(max_length=200, blank=True, default="")
    units = models.JSONField(null=True)
    language = models.CharField(max_length=8)
    order = models.ForeignKey("orders.Order", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    why = models.CharField(max_length=10, blank=True, default="")
    case_ids = ArrayField(models.UUIDField(), default=list)
    declared_at = models.DateTimeField()
    answer = models.CharField(max_length=1_000, blank=True, default="")
    answered_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="guests_withdrawal_state", condition=Q(state__in=list(WITHDRAWAL_STATES))
            ),
            models.CheckConstraint(name="guests_withdrawal_why", condition=Q(why__in=WHY)),
            models.CheckConstraint(
                name="guests_withdrawal_waits_for_something", condition=~Q(state="waits", why="")
            ),
            models.CheckConstraint(
                name="guests_withdrawal_opened_is_known", condition=~Q(state="opened", order=None)
            ),
            models.CheckConstraint(
                name="guests_withdrawal_answered_wholly",
                condition=~Q(state="answered")
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
            ),
        ]
        indexes = [
            models.Index(name="guests_withdrawal_waits", fields=["declared_at"], condition=Q(state="waits")),
        ]


class Confirmation(models.Model):
    """The mail that confirms a payment: one for a checkout, owed since it was paid. *due_at*: when it is tried next, null
    once it was sent or given up; *tries* counts."""

    checkout = models.OneToOneField(
        "orders.Checkout", primary_key=True, db_column="id", on_delete=models.PROTECT, related_name="+"
    )
    owed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="guests_confirmation_sent_once",
                condition=Q(sent_at__isnull=True) | Q(due_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(name="guests_confirmation_due", fields=["due_at"], condition=Q(due_at__isnull=False))
        ]


class Unpaid(models.Model):
    """Somebody without an account who placed an order and did not pay it: what they typed is forgotten at *due_at*."""

    person = models.OneToOneField(
        "people.Person", primary_key=True, db_column="id", on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="guests_unpaid_forgotten_once",
                condition=Q(forgotten_at__isnull=True) | Q(due_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(name="guests_unpaid_due", fields=["due_at"], condition=Q(due_at__isnull=False))
        ]
