"""Money that two of the staff move by hand."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sanhao.books.settlement.core import (
    MANUAL_KINDS,
    MANUAL_STATES,
)
from sanhao.kit.states import States

MANUAL = States("manual", "settlement_manualmoney", MANUAL_STATES)


class ManualMoney(models.Model):
    """Money to be moved by hand: proposed by one of the staff, decided by another."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    shop_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, db_default="proposed")
    proposed_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, db_default="")
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="settlement_manual_kind", condition=Q(kind__in=list(MANUAL_KINDS))),
            models.CheckConstraint(
                name="settlement_manual_state", condition=Q(state__in=list(MANUAL_STATES))
            ),
            models.CheckConstraint(name="settlement_manual_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="settlement_manual_reason", condition=~Q(reason="")),
            # Two people, whatever the code above says.
            models.CheckConstraint(
                name="settlement_manual_two_people",
                condition=~Q(decided_by=F("proposed_by")) | Q(decided_by__isnull=True),
            ),
            models.CheckConstraint(
                name="settlement_manual_decided",
                condition=Q(state="approved", decided_by__isnull=False, decision__isnull=False)
                | Q(state="declined", decided_by__isnull=False, decision__isnull=True)
                | Q(state__in=["proposed", "withdrawn"], decided_by__isnull=True, decision__isnull=True),
            ),
        ]
        indexes = [models.Index(name="settlement_manual_state", fields=["state", "-proposed_at"])]
