"""What this module listens to, and its keepers."""

from sanhao.kit import keeper
from sanhao.service.delivery import errands, sandbox
from sanhao.service.delivery.inbox import INBOX

INTERCEPTIONS = keeper.Keeper(
    name="delivery.interceptions",
    query="SELECT t.id, t.state, t.tries, t.until, c.carrier, c.tracking_no FROM delivery_interception t "
    "JOIN delivery_consignment c ON c.id = t.consignment_id "
    "WHERE t.state IN ('requested', 'sent', 'accepted') AND t.next_try_at <= %(now)s",
    settle=errands.intercept_due,
    order="t.next_try_at",
    batch=50,
)
SANDBOX = keeper.Keeper(
    name="delivery.sandbox",
    query="SELECT t.id, t.tracking_no, t.how, t.key, t.taken_at, t.step FROM delivery_sandbox_interception t "
    "WHERE t.call_at <= %(now)s",
    settle=sandbox.call_back,
    order="t.call_at",
    batch=50,
)


def wire() -> None:
    """Listens to nobody; keepers read what carriers sent, call parcels back, and are the sandbox courier's own voice."""
    keeper.register(INBOX)
    keeper.register(INTERCEPTIONS)
    keeper.register(SANDBOX)
