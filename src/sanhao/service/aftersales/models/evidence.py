"""What both sides say and show in a case."""

from __future__ import annotations

from django.db import models

from sanhao.service.aftersales.models.cases import Case


class Statement(models.Model):
    """What one side said in one round of a dispute (round 0: with the request or the answer)."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=10)
    text = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="aftersales_statement_once", fields=["case", "round", "side"])
        ]


class Evidence(models.Model):
    """A photo or a video of a case, by the fingerprint of its bytes (`kit/media.py` keeps them)."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    side = models.CharField(max_length=10)
    round = models.PositiveSmallIntegerField(default=0)
    digest = models.CharField(max_length=64)
    mime = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    document = models.BooleanField(db_default=False)
    """A hospital's or an appraiser's paper, photographed."""
    at = models.DateTimeField()
    by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        db_table = "aftersales_evidence"
        constraints = [
            models.UniqueConstraint(name="aftersales_evidence_once", fields=["case", "side", "digest"])
        ]
