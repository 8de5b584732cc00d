"""The market that `sanhao bench checkout` buys in: shops with goods and freight, buyers with addresses and full carts.

Shops and goods are made by the real verbs; people and carts, which come in thousands, set-based behind the doors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps

from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_ids
from sanhao.kit.money import Money
from sanhao.kit.rows import copy_rows, together
from sanhao.kit.text import Text
from sanhao.lab.founding import found_rules
from sanhao.service.delivery import api as delivery

CURRENCY = "CNY"
_PLENTY = 10**8


class Buyer(NamedTuple):
    person_id: UUID
    address_id: UUID
    cart_id: UUID


class Goods(NamedTuple):
    """Two offers of one shop, and the listing they stand on."""

    listing_id: UUID
    offer_ids: tuple[UUID, UUID]


def open_market(*, shop_count: int, now: datetime) -> list[Goods]:
    """So many shops, each with one listing in two variants of which there is plenty, and freight for everywhere."""
    past = now - timedelta(days=30)
    found_rules(now=past)
    catalog.add_category("bench", Text(zh="测量", en="Bench"))
    [(owner, _)] = _people("owner", 1, past)
    return [_shop(number, owner, past, now) for number in range(shop_count)]


def _shop(number: int, owner: UUID, past: datetime, now: datetime) -> Goods:
    name = Text(zh=f"店{number}", en=f"Shop {number}")
    draft = shops.ShopDraft(
        f"bench-{number}", name, Text(zh="", en=""), "mark-guoba", "浙江", currency=CURRENCY
    )
    shop_id = shops.open_shop(draft, owner_id=owner, now=past)
    freight = delivery.FreightDraft("全国", ("*",), Money(600, CURRENCY), Money(200, CURRENCY))
    delivery.save_freight_template(shop_id, freight)
    listing_id = put_on_sale(shop_id, owner, f"bench-{number}", (_PLENTY, _PLENTY), past)
    first, second = _offers(listing_id, now)
    return Goods(listing_id, (first, second))


def put_on_sale(shop_id: UUID, owner: UUID, slug: str, stocks: Sequence[int], now: datetime) -> UUID:
    variants = tuple(
        catalog.VariantDraft(Text(zh=f"款{n}", en=f"No. {n}"), f"V{n}", 300, Money(9_900, CURRENCY), stock)
        for n, stock in enumerate(stocks)
    )
    title, text = Text(zh="山核桃", en="Hickory nuts"), Text(zh="一袋", en="A bag")
    draft = catalog.ListingDraft(slug, "bench", title, text, "parcel", variants)
    listing_id = catalog.draft_listing(shop_id, draft, by=owner, now=now)
    catalog.publish(shop_id, listing_id, by=owner, now=now)
    return listing_id


def _offers(listing_id: UUID, now: datetime) -> list[UUID]:
    return [o.id for variant in catalog.listing(listing_id, now=now).variants for o in variant.offers]


def hot_offer(units: int, *, now: datetime) -> UUID:
    """One more offer of the first shop, of which there are so many and no more."""
    shop = shops.by_slug("bench-0")
    [owner] = [member.person_id for member in shops.members(shop.id)]
    [offer] = _offers(put_on_sale(shop.id, owner, "hot", (units,), now - timedelta(minutes=1)), now)
    return offer


def buyers(name: str, carts: Sequence[Sequence[UUID]], *, now: datetime) -> list[Buyer]:
    """One buyer for each of *carts*, with an address, and with one piece of each offer in the cart."""
    people = _people(name, len(carts), now)
    cart_ids = new_ids(len(carts))
    lines = [(cart, offer) for cart, offers in zip(cart_ids, carts, strict=True) for offer in offers]
    with together():
        _copy("orders.Cart", ("id", "person_id", "created_at"),
              [(cart, person, now) for cart, (person, _) in zip(cart_ids, people, strict=True)])  # fmt: skip
        _copy("orders.CartLine", ("id", "cart_id", "offer_id", "quantity", "added_at"),
              [(id, *line, 1, now) for id, line in zip(new_ids(len(lines)), lines, strict=True)])  # fmt: skip
    return [Buyer(*who, cart) for who, cart in zip(people, cart_ids, strict=True)]


def _people(name: str, count: int, now: datetime) -> list[tuple[UUID, UUID]]:
    ids, homes = new_ids(count), new_ids(count)
    person, address = apps.get_model("people.Person"), apps.get_model("people.Address")
    person.objects.bulk_create(
        person(
            id=id, email=f"{name}{n}@bench.example", name=f"{name} {n}", password="!", language="en", joined_at=now
        )
        for n, id in enumerate(ids)
    )  # fmt: skip
    address.objects.bulk_create(
        address(id=home, person_id=id, recipient="林小满", phone="13800001111", country="CN", region="浙江",
                city="杭州", street="文三路1号", postcode="", is_default=True, added_at=now)
        for home, id in zip(homes, ids, strict=True)
    )  # fmt: skip
    return list(zip(ids, homes, strict=True))


def _copy(model: str, columns: Sequence[str], rows: Iterator[Any] | Sequence[Any]) -> None:
    copy_rows(apps.get_model(model)._meta.db_table, columns, rows)
