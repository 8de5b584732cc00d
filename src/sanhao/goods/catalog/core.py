"""What can be bought, without any database: lifecycles, the shapes that cross the door, and which wish is hopeless."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.sizes import Sides
from sanhao.kit.states import States
from sanhao.kit.text import Text

OfferKind = Literal["shelf", "presale", "live", "idea"]
OFFER_KINDS: tuple[OfferKind, ...] = ("shelf", "presale", "live", "idea")
Special = Literal["", "custom", "virtual"]
SPECIALS: tuple[Special, ...] = ("", "custom", "virtual")
PAGE_SIZE, LAST_PAGE = 24, 50
MOST_AT_ONCE = 9_999

LISTING = States(
    "listing",
    "catalog_listing",
    {
        "draft": ("live", "closed"),
        "live": ("paused", "intercepted", "closed"),
        "paused": ("live", "intercepted", "closed"),
        "intercepted": ("live", "paused", "closed"),
        "closed": (),
    },
)
OFFER = States(
    "offer",
    "catalog_offer",
    {"open": ("paused", "ended"), "paused": ("open", "ended"), "ended": ()},
)
RESERVATION = States(
    "reservation",
    "catalog_reservation",
    {"held": ("consumed", "released"), "consumed": ("released",), "released": ()},
)


class CategoryCard(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    name: Text
    parent_id: UUID | None = None


class OfferCard(msgspec.Struct, frozen=True):
    """All that a cart, a checkout or a page needs of one offer. *on_sale* says nothing of stock."""

    id: UUID
    kind: str
    variant_id: UUID
    listing_id: UUID
    shop_id: UUID
    title: Text
    variant: Text
    picture: str
    price: Money
    stock_left: int
    weight_g: int
    per_person_limit: int | None
    min_quantity: int
    special: str
    category_slug: str
    ships_by_at: datetime | None
    on_sale: bool
    category_path: str = ""
    """With the category above it, the wider first: ``food/fruit``."""
    packed: Sides | None = None


class Want(msgspec.Struct, frozen=True):
    """*quantity* of an offer for one order. With *unit_minor* the offer must still cost exactly that."""

    offer_id: UUID
    quantity: int
    order_id: UUID
    person_id: UUID
    unit_minor: int | None = None


class ListingCard(msgspec.Struct, frozen=True):
    """A listing as it stands among others. *price_from* is None where nothing is on sale now."""

    id: UUID
    shop_id: UUID
    slug: str
    title: Text
    picture: str
    category_slug: str
    special: str
    state: str
    price_from: Money | None
    sold_out: bool
    presale: bool
    listed_at: datetime | None


class VariantView(msgspec.Struct, frozen=True):
    id: UUID
    name: Text
    sku: str
    weight_g: int
    offers: tuple[OfferCard, ...]
    packed: Sides | None = None


class ListingView(msgspec.Struct, frozen=True):
    card: ListingCard
    text: Text
    category: CategoryCard
    variants: tuple[VariantView, ...]


class Page(msgspec.Struct, frozen=True):
    cards: tuple[ListingCard, ...]
    page: int
    has_next: bool


class Shelf(msgspec.Struct, frozen=True):
    category: CategoryCard
    cards: tuple[ListingCard, ...]


class Home(msgspec.Struct, frozen=True):
    newest: tuple[ListingCard, ...]
    shelves: tuple[Shelf, ...]


class SearchResult(msgspec.Struct, frozen=True):
    """*asked* is the query as it was understood; empty means that nothing readable was asked."""

    asked: str
    page: Page


class Suggestion(msgspec.Struct, frozen=True):
    listing_id: UUID
    title: Text


MOST_VARIANTS = 60
MOST_GRAMS, MOST_MM = 2_000_000, 10_000


class VariantDraft(msgspec.Struct, frozen=True):
    """One choice of a listing with its first offer."""

    name: Text
    sku: str
    weight_g: int
    price: Money
    stock: int
    kind: OfferKind = "shelf"
    per_person_limit: int | None = None
    min_quantity: int = 1
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    ships_by_at: datetime | None = None
    packed: Sides | None = None


class ListingDraft(msgspec.Struct, frozen=True):
    slug: str
    category_slug: str
    title: Text
    text: Text
    picture: str
    variants: tuple[VariantDraft, ...]
    special: Special = ""


class OfferDraft(msgspec.Struct, frozen=True):
    """A further offer of a variant: a live room's, an idea's. *source* is the opaque id of where it came from."""

    variant_id: UUID
    kind: OfferKind
    price: Money
    stock: int
    starts_at: datetime
    ends_at: datetime | None = None
    per_person_limit: int | None = None
    min_quantity: int = 1
    ships_by_at: datetime | None = None
    source_kind: str = ""
    source_id: UUID | None = None


class ListingEdit(msgspec.Struct, frozen=True):
    """None leaves a field as it is."""

    title: Text | None = None
    text: Text | None = None
    picture: str | None = None
    category_slug: str | None = None


class OfferChange(msgspec.Struct, frozen=True):
    """A price or a stock that a merchant set, from what to what."""

    what: Literal["price", "stock"]
    before: int
    after: int
    at: datetime
    by_id: UUID


def merged(wants: Sequence[Want]) -> list[Want]:
    """One want per offer and order, in order of offer. Raises Invalid for quantities out of bounds."""
    for want in wants:
        if not 0 < want.quantity <= MOST_AT_ONCE:
            raise Invalid("catalog.quantity", zh="数量要在1到9999之间。",
                          en="A quantity is between 1 and 9,999.")  # fmt: skip
    sums: dict[tuple[UUID, UUID, UUID], int] = defaultdict(int)
    prices: dict[tuple[UUID, UUID, UUID], int | None] = {}
    for want in wants:
        key = (want.offer_id, want.order_id, want.person_id)
        sums[key] += want.quantity
        prices[key] = prices.get(key) if want.unit_minor is None else want.unit_minor
    return [
        Want(offer, quantity, order, person, prices[offer, order, person])
        for (offer, order, person), quantity in sorted(sums.items())
    ]


def hopeless(wants: Sequence[Want], offers: Mapping[UUID, OfferCard]) -> Refusal | None:
    """Why *wants* cannot be had, from one look at *offers*; None if they may be."""
    asked: dict[UUID, int] = defaultdict(int)
    for want in wants:
        card = offers.get(want.offer_id)
        if card is None:
            return no_offer()
        if not card.on_sale:
            return closed(card.title)
        if want.unit_minor is not None and want.unit_minor != card.price.minor:
            return price_changed(card.title)
        if want.quantity < card.min_quantity:
            return too_few(card.title, card.min_quantity)
        if card.per_person_limit is not None and want.quantity > card.per_person_limit:
            return over_limit(card.title, card.per_person_limit)
        asked[want.offer_id] += want.quantity
    for offer_id, quantity in asked.items():
        if quantity > offers[offer_id].stock_left:
            return sold_out(offers[offer_id].title, offers[offer_id].stock_left)
    return None


def no_offer() -> NotFound:
    return NotFound("catalog.offer_unknown", zh="没有找到这件商品。", en="There is no such offer.")


def no_listing() -> NotFound:
    return NotFound("catalog.listing_unknown", zh="没有找到这件商品。", en="There is no such listing.")


def no_category() -> NotFound:
    return NotFound("catalog.category_unknown", zh="没有这个分类。", en="There is no such category.")


def sold_out(title: Text, left: int) -> Refusal:
    if left > 0:
        return Refusal("catalog.sold_out", zh=f"“{title.zh}”只剩{left}件了。",
                       en=f"Only {left} left of “{title.en}”.")  # fmt: skip
    return Refusal("catalog.sold_out", zh=f"“{title.zh}”卖完了。", en=f"“{title.en}” is sold out.")


def over_limit(title: Text, limit: int) -> Refusal:
    return Refusal("catalog.limit", zh=f"“{title.zh}”每人限购{limit}件。",
                   en=f"“{title.en}” is limited to {limit} per person.")  # fmt: skip


def too_few(title: Text, least: int) -> Refusal:
    return Refusal("catalog.minimum", zh=f"“{title.zh}”{least}件起卖。",
                   en=f"“{title.en}” is sold from {least} pieces.")  # fmt: skip


def closed(title: Text) -> Refusal:
    return Refusal("catalog.closed", zh=f"“{title.zh}”现在不卖。", en=f"“{title.en}” is not on sale now.")


def price_changed(title: Text) -> Refusal:
    return Refusal("catalog.price_changed", zh=f"“{title.zh}”的价格刚刚变了，请再看一眼。",
                   en=f"The price of “{title.en}” has just changed. Please look again.")  # fmt: skip


def check_price(price: Money, currency: str) -> None:
    if price.currency != currency:
        raise Invalid(
            "catalog.currency", zh=f"这家店用{currency}标价。", en=f"This shop sells in {currency}."
        )
    if not 0 < price.minor <= 10**11:
        raise Invalid("catalog.price", zh="价格要大于零。", en="A price is more than zero.")


def check_stock(stock: int) -> None:
    if not 0 <= stock <= 10**9:
        raise Invalid("catalog.stock", zh="库存不能是负数。", en="Stock cannot be negative.")


def check_words(title: Text, text: Text) -> None:
    """Raises Invalid unless title and text are there in both languages, within bounds and without NUL."""
    for lang in (title.zh, title.en):
        if not 0 < len(lang.strip()) <= 120:
            raise Invalid("catalog.title", zh="标题要有中英文，各不超过120字。",
                          en="A title needs Chinese and English, at most 120 letters each.")  # fmt: skip
    if max(len(text.zh), len(text.en)) > 10_000:
        raise Invalid("catalog.text", zh="描述最多一万字。", en="A description has at most 10,000 letters.")
    if re.search("[\0\ud800-\udfff]", title.zh + title.en + text.zh + text.en):
        raise Invalid(
            "catalog.text", zh="文字里有不可见的字符。", en="The text holds an unreadable character."
        )


def check_draft(draft: ListingDraft, currency: str) -> None:
    """Raises Invalid for the first thing about *draft* that cannot be."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", draft.slug) or len(draft.slug) > 80:
        raise Invalid("catalog.slug", zh="网址只能用小写字母、数字和短横线。",
                      en="An address is made of small letters, digits and single hyphens.")  # fmt: skip
    check_words(draft.title, draft.text)
    if draft.special not in SPECIALS:
        raise Invalid("catalog.special", zh="没有这种特殊商品。", en="There is no such kind of goods.")
    if not 1 <= len(draft.variants) <= MOST_VARIANTS:
        raise Invalid("catalog.variants", zh="要有1到60个款式。", en="A listing has 1 to 60 variants.")
    if len({variant.sku for variant in draft.variants}) < len(draft.variants):
        raise Invalid("catalog.sku", zh="款式编号重复了。", en="Two variants have the same SKU.")
    for variant in draft.variants:
        check_variant(variant, currency)


def check_variant(variant: VariantDraft, currency: str) -> None:
    """Raises Invalid for the first thing about *variant* that cannot be."""
    if len(variant.name.zh) > 60 or len(variant.name.en) > 80 or not 1 <= len(variant.sku) <= 60:
        raise Invalid("catalog.variant_name", zh="款式的名字或编号太长，或没有编号。",
                      en="A variant's name or SKU is too long, or its SKU is missing.")  # fmt: skip
    check_parcel(variant.weight_g, variant.packed)
    check_price(variant.price, currency)
    check_stock(variant.stock)
    check_terms(variant.kind, variant.per_person_limit, variant.min_quantity, variant.ships_by_at)


def check_parcel(weight_g: int, packed: Sides | None) -> None:
    """Raises Invalid for a weight or a size that nothing can have."""
    if not 0 <= weight_g <= MOST_GRAMS:
        raise Invalid("catalog.weight", zh="重量要在0到2吨之间。", en="A weight is between 0 and 2 tonnes.")
    if packed is not None and not all(1 <= side <= MOST_MM for side in packed):
        raise Invalid(
            "catalog.packed", zh="包装的每边在1毫米到10米之间。", en="Each side of a parcel is 1 mm to 10 m."
        )


def check_terms(kind: str, limit: int | None, least: int, ships_by_at: datetime | None) -> None:
    if kind not in OFFER_KINDS:
        raise Invalid("catalog.kind", zh="没有这种售卖方式。", en="There is no such kind of offer.")
    if (limit is not None and limit < 1) or least < 1 or (limit is not None and least > limit):
        raise Invalid("catalog.limits", zh="限购和起卖数量对不上。",
                      en="Limit per person and least quantity do not fit.")  # fmt: skip
    if (kind == "presale") != (ships_by_at is not None):
        raise Invalid("catalog.presale", zh="预售要写明发货日期，现货不用。",
                      en="A presale states its ship date; other offers do not.")  # fmt: skip
