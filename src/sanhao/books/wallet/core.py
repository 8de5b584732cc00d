"""The pure part of the wallet: what a coupon is, who paid for it, and where the money goes that nobody spent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from sanhao.kit.money import Money
from sanhao.kit.text import Text

ReturnsTo = Literal["payer", "platform"]

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


FunderKind = Literal["shop", "host", "platform", "compensation"]


class Reserved(msgspec.Struct, frozen=True):
    """A coupon set aside for a checkout, as it is to be priced. *funder_id* is a shop's id, a host's name or the
    platform; *shop_id*: only for that shop's goods."""

    coupon_id: UUID
    amount: Money
    funder_kind: FunderKind
    funder_id: str
    shop_id: UUID | None = None


class ShareBack(msgspec.Struct, frozen=True):
    """Of what coupons paid at the checkout *for_id*, *amount_minor* paid for something that will not happen: it goes
    back to their holder out of the account *debit*. *key* is used once; *cause_id* is the order."""

    key: str
    for_id: UUID
    amount_minor: int
    debit: tuple[str, str, str]
    """The account as the ledger names it (its `Ref`: code, holder, currency)."""
    cause_id: UUID


class CouponView(msgspec.Struct, frozen=True):
    """A coupon as its holder sees it. *threshold*: only for goods worth at least so much."""

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
