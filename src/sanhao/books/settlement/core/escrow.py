"""What is held for an order, who gets what of it, and what a refund takes from where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from sanhao.kit.text import Text

SETTLEMENT_STATES: Mapping[str, tuple[str, ...]] = {
    "held": ("released", "closed"),
    "released": ("closed",),
    "closed": (),
}


class Opening(msgspec.Struct, frozen=True):
    """An order was paid: *received_minor* of it lies in its shop's escrow.

    *categories* are the goods the shop sold, after its own discounts, by category: what commission is taken of.
    Freight is free of commission.
    """

    order_id: UUID
    number: str
    shop_id: UUID
    currency: str
    received_minor: int
    categories: Mapping[str, int]
    shares_minor: int = 0
    """What of it others than the buyer paid: the funders of coupons."""
    source_id: UUID | None = None
    """What was paid: the cause of the entry that brought the money into escrow."""
    paid_at: datetime | None = None
    """Where it is not now: an order that was paid elsewhere."""

    @property
    def goods_minor(self) -> int:
        return sum(self.categories.values())


class Cover(msgspec.Struct, frozen=True):
    """Somebody else than the order's escrow bears *amount_minor* of a refund and pays it into that escrow first:
    a shop (its id, through the waterfall) or an account (as the ledger names it: code, holder, currency). *key* is the entry's and exists once."""

    key: str
    kind: str
    order_id: UUID
    amount_minor: int
    payer: UUID | tuple[str, str, str]
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None


class Draw(msgspec.Struct, frozen=True):
    """*amount_minor* of an order is about to leave its escrow for good; *freight_minor* of it is freight, the rest
    goods. *whole*: with it everything the buyer paid is back. *key* takes effect once."""

    key: str
    order_id: UUID
    amount_minor: int
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None
    freight_minor: int = 0
    whole: bool = False


class Repay(msgspec.Struct, frozen=True):
    """Somebody paid *amount_minor* of a refund ahead and has a *claim* (an account, as the ledger names it) on the order's
    escrow for it. *key* takes effect once."""

    key: str
    order_id: UUID
    amount_minor: int
    claim: tuple[str, str, str]
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None
    freight_minor: int = 0


class Drawn(msgspec.Struct, frozen=True):
    """Where a draw was taken from: what others had paid in, what was held, and after release the share of the commission
    that the platform gives back, what is kept in reserve of this order, and the shop (*charged*). They add up."""

    key: str
    order_id: UUID
    from_cover: int
    from_escrow: int
    commission_back: int
    from_reserve: int
    charged: int


class Kept(msgspec.Struct):
    """The money of one order while draws run over it."""

    held: int
    covered: int
    goods: int
    goods_back: int
    commission_full: int
    commission: int
    reserve: int = 0


class Taken(msgspec.Struct, frozen=True):
    """One draw's parts."""

    from_cover: int
    from_escrow: int
    commission_back: int
    from_reserve: int
    charged: int


def take(kept: Kept, amount: int, freight: int) -> Taken:
    """Take *amount* out of *kept*: first what others paid in for it, then what is held; after release
    the commission's share, what is kept in reserve of this order, and then the shop is charged.

    What others bear changes nothing for the shop: its sale stands, and so does the commission. What the shop loses
    of its goods lowers the base of the commission; once taken, its share comes back.
    """
    from_cover = min(amount, kept.covered)
    loss = amount - from_cover
    from_escrow = min(loss, kept.held)
    beyond = loss - from_escrow
    kept.covered -= from_cover
    kept.held -= from_escrow
    kept.goods_back = min(kept.goods, kept.goods_back + max(0, loss - freight))
    commission = min(
        kept.commission, commission_of(kept.commission_full, kept.goods, kept.goods - kept.goods_back)
    )
    back = min(kept.commission - commission, beyond)
    from_reserve = min(kept.reserve, beyond - back)
    kept.commission -= back
    kept.reserve -= from_reserve
    return Taken(from_cover, from_escrow, back, from_reserve, beyond - back - from_reserve)


class Parts(NamedTuple):
    """What becomes of an order's money at release. The three add up to what was held."""

    shop: int
    commission: int
    reserve: int


def release(held: int, full: int, goods: int, goods_back: int, reserve_bp: int) -> Parts:
    """Share out *held*: the commission on the goods that stayed sold, then the reserve, the rest to the shop."""
    commission = min(held, commission_of(full, goods, goods - goods_back))
    net = held - commission
    reserve = net * reserve_bp // 10_000
    return Parts(net - reserve, commission, reserve)


def commission_of(full: int, goods: int, left: int) -> int:
    """The commission on *left* of *goods* that would bear *full* in all; the parts of any partition add up to it."""
    return full * left // goods if goods else 0


class View(msgspec.Struct, frozen=True):
    """The settlement of one order as anybody may read it who may read the order."""

    order_id: UUID
    number: str
    shop_id: UUID
    currency: str
    state: str
    received_minor: int
    held_minor: int
    covered_minor: int
    goods_minor: int
    goods_back_minor: int
    commission_minor: int
    released_minor: int
    drawn_minor: int
    charged_minor: int
    holds: int
    opened_at: datetime
    release_at: datetime | None
    released_at: datetime | None
    because_zh: str = ""
    because_en: str = ""

    @property
    def because(self) -> Text:
        """Why its money waits until then."""
        return Text(zh=self.because_zh, en=self.because_en)
