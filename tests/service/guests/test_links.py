"""The link that opens one order: to its mailbox only, for its time only, and never more than that order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, Refusal, TooMany
from sanhao.kit.rows import fetch
from sanhao.kit.wording import fours
from sanhao.people import api as people
from sanhao.service.guests import api as guests
from sanhao.service.guests.core import Terms, clean_number, good_until
from sanhao.service.orders import api as orders
from tests.conftest import T0
from tests.service import stage as service
from tests.service.guests.stage import EMAIL, mailed, opens, paid, person_of, placed, tokens_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(db: None) -> service.Stage:
    service.rules()
    return service.stage(balance=100_000)


def test_what_is_paid_comes_by_mail_with_its_promises_and_its_link(
    at: service.Stage, mailoutbox: list[Any]
) -> None:
    order = paid(at)
    mailed(T0)
    [mail] = mailoutbox
    assert mail.to == [EMAIL]
    assert fours(orders.order(order).number) in mail.subject
    assert "¥206" in mail.body
    assert "Ship" in mail.body or "ship" in mail.body
    [token] = tokens_in(mail)
    assert opens(token, now=T0) == person_of(order)


def test_a_mail_in_chinese(at: service.Stage, mailoutbox: list[Any]) -> None:
    paid(at, language="zh-hans")
    mailed(T0)
    assert "我们保证" in mailoutbox[0].body
    assert "What we promise" not in mailoutbox[0].body


def test_a_late_parcel_pays_and_the_coupon_is_told_by_mail_then_spent_after_signing_up(
    at: service.Stage, mailoutbox: list[Any]
) -> None:
    order = paid(at)
    late = T0 + timedelta(hours=50)
    service.drain(late)
    guest = person_of(order)
    assert service.coupons(guest) == [300]
    told = mailoutbox[-1]
    assert "¥3" in told.subject
    assert [opens(token, now=late) for token in tokens_in(told)] == [guest]
    count = len(mailoutbox)
    service.drain(late)
    assert len(mailoutbox) == count, "told is read"

    anna = people.enrol([people.Enrolment(EMAIL, "Anna")], now=late)[EMAIL]
    assert service.coupons(anna) == [], "the same e-mail attaches nothing by itself"
    assert people.claim_guests(anna, now=late) == [guest]
    assert (service.coupons(guest), service.coupons(anna)) == ([], [300])
    [coupon] = service.wallet.coupons_of(anna)
    own = service.Stage(
        at.shop_id, at.owner_id, anna, people.add_address(anna, service.HOME, now=late), at.offers
    )
    bought = service.place(own, now=late, coupon_ids=[coupon.id])
    assert bought.total.minor == 20_600 - 300
    service.sound()


def test_what_is_given_after_the_takeover_goes_to_the_owner(at: service.Stage, mailoutbox: list[Any]) -> None:
    paid(at)
    anna = people.enrol([people.Enrolment(EMAIL, "Anna")], now=T0)[EMAIL]
    people.claim_guests(anna, now=T0)
    service.drain(T0 + timedelta(hours=50))
    assert service.coupons(anna) == [300]
    assert any("¥3" in notice.text.en for notice in service_inbox(anna))
    assert not any("¥3" in mail.subject for mail in mailoutbox), "an inbox needs no mail"


def service_inbox(person_id: Any) -> list[Any]:
    from sanhao.fairness.notices import api as notices

    return notices.inbox(person_id)


def test_only_the_confirmed_owner_takes_over(at: service.Stage) -> None:
    paid(at)
    other = people.enrol([people.Enrolment("other@example.org", "Other")], now=T0)["other@example.org"]
    assert people.claim_guests(other, now=T0) == []
    unconfirmed = people.sign_up(email=EMAIL, name="Eve", password="a goat eats grass", language="en", now=T0)
    with pytest.raises(Refusal, match=r"guest\.unconfirmed"):
        people.claim_guests(unconfirmed, now=T0)
    assert people.unclaimed(unconfirmed) == []
    assert fetch("SELECT count(*) AS n FROM people_guest WHERE claimed_by_id IS NOT NULL")[0]["n"] == 0


def test_a_known_email_answers_like_an_unknown_one(at: service.Stage, mailoutbox: list[Any]) -> None:
    anna = people.enrol([people.Enrolment(EMAIL, "Anna")], now=T0)[EMAIL]
    known, unknown = placed(at), placed(at, email="nobody@example.org")
    assert known.total == unknown.total
    assert orders.orders_of(anna) == []
    assert {person_of(known.order_ids[0]), person_of(unknown.order_ids[0])}.isdisjoint({anna})


def test_nobody_signs_in_or_signs_up_as_a_guest(at: service.Stage, mailoutbox: list[Any]) -> None:
    guest = person_of(paid(at))
    service.drain(T0)
    mailoutbox.clear()
    assert people.authenticate(f"guest:{guest}", "") is None
    assert people.authenticate(EMAIL, "") is None
    with pytest.raises(Invalid):
        people.sign_up(
            email=f"guest:{guest}", name="Eve", password="a goat eats grass", language="en", now=T0
        )
    people.request_reset(EMAIL, now=T0)
    service.drain(T0)
    assert mailoutbox == []


@pytest.mark.parametrize("spoilt", ["", "x", "a:b", "eyJ9:forged", "\0"])
def test_a_forged_link_opens_nothing(at: service.Stage, spoilt: str) -> None:
    with pytest.raises(Refusal, match=r"link\.stale"):
        guests.read(spoilt)


def test_every_changed_letter_breaks_it(at: service.Stage) -> None:
    token = guests.token(paid(at), guests.FIRST)
    for place in range(0, len(token), 3):
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(Refusal, match=r"link\.stale"):
            guests.read(token[:place] + other + token[place + 1 :])


def test_a_new_link_ends_the_old_ones(at: service.Stage, mailoutbox: list[Any]) -> None:
    order = paid(at)
    number = orders.order(order).number
    mailed(T0)
    [old] = tokens_in(mailoutbox.pop())
    guests.ask_link(number=f" {number[:6]}-{number[6:]} ", email=EMAIL.upper(), now=T0)
    service.drain(T0)
    [new] = tokens_in(mailoutbox.pop())
    assert (opens(old, now=T0), opens(new, now=T0)) == (None, person_of(order))


@pytest.mark.parametrize(("number", "email"), [("1", EMAIL), (None, "eve@example.org")])
def test_what_does_not_belong_together_is_answered_the_same_and_sends_nothing(
    at: service.Stage, mailoutbox: list[Any], number: str | None, email: str
) -> None:
    order = paid(at)
    service.drain(T0)
    mailoutbox.clear()
    assert guests.ask_link(number=number or orders.order(order).number, email=email, now=T0) is None
    service.drain(T0)
    assert mailoutbox == []
    assert guests.versions([order]) == {order: guests.FIRST}


def test_a_link_ends_with_its_term_to_the_second(at: service.Stage) -> None:
    order = paid(at)
    buyer, held, end = person_of(order), {order: guests.FIRST}, T0 + timedelta(days=365)
    assert guests.buyer([order], held, now=end - timedelta(seconds=1)) == buyer
    assert guests.buyer([order], held, now=end) is None


def test_a_link_opens_its_own_order_only(at: service.Stage) -> None:
    mine, other = paid(at), paid(at)
    held = {mine: guests.FIRST}
    assert guests.buyer([other], held, now=T0) is None
    assert guests.buyer([mine, other], held, now=T0) is None, "a checkout of two needs both"
    assert guests.buyer([], held, now=T0) is None
    assert guests.buyer([new_id()], held, now=T0) is None


def test_floods_are_slowed(at: service.Stage) -> None:
    for _ in range(5):
        guests.ask_link(number="1", email=EMAIL, now=T0, address="192.0.2.1")
    with pytest.raises(TooMany):
        guests.ask_link(number="1", email=EMAIL, now=T0, address="192.0.2.2")
    for n in range(25):
        guests.ask_link(number="1", email=f"a{n}@example.org", now=T0, address="192.0.2.1")
    with pytest.raises(TooMany):
        guests.ask_link(number="1", email="b@example.org", now=T0, address="192.0.2.1")
    for _ in range(5):
        placed(at, address="192.0.2.9")
    before = fetch("SELECT count(*) AS n FROM people_guest")
    with pytest.raises(TooMany):
        placed(at, address="192.0.2.9")
    assert fetch("SELECT count(*) AS n FROM people_guest") == before


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("2611 2200-0001", "261122000001"),
        ("２６", "26"),
        ("#12/3", "123"),
        ("abc", ""),
        ("9" * 300, "9" * 30),
    ],
)
def test_numbers_as_people_type_them(given: str, number: str) -> None:
    assert clean_number(given) == number


def test_the_term_runs_from_delivery() -> None:
    terms, arrived = Terms(delivered_days=120), T0 + timedelta(days=3)
    assert good_until(terms, placed_at=T0, delivered_at=arrived) == arrived + timedelta(days=120)
    assert good_until(terms, placed_at=T0, delivered_at=None) == T0 + timedelta(days=365)
    with pytest.raises(ValueError, match="at least a day"):
        Terms(placed_days=0)
