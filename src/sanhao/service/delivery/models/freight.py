"""What sending costs, and the ways of sending a buyer may choose from."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sanhao.service.delivery.services import MOST_DAYS


class FreightTemplate(models.Model):
    """One price of a shop's freight: a first step and further steps of weight, for the regions that name it."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    first_g = models.PositiveIntegerField()
    first_minor = models.BigIntegerField()
    extra_g = models.PositiveIntegerField()
    extra_minor = models.BigIntegerField()
    free_over_minor = models.BigIntegerField(null=True)
    deliverable = models.BooleanField(default=True)

    class Meta:
        db_table = "delivery_freight_template"
        constraints = [
            models.UniqueConstraint(name="delivery_freight_shop", fields=["id", "shop"]),
            models.CheckConstraint(
                name="delivery_freight_steps", condition=models.Q(first_g__gt=0, extra_g__gt=0)
            ),
            models.CheckConstraint(
                name="delivery_freight_price",
                condition=models.Q(first_minor__gte=0, extra_minor__gte=0)
                & (models.Q(free_over_minor__isnull=True) | models.Q(free_over_minor__gte=0)),
            ),
        ]


class FreightRegion(models.Model):
    """A region pattern (``*``, ``CN``, ``CN/新疆``) and the template that prices it; a shop prices each once.

    A composite foreign key (in the migration) ties it to a template of the same shop.
    """

    id = models.UUIDField(primary_key=True)
    template = models.ForeignKey(FreightTemplate, on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    pattern = models.CharField(max_length=120)

    class Meta:
        db_table = "delivery_freight_region"
        constraints = [
            models.UniqueConstraint(name="delivery_freight_region_once", fields=["shop", "pattern"])
        ]


class Service(models.Model):
    """One way of sending that a shop lets its buyers choose: a carrier, a surcharge, days on the way.

    No *name*: the carrier's own. No *regions*: everywhere.
    """

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=60, blank=True)
    name_en = models.CharField(max_length=60, blank=True)
    regions = ArrayField(models.CharField(max_length=120), default=list)
    currency = models.CharField(max_length=3)
    surcharge_minor = models.BigIntegerField()
    transit_days = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="delivery_service_once", fields=["shop", "carrier", "name_zh"]),
            models.CheckConstraint(
                name="delivery_service_surcharge", condition=models.Q(surcharge_minor__gte=0)
            ),
            models.CheckConstraint(
                name="delivery_service_days", condition=models.Q(transit_days__range=(1, MOST_DAYS))
            ),
            models.CheckConstraint(
                name="delivery_service_named",
                condition=models.Q(name_zh="", name_en="") | (~models.Q(name_zh="") & ~models.Q(name_en="")),
            ),
        ]
