"""Placing a checkout: price it, hold the goods, start the payment; and letting go of what nobody paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.payments import api as payments
from sanhao.books.wallet import api as wallet
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders.core import Item, Priced, Used, number, price
from sanhao.service.orders.events import CheckoutExpired
from sanhao.service.orders.models import CHECKOUT, ORDER
from sanhao.service.orders.sending import Rules, Sending, rules_at, sendings
from sanhao.service.remote import api as remote

Offers = Mapping[UUID, catalog.OfferCard]
Consents = Mapping[UUID, Sequence[str]]
"""What the buyer agreed to, by offer: for this very item, ticked by hand."""
Services = Mapping[UUID, delivery.Chosen]
"""How the buyer wants each shop to send, as it was shown."""


class Placed(msgspec.Struct, frozen=True):
    """What the buyer is asked to pay, and until when the goods are held."""

    checkout_id: UUID
    payment_id: UUID
    total: Money
    expires_at: datetime
    order_ids: tuple[UUID, ...]


def place(
    *,
    cart_id: UUID,
    person_id: UUID,
    address_id: UUID,
    coupon_ids: Sequence[UUID] = (),
    consents: Consents = MappingProxyType({}),
    services: Services = MappingProxyType({}),
    gateway: str = "",
    now: datetime,
) -> Placed:
    """One order per shop of everything in the cart, held unpaid for a quarter of an hour (a term).

    All or nothing. Refuses an empty cart, another's address or coupon, sold-out or closed offers, several currencies,
    regions a shop does not deliver to, and a way of sending that is no longer what was shown (*services*, by shop;
    where none is named the shop chooses); then nothing has changed.
    """
    with transaction.atomic():
        wanted = _empty(cart_id, person_id)
        if not wanted:
            raise Invalid("checkout.empty", zh="购物车是空的。", en="The cart is empty.")
        address = people.address(address_id, person_id=person_id)
        offers = catalog.offers([row["offer_id"] for row in wanted], now=now)
        items = _items(sorted(wanted, key=lambda row: (row["added_at"], row["id"])), offers)
        checkout_id = new_id()
        if refusal := catalog.hopeless([_want(item, checkout_id, person_id) for item in items], offers):
            raise refusal  # in a rush nearly everybody: before anything is written
        used: list[Used] = []
        if coupon_ids:
            used = [
                Used(one.coupon_id, one.amount, one.funder_kind, one.funder_id, one.shop_id)
                for one in wallet.reserve(
                    coupon_ids, person_id=person_id, for_id=checkout_id, goods=_goods(items), now=now
                )
            ]
        rules = rules_at(now)
        ways = _ways(items, offers, address, services, rules, now)
        priced = price(items, {shop: way.option.freight for shop, way in ways.items()}, used)
        if used:
            _check_all_pay(used, priced)
        expires_at = now + timedelta(minutes=rules.orders.hold_minutes)
        order_ids = new_ids(len(priced.orders))
        _write(
            checkout_id,
            order_ids,
            person_id,
            priced,
            offers,
            address,
            ways,
            now,
            expires_at,
            consents,
        )
        catalog.reserve(
            [
                _want(line.item, order_id, person_id)
                for order_id, order in zip(order_ids, priced.orders, strict=True)
                for line in order.lines
            ],
            expires_at=expires_at,
            now=now,
            seen=offers,
        )
        by_hub = [
            remote.Draft(order_id, order.shop_id, leg)
            for order_id, order in zip(order_ids, priced.orders, strict=True)
            if (leg := ways[order.shop_id].leg) is not None
        ]
        if by_hub and rules.remote is not None:
            remote.reserve(by_hub, rules.remote, now=now)
        payment = payments.begin(
            subject_kind="checkout",
            subject_id=checkout_id,
            person_id=person_id,
            amount=priced.total,
            gateway=gateway,
            now=now,
        )
    return Placed(checkout_id, payment.id, priced.total, expires_at, tuple(order_ids))


def _empty(cart_id: UUID, person_id: UUID) -> list[Row]:
    """Take everything out of the cart (a refusal later puts it back); nothing out of somebody else's.

    Whoever presses the button in two tabs waits here, and then finds the cart empty.
    """
    return fetch(
        """
        WITH mine AS (
            SELECT l.id FROM orders_cartline l JOIN orders_cart c ON c.id = l.cart_id
            WHERE c.id = %s AND (c.person_id = %s OR c.person_id IS NULL) ORDER BY l.id FOR UPDATE OF l
        )
        DELETE FROM orders_cartline l USING mine WHERE l.id = mine.id RETURNING l.id, l.offer_id, l.quantity, l.added_at
        """,
        [cart_id, person_id],
    )


def _items(wanted: Sequence[Row], offers: Offers) -> list[Item]:
    items = []
    for row in wanted:
        card = offers.get(row["offer_id"])
        if card is None or not card.on_sale:
            title_zh, title_en = (
                (card.title.zh, card.title.en) if card else ("有件商品", "Something in the cart")
            )
            raise Invalid(
                "checkout.not_on_sale",
                zh=f"{title_zh}刚刚下架了，请从购物车移除后再结算。",
                en=f"{title_en} is no longer on sale. Take it out of the cart to go on.",
            )
        items.append(Item(card.id, card.shop_id, row["quantity"], card.price, card.weight_g))
    if len({item.unit.currency for item in items}) > 1:
        raise Invalid(
            "checkout.currencies",
            zh="购物车里有不同币种的商品，请分开结算。",
            en="The cart holds prices in different currencies. Check them out one after the other.",
        )
    return items


def _want(item: Item, order_id: UUID, person_id: UUID) -> catalog.Want:
    """At the price it was priced with: one that has just changed is refused."""
    return catalog.Want(item.offer_id, item.quantity, order_id, person_id, item.unit.minor)


def _goods(items: Sequence[Item]) -> dict[UUID, Money]:
    """What the goods are worth, by shop."""
    goods: dict[UUID, Money] = {}
    for item in items:
        value = item.unit * item.quantity
        goods[item.shop_id] = goods[item.shop_id] + value if item.shop_id in goods else value
    return goods


def _check_all_pay(used: Sequence[Used], priced: Priced) -> None:
    """Nobody gives a coupon away for nothing: one that meets goods already paid for stays in the wallet."""
    paying = {share.coupon_id for order in priced.orders for line in order.lines for share in line.shares}
    if any(one.coupon_id not in paying for one in used):
        raise Refusal(
            "checkout.coupon_idle",
            zh="其他券已经付清了商品，有一张券用不上，请把它留着下次用。",
            en="The other coupons pay for everything already. Leave one out, and keep it for next time.",
        )


def _ways(
    items: Sequence[Item],
    offers: Offers,
    address: people.AddressCard,
    services: Services,
    rules: Rules,
    now: datetime,
) -> dict[UUID, Sending]:
    """How each shop sends to this address, and for what: as chosen, or as it chooses itself. One query."""
    goods: dict[UUID, list[Item]] = {}
    for item in items:
        goods.setdefault(item.shop_id, []).append(item)
    worth = _goods(items)
    offered = sendings(
        [
            remote.Wish(
                delivery.Parcel(
                    shop_id,
                    address.country,
                    address.region,
                    sum(item.weight_g * item.quantity for item in of_shop),
                    worth[shop_id],
                ),
                tuple(
                    remote.Goods(offers[item.offer_id].category_path, item.weight_g * item.quantity)
                    for item in of_shop
                ),
            )
            for shop_id, of_shop in goods.items()
        ],
        rules,
        now=now,
    )
    return {
        shop_id: _chosen(shop_id, of_shop, services.get(shop_id), address)
        for shop_id, of_shop in zip(goods, offered, strict=True)
    }


def _chosen(
    shop_id: UUID, offered: Sequence[Sending], chosen: delivery.Chosen | None, address: people.AddressCard
) -> Sending:
    """Raises Refusal where there is no way there, and for one that is no longer what was shown."""
    if not offered:
        raise _nowhere(shop_id, address.region or address.country)
    if chosen is None:
        return offered[0]
    option = delivery.as_chosen([sending.option for sending in offered], chosen)
    if option is None:
        raise _other_way(shop_id)
    return next(sending for sending in offered if sending.option is option)


def _nowhere(shop_id: UUID, place: str) -> Refusal:
    name = shops.shops([shop_id])[shop_id].name
    return Refusal(
        "delivery.undeliverable",
        zh=f"{name.zh}不发往{place}。请换一个收货地址，或把它的商品拿出购物车。",
        en=f"{name.en} does not send to {place}. Choose another address, or take its goods out of the cart.",
    )


def _other_way(shop_id: UUID) -> Refusal:
    name = shops.shops([shop_id])[shop_id].name
    return Refusal(
        "checkout.courier_changed",
        zh=f"{name.zh}的快递、运费或送达时间刚刚变了。请看过新的，再下单。",
        en=f"How {name.en} sends, what it costs or how long it takes has just changed. Look at it and place the order again.",
    )


def _write(
    checkout_id: UUID,
    order_ids: Sequence[UUID],
    person_id: UUID,
    priced: Priced,
    offers: Offers,
    address: people.AddressCard,
    ways: Mapping[UUID, Sending],
    now: datetime,
    expires_at: datetime,
    consents: Consents,
) -> None:
    """Checkout, orders, lines and (where there are any) shares of coupons in one statement."""
    cards = shops.shops([order.shop_id for order in priced.orders])
    priced_lines = [
        (order_id, line)
        for order_id, order in zip(order_ids, priced.orders, strict=True)
        for line in order.lines
    ]
    line_ids = new_ids(len(priced_lines))
    orders = [
        {
            "id": order_id,
            "number": number(order_id, now),
            "shop_id": order.shop_id,
            "goods_minor": order.goods.minor,
            "freight_minor": order.freight.minor,
            "coupon_minor": order.coupon.minor,
            "total_minor": order.total.minor,
            "carrier": (way := ways[order.shop_id].option).carrier,
            "surcharge_minor": way.surcharge.minor,
            "transit_days": way.transit_days,
            "ship_hours": cards[order.shop_id].ship_hours,
            "presale_ships_by": _presale(offers, [line.item.offer_id for line in order.lines]),
        }
        for order_id, order in zip(order_ids, priced.orders, strict=True)
    ]
    lines = [
        {
            "id": line_id,
            "order_id": order_id,
            "offer_id": line.item.offer_id,
            "listing_id": (card := offers[line.item.offer_id]).listing_id,
            "title_zh": card.title.zh,
            "title_en": card.title.en,
            "variant_zh": card.variant.zh,
            "variant_en": card.variant.en,
            "picture": card.picture,
            "special": card.special,
            "quantity": line.item.quantity,
            "unit_minor": line.item.unit.minor,
            "goods_minor": line.goods.minor,
            "coupon_minor": line.coupon.minor,
            "freight_minor": line.freight.minor,
            "weight_g": line.item.weight_g,
            "packed_mm": card.packed,
            "category": card.category_path,
            "price_kind": card.kind,
            "consents": ";".join(consents.get(card.id, ())),
        }
        for (order_id, line), line_id in zip(priced_lines, line_ids, strict=True)
    ]
    shares = [
        {
            "id": new_id(),
            "line_id": line_id,
            "coupon_id": share.coupon_id,
            "funder_kind": share.funder_kind,
            "funder_id": share.funder_id,
            "amount_minor": share.amount.minor,
        }
        for (_, line), line_id in zip(priced_lines, line_ids, strict=True)
        for share in line.shares
    ]
    execute(
        _PLACE_WITH_SHARES if shares else _PLACE,
        {
            "checkout": checkout_id,
            "person": person_id,
            "currency": priced.goods.currency,
            "goods": priced.goods.minor,
            "freight": priced.freight.minor,
            "coupon": priced.coupon.minor,
            "total": priced.total.minor,
            "address": msgspec.json.encode(address).decode(),
            "now": now,
            "expires_at": expires_at,
            "orders": msgspec.json.encode(orders).decode(),
            "lines": msgspec.json.encode(lines).decode(),
            **({"shares": msgspec.json.encode(shares).decode()} if shares else {}),
        },
    )


_ORDERS = """
    WITH checkout AS (
        INSERT INTO orders_checkout (id, person_id, state, currency, goods_minor, freight_minor, coupon_minor,
                                     total_minor, address, placed_at, expires_at)
        VALUES (%(checkout)s, %(person)s, 'placed', %(currency)s, %(goods)s, %(freight)s, %(coupon)s,
                %(total)s, %(address)s::jsonb, %(now)s, %(expires_at)s)
    ), orders AS (
        INSERT INTO orders_order (id, number, checkout_id, shop_id, person_id, state, currency, goods_minor,
            freight_minor, coupon_minor, total_minor, carrier, surcharge_minor, transit_days, ship_hours,
            presale_ships_by, placed_at, cancelled_by, refunded_minor)
        SELECT id, number, %(checkout)s, shop_id, %(person)s, 'unpaid', %(currency)s, goods_minor,
            freight_minor, coupon_minor, total_minor, carrier, surcharge_minor, transit_days, ship_hours,
            presale_ships_by, %(now)s, '', 0
        FROM jsonb_to_recordset(%(orders)s::jsonb) AS o (id uuid, number text, shop_id uuid, goods_minor bigint,
            freight_minor bigint, coupon_minor bigint, total_minor bigint, carrier text, surcharge_minor bigint,
            transit_days int, ship_hours int, presale_ships_by timestamptz)
    )
"""
_LINES = """
    INSERT INTO orders_line (id, order_id, offer_id, listing_id, title_zh, title_en, variant_zh, variant_en,
        picture, special, quantity, shipped_quantity, delivered_quantity, unit_minor, goods_minor, coupon_minor,
        freight_minor, weight_g, packed_mm, category, price_kind, consents)
    SELECT id, order_id, offer_id, listing_id, title_zh, title_en, variant_zh, variant_en,
        picture, special, quantity, 0, 0, unit_minor, goods_minor, coupon_minor, freight_minor, weight_g,
        packed_mm, category, price_kind, consents
    FROM jsonb_to_recordset(%(lines)s::jsonb) AS l (id uuid, order_id uuid, offer_id uuid, listing_id uuid,
        title_zh text, title_en text, variant_zh text, variant_en text, picture text, special text, quantity int,
        unit_minor bigint, goods_minor bigint, coupon_minor bigint, freight_minor bigint, weight_g int,
        packed_mm int[], category text, price_kind text, consents text)
"""
_PLACE = f"{_ORDERS} {_LINES}"
_PLACE_WITH_SHARES = f"""
    {_ORDERS}, lines AS ({_LINES})
    INSERT INTO orders_share (id, line_id, coupon_id, funder_kind, funder_id, amount_minor)
    SELECT id, line_id, coupon_id, funder_kind, funder_id, amount_minor
    FROM jsonb_to_recordset(%(shares)s::jsonb) AS s (id uuid, line_id uuid, coupon_id uuid, funder_kind text,
        funder_id text, amount_minor bigint)
"""


def _presale(offers: Offers, offer_ids: Sequence[UUID]) -> datetime | None:
    """The latest of the presale dates in one order: everything travels together unless the shop ships earlier."""
    dates = [date for id in offer_ids if (date := offers[id].ships_by_at) is not None]
    return max(dates, default=None)


def expire(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: unpaid checkouts past their time; goods back on the shelf, coupons back in the wallet."""
    expired = CHECKOUT.move([row["id"] for row in rows], "expired", at=now)
    people_of = {row["id"]: row["person_id"] for row in rows}
    orders = fetch("SELECT id FROM orders_order WHERE checkout_id = ANY(%s) ORDER BY id", [expired])
    order_ids = [row["id"] for row in orders]
    ORDER.move(order_ids, "expired", at=now)
    catalog.release(order_ids, now=now)
    remote.free(order_ids, now=now)
    wallet.release(expired, now=now)
    events.emit([CheckoutExpired(id, people_of[id]) for id in expired], at=now)
