"""What a coupon is, who pays for it, and where the money goes that nobody spent.

Two sorts share the table. A *compensation* was paid for when it was granted. One *claimed from an issue* costs its funder
(a shop, a host, the platform) only what it saves, when it is spent: the issue's budget says how much that may be at most.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text

ReturnsTo = Literal["payer", "platform"]
FunderKind = Literal["shop", "host", "platform", "compensation"]
FUNDERS: tuple[FunderKind, ...] = get_args(FunderKind)
"""Who pays for a coupon, in the order in which coupons are applied at a checkout. The cores of orders and after-sales say
it again, since a core enters no other module; mypy holds them to the same words."""
Stacking = Literal["alone", "with_others"]
STACKING: tuple[Stacking, ...] = get_args(Stacking)


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
