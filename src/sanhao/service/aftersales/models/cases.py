"""What buyers ask of shops: cases, their units, and how often somebody tried."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sanhao.kit.states import States
from sanhao.service.aftersales.case import CASE_STATES, KINDS, OVER
from sanhao.service.aftersales.paths.label import PROGRESS as LABEL_PROGRESS

CASE = States("case", "aftersales_case", CASE_STATES)
PHASES = ("unshipped", "on_way", "delivered")


class Case(models.Model):
    """What a buyer asks of a shop about an order. *back_minor* is what would go back, *refunded_minor* what did.

    *moved_at* is since when it is in its state; *address* where goods go back to; *answer* the shop's words to a
    rejection, *offer_minor* what it would give instead; *round* and *spoke* belong to a dispute.
    """

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey("rulebook.Rule", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)
    reason = models.CharField(max_length=40)
    guarantee = models.CharField(max_length=40, blank=True, default="")
    promise_id = models.UUIDField(null=True)
    words = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=10)
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    phase = models.CharField(max_length=10)
    packed = models.BooleanField(default=False)
    answer_hours = models.PositiveSmallIntegerField(null=True)
    by_hand = models.BooleanField(db_default=False)
    currency = models.CharField(max_length=3)
    back_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    bearer = models.CharField(max_length=10, default="shop")
    ships_first = models.BooleanField(default=False)
    at_shop = models.BooleanField(default=False)
    address = models.JSONField(null=True)
    parcel = models.ForeignKey(
        "delivery.Consignment", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    uploaded_at = models.DateTimeField(null=True)
    collected_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    replacement = models.ForeignKey(
        "delivery.Consignment", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answer = models.CharField(max_length=500, blank=True, default="")
    offer_minor = models.BigIntegerField(null=True)
    round = models.PositiveSmallIntegerField(default=0)
    spoke = ArrayField(models.CharField(max_length=10), default=list)
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    claimed_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    claimed_at = models.DateTimeField(null=True)
    ahead_minor = models.BigIntegerField(db_default=0)
    """Paid by the platform before the goods were back, and neither repaid nor borne yet."""
    ahead_until = models.DateTimeField(null=True)
    stop = models.CharField(max_length=10, db_default="")
    """How far its parcel is that was called back while it travelled (`case.Stop`)."""
    stop_until = models.DateTimeField(null=True)
    stop_rule = models.ForeignKey(
        "rulebook.Rule", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    pickup = models.CharField(max_length=10, db_default="")
    """How far its pickup at the buyer's door is (`paths/pickup.py`)."""
    pickup_until = models.DateTimeField(null=True)
    pickup_rule = models.ForeignKey(
        "rulebook.Rule", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    pickup_sizes = models.JSONField(null=True)
    pickup_minor = models.BigIntegerField(db_default=0)
    """What the pickup cost, where it is taken out of what comes back: *back_minor* is less by it."""
    label = models.CharField(max_length=10, db_default="")
    """How far the label is under which the goods may go back (`paths/label.py`)."""
    label_rule = models.ForeignKey(
        "rulebook.Rule", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    label_minor = models.BigIntegerField(db_default=0)
    """What the label cost, where it is taken out of what comes back: *back_minor* is less by it."""

    class Meta:
        constraints = [
            models.CheckConstraint(name="aftersales_case_label", condition=Q(label__in=LABEL_PROGRESS)),
            models.CheckConstraint(
                name="aftersales_case_label_fee",
                condition=Q(label_minor=0) | Q(label="used", label_minor__gt=0),
            ),
            models.CheckConstraint(
                name="aftersales_case_pickup",
                condition=Q(pickup="", pickup_minor=0)
                | Q(pickup__in=["asked", "booked", "over"], pickup_rule__isnull=False, pickup_minor=0)
                | Q(pickup="collected", pickup_rule__isnull=False, pickup_minor__gte=0),
            ),
            models.CheckConstraint(name="aftersales_case_state", condition=Q(state__in=list(CASE_STATES))),
            models.CheckConstraint(name="aftersales_case_kind", condition=Q(kind__in=list(KINDS))),
            models.CheckConstraint(name="aftersales_case_phase", condition=Q(phase__in=list(PHASES))),
            models.CheckConstraint(
                name="aftersales_case_waits",
                condition=Q(state__in=sorted(OVER), due_at__isnull=True)
                | (~Q(state__in=sorted(OVER)) & Q(due_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="aftersales_case_money",
                condition=Q(back_minor__gte=0)
                & Q(refunded_minor__gte=0)
                & (Q(offer_minor__isnull=True) | Q(offer_minor__gt=0, offer_minor__lte=F("back_minor"))),
            ),
            models.CheckConstraint(
                name="aftersales_case_stop",
                condition=Q(stop="", stop_rule__isnull=True)
                | Q(
                    stop__in=["asked", "accepted", "back", "over"],
                    stop_rule__isnull=False,
                    stop_until__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="aftersales_case_claimed",
                condition=Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="aftersales_case_due", fields=["due_at"], condition=Q(due_at__isnull=False)),
            models.Index(name="aftersales_case_person", fields=["person", "-opened_at"]),
            models.Index(
                name="aftersales_case_shop", fields=["shop", "due_at"], condition=Q(due_at__isnull=False)
            ),
            models.Index(name="aftersales_case_of_shop", fields=["shop", "-opened_at"]),
        ]


class CaseUnit(models.Model):
    """So many units of one line."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="+")
    units = models.PositiveIntegerField()

    class Meta:
        db_table = "aftersales_case_unit"
        constraints = [
            models.UniqueConstraint(name="aftersales_unit_once", fields=["case", "line"]),
            models.CheckConstraint(name="aftersales_unit_some", condition=Q(units__gt=0)),
        ]


class Attempt(models.Model):
    """One try about a line: a request or an edit of one. Taking it back gives none back."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
