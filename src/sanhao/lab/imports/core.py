"""How an order of a history comes to stand in a living world. Pure: the same order makes the same ids every time.

A history lies in the past and a world's clock moves forward only, so the whole history is shifted into the future by
whole weeks. What promises are made about is the history's own order with our ids for its lines and shops and its moments
shifted: nothing is added that the history does not say, so that life starts from the facts that replay starts from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from sanhao.kit.ids import derived_id
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.lab.histories.assemble import HistoryOrder
from sanhao.service.delivery.api import ConsignmentDraft
from sanhao.service.orders.api import PastCheckout, PastLine, PastOrder
from sanhao.service.promises.api import (
    Cancelled,
    Collected,
    CollectedBy,
    Courier,
    Delivered,
    Line,
    PaidOrder,
    PastOrders,
    Registered,
    Tracked,
)

CARRIER, ANOTHER = "sandbox", "sandbox_express"
"""Who plays the courier that a buyer chose, and who any other, and takes parcels on from hubs. A number says whose it is by its
first letter."""
FORWARDED = "forwarded"
"""News that a hub sends a first leg on; others are scans, or that an order was cancelled."""
_WEEK = timedelta(days=7)
_TICK = timedelta(seconds=1)
_FIRST, _SCAN, _LAST = 0, 1, 2


class Shift(msgspec.Struct, frozen=True):
    """*days* later. Without a *zone* all distances stay; with one, the local time there does."""

    days: int
    zone: str = ""

    def there(self, moment: datetime) -> datetime:
        return self._move(moment, timedelta(days=self.days))

    def back(self, moment: datetime) -> datetime:
        return self._move(moment, -timedelta(days=self.days))

    def _move(self, moment: datetime, by: timedelta) -> datetime:
        if not self.zone:
            return moment + by
        zone = ZoneInfo(self.zone)
        local = moment.astimezone(zone).replace(tzinfo=None) + by
        return local.replace(tzinfo=zone).astimezone(UTC)

    def maybe(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else self.there(moment)


def weeks_to(first: datetime, now: datetime) -> int:
    """The fewest whole weeks, in days, that bring *first* to *now* or later."""
    return max(0, -((first - now) // _WEEK)) * 7


class Place(msgspec.Struct, frozen=True):
    """Where a seller of the history sells here."""

    shop_id: UUID
    listing_id: UUID
    offer_id: UUID


class NewsDraft(msgspec.Struct, frozen=True):
    at: datetime
    rank: int
    what: str
    tracking_no: str = ""
    order_ids: tuple[UUID, ...] = ()
    by: str = ""


class Planned(msgspec.Struct, frozen=True):
    """One order of the history, ready to be written."""

    ref: str
    checkout: PastCheckout
    promised: PastOrders
    parcels: tuple[ConsignmentDraft, ...]
    news: tuple[NewsDraft, ...]


def checkout_id(history_id: UUID, ref: str) -> UUID:
    return derived_id(history_id, f"order:{ref}")


def line_id(checkout: UUID, ref: str) -> UUID:
    return derived_id(checkout, f"line:{ref}")


def moments(history: HistoryOrder) -> list[datetime]:
    """Everything the history dates about an order, first to last."""
    order = history.order
    stated = [order.bought_at, order.paid_at, order.promised_at, *order.ship_by.values()]
    stated += [line.promised_at for line in order.lines]
    return sorted([*(moment for moment in stated if moment is not None), *news_moments(history)])


def news_moments(history: HistoryOrder) -> list[datetime]:
    """When something became of it, as far as the history says."""
    dated = Collected | Delivered | Cancelled | Registered | Tracked
    told = [news.at for news in history.news if isinstance(news, dated)]
    return [at for at in told if at is not None]


def buyer_of(order: PaidOrder) -> str:
    """A history that names no buyers has a new one for each order: nobody knows who came back."""
    return order.buyer or f"order {order.id}"


def plan(
    history: HistoryOrder, history_id: UUID, shift: Shift, places: Mapping[str, Place], person_id: UUID, start: datetime
) -> Planned:  # fmt: skip
    """*places* by seller, *person_id* the buyer, *start* (here) for what the history does not date at all."""
    order = history.order
    id = checkout_id(history_id, order.id)
    dated = moments(history)
    placed_at = shift.there(dated[0]) if dated else start
    lines = {line.id: line_id(id, line.id) for line in order.lines}
    orders = {line.shop: derived_id(id, f"shop:{line.shop}") for line in order.lines}
    sold = _sold(order)
    travelled = dict(_travelled(history, shift))
    parcels = _parcels(id, order, lines, orders, places, sold, travelled, placed_at)
    checkout = PastCheckout(
        id=id, person_id=person_id, currency=order.currency, placed_at=placed_at,
        paid_at=shift.maybe(order.paid_at or order.bought_at) or placed_at,
        orders=tuple(
            _order(shop, orders[shop], order, lines, places[shop], sold, travelled, shift) for shop in orders
        ),
        arrives_by=shift.maybe(order.promised_at), country=order.country, region=order.region,
    )  # fmt: skip
    promised = PastOrders(
        checkout_id=id, person_id=person_id, made_at=checkout.paid_at,
        bought=_translated(order, id, lines, places, shift, person_id),
        order_of={str(lines[line.id]): orders[line.shop] for line in order.lines},
        shop_of={str(lines[line.id]): places[line.shop].shop_id for line in order.lines},
    )  # fmt: skip
    news = [*_scans(parcels, travelled, lines), *_ends(history, shift, tuple(orders.values()), placed_at)]
    return Planned(order.id, checkout, promised, tuple(parcels), tuple(news))


def _translated(
    order: PaidOrder, id: UUID, lines: Mapping[str, UUID], places: Mapping[str, Place], shift: Shift, person_id: UUID
) -> PaidOrder:  # fmt: skip
    """The order as promises see it. A line without a seller stays without one: nobody can be at fault for it."""

    def shop(ref: str) -> str:
        return str(places[ref].shop_id) if ref else ""

    return replace(
        order, id=str(id), buyer=str(person_id),
        lines=tuple(
            replace(line, id=str(lines[line.id]), shop=shop(line.shop), promised_at=shift.maybe(line.promised_at))
            for line in order.lines
        ),
        bought_at=shift.maybe(order.bought_at), paid_at=shift.maybe(order.paid_at),
        promised_at=shift.maybe(order.promised_at), presale_ships_by=shift.maybe(order.presale_ships_by),
        ship_by={shop(ref): shift.there(limit) for ref, limit in order.ship_by.items()},
        courier=Courier(CARRIER, order.courier.name) if order.courier is not None else None,
    )  # fmt: skip


class _Sold(msgspec.Struct, frozen=True):
    """What a line cost, and in how many units it is kept: one, where its sum does not divide by its quantity."""

    goods: int
    freight: int
    quantity: int


def _sold(order: PaidOrder) -> dict[str, _Sold]:
    """What was paid, shared over the lines; amounts that cannot be read count as nothing paid."""
    zero = Money.zero(order.currency)
    freight, paid = order.freight or zero, order.paid
    if paid is None:
        paid = (order.goods or zero) + freight
    freight = min(freight, paid)
    goods_of = (paid - freight).split(_weights([line.paid for line in order.lines]))
    freight_of = freight.split(_weights([line.freight for line in order.lines]))
    return {
        line.id: _Sold(
            g.minor, f.minor, line.quantity if line.quantity and not g.minor % line.quantity else 1
        )
        for line, g, f in zip(order.lines, goods_of, freight_of, strict=True)
    }


def _weights(amounts: Sequence[Money | None]) -> list[int]:
    return [amount.minor if amount is not None else 0 for amount in amounts]


class Travelled(NamedTuple):
    """When a line was collected, delivered, its number given, and scanned again after the first time; signed for by a hub, and
    with the courier that took it on from there; here. *another*: collected by another courier than the buyer chose."""

    collected: datetime | None
    delivered: datetime | None
    given: datetime | None
    scanned: datetime | None
    at_hub: datetime | None
    onward: datetime | None
    another: bool = False

    @property
    def by_hub(self) -> bool:
        return self.at_hub is not None or self.onward is not None


def _travelled(history: HistoryOrder, shift: Shift) -> Iterator[tuple[str, Travelled]]:
    for line in history.order.lines:
        known = [news for news in history.news if _concerns(news, line)]
        collected = min((news.at for news in known if isinstance(news, Collected)), default=None)
        signed = [news for news in known if isinstance(news, Delivered)]
        delivered = min((news.at for news in signed if not news.hub), default=None)
        at_hub = min((news.at for news in signed if news.hub), default=None)
        onward = dict(history.onward).get(line.id)
        given = min((news.at for news in known if isinstance(news, Registered)), default=None)
        tracked = [news.at for news in known if isinstance(news, Tracked)]
        scanned = max(tracked) if len(set(tracked)) > 1 else None
        used = {news.courier.key for news in known if isinstance(news, CollectedBy)}
        chosen = history.order.courier
        another = chosen is not None and bool(used - {chosen.key})
        told = Travelled(collected, delivered, given, scanned, at_hub, onward, another)
        yield line.id, _shifted(told, shift)


def _shifted(told: Travelled, shift: Shift) -> Travelled:
    at = shift.maybe
    return Travelled(
        at(told.collected), at(told.delivered), at(told.given), at(told.scanned), at(told.at_hub), at(told.onward), told.another
    )  # fmt: skip


def _concerns(news: object, line: Line) -> bool:
    if isinstance(news, CollectedBy | Registered | Tracked):
        return news.parcel == line.id
    if not isinstance(news, Collected | Delivered):
        return False
    if news.lines:
        return line.id in news.lines
    return not isinstance(news, Collected) or news.shop in ("", line.shop)


def _order(
    shop: str, id: UUID, order: PaidOrder, lines: Mapping[str, UUID], place: Place, sold: Mapping[str, _Sold],
    travelled: Mapping[str, Travelled], shift: Shift,
) -> PastOrder:  # fmt: skip
    own = [line for line in order.lines if line.shop == shop]
    return PastOrder(
        id=id, shop_id=place.shop_id, offer_id=place.offer_id, listing_id=place.listing_id,
        lines=tuple(
            PastLine(lines[line.id], _title(order, line, sold[line.id].quantity), sold[line.id].quantity,
                     sold[line.id].goods, sold[line.id].freight, line.special)
            for line in own
        ),
        labelled=all(any(travelled[line.id]) for line in own),
        ship_hours=order.ship_hours, presale_ships_by=shift.maybe(order.presale_ships_by),
        ship_by=shift.maybe(order.ship_by.get(shop)),
    )  # fmt: skip


def _title(order: PaidOrder, line: Line, kept: int) -> Text:
    count = f" ×{line.quantity:,}" if kept != line.quantity else ""
    return Text(
        zh=f"历史订单 {order.id} 第 {line.id} 行{count}", en=f"Order {order.id}, line {line.id}{count}"
    )


def _parcels(
    id: UUID, order: PaidOrder, lines: Mapping[str, UUID], orders: Mapping[str, UUID], places: Mapping[str, Place],
    sold: Mapping[str, _Sold], travelled: Mapping[str, Travelled], placed_at: datetime,
) -> list[ConsignmentDraft]:  # fmt: skip
    """Lines of one shop to which the same happened at the same moments travelled in one parcel."""
    together: dict[tuple[str, Travelled], list[Line]] = {}
    for line in order.lines:
        if any(travelled[line.id]):
            together.setdefault((line.shop, travelled[line.id]), []).append(line)
    drafts = []
    for number, ((shop, told), inside) in enumerate(together.items()):
        parcel = derived_id(id, f"parcel:{number}")
        drafts.append(
            ConsignmentDraft(
                id=parcel, owner_id=orders[shop], shop_id=places[shop].shop_id,
                carrier=ANOTHER if told.another else CARRIER,
                tracking_no=f"{'X' if told.another else 'H'}{parcel.hex.upper()}",
                items=tuple((lines[line.id], sold[line.id].quantity) for line in inside), not_before=placed_at,
                given_at=told.given, told=told.given is not None, onward=ANOTHER if told.by_hub else "",
            )
        )  # fmt: skip
    return drafts


def carrier_of(tracking_no: str) -> str:
    """Who plays the courier of this parcel."""
    return ANOTHER if tracking_no.startswith("X") else CARRIER


def _scans(
    parcels: Sequence[ConsignmentDraft], travelled: Mapping[str, Travelled], lines: Mapping[str, UUID]
) -> Iterator[NewsDraft]:
    ref_of = {id: ref for ref, id in lines.items()}
    for parcel in parcels:
        told = travelled[ref_of[parcel.items[0][0]]]
        if told.collected is not None:
            yield NewsDraft(told.collected, _SCAN, "picked_up", parcel.tracking_no)
        if told.scanned is not None:
            yield NewsDraft(told.scanned, _SCAN, "in_transit", parcel.tracking_no)
        if told.by_hub:
            yield from _second_leg(told, parcel.tracking_no)
        elif told.delivered is not None:
            yield NewsDraft(told.delivered, _SCAN, "delivered", parcel.tracking_no)


def second_number(tracking_no: str) -> str:
    """Under which a first leg goes on from its hub."""
    return f"X{tracking_no}"


def _second_leg(told: Travelled, first: str) -> Iterator[NewsDraft]:
    """The hub signs, and says that it goes on when the next courier has it, or by when it has arrived at the latest."""
    if told.at_hub is not None:
        yield NewsDraft(told.at_hub, _SCAN, "delivered", first)
    known = [at for at in (told.onward, told.delivered) if at is not None]
    if known:
        yield NewsDraft(min(known), _FIRST, FORWARDED, first)
    if told.onward is not None:
        yield NewsDraft(told.onward, _SCAN, "picked_up", second_number(first))
    if told.delivered is not None:
        yield NewsDraft(told.delivered, _SCAN, "delivered", second_number(first))


def _ends(
    history: HistoryOrder, shift: Shift, order_ids: tuple[UUID, ...], placed_at: datetime
) -> Iterator[NewsDraft]:
    """A cancellation that the history does not date is known from the beginning, as in replay."""
    for news in history.news:
        if isinstance(news, Cancelled):
            at, rank = (placed_at - _TICK, _FIRST) if news.at is None else (shift.there(news.at), _LAST)
            yield NewsDraft(at, rank, "cancelled", order_ids=order_ids, by=news.by)


def slices(orders: Sequence[tuple[Sequence[datetime], Sequence[datetime]]], end: datetime) -> list[datetime]:
    """Moments at which to stop telling news and let keepers settle, so that telling many at once changes nothing.

    Each of *orders* is (when its promises settle, when its news come). Within a slice every news of an order comes
    before all its deadlines; so a stop lies in each stretch from a deadline up to that order's next news. The fewest
    stops that do: one just before the earliest end of a stretch that has none yet. *end* is the last.
    """
    stretches = []
    for deadlines, news in orders:
        for deadline in deadlines:
            later = [at for at in news if at > deadline]
            if later:
                stretches.append((min(later), deadline))
    stops: list[datetime] = []
    for before, since in sorted(stretches):
        if not stops or stops[-1] < since:
            stops.append(before - timedelta(microseconds=1))
    return [stop for stop in stops if stop < end] + [end]
