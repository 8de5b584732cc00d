"""The rows of one order become a `PaidOrder` and the news about it. Pure: the import of a history into a live world
and the replay of it start from the same facts.

Totals of the order that its rows state in two ways are unknown; of other facts that belong to the order the first
stated counts. Either is noted. A line that is repeated with the same id and the same content is one line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.lab.histories.mapping import Mapping
from sanhao.lab.histories.rows import Row
from sanhao.service.promises.api import (
    Cancelled,
    Claimed,
    Collected,
    CollectedBy,
    Courier,
    Delivered,
    Line,
    PaidOrder,
    PromiseNews,
    Registered,
    Tracked,
)

_AFTER_BUYING = (
    "claimed_at",
    "registered_at",
    "delivered_at",
    "collected_at",
    "hub_signed_at",
    "forwarded_at",
    "promised_at",
    "paid_at",
    "cancelled_at",
    "ship_by",
)
_OF_THE_ORDER = ("bought_at", "paid_at", "ship_hours", "presale_ships_by", "country", "region", "buyer")
_CANCELLED_BY: dict[str, Any] = {
    "cancelled": "shop",
    "cancelled_by_buyer": "buyer",
    "cancelled_by_platform": "platform",
    "unavailable": "unavailable",
}
_DAY = timedelta(days=1)
_ISO = "%Y-%m-%dT%H:%M:%SZ"

Refused = list[tuple[int, str]]


class HistoryClaim(msgspec.Struct, frozen=True):
    """What was claimed of one line, under the guarantee named (none: under any), and when it was refused if it was."""

    line: str
    guarantee: str
    claim: Claimed
    refused_at: datetime | None = None


class HistoryOrder(msgspec.Struct, frozen=True):
    """*order* as it was paid, the *news* in the order in which it came (what has no time last), and the physical
    line of the file that each line of the order stands on. *onward*: of lines that went by a hub, when the courier of
    their second leg first had them. It is no news: nothing was promised about that."""

    order: PaidOrder
    news: tuple[PromiseNews, ...]
    source: tuple[int, ...]
    claims: tuple[HistoryClaim, ...] = ()
    onward: tuple[tuple[str, datetime], ...] = ()


class Assembler:
    def __init__(self, mapping: Mapping) -> None:
        self._currency = mapping.file.currency
        self._zone: tzinfo = mapping.zone
        self._whole = {f: mapping.level(f) == "order" for f in
                       ("goods", "freight", "paid", "promised_at", "delivered_at", "collected_at", "ship_by")}  # fmt: skip
        self._of_the_order = [f for f in _OF_THE_ORDER if mapping.knows(f) or f in ("bought_at", "paid_at")]
        self._states_paid = mapping.knows("paid")
        self._tells_numbers = mapping.knows("registered_at")
        self._tells_carriers = mapping.knows("chosen_carrier") and mapping.knows("carrier")
        self._tells_hubs = mapping.knows("hub_signed_at") or mapping.knows("forwarded_at")
        self._tells_claims = mapping.knows("claimed_at")
        self._after = [f for f in _AFTER_BUYING if mapping.knows(f)] if mapping.knows("bought_at") else []

    def __call__(self, rows: Sequence[Row], notes: Counter[str]) -> tuple[HistoryOrder | None, Refused]:
        """The order that *rows* (all of one order, in the order of the file) make, and the rows it refuses."""
        refused: Refused = []
        alone = len(rows) == 1
        rows = self._not_before_buying(rows, refused) if self._after else rows
        if not rows:
            return None, refused
        if not alone:
            rows = _without_repeats(rows, notes)
        if alone:
            row = rows[0]
            news = self._news_of_one(row, notes)
            if self._tells_numbers:
                news += _numbers(rows, [row.line_id or "1"])
            if self._tells_carriers:
                news += _carriers(rows, [row.line_id or "1"])
            if self._tells_hubs:
                news += _at_hubs(rows, [row.line_id or "1"])
            claims = _claims(rows, [row.line_id or "1"]) if self._tells_claims else ()
            onward = _onward(rows, [row.line_id or "1"]) if self._tells_hubs else ()
            return HistoryOrder(self._order_of_one(row), news, (row.line,), claims, onward), refused
        ids = _line_ids(rows, notes)
        order, news = self._order(rows, ids, notes), self._news(rows, ids, notes)
        if self._tells_numbers:
            news += _numbers(rows, ids)
        if self._tells_carriers:
            news += _carriers(rows, ids)
        if self._tells_hubs:
            news += _at_hubs(rows, ids)
        claims = _claims(rows, ids) if self._tells_claims else ()
        onward = _onward(rows, ids) if self._tells_hubs else ()
        return HistoryOrder(order, news, tuple(row.line for row in rows), claims, onward), refused

    def _not_before_buying(self, rows: Sequence[Row], refused: Refused) -> list[Row]:
        kept = []
        bought = next((row.bought_at for row in rows if row.bought_at), None)
        for row in rows:
            reason = self._contradiction(row, row.bought_at or bought)
            if reason:
                refused.append((row.line, reason))
            else:
                kept.append(row)
        return kept

    def _contradiction(self, row: Row, bought: datetime | None) -> str:
        """Why *row* cannot be: something in it came before the purchase. A midnight stands for its whole day."""
        if bought is None:
            return ""
        for field in self._after:
            moment: datetime | None = getattr(row, field)
            if moment is not None and moment < bought:
                local = moment.astimezone(self._zone)
                if local.hour or local.minute or local.second or local.microsecond or moment + _DAY <= bought:
                    return f"{field} {moment:{_ISO}} is before bought_at {bought:{_ISO}}"
        return ""

    def _order_of_one(self, row: Row) -> PaidOrder:
        """An order of one row, as most are: whatever is the order's is the line's."""
        currency = row.currency
        goods = None if row.goods is None else Money(row.goods, currency)
        freight = None if row.freight is None else Money(row.freight, currency)
        paid = None if row.paid is None else Money(row.paid, currency)
        if not self._states_paid and goods is not None and freight is not None:
            paid = goods + freight
        line = Line(row.line_id or "1", row.shop, row.quantity, goods, freight, row.promised_at, row.special,
                    row.category, row.weight_g)  # fmt: skip
        return PaidOrder(
            id=row.order_id, currency=currency or self._currency, bought_at=row.bought_at, paid_at=row.paid_at,
            lines=(line,), goods=goods, freight=freight, paid=paid, promised_at=row.promised_at,
            ship_by={row.shop: row.ship_by} if row.ship_by else {}, ship_hours=row.ship_hours,
            presale_ships_by=row.presale_ships_by, country=row.country, region=row.region, buyer=row.buyer,
            courier=_courier(row.chosen_carrier), surcharge=_money(row.surcharge, currency),
        )  # fmt: skip

    def _order(self, rows: Sequence[Row], ids: Sequence[str], notes: Counter[str]) -> PaidOrder:
        currency = self._one_currency(rows, notes)
        goods = self._total("goods", [row.goods for row in rows], currency, notes)
        freight = self._total("freight", [row.freight for row in rows], currency, notes)
        paid = self._total("paid", [row.paid for row in rows], currency, notes)
        if not self._states_paid and goods is not None and freight is not None:
            paid = goods + freight
        goods_of = "" if self._whole["goods"] else currency
        freight_of = "" if self._whole["freight"] else currency
        lines = [
            Line(id, row.shop, row.quantity, _money(row.goods, goods_of), _money(row.freight, freight_of),
                 row.promised_at, row.special, row.category, row.weight_g)
            for id, row in zip(ids, rows, strict=True)
        ]  # fmt: skip
        return PaidOrder(
            id=rows[0].order_id, currency=currency or self._currency,
            lines=tuple(lines), goods=goods, freight=freight, paid=paid,
            promised_at=self._promised(rows, notes), ship_by=self._ship_by(rows),
            courier=_courier(_first(rows, "chosen_carrier", notes)),
            surcharge=_money(_first(rows, "surcharge", notes), currency),
            **{field: _first(rows, field, notes) for field in self._of_the_order},
        )  # fmt: skip

    def _one_currency(self, rows: Sequence[Row], notes: Counter[str]) -> str:
        """The order's currency, or nothing if its rows name several: then no sum is known."""
        first = rows[0].currency
        for row in rows:
            if row.currency != first:
                notes["currency differs"] += 1
                return ""
        return first

    def _total(
        self, field: str, stated: list[int | None], currency: str, notes: Counter[str]
    ) -> Money | None:
        known = [minor for minor in stated if minor is not None]
        if not currency or not known:
            return None
        if not self._whole[field]:
            return Money(sum(known), currency) if len(known) == len(stated) else None
        if known.count(known[0]) != len(known):
            notes[f"{field} differs"] += 1
            return None
        return Money(known[0], currency)

    def _promised(self, rows: Sequence[Row], notes: Counter[str]) -> datetime | None:
        """The whole order is promised when its last line is."""
        if self._whole["promised_at"]:
            whole: datetime | None = _first(rows, "promised_at", notes)
            return whole
        return max((row.promised_at for row in rows if row.promised_at), default=None)

    def _ship_by(self, rows: Sequence[Row]) -> dict[str, datetime]:
        limits: dict[str, datetime] = {}
        for row in rows:
            if row.ship_by and (row.shop not in limits or row.ship_by < limits[row.shop]):
                limits[row.shop] = row.ship_by
        return limits

    def _news(self, rows: Sequence[Row], ids: Sequence[str], notes: Counter[str]) -> tuple[PromiseNews, ...]:
        timed: list[Collected | Delivered] = []
        if self._whole["collected_at"]:
            if at := _first(rows, "collected_at", notes):
                timed.append(Collected(at, at))
        else:
            handed = [(row.shop, row.collected_at) for row in rows]
            timed += [Collected(at, at, shop, lines) for (shop, at), lines in _grouped(handed, ids)]
        if self._whole["delivered_at"]:
            if at := _first(rows, "delivered_at", notes):
                timed.append(Delivered(at, at))
        else:
            arrived = [("", row.delivered_at) for row in rows]
            for (_, at), lines in _grouped(arrived, ids):
                timed.append(Delivered(at, at, () if len(lines) == len(rows) else lines))
        if len(timed) > 1:
            timed.sort(key=lambda news: news.at)
        ended = self._cancelled(rows, notes)
        return (*timed, *ended)

    def _news_of_one(self, row: Row, notes: Counter[str]) -> tuple[PromiseNews, ...]:
        """News of an order of one row is about all of it."""
        news: list[PromiseNews] = []
        collected, delivered = row.collected_at, row.delivered_at
        if collected is not None:
            news.append(Collected(collected, collected, row.shop))
        if delivered is not None:
            before = collected is not None and delivered < collected
            news.insert(0 if before else 1, Delivered(delivered, delivered))
        if row.cancelled_at is not None or row.status in _CANCELLED_BY:
            news += self._cancelled([row], notes)
        return tuple(news)

    def _cancelled(self, rows: Sequence[Row], notes: Counter[str]) -> tuple[Cancelled, ...]:
        """An order is cancelled if every row that states a status says so; a time alone says so too."""
        stated = {row.status for row in rows} - {""}
        if len(stated) > 1:
            notes["status differs"] += 1
        at = _first(rows, "cancelled_at", notes)
        ends = stated & set(_CANCELLED_BY)
        if ends and len(ends) == len(stated):
            by = next(row.status for row in rows if row.status)
            return (Cancelled(at, _CANCELLED_BY[by]),)
        return (Cancelled(at),) if at else ()


def _numbers(rows: Sequence[Row], ids: Sequence[str]) -> tuple[PromiseNews, ...]:
    """What false shipment hears: each line is a parcel, with the moments its row knows."""
    news: list[PromiseNews] = []
    for id, row in zip(ids, rows, strict=True):
        if row.registered_at is None:
            continue
        news.append(Registered(row.registered_at, id, (id,)))
        news += [Tracked(at, at, id) for at in (row.collected_at, row.next_scan_at) if at is not None]
    return tuple(news)


def _carriers(rows: Sequence[Row], ids: Sequence[str]) -> tuple[PromiseNews, ...]:
    """Whose hands each line was in, from when a carrier first had it."""
    told = []
    for id, row in zip(ids, rows, strict=True):
        arrived = row.hub_signed_at if _by_hub(row) else row.delivered_at
        courier, at = _courier(row.carrier), row.collected_at or arrived
        if courier is not None and at is not None:
            told.append(CollectedBy(at, id, courier, row.shop))
    return tuple(told)


def _by_hub(row: Row) -> bool:
    return row.hub_signed_at is not None or row.forwarded_at is not None


def _at_hubs(rows: Sequence[Row], ids: Sequence[str]) -> tuple[PromiseNews, ...]:
    """A hub signed for these: they were handed over, and have not arrived."""
    signed = [("", row.hub_signed_at) for row in rows]
    return tuple(Delivered(at, at, lines, hub=True) for (_, at), lines in _grouped(signed, ids))


def _onward(rows: Sequence[Row], ids: Sequence[str]) -> tuple[tuple[str, datetime], ...]:
    return tuple((id, row.forwarded_at) for id, row in zip(ids, rows, strict=True) if row.forwarded_at)


def _courier(name: str) -> Courier | None:
    """By the name that the file gives, however it is spaced or capitalised."""
    words = " ".join(name.split())
    return Courier(words.casefold(), Text(words, words)) if words else None


_ENOUGH = 9
"""Photos and documents of a claim in a history: what was asked for then is taken as given."""


def _claims(rows: Sequence[Row], ids: Sequence[str]) -> tuple[HistoryClaim, ...]:
    found = []
    for id, row in zip(ids, rows, strict=True):
        if row.claimed_at is None:
            continue
        claim = Claimed(
            row.claimed_at, "history", photos=_ENOUGH, records=_ENOUGH, recorded_on=row.claimed_at.date(),
            share_bp=None if row.damage_percent is None else row.damage_percent * 100,
            grams=row.weighed_g, price=_money(row.price_seen, row.currency),
        )  # fmt: skip
        found.append(HistoryClaim(id, row.claim, claim, row.claim_refused_at))
    return tuple(found)


def _money(minor: int | None, currency: str) -> Money | None:
    """None without an amount, or without a currency."""
    return Money(minor, currency) if minor is not None and currency else None


def _grouped(
    facts: Sequence[tuple[str, datetime | None]], ids: Sequence[str]
) -> list[tuple[tuple[str, datetime], tuple[str, ...]]]:
    """Which lines share a shop and a moment."""
    groups: dict[tuple[str, datetime], list[str]] = {}
    for (shop, at), id in zip(facts, ids, strict=True):
        if at is not None:
            groups.setdefault((shop, at), []).append(id)
    return [(key, tuple(lines)) for key, lines in groups.items()]


def _first(rows: Sequence[Row], field: str, notes: Counter[str]) -> Any:
    """What the rows say about the order: the first that says anything counts."""
    found = getattr(rows[0], field)
    for row in rows[1:]:
        value = getattr(row, field)
        if value == found or value is None or value == "":
            continue
        if found is not None and found != "":
            notes[f"{field} differs"] += 1
            break
        found = value
    return found


def _without_repeats(rows: Sequence[Row], notes: Counter[str]) -> list[Row]:
    """Rows that name the same line and say the same are one."""
    seen: set[Any] = set()
    kept = []
    for row in rows:
        if row.line_id:
            content = msgspec.structs.astuple(row)[1:]
            if content in seen:
                notes["line repeated"] += 1
                continue
            seen.add(content)
        kept.append(row)
    return kept


def _line_ids(rows: Sequence[Row], notes: Counter[str]) -> list[str]:
    """The ids the file gives, or the place within the order; a second line of the same id gets ``#2``."""
    ids: list[str] = []
    times: Counter[str] = Counter()
    used: set[str] = set()
    for place, row in enumerate(rows, 1):
        id = given = row.line_id or str(place)
        while id in used:
            times[given] += 1
            id = f"{given}#{times[given] + 1}"
        if id != given:
            notes["line id used twice"] += 1
        used.add(id)
        ids.append(id)
    return ids
