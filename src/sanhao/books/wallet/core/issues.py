"""Coupons handed out in numbers: what an issue is, what it may promise, and the money that a host puts in beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.books.wallet.core.coupons import FUNDERS, STACKING, FunderKind, Stacking
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.text import Text

ISSUE_STATES: Mapping[str, tuple[str, ...]] = {
    "draft": ("running", "ended"),
    "running": ("ended",),
    "ended": (),
}


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
