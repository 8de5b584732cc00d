"""The sandbox courier's world, not ours: what it heard of, and how it treats it. No foreign keys, on purpose."""

from __future__ import annotations

from django.db import models


class SandboxWay(models.Model):
    """How it was told to treat labels with this reference."""

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=40, unique=True)
    how = models.CharField(max_length=12)

    class Meta:
        db_table = "delivery_sandbox_way"


class SandboxLabel(models.Model):
    """A label it made, under the id we gave it."""

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=40)
    tracking_no = models.CharField(max_length=64, unique=True)
    how = models.CharField(max_length=12)
    asked = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    place_from = models.CharField(max_length=120)
    place_to = models.CharField(max_length=120)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_sandbox_label"


class SandboxInterception(models.Model):
    """How it treats a call to bring a parcel back, and how far it is with it.

    *how* is set ahead of the call or by it; *key* is our id of the one call it heard of.
    """

    id = models.UUIDField(primary_key=True)
    tracking_no = models.CharField(max_length=64, unique=True)
    how = models.CharField(max_length=12)
    key = models.UUIDField(null=True)
    asked = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    call_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_sandbox_interception"
        indexes = [
            models.Index(
                name="delivery_sandbox_call", fields=["call_at"], condition=models.Q(call_at__isnull=False)
            ),
        ]


class SandboxPickup(models.Model):
    """The appointments it heard of, and how it keeps them.

    A row without *key* says how the next ones of that reference are treated.
    """

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=40)
    how = models.CharField(max_length=12)
    key = models.UUIDField(null=True, unique=True)
    number = models.PositiveSmallIntegerField(default=0)
    asked = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(null=True)
    weight_g = models.PositiveIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    call_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_sandbox_pickup"
        constraints = [
            models.UniqueConstraint(
                name="delivery_sandbox_pickup_how", fields=["reference"], condition=models.Q(key__isnull=True)
            ),
        ]
        indexes = [
            models.Index(
                name="delivery_sandbox_pickup_call",
                fields=["call_at"],
                condition=models.Q(call_at__isnull=False),
            ),
        ]


class SandboxHub(models.Model):
    """Parcels of its hubs, how they are treated, and when it speaks of each next.

    *carrier* and *tracking_no* are the first leg's.
    """

    id = models.UUIDField(primary_key=True)
    carrier = models.CharField(max_length=40)
    tracking_no = models.CharField(max_length=64)
    how = models.CharField(max_length=20, db_default="obey")
    heard_at = models.DateTimeField(null=True)
    """When it signed, or where its mischief does not wait for that, when it was told."""
    step = models.PositiveSmallIntegerField(default=0)
    call_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_sandbox_hub"
        constraints = [
            models.UniqueConstraint(name="delivery_sandbox_hub_once", fields=["carrier", "tracking_no"])
        ]
        indexes = [
            models.Index(
                name="delivery_sandbox_hub_call",
                fields=["call_at"],
                condition=models.Q(call_at__isnull=False),
            ),
        ]
