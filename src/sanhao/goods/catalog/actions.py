"""What is done with the catalog. Buyers: reserve, consume, release, save. Merchants: list, price, stock, pause.

Goods are the owners' and managers' business: each verb of theirs asks for the role itself (Forbidden for a clerk,
NotFound for a stranger). The statements in which buyers race, and the order of their locks, are in `stock.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from sanhao.goods.catalog import core, spelling, stock
from sanhao.goods.catalog.core import (
    LISTING,
    OFFER,
    ListingDraft,
    ListingEdit,
    OfferCard,
    OfferDraft,
    VariantDraft,
    Want,
)
from sanhao.goods.catalog.events import ListingChanged, StockReturned
from sanhao.goods.catalog.models import Listing, Offer, SavedListing, Variant
from sanhao.goods.catalog.queries import offers
from sanhao.goods.shops import api as shops
from sanhao.kit.events import emit
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch, together
from sanhao.kit.text import Text


def reserve(
    wants: Sequence[Want],
    *,
    expires_at: datetime,
    now: datetime,
    seen: Mapping[UUID, OfferCard] | None = None,
) -> None:
    """Set goods aside, all of *wants* or none of them. *seen*: the offers, where the caller has just looked.

    One look refuses the hopeless without a lock (in a rush nearly everybody); then one statement takes the stock,
    locking offers in order of id, and writes the reservations.
    The locks last until the caller's transaction ends: call this late in it.
    Raises `catalog.sold_out`, `catalog.limit`, `catalog.closed`, `catalog.minimum`, `catalog.price_changed`, Invalid.
    """
    if not wants:
        return
    wanted = core.merged(wants)
    cards = offers({want.offer_id for want in wanted}, now=now) if seen is None else seen
    if refusal := core.hopeless(wanted, cards):
        raise refusal
    if any(cards[want.offer_id].per_person_limit is not None for want in wanted):
        _reserve_limited(wanted, cards, expires_at, now)
        return
    with together():
        taken = stock.take_and_hold(wanted, expires_at=expires_at, now=now)
        if missed := {want.offer_id for want in wanted} - taken:
            raise _why(wanted, min(missed), now)


@transaction.atomic
def _reserve_limited(
    wanted: Sequence[Want], cards: Mapping[UUID, OfferCard], expires_at: datetime, now: datetime
) -> None:
    """In two statements: the INSERT runs under the locks of the UPDATE with a fresh snapshot, so it counts what the
    same person just took elsewhere, and the limit holds under any race."""
    if missed := {want.offer_id for want in wanted} - stock.take(wanted):
        raise _why(wanted, min(missed), now)
    for want in stock.hold(wanted, expires_at=expires_at, now=now):
        card = cards[want.offer_id]
        raise core.over_limit(card.title, card.per_person_limit or 0)


def _why(wanted: Sequence[Want], missed: UUID, now: datetime) -> Refusal:
    """Why the UPDATE left *missed* alone although a look said yes: somebody was quicker."""
    cards = offers([want.offer_id for want in wanted], now=now)
    return core.hopeless(wanted, cards) or core.sold_out(cards[missed].title, 0)


def consume(order_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """The orders are paid: what was held for them is theirs. Twice is once.

    Returns the orders whose goods are not all theirs (let go before the payment arrived); nothing is consumed for them.
    """
    with together():
        theirs = stock.consume(order_ids, now=now)
    return [id for id in dict.fromkeys(order_ids) if id not in theirs]


def release(order_ids: Sequence[UUID], *, now: datetime) -> int:
    """Let go what is held or was bought for these orders: the stock is back. Twice is once; returns reservations."""
    with together():
        freed = stock.release(order_ids, now=now)
        if freed:
            emit([StockReturned(tuple(sorted(freed)))], at=now)
    return sum(freed.values())


def put_back(goods: Sequence[tuple[UUID, UUID, int]], *, now: datetime) -> None:
    """Units of (order, offer) are on the shelf again; never more than were bought. The rest of the order stays."""
    with together():
        offers = stock.put_back(goods, now=now)
        if offers:
            emit([StockReturned(tuple(sorted(offers)))], at=now)


def count_sold(rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Keeper: add consumed reservations to their offers' `sold`, so that payments need not."""
    del now
    stock.count_sold([row["id"] for row in rows])


@transaction.atomic
def save(person_id: UUID, listing_id: UUID, *, now: datetime) -> None:
    """Remember a listing for *person_id*; twice is once. Raises NotFound for what buyers cannot see."""
    done = execute(
        """
        INSERT INTO catalog_savedlisting (id, person_id, listing_id, saved_at)
        SELECT %s, %s, id, %s FROM catalog_listing WHERE id = %s AND state IN ('live', 'paused')
        ON CONFLICT (person_id, listing_id) DO UPDATE SET saved_at = catalog_savedlisting.saved_at
        """,
        [new_id(), person_id, now, listing_id],
    )
    if not done:
        raise core.no_listing()


@transaction.atomic
def unsave(person_id: UUID, listing_id: UUID) -> None:
    """Forget a saved listing; not saved is fine."""
    SavedListing.objects.filter(person_id=person_id, listing_id=listing_id).delete()


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
    _price_anew(listing_id)
    emit([ListingChanged(listing_id, shop_id, "offer")], at=now)
    return id


def _add_variants(
    listing_id: UUID, drafts: Sequence[VariantDraft], now: datetime, *, first: int = 0
) -> list[UUID]:
    ids = new_ids(len(drafts))
    Variant.objects.bulk_create(
        Variant(id=id, listing_id=listing_id, name_zh=v.name.zh, name_en=v.name.en, sku=v.sku, weight_g=v.weight_g,
                position=position)
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
def add_offer(shop_id: UUID, draft: OfferDraft, *, by: UUID, now: datetime) -> UUID:
    """A further offer of one of the shop's variants. Raises NotFound, Invalid."""
    shop = shops.require_member(shop_id, by, roles=shops.MANAGING).shop
    core.check_price(draft.price, shop.currency)
    core.check_stock(draft.stock)
    core.check_terms(draft.kind, draft.per_person_limit, draft.min_quantity, draft.ships_by_at)
    rows = fetch(
        "SELECT l.id FROM catalog_variant v JOIN catalog_listing l ON l.id = v.listing_id WHERE v.id = %s AND l.shop_id = %s",
        [draft.variant_id, shop_id],
    )
    if not rows:
        raise core.no_listing()
    offer = Offer.objects.create(
        id=new_id(), variant_id=draft.variant_id, kind=draft.kind, price_minor=draft.price.minor,
        currency=draft.price.currency, stock_left=draft.stock, per_person_limit=draft.per_person_limit,
        min_quantity=draft.min_quantity, starts_at=draft.starts_at, ends_at=draft.ends_at,
        ships_by_at=draft.ships_by_at, source_kind=draft.source_kind, source_id=draft.source_id,
    )  # fmt: skip
    emit([ListingChanged(rows[0]["id"], shop_id, "offer")], at=now)
    return offer.id


@transaction.atomic
def end_offer(shop_id: UUID, offer_id: UUID, *, by: UUID, now: datetime) -> None:
    """Take an offer off for good; what is reserved stays reserved. Raises NotFound, Refusal ``offer.moved_on``."""
    shops.require_member(shop_id, by, roles=shops.MANAGING)
    listing_id = _offer_of(shop_id, offer_id)["listing_id"]
    OFFER.move_one(offer_id, "ended", at=now, by=by)
    emit([ListingChanged(listing_id, shop_id, "offer")], at=now)


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


def _offer_of(shop_id: UUID, offer_id: UUID) -> dict[str, Any]:
    rows = fetch(
        """
        SELECT o.id, v.listing_id, l.title_zh, l.title_en FROM catalog_offer o
        JOIN catalog_variant v ON v.id = o.variant_id JOIN catalog_listing l ON l.id = v.listing_id
        WHERE o.id = %s AND l.shop_id = %s
        """,
        [offer_id, shop_id],
    )
    if not rows:
        raise core.no_offer()
    return rows[0]


@transaction.atomic
def set_price(shop_id: UUID, offer_id: UUID, price: Money, *, by: UUID, now: datetime) -> None:
    """Price an offer anew, for orders from now on. The same price writes no history. Raises NotFound, Invalid."""
    shop = shops.require_member(shop_id, by, roles=shops.MANAGING).shop
    core.check_price(price, shop.currency)
    listing_id = _offer_of(shop_id, offer_id)["listing_id"]
    if not stock.change(offer_id, "price", price.minor, by=by, now=now):
        return
    _price_anew(listing_id)
    emit([ListingChanged(listing_id, shop_id, "price")], at=now)


def _price_anew(listing_id: UUID) -> None:
    """What a listing costs from, after its offers changed."""
    execute(
        """
        UPDATE catalog_listing l SET price_from_minor = (
            SELECT min(o.price_minor) FROM catalog_variant v JOIN catalog_offer o ON o.variant_id = v.id
            WHERE v.listing_id = l.id AND o.state <> 'ended')
        WHERE l.id = %s
        """,
        [listing_id],
    )


@transaction.atomic
def set_stock(
    shop_id: UUID, offer_id: UUID, left: int, *, by: UUID, now: datetime, seen: int | None = None
) -> None:
    """Set what is left to sell. With *seen* only if that many are left still: a sale in between refuses the change.

    Raises NotFound, Invalid for less than nothing, Refusal ``offer.moved_on``.
    """
    shops.require_member(shop_id, by, roles=shops.MANAGING)
    core.check_stock(left)
    listing_id = _offer_of(shop_id, offer_id)["listing_id"]
    if stock.change(offer_id, "stock", left, by=by, now=now, seen=seen):
        emit([ListingChanged(listing_id, shop_id, "stock")], at=now)


@transaction.atomic
def set_price_and_stock(
    shop_id: UUID, offer_id: UUID, price: Money, left: int, *, by: UUID, now: datetime, seen: int
) -> None:
    """Both at once, or neither. The stock is set only if it is another one than was *seen*. Raises as the two do."""
    if left != seen:
        set_stock(shop_id, offer_id, left, by=by, now=now, seen=seen)
    set_price(shop_id, offer_id, price, by=by, now=now)


def follow_shop(shop_id: UUID, is_open: bool) -> None:
    """What a shop sells follows the shop: closed or on holiday, nothing of it is on sale."""
    execute("UPDATE catalog_listing SET shop_open = %s WHERE shop_id = %s", [is_open, shop_id])
