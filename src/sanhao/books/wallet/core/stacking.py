"""Which coupons go together, what each then takes off, and which of them save most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from uuid import UUID

import msgspec

from sanhao.books.wallet.core.coupons import FUNDERS, FunderKind
from sanhao.kit.money import Money


class Ticket(msgspec.Struct, frozen=True):
    """A coupon as stacking sees it, in minor units of the checkout's currency."""

    id: UUID
    kind: FunderKind
    amount: int
    threshold: int
    shop_id: UUID | None
    alone: bool
    expires_at: datetime

    @property
    def issued(self) -> bool:
        return self.kind != "compensation"


Goods = Mapping[UUID, int]
"""What goods are worth, by shop, before any coupon."""


def in_scope(ticket: Ticket, goods: Goods) -> int:
    """What the goods are worth that the coupon is for."""
    return goods.get(ticket.shop_id, 0) if ticket.shop_id else sum(goods.values())


def fits(ticket: Ticket, goods: Goods) -> bool:
    """Are there goods it is for, and are they worth its threshold?"""
    return in_scope(ticket, goods) >= max(ticket.threshold, 1)


def clash(one: Ticket, other: Ticket) -> bool:
    """May they not be used together? A compensation goes with everything. Of issued ones a shop, a host and the platform
    give one each, and one that stands alone shares its goods with none."""
    if not (one.issued and other.issued):
        return False
    meet = one.shop_id is None or other.shop_id is None or one.shop_id == other.shop_id
    if one.kind == other.kind:
        return meet or one.kind != "shop"
    return meet and (one.alone or other.alone)


def first_clash(tickets: Sequence[Ticket]) -> tuple[Ticket, Ticket] | None:
    """Two of *tickets* that may not be used together; None where all may."""
    for n, one in enumerate(tickets):
        for other in tickets[n + 1 :]:
            if clash(one, other):
                return one, other
    return None


def savings(tickets: Iterable[Ticket], goods: Goods) -> dict[UUID, int]:
    """What each takes off, applied in the order of funders and never below zero."""
    left, saved = dict(goods), {}
    for ticket in sorted(tickets, key=lambda t: FUNDERS.index(t.kind)):
        scope = [ticket.shop_id] if ticket.shop_id else list(left)
        worth = [left.get(shop, 0) for shop in scope]
        pays = min(ticket.amount, sum(worth))
        saved[ticket.id] = pays
        if pays:
            for shop, part in zip(scope, Money(pays, "XXX").split(worth), strict=True):
                left[shop] = left.get(shop, 0) - part.minor
    return saved


_CONSIDERED = 60


def best(tickets: Sequence[Ticket], goods: Goods) -> list[Ticket]:
    """Those of *tickets* that together save most, by the smallest coupons that do, first to expire first. Compensations
    join as long as none of their money would be lost."""
    able = [ticket for ticket in tickets if fits(ticket, goods)]
    issued = sorted((t for t in able if t.issued), key=lambda t: (-t.amount, t.expires_at, t.id))[
        :_CONSIDERED
    ]
    chosen: list[Ticket] = []
    rank = (0, 0)
    for host, platform in product(_or_none(issued, "host"), _or_none(issued, "platform")):
        wide = [ticket for ticket in (host, platform) if ticket]
        if first_clash(wide):
            continue
        taken = wide + _of_shops(issued, wide, goods)
        saved = savings(taken, goods)
        this = (sum(saved.values()), -sum(ticket.amount for ticket in taken))
        if this > rank:
            chosen, rank = taken, this
    left = sum(goods.values()) - rank[0]
    for ticket in sorted((t for t in able if not t.issued), key=lambda t: (t.expires_at, t.id)):
        if ticket.amount <= left:
            chosen.append(ticket)
            left -= ticket.amount
    return chosen


def _or_none(tickets: Sequence[Ticket], kind: FunderKind) -> list[Ticket | None]:
    return [None, *(ticket for ticket in tickets if ticket.kind == kind)]


def _of_shops(tickets: Sequence[Ticket], wide: Sequence[Ticket], goods: Goods) -> list[Ticket]:
    """For each shop its coupon that saves most beside those of *wide*."""
    found: dict[UUID, Ticket] = {}
    for ticket in tickets:
        if ticket.kind != "shop" or ticket.shop_id is None or any(clash(ticket, other) for other in wide):
            continue
        rival = found.get(ticket.shop_id)
        if rival is None or _worth(ticket, goods) > _worth(rival, goods):
            found[ticket.shop_id] = ticket
    return list(found.values())


def _worth(ticket: Ticket, goods: Goods) -> tuple[int, int]:
    """What it saves alone, and how little of it is lost."""
    saves = min(ticket.amount, in_scope(ticket, goods))
    return saves, saves - ticket.amount


_ELSEWHERE = UUID(int=0)
"""Where goods are from that might be added: whichever shop they are from, no other threshold is counted on."""


class Nearly(msgspec.Struct, frozen=True):
    """*missing* more in goods, and the best choice saves *gain* more."""

    ticket: Ticket
    missing: int
    gain: int


def nearly(tickets: Sequence[Ticket], goods: Goods) -> list[Nearly]:
    """Which thresholds are within reach (at most as much again as the goods are worth) and would help, the nearest
    first; of those that ask for the same, the one that gains most."""
    saved = _saved(tickets, goods)
    found: dict[tuple[UUID | None, int], Nearly] = {}
    for ticket in tickets:
        worth = in_scope(ticket, goods)
        missing = ticket.threshold - worth
        if not 0 < missing <= worth:
            continue
        shop = ticket.shop_id or _ELSEWHERE
        gain = _saved(tickets, {**goods, shop: goods.get(shop, 0) + missing}) - saved
        before = found.get((ticket.shop_id, missing))
        if gain > 0 and (before is None or gain > before.gain):
            found[ticket.shop_id, missing] = Nearly(ticket, missing, gain)
    return sorted(found.values(), key=lambda near: (near.missing, -near.gain))


def _saved(tickets: Sequence[Ticket], goods: Goods) -> int:
    return sum(savings(best(tickets, goods), goods).values())
