"""The rules of settlement: when money is the shop's, what commission is taken, how it is paid out and invoiced."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

import msgspec

RELEASE = "settlement.release"
INVOICING = "settlement.invoice"
COMMISSION = "settlement.commission"
PAYOUT = "settlement.payout"
NEUTRAL = "neutral"


class ReleaseTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `settlement.release`: how many days after delivery the buyer's money is the shop's, at the least.

    *waits*: for that alone (``window``); also for what guarantees may still be claimed (``claims``); or for everything that
    may still be asked about the order (``longest``). *days_by_category*: goods of which the money waits no longer than so many days
    after delivery (and `window_days`), whatever may still be asked.
    """

    window_days: int = 7
    waits: Literal["window", "claims", "longest"] = "claims"
    days_by_category: Mapping[str, int] = {}

    def __post_init__(self) -> None:
        if not all(0 <= days <= 365 for days in (self.window_days, *self.days_by_category.values())):
            raise ValueError("days: from 0 to 365")

    def most_days(self, categories: Collection[str]) -> int | None:
        """How long at most the money of goods of these categories (paths) waits; None where nothing says."""
        said = [self._most(path) for path in categories]
        known = [days for days in said if days is not None]
        return max(known) if known and len(known) == len(said) else None

    def _most(self, path: str) -> int | None:
        for slug in reversed(path.split("/")):
            if slug in self.days_by_category:
                return self.days_by_category[slug]
        return None


class CommissionTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `settlement.commission`: basis points of goods sold, by category where it says so. Freight is free."""

    default_bp: int = 500
    by_category: dict[str, int] = {}

    def __post_init__(self) -> None:
        if any(not 0 <= bp <= 5_000 for bp in (self.default_bp, *self.by_category.values())):
            raise ValueError("a commission is from 0 to 5,000 basis points")

    def of(self, categories: Mapping[str, int]) -> int:
        """The commission on goods sold for these amounts by category, rounded half up for each."""
        return sum((minor * self.rate(path) + 5_000) // 10_000 for path, minor in categories.items())

    def rate(self, path: str) -> int:
        """The rate of a category given by its *path* (``fresh/fruit``): its own, else that of what it belongs to."""
        for slug in reversed(path.split("/")):
            if slug in self.by_category:
                return self.by_category[slug]
        return self.default_bp


class InvoicingTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `settlement.invoice`: within how many days a shop issues an invoice, and corrects one after a refund."""

    issue_days: int = 5
    red_days: int = 10

    def __post_init__(self) -> None:
        if not (1 <= self.issue_days <= 90 and 1 <= self.red_days <= 90):
            raise ValueError("days: from 1 to 90")


class PayoutTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule `settlement.payout`: when and how much of a shop's balance goes to its bank.

    *reserve_bp* of every release is kept for *reserve_days*. *changed_days*: how long payouts wait after the shop's
    bank details changed. *by_standing* gives other terms to shops of a standing.
    """

    minimum_minor: int = 100
    delay_days: int = 1
    changed_days: int = 3
    reserve_bp: int = 0
    reserve_days: int = 30
    by_standing: dict[str, PayoutTerms] = {}

    def __post_init__(self) -> None:
        if self.minimum_minor < 1 or not 0 <= self.reserve_bp <= 10_000:
            raise ValueError("minimum_minor: at least 1; reserve_bp: from 0 to 10,000")
        if any(not 0 <= days <= 365 for days in (self.delay_days, self.changed_days, self.reserve_days)):
            raise ValueError("days: from 0 to 365")

    def for_(self, standing: str) -> PayoutTerms:
        return self.by_standing.get(standing, self)
