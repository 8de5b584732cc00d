"""Tables of orders. A checkout is what one person pays at once; it holds one order per shop."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sanhao.kit.columns import all_sides, sides_column
from sanhao.kit.states import States
from sanhao.service.orders.core import CHECKOUT_STATES, FUNDERS, ORDER_STATES

ORDER = States("order", "orders_order", ORDER_STATES)
CHECKOUT = States("checkout", "orders_checkout", CHECKOUT_STATES)


class Cart(models.Model):
    """What somebody may buy. Without a person it belongs to whoever holds its id; a person has at most one."""

    id = models.UUIDField(primary_key=True)
    person = models.OneToOneField("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()


class CartLine(models.Model):
    id = models.UUIDField(primary_key=True)
    cart = models.ForeignKey(Cart, on_delete=models.PROTECT, related_name="+", db_index=False)
    offer = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.PositiveIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="orders_cartline_once", fields=["cart", "offer"]),
            models.CheckConstraint(name="orders_cartline_quantity", condition=Q(quantity__gt=0)),
        ]


class Checkout(models.Model):
    """Everything paid together, with the address as it was."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    coupon_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    address = models.JSONField()
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="orders_checkout_state", condition=Q(state__in=list(CHECKOUT_STATES))
            ),
            models.CheckConstraint(
                name="orders_checkout_adds_up",
                condition=Q(
                    total_minor=models.F("goods_minor") + models.F("freight_minor") - models.F("coupon_minor")
                )
                & Q(total_minor__gte=0),
            ),
            models.CheckConstraint(
                name="orders_checkout_paid",
                condition=Q(state="paid", paid_at__isnull=False)
                | (~Q(state="paid") & Q(paid_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="orders_checkout_due", fields=["expires_at"], condition=Q(state="placed")),
            models.Index(name="orders_checkout_person", fields=["person", "-placed_at"]),
        ]


class Order(models.Model):
    """What one shop owes one buyer out of a checkout. Everything it needs is frozen on it.

    *carrier*: whom the buyer chose to bring it, for *surcharge_minor* of the freight ("": the shop chooses);
    *transit_days*: how long it travels, as the buyer was told.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    coupon_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    carrier = models.CharField(max_length=40, db_default="")
    surcharge_minor = models.BigIntegerField(db_default=0)
    transit_days = models.PositiveSmallIntegerField(db_default=6)
    ship_hours = models.PositiveIntegerField(null=True)
    presale_ships_by = models.DateTimeField(null=True)
    ship_by = models.DateTimeField(null=True)
    arrives_by = models.DateTimeField(null=True)
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    collected_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=12, blank=True, default="")
    refunded_minor = models.BigIntegerField(default=0)
    freight_refunded_minor = models.BigIntegerField(db_default=0)
    kept_minor = models.BigIntegerField(db_default=0)
    charged_back_minor = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="orders_order_state", condition=Q(state__in=list(ORDER_STATES))),
            models.CheckConstraint(
                name="orders_order_adds_up",
                condition=Q(
                    total_minor=models.F("goods_minor") + models.F("freight_minor") - models.F("coupon_minor")
                )
                & Q(total_minor__gte=0),
            ),
            models.CheckConstraint(
                name="orders_order_surcharge",
                condition=Q(surcharge_minor__gte=0, surcharge_minor__lte=models.F("freight_minor"))
                & (Q(surcharge_minor=0) | ~Q(carrier="")),
            ),
            models.CheckConstraint(
                name="orders_order_refunded",
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=models.F("total_minor")),
            ),
            # Of what went back: freight, and what a bank took by itself. What the shop kept never goes back.
            models.CheckConstraint(
                name="orders_order_given_back",
                condition=Q(
                    freight_refunded_minor__gte=0,
                    freight_refunded_minor__lte=models.F("freight_minor"),
                    charged_back_minor__gte=0,
                    charged_back_minor__lte=models.F("refunded_minor"),
                    kept_minor__gte=0,
                    kept_minor__lte=models.F("total_minor") - models.F("refunded_minor"),
                ),
            ),
        ]
        indexes = [
            models.Index(name="orders_order_person", fields=["person", "-placed_at"]),
            models.Index(name="orders_order_shop", fields=["shop", "-placed_at"]),
            models.Index(name="orders_order_to_ship", fields=["shop", "paid_at"], condition=Q(state="paid")),
            models.Index(
                name="orders_order_to_collect",
                fields=["shop"],
                condition=Q(state="shipped", collected_at__isnull=True),
            ),
        ]


class OrderLine(models.Model):
    """One thing bought, as it was then: title, picture, price, shares of coupon and freight."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+", db_index=False)
    listing_id = models.UUIDField()
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    variant_zh = models.CharField(max_length=100)
    variant_en = models.CharField(max_length=100)
    picture = models.CharField(max_length=100)
    special = models.CharField(max_length=20, blank=True, default="")
    quantity = models.PositiveIntegerField()
    shipped_quantity = models.PositiveIntegerField(default=0)
    delivered_quantity = models.PositiveIntegerField(default=0)
    unit_minor = models.BigIntegerField()
    goods_minor = models.BigIntegerField()
    coupon_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    weight_g = models.PositiveIntegerField()
    packed_mm = sides_column()
    refunded_units = models.PositiveIntegerField(db_default=0)
    cancelled_units = models.PositiveIntegerField(db_default=0)
    refunded_minor = models.BigIntegerField(db_default=0)
    kept_minor = models.BigIntegerField(db_default=0)
    category = models.CharField(max_length=130, db_default="")
    price_kind = models.CharField(max_length=10, db_default="shelf")
    consents = models.CharField(max_length=60, db_default="")
    """What the buyer agreed to for this very item at purchase, separated by semicolons."""

    class Meta:
        db_table = "orders_line"
        constraints = [
            models.CheckConstraint(
                name="orders_line_quantities",
                condition=Q(quantity__gt=0)
                & Q(shipped_quantity__lte=models.F("quantity"))
                & Q(delivered_quantity__lte=models.F("shipped_quantity")),
            ),
            models.CheckConstraint(name="orders_line_packed", condition=all_sides("packed_mm")),
            models.CheckConstraint(
                name="orders_line_goods",
                condition=Q(goods_minor=models.F("unit_minor") * models.F("quantity")),
            ),
            # *refunded_units* are back for good; *cancelled_units* of them were not shipped, and never will be.
            models.CheckConstraint(
                name="orders_line_units_back",
                condition=Q(
                    refunded_units__lte=models.F("quantity"),
                    cancelled_units__lte=models.F("refunded_units"),
                    shipped_quantity__lte=models.F("quantity") - models.F("cancelled_units"),
                ),
            ),
            # Cash for goods: what went back and what the shop kept of it is never more than was paid.
            models.CheckConstraint(
                name="orders_line_given_back",
                condition=Q(
                    refunded_minor__gte=0,
                    kept_minor__gte=0,
                    refunded_minor__lte=models.F("goods_minor")
                    - models.F("coupon_minor")
                    - models.F("kept_minor"),
                ),
            ),
        ]


class LineShare(models.Model):
    """What one coupon pays of one line, and who bears it; frozen when the checkout is placed.

    The shares of a line add up to its `coupon_minor`. *funder_id* is a shop's id, a host's name or the platform.
    *returned_minor* of it went back to the funder; *parked_minor* of a compensation waits for the rest of its order.
    """

    id = models.UUIDField(primary_key=True)
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+", db_index=False)
    coupon = models.ForeignKey("wallet.Coupon", on_delete=models.PROTECT, related_name="+", db_index=False)
    funder_kind = models.CharField(max_length=12)
    funder_id = models.CharField(max_length=40)
    amount_minor = models.BigIntegerField()
    returned_minor = models.BigIntegerField(db_default=0)
    parked_minor = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "orders_share"
        constraints = [
            models.UniqueConstraint(name="orders_share_once", fields=["line", "coupon"]),
            models.CheckConstraint(name="orders_share_funder", condition=Q(funder_kind__in=FUNDERS)),
            models.CheckConstraint(name="orders_share_amount", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="orders_share_returned",
                condition=Q(
                    returned_minor__lte=models.F("amount_minor"),
                    parked_minor__gte=0,
                    parked_minor__lte=models.F("returned_minor"),
                ),
            ),
        ]
