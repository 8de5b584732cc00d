"""Money goes back once, never more than came, and the gateway is told outside every transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from sanhao.books.ledger.api import audit, balance
from sanhao.books.payments import errands
from sanhao.books.payments.api import (
    failed_refunds,
    payment,
    refund,
    refunds_of,
    sandbox_pay,
    sandbox_refunds,
    send_again,
)
from sanhao.books.payments.core import lease
from sanhao.books.payments.events import RefundCompleted, RefundFailed
from sanhao.books.payments.gateways.sandbox import world
from sanhao.books.payments.wiring import REFUNDS as SENDER
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import tick
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people.api import Enrolment, enrol
from tests.at_once import all_at_once
from tests.books.payments.stage import ESCROW, GATEWAY, REFUNDS, Owner, a_payment, deliver, draft, pay, states
from tests.books.stage import GOODWILL

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def test_a_refund_leaves_the_given_account_at_once_and_waits_for_the_gateway(
    buyer: UUID, owner: Owner, now: datetime
) -> None:
    paid = pay(buyer, now)
    one = draft(paid, 300, "back")
    ids = refund([one], now=now)
    assert (balance(ESCROW), balance(REFUNDS)) == (Money(-700, "CNY"), Money(-300, "CNY"))
    [view] = refunds_of("checkout", paid.subject_id)
    assert (view.id, view.key, view.amount, view.state) == (
        ids["back"],
        "back",
        Money(300, "CNY"),
        "requested",
    )
    assert payment(paid.id).refunded == Money(300, "CNY")
    assert refund([one], now=now) == ids, "twice is once"
    assert refund([one, one], now=now) == ids
    assert states("payments_refund") == ["requested"]
    assert audit().sound


def test_a_refund_may_come_out_of_several_accounts(buyer: UUID, owner: Owner, now: datetime) -> None:
    paid = pay(buyer, now)
    refund([draft(paid, 300, debit=((ESCROW, 200), (GOODWILL, 100)))], now=now)
    assert (balance(ESCROW), balance(GOODWILL)) == (Money(-800, "CNY"), Money(100, "CNY"))


def test_never_more_than_was_paid_goes_back_and_a_batch_is_all_or_nothing(
    buyer: UUID, owner: Owner, now: datetime
) -> None:
    paid = pay(buyer, now)
    refund([draft(paid, 700)], now=now)
    for drafts in ([draft(paid, 301)], [draft(paid, 200), draft(paid, 101)]):
        with pytest.raises(Refusal) as refused:
            refund(drafts, now=now)
        assert refused.value.code == "payments.refund_exceeds"
    assert payment(paid.id).refunded == Money(700, "CNY")
    refund([draft(paid, 200), draft(paid, 100), draft(paid, 0)], now=now)
    assert payment(paid.id).refunded == Money(1000, "CNY")
    assert states("payments_refund") == ["requested"] * 3
    assert balance(ESCROW) == Money(0, "CNY")


def test_what_was_never_paid_cannot_go_back(buyer: UUID, owner: Owner, now: datetime) -> None:
    begun = a_payment(buyer, now)
    with pytest.raises(Refusal) as refused:
        refund([draft(begun, 1)], now=now)
    assert refused.value.code == "payments.not_paid"
    assert states("payments_refund") == []


@pytest.mark.parametrize(("amount", "debit"), [(-1, ((ESCROW, -1),)), (300, ((ESCROW, 299),)), (300, ())])
def test_an_amount_that_cannot_be_is_refused(
    amount: int, debit: tuple[object, ...], buyer: UUID, owner: Owner, now: datetime
) -> None:
    paid = pay(buyer, now)
    with pytest.raises(Invalid):
        refund([draft(paid, amount, debit=debit)], now=now)
    assert payment(paid.id).refunded == Money(0, "CNY")


def test_of_two_payments_for_one_subject_each_can_go_back_whole(
    buyer: UUID, owner: Owner, now: datetime
) -> None:
    first = a_payment(buyer, now)
    deliver(sandbox_pay(first.id, "decline", now=now), now)
    second = a_payment(buyer, now, subject=first.subject_id)
    for begun in (first, second):  # the bank that had declined has taken the money after all
        deliver(sandbox_pay(begun.id, "pay", now=now), now)
    refund([draft(second, 1000, payment_id=second.id)], now=now)
    assert (payment(first.id).refunded.minor, payment(second.id).refunded.minor) == (0, 1000)
    refund([draft(first, 600), draft(first, 400)], now=now)
    assert payment(first.id).refunded == Money(1000, "CNY")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("amount_minor = 0", "payments_refund_amount"),
        ("state = 'done'", "payments_refund_finished"),
        ("state = 'lost', finished_at = requested_at", "payments_refund_state"),
    ],
)
def test_the_database_refuses_a_refund_that_cannot_be(
    change: str, constraint: str, buyer: UUID, owner: Owner, now: datetime
) -> None:
    refund([draft(pay(buyer, now), 300)], now=now)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        execute(f"UPDATE payments_refund SET {change}")


def test_a_lease_doubles_up_to_six_hours() -> None:
    assert [lease(tries) // MINUTE for tries in (1, 2, 3, 8, 40)] == [5, 10, 20, 360, 360]


# From here on the gateway is told for real: after the keeper's transaction.


@pytest.mark.django_db(transaction=True)
class TestSending:
    @pytest.fixture
    def lin(self, now: datetime) -> UUID:
        return enrol([Enrolment("lin@example.org", "Lin")], now=now)["lin@example.org"]

    def test_a_refund_is_sent_and_the_books_follow_the_money(
        self, lin: UUID, owner: Owner, now: datetime
    ) -> None:
        paid = pay(lin, now)
        one = draft(paid, 300, "back")
        ids = refund([one], now=now)
        assert tick(SENDER, now) == 1
        assert (balance(REFUNDS), balance(GATEWAY)) == (Money(0, "CNY"), Money(700, "CNY"))
        assert owner.facts[-1] == RefundCompleted(
            ids["back"], "back", paid.id, "checkout", paid.subject_id, 300, "CNY", "order", one.cause_id
        )
        [view] = refunds_of("checkout", paid.subject_id)
        assert (view.state, view.finished_at) == ("done", now)
        assert tick(SENDER, now + timedelta(days=1)) == 0
        assert audit().sound

    def test_the_gateway_is_told_outside_every_transaction(
        self, lin: UUID, owner: Owner, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inside: list[bool] = []
        pay_back = world.pay_back

        def watched(order: object, *, now: datetime) -> object:
            inside.append(connection.in_atomic_block)
            return pay_back(order, now=now)

        monkeypatch.setattr(world, "pay_back", watched)
        refund([draft(pay(lin, now), 300), draft(pay(lin, now), 200)], now=now)
        tick(SENDER, now)
        assert inside == [False, False]

    def test_a_gateway_that_paid_but_did_not_say_so_is_asked_again_and_pays_once(
        self, lin: UUID, owner: Owner, now: datetime
    ) -> None:
        paid = pay(lin, now)
        sandbox_refunds(paid.id, "timeout")
        refund([draft(paid, 300)], now=now)
        assert tick(SENDER, now) == 1
        assert states("payments_refund") == ["sent"]
        assert balance(REFUNDS) == Money(-300, "CNY")
        assert tick(SENDER, now + 4 * MINUTE) == 0, "its lease runs"
        assert tick(SENDER, now + 5 * MINUTE) == 1
        assert states("payments_refund") == ["done"]
        assert fetch("SELECT amount_minor, asked FROM payments_sandboxrefund") == [
            {"amount_minor": 300, "asked": 2}
        ]
        assert balance(REFUNDS) == Money(0, "CNY")

    def test_a_keeper_killed_between_sending_and_recording_loses_nothing_and_pays_nothing_twice(
        self, lin: UUID, owner: Owner, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paid = pay(lin, now)
        refund([draft(paid, 300)], now=now)

        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr(errands.give_back, "record", killed)
            with pytest.raises(KeyboardInterrupt):
                tick(SENDER, now)
        assert states("payments_refund") == ["sent"]
        assert tick(SENDER, now + 5 * MINUTE) == 1
        assert states("payments_refund") == ["done"]
        assert fetch("SELECT sum(amount_minor)::int AS paid FROM payments_sandboxrefund") == [{"paid": 300}]
        assert balance(GATEWAY) == Money(700, "CNY")
        assert audit().sound

    def test_a_refund_the_gateway_refuses_waits_for_a_person_and_can_be_sent_again(
        self, lin: UUID, owner: Owner, now: datetime
    ) -> None:
        paid = pay(lin, now)
        sandbox_refunds(paid.id, "refuse")
        [id] = refund([draft(paid, 300)], now=now).values()
        tick(SENDER, now)
        assert isinstance(owner.facts[-1], RefundFailed)
        [waiting] = failed_refunds()
        assert (waiting.id, waiting.reason) == (id, "the sandbox was told to refuse")
        assert balance(REFUNDS) == Money(-300, "CNY"), "still owed to the buyer"
        sandbox_refunds(paid.id, "")
        send_again(id, by=None, now=now + MINUTE)
        with pytest.raises(Refusal):
            send_again(id, by=None, now=now + MINUTE)
        tick(SENDER, now + MINUTE)
        assert (failed_refunds(), states("payments_refund")) == ([], ["done"])
        assert audit().sound

    def test_a_gateway_whose_client_breaks_is_logged_and_tried_later(
        self,
        lin: UUID,
        owner: Owner,
        now: datetime,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        refund([draft(pay(lin, now), 300)], now=now)

        def broken(*_: object, **__: object) -> None:
            raise ValueError("no such field")

        with monkeypatch.context() as failing:
            failing.setattr(world, "pay_back", broken)
            tick(SENDER, now)
        assert "no such field" in caplog.text
        tick(SENDER, now + 5 * MINUTE)
        assert states("payments_refund") == ["done"]

    def test_many_asking_at_once_never_get_more_back_than_was_paid(
        self, lin: UUID, owner: Owner, now: datetime
    ) -> None:
        paid = pay(lin, now)
        refused: list[str] = []

        def ask() -> None:
            for _ in range(3):
                try:
                    refund([draft(paid, 150)], now=now)
                except Refusal as refusal:
                    refused.append(refusal.code)

        all_at_once(*[ask] * 4)
        assert len(states("payments_refund")) == 6
        assert refused == ["payments.refund_exceeds"] * 6
        assert payment(paid.id).refunded == Money(900, "CNY")
        assert balance(ESCROW) == Money(-100, "CNY")

    def test_the_same_refund_asked_for_by_many_at_once_is_one(
        self, lin: UUID, owner: Owner, now: datetime
    ) -> None:
        paid = pay(lin, now)
        one = draft(paid, 300, f"cancel:{new_id()}")
        ids: set[UUID] = set()
        all_at_once(*[lambda: ids.update(refund([one], now=now).values())] * 4)
        assert len(ids) == 1
        assert states("payments_refund") == ["requested"]

    def test_two_senders_send_each_refund_once(self, lin: UUID, owner: Owner, now: datetime) -> None:
        refund([draft(pay(lin, now), 100) for _ in range(30)], now=now)
        all_at_once(*[lambda: [tick(SENDER, now) for _ in range(3)]] * 2)
        assert states("payments_refund") == ["done"] * 30
        assert {row["asked"] for row in fetch("SELECT asked FROM payments_sandboxrefund")} == {1}
        assert balance(REFUNDS) == Money(0, "CNY")
        assert audit().sound
