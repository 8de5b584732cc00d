"""Reading orders: the buyer's, the shop's, a cart with its prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from sanhao.goods.catalog import api as catalog
from sanhao.kit.money import Money, total
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.sizes import Sides, sides_of
from sanhao.kit.text import Text


class CartLineView(msgspec.Struct, frozen=True):
    offer: catalog.OfferCard
    quantity: int
    available: bool
    """On sale, and at least this many left."""

    @property
    def goods(self) -> Money:
        return self.offer.price * self.quantity


class CartView(msgspec.Struct, frozen=True):
    id: UUID
    lines: tuple[CartLineView, ...]

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def goods(self) -> Money | None:
        """None for an empty cart, or one in several currencies."""
        currencies = {line.offer.price.currency for line in self.lines}
        if len(currencies) != 1:
            return None
        return total([line.goods for line in self.lines], currencies.pop())


class LineView(msgspec.Struct, frozen=True):
    id: UUID
    order_id: UUID
    offer_id: UUID
    listing_id: UUID
    title: Text
    variant: Text
    picture: str
    quantity: int
    shipped_quantity: int
    delivered_quantity: int
    unit: Money
    goods: Money
    coupon: Money
    freight: Money
    refunded_units: int
    """Back for good; *cancelled_units* of them were never shipped."""
    cancelled_units: int
    refunded: Money
    kept: Money
    """What the shop kept of goods that came back: a fee, something missing."""
    special: str = ""
    weight_g: int = 0
    packed: Sides | None = None
    category: str = ""
    """Its path, the wider first, as the shop had it when it was bought."""

    @property
    def paid(self) -> Money:
        return self.goods - self.coupon

    @property
    def waiting_units(self) -> int:
        """Neither shipped nor cancelled."""
        return self.quantity - self.shipped_quantity - self.cancelled_units


class OrderView(msgspec.Struct, frozen=True):
    id: UUID
    number: str
    checkout_id: UUID
    shop_id: UUID
    person_id: UUID
    state: str
    goods: Money
    freight: Money
    coupon: Money
    total: Money
    refunded: Money
    freight_refunded: Money
    placed_at: datetime
    paid_at: datetime | None
    arrives_by: datetime | None
    collected_at: datetime | None
    delivered_at: datetime | None
    presale_ships_by: datetime | None
    cancelled_by: str
    carrier: str
    """Whom the buyer chose to bring it, for *surcharge* of the freight; empty where the shop chooses."""
    surcharge: Money
    address: dict[str, Any]
    lines: tuple[LineView, ...]


class CheckoutView(msgspec.Struct, frozen=True):
    id: UUID
    person_id: UUID
    state: str
    total: Money
    expires_at: datetime
    paid_at: datetime | None
    order_ids: tuple[UUID, ...]


def cart_count(cart_id: UUID) -> int:
    [row] = fetch(
        "SELECT coalesce(sum(quantity), 0)::int AS n FROM orders_cartline WHERE cart_id = %s", [cart_id]
    )
    return int(row["n"])


def cart(cart_id: UUID, *, now: datetime) -> CartView:
    """A cart with today's prices, in the order things were put in. An unknown cart is an empty one."""
    rows = fetch(
        "SELECT offer_id, quantity FROM orders_cartline WHERE cart_id = %s ORDER BY added_at, id", [cart_id]
    )
    offers = catalog.offers([row["offer_id"] for row in rows], now=now)
    lines = tuple(
        CartLineView(card, row["quantity"], card.on_sale and card.stock_left >= row["quantity"])
        for row in rows
        if (card := offers.get(row["offer_id"])) is not None
    )
    return CartView(cart_id, lines)


def checkout(checkout_id: UUID, *, person_id: UUID) -> CheckoutView:
    """Raises NotFound for another person's."""
    rows = fetch(
        "SELECT c.*, (SELECT array_agg(o.id ORDER BY o.id) FROM orders_order o WHERE o.checkout_id = c.id) AS orders "
        "FROM orders_checkout c WHERE c.id = %s AND c.person_id = %s",
        [checkout_id, person_id],
    )
    if not rows:
        raise NotFound("checkout.unknown", zh="没有找到这次结算。", en="There is no such checkout.")
    row = rows[0]
    return CheckoutView(
        row["id"],
        row["person_id"],
        row["state"],
        Money(row["total_minor"], row["currency"]),
        row["expires_at"],
        row["paid_at"],
        tuple(row["orders"]),
    )


def order(order_id: UUID, *, person_id: UUID | None = None, shop_id: UUID | None = None) -> OrderView:
    """One order, for its buyer or its shop (or, naming neither, for staff). Raises NotFound for strangers."""
    found = _orders(
        "o.id = %(id)s AND (%(person)s::uuid IS NULL OR o.person_id = %(person)s) "
        "AND (%(shop)s::uuid IS NULL OR o.shop_id = %(shop)s)",
        {"id": order_id, "person": person_id, "shop": shop_id},
    )
    if not found:
        raise NotFound("order.unknown", zh="没有找到这个订单。", en="There is no such order.")
    return found[0]


def orders(order_ids: Sequence[UUID]) -> dict[UUID, OrderView]:
    return {view.id: view for view in _orders("o.id = ANY(%(ids)s)", {"ids": list(order_ids)})}


def orders_of_checkout(checkout_id: UUID, *, shop_id: UUID) -> list[OrderView]:
    """What this shop owes of a checkout: one order, or none."""
    return _orders(
        "o.checkout_id = %(checkout)s AND o.shop_id = %(shop)s", {"checkout": checkout_id, "shop": shop_id}
    )


def of_checkouts(ids: Sequence[UUID]) -> dict[UUID, list[OrderView]]:
    """What was placed together, by checkout."""
    found: dict[UUID, list[OrderView]] = {}
    for view in _orders("o.checkout_id = ANY(%(ids)s)", {"ids": list(ids)}):
        found.setdefault(view.checkout_id, []).append(view)
    return found


def by_numbers(numbers: Sequence[str]) -> dict[str, UUID]:
    """Which order each number is of; unknown ones are missing. For staff."""
    rows = fetch("SELECT number, id FROM orders_order WHERE number = ANY(%s)", [list(numbers)])
    return {row["number"]: row["id"] for row in rows}


class Buyer(msgspec.Struct, frozen=True):
    """Whose an order is, and the two dates that what is granted about it is counted from."""

    person_id: UUID
    placed_at: datetime
    delivered_at: datetime | None


def buyers(order_ids: Sequence[UUID]) -> dict[UUID, Buyer]:
    """Who bought each of these; unknown ids are missing. One query."""
    rows = fetch(
        "SELECT id, person_id, placed_at, delivered_at FROM orders_order WHERE id = ANY(%s)",
        [list(order_ids)],
    )
    return {row["id"]: Buyer(row["person_id"], row["placed_at"], row["delivered_at"]) for row in rows}


def order_ids_of(checkout_id: UUID) -> list[UUID]:
    """The orders that were placed together in this checkout."""
    rows = fetch("SELECT id FROM orders_order WHERE checkout_id = %s ORDER BY id", [checkout_id])
    return [row["id"] for row in rows]


def numbers_of(person_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, str]]:
    """The numbers of everything each of these people has paid for, by order, the oldest first. One query."""
    found: dict[UUID, dict[UUID, str]] = {id: {} for id in person_ids}
    for row in fetch(
        "SELECT person_id, id, number FROM orders_order WHERE person_id = ANY(%s) AND paid_at IS NOT NULL "
        "ORDER BY placed_at, id",
        [list(person_ids)],
    ):
        found[row["person_id"]][row["id"]] = row["number"]
    return found


def checkout_ids(order_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Which checkout each order belongs to."""
    rows = fetch("SELECT id, checkout_id FROM orders_order WHERE id = ANY(%s)", [list(order_ids)])
    return {row["id"]: row["checkout_id"] for row in rows}


def destinations(since: datetime) -> dict[tuple[str, str], int]:
    """How many orders were paid since then, by country and region of their address. One query."""
    rows = fetch(
        "SELECT c.address->>'country' AS country, c.address->>'region' AS region, count(*)::int AS n FROM orders_order o "
        "JOIN orders_checkout c ON c.id = o.checkout_id WHERE o.paid_at >= %s GROUP BY 1, 2",
        [since],
    )
    return {(row["country"] or "", row["region"] or ""): row["n"] for row in rows}


def line_quantities(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many units of each line of these orders are, or will be, on their way: what was cancelled never is."""
    rows = fetch(
        "SELECT id, quantity - cancelled_units AS quantity FROM orders_line WHERE order_id = ANY(%s)",
        [list(order_ids)],
    )
    return {row["id"]: row["quantity"] for row in rows}


def units_left(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Of each line of these orders, how many units' money has not gone back for good."""
    rows = fetch(
        "SELECT id, quantity - refunded_units AS units FROM orders_line WHERE order_id = ANY(%s)",
        [list(order_ids)],
    )
    return {row["id"]: row["units"] for row in rows}


def orders_of(
    *person_ids: UUID, state: str | None = None, before: datetime | None = None, limit: int = 20
) -> list[OrderView]:
    """The orders of a buyer (and of the guests they were before), newest first; paged by the `placed_at` of the last one seen. Expired ones are left out."""
    return _orders(
        "o.person_id = ANY(%(people)s) AND o.state <> 'expired' "
        "AND (%(state)s::text IS NULL OR o.state = %(state)s) "
        "AND (%(before)s::timestamptz IS NULL OR o.placed_at < %(before)s)",
        {"people": list(person_ids), "state": state, "before": before, "limit": limit},
        "ORDER BY o.placed_at DESC, o.id LIMIT %(limit)s",
    )


def reaching(
    threshold_minor: int, shop_id: UUID | None = None, *, currency: str, since: datetime
) -> tuple[int, int]:
    """How many orders were paid since then (of a shop, or of all), and in how many the goods were worth so much."""
    [row] = fetch(
        "SELECT count(*) AS paid, count(*) FILTER (WHERE goods_minor >= %(threshold)s) AS reached FROM orders_order "
        "WHERE paid_at >= %(since)s AND placed_at >= %(placed)s AND currency = %(currency)s "
        "AND (%(shop)s::uuid IS NULL OR shop_id = %(shop)s)",
        {"threshold": threshold_minor, "shop": shop_id, "currency": currency, "since": since,
         "placed": since - timedelta(days=1)},
    )  # fmt: skip
    return row["paid"], row["reached"]


class Within(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which goods of which orders: of these shops, and of these orders, listings and offers where any are named, paid
    from one moment until before another."""

    shops: tuple[UUID, ...]
    orders: tuple[UUID, ...] = ()
    listings: tuple[UUID, ...] = ()
    offers: tuple[UUID, ...] = ()
    paid_from: datetime | None = None
    paid_until: datetime | None = None


def within(scope: Within, *, uncollected: bool = False, limit: int) -> dict[UUID, dict[UUID, int]]:
    """By order how many units of which lines were paid for and are in *scope*, the oldest orders first, *limit* of them
    at most. *uncollected*: only orders that no carrier has yet. One query; what ended unpaid or was cancelled is not there."""
    found: dict[UUID, dict[UUID, int]] = {}
    for row in fetch(
        """
        SELECT o.id, array_agg(l.id ORDER BY l.id) AS lines, array_agg(l.quantity ORDER BY l.id) AS counts
        FROM orders_order o JOIN orders_line l ON l.order_id = o.id
        WHERE o.shop_id = ANY(%(shops)s) AND o.state IN ('paid', 'shipped', 'delivered')
          AND (NOT %(uncollected)s OR o.collected_at IS NULL AND o.state <> 'delivered')
          AND (%(orders)s::uuid[] = '{}' OR o.id = ANY(%(orders)s))
          AND (%(listings)s::uuid[] = '{}' OR l.listing_id = ANY(%(listings)s))
          AND (%(offers)s::uuid[] = '{}' OR l.offer_id = ANY(%(offers)s))
          AND (%(since)s::timestamptz IS NULL OR o.paid_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR o.paid_at < %(until)s)
        GROUP BY o.id ORDER BY min(o.paid_at), o.id LIMIT %(limit)s
        """,
        {"shops": list(scope.shops), "orders": list(scope.orders), "listings": list(scope.listings),
         "offers": list(scope.offers), "since": scope.paid_from, "until": scope.paid_until,
         "uncollected": uncollected, "limit": limit},
    ):  # fmt: skip
        found[row["id"]] = dict(zip(row["lines"], row["counts"], strict=True))
    return found


class Known(msgspec.Struct, frozen=True):
    """How well a buyer is known: orders that arrived, and when the first of them was placed."""

    arrived: int = 0
    since: datetime | None = None


def known(person_ids: Sequence[UUID]) -> dict[UUID, Known]:
    """For each of these people. One query."""
    rows = fetch(
        "SELECT person_id, count(*)::int AS arrived, min(placed_at) AS since FROM orders_order "
        "WHERE person_id = ANY(%s) AND state = 'delivered' GROUP BY person_id",
        [list(person_ids)],
    )
    found = {row["person_id"]: Known(row["arrived"], row["since"]) for row in rows}
    return {id: found.get(id, Known()) for id in person_ids}


def orders_of_shop(
    shop_id: UUID, *, states: Sequence[str], before: datetime | None = None, limit: int = 50, search: str = ""
) -> list[OrderView]:
    """A shop's orders in *states*, newest first; *search* matches the start of a number."""
    return _orders(
        "o.shop_id = %(shop)s AND o.state = ANY(%(states)s) AND o.number LIKE %(search)s "
        "AND (%(before)s::timestamptz IS NULL OR o.placed_at < %(before)s)",
        {
            "shop": shop_id,
            "states": list(states),
            "before": before,
            "limit": limit,
            "search": "".join(letter for letter in search if letter.isalnum()) + "%",
        },
        "ORDER BY o.placed_at DESC, o.id LIMIT %(limit)s",
    )


def all_of_shop(
    shop_id: UUID, *, states: Sequence[str], after: UUID | None = None, limit: int
) -> list[OrderView]:
    """A shop's orders in *states* in the order of their ids, those behind *after*: page by page, none twice or left out."""
    return _orders(
        "o.shop_id = %(shop)s AND o.state = ANY(%(states)s) AND (%(after)s::uuid IS NULL OR o.id > %(after)s)",
        {"shop": shop_id, "states": list(states), "after": after, "limit": limit},
        "ORDER BY o.id LIMIT %(limit)s",
    )


def to_ship(shop_id: UUID, *, limit: int = 500) -> list[OrderView]:
    """What a shop still has to hand over. The face orders them by the time left on their promise."""
    return _orders(
        "o.shop_id = %(shop)s AND o.state = 'paid'",
        {"shop": shop_id, "limit": limit},
        "ORDER BY o.paid_at, o.id LIMIT %(limit)s",
    )


class Waits(msgspec.Struct, frozen=True):
    """How many orders wait for a shop's hands, and packed for a courier's; counted to a hundred."""

    to_ship: int
    to_collect: int


def waits(shop_id: UUID) -> Waits:
    """What the tabs of a shop say on every page. One query, never more than two hundred rows of two indexes."""
    [row] = fetch(
        """
        SELECT (SELECT count(*) FROM (SELECT 1 FROM orders_order WHERE shop_id = %(shop)s AND state = 'paid'
                                      LIMIT 100) p) AS to_ship,
               (SELECT count(*) FROM (SELECT 1 FROM orders_order WHERE shop_id = %(shop)s AND state = 'shipped'
                                      AND collected_at IS NULL LIMIT 100) c) AS to_collect
        """,
        {"shop": shop_id},
    )
    return Waits(**row)


def _orders(where: str, params: dict[str, Any], tail: str = "") -> list[OrderView]:
    rows = fetch(
        f"SELECT o.*, c.address FROM orders_order o JOIN orders_checkout c ON c.id = o.checkout_id WHERE {where} {tail}",
        params,
    )
    lines: dict[UUID, list[LineView]] = defaultdict(list)
    if rows:
        currencies = {row["id"]: row["currency"] for row in rows}
        for line in fetch(
            "SELECT * FROM orders_line WHERE order_id = ANY(%s) ORDER BY id", [list(currencies)]
        ):
            lines[line["order_id"]].append(_line(line, currencies[line["order_id"]]))
    return [_view(row, lines[row["id"]]) for row in rows]


def _line(row: dict[str, Any], currency: str) -> LineView:
    return LineView(
        id=row["id"],
        order_id=row["order_id"],
        offer_id=row["offer_id"],
        listing_id=row["listing_id"],
        title=Text(zh=row["title_zh"], en=row["title_en"]),
        variant=Text(zh=row["variant_zh"], en=row["variant_en"]),
        picture=row["picture"],
        quantity=row["quantity"],
        shipped_quantity=row["shipped_quantity"],
        delivered_quantity=row["delivered_quantity"],
        unit=Money(row["unit_minor"], currency),
        goods=Money(row["goods_minor"], currency),
        coupon=Money(row["coupon_minor"], currency),
        freight=Money(row["freight_minor"], currency),
        refunded_units=row["refunded_units"],
        cancelled_units=row["cancelled_units"],
        refunded=Money(row["refunded_minor"], currency),
        kept=Money(row["kept_minor"], currency),
        special=row["special"],
        weight_g=row["weight_g"],
        packed=sides_of(row["packed_mm"]),
        category=row["category"],
    )


def _view(row: dict[str, Any], lines: Sequence[LineView]) -> OrderView:
    currency = row["currency"]
    address = row["address"]
    return OrderView(
        id=row["id"],
        number=row["number"],
        checkout_id=row["checkout_id"],
        shop_id=row["shop_id"],
        person_id=row["person_id"],
        state=row["state"],
        goods=Money(row["goods_minor"], currency),
        freight=Money(row["freight_minor"], currency),
        coupon=Money(row["coupon_minor"], currency),
        total=Money(row["total_minor"], currency),
        refunded=Money(row["refunded_minor"], currency),
        freight_refunded=Money(row["freight_refunded_minor"], currency),
        placed_at=row["placed_at"],
        paid_at=row["paid_at"],
        arrives_by=row["arrives_by"],
        collected_at=row["collected_at"],
        delivered_at=row["delivered_at"],
        presale_ships_by=row["presale_ships_by"],
        cancelled_by=row["cancelled_by"],
        carrier=row["carrier"],
        surcharge=Money(row["surcharge_minor"], currency),
        address=msgspec.json.decode(address) if isinstance(address, str) else address,
        lines=tuple(lines),
    )
