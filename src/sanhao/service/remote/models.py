"""Tables of remote areas: hubs, shops that joined, the day's budget in shards, and each order's second leg."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sanhao.kit.states import States
from sanhao.service.remote.core import CONSOLIDATIONS

CONSOLIDATION = States("consolidation", "remote_consolidation", CONSOLIDATIONS)


class Hub(models.Model):
    """Where parcels for remote areas change hands. *serves*: areas by their keys in the rule; *carrier* takes the second leg."""

    id = models.UUIDField(primary_key=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    recipient = models.CharField(max_length=60)
    phone = models.CharField(max_length=30)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=60)
    city = models.CharField(max_length=60)
    street = models.CharField(max_length=200)
    postcode = models.CharField(max_length=20, blank=True)
    serves = ArrayField(models.CharField(max_length=40))
    carrier = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    first_g = models.PositiveIntegerField()
    first_minor = models.BigIntegerField()
    extra_g = models.PositiveIntegerField()
    extra_minor = models.BigIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="remote_hub_name", fields=["name_zh"]),
            models.CheckConstraint(name="remote_hub_steps", condition=Q(first_g__gt=0, extra_g__gt=0)),
            models.CheckConstraint(
                name="remote_hub_price", condition=Q(first_minor__gte=0, extra_minor__gte=0)
            ),
        ]


class Enrolment(models.Model):
    """From when until when a shop sends parcels for remote areas to the hubs."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    joined_at = models.DateTimeField()
    joined_by = models.UUIDField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="remote_enrolment_once", fields=["shop"], condition=Q(left_at__isnull=True)
            )
        ]


class Budget(models.Model):
    """What the platform may give on one day; *scope* is a category with a budget of its own, empty for all others.

    Opened with the terms in force at the day's first order, and never changed: what is left of it lies in its shards.
    """

    id = models.UUIDField(primary_key=True)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    scope = models.CharField(max_length=130, blank=True)
    total_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="remote_budget_once", fields=["day", "currency", "scope"]),
            models.CheckConstraint(name="remote_budget_some", condition=Q(total_minor__gte=0)),
        ]


class Shard(models.Model):
    """A part of a budget, so that checkouts do not wait for one row."""

    id = models.UUIDField(primary_key=True)
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    left_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="remote_shard_once", fields=["budget", "number"]),
            models.CheckConstraint(name="remote_shard_never_overspent", condition=Q(left_minor__gte=0)),
        ]


class Consolidation(models.Model):
    """The second leg of one order (its id): what it costs and who pays, frozen at placing."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.CharField(max_length=40)
    area = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField()
    subsidy_minor = models.BigIntegerField()
    buyer_minor = models.BigIntegerField()
    state = models.CharField(max_length=10)
    reserved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    """When it is looked at again whether a parcel of it is still under way."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="remote_consolidation_state", condition=Q(state__in=list(CONSOLIDATIONS))
            ),
            models.CheckConstraint(
                name="remote_consolidation_adds_up",
                condition=Q(
                    price_minor=F("subsidy_minor") + F("buyer_minor"),
                    subsidy_minor__gte=0,
                    buyer_minor__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="remote_consolidation_ended",
                condition=Q(state="reserved", ended_at__isnull=True, due_at__isnull=False)
                | (~Q(state="reserved") & Q(ended_at__isnull=False, due_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="remote_consolidation_shop", fields=["shop", "-reserved_at"]),
            models.Index(name="remote_consolidation_when", fields=["reserved_at"]),
            models.Index(name="remote_consolidation_due", fields=["due_at"], condition=Q(state="reserved")),
        ]


class Part(models.Model):
    """What of an order's subsidy was taken from which shard, and for which category of its goods."""

    id = models.UUIDField(primary_key=True)
    consolidation = models.ForeignKey(Consolidation, on_delete=models.PROTECT, related_name="+")
    shard = models.ForeignKey(Shard, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=130, blank=True)
    minor = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(name="remote_part_some", condition=Q(minor__gt=0))]
