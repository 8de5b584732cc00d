"""What this module listens to, and its keepers."""

from django.conf import settings

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import keeper
from sanhao.kit.events import listen_now
from sanhao.service.delivery import doors, errands, label_errands, labels, pickups, sandbox
from sanhao.service.delivery.events import ConsignmentDelivered
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
PICKUPS = keeper.Keeper(
    name="delivery.pickups",
    query=f"SELECT {pickups.COLUMNS} FROM delivery_pickup t "
    "WHERE t.state IN ('asked', 'booked', 'cancelling') AND t.next_try_at <= %(now)s",
    settle=errands.pickup_due,
    order="t.next_try_at",
    batch=50,
)
LABELS = keeper.Keeper(
    name="delivery.labels",
    query="SELECT t.id, t.state, t.carrier, t.service, t.reference, t.sending, t.tries, t.tracking_no, t.handle, t.until "
    "FROM delivery_label t WHERE t.next_try_at <= %(now)s",
    settle=label_errands.labels_due,
    order="t.next_try_at",
    batch=20,
    idle_seconds=0.5,
)
INQUIRIES = keeper.Keeper(
    name="delivery.inquiries",
    query="SELECT t.id, t.until, c.carrier, c.tracking_no, c.state, c.registered_at FROM delivery_inquiry t "
    "JOIN delivery_consignment c ON c.id = t.id WHERE t.next_at <= %(now)s",
    settle=label_errands.inquiries_due,
    order="t.next_at",
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
SANDBOX_PICKUPS = keeper.Keeper(
    name="delivery.sandbox_pickups",
    query="SELECT t.id, t.reference, t.how, t.key, t.number, t.taken_at, t.starts_at, t.weight_g, t.step "
    "FROM delivery_sandbox_pickup t WHERE t.call_at <= %(now)s",
    settle=sandbox.call_pickups,
    order="t.call_at",
    batch=50,
)
SANDBOX_HUB = keeper.Keeper(
    name="delivery.sandbox_hub",
    query="SELECT t.id, t.carrier, t.tracking_no, t.how, t.heard_at, t.step FROM delivery_sandbox_hub t WHERE t.call_at <= %(now)s",
    settle=sandbox.hub_calls,
    order="t.call_at",
    batch=50,
)


def wire() -> None:
    """Listens to itself only: the sandbox courier's hubs hear what they signed for. Keepers read what carriers sent, ask
    for labels and after parcels, call parcels back, have goods collected, and are the sandbox courier's own voice."""
    doors.open_accounts(settings.KARRIO_ACCOUNTS)
    rulebook.register_terms(labels.RULE, labels.Terms)
    keeper.register(INBOX)
    keeper.register(INTERCEPTIONS)
    keeper.register(PICKUPS)
    keeper.register(LABELS)
    keeper.register(INQUIRIES)
    keeper.register(SANDBOX)
    keeper.register(SANDBOX_PICKUPS)
    keeper.register(SANDBOX_HUB)
    listen_now(ConsignmentDelivered, sandbox.hub_signed)
