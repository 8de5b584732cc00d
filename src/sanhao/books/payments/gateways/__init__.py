"""The gateways: one folder each, listed here.

A gateway is outside: every method but `parse_callback` may take long, fail with `GatewayAway`, or have worked although
it failed. They are never called inside a transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sanhao.books.payments.core import Bill, Callback, Disputed, Next, RefundAnswer, RefundOrder
from sanhao.books.payments.gateways.history import History
from sanhao.books.payments.gateways.sandbox import Sandbox
from sanhao.books.payments.gateways.stripe import Stripe
from sanhao.kit.refusals import NotFound


class Gateway(Protocol):
    """What a gateway can do."""

    def begin(self, bill: Bill, *, now: datetime) -> Next:
        """Tell the gateway of a payment to come. The same `payment_id` twice is one payment."""
        ...

    def parse_callback(self, body: bytes, headers: Mapping[str, str]) -> Callback | Disputed | None:
        """Read what somebody posted to us in the gateway's name (header names in lower case); None for what does not
        concern us.

        Raises Forbidden for a bad or stale signature, Invalid for what cannot be read.
        """
        ...

    def query(self, payment_id: UUID, ref: str, *, now: datetime) -> Callback | None:
        """What became of a payment; None while nothing is decided. Raises GatewayAway."""
        ...

    def refund(self, order: RefundOrder, *, now: datetime) -> RefundAnswer:
        """Send money back; the same `id` twice is one refund. Raises GatewayAway."""
        ...


GATEWAYS: Mapping[str, Gateway] = {
    "history": History(),
    "sandbox": Sandbox(),
    "stripe": Stripe(),
}


def gateway(name: str) -> Gateway:
    """Raises NotFound for a gateway this site does not have."""
    try:
        return GATEWAYS[name]
    except KeyError:
        raise NotFound(
            "payments.no_gateway", zh="没有这种支付方式。", en="There is no such way to pay."
        ) from None
