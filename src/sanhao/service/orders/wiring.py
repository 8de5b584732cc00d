"""What orders listen to, and their keeper."""

from __future__ import annotations

from sanhao.books.payments.events import (
    DisputeWon,
    PaymentDisputed,
    PaymentRestored,
    PaymentSucceeded,
    RefundCompleted,
)
from sanhao.books.settlement.events import OrderReleased
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import listen_later, listen_now
from sanhao.kit.keeper import Keeper, register
from sanhao.service.delivery.events import (
    ConsignmentCollected,
    ConsignmentDelivered,
    LabelMade,
    LabelMoved,
    LabelVoided,
)
from sanhao.service.orders import telling
from sanhao.service.orders.actions import chargeback, label, pay, place, second_leg, shares, ship
from sanhao.service.orders.core import OrderTerms
from sanhao.service.orders.events import (
    CheckoutExpired,
    LatePaymentReturned,
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    OrderShipped,
    OrderUnpacked,
)
from sanhao.service.orders.term_names import TERM_NAMES
from sanhao.service.remote.events import SecondLegUnused

EXPIRY = Keeper(
    name="orders.expiry",
    query="SELECT t.id, t.person_id FROM orders_checkout t WHERE t.state = 'placed' AND t.expires_at <= %(now)s",
    settle=place.expire,
    order="t.expires_at",
    batch=200,
)


def wire() -> None:
    rulebook.register_names(TERM_NAMES)
    rulebook.register_terms("orders.terms", OrderTerms)
    listen_now(PaymentSucceeded, pay.payment_succeeded)
    listen_now(PaymentDisputed, chargeback.disputed)
    listen_now(DisputeWon, chargeback.won)
    listen_now(PaymentRestored, chargeback.restored)
    listen_now(ConsignmentCollected, ship.collected)
    listen_now(ConsignmentDelivered, ship.delivered)
    listen_now(LabelMade, label.label_made)
    for moved in (OrderShipped, OrderDelivered, OrderCancelled):
        listen_later(moved, telling.order_moved)
    listen_later(OrderPaid, telling.signal)
    listen_later(OrderUnpacked, telling.signal)
    listen_later(OrderCancelled, label.order_cancelled)
    listen_later(LabelMoved, telling.label_moved)
    listen_later(LabelVoided, telling.label_moved)
    listen_later(CheckoutExpired, telling.checkout_expired)
    listen_later(LatePaymentReturned, telling.late_payment_returned)
    listen_later(RefundCompleted, telling.refund_completed)
    listen_later(OrderReleased, shares.released)
    listen_later(SecondLegUnused, second_leg.unused)
    register(EXPIRY)
