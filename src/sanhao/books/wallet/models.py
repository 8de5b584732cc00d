"""The tables of coupons and of the issues they are claimed from."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sanhao.books.wallet.core.coupons import FUNDERS, STACKING
from sanhao.books.wallet.core.issues import ISSUE_STATES
from sanhao.kit.states import States

COUPON_STATES = States(
    "coupon",
    "wallet_coupon",
    {
        "active": ("reserved", "expired"),
        "reserved": ("spent", "active"),
        "spent": ("active", "expired"),
        "expired": (),
    },
)
ISSUE = States("issue", "wallet_issue", ISSUE_STATES)
HELD = ("reserved", "spent")


class Issue(models.Model):
    """Coupons that people may claim, and who pays for what they save. *claimed_minor* is what those handed out and not
    expired may come to cost: a claim and its part of the budget are one statement each in one transaction."""

    id = models.UUIDField(primary_key=True)
    funder_kind = models.CharField(max_length=12)
    funder_id = models.CharField(max_length=40)
    shop_id = models.UUIDField(null=True)
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    threshold_minor = models.BigIntegerField()
    budget_minor = models.BigIntegerField()
    claimed_minor = models.BigIntegerField(default=0)
    per_person = models.PositiveSmallIntegerField()
    stacking = models.CharField(max_length=12)
    claims_from = models.DateTimeField()
    claims_until = models.DateTimeField()
    valid_days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, db_default=ISSUE.initial)
    created_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="wallet_issue_state", condition=Q(state__in=list(ISSUE_STATES))),
            models.CheckConstraint(name="wallet_issue_stacking", condition=Q(stacking__in=STACKING)),
            models.CheckConstraint(
                name="wallet_issue_funder",
                condition=Q(funder_kind__in=FUNDERS[1:3]) | Q(funder_kind="shop", shop_id__isnull=False),
            ),
            models.CheckConstraint(
                name="wallet_issue_amounts", condition=Q(amount_minor__gt=0, threshold_minor__gte=0)
            ),
            models.CheckConstraint(
                name="wallet_issue_budget",
                condition=Q(claimed_minor__gte=0) & Q(claimed_minor__lte=F("budget_minor")),
            ),
            models.CheckConstraint(
                name="wallet_issue_window", condition=Q(claims_until__gt=F("claims_from"))
            ),
        ]
        indexes = [
            models.Index(name="wallet_issue_running", fields=["shop_id"], condition=Q(state="running")),
            models.Index(name="wallet_issue_due", fields=["claims_until"], condition=Q(state="running")),
            models.Index(name="wallet_issue_funder", fields=["funder_kind", "funder_id", "-created_at"]),
        ]


class Coupon(models.Model):
    """Money a person may pay with, who paid for it (`funded_…`), and what it was given for (`source_…`).

    One claimed from an *issue* was not paid for: its funder pays when it is spent, what it then saves (*used_minor*).
    """

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
    issue = models.ForeignKey(Issue, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    nth = models.PositiveSmallIntegerField(null=True)
    used_minor = models.BigIntegerField(db_default=0)
    turnover_minor = models.BigIntegerField(db_default=0)
    returned_minor = models.BigIntegerField(db_default=0)

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
                & (
                    Q(issue__isnull=True)
                    & Q(
                        amount_minor=F("funded_balance")
                        + F("funded_deposit")
                        + F("funded_advance")
                        + F("funded_platform")
                    )
                    & (Q(shop_id__isnull=False) | Q(amount_minor=F("funded_platform")))
                    | Q(
                        issue__isnull=False,
                        funded_balance=0,
                        funded_deposit=0,
                        funded_advance=0,
                        funded_platform=0,
                    )
                ),
            ),
            models.CheckConstraint(
                name="wallet_coupon_used",
                condition=Q(returned_minor__gte=0, turnover_minor__gte=0)
                & Q(returned_minor__lte=F("used_minor"))
                & Q(used_minor__lte=F("amount_minor")),
            ),
            models.UniqueConstraint(
                name="wallet_coupon_claimed_once",
                fields=["issue", "person", "nth"],
                condition=Q(issue__isnull=False),
            ),
            models.CheckConstraint(
                name="wallet_coupon_claimed",
                condition=Q(issue__isnull=True, nth__isnull=True) | Q(issue__isnull=False, nth__gt=0),
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


class CouponReturn(models.Model):
    """A share of a spent coupon that came back. *key* says which refund it belongs to, once for each coupon."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=80)
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "wallet_return"
        constraints = [
            models.UniqueConstraint(name="wallet_return_once", fields=["coupon", "key"]),
            models.CheckConstraint(name="wallet_return_amount", condition=Q(amount_minor__gt=0)),
        ]


class Prepayment(models.Model):
    """Money put at a host's disposal for coupons by somebody of the platform, from where, and why."""

    id = models.UUIDField(primary_key=True)
    host_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=12)
    reason = models.TextField()
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="wallet_prepayment_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="wallet_prepayment_source", condition=Q(source__in=["bank", "promotions"])
            ),
        ]
        indexes = [models.Index(name="wallet_prepayment_host", fields=["host_id", "at"])]
