"""Paper: credit notes, the platform's bills to shops, invoices buyers ask for."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sanhao.books.settlement.core import INVOICE_STATES
from sanhao.books.settlement.models.settlements import Settlement
from sanhao.kit.states import States

INVOICE = States("invoice", "settlement_invoice", INVOICE_STATES)


class CreditNote(models.Model):
    """Commission given back to a shop after a refund: the counterpart of a line of its bill."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24)
    key = models.CharField(max_length=160, unique=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="+")
    shop_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="settlement_creditnote_amount", condition=Q(amount_minor__gt=0)),
        ]
        indexes = [models.Index(name="settlement_creditnote_shop", fields=["shop_id", "-at"])]


class Billing(models.Model):
    """A month that will be billed when it is over."""

    id = models.UUIDField(primary_key=True)
    month = models.DateField(unique=True)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="settlement_billing_due", fields=["due_at"], condition=Q(done_at__isnull=True)),
        ]


class Bill(models.Model):
    """The platform's invoice to a shop for a month's commission, less what credit notes gave back in it."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24)
    month = models.DateField()
    shop_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    taken_minor = models.BigIntegerField()
    given_back_minor = models.BigIntegerField()
    orders = models.PositiveIntegerField()
    notes = models.PositiveIntegerField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="settlement_bill_once", fields=["shop_id", "currency", "month"]),
        ]


class Invoice(models.Model):
    """A buyer's invoice (发票) of one order: asked for, issued as a PDF or declined, corrected after a refund."""

    id = models.UUIDField(primary_key=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="+")
    shop_id = models.UUIDField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, db_default="asked")
    title_kind = models.CharField(max_length=8)
    title = models.CharField(max_length=100)
    tax_id = models.CharField(max_length=18)
    email = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    red_minor = models.BigIntegerField(db_default=0)
    currency = models.CharField(max_length=3)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=40, db_default="")
    paper = models.CharField(max_length=64, db_default="")
    issued_at = models.DateTimeField(null=True)
    red_number = models.CharField(max_length=40, db_default="")
    red_paper = models.CharField(max_length=64, db_default="")
    corrected_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_invoice_state", condition=Q(state__in=list(INVOICE_STATES))
            ),
            models.CheckConstraint(
                name="settlement_invoice_red", condition=Q(red_minor__gte=0, red_minor__lte=F("amount_minor"))
            ),
            models.CheckConstraint(
                name="settlement_invoice_due",
                condition=Q(state__in=["asked", "red_asked"], due_at__isnull=False)
                | (~Q(state__in=["asked", "red_asked"]) & Q(due_at__isnull=True)),
            ),
            models.UniqueConstraint(
                name="settlement_invoice_once",
                fields=["settlement"],
                condition=~Q(state__in=["declined", "withdrawn"]),
            ),
        ]
        indexes = [models.Index(name="settlement_invoice_shop", fields=["shop_id", "-asked_at"])]
