"""What a shop keeps at hand for its cases."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ReturnAddress(models.Model):
    """Where a shop takes goods back, one for each warehouse. Cases keep a copy, so editing one moves no parcel."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=60)
    phone = models.CharField(max_length=24)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=60)
    city = models.CharField(max_length=60)
    street = models.CharField(max_length=200)
    postcode = models.CharField(max_length=16, blank=True, default="")
    is_default = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "aftersales_return_address"
        constraints = [
            models.UniqueConstraint(
                name="aftersales_address_one_default", fields=["shop"], condition=Q(is_default=True)
            )
        ]


class SavedReason(models.Model):
    """Words a shop often rejects with."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    words = models.CharField(max_length=200)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "aftersales_saved_reason"
        constraints = [models.UniqueConstraint(name="aftersales_reason_once", fields=["shop", "words"])]
