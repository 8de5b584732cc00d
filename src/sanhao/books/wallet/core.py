"""The pure part of the wallet: what a coupon is, who pays for it, where the money goes that nobody spent, which coupons
go together, and which of them save most.

Two sorts share the table. A *compensation* was paid for when it was granted. One *claimed from an issue* costs its funder
(a shop, a host, the platform) only what it saves, when it is spent: the issue's budget says how much that may be at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.text import Text

ReturnsTo = Literal["payer", "platform"]
FunderKind = Literal["shop", "host", "platform", "compensation"]
FUNDERS: tuple[FunderKind, ...] = get_args(FunderKind)
"""Who pays for a coupon, in the order in which coupons are applied at a checkout. The cores of orders and after-sales say
it again, since a core enters no other module; mypy holds them to the same words."""
Stacking = Literal["alone", "with_others"]
STACKING: tuple[Stacking, ...] = get_args(Stacking)

ISSUE_STATES: Mapping[str, tuple[str, ...]] = {
    "draft": ("running", "ended"),
    "running": ("ended",),
    "ended": (),
}

COMPENSATION = "wallet.compensation"
"""The rule that says how long a compensation may be spent and who gets it back if it is not."""


class CompensationTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Terms of `COMPENSATION`. Thirty days: see policies, `late.form`."""

    valid_days: int = 30
    unused_returns_to: ReturnsTo = "payer"

    @classmethod
    def read(cls, terms: dict[str, Any]) -> CompensationTerms:
        """Raises ValueError (msgspec's) for what is missing, unknown or out of bounds."""
        read = msgspec.convert(terms, cls)
        if not 1 <= read.valid_days <= 3650:
            raise ValueError("valid_days: from 1 to 3650")
        return read

    def expires_at(self, granted_at: datetime) -> datetime:
        return granted_at + timedelta(days=self.valid_days)


class CouponGrant(msgspec.Struct, frozen=True):
    """A coupon for *person_id*. What the shop paid comes in three parts (see the ledger's waterfall); whatever of
    the amount they do not cover, the platform pays. *expires_at* and *returns_to* are the rule's where not given.
    A source is compensated once: (*source_kind*, *source_id*) is unique."""

    id: UUID
    person_id: UUID
    amount_minor: int
    currency: str
    reason: Text
    source_kind: str
    source_id: UUID
    shop_id: UUID | None = None
    from_balance: int = 0
    from_deposit: int = 0
    advanced: int = 0
    decision_id: UUID | None = None
    threshold_minor: int = 0
    expires_at: datetime | None = None
    returns_to: ReturnsTo | None = None

    @property
    def from_shop(self) -> int:
        return self.from_balance + self.from_deposit + self.advanced

    @property
    def from_platform(self) -> int:
        return self.amount_minor - self.from_balance - self.from_deposit - self.advanced


class Reserved(msgspec.Struct, frozen=True):
    """A coupon set aside for a checkout, as it is to be priced. *funder_id* is a shop's id, a host's name or the
    platform; *shop_id*: only for that shop's goods."""

    coupon_id: UUID
    amount: Money
    funder_kind: FunderKind
    funder_id: str
    shop_id: UUID | None = None


class Use(msgspec.Struct, frozen=True):
    """What a coupon paid at the checkout *for_id*, and what was paid in money for the orders it helped to pay."""

    for_id: UUID
    coupon_id: UUID
    amount_minor: int
    turnover_minor: int


class ShareBack(msgspec.Struct, frozen=True):
    """Of what a spent coupon paid, *amount_minor* paid for something that was undone: it goes back out of the account
    *debit*, to whoever bore it (None: no money moves here, because a shop's own discount moved none or because the caller
    has booked it). *key* is used once for each coupon; *cause_id* is the order."""

    key: str
    coupon_id: UUID
    amount_minor: int
    debit: tuple[str, str, str] | None
    """The account as the ledger names it (its `Ref`: code, holder, currency)."""
    cause_id: UUID


class CouponView(msgspec.Struct, frozen=True):
    """A coupon as its holder sees it. *threshold*: only for goods worth at least so much. *shop_id* is the shop that
    paid for a compensation, or the one whose goods an issued coupon is for."""

    id: UUID
    amount: Money
    threshold: Money
    reason: Text
    state: str
    source_kind: str
    source_id: UUID
    shop_id: UUID | None
    reserved_for: UUID | None
    granted_at: datetime
    expires_at: datetime
    decision_id: UUID | None
    issue_id: UUID | None = None
    funder_kind: FunderKind = "compensation"
    funder_id: str = ""
    stacking: Stacking = "with_others"

    @property
    def scope(self) -> UUID | None:
        """The shop for whose goods it is; None for everybody's. A compensation may be spent anywhere."""
        return self.shop_id if self.issue_id else None


class Unspent(msgspec.Struct, frozen=True):
    """What goes back where when a coupon expires. The three amounts add up to the coupon's."""

    to_shop: int
    to_goodwill: int
    to_breakage: int


def unspent(amount: int, from_platform: int, returns_to: ReturnsTo) -> Unspent:
    """To those who paid it, or by the terms all of it to the platform."""
    if returns_to == "platform":
        return Unspent(0, 0, amount)
    return Unspent(amount - from_platform, from_platform, 0)


class IssueDraft(msgspec.Struct, frozen=True):
    """Coupons to be handed out: each takes *amount* off goods worth *threshold* or more, all together at most *budget*.

    *funder_id* is the shop's id, the host's (a person's), or the platform; *shop_id*: only for that shop's goods. A
    claimed coupon is good for *valid_days*; claiming goes from *claims_from* until *claims_until*.
    """

    funder_kind: FunderKind
    funder_id: str
    title: Text
    amount: Money
    threshold: Money
    budget: Money
    claims_from: datetime
    claims_until: datetime
    shop_id: UUID | None = None
    per_person: int = 1
    stacking: Stacking = "with_others"
    valid_days: int = 30

    @property
    def coupons(self) -> int:
        """How many the budget buys."""
        return self.budget.minor // self.amount.minor


class IssueView(msgspec.Struct, frozen=True):
    """An issue as it stands. *claimed* is what the coupons handed out may come to cost, never more than *budget*."""

    id: UUID
    funder_kind: FunderKind
    funder_id: str
    shop_id: UUID | None
    title: Text
    amount: Money
    threshold: Money
    budget: Money
    claimed: Money
    per_person: int
    stacking: Stacking
    claims_from: datetime
    claims_until: datetime
    valid_days: int
    state: str
    created_at: datetime
    ended_at: datetime | None

    @property
    def left(self) -> int:
        """How many may still be claimed."""
        return (self.budget.minor - self.claimed.minor) // self.amount.minor


class IssueFigures(msgspec.Struct, frozen=True):
    """What became of an issue's coupons. *saved* is what buyers paid less, *turnover* what they paid for the orders."""

    claimed: int
    used: int
    saved: Money
    turnover: Money


class IssueOffer(msgspec.Struct, frozen=True):
    """An issue as a buyer meets it: how many of it they have claimed, and whether one waits in their wallet."""

    issue: IssueView
    mine: int
    ready: int

    @property
    def claimable(self) -> bool:
        return self.issue.left > 0 and self.mine < self.issue.per_person


class HostMoney(msgspec.Struct, frozen=True):
    """What a host prepaid and has not spent, and what of it is promised to coupons."""

    host_id: UUID
    prepaid: Money
    promised: Money

    @property
    def free(self) -> Money:
        return self.prepaid - self.promised


class PrepaymentView(msgspec.Struct, frozen=True):
    """Money that somebody of the platform put at a host's disposal, where it came from, and why."""

    host_id: UUID
    amount: Money
    source: str
    reason: str
    by: UUID
    at: datetime


_MOST = 10**12
_LONGEST = timedelta(days=366)


def check_issue(draft: IssueDraft, now: datetime) -> None:
    """Raises Invalid for the first thing about *draft* that cannot be."""
    for wrong, code, zh, en in _wrong(draft, now):
        if wrong:
            raise Invalid(f"issue.{code}", zh=zh, en=en)


def _wrong(draft: IssueDraft, now: datetime) -> Iterator[tuple[bool, str, str, str]]:
    sums = (draft.amount, draft.threshold, draft.budget)
    yield (len({money.currency for money in sums}) > 1, "currency", "金额要用同一种货币。",
           "All sums must be in one currency.")  # fmt: skip
    yield (not all(0 < len(text.strip()) <= 60 for text in (draft.title.zh, draft.title.en)), "title",
           "名称要有中文和英文，最多60字。", "A title in Chinese and in English, at most 60 letters.")  # fmt: skip
    yield (
        not 0 < draft.amount.minor <= _MOST,
        "amount",
        "优惠金额要大于零。",
        "The discount is more than zero.",
    )
    yield (
        not 0 <= draft.threshold.minor <= _MOST,
        "threshold",
        "门槛不能小于零。",
        "A threshold is zero or more.",
    )
    yield (0 < draft.threshold.minor < draft.amount.minor, "threshold_small", "门槛不能低于优惠金额。",
           "The threshold is no lower than the discount.")  # fmt: skip
    yield (not draft.amount.minor <= draft.budget.minor <= _MOST, "budget", "预算至少要够一张券。",
           "The budget buys at least one coupon.")  # fmt: skip
    yield (
        not 1 <= draft.per_person <= 99,
        "per_person",
        "每人限领1到99张。",
        "Each person may claim 1 to 99.",
    )
    yield (not 1 <= draft.valid_days <= 366, "valid_days", "有效期在1到366天之间。",
           "A coupon is good for 1 to 366 days.")  # fmt: skip
    yield (draft.claims_until <= max(now, draft.claims_from), "window", "领取结束时间要晚于开始，也要在将来。",
           "Claiming ends after it begins, and in the future.")  # fmt: skip
    yield (draft.claims_until - max(now, draft.claims_from) > _LONGEST, "window_long", "领取期最长366天。",
           "Claiming goes on for at most 366 days.")  # fmt: skip
    yield (draft.funder_kind not in FUNDERS[:3] or draft.stacking not in STACKING, "funder", "出资方或叠加方式不对。",
           "Such a funder or stacking rule does not exist.")  # fmt: skip
    yield (draft.funder_kind == "shop" and str(draft.shop_id) != draft.funder_id, "scope",
           "店铺券只能用于本店商品。", "A shop's coupon is for its own goods.")  # fmt: skip


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
