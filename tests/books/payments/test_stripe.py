"""Stripe over the wire, against a program that ignores idempotency keys and would refund more than was paid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.payments import errands
from sanhao.books.payments.api import begin, heard, next_step, payment, refund, send_again
from sanhao.books.payments.core import GatewayAway, RefundOrder
from sanhao.books.payments.gateways.stripe import Stripe
from sanhao.books.payments.gateways.stripe.amounts import from_stripe, to_stripe
from sanhao.books.payments.gateways.stripe.signing import sign
from sanhao.books.payments.wiring import POLL, REFUNDS
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import tick
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Invalid, Refusal
from sanhao.kit.time import machine_now
from tests.books.payments.stage import Owner, draft, states
from tests.books.payments.stripe_town import DECLINED, KEY, SECRET, Town, town
from tests.conftest import _free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def stripe_town() -> Iterator[Town]:
    with town(_free_port(), _free_port()) as here:
        yield here


@pytest.fixture
def stripes(stripe_town: Town, settings: Any, owner: Owner) -> Town:
    settings.STRIPE_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, SECRET
    settings.STRIPE_API, settings.GATEWAY = stripe_town.page, "stripe"
    stripe_town.calls.clear()
    stripe_town.asked.clear()
    return stripe_town


def begun(buyer: UUID, now: datetime, amount: int = 10_000) -> tuple[UUID, str]:
    """A payment on its way to Stripe's page; its id and the session's."""
    made = begin(
        subject_kind="checkout", subject_id=new_id(), person_id=buyer, amount=Money(amount, "CNY"), now=now
    )
    step = next_step(made.id, person_id=buyer, now=now, return_url="https://shop.example/paid/")
    assert step.url is not None
    assert step.url.endswith(step.ref)
    return made.id, step.ref


def paid(stripes: Town, buyer: UUID, now: datetime, amount: int = 10_000) -> tuple[UUID, str]:
    id, session = begun(buyer, now, amount)
    assert stripes.pay(session)
    body, headers = stripes.webhook()
    heard("stripe", body, headers, now=now)
    assert payment(id).state == "paid"
    return id, session


def test_a_buyer_pays_on_stripes_page_and_stripe_calls_us(
    stripes: Town, buyer: UUID, now: datetime, owner: Owner
) -> None:
    id, session = begun(buyer, now)
    assert stripes.pay(session)
    body, headers = stripes.webhook()
    for _ in range(3):
        heard("stripe", body, headers, now=now)
    assert [(fact.payment_id, fact.amount_minor, fact.gateway) for fact in owner.facts] == [
        (id, 10_000, "stripe")
    ]
    assert payment(id).gateway_ref.startswith("pi_")


def test_a_lost_webhook_is_made_up_for_by_asking(stripes: Town, buyer: UUID, now: datetime) -> None:
    id, session = begun(buyer, now)
    tick(POLL, now + timedelta(minutes=1))
    assert payment(id).state == "pending"
    stripes.pay(session)
    tick(POLL, now + timedelta(minutes=5))
    assert payment(id).state == "paid"


def test_a_declined_card_is_no_end(stripes: Town, buyer: UUID, now: datetime) -> None:
    id, session = begun(buyer, now)
    assert not stripes.pay(session, DECLINED)
    body, headers = stripes.webhook()
    heard("stripe", body, headers, now=now)
    assert payment(id).state == "pending"
    assert stripes.pay(session)
    heard("stripe", *stripes.webhook(), now=now)
    assert payment(id).state == "paid"


def test_parts_go_back_once_each_and_never_more_than_was_paid(
    stripes: Town, buyer: UUID, now: datetime
) -> None:
    id, session = paid(stripes, buyer, now)
    ours = payment(id)
    first = refund([draft(ours, 4_000, key="a")], now=now)["a"]
    rest = refund([draft(ours, 6_000, key="b")], now=now)["b"]
    with pytest.raises(Refusal, match=r"payments\.refund_exceeds"):
        refund([draft(ours, 1, key="c")], now=now)
    tick(REFUNDS, now)
    assert states("payments_refund") == ["done", "done"]
    assert stripes.refunds(session) == [(4_000, str(first)), (6_000, str(rest))]


def test_a_refund_whose_answer_was_lost_is_paid_once(
    stripes: Town, buyer: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """localstripe forgets idempotency keys at once: we look before we pay."""
    id, session = paid(stripes, buyer, now)
    sent = refund([draft(payment(id), 2_500, key="a")], now=now)["a"]

    class Deaf:
        def refund(self, order: RefundOrder, *, now: datetime) -> Any:
            Stripe().refund(order, now=now)
            raise GatewayAway("the answer was lost")

    with monkeypatch.context() as lost:
        lost.setattr(errands, "gateway", lambda name: Deaf())
        tick(REFUNDS, now)
    assert states("payments_refund") == ["sent"]
    tick(REFUNDS, now + timedelta(hours=1))
    assert states("payments_refund") == ["done"]
    assert stripes.refunds(session) == [(2_500, str(sent))]


def test_what_stripe_refuses_waits_for_a_person(stripes: Town, buyer: UUID, now: datetime) -> None:
    id, _ = paid(stripes, buyer, now)
    order = RefundOrder(new_id(), id, "stripe", "pi_nobody_knows", Money(1, "CNY"))
    answer = Stripe().refund(order, now=now)
    assert answer.outcome == "refused"
    with pytest.raises(Refusal):
        send_again(order.id, by=None, now=now)


def test_stripe_out_of_reach_is_asked_again(stripes: Town, buyer: UUID, now: datetime, settings: Any) -> None:
    id, session = paid(stripes, buyer, now)
    refund([draft(payment(id), 2_500, key="a")], now=now)
    settings.STRIPE_API = f"http://127.0.0.1:{_free_port()}"
    tick(REFUNDS, now)
    assert states("payments_refund") == ["sent"]
    with pytest.raises(Refusal, match=r"payments\.away"):
        begun(buyer, now)
    settings.STRIPE_API = stripes.page
    tick(REFUNDS, now + timedelta(hours=1))
    assert states("payments_refund") == ["done"]
    assert len(stripes.refunds(session)) == 1


def test_without_an_account_there_is_no_such_way_to_pay(
    stripes: Town, buyer: UUID, now: datetime, settings: Any
) -> None:
    settings.STRIPE_KEY = ""
    with pytest.raises(Refusal, match=r"payments\.not_configured"):
        begun(buyer, now)


# Signatures

EVENT = json.dumps({"type": "x", "data": {"object": {}}}).encode()


def signed(body: bytes, *, secret: str = SECRET, ago: int = 0) -> str:
    stamp = str(int(machine_now().timestamp()) - ago)
    return f"t={stamp},v1={sign(body, stamp, secret)}"


@pytest.mark.parametrize(
    "header",
    [
        "", "t=1,v1=", "v1=abc", signed(EVENT, secret="other"), signed(EVENT, ago=900), signed(EVENT, ago=-900),
        signed(EVENT + b" "), signed(EVENT).replace("v1=", "v0="), signed(EVENT).replace("t=", "t=1,t="),
        "t=٣,v1=٣", "t=99999999999999,v1=x",
    ],
    ids=range(11),  # not the headers: they say when they were made, which every worker does for itself
)  # fmt: skip
def test_a_forged_or_old_call_is_refused(stripes: Town, now: datetime, header: str) -> None:
    with pytest.raises(Forbidden, match=r"payments\.forged"):
        heard("stripe", EVENT, {"Stripe-Signature": header}, now=now)


def test_without_a_secret_every_call_is_refused(stripes: Town, now: datetime, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRET = ""
    with pytest.raises(Forbidden):
        heard("stripe", EVENT, {"Stripe-Signature": signed(EVENT, secret="")}, now=now)


def test_one_of_two_signatures_is_enough_and_other_events_are_none_of_ours(
    stripes: Town, now: datetime
) -> None:
    heard("stripe", EVENT, {"Stripe-Signature": signed(EVENT) + ",v1=" + "0" * 64}, now=now)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"type": 1}', b'{"type": "x", "data": {"object": 1}}', b"\xff"]
)
def test_what_cannot_be_read_is_refused(stripes: Town, now: datetime, body: bytes) -> None:
    with pytest.raises(Invalid, match=r"payments\.unreadable"):
        heard("stripe", body, {"Stripe-Signature": signed(body)}, now=now)


@pytest.mark.parametrize(
    ("money", "there"),
    [(Money(1_234, "CNY"), 1_234), (Money(500, "JPY"), 500), (Money(7, "ISK"), 700), (Money(9, "UGX"), 900)],
)
def test_amounts_as_stripe_counts_them(money: Money, there: int) -> None:
    assert to_stripe(money) == (money.currency.lower(), there)
    assert from_stripe(there, money.currency.lower()) == money
