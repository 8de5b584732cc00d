"""The sandbox's outside world: what buyers do on the gateway's page, kept in the gateway's own tables.

It knows our payments by number only. What it is told to do (`Behaviour`) decides what it answers and when it calls.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from sanhao.books.payments.core import Callback, GatewayAway, RefundAnswer, RefundOrder
from sanhao.books.payments.gateways.sandbox.signing import Signed, sign
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound
from sanhao.kit.rows import execute, fetch

How = Literal["pay", "decline", "late", "twice", "lost", "timeout"]
RefundHow = Literal["", "timeout", "refuse"]


class Behaviour(NamedTuple):
    """What happens after the buyer pressed the button."""

    outcome: Literal["paid", "declined"] = "paid"
    after: timedelta = timedelta(0)
    """When it happens; a later one calls back by itself, when it is time."""
    calls: int = 1
    """How many callbacks are sent at once."""
    silent: int = 0
    """How many questions go unanswered."""


BEHAVIOURS: dict[str, Behaviour] = {
    "pay": Behaviour(),
    "decline": Behaviour(outcome="declined"),
    "late": Behaviour(after=timedelta(minutes=20), calls=0),  # longer than an unpaid order is held
    "twice": Behaviour(calls=2),
    "lost": Behaviour(calls=0),
    "timeout": Behaviour(calls=0, silent=2),
}


def sandbox_pay(payment_id: UUID, how: str, *, now: datetime) -> list[Signed]:
    """The buyer presses a button on the gateway's page. Returns the callbacks that are sent at once, to be delivered
    to `heard`; one that comes late is delivered by a keeper. One statement.

    A payment that was paid stays paid: its callback is sent again. Raises Invalid for an unknown *how*, NotFound for
    a payment the sandbox does not know.
    """
    if how not in get_args(How):
        raise Invalid("payments.how", zh="沙盒没有这个按钮。", en="The sandbox has no such button.")
    behaviour = BEHAVIOURS[how]
    decided_at = now + behaviour.after
    rows = fetch(
        """
        INSERT INTO payments_sandboxcharge AS c (id, amount_minor, currency, outcome, decided_at, callback_at, silent,
                                                 refunds)
        SELECT id, amount_minor, currency, %(outcome)s, %(decided_at)s, %(callback_at)s, %(silent)s, ''
        FROM payments_payment WHERE id = %(id)s AND gateway = 'sandbox'
        ON CONFLICT (id) DO UPDATE SET
            outcome = CASE WHEN c.outcome = 'paid' THEN c.outcome ELSE excluded.outcome END,
            decided_at = CASE WHEN c.outcome = 'paid' THEN c.decided_at ELSE excluded.decided_at END,
            callback_at = CASE WHEN c.outcome = 'paid' THEN c.callback_at ELSE excluded.callback_at END,
            silent = excluded.silent
        RETURNING id, amount_minor, currency, outcome, decided_at
        """,
        {"id": payment_id, "outcome": behaviour.outcome, "decided_at": decided_at,
         "callback_at": decided_at if behaviour.after else None, "silent": behaviour.silent},
    )  # fmt: skip
    if not rows:
        raise NotFound("payments.no_payment", zh="没有这笔支付。", en="There is no such payment.")
    if rows[0]["decided_at"] > now:
        return []
    return [sign(_callback(rows[0]))] * behaviour.calls


def sandbox_refunds(payment_id: UUID, how: RefundHow) -> None:
    """Tell the sandbox how to treat refunds of a payment: well, pay but never answer the first time, or refuse."""
    execute("UPDATE payments_sandboxcharge SET refunds = %s WHERE id = %s", [how, payment_id])


def tell(payment_id: UUID, *, now: datetime) -> Callback | None:
    """What became of a charge. Raises GatewayAway while it was told to be silent."""
    rows = fetch(
        """
        UPDATE payments_sandboxcharge c SET silent = greatest(c.silent - 1, 0)
        FROM (SELECT id, silent FROM payments_sandboxcharge WHERE id = %s FOR UPDATE) before
        WHERE c.id = before.id
        RETURNING c.id, c.amount_minor, c.currency, c.outcome, c.decided_at, before.silent
        """,
        [payment_id],
    )
    if rows and rows[0]["silent"]:
        raise GatewayAway("the sandbox was told to time out")
    return _callback(rows[0]) if rows and rows[0]["decided_at"] <= now else None


def due_callbacks(rows: list[Row]) -> list[Signed]:
    """The callbacks of charges whose time has come; each is sent once."""
    execute(
        "UPDATE payments_sandboxcharge SET callback_at = NULL WHERE id = ANY(%s)", [[r["id"] for r in rows]]
    )
    return [sign(_callback(row)) for row in rows]


def pay_back(order: RefundOrder, *, now: datetime) -> RefundAnswer:
    """Pay once per refund id, however often it is asked. Raises GatewayAway, having paid, if told to time out."""
    rows = fetch(
        """
        WITH charge AS (
            SELECT id, refunds FROM payments_sandboxcharge
            WHERE id = %(charge)s AND outcome = 'paid' AND currency = %(currency)s FOR UPDATE
        ), paid AS (
            INSERT INTO payments_sandboxrefund AS r (id, charge_id, amount_minor, paid_at, asked)
            SELECT %(id)s, id, %(amount)s, %(now)s, 1 FROM charge WHERE refunds <> 'refuse'
            ON CONFLICT (id) DO UPDATE SET asked = r.asked + 1
            RETURNING r.asked
        )
        SELECT charge.refunds, paid.asked FROM charge LEFT JOIN paid ON true
        """,
        {"id": order.id, "charge": order.payment_id, "currency": order.amount.currency,
         "amount": order.amount.minor, "now": now},
    )  # fmt: skip
    if not rows:
        return RefundAnswer("refused", "the sandbox knows no such charge")
    if rows[0]["asked"] is None:
        return RefundAnswer("refused", "the sandbox was told to refuse")
    if rows[0]["refunds"] == "timeout" and rows[0]["asked"] == 1:
        raise GatewayAway("the sandbox paid, and was told not to say so")
    return RefundAnswer("done")


def _callback(row: Row) -> Callback:
    return Callback(
        row["id"],
        row["outcome"],
        row["amount_minor"],
        row["currency"],
        row["decided_at"],
        f"sandbox-{row['id']}",
    )
