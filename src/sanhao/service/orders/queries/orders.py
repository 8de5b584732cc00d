"""Reading whole orders: the buyer's, the shop's, with all their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.sizes import Sides, sides_of
from sanhao.kit.text import Text


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
