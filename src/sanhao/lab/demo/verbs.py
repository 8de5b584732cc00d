"""What the people of the demo world can do, each at its own moment: the verbs of which its past is made."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import NamedTuple
from uuid import UUID

from sanhao.books.payments import api as payments
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import media
from sanhao.kit.text import Text
from sanhao.lab.demo.photos import fruit
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

Step = Callable[[datetime], None]


class Bought(NamedTuple):
    order_id: UUID
    line_id: UUID
    person_id: UUID
    shop_id: UUID
    owner_id: UUID


class World:
    """The cast at work. Orders are remembered by a name of their own."""

    def __init__(self, ids: Mapping[str, UUID], now: datetime) -> None:
        self.ids, self.now = ids, now
        self.bought: dict[str, Bought] = {}
        self.parcels: dict[str, UUID] = {}
        self.cases: dict[str, UUID] = {}
        self.numbers = count()

    def buy(self, name: str, who: str, shop: str, listing: str, quantity: int = 1, courier: str = "") -> Step:
        """*courier*: chosen at checkout, from what the shop offers there."""

        def do(at: datetime) -> None:
            person = self.ids[who]
            card = shops.by_slug(shop)
            [goods] = [
                found for found in catalog.listings_of_shop(card.id, now=at).cards if found.slug == listing
            ]
            offer = catalog.listing(goods.id, now=at).variants[0].offers[0]
            cart = orders.open_cart(person_id=person, now=at)
            orders.add_to_cart(cart, offer.id, quantity, now=at)
            [home, *_] = people.addresses(person)
            placed = orders.place(
                cart_id=cart,
                person_id=person,
                address_id=home.id,
                services={card.id: _chosen(card, home, offer, quantity, courier, at)} if courier else {},
                now=at,
            )
            for said in payments.sandbox_pay(placed.payment_id, "pay", now=at):
                payments.heard("sandbox", said.body, said.headers, now=at)
            [order] = [orders.order(id) for id in placed.order_ids]
            owner = next(m.person_id for m in shops.members(card.id) if m.role == "owner")
            self.bought[name] = Bought(order.id, order.lines[0].id, person, card.id, owner)

        return do

    def ship(self, name: str, courier: str = "sandbox") -> Step:
        def do(at: datetime) -> None:
            one = self.bought[name]
            number = f"SH{at:%y%m%d}{next(self.numbers):04d}"
            shipment = orders.Shipment(one.order_id, courier, number, (), another=True)
            [self.parcels[name]] = orders.ship(one.shop_id, [shipment], by=one.owner_id, now=at)

        return do

    def scan(self, name: str, status: delivery.Status, place: str = "") -> Step:
        return lambda at: delivery.post_scan(self.parcels[name], status, now=at, place=place)

    def onward(self, name: str) -> Step:
        """From here on the parcel of that name is the second leg's: the hub has sent it on."""

        def do(at: datetime) -> None:
            order_id = self.bought[name].order_id
            [self.parcels[name]] = [
                parcel.id for parcel in delivery.consignments_of([order_id])[order_id] if parcel.leg == 2
            ]

        return do

    def ask(self, name: str, reason: str, words: str, kind: aftersales.Kind | None = None) -> Step:
        def do(at: datetime) -> None:
            one = self.bought[name]
            self.cases[name] = aftersales.request(
                one.order_id, person_id=one.person_id, units={one.line_id: 1}, reason=reason, kind=kind, words=words,
                now=at,
            )  # fmt: skip

        return do

    def approve(self, name: str) -> Step:
        def do(at: datetime) -> None:
            one = self.bought[name]
            aftersales.approve(self.cases[name], shop_id=one.shop_id, by=one.owner_id, now=at)

        return do

    def collect(self, name: str, sizes: aftersales.Sizes, nth: int) -> Step:
        """Have a courier come for it, in the *nth* slot that is offered."""

        def do(at: datetime) -> None:
            case, person = self.cases[name], self.bought[name].person_id
            offer = aftersales.collectable(case, person_id=person, now=at)
            assert offer is not None
            slot = aftersales.pickup_slots(offer, offer.carriers[0], sizes, now=at)[nth]
            aftersales.book_pickup(
                case,
                person_id=person,
                carrier=offer.carriers[0],
                starts_at=slot.starts_at,
                sizes=sizes,
                now=at,
            )

        return do

    def reject(self, name: str, words: str) -> Step:
        def do(at: datetime) -> None:
            one = self.bought[name]
            aftersales.reject(self.cases[name], shop_id=one.shop_id, by=one.owner_id, words=words, now=at)

        return do

    def escalate(self, name: str, text: str) -> Step:
        return lambda at: aftersales.escalate(
            self.cases[name], person_id=self.bought[name].person_id, text=text, now=at
        )

    def speak(self, name: str, side: aftersales.Side, text: str) -> Step:
        def do(at: datetime) -> None:
            one = self.bought[name]
            buyer = side == "buyer"
            aftersales.state_case(
                self.cases[name],
                side=side,
                text=text,
                person_id=one.person_id if buyer else None,
                shop_id=None if buyer else one.shop_id,
                by=None if buyer else one.owner_id,
                now=at,
            )

        return do

    def send_back(self, name: str) -> Step:
        """The buyer hands it to a courier of their own choice: from here on the parcel of that name is the return."""

        def do(at: datetime) -> None:
            case, number = self.cases[name], f"RT{at:%y%m%d}{next(self.numbers):04d}"
            person = self.bought[name].person_id
            aftersales.send_back(case, person_id=person, carrier="sandbox", tracking_no=number, now=at)
            self.parcels[name] = self._way_home(name)

        return do

    def labelled(self, name: str) -> Step:
        """The courier has made the label of the way back: the parcel of that name is the one it is on."""

        def do(at: datetime) -> None:
            [label] = delivery.labels_of([self.cases[name]])[self.cases[name]]
            self.parcels[name] = label.id

        return do

    def _way_home(self, name: str) -> UUID:
        parcel = aftersales.case(self.cases[name], side="buyer").parcel_id
        assert parcel is not None
        return parcel

    def pay_debt(self, name: str) -> Step:
        def do(at: datetime) -> None:
            owed = aftersales.pay_debt(self.cases[name], person_id=self.bought[name].person_id, now=at)
            for said in payments.sandbox_pay(owed.id, "pay", now=at):
                payments.heard("sandbox", said.body, said.headers, now=at)

        return do

    def claim_spoiled(self, name: str, share_percent: int, words: str) -> Step:
        """Under the guarantee, with the two photos it wants."""

        def do(at: datetime) -> None:
            one = self.bought[name]
            [guarantee] = [
                promise
                for promise in aftersales.claimables(orders.order(one.order_id), now=at)
                if promise.kind == "spoiled_goods"
            ]
            photos = [fruit(close=close) for close in (False, True)]
            self.cases[name] = aftersales.claim_guarantee(
                guarantee.promise_id,
                aftersales.Measures(share_percent=share_percent),
                person_id=one.person_id,
                words=words,
                evidence=[media.keep_photo(io.BytesIO(photo), size=len(photo)) for photo in photos],
                now=at,
            )

        return do

    def decide(self, name: str, who: str, side: aftersales.Side, words: str) -> Step:
        """The word of a person of the platform, if the cast is the staff of this world."""

        def do(at: datetime) -> None:
            if self.is_staff(who):
                aftersales.claim(self.cases[name], by=self.ids[who], now=at)
                aftersales.decide(self.cases[name], aftersales.Ruling(side, words), by=self.ids[who], now=at)

        return do

    def recall(self, first: str, second: str, shop: str, listing: str, reason: Text, evidence: str) -> Step:
        """One of the platform finds it, another agrees: everybody who bought it has their money back."""

        def do(at: datetime) -> None:
            if not (self.is_staff(first) and self.is_staff(second)):
                return
            card = shops.by_slug(shop)
            [goods] = [
                found for found in catalog.listings_of_shop(card.id, now=at).cards if found.slug == listing
            ]
            scope = orders.Within((card.id,), listings=(goods.id,))
            sweep = aftersales.raise_finding(
                "recall", scope, reason=reason, evidence=evidence, by=self.ids[first], now=at
            )
            aftersales.preview_sweep(sweep, by=self.ids[second], now=at)
            aftersales.confirm(sweep, look=1, by=self.ids[second], now=at)

        return do

    def is_staff(self, who: str) -> bool:
        return bool({"admin", "arbiter"} & people.roles_of(self.ids[who]))


def _chosen(
    shop: shops.ShopCard,
    home: people.AddressCard,
    offer: catalog.OfferCard,
    quantity: int,
    courier: str,
    at: datetime,
) -> delivery.Chosen:
    """The way with this courier, as the page shows it."""
    parcel = delivery.Parcel(
        shop.id, home.country, home.region, offer.weight_g * quantity, offer.price * quantity
    )
    days = orders.order_terms(at).transit_days
    way = next(o for o in delivery.options([parcel], transit_days=days)[0] if o.carrier == courier)
    return delivery.Chosen(way.service_id, way.freight.minor, way.transit_days)
