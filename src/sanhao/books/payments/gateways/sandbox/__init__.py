"""A gateway that moves no money and can be told to misbehave, payment by payment (see `world`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sanhao.books.payments.core import Bill, Callback, Next, RefundAnswer, RefundOrder
from sanhao.books.payments.gateways.sandbox import signing, world


class Sandbox:
    """Stands between payments and the sandbox's own world as a real gateway's client would."""

    def begin(self, bill: Bill, *, now: datetime) -> Next:
        return Next(url=None, ref=f"sandbox-{bill.payment_id}")

    def parse_callback(self, body: bytes, headers: Mapping[str, str]) -> Callback:
        return signing.read(body, headers)

    def query(self, payment_id: UUID, ref: str, *, now: datetime) -> Callback | None:
        return world.tell(payment_id, now=now)

    def refund(self, order: RefundOrder, *, now: datetime) -> RefundAnswer:
        return world.pay_back(order, now=now)
