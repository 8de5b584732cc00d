"""Money comes in once, whatever the gateway does."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from sanhao.books.ledger.api import balance
from sanhao.books.payments.api import begin, heard, next_step, payment, payment_of, payments_of, sandbox_pay
from sanhao.books.payments.core import Callback, next_question
from sanhao.books.payments.events import PaymentFailed, PaymentSucceeded
from sanhao.books.payments.gateways.sandbox.signing import SIGNATURE, TIMESTAMP, Signed, sign
from sanhao.books.payments.wiring import POLL, SANDBOX
from sanhao.kit.events import _now, event_name
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import tick
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people.api import Enrolment, enrol
from tests.books.payments.stage import GATEWAY, Owner, a_payment, deliver, pay, states

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def test_a_payment_begins_is_paid_and_is_told_once(buyer: UUID, owner: Owner, now: datetime) -> None:
    begun = a_payment(buyer, now)
    assert (begun.state, begun.amount, begun.attempt, begun.paid_at) == (
        "created",
        Money(1000, "CNY"),
        1,
        None,
    )
    [callback] = sandbox_pay(begun.id, "pay", now=now + MINUTE)
    deliver([callback, callback], now + MINUTE)
    paid = payment(begun.id, person_id=buyer)
    assert (paid.state, paid.paid_at) == ("paid", now + MINUTE)
    assert owner.facts == [
        PaymentSucceeded(begun.id, "checkout", begun.subject_id, 1000, "CNY", now + MINUTE, "sandbox")
    ]
    assert payment_of("checkout", begun.subject_id) == paid
    assert payments_of("checkout", [begun.subject_id, new_id()]) == {begun.subject_id: paid}
    assert payment_of("other", begun.subject_id) is None


def test_the_paid_path_takes_three_statements(
    buyer: UUID,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setitem(_now, event_name(PaymentSucceeded), [])  # what its hearers do is theirs
    with django_assert_num_queries(1):
        begun = a_payment(buyer, now)
    with django_assert_num_queries(1):
        [callback] = sandbox_pay(begun.id, "pay", now=now)
    with django_assert_num_queries(3):  # two of them the savepoint of this test
        deliver([callback], now)


def test_what_costs_nothing_is_paid_at_once(buyer: UUID, owner: Owner, now: datetime) -> None:
    begun = a_payment(buyer, now, 0)
    assert (begun.state, begun.paid_at) == ("paid", now)
    assert owner.facts == [PaymentSucceeded(begun.id, "checkout", begun.subject_id, 0, "CNY", now, "sandbox")]
    assert payment(begun.id) == begun


def test_beginning_again_gives_the_open_payment_and_never_a_second_one(
    buyer: UUID, owner: Owner, now: datetime
) -> None:
    first = a_payment(buyer, now)
    assert a_payment(buyer, now + MINUTE, subject=first.subject_id) == first
    with pytest.raises(Refusal) as refused:
        a_payment(buyer, now, 999, subject=first.subject_id)
    assert refused.value.code == "payments.amount_changed"
    deliver(sandbox_pay(first.id, "pay", now=now), now)
    with pytest.raises(Refusal) as refused:
        a_payment(buyer, now, subject=first.subject_id)
    assert refused.value.code == "payments.paid_already"
    assert states("payments_payment") == ["paid"]


def test_after_a_refusal_of_the_bank_there_is_another_attempt(
    buyer: UUID, owner: Owner, now: datetime
) -> None:
    first = a_payment(buyer, now)
    deliver(sandbox_pay(first.id, "decline", now=now), now)
    second = a_payment(buyer, now, subject=first.subject_id)
    assert (second.attempt, second.state) == (2, "created")
    deliver(sandbox_pay(second.id, "pay", now=now), now)
    assert [type(fact) for fact in owner.facts] == [PaymentFailed, PaymentSucceeded]
    assert payment_of("checkout", first.subject_id) == payment(second.id)
    assert states("payments_payment") == ["failed", "paid"]


def test_a_negative_amount_an_unknown_gateway_and_another_button_are_refused(
    buyer: UUID, now: datetime
) -> None:
    with pytest.raises(Invalid):
        a_payment(buyer, now, -1)
    with pytest.raises(NotFound):
        begin(subject_kind="checkout", subject_id=new_id(), person_id=buyer, amount=Money(1, "CNY"),
              gateway="gold", now=now)  # fmt: skip
    with pytest.raises(Invalid):
        sandbox_pay(a_payment(buyer, now).id, "steal", now=now)
    with pytest.raises(NotFound):
        sandbox_pay(new_id(), "pay", now=now)
    assert states("payments_payment") == ["created"]


def test_another_persons_payment_does_not_exist(buyer: UUID, stranger: UUID, now: datetime) -> None:
    begun = a_payment(buyer, now)
    with pytest.raises(NotFound):
        payment(begun.id, person_id=stranger)
    with pytest.raises(NotFound):
        next_step(begun.id, person_id=stranger, now=now)


def test_the_gateway_is_told_before_the_buyer_goes_there(buyer: UUID, now: datetime) -> None:
    begun = a_payment(buyer, now)
    assert next_step(begun.id, person_id=buyer, now=now).url is None
    assert next_step(begun.id, person_id=buyer, now=now).url is None
    told = payment(begun.id)
    assert (told.state, told.gateway_ref) == ("pending", f"sandbox-{begun.id}")


# What is not from the gateway, or cannot be true.


def forged(how: str, good: Signed) -> Signed:
    stale = str(int(good.headers[TIMESTAMP]) - 301)
    return {
        "no signature": Signed(good.body, {}),
        "another body": Signed(good.body.replace(b"1000", b"9000"), good.headers),
        "another time": Signed(good.body, good.headers | {TIMESTAMP: stale}),
        "a strange time": Signed(good.body, good.headers | {TIMESTAMP: "soon"}),
        "a strange signature": Signed(good.body, good.headers | {SIGNATURE: "签名"}),
    }[how]


@pytest.mark.parametrize(
    "how", ["no signature", "another body", "another time", "a strange time", "a strange signature"]
)
def test_a_forged_callback_changes_nothing(how: str, buyer: UUID, owner: Owner, now: datetime) -> None:
    begun = a_payment(buyer, now)
    [good] = sandbox_pay(begun.id, "pay", now=now)
    with pytest.raises(Forbidden):
        deliver([forged(how, good)], now)
    assert states("payments_payment") == ["created"]
    assert owner.facts == []


def test_an_old_callback_played_again_is_refused(
    buyer: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sanhao.books.payments.gateways.sandbox import signing
    from sanhao.kit.time import machine_now

    begun = a_payment(buyer, now)
    [good] = sandbox_pay(begun.id, "pay", now=now)
    later = machine_now() + timedelta(minutes=6)
    monkeypatch.setattr(signing, "machine_now", lambda: later)
    with pytest.raises(Forbidden):
        deliver([good], now)
    assert states("payments_payment") == ["created"]


@pytest.mark.parametrize("change", [{"amount_minor": 999}, {"currency": "USD"}])
@pytest.mark.parametrize("outcome", ["paid", "declined"])
def test_a_callback_with_another_amount_changes_nothing(
    change: dict[str, object], outcome: str, buyer: UUID, owner: Owner, now: datetime
) -> None:
    begun = a_payment(buyer, now)
    said = msgspec.convert(
        {"payment_id": begun.id, "outcome": outcome, "amount_minor": 1000, "currency": "CNY", "at": now}
        | change,
        Callback,
    )
    with pytest.raises(Invalid) as refused:
        deliver([sign(said)], now)
    assert refused.value.code == "payments.amount_differs"
    assert states("payments_payment") == ["created"]
    assert owner.facts == []


def test_a_callback_for_an_unknown_payment_or_gateway_or_of_nonsense_is_refused(now: datetime) -> None:
    with pytest.raises(NotFound):
        deliver([sign(Callback(new_id(), "paid", 1, "CNY", now))], now)
    with pytest.raises(NotFound):
        heard("gold", b"{}", {}, now=now)
    with pytest.raises(Invalid) as refused:
        heard("sandbox", b"x" * 10_000_000, {}, now=now)
    assert refused.value.code == "payments.too_large"


def test_a_signed_callback_that_cannot_be_read_is_refused(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sanhao.books.payments.gateways.sandbox import signing

    for body in (b"{", b"[]", b"{}", b"\xff", b'{"payment_id": 7}'):
        monkeypatch.setattr(signing, "_encode", lambda _, body=body: body)
        with pytest.raises(Invalid) as refused:
            deliver([sign(Callback(new_id(), "paid", 1, "CNY", now))], now)
        assert refused.value.code == "payments.unreadable"


def test_a_gateway_whose_clock_is_ahead_cannot_pay_in_our_future(
    buyer: UUID, owner: Owner, now: datetime
) -> None:
    begun = a_payment(buyer, now)
    deliver([sign(Callback(begun.id, "paid", 1000, "CNY", now + MINUTE))], now)
    assert payment(begun.id).paid_at == now


def test_a_refusal_that_arrives_after_the_money_changes_nothing_and_money_after_a_refusal_counts(
    buyer: UUID, owner: Owner, now: datetime
) -> None:
    first, second = a_payment(buyer, now), a_payment(buyer, now)
    paid, declined = (
        {p.id: sign(Callback(p.id, outcome, 1000, "CNY", now)) for p in (first, second)}
        for outcome in ("paid", "declined")
    )
    deliver([paid[first.id], declined[first.id], declined[second.id], paid[second.id]], now)
    assert states("payments_payment") == ["paid", "paid"]
    assert [type(fact) for fact in owner.facts] == [PaymentSucceeded, PaymentFailed, PaymentSucceeded]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'lost', paid_at = NULL", "payments_payment_state"),
        ("amount_minor = -1", "payments_payment_amount"),
        ("paid_at = NULL", "payments_payment_paid"),
        ("refunded_minor = 1001", "payments_payment_refunded"),
        ("refunded_minor = -1", "payments_payment_refunded"),
    ],
)
def test_the_database_refuses_a_payment_that_cannot_be(
    change: str, constraint: str, buyer: UUID, owner: Owner, now: datetime
) -> None:
    pay(buyer, now)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        execute(f"UPDATE payments_payment SET {change}")


def test_the_waiting_times_double_up_to_an_hour() -> None:
    assert [next_question(n) // MINUTE for n in (1, 2, 3, 4, 5, 6, 7, 50)] == [2, 4, 8, 16, 32, 60, 60, 60]


# A gateway that keeps silent. Here keepers run for real: they ask after their transaction.


@pytest.mark.django_db(transaction=True)
class TestSilence:
    @pytest.fixture
    def lin(self, now: datetime) -> UUID:
        return enrol([Enrolment("lin@example.org", "Lin")], now=now)["lin@example.org"]

    def test_a_lost_callback_is_asked_after(self, lin: UUID, owner: Owner, now: datetime) -> None:
        begun = a_payment(lin, now)
        assert sandbox_pay(begun.id, "lost", now=now + MINUTE / 2) == []
        assert tick(POLL, now + MINUTE / 2) == 0, "it may still come by itself"
        assert tick(POLL, now + MINUTE) == 1
        assert payment(begun.id).paid_at == now + MINUTE / 2, "paid when the buyer paid, not when we asked"
        assert len(owner.facts) == 1
        assert tick(POLL, now + timedelta(days=2)) == 0

    def test_a_gateway_that_times_out_is_asked_again_later(
        self, lin: UUID, owner: Owner, now: datetime
    ) -> None:
        begun = a_payment(lin, now)
        assert sandbox_pay(begun.id, "timeout", now=now) == []
        moments = []
        for minute in range(1, 30):
            if tick(POLL, now + minute * MINUTE):
                moments.append(minute)
        assert moments == [1, 3, 7]
        assert payment(begun.id).state == "paid"
        assert len(owner.facts) == 1

    def test_a_late_callback_comes_by_itself_when_its_time_has_come(
        self, lin: UUID, owner: Owner, now: datetime
    ) -> None:
        begun = a_payment(lin, now)
        assert sandbox_pay(begun.id, "late", now=now) == []
        tick(POLL, now + MINUTE)
        assert (tick(SANDBOX, now + 19 * MINUTE), payment(begun.id).state) == (0, "created")
        assert (tick(SANDBOX, now + 20 * MINUTE), payment(begun.id).state) == (1, "paid")
        assert tick(SANDBOX, now + 20 * MINUTE) == 0
        assert payment(begun.id).paid_at == now + 20 * MINUTE
        assert len(owner.facts) == 1

    def test_a_payment_nobody_makes_expires_after_a_day_and_money_that_comes_still_counts(
        self, lin: UUID, owner: Owner, now: datetime
    ) -> None:
        begun = a_payment(lin, now)
        questions = []
        while due := fetch("SELECT poll_at FROM payments_payment WHERE poll_at IS NOT NULL"):
            questions.append(due[0]["poll_at"])
            assert tick(POLL, due[0]["poll_at"]) == 1
        assert payment(begun.id).state == "expired"
        assert (len(questions), questions[-1]) == (29, now + timedelta(hours=24, minutes=3))
        deliver(sandbox_pay(begun.id, "pay", now=now + timedelta(days=3)), now + timedelta(days=3))
        assert payment(begun.id).state == "paid"
        assert balance(GATEWAY) == Money(1000, "CNY")

    def test_what_goes_wrong_with_one_answer_does_not_hold_up_the_others(
        self, lin: UUID, owner: Owner, now: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        wrong, right = a_payment(lin, now), a_payment(lin, now)
        for begun in (wrong, right):
            sandbox_pay(begun.id, "lost", now=now)
        execute("UPDATE payments_sandboxcharge SET amount_minor = 1 WHERE id = %s", [wrong.id])
        assert tick(POLL, now + MINUTE) == 2
        assert (payment(wrong.id).state, payment(right.id).state) == ("created", "paid")
        assert str(wrong.id) in caplog.text
        assert len(fetch("SELECT 1 FROM payments_payment WHERE poll_at IS NOT NULL")) == 1
