"""Versioned rules. A draft may be rewritten; what was announced never changes (a trigger in the migration)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sanhao.kit.states import States

RULE_STATES = States(
    "rule",
    "rulebook_rule",
    {
        "draft": ("announced", "withdrawn"),
        "announced": ("in_force", "withdrawn"),
        "in_force": ("superseded",),
        "superseded": (),
        "withdrawn": (),
    },
)
BINDING = ("announced", "in_force", "superseded")
"""States whose version binds from `effective_at` on; the keeper's moves between them decide nothing."""


class Rule(models.Model):
    """One version of one rule in one market (``*``: everywhere that has none of its own)."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=80)
    market = models.CharField(max_length=60, default="*")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=12, default=RULE_STATES.initial)
    terms = models.JSONField()
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    reason = models.TextField(blank=True, default="")
    notice_days = models.PositiveSmallIntegerField(null=True)
    announced_at = models.DateTimeField(null=True)
    effective_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="rulebook_rule_version", fields=["key", "market", "version"]),
            # Serves `in_force`, and refuses two versions that would bind from the same moment.
            models.UniqueConstraint(
                name="rulebook_rule_effective",
                fields=["key", "market", "effective_at"],
                condition=Q(state__in=BINDING),
            ),
            models.CheckConstraint(
                name="rulebook_rule_state", condition=Q(state__in=list(RULE_STATES.moves))
            ),
            models.CheckConstraint(
                name="rulebook_rule_announced",
                condition=~Q(state__in=BINDING) | Q(announced_at__isnull=False, effective_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="rulebook_rule_due", fields=["effective_at"], condition=Q(state="announced")),
        ]


class Preview(models.Model):
    """What a version would have paid over the last month beside what the rule in force would have: of one shop, or (no
    *shop_id*) of all. Whoever can replay writes it (`keep_previews`); a draft that is rewritten gets new ones."""

    id = models.UUIDField(primary_key=True)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="+", db_index=False)
    shop_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    since = models.DateTimeField()
    until = models.DateTimeField()
    promises = models.IntegerField()
    cases = models.IntegerField()
    buyers = models.IntegerField()
    owed_minor = models.BigIntegerField()
    cases_before = models.IntegerField()
    buyers_before = models.IntegerField()
    owed_before_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="rulebook_preview_once", fields=["rule", "shop_id", "currency"], nulls_distinct=False
            )
        ]
