"""Tables of people who are not signed in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Link(models.Model):
    """Which version of an order's link opens it. No row: the first. *asked_id* is the event that asked for the latest, so
    that a listener who hears it twice makes one version of it."""

    order = models.OneToOneField("orders.Order", primary_key=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    asked_id = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="guests_link_later", condition=Q(version__gt=1))]
