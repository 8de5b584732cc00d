"""Tables of after-sales. A case is one request about units of an order; it waits for somebody until `due_at`, or is over."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sanhao.kit.states import States
from sanhao.service.aftersales.case import CASE_STATES, KINDS, OVER
from sanhao.service.aftersales.paths.instant import ADVANCES
from sanhao.service.aftersales.paths.proactive import SWEEPS, SWEPT_ORDERS, TRIGGERS

CASE = States("case", "aftersales_case", CASE_STATES)
ADVANCE = States("advance", "aftersales_advance", ADVANCES)
SWEEP = States("sweep", "aftersales_sweep", SWEEPS)
SWEPT_ORDER = States("swept_order", "aftersales_swept_order", SWEPT_ORDERS)
WRITE_OFF = States(
    "write_off",
    "aftersales_write_off",
    {"proposed": ("approved", "declined", "withdrawn"), "approved": (), "declined": (), "withdrawn": ()},
)
PHASES = ("unshipped", "on_way", "delivered")


class Case(models.Model):
    """What a buyer asks of a shop about an order. *back_minor* is what would go back, *refunded_minor* what did.

    *moved_at* is since when it is in its state; *address* where goods go back to; *answer* the shop's words to a
    rejection, *offer_minor* what it would give instead; *round* and *spoke* belong to a dispute.
    """

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey("rulebook.Rule", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)
    reason = models.CharField(max_length=40)
    guarantee = models.CharField(max_length=40, blank=True, default="")
    promise_id = models.UUIDField(null=True)
    words = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=10)
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    phase = models.CharField(max_length=10)
    packed = models.BooleanField(default=False)
    answer_hours = models.PositiveSmallIntegerField(null=True)
    by_hand = models.BooleanField(db_default=False)
    currency = models.CharField(max_length=3)
    back_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    bearer = models.CharField(max_length=10, default="shop")
    ships_first = models.BooleanField(default=False)
    at_shop = models.BooleanField(default=False)
    address = models.JSONField(null=True)
    parcel = models.ForeignKey(
        "delivery.Consignment", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    uploaded_at = models.DateTimeField(null=True)
    collected_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    replacement = models.ForeignKey(
        "delivery.Consignment", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answer = models.CharField(max_length=500, blank=True, default="")
    offer_minor = models.BigIntegerField(null=True)
    round = models.PositiveSmallIntegerField(default=0)
    spoke = ArrayField(models.CharField(max_length=10), default=list)
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    claimed_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    claimed_at = models.DateTimeField(null=True)
    ahead_minor = models.BigIntegerField(db_default=0)
    """Paid by the platform before the goods were back, and neither repaid nor borne yet."""
    ahead_until = models.DateTimeField(null=True)
    stop = models.CharField(max_length=10, db_default="")
    """How far its parcel is that was called back while it travelled (`case.Stop`)."""
    stop_until = models.DateTimeField(null=True)
    stop_rule = models.ForeignKey(
        "rulebook.Rule", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    pickup = models.CharField(max_length=10, db_default="")
    """How far its pickup at the buyer's door is (`paths/pickup.py`)."""
    pickup_until = models.DateTimeField(null=True)
    pickup_rule = models.ForeignKey(
        "rulebook.Rule", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    pickup_sizes = models.JSONField(null=True)
    pickup_minor = models.BigIntegerField(db_default=0)
    """What the pickup cost, where it is taken out of what comes back: *back_minor* is less by it."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="aftersales_case_pickup",
                condition=Q(pickup="", pickup_minor=0)
                | Q(pickup__in=["asked", "booked", "over"], pickup_rule__isnull=False, pickup_minor=0)
                | Q(pickup="collected", pickup_rule__isnull=False, pickup_minor__gte=0),
            ),
            models.CheckConstraint(name="aftersales_case_state", condition=Q(state__in=list(CASE_STATES))),
            models.CheckConstraint(name="aftersales_case_kind", condition=Q(kind__in=list(KINDS))),
            models.CheckConstraint(name="aftersales_case_phase", condition=Q(phase__in=list(PHASES))),
            models.CheckConstraint(
                name="aftersales_case_waits",
                condition=Q(state__in=sorted(OVER), due_at__isnull=True)
                | (~Q(state__in=sorted(OVER)) & Q(due_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="aftersales_case_money",
                condition=Q(back_minor__gte=0)
                & Q(refunded_minor__gte=0)
                & (Q(offer_minor__isnull=True) | Q(offer_minor__gt=0, offer_minor__lte=F("back_minor"))),
            ),
            models.CheckConstraint(
                name="aftersales_case_stop",
                condition=Q(stop="", stop_rule__isnull=True)
                | Q(
                    stop__in=["asked", "accepted", "back", "over"],
                    stop_rule__isnull=False,
                    stop_until__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="aftersales_case_claimed",
                condition=Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="aftersales_case_due", fields=["due_at"], condition=Q(due_at__isnull=False)),
            models.Index(name="aftersales_case_person", fields=["person", "-opened_at"]),
            models.Index(
                name="aftersales_case_shop", fields=["shop", "due_at"], condition=Q(due_at__isnull=False)
            ),
            models.Index(name="aftersales_case_of_shop", fields=["shop", "-opened_at"]),
        ]


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
            models.CheckConstraint(
                name="aftersales_write_off_state", condition=Q(state__in=list(WRITE_OFF.moves))
            ),
            models.CheckConstraint(name="aftersales_write_off_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="aftersales_write_off_reason", condition=~Q(reason="")),
            # Two people, whatever the code above says.
            models.CheckConstraint(
                name="aftersales_write_off_two_people",
                condition=~Q(decided_by=F("proposed_by")) | Q(decided_by__isnull=True),
            ),
            models.CheckConstraint(
                name="aftersales_write_off_decided",
                condition=Q(state="approved", decided_by__isnull=False, decision__isnull=False)
                | Q(state="declined", decided_by__isnull=False, decision__isnull=True)
                | Q(state__in=["proposed", "withdrawn"], decided_by__isnull=True, decision__isnull=True),
            ),
            models.UniqueConstraint(
                name="aftersales_write_off_one", fields=["advance"], condition=Q(state="proposed")
            ),
        ]


class CaseUnit(models.Model):
    """So many units of one line."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="+")
    units = models.PositiveIntegerField()

    class Meta:
        db_table = "aftersales_case_unit"
        constraints = [
            models.UniqueConstraint(name="aftersales_unit_once", fields=["case", "line"]),
            models.CheckConstraint(name="aftersales_unit_some", condition=Q(units__gt=0)),
        ]


class Attempt(models.Model):
    """One try about a line: a request or an edit of one. Taking it back gives none back."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


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


class ReturnAddress(models.Model):
    """Where a shop takes goods back, one for each warehouse. Cases keep a copy, so editing one moves no parcel."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=60)
    phone = models.CharField(max_length=24)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=60)
    city = models.CharField(max_length=60)
    street = models.CharField(max_length=200)
    postcode = models.CharField(max_length=16, blank=True, default="")
    is_default = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "aftersales_return_address"
        constraints = [
            models.UniqueConstraint(
                name="aftersales_address_one_default", fields=["shop"], condition=Q(is_default=True)
            )
        ]


class SavedReason(models.Model):
    """Words a shop often rejects with."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    words = models.CharField(max_length=200)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "aftersales_saved_reason"
        constraints = [models.UniqueConstraint(name="aftersales_reason_once", fields=["shop", "words"])]


class Sweep(models.Model):
    """A finding, and the refunds without a request that follow from it: who found what where and why, who agreed.

    *scope* is a `Scope` as JSON. *raised_by* is nobody where a keeper found it. *figures* is what the last look said,
    *look* its number: what is confirmed is what was seen.
    """

    id = models.UUIDField(primary_key=True)
    trigger = models.CharField(max_length=20)
    rule = models.ForeignKey("rulebook.Rule", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    scope = models.JSONField()
    reason_zh = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300)
    evidence = models.CharField(max_length=500, blank=True, default="")
    raised_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    raised_at = models.DateTimeField()
    look = models.PositiveIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    figures = models.JSONField(null=True)
    confirmed_by = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="aftersales_sweep_state", condition=Q(state__in=list(SWEEPS))),
            models.CheckConstraint(name="aftersales_sweep_trigger", condition=Q(trigger__in=list(TRIGGERS))),
            # Two people; or a keeper and one; or, where the terms say so, a keeper alone about a silent shop.
            models.CheckConstraint(
                name="aftersales_sweep_two",
                condition=Q(confirmed_by__isnull=True)
                | Q(raised_by__isnull=True)
                | ~Q(confirmed_by=F("raised_by")),
            ),
            models.CheckConstraint(
                name="aftersales_sweep_confirmed",
                condition=Q(state__in=["drafted", "previewed", "withdrawn"], confirmed_at__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                | Q(confirmed_at__isnull=False, raised_by__isnull=True, trigger="dead_shop"),
            ),
            models.UniqueConstraint(
                name="aftersales_sweep_one_silent",
                fields=["shop"],
                condition=Q(trigger="dead_shop", state__in=["drafted", "previewed", "confirmed", "running"]),
            ),
        ]
        indexes = [
            models.Index(
                name="aftersales_sweep_open", fields=["raised_at"], condition=Q(ended_at__isnull=True)
            ),
        ]


class SweptOrder(models.Model):
    """One order of a sweep: what was expected when it was seen, what came of it. Once per sweep, whatever happens.

    *lines* maps a line to how many of its units the sweep is about; *waiting* is how many of them were not shipped yet
    when it was seen, *step* how often it was acted on.
    """

    id = models.UUIDField(primary_key=True)
    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=20)
    state = models.CharField(max_length=8)
    lines = models.JSONField()
    waiting = models.PositiveIntegerField()
    collected = models.BooleanField()
    outcome = models.CharField(max_length=8)
    reason = models.CharField(max_length=20)
    bearer = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    expected_minor = models.BigIntegerField()
    rest_outcome = models.CharField(max_length=8, db_default="")
    """Of an order that was half shipped when it was seen: what was expected of the other half (in *expected_minor*, too)."""
    rest_reason = models.CharField(max_length=20, db_default="")
    rest_minor = models.BigIntegerField(db_default=0)
    paid_minor = models.BigIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    found_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        db_table = "aftersales_swept_order"
        constraints = [
            models.UniqueConstraint(name="aftersales_swept_once", fields=["sweep", "order"]),
            models.CheckConstraint(name="aftersales_swept_state", condition=Q(state__in=list(SWEPT_ORDERS))),
            models.CheckConstraint(
                name="aftersales_swept_waits",
                condition=Q(state="waiting", due_at__isnull=False)
                | (~Q(state="waiting") & Q(due_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="aftersales_swept_money", condition=Q(expected_minor__gte=0, paid_minor__gte=0)
            ),
        ]
        indexes = [
            models.Index(name="aftersales_swept_due", fields=["due_at"], condition=Q(state="waiting")),
        ]


class Watch(models.Model):
    """When a look that is taken again and again is due next."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)
    due_at = models.DateTimeField()
