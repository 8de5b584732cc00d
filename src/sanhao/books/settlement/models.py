"""Tables of settlement: an order's money while it is held, and what holds it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sanhao.books.settlement.core import (
    INVOICE_STATES,
    MANUAL_KINDS,
    MANUAL_STATES,
    NEUTRAL,
    PAYOUT_STATES,
    SETTLEMENT_STATES,
)
from sanhao.kit.states import States

SETTLEMENT = States("settlement", "settlement_settlement", SETTLEMENT_STATES)
PAYOUT = States("payout", "settlement_payout", PAYOUT_STATES)
INVOICE = States("invoice", "settlement_invoice", INVOICE_STATES)
MANUAL = States("manual", "settlement_manualmoney", MANUAL_STATES)
ON_ITS_WAY = ("drafted", "sent")


class Settlement(models.Model):
    """The money of one order; its id is the order's. Orders stand above and are known by number alone.

    *source_id* is what was paid, the cause of the entry that brought the money in. *held_minor* is the shop's as long as nobody takes it back; *covered_minor* was paid in by others for a refund that
    follows in the same transaction. Both together, over all orders of a shop, are its escrow in the ledger.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20)
    shop_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, db_default="held")
    received_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField()
    covered_minor = models.BigIntegerField(db_default=0)
    drawn_minor = models.BigIntegerField(db_default=0)
    shares_minor = models.BigIntegerField(db_default=0)
    goods_minor = models.BigIntegerField()
    goods_back_minor = models.BigIntegerField(db_default=0)
    categories = models.JSONField()
    commission_full_minor = models.BigIntegerField(db_default=0)
    commission_minor = models.BigIntegerField(db_default=0)
    commission_taken_minor = models.BigIntegerField(db_default=0)
    released_minor = models.BigIntegerField(db_default=0)
    charged_minor = models.BigIntegerField(db_default=0)
    holds = models.PositiveSmallIntegerField(db_default=0)
    source_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    release_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_settlement_state", condition=Q(state__in=list(SETTLEMENT_STATES))
            ),
            models.CheckConstraint(
                name="settlement_settlement_amounts",
                condition=Q(
                    held_minor__gte=0,
                    covered_minor__gte=0,
                    drawn_minor__gte=0,
                    goods_back_minor__gte=0,
                    goods_back_minor__lte=F("goods_minor"),
                    commission_minor__gte=0,
                    commission_minor__lte=F("commission_full_minor"),
                    charged_minor__gte=0,
                ),
            ),
            # What came in is still here, went back, or was released: not a cent more.
            models.CheckConstraint(
                name="settlement_settlement_adds_up",
                condition=Q(state="held", held_minor=F("received_minor") - F("drawn_minor"))
                | (~Q(state="held") & Q(held_minor=0)),
            ),
            models.CheckConstraint(
                name="settlement_settlement_released",
                condition=Q(state="held", released_at__isnull=True)
                | Q(state="released", released_at__isnull=False)
                | Q(state="closed"),
            ),
        ]
        indexes = [
            models.Index(
                name="settlement_release_due", fields=["release_at"], condition=Q(state="held", holds=0)
            ),
            models.Index(name="settlement_shop", fields=["shop_id", "opened_at"]),
            models.Index(
                name="settlement_shop_held", fields=["shop_id", "release_at"], condition=Q(state="held")
            ),
            models.Index(
                name="settlement_shop_released",
                fields=["shop_id", "released_at"],
                condition=Q(state="released"),
            ),
        ]


class Hold(models.Model):
    """A named reason why an order's money is not released. The same name is placed once at a time."""

    id = models.UUIDField(primary_key=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    reason_zh = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="settlement_hold_once",
                fields=["settlement", "name"],
                condition=Q(lifted_at__isnull=True),
            ),
        ]
        indexes = [models.Index(name="settlement_hold_of", fields=["settlement", "placed_at"])]


class Drawing(models.Model):
    """One draw and where it was taken from: a key takes effect once."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=160, unique=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    from_cover = models.BigIntegerField()
    from_escrow = models.BigIntegerField()
    commission_back = models.BigIntegerField()
    from_reserve = models.BigIntegerField(db_default=0)
    charged = models.BigIntegerField()
    cause_kind = models.CharField(max_length=40)
    cause_id = models.UUIDField(db_index=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_drawing_adds_up",
                condition=Q(
                    amount_minor=F("from_cover")
                    + F("from_escrow")
                    + F("commission_back")
                    + F("from_reserve")
                    + F("charged")
                ),
            ),
        ]


class ReserveSlice(models.Model):
    """A part of what one order earned, kept for a while: a refund after release takes it first."""

    id = models.UUIDField(primary_key=True)
    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="+")
    shop_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    left_minor = models.BigIntegerField()
    due_at = models.DateTimeField()
    freed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_reserve_left",
                condition=Q(left_minor__gte=0, left_minor__lte=F("amount_minor"), amount_minor__gt=0),
            ),
            models.CheckConstraint(
                name="settlement_reserve_freed", condition=Q(freed_at__isnull=True) | Q(left_minor=0)
            ),
        ]
        indexes = [
            models.Index(
                name="settlement_reserve_due", fields=["due_at"], condition=Q(freed_at__isnull=True)
            ),
            models.Index(
                name="settlement_reserve_shop", fields=["shop_id"], condition=Q(freed_at__isnull=True)
            ),
        ]


class Payee(models.Model):
    """A shop to be paid; its id is the shop's. Without bank details *next_at* is null, and nothing is paid out."""

    id = models.UUIDField(primary_key=True)
    currency = models.CharField(max_length=3)
    standing = models.CharField(max_length=20, db_default=NEUTRAL)
    holder = models.CharField(max_length=80, db_default="")
    bank = models.CharField(max_length=80, db_default="")
    account = models.CharField(max_length=34, db_default="")
    changed_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    paused = models.CharField(max_length=300, db_default="")
    paused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_payee_reachable", condition=Q(next_at__isnull=True) | ~Q(account="")
            ),
        ]
        indexes = [
            models.Index(name="settlement_payee_due", fields=["next_at"], condition=Q(paused="")),
        ]


class PayeeChange(models.Model):
    """Who changed where a shop's money goes, and when: append-only."""

    id = models.UUIDField(primary_key=True)
    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="+")
    holder = models.CharField(max_length=80)
    bank = models.CharField(max_length=80)
    ending = models.CharField(max_length=4)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class PayoutBatch(models.Model):
    """Payouts that were drafted together and go through one bank."""

    id = models.UUIDField(primary_key=True)
    bank = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    payouts = models.PositiveIntegerField()
    total_minor = models.BigIntegerField()
    drafted_at = models.DateTimeField()


class Payout(models.Model):
    """A shop's money on its way to its bank. Its id is the key under which the bank sends it once."""

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="+")
    shop_id = models.UUIDField()
    state = models.CharField(max_length=8, db_default="drafted")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    via = models.CharField(max_length=20)
    holder = models.CharField(max_length=80)
    bank = models.CharField(max_length=80)
    account = models.CharField(max_length=34)
    drafted_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(db_default=0)
    bank_ref = models.CharField(max_length=80, db_default="")
    finished_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_payout_state", condition=Q(state__in=list(PAYOUT_STATES))
            ),
            models.CheckConstraint(name="settlement_payout_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="settlement_payout_finished",
                condition=Q(state__in=ON_ITS_WAY, finished_at__isnull=True)
                | (~Q(state__in=ON_ITS_WAY) & Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="settlement_payout_due", fields=["next_try_at"], condition=Q(state__in=ON_ITS_WAY)
            ),
            models.Index(name="settlement_payout_shop", fields=["shop_id", "-drafted_at"]),
        ]


class SandboxTransfer(models.Model):
    """The sandbox bank's world, not ours: what it sent, once for each id. No key leads out of it, on purpose."""

    id = models.UUIDField(primary_key=True)
    account = models.CharField(max_length=34)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    how = models.CharField(max_length=12)
    done_at = models.DateTimeField()
    return_at = models.DateTimeField(null=True)
    asked = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(
                name="settlement_sandbox_return", fields=["return_at"], condition=Q(return_at__isnull=False)
            ),
        ]


class SandboxMood(models.Model):
    """How the sandbox bank treats transfers to an account: whoever tries things out tells it."""

    id = models.CharField(primary_key=True, max_length=34)
    how = models.CharField(max_length=12)


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
