"""Reading the catalog: offers for carts and checkouts, listings for pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.goods.catalog import spelling
from sanhao.goods.catalog.core import (
    LAST_PAGE,
    PAGE_SIZE,
    CategoryCard,
    Home,
    ListingCard,
    ListingView,
    OfferCard,
    OfferChange,
    Page,
    Shelf,
    VariantView,
    no_category,
    no_listing,
)
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import fetch
from sanhao.kit.sizes import sides_of
from sanhao.kit.text import Text

ON_SHELF = "l.state = 'live' AND l.shop_open"
_OPEN = "o.state = 'open' AND o.starts_at <= %(now)s AND (o.ends_at IS NULL OR o.ends_at > %(now)s)"
_OFFERS = f"""
    SELECT o.id, o.kind, o.variant_id, v.listing_id, l.shop_id, l.title_zh, l.title_en, v.name_zh, v.name_en,
           l.picture, o.price_minor, o.currency, o.stock_left, v.weight_g, v.packed_mm, o.per_person_limit, o.min_quantity,
           l.special, c.slug AS category_slug, o.ships_by_at, ({ON_SHELF} AND {_OPEN}) AS on_sale,
           coalesce(up.slug || '/', '') || c.slug AS category_path
    FROM catalog_offer o
    JOIN catalog_variant v ON v.id = o.variant_id
    JOIN catalog_listing l ON l.id = v.listing_id
    JOIN catalog_category c ON c.id = l.category_id
    LEFT JOIN catalog_category up ON up.id = c.parent_id
"""
_ORDER: Mapping[str, str] = {
    "new": "l.listed_at DESC, l.id DESC",
    "cheap": "l.price_from_minor, l.id",
    "dear": "l.price_from_minor DESC, l.id DESC",
}
SORTS = tuple(_ORDER)
"""The orders in which a category can be shown."""


def _offer(row: dict[str, Any]) -> OfferCard:
    return OfferCard(
        row["id"],
        row["kind"],
        row["variant_id"],
        row["listing_id"],
        row["shop_id"],
        Text(zh=row["title_zh"], en=row["title_en"]),
        Text(zh=row["name_zh"], en=row["name_en"]),
        row["picture"],
        Money(row["price_minor"], row["currency"]),
        row["stock_left"],
        row["weight_g"],
        row["per_person_limit"],
        row["min_quantity"],
        row["special"],
        row["category_slug"],
        row["ships_by_at"],
        row["on_sale"],
        row["category_path"],
        sides_of(row["packed_mm"]),
    )


def offers(ids: Collection[UUID], *, now: datetime) -> dict[UUID, OfferCard]:
    """The offers among *ids*, in one query; unknown ids are left out."""
    rows = fetch(f"{_OFFERS} WHERE o.id = ANY(%(ids)s)", {"ids": list(ids), "now": now})
    return {row["id"]: _offer(row) for row in rows}


def cards(picked: str, params: Mapping[str, Any], *, now: datetime) -> list[ListingCard]:
    """Cards for the listings that *picked* selects (columns `id` and `n`), in order of `n`."""
    rows = fetch(
        f"""
        SELECT l.id, l.shop_id, l.slug, l.title_zh, l.title_en, l.picture, c.slug AS category_slug, l.special,
               l.state, l.currency, l.listed_at, f.price_from, f.in_stock, f.presale
        FROM ({picked}) p
        JOIN catalog_listing l ON l.id = p.id
        JOIN catalog_category c ON c.id = l.category_id
        CROSS JOIN LATERAL (
            SELECT min(o.price_minor) AS price_from, coalesce(bool_or(o.stock_left >= o.min_quantity), false) AS in_stock,
                   coalesce(bool_and(o.kind = 'presale'), false) AS presale
            FROM catalog_variant v JOIN catalog_offer o ON o.variant_id = v.id
            WHERE v.listing_id = l.id AND {_OPEN}
        ) f
        ORDER BY p.n
        """,
        {**params, "now": now},
    )
    return [_listing_card(row) for row in rows]


def _listing_card(row: dict[str, Any]) -> ListingCard:
    price = row["price_from"]
    return ListingCard(
        id=row["id"],
        shop_id=row["shop_id"],
        slug=row["slug"],
        title=Text(zh=row["title_zh"], en=row["title_en"]),
        picture=row["picture"],
        category_slug=row["category_slug"],
        special=row["special"],
        state=row["state"],
        price_from=None if price is None else Money(price, row["currency"]),
        sold_out=not row["in_stock"],
        presale=row["presale"],
        listed_at=row["listed_at"],
    )


def listings(ids: Sequence[UUID], *, now: datetime) -> list[ListingCard]:
    """Cards for *ids* in their order, whatever their state; unknown ids are left out."""
    return cards(
        "SELECT t.id, t.n FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS t(id, n)",
        {"ids": list(dict.fromkeys(ids))},
        now=now,
    )


def bounded(page: int) -> int:
    """Pages count from 1 to a bound, so that no offset is deep. Raises Invalid."""
    if not 1 <= page <= LAST_PAGE:
        raise Invalid("catalog.page", zh=f"页码在1到{LAST_PAGE}之间。", en=f"Pages go from 1 to {LAST_PAGE}.")
    return page


def paged(found: Sequence[ListingCard], page: int) -> Page:
    """A page from one card more than it shows: that one tells whether there is a next page."""
    return Page(tuple(found[:PAGE_SIZE]), page, len(found) > PAGE_SIZE and page < LAST_PAGE)


_CATEGORIES = "SELECT c.id, c.slug, c.name_zh, c.name_en, c.parent_id FROM catalog_category c"


def _category(row: dict[str, Any]) -> CategoryCard:
    return CategoryCard(row["id"], row["slug"], Text(zh=row["name_zh"], en=row["name_en"]), row["parent_id"])


def categories() -> list[CategoryCard]:
    """All categories in the order of the shop window."""
    return [_category(row) for row in fetch(f"{_CATEGORIES} ORDER BY c.position, c.slug")]


def categories_of_shop(shop_id: UUID) -> list[tuple[CategoryCard, str]]:
    """The categories that a shop has something listed in, each with its path (``food/fruit``)."""
    rows = fetch(
        """
        SELECT c.id, c.slug, c.name_zh, c.name_en, c.parent_id, coalesce(up.slug || '/', '') || c.slug AS path
        FROM catalog_category c LEFT JOIN catalog_category up ON up.id = c.parent_id
        WHERE EXISTS (SELECT 1 FROM catalog_listing l
                      WHERE l.category_id = c.id AND l.shop_id = %s AND l.state <> 'closed')
        ORDER BY c.position, c.slug
        """,
        [shop_id],
    )
    return [(_category(row), row["path"]) for row in rows]


class OnSale(msgspec.Struct, frozen=True):
    """How many listings of a category (its path) one shop has on sale."""

    shop_id: UUID
    category: str
    listings: int


def on_sale() -> list[OnSale]:
    """What open shops sell now, counted. One query."""
    rows = fetch(
        """
        SELECT l.shop_id, coalesce(up.slug || '/', '') || c.slug AS category, count(*)::int AS listings
        FROM catalog_listing l JOIN catalog_category c ON c.id = l.category_id
        LEFT JOIN catalog_category up ON up.id = c.parent_id
        WHERE l.state = 'live' AND l.shop_open GROUP BY 1, 2 ORDER BY 1, 2
        """
    )
    return [OnSale(**row) for row in rows]


def category(slug: str, *, now: datetime, sort: str = "new", page: int = 1) -> tuple[CategoryCard, Page]:
    """One page of a category and of those below it. Raises NotFound, and Invalid for a page or order there is not."""
    if sort not in _ORDER:
        raise Invalid("catalog.sort", zh="不能这样排序。", en="There is no such order.")
    bounded(page)
    rows = fetch(
        f"{_CATEGORIES} WHERE c.slug = %(slug)s"
        " OR c.parent_id = (SELECT id FROM catalog_category WHERE slug = %(slug)s)",
        {"slug": slug.replace("\0", "\ufffd")[:100]},
    )
    chosen = next((row for row in rows if row["slug"] == slug), None)
    if chosen is None:
        raise no_category()
    ids = [row["id"] for row in rows]
    within = "l.category_id = %(one)s" if len(ids) == 1 else "l.category_id = ANY(%(ids)s)"
    found = cards(
        f"""
        SELECT l.id, row_number() OVER (ORDER BY {_ORDER[sort]}) AS n FROM catalog_listing l
        WHERE {within} AND {ON_SHELF} ORDER BY {_ORDER[sort]} LIMIT %(limit)s OFFSET %(offset)s
        """,
        {"ids": ids, "one": ids[0], "limit": PAGE_SIZE + 1, "offset": PAGE_SIZE * (page - 1)},
        now=now,
    )
    return _category(chosen), paged(found, page)


def home(*, now: datetime, per_shelf: int = 8) -> Home:
    """The newest listings, and the newest of each top category. Two queries, whatever there is."""
    shelves = categories()
    by_slug: dict[str, list[ListingCard]] = {}
    found = cards(
        f"""
        SELECT x.id, row_number() OVER (ORDER BY c.position, x.listed_at DESC, x.id DESC) AS n
        FROM catalog_category c CROSS JOIN LATERAL (
            SELECT l.id, l.listed_at FROM catalog_listing l WHERE l.category_id = c.id AND {ON_SHELF}
            ORDER BY l.listed_at DESC, l.id DESC LIMIT %(limit)s
        ) x
        """,
        {"limit": per_shelf},
        now=now,
    )
    for card in found:
        by_slug.setdefault(card.category_slug, []).append(card)
    newest = sorted(found, key=lambda card: (card.listed_at or now, card.id), reverse=True)[:per_shelf]
    return Home(tuple(newest), tuple(Shelf(c, tuple(by_slug[c.slug])) for c in shelves if c.slug in by_slug))


def listing(listing_id: UUID, *, now: datetime, shop_id: UUID | None = None) -> ListingView:
    """One listing with its variants and their open offers.

    Buyers see what is live or paused (the latter without anything on sale); with *shop_id*, that shop's own listing
    in any state and with all its offers. Raises NotFound.
    """
    rows = fetch(
        f"""
        SELECT l.text_zh, l.text_en, l.state, l.shop_id, c.id, c.slug, c.name_zh, c.name_en, c.parent_id
        FROM catalog_listing l JOIN catalog_category c ON c.id = l.category_id
        WHERE l.id = %(id)s AND {"l.shop_id = %(shop)s" if shop_id else "l.state IN ('live', 'paused')"}
        """,
        {"id": listing_id, "shop": shop_id},
    )
    found = listings([listing_id], now=now)
    if not rows or not found:
        raise no_listing()
    variants = _variants(listing_id, now=now, all_offers=shop_id is not None)
    return ListingView(
        found[0], Text(zh=rows[0]["text_zh"], en=rows[0]["text_en"]), _category(rows[0]), variants
    )


def _variants(listing_id: UUID, *, now: datetime, all_offers: bool) -> tuple[VariantView, ...]:
    which = "o.state <> 'ended'" if all_offers else _OPEN
    by_variant: dict[UUID, list[OfferCard]] = {}
    for row in fetch(
        f"{_OFFERS} WHERE v.listing_id = %(id)s AND {which} ORDER BY o.price_minor, o.id",
        {"id": listing_id, "now": now},
    ):
        by_variant.setdefault(row["variant_id"], []).append(_offer(row))
    rows = fetch(
        "SELECT id, name_zh, name_en, sku, weight_g, packed_mm FROM catalog_variant "
        "WHERE listing_id = %s ORDER BY position, id",
        [listing_id],
    )
    return tuple(
        VariantView(row["id"], Text(zh=row["name_zh"], en=row["name_en"]), row["sku"], row["weight_g"],
                    tuple(by_variant.get(row["id"], ())), sides_of(row["packed_mm"]))
        for row in rows
    )  # fmt: skip


class Sold(msgspec.Struct, frozen=True):
    """A variant, and every offer it was ever sold by."""

    listing_id: UUID
    id: UUID
    name: Text
    sku: str
    offers: tuple[UUID, ...]


def sold_by(listing_ids: Sequence[UUID]) -> list[Sold]:
    """The variants of these listings, those whose offers have ended too: what orders of the past may hold. One query."""
    rows = fetch(
        "SELECT v.listing_id, v.id, v.name_zh, v.name_en, v.sku, array_agg(o.id ORDER BY o.id) AS offers "
        "FROM catalog_variant v JOIN catalog_offer o ON o.variant_id = v.id WHERE v.listing_id = ANY(%s) "
        "GROUP BY v.id ORDER BY v.id",
        [list(listing_ids)],
    )
    return [
        Sold(row["listing_id"], row["id"], Text(zh=row["name_zh"], en=row["name_en"]), row["sku"], tuple(row["offers"]))
        for row in rows
    ]  # fmt: skip


def listings_of_shop(
    shop_id: UUID, *, now: datetime, states: Sequence[str] = ("draft", "live", "paused", "intercepted"),
    page: int = 1, words: str = "",
) -> Page:  # fmt: skip
    """What a shop has listed, the newest first; the public page of a shop asks for ``("live",)``.

    *words* finds a part of the title in either script, or the beginning of a variant's SKU.
    """
    bounded(page)
    found = cards(
        """
        SELECT l.id, row_number() OVER (ORDER BY l.created_at DESC, l.id DESC) AS n FROM catalog_listing l
        WHERE l.shop_id = %(shop)s AND l.state = ANY(%(states)s)
          AND (%(words)s = '' OR strpos(l.words, %(words)s) > 0 OR EXISTS (
            SELECT 1 FROM catalog_variant v WHERE v.listing_id = l.id AND starts_with(upper(v.sku), %(sku)s)))
        ORDER BY l.created_at DESC, l.id DESC LIMIT %(limit)s OFFSET %(offset)s
        """,
        {
            "shop": shop_id,
            "states": list(states),
            "limit": PAGE_SIZE + 1,
            "offset": PAGE_SIZE * (page - 1),
            "words": spelling.fold(words) if words else "",
            "sku": words.replace("\0", "").strip().upper(),
        },
        now=now,
    )
    return paged(found, page)


def saved(person_id: UUID, *, now: datetime, page: int = 1) -> Page:
    """What *person_id* saved, the latest first."""
    bounded(page)
    found = cards(
        """
        SELECT s.listing_id AS id, row_number() OVER (ORDER BY s.saved_at DESC, s.id DESC) AS n FROM catalog_savedlisting s
        WHERE s.person_id = %(person)s ORDER BY s.saved_at DESC, s.id DESC LIMIT %(limit)s OFFSET %(offset)s
        """,
        {"person": person_id, "limit": PAGE_SIZE + 1, "offset": PAGE_SIZE * (page - 1)},
        now=now,
    )
    return paged(found, page)


def saved_ids(person_id: UUID) -> frozenset[UUID]:
    """Ids of the saved listings, for the hearts on a page."""
    rows = fetch("SELECT listing_id FROM catalog_savedlisting WHERE person_id = %s", [person_id])
    return frozenset(row["listing_id"] for row in rows)


def offer_changes(offer_id: UUID) -> list[OfferChange]:
    """The history of an offer's price and stock, the latest first."""
    rows = fetch(
        "SELECT what, before, after, at, by_id FROM catalog_offerchange WHERE offer_id = %s ORDER BY at DESC, id DESC",
        [offer_id],
    )
    return [OfferChange(**row) for row in rows]
