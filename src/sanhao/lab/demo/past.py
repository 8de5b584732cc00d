"""What has happened in the demo world before anybody opens it: a fortnight of orders, lived through the doors.

Everything is done by the verbs that people use, at its own moment, and after each step the keepers come to rest there: what
follows (a coupon for a late parcel, a refund after a silence) follows by itself, as in life.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sanhao.books.payments import api as payments
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import keeper
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

LIVED = timedelta(days=14)
"""How far back the past goes: the founding rules are in force since then."""

Step = Callable[[datetime], None]


class Bought(NamedTuple):
    order_id: UUID
    line_id: UUID
    person_id: UUID
    shop_id: UUID
    owner_id: UUID


class _World:
    """The cast at work. Orders are remembered by a name of their own."""

    def __init__(self, ids: Mapping[str, UUID], now: datetime) -> None:
        self.ids, self.now = ids, now
        self.bought: dict[str, Bought] = {}
        self.parcels: dict[str, UUID] = {}
        self.cases: dict[str, UUID] = {}

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
            number = f"SH{at:%y%m%d}{len(self.parcels):04d}"
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


def live(ids: Mapping[str, UUID], *, now: datetime, told: Callable[[], None]) -> None:
    """Live the fortnight before *now*. Once: a world in which anything was ever bought is left alone."""
    if any(orders.orders_of(id, limit=1) for id in ids.values()):
        return
    told()
    for before, do in sorted(_script(_World(ids, now)), key=lambda step: -step[0]):
        at = now - before
        do(at)
        keeper.drain(now=at)
    keeper.drain(now=now)


def _script(w: _World) -> Sequence[tuple[timedelta, Step]]:
    """How long ago, and what. The latest parcel still has a day, the first waits for nobody any more."""
    return [
        # Lemons that came in time.
        (_ago(12, 3), w.buy("lemons", "xiaoman", "yimu", "anyue-lemons")),
        (_ago(11, 20), w.ship("lemons")),
        (_ago(11, 16), w.scan("lemons", "picked_up", "资阳")),
        (_ago(11, 2), w.scan("lemons", "in_transit", "武汉")),
        (_ago(10, 4), w.scan("lemons", "out_for_delivery", "上海")),
        (_ago(10, 1), w.scan("lemons", "delivered", "上海")),
        # A hat that was collected too late: the coupon came by itself.
        (_ago(9, 5), w.buy("hat", "leo", "qingcao", "lamb-hat")),
        (_ago(6, 20), w.ship("hat")),
        (_ago(6, 12), w.scan("hat", "picked_up", "呼和浩特")),
        (_ago(6, 1), w.scan("hat", "in_transit", "张家口")),
        (_ago(4, 20), w.scan("hat", "delivered", "北京")),
        # Express was chosen: from the orchard it came so, from the wool mill it did not, and the freight came back.
        (_ago(8, 3), w.buy("kiwis", "leo", "yimu", "red-heart-kiwis", courier="sandbox_express")),
        (_ago(7, 22), w.ship("kiwis", "sandbox_express")),
        (_ago(7, 19), w.scan("kiwis", "picked_up", "资阳")),
        (_ago(7, 4), w.scan("kiwis", "out_for_delivery", "北京")),
        (_ago(7, 1), w.scan("kiwis", "delivered", "北京")),
        (_ago(7, 5), w.buy("stockings", "xiaoman", "qingcao", "stove-socks", courier="sandbox_express")),
        (_ago(6, 22), w.ship("stockings")),
        (_ago(6, 14), w.scan("stockings", "picked_up", "呼和浩特")),
        (_ago(6, 2), w.scan("stockings", "in_transit", "张家口")),
        (_ago(5, 12), w.scan("stockings", "in_transit", "济南")),
        (_ago(4, 22), w.scan("stockings", "out_for_delivery", "上海")),
        (_ago(4, 14), w.scan("stockings", "delivered", "上海")),
        # Rice of which a bag was missing; the shop says no, and both have spoken twice.
        (_ago(9, 1), w.buy("rice", "aygul", "guoba", "polder-new-rice", 2)),
        (_ago(8, 20), w.ship("rice")),
        (_ago(8, 16), w.scan("rice", "picked_up", "芜湖")),
        (_ago(8, 1), w.scan("rice", "in_transit", "西安")),
        (_ago(6, 8), w.scan("rice", "in_transit", "哈密")),
        (_ago(4, 6), w.scan("rice", "delivered", "乌鲁木齐")),
        (_ago(3, 20), w.ask("rice", "missing", "两袋里只到了一袋，箱子没破。", "refund")),
        (_ago(3, 2), w.reject("rice", "出库时称过，两袋都在里面。")),
        (_ago(2, 4), w.escalate("rice", "我拍了开箱，只有一袋，运单上的重量也只有一袋。")),
        (_ago(1, 8), w.speak("rice", "shop", "仓库的秤记的是两袋的重量，请看运单。")),
        (_ago(0, 23), w.speak("rice", "buyer", "运单是 5.2 公斤，一袋就是 5 公斤。")),
        (_ago(0, 18), w.speak("rice", "shop", "那是首重，第二袋另算。我们去问驿站。")),
        # Lemons to Ürümqi, free of the second leg: to the hub, and on from there.
        (_ago(11, 6), w.buy("far", "aygul", "yimu", "anyue-lemons")),
        (_ago(10, 22), w.ship("far")),
        (_ago(10, 18), w.scan("far", "picked_up", "眉山")),
        (_ago(10, 3), w.scan("far", "in_transit", "成都")),
        (_ago(9, 3), w.scan("far", "delivered", "西安市")),
        (_ago(8, 18), w.onward("far")),
        (_ago(7, 6), w.scan("far", "in_transit", "哈密")),
        (_ago(5, 10), w.scan("far", "delivered", "乌鲁木齐市")),
        # Kiwis that the hub has sent on already, and mandarins that it signed for a moment ago.
        (_ago(7, 2), w.buy("onward", "aygul", "yimu", "red-heart-kiwis")),
        (_ago(6, 20), w.ship("onward")),
        (_ago(6, 16), w.scan("onward", "picked_up", "眉山")),
        (_ago(6, 2), w.scan("onward", "in_transit", "成都")),
        (_ago(5, 8), w.scan("onward", "delivered", "西安市")),
        (_ago(4, 20), w.onward("onward")),
        (_ago(3, 12), w.scan("onward", "in_transit", "兰州")),
        (_ago(1, 6), w.scan("onward", "in_transit", "哈密")),
        (_ago(3, 20), w.buy("at_hub", "aygul", "yimu", "ugly-mandarins")),
        (_ago(3, 4), w.ship("at_hub")),
        (_ago(2, 23), w.scan("at_hub", "picked_up", "资阳")),
        (_ago(2, 8), w.scan("at_hub", "in_transit", "成都")),
        (_ago(0, 1), w.scan("at_hub", "delivered", "西安市")),
        # A pillow that does not suit: the shop has not answered yet.
        (_ago(6, 2), w.buy("pillow", "xiaoman", "peanest", "buckwheat-pillow")),
        (_ago(5, 22), w.ship("pillow")),
        (_ago(5, 18), w.scan("pillow", "picked_up", "南通")),
        (_ago(5, 4), w.scan("pillow", "in_transit", "苏州")),
        (_ago(4, 3), w.scan("pillow", "delivered", "上海")),
        (_ago(0, 20), w.ask("pillow", "no_reason", "比想的高，睡不惯。", "return")),
        # A sofa that does not go through the door: a courier came for it, and the money with them.
        (_ago(4, 22), w.buy("sofa", "xiaoman", "peanest", "beer-sofa")),
        (_ago(4, 17), w.ship("sofa")),
        (_ago(4, 13), w.scan("sofa", "picked_up", "南通")),
        (_ago(4, 2), w.scan("sofa", "in_transit", "苏州")),
        (_ago(3, 8), w.scan("sofa", "delivered", "上海")),
        (_ago(2, 22), w.ask("sofa", "no_reason", "门比沙发窄两厘米，进不了客厅。", "return")),
        (_ago(2, 18), w.approve("sofa")),
        (_ago(2, 15), w.collect("sofa", aftersales.Sizes(18_500, 950, 800, 780, floors=3), 1)),
        # Another that somebody comes for tomorrow.
        (_ago(4, 19), w.buy("couch", "leo", "peanest", "beer-sofa")),
        (_ago(4, 15), w.ship("couch")),
        (_ago(4, 11), w.scan("couch", "picked_up", "南通")),
        (_ago(3, 14), w.scan("couch", "in_transit", "济南")),
        (_ago(2, 5), w.scan("couch", "delivered", "北京")),
        (_ago(1, 19), w.ask("couch", "no_reason", "Lovely, but the cat has claimed it.", "return")),
        (_ago(1, 3), w.approve("couch")),
        (_ago(0, 5), w.collect("couch", aftersales.Sizes(18_500), 4)),
        # On its way, and what waits to be sent.
        (_ago(2, 6), w.buy("socks", "leo", "qingcao", "stove-socks", 2)),
        (_ago(1, 20), w.ship("socks")),
        (_ago(1, 12), w.scan("socks", "picked_up", "呼和浩特")),
        (_ago(0, 21), w.scan("socks", "in_transit", "张家口")),
        (_ago(1, 4), w.buy("oil", "leo", "guoba", "camellia-oil")),
        (_ago(0, 19), w.buy("quilt", "aygul", "peanest", "linen-quilt-cover")),
        (_ago(0, 6), w.buy("mandarins", "xiaoman", "yimu", "ugly-mandarins", 2)),
        (_ago(0, 2), w.buy("scarf", "leo", "qingcao", "wind-scarf")),
    ]


def _ago(days: int, hours: int) -> timedelta:
    return timedelta(days=days, hours=hours)
