"""Stripe. The buyer pays on Stripe's own page, so no card ever meets us.

What must be right does not rest on Stripe's help: a refund carries our id in its metadata and is looked for before it
is made, so that it is paid once even where an idempotency key is forgotten; that no more goes back than was paid is
decided by our own row, before Stripe is asked.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import stripe
from django.conf import settings

from sanhao.books.payments.core import (
    Bill,
    Callback,
    Disputed,
    GatewayAway,
    Next,
    RefundAnswer,
    RefundOrder,
)
from sanhao.books.payments.gateways.stripe import signing
from sanhao.books.payments.gateways.stripe.amounts import from_stripe, to_stripe
from sanhao.kit.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger("sanhao.payments")
_SECONDS = 15
_DISPUTES: Mapping[str, Literal["won", "lost"]] = {
    "won": "won",
    "lost": "lost",
    "warning_closed": "won",
    "prevented": "won",
}


class Stripe:
    def begin(self, bill: Bill, *, now: datetime) -> Next:
        """A hosted page for this bill. Raises Refusal ``payments.amount_refused`` for what Stripe will not collect."""
        ours = {"payment_id": str(bill.payment_id)}
        currency, amount = to_stripe(bill.amount)
        back = bill.return_url or settings.SITE_ADDRESS
        with _asking():
            session = _client().v1.checkout.sessions.create(
                params={
                    "mode": "payment",
                    "client_reference_id": str(bill.payment_id),
                    "metadata": ours,
                    "payment_intent_data": {"metadata": ours},
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": currency,
                                "unit_amount": amount,
                                "product_data": {"name": bill.what},
                            },
                        }
                    ],
                    "success_url": back,
                    "cancel_url": back,
                },
                options={"idempotency_key": f"payment:{bill.payment_id}"},
            )
        return Next(url=session.url, ref=session.id)

    def parse_callback(self, body: bytes, headers: Mapping[str, str]) -> Callback | Disputed | None:
        return _read(signing.read(body, headers, settings.STRIPE_WEBHOOK_SECRET))

    def query(self, payment_id: UUID, ref: str, *, now: datetime) -> Callback | None:
        if not ref:
            return None  # the buyer never got as far as Stripe's page
        with _asking():
            if ref.startswith("cs_"):
                session = _client().v1.checkout.sessions.retrieve(ref, params={"expand": ["payment_intent"]})
                return _of_session(session.to_dict())
            return _of_intent(_client().v1.payment_intents.retrieve(ref).to_dict())

    def refund(self, order: RefundOrder, *, now: datetime) -> RefundAnswer:
        """Looked for before it is made: Stripe forgets an idempotency key after a day, and a refund must not be paid
        twice because we asked again on the third."""
        try:
            with _asking():
                refunds = _client().v1.refunds
                made = refunds.list(params={"payment_intent": order.ref, "limit": 100})
                for known in made.auto_paging_iter():
                    if _of(known, "metadata").get("refund_id") == str(order.id):
                        return _answer(known.status, known)
                _, amount = to_stripe(order.amount)
                done = refunds.create(
                    params={
                        "payment_intent": order.ref,
                        "amount": amount,
                        "metadata": {"refund_id": str(order.id)},
                    },
                    options={"idempotency_key": str(order.id)},
                )
        except stripe.InvalidRequestError as error:
            return RefundAnswer("refused", f"{error.code or 'invalid'}: {error.user_message or error}"[:300])
        return _answer(done.status, done)


def _client() -> stripe.StripeClient:
    """Raises Refusal ``payments.not_configured`` where this site has no key."""
    if not settings.STRIPE_KEY:
        raise Refusal("payments.not_configured", zh="这个站点还没有接通这种支付方式。",
                      en="This site has no account for this way to pay.")  # fmt: skip
    return stripe.StripeClient(
        settings.STRIPE_KEY,
        base_addresses={"api": settings.STRIPE_API},
        http_client=stripe.RequestsClient(timeout=_SECONDS),
        max_network_retries=1,
    )


@contextmanager
def _asking() -> Iterator[None]:
    """What may be better later is `GatewayAway`; what Stripe will never do is raised as it is."""
    try:
        yield
    except (stripe.InvalidRequestError, stripe.CardError):
        raise
    except stripe.StripeError as error:
        log.warning("stripe: %s", type(error).__name__)
        raise GatewayAway(type(error).__name__) from error


def _read(event: dict[str, Any]) -> Callback | Disputed | None:
    """What an event says that we care about; None for the many others."""
    thing: dict[str, Any] = event["data"]["object"]
    match event["type"]:
        case "payment_intent.succeeded":
            return _of_intent(thing)
        case (
            "checkout.session.completed"
            | "checkout.session.async_payment_succeeded"
            | "checkout.session.expired"
        ):
            return _of_session(thing)
        case "charge.dispute.created" | "charge.dispute.closed" | "charge.dispute.funds_reinstated":
            return _dispute(thing)
    return None


def _of_intent(intent: Mapping[str, Any]) -> Callback | None:
    """A declined card is no end: the buyer tries another one on the same page."""
    payment = _payment_id(intent)
    if payment is None or intent["status"] != "succeeded":
        return None
    return _callback(payment, "paid", intent["amount"], intent, intent["id"])


def _of_session(session: Mapping[str, Any]) -> Callback | None:
    payment = _payment_id(session)
    if payment is None:
        return None
    if session["payment_status"] == "paid":
        intent = session["payment_intent"]
        ref = intent["id"] if isinstance(intent, Mapping) else intent
        return _callback(payment, "paid", session["amount_total"], session, ref)
    if session["status"] == "expired":
        return _callback(payment, "declined", session["amount_total"], session, session["id"])
    return None


def _callback(payment: UUID, outcome: Any, amount: int, thing: Mapping[str, Any], ref: str) -> Callback:
    money = from_stripe(amount, thing["currency"])
    at = datetime.fromtimestamp(thing["created"], UTC)
    return Callback(payment, outcome, money.minor, money.currency, at, ref)


def _payment_id(thing: Mapping[str, Any]) -> UUID | None:
    """Our number; None for a payment that others made on the same account."""
    try:
        return UUID((thing.get("metadata") or {}).get("payment_id", ""))
    except ValueError:
        return None


def _dispute(dispute: Mapping[str, Any]) -> Disputed:
    money = from_stripe(dispute["amount"], dispute["currency"])
    return Disputed(
        ref=dispute["id"],
        payment_ref=dispute.get("payment_intent") or "",
        outcome=_DISPUTES.get(dispute["status"], "open"),
        amount_minor=money.minor,
        currency=money.currency,
        reason=str(dispute.get("reason") or "")[:100],
    )


def _of(thing: stripe.StripeObject, name: str) -> dict[str, Any]:
    return dict(thing.to_dict().get(name) or {})


def _answer(status: str | None, refund: Any) -> RefundAnswer:
    if status in ("failed", "canceled"):
        return RefundAnswer("refused", str(getattr(refund, "failure_reason", None) or status)[:300])
    return RefundAnswer("done" if status == "succeeded" else "accepted")
