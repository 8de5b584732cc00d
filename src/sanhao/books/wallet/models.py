"""The table of coupons."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sanhao.kit.states import States

COUPON_STATES = States(
    "coupon",
    "wallet_coupon",
    {
        "active": ("reserved", "expired"),
        "reserved": ("spent", "active"),
        "spent": (),
        "expired": (),
    },
)
HELD = ("reserved", "spent")


class Coupon(models.Model):
    """Money a person may pay with, who paid for it (`funded_…`), and what it was given for (`source_…`)."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    threshold_minor = models.BigIntegerField(default=0)
    reason_zh = models.TextField()
    reason_en = models.TextField()
    source_kind = models.CharField(max_length=40)
    source_id = models.UUIDField()
    shop_id = models.UUIDField(null=True)
    funded_balance = models.BigIntegerField(default=0)
    funded_deposit = models.BigIntegerField(default=0)
    funded_advance = models.BigIntegerField(default=0)
    funded_platform = models.BigIntegerField(default=0)
    returns_to = models.CharField(max_length=8)
    state = models.CharField(max_length=8, db_default=COUPON_STATES.initial)
    reserved_for = models.UUIDField(null=True)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="wallet_coupon_once", fields=["source_kind", "source_id"]),
            models.CheckConstraint(
                name="wallet_coupon_state", condition=Q(state__in=list(COUPON_STATES.moves))
            ),
            models.CheckConstraint(
                name="wallet_coupon_amount", condition=Q(amount_minor__gt=0, threshold_minor__gte=0)
            ),
            models.CheckConstraint(
                name="wallet_coupon_paid_for",
                condition=Q(
                    funded_balance__gte=0,
                    funded_deposit__gte=0,
                    funded_advance__gte=0,
                    funded_platform__gte=0,
                )
                & Q(
                    amount_minor=F("funded_balance")
                    + F("funded_deposit")
                    + F("funded_advance")
                    + F("funded_platform")
                )
                & (Q(shop_id__isnull=False) | Q(amount_minor=F("funded_platform"))),
            ),
            models.CheckConstraint(
                name="wallet_coupon_returns", condition=Q(returns_to__in=["payer", "platform"])
            ),
            models.CheckConstraint(
                name="wallet_coupon_held",
                condition=Q(state__in=HELD, reserved_for__isnull=False)
                | (~Q(state__in=HELD) & Q(reserved_for__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="wallet_coupon_person", fields=["person", "expires_at"]),
            models.Index(name="wallet_coupon_due", fields=["expires_at"], condition=Q(state="active")),
            models.Index(
                name="wallet_coupon_held_for",
                fields=["reserved_for"],
                condition=Q(reserved_for__isnull=False),
            ),
        ]
