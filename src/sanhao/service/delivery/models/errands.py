"""What carriers are asked to do: make a label, bring a parcel back, fetch goods at a door."""

from __future__ import annotations

from django.db import models

from sanhao.kit.states import States
from sanhao.service.delivery.interception import INTERCEPTIONS, RUNNING
from sanhao.service.delivery.labels import BILLS, LABELS
from sanhao.service.delivery.models.consignments import Consignment
from sanhao.service.delivery.pickup import PICKUPS, STANDING
from sanhao.service.delivery.pickup import RUNNING as PICKUPS_RUNNING

LABEL = States("label", "delivery_label", LABELS)
LABEL_BILL = States("label_bill", "delivery_label_bill", BILLS)
INTERCEPTION = States("interception", "delivery_interception", INTERCEPTIONS)
PICKUP = States("pickup", "delivery_pickup", PICKUPS)


class Label(models.Model):
    """A label asked of a carrier, and what became of it; once made, its consignment has the same id.

    *owner_id* is opaque, *sending* what stands on it (`labels.Sending`). *next_try_at*: when its carrier is asked, or,
    for a label that is not wanted any more, told so; null when nothing is to be said.
    """

    id = models.UUIDField(primary_key=True)
    owner_kind = models.CharField(max_length=10)
    owner_id = models.UUIDField()
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.CharField(max_length=40)
    service = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=40)
    sending = models.JSONField()
    state = models.CharField(max_length=10)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    not_before = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    tracking_no = models.CharField(max_length=64, blank=True)
    handle = models.CharField(max_length=200, blank=True)
    document = models.CharField(max_length=64, blank=True)
    """The fingerprint of its file: see `kit.media`."""
    price_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    made_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason_zh = models.CharField(max_length=300, blank=True)
    reason_en = models.CharField(max_length=300, blank=True)
    until = models.DateTimeField(null=True)
    """Until when its owner waits for an answer."""
    void = models.CharField(max_length=4, db_default="")
    """What became of it at its carrier once it was not wanted any more (`labels.Void`)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="delivery_label_one_for_case",
                fields=["owner_id"],
                condition=models.Q(owner_kind="case", state__in=("asked", "unsure", "made")),
            ),
            models.CheckConstraint(
                name="delivery_label_void",
                condition=models.Q(void="")
                | models.Q(void__in=("due", "done", "kept"), state__in=("refused", "cancelled")),
            ),
            models.CheckConstraint(name="delivery_label_state", condition=models.Q(state__in=list(LABELS))),
            models.CheckConstraint(
                name="delivery_label_made",
                condition=~models.Q(state="made")
                | (~models.Q(tracking_no="") & ~models.Q(document="") & models.Q(made_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="delivery_label_ended",
                condition=models.Q(state__in=("asked", "unsure", "made"), ended_at__isnull=True)
                | models.Q(state__in=("refused", "cancelled"), ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_label_waits",
                condition=~models.Q(state="asked") | models.Q(next_try_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="delivery_label_shop", fields=["shop", "-asked_at"]),
            models.Index(name="delivery_label_owner", fields=["owner_id"]),
            models.Index(
                name="delivery_label_due",
                fields=["next_try_at"],
                condition=models.Q(next_try_at__isnull=False),
            ),
        ]


class LabelBill(models.Model):
    """What a carrier charges for a label, and who pays it. *of_buyer* of it comes out of a refund once the label is used;
    *from_deposit* of it was taken from the shop's deposit, and goes back there."""

    id = models.OneToOneField(
        Label, on_delete=models.PROTECT, related_name="+", primary_key=True, db_column="id"
    )
    payer = models.CharField(max_length=10)
    state = models.CharField(max_length=10, db_default="charged")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    of_buyer_minor = models.BigIntegerField(default=0)
    from_deposit_minor = models.BigIntegerField(default=0)
    claimed_of = models.CharField(max_length=40, blank=True)
    decision_id = models.UUIDField(null=True)

    class Meta:
        db_table = "delivery_label_bill"
        constraints = [
            models.CheckConstraint(name="delivery_bill_state", condition=models.Q(state__in=list(BILLS))),
            models.CheckConstraint(
                name="delivery_bill_payer",
                condition=models.Q(payer__in=["shop", "platform"], of_buyer_minor=0, claimed_of="")
                | models.Q(payer="buyer", of_buyer_minor__gt=0, claimed_of="")
                | (models.Q(payer="carrier", of_buyer_minor=0) & ~models.Q(claimed_of="")),
            ),
            models.CheckConstraint(
                name="delivery_bill_amount",
                condition=models.Q(
                    amount_minor__gt=0, from_deposit_minor__range=(0, models.F("amount_minor"))
                )
                & models.Q(of_buyer_minor__lte=models.F("amount_minor")),
            ),
        ]


class Interception(models.Model):
    """A parcel that is called back while it travels: one attempt for each. Its id is the key the carrier knows it by.

    *cause_id* is opaque: whose wish it is. *until*: when it lapses; *next_try_at*: when its carrier is asked (again).
    """

    id = models.UUIDField(primary_key=True)
    consignment = models.OneToOneField(Consignment, on_delete=models.PROTECT, related_name="+")
    cause_id = models.UUIDField()
    state = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    back_seconds = models.PositiveIntegerField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="delivery_interception_state", condition=models.Q(state__in=list(INTERCEPTIONS))
            ),
            models.CheckConstraint(
                name="delivery_interception_ended",
                condition=models.Q(state__in=RUNNING, ended_at__isnull=True)
                | (~models.Q(state__in=RUNNING) & models.Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="delivery_interception_due",
                fields=["next_try_at"],
                condition=models.Q(state__in=RUNNING),
            ),
            models.Index(name="delivery_interception_cause", fields=["cause_id"]),
        ]


class Pickup(models.Model):
    """A courier comes to a door for goods, in one slot. Its id is the key the carrier knows it by.

    *cause_id* is opaque: whose wish it is. *until*: when it lapses; *next_try_at*: when its carrier is asked (again).
    *photo*: what the courier saw, as `kit/media.py` keeps it.
    """

    id = models.UUIDField(primary_key=True)
    cause_id = models.UUIDField()
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.CharField(max_length=40)
    state = models.CharField(max_length=10)
    place = models.JSONField()
    bound_for = models.JSONField()
    boxes = models.JSONField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reference = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    wait_seconds = models.PositiveIntegerField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    tracking_no = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    photo = models.JSONField(null=True)
    handle = models.CharField(max_length=200, db_default="")
    document = models.CharField(max_length=64, db_default="")
    """The fingerprint of a label that is to be on the goods when the courier comes."""

    class Meta:
        constraints = [
            models.CheckConstraint(name="delivery_pickup_state", condition=models.Q(state__in=list(PICKUPS))),
            models.CheckConstraint(
                name="delivery_pickup_slot", condition=models.Q(ends_at__gt=models.F("starts_at"))
            ),
            models.CheckConstraint(
                name="delivery_pickup_ended",
                condition=models.Q(state__in=PICKUPS_RUNNING, ended_at__isnull=True)
                | (~models.Q(state__in=PICKUPS_RUNNING) & models.Q(ended_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="delivery_pickup_one", fields=["cause_id"], condition=models.Q(state__in=STANDING)
            ),
        ]
        indexes = [
            models.Index(
                name="delivery_pickup_due",
                fields=["next_try_at"],
                condition=models.Q(state__in=PICKUPS_RUNNING),
            ),
            models.Index(name="delivery_pickup_cause", fields=["cause_id"]),
            models.Index(
                name="delivery_pickup_failed",
                fields=["-ended_at"],
                condition=models.Q(state__in=["in_vain", "refused", "lapsed"]),
            ),
        ]
