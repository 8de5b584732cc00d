"""Decisions, the appeals against them, and who has undone an overturned one.

A decision is written once; only its state may move, along `DECISION_STATES` (a trigger in the migration says so too).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sanhao.kit.states import States

DECISION_STATES = States(
    "decision",
    "decisions_decision",
    {
        "standing": ("appealed",),
        "appealed": ("upheld", "overturned"),
        "upheld": (),
        "overturned": (),
    },
)
APPEAL_STATES = States(
    "appeal",
    "decisions_appeal",
    {
        "open": ("claimed",),
        "claimed": ("open", "upheld", "overturned"),
        "upheld": (),
        "overturned": (),
    },
)
WAITING = ("open", "claimed")
"""Appeals that still owe somebody an answer."""


class Decision(models.Model):
    """What was seen, which rule in which version, what followed, and one sentence for the reader."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    rule = models.ForeignKey(
        "rulebook.Rule", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    facts = models.JSONField()
    verdict = models.JSONField()
    effect_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True, default="")
    sentence_zh = models.TextField()
    sentence_en = models.TextField()
    shop_id = models.UUIDField(null=True)
    person = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    automatic = models.BooleanField(default=True)
    decided_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField()
    appeal_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, db_default=DECISION_STATES.initial)

    class Meta:
        constraints = [
            # A constraint, not `unique=True`: that would add a second index for LIKE, paid for on every row.
            models.UniqueConstraint(name="decisions_decision_key", fields=["key"]),
            models.CheckConstraint(
                name="decisions_decision_state", condition=Q(state__in=list(DECISION_STATES.moves))
            ),
            models.CheckConstraint(
                name="decisions_decision_currency", condition=Q(effect_minor=0) | ~Q(currency="")
            ),
            models.CheckConstraint(
                name="decisions_decision_hand", condition=Q(automatic=True) | Q(decided_by__isnull=False)
            ),
        ]
        # Every index is paid for thousands of times a second; each serves one query of `queries.py`.
        indexes = [
            models.Index(name="decisions_decision_subject", fields=["subject_id"]),
            models.Index(
                name="decisions_decision_shop",
                fields=["shop_id", "decided_at", "id"],
                condition=Q(shop_id__isnull=False),
            ),
            models.Index(name="decisions_decision_kind", fields=["kind", "decided_at", "id"]),
            models.Index(
                name="decisions_decision_moved",
                fields=["state", "decided_at"],
                condition=~Q(state="standing"),
            ),
        ]


class Appeal(models.Model):
    """A party's word against a decision, once; a person must answer it by `due_at`. The platform itself (nobody in
    *by*) asks for a second look where a fact came to light after the decision."""

    id = models.UUIDField(primary_key=True)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=8)
    text = models.TextField()
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, default=APPEAL_STATES.initial)
    claimed_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decisions_appeal_state", condition=Q(state__in=list(APPEAL_STATES.moves))
            ),
            models.CheckConstraint(
                name="decisions_appeal_party",
                condition=Q(party__in=["shop", "person"], by__isnull=False)
                | Q(party="platform", by__isnull=True),
            ),
            models.CheckConstraint(
                name="decisions_appeal_claimed", condition=Q(state="open") | Q(claimed_by__isnull=False)
            ),
            models.CheckConstraint(
                name="decisions_appeal_answered",
                condition=Q(state__in=WAITING) | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="decisions_appeal_not_own", condition=~Q(claimed_by=models.F("by")) | Q(claimed_by=None)
            ),
        ]
        indexes = [
            models.Index(name="decisions_appeal_due", fields=["due_at"], condition=Q(state__in=WAITING)),
        ]


class Undoing(models.Model):
    """An owner has undone its effect of an overturned decision. One row each, so nothing is undone twice."""

    id = models.UUIDField(primary_key=True)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+", db_index=False)
    owner = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="decisions_undoing_once", fields=["decision", "owner"])]
