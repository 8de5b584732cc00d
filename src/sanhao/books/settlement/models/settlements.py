"""The money of each order, held until it is the shop's; what was taken from it, and what is kept back for later."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sanhao.books.settlement.core import SETTLEMENT_STATES
from sanhao.kit.states import States

SETTLEMENT = States("settlement", "settlement_settlement", SETTLEMENT_STATES)


class Settlement(models.Model):
    """The money of one order; its id is the order's. Orders stand above and are known by number alone.

    *source_id* is what was paid, the cause of the entry that brought the money in. *held_minor* is the shop's as long as nobody takes it back; *covered_minor* was paid in by others for a refund that
    follows in the same transaction. Both together, over all orders of a shop, are its escrow in the ledger.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20)
    shop_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, db_default="held")
    received_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField()
    covered_minor = models.BigIntegerField(db_default=0)
    drawn_minor = models.BigIntegerField(db_default=0)
    shares_minor = models.BigIntegerField(db_default=0)
    goods_minor = models.BigIntegerField()
    goods_back_minor = models.BigIntegerField(db_default=0)
    categories = models.JSONField()
    commission_full_minor = models.BigIntegerField(db_default=0)
    commission_minor = models.BigIntegerField(db_default=0)
    commission_taken_minor = models.BigIntegerField(db_default=0)
    released_minor = models.BigIntegerField(db_default=0)
    charged_minor = models.BigIntegerField(db_default=0)
    holds = models.PositiveSmallIntegerField(db_default=0)
    source_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    release_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    because_zh = models.CharField(max_length=200, db_default="")
    because_en = models.CharField(max_length=200, db_default="")
    """Why its money waits until *release_at*."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_settlement_state", condition=Q(state__in=list(SETTLEMENT_STATES))
            ),
            models.CheckConstraint(
                name="settlement_settlement_amounts",
                condition=Q(
                    held_minor__gte=0,
                    covered_minor__gte=0,
                    drawn_minor__gte=0,
                    goods_back_minor__gte=0,
                    goods_back_minor__lte=F("goods_minor"),
                    commission_minor__gte=0,
                    commission_minor__lte=F("commission_full_minor"),
                    charged_minor__gte=0,
                ),
            ),
            # What came in is still here, went back, or was released: not a cent more.
            models.CheckConstraint(
                name="settlement_settlement_adds_up",
                condition=Q(state="held", held_minor=F("received_minor") - F("drawn_minor"))
                | (~Q(state="held") & Q(held_minor=0)),
            ),
            models.CheckConstraint(
                name="settlement_settlement_released",
                condition=Q(state="held", released_at__isnull=True)
                | Q(state="released", released_at__isnull=False)
                | Q(state="closed"),
            ),
        ]
        indexes = [
            models.Index(
                name="settlement_release_due", fields=["release_at"], condition=Q(state="held", holds=0)
            ),
            models.Index(name="settlement_shop", fields=["shop_id", "opened_at"]),
            models.Index(
                name="settlement_shop_held", fields=["shop_id", "release_at"], condition=Q(state="held")
            ),
            models.Index(
                name="settlement_shop_released",
                fields=["shop_id", "released_at"],
                condition=Q(state="released"),
            ),
        ]


class Hold(models.Model):
    """A named reason why an order's money is not released. The same name is placed once at a time."""

    id = models.UUIDField(primary_key=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    reason_zh = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="settlement_hold_once",
                fields=["settlement", "name"],
                condition=Q(lifted_at__isnull=True),
            ),
        ]
        indexes = [models.Index(name="settlement_hold_of", fields=["settlement", "placed_at"])]


class Drawing(models.Model):
    """One draw and where it was taken from: a key takes effect once."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=160, unique=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    from_cover = models.BigIntegerField()
    from_escrow = models.BigIntegerField()
    commission_back = models.BigIntegerField()
    from_reserve = models.BigIntegerField(db_default=0)
    charged = models.BigIntegerField()
    cause_kind = models.CharField(max_length=40)
    cause_id = models.UUIDField(db_index=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_drawing_adds_up",
                condition=Q(
                    amount_minor=F("from_cover")
                    + F("from_escrow")
                    + F("commission_back")
                    + F("from_reserve")
                    + F("charged")
                ),
            ),
        ]


class ReserveSlice(models.Model):
    """A part of what one order earned, kept for a while: a refund after release takes it first."""

    id = models.UUIDField(primary_key=True)
    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="+")
    shop_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    left_minor = models.BigIntegerField()
    due_at = models.DateTimeField()
    freed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_reserve_left",
                condition=Q(left_minor__gte=0, left_minor__lte=F("amount_minor"), amount_minor__gt=0),
            ),
            models.CheckConstraint(
                name="settlement_reserve_freed", condition=Q(freed_at__isnull=True) | Q(left_minor=0)
            ),
        ]
        indexes = [
            models.Index(
                name="settlement_reserve_due", fields=["due_at"], condition=Q(freed_at__isnull=True)
            ),
            models.Index(
                name="settlement_reserve_shop", fields=["shop_id"], condition=Q(freed_at__isnull=True)
            ),
        ]
