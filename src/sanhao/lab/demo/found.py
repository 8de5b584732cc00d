"""Brings the cast to life, through the doors only: persons with one-click sign-in, shops, money, freight, goods.

Run at every start of a demo world. What was founded is left alone, whatever its people made of it since; what was cut
off half-way is completed. A shop's deposit is paid last: it marks the shop as founded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.wallet import api as wallet
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import derived_id
from sanhao.kit.refusals import NotFound
from sanhao.lab.demo import shapes
from sanhao.lab.demo.cast import CATEGORIES, COUPON, HUB, PEOPLE, REMOTE, SHOPS
from sanhao.lab.demo.past import LIVED, live
from sanhao.lab.demo.talks import TALKS
from sanhao.lab.founding import found_rules
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery import api as delivery
from sanhao.service.remote import api as remote

_STAFF = {"admin": "admin", "arbiter": "arbiter"}
_OPEN_FOR = timedelta(days=30)
_CLAIMED_FOR = timedelta(days=180)


def found_demo(*, now: datetime) -> None:
    """Found the demo world, or what is missing of it. Raises Refusal ``world.is_real`` in a real one."""
    remote.found_rules(REMOTE, now=now - LIVED)
    found_rules(now=now - LIVED)
    done = ledger.posted([_mark(shop) for shop in SHOPS])
    missing = [shop for shop in SHOPS if _mark(shop) not in done]
    if not missing:
        return
    ids = _found_people(now)
    _found_hub(ids)
    for position, category in enumerate(CATEGORIES):
        catalog.add_category(category.slug, category.name, position=position)
    for shop in missing:
        _found_shop(shop, ids, now)
    if not wallet.issues_of(["platform"], limit=1):
        _issue(COUPON, "platform", ledger.PLATFORM, None, ids["zhou"], now)


def live_demo(*, now: datetime, told: Callable[[], None] = lambda: None) -> None:
    """What happened in it before anybody came: lived once, in a world in which nobody has bought anything. *told* is
    called when it begins. Its shops write down their warehouses at the end: what went back before went by the hub."""
    lived: list[bool] = []

    def begun() -> None:
        lived.append(True)
        told()

    by_email = people.enrol([people.Enrolment(p.email, p.name, p.language) for p in PEOPLE], now=now)
    ids = {person.key: by_email[person.email] for person in PEOPLE}
    live(ids, now=now, told=begun)
    if lived:
        for shop in SHOPS:
            house = aftersales.Address(**msgspec.structs.asdict(shop.warehouse), country="CN")
            aftersales.add_return_address(shops.by_slug(shop.slug).id, house, by=ids[shop.owner], now=now)


def _mark(shop: shapes.Shop) -> str:
    return f"demo.{shop.slug}.deposit"


def _found_people(now: datetime) -> Mapping[str, UUID]:
    """Persons by their key in the cast."""
    by_email = people.enrol([people.Enrolment(p.email, p.name, p.language) for p in PEOPLE], now=now)
    ids = {person.key: by_email[person.email] for person in PEOPLE}
    with_staff = people.has_staff()
    for person in PEOPLE:
        id = ids[person.key]
        people.allow_quick_sign_in(id, person.what)
        if person.role in _STAFF and not with_staff:
            people.grant_role(id, _STAFF[person.role], by=None, now=now)
        if person.addresses and not people.addresses(id):
            for place in person.addresses:
                people.add_address(id, _address(place), now=now)
    return ids


def _address(place: shapes.Address) -> people.AddressDraft:
    return people.AddressDraft(
        place.recipient, place.phone, "CN", place.region, place.city, f"{place.district}{place.street}"
    )


def _found_shop(shop: shapes.Shop, ids: Mapping[str, UUID], now: datetime) -> None:
    owner = ids[shop.owner]
    shop_id = _open(shop, owner, now)
    here = {member.person_id for member in shops.members(shop_id)}
    for key, role in shop.members:
        if ids[key] not in here:
            shops.add_member(shop_id, ids[key], role, by=owner, now=now)
    if not delivery.freight_templates(shop_id):
        for zone in shop.freight:
            delivery.save_freight_template(shop_id, _freight(zone))
    if not delivery.services(shop_id):
        for position, service in enumerate(shop.services):
            delivery.save_service(shop_id, _service(service, position))
    _found_listings(shop, shop_id, owner, now)
    if not wallet.issues_of(["shop"], funder_id=str(shop_id), limit=1):
        _issue(shop.coupon, "shop", str(shop_id), shop_id, owner, now)
    _found_talks(shop, shop_id, ids, now)
    if shop.by_hub:
        remote.join(shop_id, by=owner, now=now - _OPEN_FOR)
    if shop.balance:
        shops.top_up(shop_id, shop.balance, now=now - _OPEN_FOR, key=f"demo.{shop.slug}.balance")
    shops.pay_deposit(shop_id, shop.deposit, now=now - _OPEN_FOR, key=_mark(shop))


def _found_hub(ids: Mapping[str, UUID]) -> None:
    """One hub, where a person of the cast may open it: in a world with staff of its own they do."""
    if remote.hubs() or "admin" not in people.roles_of(ids["zhou"]):
        return
    remote.save_hub(HUB, by=ids["zhou"])


def _found_talks(shop: shapes.Shop, shop_id: UUID, ids: Mapping[str, UUID], now: datetime) -> None:
    """What was said already, line by line; said once, however often the world is founded."""
    every = ("live", "paused")
    there = {card.slug: card.id for card in catalog.listings_of_shop(shop_id, now=now, states=every).cards}
    for talk in TALKS.get(shop.slug, ()):
        subject, buyer = conversations.Subject("listing", there[talk.listing]), ids[talk.buyer]
        first, *rest = talk.lines
        thread = conversations.start(
            subject, side="buyer", by=buyer, text=first.text, key=derived_id(subject.id, f"demo.{talk.buyer}.0"),
            now=now - timedelta(minutes=first.minutes),
        )  # fmt: skip
        for number, line in enumerate(rest, start=1):
            by, where = (buyer, None) if line.by == "buyer" else (ids[shop.owner], shop_id)
            conversations.say(
                thread, side=line.by, by=by, shop_id=where, text=line.text,
                key=derived_id(subject.id, f"demo.{talk.buyer}.{number}"), now=now - timedelta(minutes=line.minutes),
            )  # fmt: skip
        upto = len(talk.lines)
        conversations.read(thread, side="buyer", by=buyer, upto=upto, now=now)
        conversations.read(thread, side="shop", by=ids[shop.owner], shop_id=shop_id, upto=upto, now=now)


def _issue(
    coupon: shapes.Coupon, kind: wallet.FunderKind, funder: str, shop_id: UUID | None, by: UUID, now: datetime
) -> None:
    """One issue that runs, one for each person."""
    draft = wallet.IssueDraft(
        kind,
        funder,
        coupon.title,
        coupon.amount,
        coupon.threshold,
        coupon.budget,
        now,
        now + _CLAIMED_FOR,
        shop_id=shop_id,
        stacking="alone" if coupon.alone else "with_others",
    )
    wallet.issue_coupons(draft, by=by, now=now)


def _open(shop: shapes.Shop, owner: UUID, now: datetime) -> UUID:
    try:
        return shops.by_slug(shop.slug).id
    except NotFound:
        draft = shops.ShopDraft(
            shop.slug, shop.name, shop.story, shop.mark.picture, shop.region, ship_hours=shop.ship_hours
        )
        return shops.open_shop(draft, owner_id=owner, now=now - _OPEN_FOR)


def _freight(zone: shapes.FreightZone) -> delivery.FreightDraft:
    return delivery.FreightDraft(
        name=_zone_name(zone),
        regions=tuple(region if region.isascii() else f"CN/{region}" for region in zone.regions) or ("CN",),
        first=zone.first,
        extra=zone.step,
        first_g=zone.first_g,
        extra_g=zone.step_g,
        free_over=zone.free_over,
        deliverable=zone.sent,
    )


def _zone_name(zone: shapes.FreightZone) -> str:
    if not zone.regions:
        return "全国 Nationwide"
    return "偏远地区 Remote" if zone.sent else "不发 Not sent"


def _service(service: shapes.Service, position: int) -> delivery.ServiceDraft:
    return delivery.ServiceDraft(
        carrier=service.carrier,
        surcharge=service.surcharge,
        transit_days=service.transit_days,
        name=service.name,
        regions=tuple(f"CN/{region}" for region in service.regions),
        position=position,
    )


def _found_listings(shop: shapes.Shop, shop_id: UUID, owner: UUID, now: datetime) -> None:
    """Listed one after the other over the last month, so that shops mix on the first page."""
    every = ("draft", "live", "paused", "intercepted", "closed")
    there = {card.slug: card for card in catalog.listings_of_shop(shop_id, now=now, states=every).cards}
    for number, listing in enumerate(shop.listings):
        at = now - timedelta(days=1 + 4 * number, hours=SHOPS.index(shop))
        card = there.get(listing.slug)
        if card is None:
            id = catalog.draft_listing(shop_id, _listing(listing, at, now), by=owner, now=at)
            catalog.publish(shop_id, id, by=owner, now=at)
        elif card.state == "draft":
            catalog.publish(shop_id, card.id, by=owner, now=at)


def _listing(listing: shapes.Listing, at: datetime, now: datetime) -> catalog.ListingDraft:
    ships_by = now + timedelta(days=listing.ships_after_days) if listing.ships_after_days else None
    return catalog.ListingDraft(
        listing.slug,
        listing.category,
        listing.title,
        listing.text,
        listing.picture,
        tuple(
            catalog.VariantDraft(
                variant.name,
                variant.sku,
                variant.weight_g,
                variant.price,
                variant.stock,
                kind="presale" if ships_by else "shelf",
                per_person_limit=variant.per_person_limit,
                min_quantity=variant.min_quantity,
                starts_at=at,
                ships_by_at=ships_by,
                packed=variant.packed,
            )
            for variant in listing.variants
        ),
        listing.special,
    )
