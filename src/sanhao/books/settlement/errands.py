"""What goes outside: handing payouts to the bank. Never inside a transaction.

A keeper claims payouts in its transaction (they fall due again later) and the errand runs once that is committed. Killed
half-way, nothing is lost: the payout falls due again, and the bank knows it by the same id.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from sanhao.books.settlement.actions import payouts
from sanhao.books.settlement.banks import bank
from sanhao.books.settlement.banks.sandbox import world
from sanhao.books.settlement.core import BankAway, Payee, Transfer, TransferAnswer
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money

log = logging.getLogger("sanhao.settlement")


def send_payouts(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: payouts to hand over, and such as nothing was recorded of."""
    payouts.claimed(rows, now)
    transaction.on_commit(partial(_send, rows, now))


def _send(rows: Sequence[Row], now: datetime) -> None:
    answers: dict[UUID, TransferAnswer] = {}
    for row in rows:
        payee = Payee(row["holder"], row["bank"], row["account"])
        transfer = Transfer(row["id"], Money(row["amount_minor"], row["currency"]), payee)
        try:
            answers[row["id"]] = bank(row["via"]).send(transfer, now=now)
        except BankAway:
            log.info("%s did not answer about payout %s; asking again later", row["via"], row["id"])
        except Exception:
            log.exception("handing payout %s to %s went wrong; trying later", row["id"], row["via"])
    try:
        payouts.record(answers, now=now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: asked again when their lease ends, and sent once
    except Exception:
        log.exception("recording payouts went wrong; asking the bank again later")


def hear_returns(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: the sandbox bank sends money back days after it was paid, as banks do, and says so twice."""
    answers = world.returned(rows)
    for _ in range(2):
        payouts.record(answers, now=now)
