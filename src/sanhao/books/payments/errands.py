"""What goes outside: asking gateways, sending refunds. Never inside a transaction.

A keeper claims rows in its transaction (they are due again later) and the errand runs once that is committed. Killed
half-way, nothing is lost: the row falls due again, and the gateway knows it by the same id.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from sanhao.books.payments.actions import give_back, take
from sanhao.books.payments.core import Bill, GatewayAway, Next, RefundOrder
from sanhao.books.payments.gateways import gateway
from sanhao.books.payments.gateways.sandbox import world
from sanhao.books.payments.models import OPEN
from sanhao.books.payments.queries import payment
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal

log = logging.getLogger("sanhao.payments")


def next_step(payment_id: UUID, *, person_id: UUID, now: datetime, return_url: str = "") -> Next:
    """Where the buyer goes to pay (``url`` None: our own page) and comes back from to *return_url*. Call it outside any
    transaction.

    Raises NotFound, Refusal ``payments.away`` while the gateway does not answer.
    """
    due = payment(payment_id, person_id=person_id)
    if due.state not in OPEN:
        return Next(url=None, ref=due.gateway_ref)
    try:
        answer = gateway(due.gateway).begin(Bill(due.id, due.amount, due.subject_kind, return_url), now=now)
    except GatewayAway:
        raise Refusal("payments.away", zh="支付渠道暂时没有响应，请稍后再试。",
                      en="The payment service does not answer. Please try again in a moment.") from None  # fmt: skip
    take.told(payment_id, answer.ref, now=now)
    return answer


def ask_gateways(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: payments nobody called us about."""
    take.asked(rows, now)
    transaction.on_commit(partial(_ask, rows, now))


def _ask(rows: Sequence[Row], now: datetime) -> None:
    for row in rows:
        try:
            said = gateway(row["gateway"]).query(row["id"], row["gateway_ref"], now=now)
            if said is not None:
                take.hear(row["gateway"], said, now=now)
        except GatewayAway:
            log.info("%s did not answer about payment %s; asking again later", row["gateway"], row["id"])
        except Exception:
            log.exception(
                "asking %s about payment %s went wrong; asking again later", row["gateway"], row["id"]
            )


def send_refunds(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: refunds to send, and sent ones that nothing was recorded of."""
    give_back.claimed(rows, now)
    transaction.on_commit(partial(_send, rows, now))


def _send(rows: Sequence[Row], now: datetime) -> None:
    done: list[UUID] = []
    refused: dict[UUID, str] = {}
    for row in rows:
        order = RefundOrder(
            row["id"],
            row["payment_id"],
            row["gateway"],
            row["gateway_ref"],
            Money(row["amount_minor"], row["currency"]),
        )
        try:
            answer = gateway(order.gateway).refund(order, now=now)
            if answer.outcome == "done":
                done.append(order.id)
            elif answer.outcome == "refused":
                refused[order.id] = answer.reason
        except GatewayAway:
            log.info("%s did not answer about refund %s; sending it again later", order.gateway, order.id)
        except Exception:
            log.exception("sending refund %s to %s went wrong; trying later", order.id, order.gateway)
    try:
        give_back.record(done, refused, now=now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: sent again when their lease ends, and paid once
    except Exception:
        log.exception("recording refunds went wrong; sending them again later")


def call_back(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: the sandbox's late callbacks. They take the road of any callback, signature and all."""
    for signed in world.due_callbacks(list(rows)):
        take.heard("sandbox", signed.body, signed.headers, now=now)
