"""Tables of delivery: consignments with their scans, the raw inbox of the carriers, freight templates."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from sanhao.kit.states import States
from sanhao.service.delivery.core import MOVES, STATUSES
from sanhao.service.delivery.interception import INTERCEPTIONS, RUNNING
from sanhao.service.delivery.labels import LABELS
from sanhao.service.delivery.pickup import PICKUPS, STANDING
from sanhao.service.delivery.pickup import RUNNING as PICKUPS_RUNNING
from sanhao.service.delivery.services import MOST_DAYS

CONSIGNMENT = States("consignment", "delivery_consignment", MOVES)
INTERCEPTION = States("interception", "delivery_interception", INTERCEPTIONS)
PICKUP = States("pickup", "delivery_pickup", PICKUPS)
LABEL = States("label", "delivery_label", LABELS)
MESSAGE_STATES = ("new", "read", "refused")


class Consignment(models.Model):
    """A parcel under a carrier's number. *owner_id* is opaque: whoever registered it knows what it is."""

    id = models.UUIDField(primary_key=True)
    owner_id = models.UUIDField()
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.CharField(max_length=40)
    tracking_no = models.CharField(max_length=64)
    state = models.CharField(max_length=20, default="labelled")
    not_before = models.DateTimeField()
    """No scan of this parcel can be older; a carrier time before it is not believed."""
    registered_at = models.DateTimeField()
    collected_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    weight_g = models.PositiveIntegerField(null=True)
    bound_for = models.CharField(max_length=200, db_default="")
    onward = models.CharField(max_length=40, db_default="")
    """Of a first leg: the carrier that takes it on from the hub."""
    before = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    """Of a second leg: the first."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="delivery_consignment_one_leg",
                condition=models.Q(onward="") | models.Q(before__isnull=True),
            ),
            models.UniqueConstraint(name="delivery_consignment_number", fields=["carrier", "tracking_no"]),
            models.CheckConstraint(
                name="delivery_consignment_state", condition=models.Q(state__in=list(MOVES))
            ),
            models.CheckConstraint(name="delivery_consignment_numbered", condition=~models.Q(tracking_no="")),
        ]
        indexes = [
            models.Index(name="delivery_consignment_owner", fields=["owner_id"]),
            models.Index(name="delivery_consignment_shop", fields=["shop", "registered_at"]),
        ]


class ConsignmentItem(models.Model):
    """What is inside: *item_id* is opaque, a line of the owner."""

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="+")
    item_id = models.UUIDField()
    quantity = models.PositiveIntegerField()

    class Meta:
        db_table = "delivery_consignment_item"
        constraints = [
            models.UniqueConstraint(name="delivery_item_once", fields=["consignment", "item_id"]),
            models.CheckConstraint(name="delivery_item_some", condition=models.Q(quantity__gt=0)),
        ]


class Scan(models.Model):
    """One thing the carrier said about a consignment. Written once; hearing it again sooner only moves *received_at*."""

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier_event_key = models.CharField(max_length=80)
    status = models.CharField(max_length=20)
    at = models.DateTimeField()
    zone = models.CharField(max_length=10)
    received_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=500, blank=True)
    raw_code = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="delivery_scan_once", fields=["consignment", "carrier_event_key"]),
            models.CheckConstraint(
                name="delivery_scan_status", condition=models.Q(status__in=list(STATUSES))
            ),
            models.CheckConstraint(
                name="delivery_scan_zone", condition=models.Q(zone__in=["given", "facility", "carrier"])
            ),
        ]


class CarrierMessage(models.Model):
    """What a carrier sent, byte for byte. Read by a keeper; what cannot be used is kept as `refused`, with the reason."""

    id = models.UUIDField(primary_key=True)
    carrier = models.CharField(max_length=40)
    event_id = models.CharField(max_length=120)
    parcel = models.CharField(max_length=64, blank=True)
    """The tracking number its header names, for answers whose body does not."""
    body = models.BinaryField()
    signature_ok = models.BooleanField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="new")
    reason = models.TextField(blank=True)
    unknown_nos = ArrayField(models.CharField(max_length=64), default=list)
    """Tracking numbers in it that nobody had registered; registering one has the message read again."""

    class Meta:
        db_table = "delivery_carrier_message"
        constraints = [
            models.UniqueConstraint(name="delivery_message_once", fields=["carrier", "event_id"]),
            models.CheckConstraint(
                name="delivery_message_state", condition=models.Q(state__in=list(MESSAGE_STATES))
            ),
            models.CheckConstraint(
                name="delivery_message_reason", condition=~models.Q(state="refused") | ~models.Q(reason="")
            ),
        ]
        indexes = [
            models.Index(
                name="delivery_message_new", fields=["received_at", "id"], condition=models.Q(state="new")
            ),
            models.Index(
                name="delivery_message_refused",
                fields=["-received_at"],
                condition=models.Q(state="refused"),
            ),
            GinIndex(
                name="delivery_message_unknown", fields=["unknown_nos"], condition=~models.Q(unknown_nos=[])
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


class SandboxInterception(models.Model):
    """The sandbox courier's world, not ours: how it treats a call to bring a parcel back, and how far it is with it.

    *how* is set ahead of the call or by it; *key* is our id of the one call it heard of. No foreign key, on purpose.
    """

    id = models.UUIDField(primary_key=True)
    tracking_no = models.CharField(max_length=64, unique=True)
    how = models.CharField(max_length=12)
    key = models.UUIDField(null=True)
    asked = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    call_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_sandbox_interception"
        indexes = [
            models.Index(
                name="delivery_sandbox_call", fields=["call_at"], condition=models.Q(call_at__isnull=False)
            ),
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
    box = models.JSONField()
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


class SandboxPickup(models.Model):
    """The sandbox courier's world, not ours: the appointments it heard of, and how it keeps them.

    A row without *key* says how the next ones of that reference are treated. No foreign key, on purpose.
    """

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=40)
    how = models.CharField(max_length=12)
    key = models.UUIDField(null=True, unique=True)
    number = models.PositiveSmallIntegerField(default=0)
    asked = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(null=True)
    weight_g = models.PositiveIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    call_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_sandbox_pickup"
        constraints = [
            models.UniqueConstraint(
                name="delivery_sandbox_pickup_how", fields=["reference"], condition=models.Q(key__isnull=True)
            ),
        ]
        indexes = [
            models.Index(
                name="delivery_sandbox_pickup_call",
                fields=["call_at"],
                condition=models.Q(call_at__isnull=False),
            ),
        ]


class SandboxHub(models.Model):
    """The sandbox courier's world, not ours: parcels that lie in its hubs, and when it speaks of each next.

    *carrier* and *tracking_no* are the first leg's. No foreign key, on purpose.
    """

    id = models.UUIDField(primary_key=True)
    carrier = models.CharField(max_length=40)
    tracking_no = models.CharField(max_length=64)
    step = models.PositiveSmallIntegerField(default=0)
    call_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_sandbox_hub"
        constraints = [
            models.UniqueConstraint(name="delivery_sandbox_hub_once", fields=["carrier", "tracking_no"])
        ]
        indexes = [
            models.Index(
                name="delivery_sandbox_hub_call",
                fields=["call_at"],
                condition=models.Q(call_at__isnull=False),
            ),
        ]


class FreightTemplate(models.Model):
    """One price of a shop's freight: a first step and further steps of weight, for the regions that name it."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    first_g = models.PositiveIntegerField()
    first_minor = models.BigIntegerField()
    extra_g = models.PositiveIntegerField()
    extra_minor = models.BigIntegerField()
    free_over_minor = models.BigIntegerField(null=True)
    deliverable = models.BooleanField(default=True)

    class Meta:
        db_table = "delivery_freight_template"
        constraints = [
            models.UniqueConstraint(name="delivery_freight_shop", fields=["id", "shop"]),
            models.CheckConstraint(
                name="delivery_freight_steps", condition=models.Q(first_g__gt=0, extra_g__gt=0)
            ),
            models.CheckConstraint(
                name="delivery_freight_price",
                condition=models.Q(first_minor__gte=0, extra_minor__gte=0)
                & (models.Q(free_over_minor__isnull=True) | models.Q(free_over_minor__gte=0)),
            ),
        ]


class FreightRegion(models.Model):
    """A region pattern (``*``, ``CN``, ``CN/新疆``) and the template that prices it; a shop prices each once.

    A composite foreign key (in the migration) ties it to a template of the same shop.
    """

    id = models.UUIDField(primary_key=True)
    template = models.ForeignKey(FreightTemplate, on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    pattern = models.CharField(max_length=120)

    class Meta:
        db_table = "delivery_freight_region"
        constraints = [
            models.UniqueConstraint(name="delivery_freight_region_once", fields=["shop", "pattern"])
        ]


class Service(models.Model):
    """One way of sending that a shop lets its buyers choose: a carrier, a surcharge, days on the way.

    No *name*: the carrier's own. No *regions*: everywhere.
    """

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=60, blank=True)
    name_en = models.CharField(max_length=60, blank=True)
    regions = ArrayField(models.CharField(max_length=120), default=list)
    currency = models.CharField(max_length=3)
    surcharge_minor = models.BigIntegerField()
    transit_days = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="delivery_service_once", fields=["shop", "carrier", "name_zh"]),
            models.CheckConstraint(
                name="delivery_service_surcharge", condition=models.Q(surcharge_minor__gte=0)
            ),
            models.CheckConstraint(
                name="delivery_service_days", condition=models.Q(transit_days__range=(1, MOST_DAYS))
            ),
            models.CheckConstraint(
                name="delivery_service_named",
                condition=models.Q(name_zh="", name_en="") | (~models.Q(name_zh="") & ~models.Q(name_en="")),
            ),
        ]


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

    class Meta:
        constraints = [
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


class Inquiry(models.Model):
    """A consignment whose carrier is asked how it travels. It is one row less once nothing more is to be asked."""

    id = models.OneToOneField(
        Consignment, on_delete=models.PROTECT, related_name="+", primary_key=True, db_column="id"
    )
    next_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="delivery_inquiry_due", fields=["next_at"])]


class SandboxWay(models.Model):
    """The sandbox courier's world: how it was told to treat labels with this reference."""

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=40, unique=True)
    how = models.CharField(max_length=12)

    class Meta:
        db_table = "delivery_sandbox_way"


class SandboxLabel(models.Model):
    """The sandbox courier's world: a label it made, under the id we gave it. No foreign key, on purpose."""

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=40)
    tracking_no = models.CharField(max_length=64, unique=True)
    how = models.CharField(max_length=12)
    asked = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    place_from = models.CharField(max_length=120)
    place_to = models.CharField(max_length=120)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_sandbox_label"
