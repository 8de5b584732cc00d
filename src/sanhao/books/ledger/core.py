"""The pure part of the ledger: the chart of accounts, the shapes of an entry, and the waterfall.

Debit is positive, credit negative (beancount's convention). What a shop is charged comes from its balance, then its
deposit, then the platform advances it and the shop owes it (a receivable). Giving back mirrors that: what is owed is
repaid first, then the deposit gets back what was taken from it, the rest goes to the balance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple, TypeVar
from uuid import UUID

import msgspec

Kind = Literal["asset", "liability", "income", "expense"]
Holder = Literal["shop", "platform", "gateway", "carrier", "host", "person"]

PLATFORM = "platform"


class Sort(NamedTuple):
    """What a code of the chart means. A *kept* account carries its balance in its row and is locked when it moves."""

    kind: Kind
    holder: Holder
    kept: bool
    what: str


CHART: Mapping[str, Sort] = {
    "gateway":       Sort("asset",     "gateway",  False, "money a payment gateway holds for the platform"),
    "bank":          Sort("asset",     "platform", False, "the platform's bank account"),
    "receivable":    Sort("asset",     "shop",     True,  "what a shop owes because the platform advanced it"),
    "carrier_claim": Sort("asset",     "carrier",  False, "what a carrier owes for its own lateness or damage"),
    "paid_ahead":    Sort("asset",     "platform", False, "refunds the platform paid before the goods were back"),
    "buyer_owes":    Sort("asset",     "person",   False, "what a buyer was paid ahead for goods that did not come back"),
    "escrow":        Sort("liability", "shop",     False, "buyers' money held until the shop has earned it"),
    "balance":       Sort("liability", "shop",     True,  "a shop's money, free to be paid out"),
    "deposit":       Sort("liability", "shop",     True,  "a shop's deposit"),
    "reserve":       Sort("liability", "shop",     True,  "a part of what a shop earned, kept for a while against refunds"),
    "payouts":       Sort("liability", "shop",     False, "a shop's money on its way to its bank"),
    "coupons":       Sort("liability", "platform", False, "coupons granted and not yet spent"),
    "carrier_fees":  Sort("liability", "carrier",  False, "what the platform owes a carrier for what its account was asked to do"),
    "refunds":       Sort("liability", "platform", False, "refunds on their way to buyers"),
    "goodwill":      Sort("expense",   "platform", False, "what the platform pays out of its own pocket"),
    "host":          Sort("liability", "host",     True,  "a host's money, prepaid for the coupons it hands out"),
    "subsidy":       Sort("expense",   "platform", False, "second legs of parcels for remote areas, paid by the platform"),
    "promotions":    Sort("expense",   "platform", False, "discounts that the platform pays for"),
    "commission":    Sort("income",    "platform", False, "the platform's share of what shops sell"),
    "breakage":      Sort("income",    "platform", False, "coupons that expired to the platform's benefit"),
}  # fmt: skip


class Ref(NamedTuple):
    """An account by name: *holder* is the text of a shop's id, or the name of a gateway, a carrier, the platform."""

    code: str
    holder: str
    currency: str


class EntryDraft(msgspec.Struct, frozen=True):
    """One movement of money. *key* says what it is an effect of and exists once; *lines* add up to zero."""

    id: UUID
    key: str
    kind: str
    at: datetime
    currency: str
    lines: tuple[tuple[Ref, int], ...]
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None


class Charge(msgspec.Struct, frozen=True):
    """A shop pays *amount_minor* to the account *credit*. *id* is the entry's, made where none is given."""

    key: str
    kind: str
    shop_id: UUID
    amount_minor: int
    currency: str
    credit: Ref
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None
    id: UUID | None = None


class Charged(msgspec.Struct, frozen=True):
    """Where a charge was taken from. The three parts add up to what was charged."""

    key: str
    entry_id: UUID
    from_balance: int
    from_deposit: int
    advanced: int


class Credit(msgspec.Struct, frozen=True):
    """A shop is given *amount_minor* out of the account *debit*; *from_deposit* of it had come from its deposit."""

    key: str
    kind: str
    shop_id: UUID
    amount_minor: int
    currency: str
    debit: Ref
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None
    from_deposit: int = 0
    id: UUID | None = None


class Credited(msgspec.Struct, frozen=True):
    """Where a credit went. The three parts add up to what was given."""

    key: str
    entry_id: UUID
    to_balance: int
    to_deposit: int
    repaid: int


class Purse(msgspec.Struct):
    """What a shop has (and owes) while a batch runs over it: the running totals. Never below zero."""

    balance: int
    deposit: int
    owed: int = 0


class Parts(NamedTuple):
    """An amount in the waterfall's three parts: the balance's, the deposit's, and the advance's."""

    balance: int
    deposit: int
    advance: int


P = TypeVar("P")


def take(purse: Purse, amount: int) -> Parts:
    """Take *amount* (at least 0) out of *purse*: balance, then deposit, then the shop owes the rest."""
    balance = amount if amount <= purse.balance else purse.balance
    rest = amount - balance
    deposit = rest if rest <= purse.deposit else purse.deposit
    advance = rest - deposit
    purse.balance -= balance
    purse.deposit -= deposit
    purse.owed += advance
    return Parts(balance, deposit, advance)


def give(purse: Purse, amount: int, from_deposit: int = 0) -> Parts:
    """Give *amount* (at least 0) to *purse*: what is owed, then the deposit up to *from_deposit*, then the balance."""
    advance = min(amount, purse.owed)
    deposit = min(amount - advance, from_deposit)
    balance = amount - advance - deposit
    purse.owed -= advance
    purse.deposit += deposit
    purse.balance += balance
    return Parts(balance, deposit, advance)


def take_all(purses: Mapping[P, Purse], charges: Iterable[tuple[P, int]]) -> list[Parts]:
    """`take` each of *charges* in order from the purse it names."""
    return [take(purses[whose], amount) for whose, amount in charges]


def give_all(purses: Mapping[P, Purse], credits: Iterable[tuple[P, int, int]]) -> list[Parts]:
    """`give` each of *credits* (purse, amount, of which from the deposit) in order."""
    return [give(purses[whose], amount, from_deposit) for whose, amount, from_deposit in credits]


def out_of_balance(lines: Iterable[tuple[Ref, int]]) -> dict[str, int]:
    """Per currency, by how much *lines* miss zero; empty for a sound entry."""
    sums: dict[str, int] = {}
    for ref, amount in lines:
        sums[ref.currency] = sums.get(ref.currency, 0) + amount
    return {currency: left for currency, left in sums.items() if left}
