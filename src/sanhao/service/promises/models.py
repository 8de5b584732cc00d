"""Tables of promises. A promise is made when an order is paid and ends kept, broken or void, exactly once."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import Q

from sanhao.kit.states import States

PROMISE_STATES: Mapping[str, tuple[str, ...]] = {
    "open": ("kept", "broken", "void"),
    "kept": ("broken",),  # only a claim made in time, refused, and granted by an appeal
    "broken": ("review", "reversed"),
    "void": (),
    "review": ("broken", "reversed"),
    "reversed": (),
}
PROPOSAL_STATES: Mapping[str, tuple[str, ...]] = {
    "proposed": ("agreed", "declined", "lapsed"),
    "agreed": (),
    "declined": (),
    "lapsed": (),
}
PROMISE = States("promise", "promises_promise", PROMISE_STATES)
PROPOSAL = States("delay_proposal", "promises_delayproposal", PROPOSAL_STATES)


class Promise(models.Model):
    """One guarantee about one order (or one line, or a whole checkout: its kind says).

    *facts* is all its judge may see; the terms are those of *rule*, a version that never changes. *settle_at* is null
    where only news can end it. *cancel_at*: when an order that nobody collected is cancelled by itself.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    checkout = models.ForeignKey(
        "orders.Checkout", on_delete=models.PROTECT, related_name="+", db_index=False
    )  # the index of `promises_promise_once` begins with it
    order = models.ForeignKey("orders.Order", null=True, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(
        "orders.OrderLine", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    shop = models.ForeignKey(
        "shops.Shop", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey("rulebook.Rule", on_delete=models.PROTECT, related_name="+", db_index=False)
    facts = models.JSONField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, default="open")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    settle_at = models.DateTimeField(null=True)
    cancel_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True, default="")
    fault = models.TextField(blank=True, default="")
    owed_minor = models.BigIntegerField(null=True)
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    raised = models.JSONField(null=True)
    """What a person said of it on its buyer's appeal (`raises.Raised`)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="promises_promise_once",
                fields=["checkout", "order", "line", "kind"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="promises_promise_state", condition=Q(state__in=list(PROMISE_STATES))
            ),
            models.CheckConstraint(
                name="promises_promise_decided",
                condition=Q(state="open", decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(name="promises_promise_owed", condition=Q(owed_minor__gte=0)),
        ]
        indexes = [
            models.Index(name="promises_due", fields=["settle_at"], condition=Q(state="open")),
            models.Index(name="promises_cancel", fields=["cancel_at"], condition=Q(cancel_at__isnull=False)),
            models.Index(name="promises_shop", fields=["shop", "due_at"], condition=Q(state="open")),
            models.Index(name="promises_decided", fields=["decided_at"], condition=~Q(state="open")),
        ]


class Acceptance(models.Model):
    """A shop took on a guarantee that is optional for a category (``*``: for all), by the version of its terms it read.

    *own* is what it promises of itself beyond the rule. It holds for orders paid from *accepted_at* until withdrawn.
    """

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    category = models.CharField(max_length=60)
    rule = models.ForeignKey("rulebook.Rule", on_delete=models.PROTECT, related_name="+", db_index=False)
    own = models.JSONField(default=dict)
    accepted_at = models.DateTimeField()
    accepted_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="promises_acceptance_once",
                fields=["shop", "kind", "category"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="promises_acceptance_order",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("accepted_at")),
            ),
        ]


class DelayProposal(models.Model):
    """A shop asks its buyer for more time. One open proposal at a time; at most three an order (a term)."""

    id = models.UUIDField(primary_key=True)
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default="proposed")
    until = models.DateTimeField()
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField()
    answer_by = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="promises_delay_one_open", fields=["promise"], condition=Q(state="proposed")
            ),
            models.CheckConstraint(name="promises_delay_state", condition=Q(state__in=list(PROPOSAL_STATES))),
        ]
        indexes = [
            models.Index(name="promises_delay_due", fields=["answer_by"], condition=Q(state="proposed"))
        ]


class Extension(models.Model):
    """A published holiday extension: ship-by moments inside the window move to its end. Announced ahead."""

    id = models.UUIDField(primary_key=True)
    reason_zh = models.CharField(max_length=200)
    reason_en = models.CharField(max_length=200)
    announced_at = models.DateTimeField()
    announced_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="promises_extension_window", condition=Q(until__gt=models.F("starts_at"))
            )
        ]


class Excuse(models.Model):
    """Who excused a promise, and why. What the judge knows of it is in the promise's facts."""

    id = models.UUIDField(primary_key=True)
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(name="promises_excuse_latest", fields=["at", "id"])]
