"""What remote areas can be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from sanhao.kit.arrays import array
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.remote.core import (
    Goods,
    Hub,
    HubAddress,
    SecondLeg,
    Tariff,
    Terms,
    area_of,
    budget_of,
    day_of,
    second_leg,
)
from sanhao.service.remote.ending import Seen


class Wish(msgspec.Struct, frozen=True):
    """What a shop would send to a buyer, and the goods in it."""

    parcel: delivery.Parcel
    goods: tuple[Goods, ...]


class Way(msgspec.Struct, frozen=True):
    """Free shipping by consolidation for one shop's parcel: *first* is what its own template asks to the hub."""

    first: Money
    leg: SecondLeg

    @property
    def freight(self) -> Money:
        """What the buyer pays for both legs."""
        return self.first + self.leg.buyer


def ways(wishes: Sequence[Wish], terms: Terms, *, now: datetime) -> list[Way | None]:
    """How each of these parcels could go by a hub; None where it cannot: the place is not remote, its shop has not joined,
    the goods are not eligible, no hub serves the place, or today's budget is out. No query where nothing is remote, else
    four at most. What is shown is not reserved."""
    none: list[Way | None] = [None] * len(wishes)
    if not any(area_of(terms, wish.parcel.country, wish.parcel.region) for wish in wishes):
        return none
    joined, found = _joined([wish.parcel.shop_id for wish in wishes])
    legs = [
        second_leg(terms, found, wish.parcel.country, wish.parcel.region, wish.goods, wish.parcel.goods.currency)
        if wish.parcel.shop_id in joined else None
        for wish in wishes
    ]  # fmt: skip
    going = [(n, leg) for n, leg in enumerate(legs) if leg is not None]
    if not going:
        return none
    firsts = delivery.quotes(
        [
            msgspec.structs.replace(wishes[n].parcel, country=leg.hub.address.country, region=leg.hub.address.region)
            for n, leg in going
        ]
    )  # fmt: skip
    left = _left(terms, [leg for _, leg in going], now)
    for (n, leg), first in zip(going, firsts, strict=True):
        scopes: dict[str, int] = defaultdict(int)
        for part in leg.parts:
            scopes[part.scope] += part.minor
        if first is not None and all(left[scope] >= minor for scope, minor in scopes.items()):
            none[n] = Way(first, leg)
            for scope, minor in scopes.items():
                left[scope] -= minor
    return none


def _joined(shop_ids: Sequence[UUID]) -> tuple[set[UUID], list[Hub]]:
    """Which of these shops have joined, and, where one has, every hub that takes parcels."""
    rows = fetch(
        "SELECT shop_id FROM remote_enrolment WHERE left_at IS NULL AND shop_id = ANY(%s)", [list(shop_ids)]
    )
    return ({row["shop_id"] for row in rows}, hubs(active=True)) if rows else (set(), [])


def hubs(*, active: bool | None = None) -> list[Hub]:
    """All hubs, or only those that (do not) take parcels."""
    rows = fetch("SELECT * FROM remote_hub WHERE %s::boolean IS NULL OR active = %s ORDER BY id", [active, active])  # fmt: skip
    return [_hub(row) for row in rows]


def hub(id: UUID) -> Hub:
    """Raises NotFound."""
    rows = fetch("SELECT * FROM remote_hub WHERE id = %s", [id])
    if not rows:
        raise NotFound("remote.no_hub", zh="没有这个集运仓。", en="There is no such hub.")
    return _hub(rows[0])


def _hub(row: Row) -> Hub:
    currency = row["currency"]
    return Hub(
        id=row["id"],
        name=Text(zh=row["name_zh"], en=row["name_en"]),
        address=HubAddress(
            row["recipient"], row["phone"], row["country"], row["region"], row["city"], row["street"], row["postcode"]
        ),
        serves=tuple(row["serves"]),
        carrier=row["carrier"],
        tariff=Tariff(
            row["first_g"], Money(row["first_minor"], currency), row["extra_g"], Money(row["extra_minor"], currency)
        ),
        active=row["active"],
    )  # fmt: skip


def _left(terms: Terms, legs: Sequence[SecondLeg], now: datetime) -> dict[str, int]:
    """What today's budgets still hold, by scope; one that no order has opened yet is whole."""
    scopes = sorted({part.scope for leg in legs for part in leg.parts})
    currency = legs[0].price.currency
    rows = fetch(
        "SELECT b.scope, sum(s.left_minor)::bigint AS minor FROM remote_budget b JOIN remote_shard s ON s.budget_id = b.id "
        "WHERE b.day = %s AND b.currency = %s AND b.scope = ANY(%s) GROUP BY b.scope",
        [day_of(terms, now), currency, scopes],
    )
    return {scope: budget_of(terms, scope, currency) for scope in scopes} | {
        row["scope"]: row["minor"] for row in rows
    }


def enrolled(shop_id: UUID) -> datetime | None:
    """Since when this shop sends by hubs; None if it does not."""
    rows = fetch("SELECT joined_at FROM remote_enrolment WHERE shop_id = %s AND left_at IS NULL", [shop_id])
    return rows[0]["joined_at"] if rows else None


class Consolidated(msgspec.Struct, frozen=True):
    """The second leg of one order: by which hub and carrier, what it costs, who pays, how far it is."""

    order_id: UUID
    shop_id: UUID
    hub: Hub
    carrier: str
    area: str
    price: Money
    subsidy: Money
    buyer: Money
    state: str
    reserved_at: datetime
    ended_at: datetime | None


def consolidated(order_ids: Sequence[UUID]) -> dict[UUID, Consolidated]:
    """Those of these orders that go by a hub. One query."""
    found = read_consolidated("c.id IN (SELECT unnest((SELECT %s::uuid[])))", [array(order_ids)])
    return {one.order_id: one for one in found}


def read_consolidated(where: str, params: list[Any]) -> list[Consolidated]:
    rows = fetch(
        f"""
        SELECT c.id AS order_id, c.carrier AS onward, c.area, c.currency AS paid_in, c.price_minor, c.subsidy_minor,
            c.buyer_minor, c.state, c.reserved_at, c.ended_at, c.shop_id, h.*
        FROM remote_consolidation c JOIN remote_hub h ON h.id = c.hub_id WHERE {where}
        """,
        params,
    )
    return [_consolidated(row) for row in rows]


def _consolidated(row: dict[str, Any]) -> Consolidated:
    currency = row["paid_in"]
    return Consolidated(
        row["order_id"],
        row["shop_id"],
        _hub(row),
        row["onward"],
        row["area"],
        Money(row["price_minor"], currency),
        Money(row["subsidy_minor"], currency),
        Money(row["buyer_minor"], currency),
        row["state"],
        row["reserved_at"],
        row["ended_at"],
    )


def parcels_seen(order_ids: Sequence[UUID]) -> dict[UUID, tuple[Seen, ...]]:
    """Of each order the parcels that were registered, and when each was last heard of."""
    return {
        id: tuple(_seen(parcel) for parcel in parcels)
        for id, parcels in delivery.consignments_of(order_ids).items()
    }


def _seen(parcel: delivery.ConsignmentView) -> Seen:
    heard = max([parcel.registered_at, *(scan.received_at for scan in parcel.scans)])
    if parcel.state == "returned":
        return Seen("turned_round", heard)
    return Seen("at_the_hub" if parcel.leg == 2 or parcel.state == "delivered" else "on_its_way", heard)


def mismatches() -> dict[tuple[date, str, str], tuple[int, int]]:
    """Budgets of which more or less is gone than orders took: (taken of the shards, taken by orders). Empty when sound."""
    rows = fetch(
        """
        SELECT b.day, b.currency, b.scope, b.total_minor - coalesce(sum(s.left_minor), 0)::bigint AS gone,
            coalesce((SELECT sum(p.minor) FROM remote_part p JOIN remote_shard o ON o.id = p.shard_id
                      JOIN remote_consolidation c ON c.id = p.consolidation_id
                      WHERE o.budget_id = b.id AND c.state IN ('reserved', 'spent')), 0)::bigint AS taken
        FROM remote_budget b LEFT JOIN remote_shard s ON s.budget_id = b.id GROUP BY b.id ORDER BY b.day, b.currency, b.scope
        """
    )
    return {
        (row["day"], row["currency"], row["scope"]): (row["gone"], row["taken"])
        for row in rows
        if row["gone"] != row["taken"]
    }
