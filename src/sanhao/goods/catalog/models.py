"""Tables of the catalog. Listings are read by many; offers and reservations are where buyers race."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from sanhao.goods.catalog.core import LISTING, OFFER, OFFER_KINDS, RESERVATION, SPECIALS
from sanhao.kit.columns import all_sides, sides_column

_ON_SHELF = Q(state="live", shop_open=True)


class Category(models.Model):
    """Two levels at most: a category and its parent."""

    id = models.UUIDField(primary_key=True)
    slug = models.CharField(max_length=60, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)


class Listing(models.Model):
    """One page of a shop. *words* and *sounds* are what search reads; *shop_open* follows the shop by its events;
    *price_from_minor* is for sorting only."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    slug = models.CharField(max_length=80)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    text_zh = models.TextField()
    text_en = models.TextField()
    picture = models.CharField(max_length=60)
    state = models.CharField(max_length=12, default=LISTING.initial)
    special = models.CharField(max_length=12, blank=True, default="")
    shop_open = models.BooleanField(default=True)
    price_from_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    words = models.TextField()
    sounds = models.TextField()
    created_at = models.DateTimeField()
    listed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="catalog_listing_slug", fields=["shop", "slug"]),
            models.CheckConstraint(name="catalog_listing_state", condition=Q(state__in=list(LISTING.moves))),
            models.CheckConstraint(name="catalog_listing_special", condition=Q(special__in=SPECIALS)),
            models.CheckConstraint(
                name="catalog_listing_listed", condition=~Q(state="live") | Q(listed_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                name="catalog_listing_new", fields=["category", "-listed_at", "-id"], condition=_ON_SHELF
            ),
            models.Index(
                name="catalog_listing_price",
                fields=["category", "price_from_minor", "id"],
                condition=_ON_SHELF,
            ),
            models.Index(name="catalog_listing_newest", fields=["-listed_at", "-id"], condition=_ON_SHELF),
            GinIndex(
                name="catalog_listing_words", fields=["words"], opclasses=["gin_trgm_ops"], fastupdate=False
            ),
            GinIndex(
                name="catalog_listing_sounds", fields=["sounds"], opclasses=["gin_trgm_ops"], fastupdate=False
            ),
        ]


class Variant(models.Model):
    """One choice of a listing: a colour, a size, a weight. *packed_mm*: the three sides of its parcel; null, not known."""

    id = models.UUIDField(primary_key=True)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    sku = models.CharField(max_length=60)
    weight_g = models.PositiveIntegerField()
    packed_mm = sides_column()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="catalog_variant_sku", fields=["listing", "sku"]),
            models.CheckConstraint(name="catalog_variant_packed", condition=all_sides("packed_mm")),
        ]


class Offer(models.Model):
    """A price, a window, a stock of its own. No index holds what a sale changes, so that a sale stays one short write.

    *sold* is counted by a keeper from consumed reservations: no payment waits on a popular offer's row.
    """

    id = models.UUIDField(primary_key=True)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    stock_left = models.IntegerField()
    sold = models.IntegerField(default=0)
    per_person_limit = models.PositiveIntegerField(null=True)
    min_quantity = models.PositiveIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ships_by_at = models.DateTimeField(null=True)
    source_kind = models.CharField(max_length=20, blank=True, default="")
    source_id = models.UUIDField(null=True)
    state = models.CharField(max_length=12, default=OFFER.initial)

    class Meta:
        constraints = [
            models.CheckConstraint(name="catalog_offer_kind", condition=Q(kind__in=OFFER_KINDS)),
            models.CheckConstraint(name="catalog_offer_state", condition=Q(state__in=list(OFFER.moves))),
            models.CheckConstraint(name="catalog_offer_price", condition=Q(price_minor__gt=0)),
            models.CheckConstraint(name="catalog_offer_stock", condition=Q(stock_left__gte=0)),
            models.CheckConstraint(name="catalog_offer_sold", condition=Q(sold__gte=0)),
            models.CheckConstraint(name="catalog_offer_least", condition=Q(min_quantity__gte=1)),
            models.CheckConstraint(
                name="catalog_offer_limit",
                condition=Q(per_person_limit__isnull=True) | Q(per_person_limit__gte=F("min_quantity")),
            ),
            models.CheckConstraint(
                name="catalog_offer_window", condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="catalog_offer_presale",
                condition=Q(kind="presale", ships_by_at__isnull=False)
                | (~Q(kind="presale") & Q(ships_by_at__isnull=True)),
            ),
        ]


class OfferChange(models.Model):
    """A price or a stock set by a merchant. Append-only."""

    id = models.UUIDField(primary_key=True)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=8)
    before = models.BigIntegerField()
    after = models.BigIntegerField()
    at = models.DateTimeField()
    by_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="catalog_change_what", condition=Q(what__in=["price", "stock"])),
        ]


class Reservation(models.Model):
    """Goods set aside for an order until it is paid (consumed) or let go (released: the stock is back)."""

    id = models.UUIDField(primary_key=True)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.PositiveIntegerField()
    order_id = models.UUIDField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=12, default=RESERVATION.initial)
    expires_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    counted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="catalog_reservation_once", fields=["order_id", "offer"]),
            models.CheckConstraint(name="catalog_reservation_quantity", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="catalog_reservation_state", condition=Q(state__in=list(RESERVATION.moves))
            ),
        ]
        indexes = [
            models.Index(
                name="catalog_reservation_person",
                fields=["offer", "person"],
                condition=~Q(state="released"),
            ),
            models.Index(name="catalog_reservation_expiry", fields=["expires_at"], condition=Q(state="held")),
            models.Index(
                name="catalog_reservation_sold",
                fields=["id"],
                condition=Q(state="consumed", counted=False),
            ),
        ]


class SavedListing(models.Model):
    """A listing somebody wants to come back to."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="catalog_saved_once", fields=["person", "listing"])]
