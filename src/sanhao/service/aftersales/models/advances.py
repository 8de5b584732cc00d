"""Money that the platform pays ahead of a return, and what becomes of it where the goods do not come."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sanhao.kit.states import States
from sanhao.kit.two_people import MOVES, checks
from sanhao.service.aftersales.models.cases import Case
from sanhao.service.aftersales.paths.instant import ADVANCES

ADVANCE = States("advance", "aftersales_advance", ADVANCES)
WRITE_OFF = States("write_off", "aftersales_write_off", MOVES)


class Advance(models.Model):
    """What the platform paid ahead for one return, or would have. It is repaid out of the shop's money once the goods are
    accepted, owed by the buyer where they are not, or borne by the platform: together never more than what was paid. What
    was owed is in exactly one place: *owed* still, *cleared* by the buyer, or *forgiven*.

    *wanted_at*: since when a keeper may look at it; *ended_at* also says since when a debt is one.
    """

    id = models.UUIDField(primary_key=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    order_id = models.UUIDField()
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey("rulebook.Rule", on_delete=models.PROTECT, related_name="+", db_index=False)
    path = models.CharField(max_length=10, db_default="instant")
    """By which way the money went ahead: a file of `paths/`."""
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=20, blank=True, default="")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField(default=0)
    repaid_minor = models.BigIntegerField(default=0)
    owed_minor = models.BigIntegerField(default=0)
    borne_minor = models.BigIntegerField(default=0)
    cleared_minor = models.BigIntegerField(db_default=0)
    forgiven_minor = models.BigIntegerField(db_default=0)
    reminded = models.PositiveSmallIntegerField(db_default=0)
    """How often its buyer was reminded of the debt; *remind_at*: when the next time is."""
    remind_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="aftersales_advance_path", condition=Q(path__in=["instant", "intercept"])
            ),
            models.CheckConstraint(name="aftersales_advance_state", condition=Q(state__in=list(ADVANCES))),
            models.CheckConstraint(
                name="aftersales_advance_money",
                condition=Q(repaid_minor__gte=0, borne_minor__gte=0)
                & Q(
                    amount_minor__gte=F("repaid_minor")
                    + F("owed_minor")
                    + F("borne_minor")
                    + F("cleared_minor")
                    + F("forgiven_minor")
                ),
            ),
            models.CheckConstraint(
                name="aftersales_advance_debt",
                condition=Q(state="owed", owed_minor__gt=0, cleared_minor=0, forgiven_minor=0)
                | Q(state="cleared", owed_minor=0, cleared_minor__gt=0, forgiven_minor=0)
                | Q(state="forgiven", owed_minor=0, cleared_minor=0, forgiven_minor__gt=0)
                | (
                    ~Q(state__in=["owed", "cleared", "forgiven"])
                    & Q(owed_minor=0, cleared_minor=0, forgiven_minor=0)
                ),
            ),
            models.CheckConstraint(
                name="aftersales_advance_paid",
                condition=Q(state__in=["wanted", "waiting", "declined"], amount_minor=0, paid_at__isnull=True)
                | Q(
                    state__in=["paid", "owed", "cleared", "forgiven", "repaid", "borne"],
                    amount_minor__gt=0,
                    paid_at__isnull=False,
                    decision__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index(name="aftersales_advance_wanted", fields=["wanted_at"], condition=Q(state="wanted")),
            models.Index(name="aftersales_advance_person", fields=["person", "state"]),
            models.Index(name="aftersales_advance_state_id", fields=["state", "-id"]),
        ]


class Repayment(models.Model):
    """What a buyer is asked to pay of a debt, and what came of it. *taken* of the payment settles the debt, *back* went to
    the buyer again because it turned out not to be owed, *bank* is what a bank took back and may give again."""

    id = models.UUIDField(primary_key=True)
    advance = models.ForeignKey(Advance, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    payment_id = models.UUIDField(null=True, unique=True)
    taken_minor = models.BigIntegerField(db_default=0)
    back_minor = models.BigIntegerField(db_default=0)
    bank_minor = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="aftersales_repayment_open", fields=["advance"], condition=Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="aftersales_repayment_money",
                condition=Q(amount_minor__gt=0, back_minor__gte=0, bank_minor__gte=0)
                & Q(taken_minor__gte=F("back_minor") + F("bank_minor"), taken_minor__lte=F("amount_minor")),
            ),
            models.CheckConstraint(
                name="aftersales_repayment_paid",
                condition=Q(taken_minor=0) | Q(payment_id__isnull=False, closed_at__isnull=False),
            ),
        ]


class WriteOff(models.Model):
    """A debt that is to be forgiven: proposed by one of the staff, decided by another."""

    id = models.UUIDField(primary_key=True)
    advance = models.ForeignKey(Advance, on_delete=models.PROTECT, related_name="+")
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
        db_table = "aftersales_write_off"
        constraints = [
            *checks("aftersales_write_off"),
            models.UniqueConstraint(
                name="aftersales_write_off_one", fields=["advance"], condition=Q(state="proposed")
            ),
        ]
