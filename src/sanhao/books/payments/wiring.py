"""What this module listens to, and its keepers."""

from sanhao.books.payments.errands import ask_gateways, call_back, send_refunds
from sanhao.kit.keeper import Keeper, register

POLL = Keeper(
    name="payments.poll",
    query="SELECT t.id, t.gateway, t.gateway_ref, t.created_at, t.polls FROM payments_payment t "
    "WHERE t.state IN ('created', 'pending') AND t.poll_at <= %(now)s",
    settle=ask_gateways,
    order="t.poll_at",
    batch=50,
    idle_seconds=2.0,
)
REFUNDS = Keeper(
    name="payments.refunds",
    query="SELECT t.id, t.payment_id, t.amount_minor, t.currency, t.tries, p.gateway, p.gateway_ref "
    "FROM payments_refund t JOIN payments_payment p ON p.id = t.payment_id "
    "WHERE t.state IN ('requested', 'sent') AND t.next_try_at <= %(now)s",
    settle=send_refunds,
    order="t.next_try_at",
    batch=20,
)
SANDBOX = Keeper(
    name="payments.sandbox",
    query="SELECT t.id, t.amount_minor, t.currency, t.outcome, t.decided_at FROM payments_sandboxcharge t "
    "WHERE t.callback_at <= %(now)s",
    settle=call_back,
    order="t.callback_at",
    batch=50,
)


def wire() -> None:
    register(POLL)
    register(REFUNDS)
    register(SANDBOX)
