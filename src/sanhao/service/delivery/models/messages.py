"""What carriers send, as it came, and which of them are asked instead."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from sanhao.service.delivery.models.consignments import Consignment

MESSAGE_STATES = ("new", "read", "refused")


class CarrierMessage(models.Model):
    """What a carrier sent, byte for byte. Read by a keeper; what cannot be used is kept as `refused`, with the reason."""

    id = models.UUIDField(primary_key=True)
    carrier = models.CharField(max_length=40)
    event_id = models.CharField(max_length=120)
    parcel = models.CharField(max_length=64, blank=True)
    """The tracking number its header names, for answers whose body does not."""
    body = models.BinaryField()
    signature_ok = models.BooleanField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="new")
    reason = models.TextField(blank=True)
    unknown_nos = ArrayField(models.CharField(max_length=64), default=list)
    """Tracking numbers in it that nobody had registered; registering one has the message read again."""

    class Meta:
        db_table = "delivery_carrier_message"
        constraints = [
            models.UniqueConstraint(name="delivery_message_once", fields=["carrier", "event_id"]),
            models.CheckConstraint(
                name="delivery_message_state", condition=models.Q(state__in=list(MESSAGE_STATES))
            ),
            models.CheckConstraint(
                name="delivery_message_reason", condition=~models.Q(state="refused") | ~models.Q(reason="")
            ),
        ]
        indexes = [
            models.Index(
                name="delivery_message_new", fields=["received_at", "id"], condition=models.Q(state="new")
            ),
            models.Index(
                name="delivery_message_refused",
                fields=["-received_at"],
                condition=models.Q(state="refused"),
            ),
            GinIndex(
                name="delivery_message_unknown", fields=["unknown_nos"], condition=~models.Q(unknown_nos=[])
            ),
        ]


class Inquiry(models.Model):
    """A consignment whose carrier is asked how it travels. It is one row less once nothing more is to be asked."""

    id = models.OneToOneField(
        Consignment, on_delete=models.PROTECT, related_name="+", primary_key=True, db_column="id"
    )
    next_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="delivery_inquiry_due", fields=["next_at"])]
