"""How far the shops of this site send: for every province how much of what is on sale can be sent there, and by whom not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from sanhao.goods.catalog import api as catalog
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.remote.core import Hub, Terms, area_of, goes
from sanhao.service.remote.provinces import PROVINCES, Province
from sanhao.service.remote.queries import hubs

Reached = Mapping[str, set[UUID]]
_MAINLAND = "CN"


class Reach(msgspec.Struct, frozen=True):
    """Of *listings* on sale, so many go *straight* to a place, and so many more only *by_hub*."""

    listings: int = 0
    straight: int = 0
    by_hub: int = 0

    def __add__(self, other: Reach) -> Reach:
        return Reach(
            self.listings + other.listings, self.straight + other.straight, self.by_hub + other.by_hub
        )

    @property
    def unsent(self) -> int:
        return self.listings - self.straight - self.by_hub

    @property
    def share(self) -> float:
        """Of what is on sale, what can be sent; 1 where nothing is on sale."""
        return 1 - self.unsent / self.listings if self.listings else 1.0


class Coverage(msgspec.Struct, frozen=True):
    """By province (its key): the reach, that of each category, and the listings of each shop that does not send there."""

    provinces: Mapping[str, Reach]
    categories: Mapping[str, Mapping[str, Reach]]
    closed: Mapping[str, Mapping[UUID, int]]


def coverage(terms: Terms) -> Coverage:
    """What can be sent where, now. Four queries, however many shops there are."""
    supply = catalog.on_sale()
    straight, by_hub = _reached(terms, sorted({one.shop_id for one in supply}))
    return spread(terms, supply, straight, by_hub)


def closed_to(terms: Terms, shop_id: UUID, category: str) -> list[Province]:
    """The provinces of the mainland to which this shop sends nothing of a category, neither straight nor by a hub. Three
    queries."""
    straight, by_hub = _reached(terms, [shop_id])
    hub_goods = goes(terms, category)
    return [
        province
        for key, province in PROVINCES.items()
        if province.country == _MAINLAND
        and shop_id not in straight[key]
        and not (hub_goods and shop_id in by_hub[key])
    ]


def _reached(terms: Terms, shop_ids: Sequence[UUID]) -> tuple[Reached, Reached]:
    """Which of these shops send to each province (by its key) straight, and which could by a hub. Three queries."""
    known = hubs(active=True)
    places = {key: (province.country, province.name.zh) for key, province in PROVINCES.items()}
    stops = {hub.id: (hub.address.country, hub.address.region) for hub in known}
    sending = delivery.senders(shop_ids, sorted({*places.values(), *stops.values()}))
    rows = fetch(
        "SELECT shop_id FROM remote_enrolment WHERE left_at IS NULL AND shop_id = ANY(%s)", [shop_ids]
    )
    joined = {row["shop_id"] for row in rows}
    straight = {key: sending[place] for key, place in places.items()}
    by_hub = {
        key: {
            shop for hub in _serving(terms, known, place) for shop in sending[stops[hub.id]] if shop in joined
        }
        for key, place in places.items()
    }
    return straight, by_hub


def _serving(terms: Terms, known: Sequence[Hub], place: tuple[str, str]) -> list[Hub]:
    area = area_of(terms, *place)
    return [hub for hub in known if area is not None and area.key in hub.serves]


def spread(
    terms: Terms,
    supply: Sequence[catalog.OnSale],
    straight: Reached,
    by_hub: Reached,
) -> Coverage:
    """Count what is on sale by where it can go: to places (by key) shops send straight, or by a hub if the goods do."""
    provinces = dict.fromkeys(straight, Reach())
    categories: dict[str, dict[str, Reach]] = {
        one.category: dict.fromkeys(straight, Reach()) for one in supply
    }
    closed: dict[str, dict[UUID, int]] = {key: defaultdict(int) for key in straight}
    for one in supply:
        hub_goods = goes(terms, one.category)
        for key, shops in straight.items():
            goes_straight = one.shop_id in shops
            goes_by_hub = not goes_straight and hub_goods and one.shop_id in by_hub.get(key, ())
            reach = Reach(one.listings, one.listings * goes_straight, one.listings * goes_by_hub)
            provinces[key] += reach
            categories[one.category][key] += reach
            if reach.unsent:
                closed[key][one.shop_id] += reach.unsent
    return Coverage(provinces, categories, {key: dict(shops) for key, shops in closed.items()})
