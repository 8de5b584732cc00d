"""The banks that payouts go through: one folder each, listed here.

A bank is outside: `send` may take long, fail with `BankAway`, or have worked although it failed. It is never called
inside a transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sanhao.books.settlement.banks.sandbox import Sandbox
from sanhao.books.settlement.core import Transfer, TransferAnswer
from sanhao.kit.refusals import NotFound


class Bank(Protocol):
    """What a bank can do."""

    def send(self, transfer: Transfer, *, now: datetime) -> TransferAnswer:
        """Send money; the same id twice is one transfer, and asks what became of it. Raises BankAway."""
        ...


BANKS: Mapping[str, Bank] = {
    "sandbox": Sandbox(),
}


def bank(name: str) -> Bank:
    """Raises NotFound for a bank this site does not have."""
    try:
        return BANKS[name]
    except KeyError:
        raise NotFound(
            "payouts.no_bank", zh="没有接入这家银行。", en="This site is not connected to that bank."
        ) from None
