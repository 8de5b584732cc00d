"""Tables of the kit: the world's mark, its clock, the outbox, what was set aside, the history of moves."""

from __future__ import annotations

from django.db import models


class World(models.Model):
    """One row: whether this database is a demo world. Written once, guarded by a trigger."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    is_demo = models.BooleanField()
    founded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="kit_world_one", condition=models.Q(id=1)),
            models.UniqueConstraint(name="kit_world_mark", fields=["id", "is_demo"]),
        ]


class Clock(models.Model):
    """One row, only beside a world marked as demo (a composite foreign key in the migration says so)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    world = models.ForeignKey(World, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    is_demo = models.BooleanField(default=True)
    ahead = models.DurationField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="kit_clock_one", condition=models.Q(id=1)),
            models.CheckConstraint(name="kit_clock_demo", condition=models.Q(is_demo=True)),
        ]


class OutboxEvent(models.Model):
    """A fact on its way to its later listeners. Gone when all have heard it."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=80)
    at = models.DateTimeField()
    payload = models.JSONField()

    class Meta:
        db_table = "kit_outbox"


class OutboxRetry(models.Model):
    """A fact that one listener could not take yet; tried again with growing delay."""

    id = models.UUIDField(primary_key=True)
    event_id = models.UUIDField()
    name = models.CharField(max_length=80)
    at = models.DateTimeField()
    payload = models.JSONField()
    listener = models.CharField(max_length=120)
    attempts = models.PositiveIntegerField(default=1)
    retry_at = models.DateTimeField()
    error = models.TextField()

    class Meta:
        db_table = "kit_outbox_retry"
        constraints = [models.UniqueConstraint(name="kit_outbox_retry_once", fields=["event_id", "listener"])]
        indexes = [models.Index(name="kit_outbox_retry_due", fields=["retry_at"])]


class SetAside(models.Model):
    """A row its keeper could not settle; left alone until *retry_at* so that its batch is not sunk."""

    id = models.UUIDField(primary_key=True)
    keeper = models.CharField(max_length=80)
    row_id = models.UUIDField()
    attempts = models.PositiveIntegerField(default=1)
    retry_at = models.DateTimeField()
    error = models.TextField()

    class Meta:
        db_table = "kit_set_aside"
        constraints = [models.UniqueConstraint(name="kit_set_aside_once", fields=["keeper", "row_id"])]


class Move(models.Model):
    """Every move of every lifecycle, with who and when. Append-only."""

    id = models.UUIDField(primary_key=True)
    subject = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    source = models.CharField(max_length=40)
    target = models.CharField(max_length=40)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "kit_history"
        indexes = [models.Index(name="kit_history_subject", fields=["subject_id", "at"])]


class Limit(models.Model):
    """One counter of `kit.limits`; *id* is a fingerprint of its key. UNLOGGED: a crash may forget it."""

    id = models.UUIDField(primary_key=True)
    window_no = models.BigIntegerField()
    hits = models.IntegerField()
    hits_before = models.IntegerField()
    forget_at = models.DateTimeField()

    class Meta:
        db_table = "kit_limit"
        indexes = [models.Index(name="kit_limit_old", fields=["forget_at"])]
