"""What a shop shows: categories, listings with their variants, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from sanhao.goods.catalog import core, spelling
from sanhao.goods.catalog.actions.offers import price_anew
from sanhao.goods.catalog.core import LISTING, ListingDraft, ListingEdit, VariantDraft
from sanhao.goods.catalog.events import ListingChanged
from sanhao.goods.catalog.models import Listing, Offer, Variant
from sanhao.goods.shops import api as shops
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.sizes import Sides
from sanhao.kit.text import Text


@transaction.atomic
def add_category(slug: str, name: Text, *, parent_slug: str | None = None, position: int = 0) -> UUID:
    """A category, or the one of that slug renamed and moved. Raises NotFound for an unknown parent."""
    parent = fetch("SELECT id FROM catalog_category WHERE slug = %s AND parent_id IS NULL", [parent_slug])
    if parent_slug is not None and not parent:
        raise core.no_category()
    rows = fetch(
        """
        INSERT INTO catalog_category (id, slug, parent_id, name_zh, name_en, position) VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (slug) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en,
                                         parent_id = excluded.parent_id, position = excluded.position
        RETURNING id
        """,
        [new_id(), slug, parent[0]["id"] if parent else None, name.zh, name.en, position],
    )
    return UUID(str(rows[0]["id"]))


def _category(slug: str) -> UUID:
    rows = fetch("SELECT id FROM catalog_category WHERE slug = %s", [slug])
    if not rows:
        raise core.no_category()
    return UUID(str(rows[0]["id"]))


def _searchable(title: Text) -> dict[str, str]:
    words = spelling.fold(f"{title.zh} {title.en}")
    return {"words": words, "sounds": spelling.sounds(words)}


@transaction.atomic
def draft_listing(shop_id: UUID, draft: ListingDraft, *, by: UUID, now: datetime) -> UUID:
    """A new listing with variants and an offer each, seen by the shop only until published.

    Raises NotFound for strangers, Invalid for a bad draft, Refusal ``catalog.slug_taken``.
    """
    shop = shops.require_member(shop_id, by, roles=shops.MANAGING).shop
    core.check_draft(draft, shop.currency)
    try:
        with transaction.atomic():
            listing = Listing.objects.create(
                id=new_id(), shop_id=shop_id, category_id=_category(draft.category_slug), slug=draft.slug,
                title_zh=draft.title.zh, title_en=draft.title.en, text_zh=draft.text.zh, text_en=draft.text.en,
                picture=draft.picture, special=draft.special, shop_open=shop.state == "open",
                price_from_minor=min(variant.price.minor for variant in draft.variants), currency=shop.currency,
                created_at=now, **_searchable(draft.title),
            )  # fmt: skip
    except IntegrityError:
        raise Refusal("catalog.slug_taken", zh="店里已有同名网址的商品。",
                      en="The shop already has a listing at this address.") from None  # fmt: skip
    _add_variants(listing.id, draft.variants, now)
    return listing.id


@transaction.atomic
def add_variant(shop_id: UUID, listing_id: UUID, draft: VariantDraft, *, by: UUID, now: datetime) -> UUID:
    """Another variant of a listing, with its first offer: on sale at once where the listing is. Returns its id.

    Raises NotFound, Forbidden, Invalid (a bad draft, ``catalog.sku`` twice, ``catalog.variants`` past the sixtieth).
    """
    shop = shops.require_member(shop_id, by, roles=shops.MANAGING).shop
    core.check_variant(draft, shop.currency)
    listing = Listing.objects.select_for_update().filter(id=listing_id, shop_id=shop_id).first()
    if listing is None or listing.state == "closed":
        raise core.no_listing()
    known = fetch("SELECT sku, position FROM catalog_variant WHERE listing_id = %s", [listing_id])
    if any(row["sku"] == draft.sku for row in known):
        raise Invalid("catalog.sku", zh="款式编号重复了。", en="Two variants have the same SKU.")
    if len(known) >= core.MOST_VARIANTS:
        raise Invalid("catalog.variants", zh="要有1到60个款式。", en="A listing has 1 to 60 variants.")
    first = max((row["position"] for row in known), default=-1) + 1
    [id] = _add_variants(listing_id, [draft], now, first=first)
    price_anew(listing_id)
    emit([ListingChanged(listing_id, shop_id, "offer")], at=now)
    return id


@transaction.atomic
def set_parcel(
    shop_id: UUID,
    listing_id: UUID,
    variant_id: UUID,
    weight_g: int,
    packed: Sides | None,
    *,
    by: UUID,
    now: datetime,
) -> None:
    """What a variant weighs, and how large it is packed: from the next order on. Raises NotFound, Forbidden, Invalid."""
    shops.require_member(shop_id, by, roles=shops.MANAGING)
    core.check_parcel(weight_g, packed)
    listing = Listing.objects.select_for_update().filter(id=listing_id, shop_id=shop_id).first()
    if listing is None or listing.state == "closed":
        raise core.no_listing()
    found = Variant.objects.filter(id=variant_id, listing_id=listing_id)
    if not found.update(weight_g=weight_g, packed_mm=packed):
        raise core.no_listing()
    emit([ListingChanged(listing_id, shop_id, "parcel")], at=now)


def _add_variants(
    listing_id: UUID, drafts: Sequence[VariantDraft], now: datetime, *, first: int = 0
) -> list[UUID]:
    ids = new_ids(len(drafts))
    Variant.objects.bulk_create(
        Variant(id=id, listing_id=listing_id, name_zh=v.name.zh, name_en=v.name.en, sku=v.sku, weight_g=v.weight_g,
                packed_mm=v.packed, position=position)
        for position, (id, v) in enumerate(zip(ids, drafts, strict=True), first)
    )  # fmt: skip
    Offer.objects.bulk_create(
        Offer(id=new_id(), variant_id=id, kind=v.kind, price_minor=v.price.minor, currency=v.price.currency,
              stock_left=v.stock, per_person_limit=v.per_person_limit, min_quantity=v.min_quantity,
              starts_at=v.starts_at or now, ends_at=v.ends_at, ships_by_at=v.ships_by_at)
        for id, v in zip(ids, drafts, strict=True)
    )  # fmt: skip
    return ids


@transaction.atomic
def edit_listing(shop_id: UUID, listing_id: UUID, edit: ListingEdit, *, by: UUID, now: datetime) -> None:
    """Change the words, the picture or the category. Raises NotFound, Invalid."""
    shops.require_member(shop_id, by, roles=shops.MANAGING)
    listing = Listing.objects.select_for_update().filter(id=listing_id, shop_id=shop_id).first()
    if listing is None or listing.state == "closed":
        raise core.no_listing()
    title = edit.title or Text(zh=listing.title_zh, en=listing.title_en)
    text = edit.text or Text(zh=listing.text_zh, en=listing.text_en)
    core.check_words(title, text)
    category_id = listing.category_id if edit.category_slug is None else _category(edit.category_slug)
    Listing.objects.filter(id=listing_id).update(
        title_zh=title.zh, title_en=title.en, text_zh=text.zh, text_en=text.en, category_id=category_id,
        picture=listing.picture if edit.picture is None else edit.picture, **_searchable(title),
    )  # fmt: skip
    emit([ListingChanged(listing_id, shop_id, "words")], at=now)


@transaction.atomic
def publish(shop_id: UUID, listing_id: UUID, *, by: UUID, now: datetime) -> None:
    """Put a draft or a paused listing on the shelf. What was intercepted does not come back this way."""
    _guard_listing(shop_id, listing_id, by)
    Listing.objects.filter(id=listing_id, listed_at=None).update(listed_at=now)
    if not LISTING.move([listing_id], "live", at=now, by=by, only_from=("draft", "paused")):
        raise Refusal("listing.moved_on", zh="这件商品现在不能上架。", en="This listing cannot go live now.")
    emit([ListingChanged(listing_id, shop_id, "live")], at=now)


@transaction.atomic
def pause(shop_id: UUID, listing_id: UUID, *, by: UUID, now: datetime) -> None:
    """Take a live listing off the shelf for now. Raises Refusal ``listing.moved_on`` if it is not live."""
    _guard_listing(shop_id, listing_id, by)
    if not LISTING.move([listing_id], "paused", at=now, by=by, only_from=("live",)):
        raise Refusal("listing.moved_on", zh="这件商品没有在卖。", en="This listing is not live.")
    emit([ListingChanged(listing_id, shop_id, "paused")], at=now)


@transaction.atomic
def close_listing(shop_id: UUID, listing_id: UUID, *, by: UUID, now: datetime) -> None:
    """Take a listing down for good."""
    _guard_listing(shop_id, listing_id, by)
    LISTING.move_one(listing_id, "closed", at=now, by=by)
    emit([ListingChanged(listing_id, shop_id, "closed")], at=now)


def _guard_listing(shop_id: UUID, listing_id: UUID, by: UUID) -> None:
    """Somebody who manages the shop, and a listing of the shop; Forbidden for a clerk, NotFound for anything else."""
    shops.require_member(shop_id, by, roles=shops.MANAGING)
    if not Listing.objects.filter(id=listing_id, shop_id=shop_id).exists():
        raise core.no_listing()


def follow_shop(shop_id: UUID, is_open: bool) -> None:
    """What a shop sells follows the shop: closed or on holiday, nothing of it is on sale."""
    execute("UPDATE catalog_listing SET shop_open = %s WHERE shop_id = %s", [is_open, shop_id])
