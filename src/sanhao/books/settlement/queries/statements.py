"""A shop's statement: what moved its money between two moments, line by line, equal to the ledger to the cent.

A line is everything one cause did at one moment, whatever entries it took: a refund that somebody else paid in for is
one line with nothing lost. *gross*, *shares* (what others paid in), and *commission* add up to *net*, by which what the
shop has with the platform grew or shrank; *moves* says in which of its purses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from uuid import UUID

import msgspec

from sanhao.books.ledger.api import Movement, balances_before, movements
from sanhao.kit.rows import fetch

PURSES = ("escrow", "reserve", "balance", "deposit", "payouts", "receivable")
"""A shop's accounts with the platform, as a statement shows them; what it owes counts against it."""
_FIRST = (
    "checkout.paid", "settlement.released", "refund", "payout.failed", "payout.returned", "payout.paid",
    "payout.drafted",
)  # fmt: skip
_OF_OTHERS = ("refund.shares", "coupon_given_back", "promise.carrier_claim")
_COMMISSION = ("settlement.commission", "settlement.commission_back")
_ALL_CODES = list(PURSES)


class Line(msgspec.Struct, frozen=True):
    """One line; amounts in minor units, what the shop gains positive."""

    at: datetime
    kind: str
    number: str
    order_id: UUID | None
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None
    gross: int
    shares: int
    commission: int
    moves: Mapping[str, int]

    @property
    def net(self) -> int:
        return self.gross + self.shares + self.commission


class Standings(msgspec.Struct, frozen=True):
    """What a shop had in each purse at a moment, as the shop reads it: what it owes is below zero."""

    purses: Mapping[str, int]

    @property
    def sum(self) -> int:
        return sum(self.purses.values())


def standing_at(shop_id: UUID, currency: str, at: datetime) -> Standings:
    """What the shop had just before *at*."""
    found = balances_before(str(shop_id), currency, codes=PURSES, at=at)
    return Standings({code: -minor for code, minor in found.items()})


def statement(shop_id: UUID, currency: str, since: datetime, until: datetime) -> Iterator[Line]:
    """Every line from *since* until before *until*, oldest first, streamed: opening plus lines is closing."""
    found = movements(str(shop_id), currency, codes=PURSES, since=since, until=until)
    events = (
        list(group) for _, group in groupby(found, key=lambda move: (move.at, move.cause_kind, move.cause_id))
    )
    while chunk := list(islice(events, 500)):
        orders = _orders(shop_id, chunk)
        for event in chunk:
            yield _line(event, orders.get(event[0].cause_id))


class _Order(msgspec.Struct, frozen=True):
    id: UUID
    number: str
    shares: int


def _orders(shop_id: UUID, events: Sequence[Sequence[Movement]]) -> dict[UUID, _Order]:
    """Which of the shop's orders each cause is about: the order itself, its checkout, or what drew on it."""
    causes = list({event[0].cause_id for event in events})
    moments = [event[0].at for event in events]
    rows = fetch(
        """
        SELECT s.id AS cause, s.id, s.number, s.shares_minor FROM settlement_settlement s
        WHERE s.id = ANY(%(causes)s) AND s.shop_id = %(shop)s
        UNION ALL
        SELECT s.source_id, s.id, s.number, s.shares_minor FROM settlement_settlement s
        WHERE s.shop_id = %(shop)s AND s.opened_at BETWEEN %(first)s AND %(last)s AND s.source_id = ANY(%(causes)s)
        UNION ALL
        SELECT d.cause_id, s.id, s.number, 0 FROM settlement_drawing d JOIN settlement_settlement s ON s.id = d.settlement_id
        WHERE d.cause_id = ANY(%(causes)s) AND s.shop_id = %(shop)s
        """,
        {"causes": causes, "shop": shop_id, "first": min(moments), "last": max(moments)},
    )
    return {row["cause"]: _Order(row["id"], row["number"], row["shares_minor"]) for row in reversed(rows)}


def _line(event: Sequence[Movement], order: _Order | None) -> Line:
    first = event[0]
    moves: dict[str, int] = {}
    by_kind: dict[str, int] = {}
    for move in event:
        moves[move.code] = moves.get(move.code, 0) - move.minor
        by_kind[move.kind] = by_kind.get(move.kind, 0) - move.minor
    commission = sum(by_kind.get(kind, 0) for kind in _COMMISSION)
    shares = sum(by_kind.get(kind, 0) for kind in _OF_OTHERS) + max(0, by_kind.get("promise.compensation", 0))
    if "checkout.paid" in by_kind and order is not None:
        shares += order.shares
    net = sum(moves.values())
    kind = next((kind for kind in _FIRST if kind in by_kind), first.kind)
    return Line(
        first.at, kind, order.number if order else "", order.id if order else None, first.cause_kind, first.cause_id,
        first.decision_id, net - shares - commission, shares, commission,
        {code: minor for code, minor in moves.items() if minor},
    )  # fmt: skip
