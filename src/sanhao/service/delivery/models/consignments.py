"""Parcels, what is inside, and what their carriers said of them."""

from __future__ import annotations

from django.db import models

from sanhao.kit.states import States
from sanhao.service.delivery.core import MOVES, STATUSES

CONSIGNMENT = States("consignment", "delivery_consignment", MOVES)


class Consignment(models.Model):
    """A parcel under a carrier's number. *owner_id* is opaque: whoever registered it knows what it is."""

    id = models.UUIDField(primary_key=True)
    owner_id = models.UUIDField()
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.CharField(max_length=40)
    tracking_no = models.CharField(max_length=64)
    state = models.CharField(max_length=20, default="labelled")
    not_before = models.DateTimeField()
    """No scan of this parcel can be older; a carrier time before it is not believed."""
    registered_at = models.DateTimeField()
    collected_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    weight_g = models.PositiveIntegerField(null=True)
    bound_for = models.CharField(max_length=200, db_default="")
    onward = models.CharField(max_length=40, db_default="")
    """Of a first leg: the carrier that takes it on from the hub."""
    before = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    """Of a second leg: the first."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="delivery_consignment_one_leg",
                condition=models.Q(onward="") | models.Q(before__isnull=True),
            ),
            models.UniqueConstraint(name="delivery_consignment_number", fields=["carrier", "tracking_no"]),
            models.CheckConstraint(
                name="delivery_consignment_state", condition=models.Q(state__in=list(MOVES))
            ),
            models.CheckConstraint(name="delivery_consignment_numbered", condition=~models.Q(tracking_no="")),
        ]
        indexes = [
            models.Index(name="delivery_consignment_owner", fields=["owner_id"]),
            models.Index(name="delivery_consignment_shop", fields=["shop", "registered_at"]),
        ]


class ConsignmentItem(models.Model):
    """What is inside: *item_id* is opaque, a line of the owner."""

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="+")
    item_id = models.UUIDField()
    quantity = models.PositiveIntegerField()

    class Meta:
        db_table = "delivery_consignment_item"
        constraints = [
            models.UniqueConstraint(name="delivery_item_once", fields=["consignment", "item_id"]),
            models.CheckConstraint(name="delivery_item_some", condition=models.Q(quantity__gt=0)),
        ]


class Scan(models.Model):
    """One thing the carrier said about a consignment. Written once; hearing it again sooner only moves *received_at*."""

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier_event_key = models.CharField(max_length=80)
    status = models.CharField(max_length=20)
    at = models.DateTimeField()
    zone = models.CharField(max_length=10)
    received_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=500, blank=True)
    raw_code = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="delivery_scan_once", fields=["consignment", "carrier_event_key"]),
            models.CheckConstraint(
                name="delivery_scan_status", condition=models.Q(status__in=list(STATUSES))
            ),
            models.CheckConstraint(
                name="delivery_scan_zone", condition=models.Q(zone__in=["given", "facility", "carrier"])
            ),
        ]
