"""Money that two of the staff move by hand."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sanhao.books.settlement.core import MANUAL_KINDS
from sanhao.kit.states import States
from sanhao.kit.two_people import MOVES, checks

MANUAL = States("manual", "settlement_manualmoney", MOVES)


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
            *checks("settlement_manual"),
            models.CheckConstraint(name="settlement_manual_kind", condition=Q(kind__in=list(MANUAL_KINDS))),
        ]
        indexes = [models.Index(name="settlement_manual_state", fields=["state", "-proposed_at"])]
