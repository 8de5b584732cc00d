"""Withdrawing from a contract without signing in: it stands when it is sent, for fourteen days, to the second."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Invalid, Refusal, TooMany
from sanhao.kit.rows import fetch
from sanhao.kit.wording import fours
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.guests import api as guests
from sanhao.service.orders import api as orders
from tests.conftest import T0
from tests.goods import world
from tests.service import stage as service
from tests.service.guests.stage import BERLIN, EMAIL, mailed, paid

pytestmark = pytest.mark.django_db
DELIVERED = T0 + timedelta(hours=24)


@pytest.fixture
def at(db: None) -> service.Stage:
    service.rules()
    at = service.stage(balance=100_000)
    delivery.save_freight_template(
        at.shop_id, delivery.FreightDraft("EU", ("DE",), Money(3_000, "CNY"), Money(0, "CNY"))
    )
    return at


def arrived(at: service.Stage, *, quantity: int = 1, number: str = "SF800001", home: Any = BERLIN) -> UUID:
    order = paid(at, home=home, quantity=quantity)
    parcel = service.ship(at, order, number, now=T0 + timedelta(hours=1))
    service.scan(parcel, "picked_up", at=T0 + timedelta(hours=2))
    service.scan(parcel, "delivered", at=DELIVERED)
    return order


def said(order: UUID, **more: Any) -> guests.Declaration:
    return replace(guests.Declaration("Anna Blum", EMAIL, orders.order(order).number), **more)


def declared(said: guests.Declaration, now: datetime) -> guests.WithdrawalView:
    id = guests.declare(said, now=now)
    service.drain(now)
    return guests.withdrawals([id])[id]


def last_second(order: UUID) -> datetime:
    [promise] = fetch(
        "SELECT due_at, facts->>'window_ends' AS ends FROM promises_promise WHERE order_id = %s AND kind = 'no_reason_return'",
        [order],
    )
    return datetime.fromisoformat(promise["ends"])


def test_fourteen_days_from_the_day_after_delivery(at: service.Stage) -> None:
    end = last_second(arrived(at))
    assert end.astimezone(DELIVERED.tzinfo).date() >= (DELIVERED + timedelta(days=13)).date()
    assert timedelta(days=14) <= end - DELIVERED < timedelta(days=15)


def test_on_the_last_second_it_opens_the_return_and_nobody_has_to_agree(
    at: service.Stage, mailoutbox: list[Any]
) -> None:
    order = arrived(at)
    service.drain(DELIVERED)
    mailoutbox.clear()
    last = last_second(order).replace(microsecond=0)
    view = declared(said(order), last)
    assert (view.state, view.order_id, view.why) == ("opened", order, "")
    [case] = aftersales.cases_of_orders([order], side="buyer")[order]
    assert (case.id, case.kind, case.state, case.guarantee) == (
        view.case_ids[0],
        "return",
        "to_send",
        "no_reason_return",
    )
    assert case.due_at == last + timedelta(days=14), "the law's days to send it back"
    acknowledged = next(mail for mail in mailoutbox if "withdrawal" in mail.subject)
    assert acknowledged.to == [EMAIL]
    local = last.astimezone(last_zone())
    assert f"{local:%Y-%m-%d %H:%M:%S}" in acknowledged.body
    assert fours(orders.order(order).number) in acknowledged.body


def last_zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Brussels")


def test_one_second_after_it_is_recorded_acknowledged_and_a_person_answers(
    at: service.Stage, mailoutbox: list[Any]
) -> None:
    order = arrived(at)
    service.drain(DELIVERED)
    late = last_second(order).replace(microsecond=0) + timedelta(seconds=1)
    view = declared(said(order), late)
    assert (view.state, view.why, view.case_ids) == ("waits", "left_out", ())
    assert aftersales.cases_of_orders([order], side="buyer").get(order, []) == []
    assert [one.id for one in guests.waiting_withdrawals()] == [view.id]
    judge = staff("arbiter")
    guests.answer_withdrawal(view.id, answer="The fourteen days were over.", by=judge, now=late)
    service.drain(late)
    assert "The fourteen days were over." in mailoutbox[-1].body
    with pytest.raises(Refusal, match=r"withdrawal\.over"):
        guests.answer_withdrawal(view.id, answer="Once more.", by=judge, now=late)


def staff(role: str) -> UUID:
    id = people.enrol([people.Enrolment(f"{role}@example.org", role)], now=T0)[f"{role}@example.org"]
    people.grant_role(id, role, by=None, now=T0)
    return id


def test_the_money_comes_back_with_the_way_there(at: service.Stage) -> None:
    order = arrived(at)
    now = DELIVERED + timedelta(days=2)
    view = declared(said(order), now)
    [case] = view.case_ids
    aftersales.send_back(
        case, person_id=orders.order(order).person_id, carrier="sandbox", tracking_no="RT1000", now=now
    )
    aftersales.receive(case, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + timedelta(days=3))
    back = orders.order(order)
    assert (back.refunded, back.total) == (back.total, Money(23_000, "CNY"))
    service.sound()


def test_a_part_by_units_from_the_orders_own_page(at: service.Stage) -> None:
    order = arrived(at, quantity=3)
    [line] = orders.order(order).lines
    view = declared(said(order, units={line.id: 2}, order_id=order), DELIVERED + timedelta(days=1))
    assert view.state == "opened"
    assert aftersales.units_in_cases(order) == {line.id: 2}


def test_before_it_is_shipped_the_money_goes_back_at_once(at: service.Stage) -> None:
    order = paid(at, home=BERLIN)
    view = declared(said(order), T0 + timedelta(minutes=5))
    assert view.state == "opened"
    assert orders.order(order).refunded == orders.order(order).total


def test_in_china_seven_days_and_the_shop_answers(at: service.Stage) -> None:
    order = arrived(at, home=service.HOME)
    view = declared(said(order), DELIVERED + timedelta(days=5))
    [case] = view.case_ids
    assert aftersales.case(case, side="buyer").state == "asked"
    other = arrived(at, home=service.HOME, number="SF800002")
    assert declared(said(other), DELIVERED + timedelta(days=9)).state == "waits"


@pytest.mark.parametrize(("number", "email", "words", "why"), [
    ("26112299", EMAIL, "", "unmatched"),
    (None, "eve@example.org", "", "unmatched"),
    (None, EMAIL, "only the red one", "which"),
])  # fmt: skip
def test_what_fits_nothing_is_recorded_and_acknowledged_all_the_same(
    at: service.Stage, mailoutbox: list[Any], number: str | None, email: str, words: str, why: str
) -> None:
    order = arrived(at)
    service.drain(DELIVERED)
    mailoutbox.clear()
    sent = DELIVERED + timedelta(days=1)
    view = declared(said(order, email=email, words=words, **({"number": number} if number else {})), sent)
    assert (view.state, view.why, view.declared_at) == ("waits", why, sent)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([email], "We received your withdrawal")]
    assert aftersales.cases_of_orders([order], side="buyer").get(order, []) == []


def test_a_person_finds_the_order_later_and_the_day_it_was_sent_counts(at: service.Stage) -> None:
    order = arrived(at)
    last = last_second(order).replace(microsecond=0)
    view = declared(said(order, email="other@example.org"), last)
    later = last + timedelta(days=3)
    with pytest.raises(Forbidden):
        guests.match_withdrawal(view.id, number=orders.order(order).number, by=at.owner_id, now=later)
    judge = staff("arbiter")
    with pytest.raises(Refusal, match=r"order\.unknown"):
        guests.match_withdrawal(view.id, number="1", by=judge, now=later)
    service.drain(later)
    assert service.promise(order, "no_reason_return")["state"] == "kept"
    guests.match_withdrawal(view.id, number=orders.order(order).number, by=judge, now=later)
    found = guests.withdrawals([view.id])[view.id]
    assert (found.state, found.order_id, len(found.case_ids)) == ("opened", order, 1)


def test_in_two_parts(at: service.Stage) -> None:
    order = arrived(at, quantity=3)
    [line] = orders.order(order).lines
    now = DELIVERED + timedelta(days=1)
    first = declared(said(order, units={line.id: 1}, order_id=order), now)
    aftersales.send_back(
        first.case_ids[0],
        person_id=orders.order(order).person_id,
        carrier="sandbox",
        tracking_no="RT1001",
        now=now,
    )
    aftersales.receive(first.case_ids[0], shop_id=at.shop_id, by=at.owner_id, restock=True, now=now)
    again = declared(said(order, units={line.id: 2}, order_id=order), now + timedelta(days=9))
    assert again.state == "opened"
    assert aftersales.case(again.case_ids[0], side="buyer").due_at == now + timedelta(days=11), (
        "silence is a yes"
    )
    service.drain(now + timedelta(days=11))
    assert aftersales.case(again.case_ids[0], side="buyer").state == "to_send"


def test_twice_opens_once(at: service.Stage) -> None:
    order = arrived(at)
    now = DELIVERED + timedelta(days=1)
    first = declared(said(order), now)
    assert guests.open_withdrawal(first.id) == "opened"
    second = declared(said(order), now)
    assert (second.state, second.why) == ("waits", "refused")
    assert len(aftersales.cases_of_orders([order], side="buyer")[order]) == 1


def test_what_the_law_leaves_out_is_told_by_a_person(at: service.Stage) -> None:
    stall = world.Stall(at.shop_id, at.owner_id)
    draft = replace(world.draft(world.variant("X", price=9_000), slug="bespoke"), special="custom")
    at.offers[0] = world.offer_ids(world.listed(stall, draft))[0]
    order = arrived(at)
    assert declared(said(order), DELIVERED + timedelta(days=1)).why == "left_out"


@pytest.mark.parametrize(("wrong", "code"), [
    ({"number": ""}, "order.number"), ({"email": "x"}, "person.email"), ({"name": " "}, "person.name"),
    ({"words": "x" * 201}, "withdrawal.words"), ({"words": "see https://x.example"}, "withdrawal.words"),
    ({"name": "www.x.example"}, "withdrawal.words"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_and_nothing_is_recorded(
    at: service.Stage, wrong: dict[str, str], code: str
) -> None:
    with pytest.raises(Invalid) as no:
        guests.declare(guests.Declaration(**{"name": "A", "email": EMAIL, "number": "1"} | wrong), now=T0)
    assert no.value.code == code
    assert guests.waiting_withdrawals() == []


def test_a_flood_is_slowed(at: service.Stage) -> None:
    for n in range(30):
        guests.declare(guests.Declaration("A", f"a{n}@example.org", "1"), now=T0, address="192.0.2.1")
    with pytest.raises(TooMany):
        guests.declare(guests.Declaration("A", "b@example.org", "1"), now=T0, address="192.0.2.1")


def travelling(at: service.Stage, how: str) -> tuple[UUID, UUID]:
    order = paid(at, home=BERLIN)
    parcel = service.ship(at, order, "SF830001", now=T0 + timedelta(hours=1))
    delivery.sandbox_mischief(parcel, how)
    service.scan(parcel, "picked_up", at=T0 + timedelta(hours=2))
    return order, parcel


def test_while_the_parcel_travels_it_is_called_back_and_nobody_sends_anything(at: service.Stage) -> None:
    order, _ = travelling(at, "obey")
    sent = T0 + timedelta(hours=10)
    view = declared(said(order), sent)
    assert (view.state, view.why, len(view.case_ids)) == ("opened", "", 1)
    for hours in range(100):
        mailed(sent + timedelta(hours=hours))
    [case] = aftersales.cases_of_orders([order], side="buyer")[order]
    assert (case.id, case.stop) == (view.case_ids[0], "back")
    [rule] = fetch("SELECT r.key FROM rulebook_rule r JOIN aftersales_case c ON c.rule_id = r.id")
    assert rule["key"] == "aftersales.withdrawal"
    for day in range(5, 20):
        mailed(sent + timedelta(days=day))
    [case] = aftersales.cases_of_orders([order], side="buyer")[order]
    assert case.state == "refunded"
    assert orders.order(order).refunded == orders.order(order).total, "the Union's freight, too"
    service.sound()


def test_a_courier_that_cannot_stop_it_leaves_it_to_the_shop(at: service.Stage) -> None:
    order, _ = travelling(at, "refuse")
    sent = T0 + timedelta(hours=10)
    view = declared(said(order), sent)
    for hours in range(4):
        mailed(sent + timedelta(hours=hours))
    [case] = aftersales.cases_of_orders([order], side="buyer")[order]
    assert (view.state, case.state, case.stop) == ("opened", "asked", "over")


def test_a_parcel_that_was_tried_before_is_asked_about_as_ever(at: service.Stage) -> None:
    order, parcel = travelling(at, "refuse")
    service.scan(parcel, "out_for_delivery", at=T0 + timedelta(hours=5))
    view = declared(said(order), T0 + timedelta(hours=10))
    [case] = aftersales.cases_of_orders([order], side="buyer")[order]
    assert (view.state, case.state, case.stop) == ("opened", "asked", "")
