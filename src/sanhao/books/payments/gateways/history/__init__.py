"""The gateway behind payments that an imported history tells of: it gives back what it once took, and takes nothing.

Such payments exist in demo worlds only, and no money moves; a refund is done the moment it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sanhao.books.payments.core import Bill, Callback, Next, RefundAnswer, RefundOrder
from sanhao.kit.refusals import NotFound, Refusal


class History:
    """What was paid is paid; nobody can pay here any more."""

    def begin(self, bill: Bill, *, now: datetime) -> Next:
        raise Refusal("payments.past", zh="历史订单不能再付款。", en="Nothing new is paid in a history.")

    def parse_callback(self, body: bytes, headers: Mapping[str, str]) -> Callback:
        raise NotFound("payments.no_gateway", zh="没有这种支付方式。", en="There is no such way to pay.")

    def query(self, payment_id: UUID, ref: str, *, now: datetime) -> Callback | None:
        return None

    def refund(self, order: RefundOrder, *, now: datetime) -> RefundAnswer:
        return RefundAnswer("done")
