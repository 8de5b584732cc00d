"""A bank that moves no money and can be told to misbehave, account by account (see `world`)."""

from __future__ import annotations

from datetime import datetime

from sanhao.books.settlement.banks.sandbox import world
from sanhao.books.settlement.core import Transfer, TransferAnswer


class Sandbox:
    def send(self, transfer: Transfer, *, now: datetime) -> TransferAnswer:
        return world.send(transfer, now=now)
