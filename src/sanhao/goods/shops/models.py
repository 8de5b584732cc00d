"""Tables of the shops: the shop with its standing as trust wrote it down, and who works there."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from sanhao.goods.shops.core import NEUTRAL, ROLES, STATES


class Shop(models.Model):
    """A merchant's shop. Money is in the books, under this id as holder."""

    id = models.UUIDField(primary_key=True)
    slug = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    story_zh = models.TextField(blank=True, default="")
    story_en = models.TextField(blank=True, default="")
    mark = models.CharField(max_length=60, blank=True, default="")
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=60)
    timezone = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    ship_hours = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=12, default=STATES.initial)
    standing = models.CharField(max_length=20, default=NEUTRAL)
    score = models.PositiveSmallIntegerField(null=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="shops_shop_state", condition=models.Q(state__in=list(STATES.moves))),
            models.CheckConstraint(
                name="shops_shop_ship_hours",
                condition=models.Q(ship_hours__isnull=True) | models.Q(ship_hours__gte=1),
            ),
        ]
        indexes = [
            models.Index(name="shops_shop_open", fields=["opened_at"], condition=models.Q(state="open")),
        ]


class ShopMember(models.Model):
    """One person's role in one shop."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10)
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="shops_member_once", fields=["shop", "person"]),
            models.CheckConstraint(name="shops_member_role", condition=models.Q(role__in=ROLES)),
        ]
