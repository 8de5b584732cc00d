"""Where a shop's money is sent, when, and what a bank may answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from stdnum import iban

from sanhao.kit.deadline import zone
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid

PAYOUT_STATES: Mapping[str, tuple[str, ...]] = {
    "drafted": ("sent",),
    "sent": ("paid", "failed"),
    "paid": ("returned",),
    "failed": (),
    "returned": (),
}
_RETRY, _LONGEST = timedelta(minutes=5), timedelta(hours=6)


def next_payout(after: datetime, timezone: str) -> datetime:
    """Payouts go out once a day: the first 09:00 in *timezone* later than *after*."""
    local = after.astimezone(zone(timezone))
    today = local.replace(hour=9, minute=0, second=0, microsecond=0)
    return (today if today > local else today + timedelta(days=1)).astimezone(UTC)


def lease(tries: int) -> timedelta:
    """How long a payout that was handed to the bank *tries* times is left alone before it is asked about again."""
    return min(_RETRY * (1 << min(max(tries - 1, 0), 10)), _LONGEST)


class Payee(msgspec.Struct, frozen=True):
    """Where a shop's money goes."""

    holder: str
    bank: str
    account: str

    @property
    def ending(self) -> str:
        return self.account[-4:]


def check_payee(payee: Payee) -> Payee:
    """Bank details without blanks. Raises Invalid for what cannot be an account."""
    holder, bank = payee.holder.strip(), payee.bank.strip()
    account = re.sub(r"[\s-]", "", payee.account).upper()
    if not (2 <= len(holder) <= 80 and 2 <= len(bank) <= 80 and holder.isprintable() and bank.isprintable()):
        raise Invalid(
            "payee.name", zh="请填写户名和开户银行。", en="Please give the account's holder and its bank."
        )
    sound = iban.is_valid(account) if account[:2].isalpha() else bool(re.fullmatch(r"[0-9]{8,30}", account))
    if not sound:
        raise Invalid("payee.account", zh="银行账号不对，请核对后再填。",
                      en="This is no account number. Please check it.")  # fmt: skip
    return Payee(holder, bank, account)


class Transfer(msgspec.Struct, frozen=True):
    """Money for a bank to send. *id* is the idempotency key: however often it is handed over, it is sent once."""

    id: UUID
    amount: Money
    payee: Payee


class TransferAnswer(msgspec.Struct, frozen=True):
    """*accepted* means "ask again later, with the same id"; *refused* and *returned* are final, with a *reason*."""

    outcome: Literal["done", "accepted", "refused", "returned"]
    ref: str = ""
    reason: str = ""


class BankAway(Exception):
    """The bank did not answer. Whether it did what was asked is unknown."""
