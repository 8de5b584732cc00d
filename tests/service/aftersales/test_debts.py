"""What a buyer owes of a refund paid ahead: paid, forgiven, taken back by a bank, or never owed after all. To the cent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.debts import Terms
from tests.at_once import at_once
from tests.conftest import T0
from tests.goods import world
from tests.service.aftersales.stage import arbiter, case, delivered, rules, shop
from tests.service.aftersales.test_instant import advance, back_to_buyer, book, days, on_its_way, parcel_of
from tests.service.orders.stage import press, refused
from tests.service.stage import Stage, drain, hours, purse, scan, sound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def staff() -> UUID:
    person = world.person()
    people.grant_role(person, "finance", by=None, now=T0)
    return person


def owing(now: datetime) -> tuple[Stage, UUID, UUID, datetime]:
    """A buyer owes ¥200: nothing came in fifteen days. The shop's stage, the order, the case, and since when."""
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    end = now + hours(40) + days(15)
    drain(end)
    assert advance(asked)[0] == "owed"
    return at, order, asked, end


def pay(at: Stage, asked: UUID, how: str = "pay", *, now: datetime) -> UUID:
    begun = aftersales.pay_debt(asked, person_id=at.buyer_id, now=now)
    press(begun.id, how, now=now)
    return begun.id


def went_back(payment_id: UUID) -> int:
    return payments.payment(payment_id).refunded.minor


def owes(at: Stage) -> int:
    return book("buyer_owes", at.buyer_id)


def heard(at: Stage) -> list[str]:
    return [n.text.en for n in notices.inbox(at.buyer_id, limit=20) if n.topic == "case.debt"]


def dispute(payment_id: UUID, amount: int, outcome: Any = "open", *, now: datetime) -> None:
    ref = payments.payment(payment_id).gateway_ref
    payments.hear_dispute(
        "sandbox", payments.Disputed("dp_1", ref, outcome, amount, "CNY", "fraudulent"), now=now
    )


def test_a_debt_is_shown_with_its_reason_and_paid(now: datetime) -> None:
    at, order, asked, end = owing(now)
    [debt] = aftersales.debts_of(at.buyer_id)
    assert (debt.case_id, debt.left.minor, debt.since, debt.why) == (asked, 20_000, end, "not_come")

    payment = pay(at, asked, now=end + hours(1))
    assert (advance(asked)[0], owes(at), went_back(payment)) == ("cleared", 0, 0)
    assert (aftersales.debts_of(at.buyer_id), aftersales.debt(asked).state) == ([], "cleared")
    assert (back_to_buyer(order), book("gateway", "sandbox")) == (20_000, 20_600), (
        "the sale stands, and is paid"
    )
    drain(end + hours(1))
    assert heard(at) == ["Your payment of ¥200 has come: nothing is owed any more."]
    assert "to be given back" not in case(asked).outlook.next.en
    with refused("debt.settled"):
        aftersales.pay_debt(asked, person_id=at.buyer_id, now=end + hours(2))
    sound()


@pytest.mark.parametrize("how", ["late", "twice", "lost", "timeout"])
def test_however_the_gateway_calls_it_is_paid_once(now: datetime, how: str) -> None:
    at, _, asked, end = owing(now)
    payment = pay(at, asked, how, now=end)
    for minutes in (1, 5, 15, 30, 90):
        drain(end + hours(minutes / 60))
    assert (advance(asked)[0], owes(at), went_back(payment)) == ("cleared", 0, 0)
    sound()


def test_declined_is_tried_again_and_an_expired_one_that_is_paid_after_all_goes_back(now: datetime) -> None:
    at, _, asked, end = owing(now)
    assert advance(asked)[0] == "owed"
    pay(at, asked, "decline", now=end)
    assert (advance(asked)[0], owes(at)) == ("owed", 20_000)
    old = aftersales.pay_debt(asked, person_id=at.buyer_id, now=end + hours(1))
    assert aftersales.pay_debt(asked, person_id=at.buyer_id, now=end + hours(2)).id == old.id
    for hour in (2, 6, 12, 26):
        drain(end + hours(hour))
    assert payments.payment(old.id).state == "expired"
    fresh = pay(at, asked, now=end + hours(27))
    press(old.id, "pay", now=end + hours(28))
    assert (advance(asked)[0], owes(at)) == ("cleared", 0)
    assert (went_back(fresh), went_back(old.id)) == (0, 20_000)
    drain(end + hours(29))
    assert "The ¥200 you paid was not owed any more, and is on its way back to you." in heard(at)
    sound()


def test_an_expired_payment_still_pays_what_is_still_owed(now: datetime) -> None:
    at, _, asked, end = owing(now)
    old = aftersales.pay_debt(asked, person_id=at.buyer_id, now=end)
    for hour in (2, 6, 12, 26):
        drain(end + hours(hour))
    press(old.id, "pay", now=end + hours(28))
    assert (payments.payment(old.id).state, advance(asked)[0], owes(at)) == ("paid", "cleared", 0)
    sound()


def test_it_is_nobody_elses_to_pay_and_not_while_it_is_looked_at_again(now: datetime) -> None:
    at, _, asked, end = owing(now)
    with pytest.raises(NotFound):
        aftersales.pay_debt(asked, person_id=world.person(), now=end)
    scan(parcel_of(asked), "delivered", at=end + hours(5))
    assert case(asked).state == "returning"
    with refused("debt.open_again"):
        aftersales.pay_debt(asked, person_id=at.buyer_id, now=end + hours(6))
    assert fetch("SELECT 1 FROM payments_payment WHERE subject_kind = 'debt'") == []


def test_a_parcel_that_turns_up_gives_back_what_was_paid(now: datetime) -> None:
    at, order, asked, end = owing(now)
    payment = pay(at, asked, now=end + hours(1))
    scan(parcel_of(asked), "delivered", at=end + hours(5))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=end + hours(6))
    assert (case(asked).state, advance(asked)[0]) == ("refunded", "repaid")
    assert (owes(at), went_back(payment), back_to_buyer(order)) == (0, 20_000, 20_000)
    assert purse(at.shop_id)[0] == 100_000 + 600
    drain(end + hours(7))
    assert "The refund is yours after all: the ¥200 you had paid back is on its way to you again." in heard(
        at
    )
    sound()


def test_a_payment_that_comes_after_the_refund_was_granted_goes_straight_back(now: datetime) -> None:
    at, _, asked, end = owing(now)
    begun = aftersales.pay_debt(asked, person_id=at.buyer_id, now=end)
    scan(parcel_of(asked), "delivered", at=end + hours(5))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=end + hours(6))
    press(begun.id, "pay", now=end + hours(7))
    assert (advance(asked)[0], owes(at), went_back(begun.id)) == ("repaid", 0, 20_000)
    sound()


def test_an_appeal_after_paying_gives_it_back_and_the_platform_bears_it(now: datetime) -> None:
    at, _, asked, end = owing(now)
    payment = pay(at, asked, now=end + hours(1))
    decision = next(d for d in decisions.of_subject("case", asked) if d.kind == "case.silence")
    appeal = decisions.appeal(
        decision.id, by=at.buyer_id, person_id=at.buyer_id, text="The courier lost it", now=end + hours(50)
    )
    decisions.decide_appeal(appeal, uphold=False, by=arbiter(), answer="It did", now=end + hours(60))
    assert (case(asked).state, advance(asked)[0], owes(at)) == ("refunded", "borne", 0)
    assert (went_back(payment), book("goodwill")) == (20_000, 20_000)
    sound()


# ---- forgiving ------------------------------------------------------------------------------------------------------


def test_two_people_forgive_a_debt_and_the_file_says_who_and_why(now: datetime) -> None:
    at, _, asked, end = owing(now)
    one, two = staff(), staff()
    with pytest.raises(Forbidden):
        aftersales.propose_write_off(asked, "The courier lost it", by=at.owner_id, now=end)
    with pytest.raises(Invalid):
        aftersales.propose_write_off(asked, "no", by=one, now=end)
    proposed = aftersales.propose_write_off(asked, "The courier lost it", by=one, now=end)
    with refused("debt.proposed"):
        aftersales.propose_write_off(asked, "Again and again", by=two, now=end)
    with refused("debt.two_people"):
        aftersales.approve_write_off(proposed, by=one, now=end)
    assert (advance(asked)[0], owes(at)) == ("owed", 20_000)

    decided = aftersales.approve_write_off(proposed, by=two, now=end + hours(1))
    assert (advance(asked)[0], owes(at), book("goodwill")) == ("forgiven", 0, 20_000)
    [row] = aftersales.write_offs()
    assert (row.state, row.proposed_by, row.decided_by, row.decision_id) == ("approved", one, two, decided)
    decision = decisions.decision(decided)
    assert (decision.person_id, decision.automatic) == (at.buyer_id, False)
    assert "¥200" in decision.text.en
    with refused("debt.moved_on"):
        aftersales.approve_write_off(proposed, by=two, now=end + hours(2))
    drain(end + hours(2))
    assert heard(at) == ["The platform no longer asks for the ¥200 that was paid ahead."]
    assert list(decisions.rejudge_all()) == []
    sound()


def test_a_proposal_is_declined_with_a_reason_or_taken_back(now: datetime) -> None:
    _, _, asked, end = owing(now)
    one, two = staff(), staff()
    first = aftersales.propose_write_off(asked, "The courier lost it", by=one, now=end)
    with pytest.raises(Invalid):
        aftersales.decline_write_off(first, "", by=two, now=end)
    aftersales.decline_write_off(first, "It never left", by=two, now=end)
    second = aftersales.propose_write_off(asked, "It did leave, see the scan", by=one, now=end)
    aftersales.decline_write_off(second, "", by=one, now=end)
    assert [row.state for row in aftersales.write_offs()] in (
        ["declined", "withdrawn"],
        ["withdrawn", "declined"],
    )
    assert advance(asked)[0] == "owed"


def test_two_people_are_two_in_the_database_too(now: datetime) -> None:
    _, _, asked, end = owing(now)
    one = staff()
    proposed = aftersales.propose_write_off(asked, "The courier lost it", by=one, now=end)
    with pytest.raises(Exception, match="two_people"):
        execute(
            "UPDATE aftersales_write_off SET state = 'declined', decided_by_id = %s WHERE id = %s",
            [one, proposed],
        )


def test_nobody_forgives_their_own_debt(now: datetime) -> None:
    at, _, asked, end = owing(now)
    people.grant_role(at.buyer_id, "finance", by=None, now=T0)
    with refused("debt.own"):
        aftersales.propose_write_off(asked, "It is only me", by=at.buyer_id, now=end)


def test_what_was_forgiven_and_turns_up_is_the_shops_to_repay(now: datetime) -> None:
    at, order, asked, end = owing(now)
    proposed = aftersales.propose_write_off(asked, "The courier lost it", by=staff(), now=end)
    aftersales.approve_write_off(proposed, by=staff(), now=end)
    scan(parcel_of(asked), "delivered", at=end + hours(5))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=end + hours(6))
    assert (case(asked).state, advance(asked)[0]) == ("refunded", "repaid")
    assert (book("goodwill"), owes(at), back_to_buyer(order)) == (0, 0, 20_000)
    assert purse(at.shop_id)[0] == 100_000 + 600
    sound()


# ---- the bank -------------------------------------------------------------------------------------------------------


def test_a_bank_that_takes_the_payment_back_makes_it_a_debt_again_and_winning_clears_it(
    now: datetime,
) -> None:
    at, _, asked, end = owing(now)
    payment = pay(at, asked, now=end)
    for _ in range(2):
        dispute(payment, 20_000, now=end + hours(1))
    assert (advance(asked)[0], owes(at), book("gateway", "sandbox")) == ("owed", 20_000, 600)
    sound()
    for _ in range(2):
        dispute(payment, 20_000, "won", now=end + hours(2))
    drain(end + hours(3))
    assert (advance(asked)[0], owes(at), went_back(payment)) == ("cleared", 0, 0)
    sound()


def test_paid_again_in_between_the_dispute_that_is_won_gives_the_first_payment_back(now: datetime) -> None:
    at, _, asked, end = owing(now)
    first = pay(at, asked, now=end)
    dispute(first, 20_000, now=end + hours(1))
    second = pay(at, asked, now=end + hours(2))
    assert (second != first, advance(asked)[0], owes(at)) == (True, "cleared", 0)
    dispute(first, 20_000, "won", now=end + hours(3))
    drain(end + hours(4))
    drain(end + hours(5))
    assert (advance(asked)[0], owes(at)) == ("cleared", 0)
    assert (went_back(first), went_back(second)) == (20_000, 0)
    sound()


def test_a_part_that_the_bank_takes_is_the_platforms_loss(now: datetime) -> None:
    at, _, asked, end = owing(now)
    payment = pay(at, asked, now=end)
    dispute(payment, 5_000, now=end + hours(1))
    assert (advance(asked)[0], owes(at), book("goodwill")) == ("cleared", 0, 5_000)
    sound()


# ---- races ----------------------------------------------------------------------------------------------------------

Deed = Callable[[], object]


def _paying(at: Stage, asked: UUID, now: datetime) -> tuple[UUID, Deed]:
    begun = aftersales.pay_debt(asked, person_id=at.buyer_id, now=now)
    signed = payments.sandbox_pay(begun.id, "twice", now=now)
    return begun.id, lambda: [payments.heard("sandbox", one.body, one.headers, now=now) for one in signed]


@pytest.mark.parametrize("turn", [1, -1])
def test_paid_while_it_is_forgiven_the_debt_ends_once(now: datetime, turn: int) -> None:
    at, _, asked, end = owing(now)
    two = staff()
    proposed = aftersales.propose_write_off(asked, "The courier lost it", by=staff(), now=end)
    payment, paying = _paying(at, asked, end)
    forgiving: Deed = lambda: aftersales.approve_write_off(proposed, by=two, now=end)  # noqa: E731
    at_once(*[paying, forgiving, paying][::turn])
    ended = advance(asked)[0]
    assert (ended, went_back(payment), book("goodwill")) in [("cleared", 0, 0), ("forgiven", 20_000, 20_000)]
    assert owes(at) == 0
    sound()


@pytest.mark.parametrize("turn", [1, -1])
def test_paid_while_the_shop_has_it_after_all_nobody_pays_twice(now: datetime, turn: int) -> None:
    at, order, asked, end = owing(now)
    payment, paying = _paying(at, asked, end)
    scan(parcel_of(asked), "delivered", at=end + hours(5))
    taking: Deed = lambda: aftersales.receive(  # noqa: E731
        asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=end + hours(6)
    )
    at_once(*[paying, taking, paying][::turn])
    assert (advance(asked)[0], owes(at), went_back(payment)) == ("repaid", 0, 20_000)
    assert (case(asked).state, back_to_buyer(order)) == ("refunded", 20_000)
    sound()


@pytest.mark.parametrize("turn", [1, -1])
def test_two_colleagues_approve_and_decline_at_once(now: datetime, turn: int) -> None:
    at, _, asked, end = owing(now)
    two, three = staff(), staff()
    proposed = aftersales.propose_write_off(asked, "The courier lost it", by=staff(), now=end)
    approve: Deed = lambda: aftersales.approve_write_off(proposed, by=two, now=end)  # noqa: E731
    decline: Deed = lambda: aftersales.decline_write_off(proposed, "It never left", by=three, now=end)  # noqa: E731
    at_once(*[approve, decline, approve][::turn])
    [row] = aftersales.write_offs()
    assert (row.state, advance(asked)[0]) in [("approved", "forgiven"), ("declined", "owed")]
    assert owes(at) == (0 if row.state == "approved" else 20_000)
    sound()


def test_later_refunds_are_not_kept_for_a_debt(now: datetime) -> None:
    at, _, _, end = owing(now)
    other = delivered(at, number="SF100002", now=end)
    again = on_its_way(at, other, now=end + hours(40), number="RT10002")
    aftersales.receive(again, shop_id=at.shop_id, by=at.owner_id, restock=True, now=end + hours(60))
    assert (back_to_buyer(other), owes(at)) == (20_000, 20_000)
    assert ledger.audit().sound


def test_control_lists_claims_by_state_path_age_and_person(now: datetime) -> None:
    at, _, asked, end = owing(now)
    other = on_its_way(at, delivered(at, number="SF100002", now=now), now=now + hours(32), number="RT10002")

    def listed(**wanted: Any) -> list[UUID]:
        return [one.case_id for one in aftersales.claims(aftersales.Within(**wanted), limit=10)]

    assert listed() == [asked]
    assert listed(states=("paid",)) == [] == listed(path="intercept") == listed(until=end - hours(1))
    assert listed(person_id=at.buyer_id, shop_id=at.shop_id, until=end) == [asked]
    assert [(one.state, one.amount.minor, one.cases) for one in aftersales.standings()] == [
        ("owed", 20_000, 1)
    ]
    assert other not in listed(states=aftersales.CLAIMS), "nothing went ahead there"
    with pytest.raises(Refusal):
        aftersales.debt(other)


# ---- reminded -------------------------------------------------------------------------------------------------------


def reminders(at: Stage) -> int:
    return sum("is still owed" in notice.text.en for notice in notices.inbox(at.buyer_id, limit=100))


def test_a_debt_is_reminded_of_by_terms_and_never_more_often(now: datetime) -> None:
    at, _, asked, _ = owing(now)
    since = aftersales.debt(asked).since
    for after, told in ((6, 0), (7.1, 1), (8, 1), (20, 1), (21.1, 2), (60.1, 3), (200, 3)):
        drain(since + days(after))
        drain(since + days(after))
        assert reminders(at) == told, after


def test_nobody_is_reminded_of_what_is_settled(now: datetime) -> None:
    at, _, asked, end = owing(now)
    press(aftersales.pay_debt(asked, person_id=at.buyer_id, now=end).id, "pay", now=end)
    drain(end + days(90))
    assert (reminders(at), aftersales.debt(asked).state) == (0, "cleared")


@pytest.mark.parametrize("given", [(0,), (7, 7), (21, 7), (1, 2, 3, 4, 5, 6, 7), (366,)])
def test_reminders_that_are_a_trap_are_refused(given: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="remind_days"):
        Terms(remind_days=given)
