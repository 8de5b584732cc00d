"""Refunds without a request: findings, the orders they are about, and when to look again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sanhao.kit.states import States
from sanhao.service.aftersales.models.cases import Case
from sanhao.service.aftersales.paths.proactive import SWEEPS, SWEPT_ORDERS, TRIGGERS

SWEEP = States("sweep", "aftersales_sweep", SWEEPS)
SWEPT_ORDER = States("swept_order", "aftersales_swept_order", SWEPT_ORDERS)


class Sweep(models.Model):
    """A finding, and the refunds without a request that follow from it: who found what where and why, who agreed.

    *scope* is a `Scope` as JSON. *raised_by* is nobody where a keeper found it. *figures* is what the last look said,
    *look* its number: what is confirmed is what was seen.
    """

    id = models.UUIDField(primary_key=True)
    trigger = models.CharField(max_length=20)
    rule = models.ForeignKey("rulebook.Rule", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    scope = models.JSONField()
    reason_zh = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300)
    evidence = models.CharField(max_length=500, blank=True, default="")
    raised_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    raised_at = models.DateTimeField()
    look = models.PositiveIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    figures = models.JSONField(null=True)
    confirmed_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="aftersales_sweep_state", condition=Q(state__in=list(SWEEPS))),
            models.CheckConstraint(name="aftersales_sweep_trigger", condition=Q(trigger__in=list(TRIGGERS))),
            # Two people; or a keeper and one; or, where the terms say so, a keeper alone about a silent shop.
            models.CheckConstraint(
                name="aftersales_sweep_two",
                condition=Q(confirmed_by__isnull=True)
                | Q(raised_by__isnull=True)
                | ~Q(confirmed_by=F("raised_by")),
            ),
            models.CheckConstraint(
                name="aftersales_sweep_confirmed",
                condition=Q(state__in=["drafted", "previewed", "withdrawn"], confirmed_at__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                | Q(confirmed_at__isnull=False, raised_by__isnull=True, trigger="dead_shop"),
            ),
            models.UniqueConstraint(
                name="aftersales_sweep_one_silent",
                fields=["shop"],
                condition=Q(trigger="dead_shop", state__in=["drafted", "previewed", "confirmed", "running"]),
            ),
        ]
        indexes = [
            models.Index(
                name="aftersales_sweep_open", fields=["raised_at"], condition=Q(ended_at__isnull=True)
            ),
        ]


class SweptOrder(models.Model):
    """One order of a sweep: what was expected when it was seen, what came of it. Once per sweep, whatever happens.

    *lines* maps a line to how many of its units the sweep is about; *waiting* is how many of them were not shipped yet
    when it was seen, *step* how often it was acted on.
    """

    id = models.UUIDField(primary_key=True)
    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=20)
    state = models.CharField(max_length=8)
    lines = models.JSONField()
    waiting = models.PositiveIntegerField()
    collected = models.BooleanField()
    outcome = models.CharField(max_length=8)
    reason = models.CharField(max_length=20)
    bearer = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    expected_minor = models.BigIntegerField()
    rest_outcome = models.CharField(max_length=8, db_default="")
    """Of an order that was half shipped when it was seen: what was expected of the other half (in *expected_minor*, too)."""
    rest_reason = models.CharField(max_length=20, db_default="")
    rest_minor = models.BigIntegerField(db_default=0)
    paid_minor = models.BigIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    found_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        db_table = "aftersales_swept_order"
        constraints = [
            models.UniqueConstraint(name="aftersales_swept_once", fields=["sweep", "order"]),
            models.CheckConstraint(name="aftersales_swept_state", condition=Q(state__in=list(SWEPT_ORDERS))),
            models.CheckConstraint(
                name="aftersales_swept_waits",
                condition=Q(state="waiting", due_at__isnull=False)
                | (~Q(state="waiting") & Q(due_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="aftersales_swept_money", condition=Q(expected_minor__gte=0, paid_minor__gte=0)
            ),
        ]
        indexes = [
            models.Index(name="aftersales_swept_due", fields=["due_at"], condition=Q(state="waiting")),
        ]


class Watch(models.Model):
    """When a look that is taken again and again is due next."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)
    due_at = models.DateTimeField()
