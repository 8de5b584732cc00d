"""Tables of the laboratory: histories that were imported into a demo world, and their news still to be told."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class History(models.Model):
    """One imported history. Its moments lie *shift_days* (whole weeks) later here than in its file; where *zone* is
    named they keep their local time there, else their distances. Its promises were made under the rules of *market*."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=48, unique=True)
    market = models.CharField(max_length=60)
    kinds = ArrayField(models.CharField(max_length=40))
    shift_days = models.IntegerField()
    zone = models.CharField(max_length=60, blank=True, default="")
    starts_at = models.DateTimeField()
    made_at = models.DateTimeField()


class HistoryShop(models.Model):
    """A seller of a history (*ref* empty: it names none), the shop made for it, and what stands for its goods."""

    id = models.UUIDField(primary_key=True)
    history = models.ForeignKey(History, on_delete=models.PROTECT, related_name="+", db_index=False)
    ref = models.TextField()
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    listing_id = models.UUIDField()
    offer_id = models.UUIDField()

    class Meta:
        db_table = "lab_history_shop"
        constraints = [models.UniqueConstraint(name="lab_history_shop_once", fields=["history", "ref"])]


class HistoryOrder(models.Model):
    """An order of a history; its id is its checkout's."""

    id = models.UUIDField(primary_key=True)
    history = models.ForeignKey(History, on_delete=models.PROTECT, related_name="+", db_index=False)
    ref = models.TextField()

    class Meta:
        db_table = "lab_history_order"
        constraints = [models.UniqueConstraint(name="lab_history_order_once", fields=["history", "ref"])]


class HistoryNews(models.Model):
    """What became of an order, due to be told *at* its moment; of one moment, the lower *rank* first."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(HistoryOrder, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    rank = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=12)
    tracking_no = models.CharField(max_length=64, blank=True, default="")
    order_ids = ArrayField(models.UUIDField(), default=list)
    by = models.CharField(max_length=12, blank=True, default="")
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lab_history_news"
        constraints = [
            models.CheckConstraint(
                name="lab_history_news_what",
                condition=Q(what__in=["picked_up", "in_transit", "delivered", "forwarded", "cancelled"]),
            )
        ]
        indexes = [
            models.Index(
                name="lab_history_news_due", fields=["at", "rank", "id"], condition=Q(told_at__isnull=True)
            )
        ]


class PreviewRequest(models.Model):
    """A drafted version of a promise's rule that is to be replayed over the last month, or was."""

    id = models.UUIDField(primary_key=True)
    rule = models.OneToOneField("rulebook.Rule", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lab_preview_request"
        indexes = [
            models.Index(name="lab_preview_due", fields=["asked_at"], condition=Q(done_at__isnull=True))
        ]
