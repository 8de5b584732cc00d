"""Stories of cases on the movable clock, each to its far end: refund, return, exchange, dispute, appeal."""

from __future__ import annotations

from datetime import datetime

import pytest

from sanhao.books.settlement import api as settlement
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from tests.goods import world
from tests.service.aftersales.stage import HOUSE, arbiter, ask, case, delivered, history, rules, shop
from tests.service.stage import drain, escrow, hours, order_state, paid, promise, purse, scan, ship, sound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


# ---- before shipping --------------------------------------------------------------------------------------------


def test_what_nobody_has_packed_is_refunded_at_once(now: datetime) -> None:
    at = shop()
    order = paid(at)
    asked = ask(at, order, "changed_mind", now=now + hours(3))
    assert (case(asked).state, case(asked).refunded.minor) == ("refunded", 20_600)
    assert (order_state(order), escrow(at.shop_id)) == ("cancelled", 0)
    [decision] = decisions.of_subject("case", asked)
    assert decision.text.en == "Nothing was packed yet, so ¥206 is on its way back at once"
    assert decision.appeal_until is None
    drain(now + hours(60))
    assert promise(order)["state"] == "void", "who gives an order up is owed no coupon"
    assert history(asked) == ["refunded"]
    sound()


def test_a_part_of_what_nobody_has_packed_comes_back_at_once_and_the_rest_is_sent(now: datetime) -> None:
    at = shop()
    order = paid(at, (3,))
    asked = ask(at, order, "changed_mind", 1, now=now + hours(3))
    assert (case(asked).state, case(asked).refunded.minor, order_state(order)) == ("refunded", 20_000, "paid")
    assert world.card(at.offers[0], now=now + hours(3)).stock_left == 48, "it is on the shelf again"
    parcel = ship(at, order, "SF100001", now=now + hours(4))
    assert order_state(order) == "shipped", "two were left to send"
    scan(parcel, "delivered", at=now + hours(30))
    assert order_state(order) == "delivered"
    sound()


def test_what_is_packed_waits_a_day_for_the_shop_and_silence_refunds(now: datetime) -> None:
    at = shop()
    order = paid(at)
    ship(at, order, "SF100001", now=now + hours(1))
    asked = ask(at, order, "changed_mind", now=now + hours(3))
    assert (case(asked).state, case(asked).due_at) == ("asked", now + hours(27))
    drain(now + hours(26.9))
    assert case(asked).state == "asked"
    drain(now + hours(27))
    assert (case(asked).state, order_state(order), escrow(at.shop_id)) == ("refunded", "cancelled", 0)
    [decision] = decisions.of_subject("case", asked)
    assert (
        decision.text.en == "The shop had not answered by Tuesday 3 March, 13:00, so ¥206 is on its way back"
    )
    sound()


def test_a_shop_that_ships_after_the_request_cannot_refuse_and_silence_refunds(now: datetime) -> None:
    at = shop()
    order = paid(at)
    parcel = ship(at, order, "SF100001", now=now + hours(1))
    asked = ask(at, order, "changed_mind", now=now + hours(3))
    scan(parcel, "picked_up", at=now + hours(4))
    with pytest.raises(Refusal) as no:
        aftersales.reject(asked, shop_id=at.shop_id, by=at.owner_id, words="It has left", now=now + hours(5))
    assert (no.value.code, case(asked).state) == ("case.shipped_anyway", "asked")
    drain(now + hours(27))
    assert (case(asked).state, case(asked).refunded.minor, escrow(at.shop_id)) == ("refunded", 20_600, 0)
    sound()


# ---- return -----------------------------------------------------------------------------------------------------


def test_a_return_from_the_request_to_the_money(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = ask(at, order, now=now + hours(30), words="Too large")
    view = case(asked)
    assert (view.state, view.kind, view.back.minor, view.due_at) == (
        "asked",
        "return",
        20_000,
        now + hours(78),
    )
    assert view.outlook.next.en == "The shop answers by Thursday 5 March, 16:00."
    assert view.outlook.silence.en == "Silence is a yes to the return; ¥200 follows when the goods are back."
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(40))
    view = case(asked)
    assert (view.state, view.address, view.due_at) == ("to_send", HOUSE, now + hours(40 + 7 * 24))
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=now + hours(50)
    )
    view = case(asked)
    assert (view.state, view.due_at) == ("returning", now + hours(50 + 240))
    assert view.parcel_id is not None
    scan(view.parcel_id, "picked_up", at=now + hours(55))
    scan(view.parcel_id, "delivered", at=now + hours(100))
    view = case(asked)
    assert (view.collected_at, view.due_at) == (now + hours(55), now + hours(148))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(120))
    assert (case(asked).state, case(asked).refunded.minor, escrow(at.shop_id)) == ("refunded", 20_000, 600)
    assert history(asked) == ["to_send", "returning", "refunded"]
    kinds = [decision.kind for decision in decisions.of_subject("case", asked)]
    assert kinds == ["instant.paid"], "people decided everything else: no rule had to"
    sound()


def test_a_return_that_the_shop_is_silent_about_ends_by_itself_at_every_step(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), now=now + hours(30))
    drain(now + hours(78))
    assert (case(asked).state, case(asked).address) == ("to_send", HOUSE)
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=now + hours(80)
    )
    parcel = case(asked).parcel_id
    assert parcel is not None
    scan(parcel, "delivered", at=now + hours(130))
    drain(now + hours(177.9))
    assert case(asked).state == "returning"
    drain(now + hours(178))
    assert (case(asked).state, escrow(at.shop_id)) == ("refunded", 600)
    said = [decision.text.en for decision in decisions.of_subject("case", asked)]
    assert said == [
        "The shop had not answered by Thursday 5 March, 16:00, so the return is approved: send it back",
        "The courier has your return, so ¥200 is on its way back already, before the shop has it",
        "The shop had raised no objection by Monday 9 March, 20:00: the ¥200 paid to you ahead is settled",
    ]
    assert list(decisions.rejudge_all()) == []
    sound()


def test_a_parcel_nobody_ever_scans_is_refunded_ten_days_after_its_number_came(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), now=now + hours(30))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=now + hours(32)
    )
    drain(now + hours(32 + 239.9))
    assert case(asked).state == "returning"
    drain(now + hours(32 + 240))
    assert case(asked).state == "refunded"


def test_who_does_not_send_back_in_a_week_may_ask_again_while_the_window_is_open(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = ask(at, order, now=now + hours(25))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(26))
    drain(now + hours(26 + 168))
    assert (case(asked).state, case(asked).refunded.minor) == ("lapsed", 0)
    with pytest.raises(Refusal) as late:
        ask(at, order, now=now + hours(24 * 9))
    assert late.value.code == "case.window"


def test_a_shop_without_an_address_cannot_let_silence_choose_one(now: datetime) -> None:
    at = shop(house=False)
    asked = ask(at, delivered(at), now=now + hours(30))
    drain(now + hours(78))
    assert case(asked).address == aftersales.Terms().hub


def test_a_refund_without_return_is_the_shops_to_give_and_never_its_silences(now: datetime) -> None:
    at = shop()
    kind, two = "refund", delivered(at, (2,))
    silent = ask(at, two, "broken", 1, now=now + hours(30), kind=kind)
    given = ask(at, two, "broken", 1, now=now + hours(30), kind=kind)
    aftersales.approve(given, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    drain(now + hours(78))
    assert (case(given).state, case(silent).state) == ("refunded", "to_send")
    assert case(given).refunded.minor == 20_000 + 300, "half of the freight goes back: the shop is at fault"


# ---- no, and what follows ---------------------------------------------------------------------------------------


def test_a_rejection_with_an_offer_that_the_buyer_takes(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), "broken", now=now + hours(30))
    aftersales.reject(
        asked,
        shop_id=at.shop_id,
        by=at.owner_id,
        words="It is a small scratch",
        offer_minor=5_000,
        now=now + hours(31),
    )
    view = case(asked)
    assert (view.state, view.may("accept_offer"), view.due_at) == ("rejected", True, now + hours(31 + 168))
    aftersales.accept_offer(asked, person_id=at.buyer_id, now=now + hours(32))
    assert (case(asked).refunded.minor, escrow(at.shop_id)) == (5_000, 15_600)
    sound()


def test_a_rejection_nobody_takes_further_ends_there(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), now=now + hours(30))
    aftersales.reject(
        asked, shop_id=at.shop_id, by=at.owner_id, words="It was worn for weeks", now=now + hours(31)
    )
    drain(now + hours(31 + 168))
    assert (case(asked).state, case(asked).refunded.minor) == ("closed", 0)
    assert decisions.of_subject("case", asked) == []


def test_a_dispute_from_no_to_a_ruling_and_an_appeal_that_is_granted(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), "not_as_described", now=now + hours(30))
    aftersales.reject(
        asked, shop_id=at.shop_id, by=at.owner_id, words="It is as described", now=now + hours(31)
    )
    aftersales.escalate(asked, person_id=at.buyer_id, text="The label says acrylic", now=now + hours(40))
    assert (case(asked).state, case(asked).round, case(asked).spoke) == ("disputed", 1, ("buyer",))
    aftersales.state_case(
        asked,
        side="shop",
        shop_id=at.shop_id,
        by=at.owner_id,
        text="Pure wool, see the lab",
        now=now + hours(50),
    )
    view = case(asked)
    assert (view.round, view.spoke, view.due_at) == (2, (), now + hours(98)), "each may answer the other once"
    drain(now + hours(98))
    assert (case(asked).state, case(asked).due_at) == ("deciding", now + hours(146))
    judge = arbiter()
    aftersales.claim(asked, by=judge, now=now + hours(99))
    ruling = aftersales.decide(
        asked,
        aftersales.Ruling("shop", "The lab report is of this very lot."),
        by=judge,
        now=now + hours(100),
    )
    assert (case(asked).state, escrow(at.shop_id)) == ("closed", 20_600)
    appeal = decisions.appeal(
        ruling,
        by=at.buyer_id,
        person_id=at.buyer_id,
        text="New photo: the report has another lot",
        now=now + hours(110),
    )
    other = arbiter()
    decisions.decide_appeal(
        appeal, uphold=False, by=other, answer="So it has; the return is right", now=now + hours(120)
    )
    assert (case(asked).state, case(asked).address) == ("to_send", HOUSE)
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=now + hours(121)
    )
    drain(now + hours(121 + 240))
    assert (case(asked).state, escrow(at.shop_id)) == ("refunded", 0), (
        "described wrongly: the freight goes back too"
    )
    sound()


def test_a_ruling_for_the_buyer_that_falls_on_appeal_costs_the_platform_not_the_buyer(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), now=now + hours(30))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=now + hours(32)
    )
    aftersales.refuse(
        asked, shop_id=at.shop_id, by=at.owner_id, words="An old coat came", now=now + hours(60)
    )
    aftersales.escalate(asked, person_id=at.buyer_id, now=now + hours(61))
    drain(now + hours(109))
    assert case(asked).state == "deciding", "nobody spoke: it is decided on what is on file"
    judge = arbiter()
    ruling = aftersales.decide(
        asked, aftersales.Ruling("buyer", "The weight of the parcel fits."), by=judge, now=now + hours(110)
    )
    assert (case(asked).state, escrow(at.shop_id)) == ("refunded", 600)
    appeal = decisions.appeal(
        ruling, by=at.owner_id, shop_id=at.shop_id, text="The courier weighed 2 kg", now=now + hours(111)
    )
    decisions.decide_appeal(appeal, uphold=False, by=arbiter(), answer="Indeed it did", now=now + hours(120))
    assert purse(at.shop_id)[0] == 100_000 + 20_000
    assert (case(asked).state, case(asked).bearer) == ("refunded", "platform")
    assert decisions.not_undone() == []
    sound()


def test_what_the_platform_does_not_decide_in_time_it_pays_itself(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), now=now + hours(30))
    aftersales.reject(
        asked, shop_id=at.shop_id, by=at.owner_id, words="It was worn for weeks", now=now + hours(31)
    )
    aftersales.escalate(asked, person_id=at.buyer_id, text="It was not", now=now + hours(40))
    drain(now + hours(88))
    assert case(asked).state == "deciding", "the shop said nothing in its 48 hours"
    drain(now + hours(136))
    assert (case(asked).state, case(asked).bearer, escrow(at.shop_id)) == ("refunded", "platform", 20_600)
    [decision] = decisions.of_subject("case", asked)
    assert (
        decision.text.en
        == "The platform had not decided by Sunday 8 March, 02:00, so it pays ¥200 back itself"
    )
    assert list(decisions.rejudge_all()) == []
    sound()


def test_nobody_decides_in_their_own_matter(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), now=now + hours(30))
    aftersales.reject(
        asked, shop_id=at.shop_id, by=at.owner_id, words="It was worn for weeks", now=now + hours(31)
    )
    aftersales.escalate(asked, person_id=at.buyer_id, now=now + hours(40))
    people.grant_role(at.owner_id, "arbiter", by=None, now=now)
    for somebody in (at.owner_id, world.person()):
        with pytest.raises(Refusal) as no:
            aftersales.claim(asked, by=somebody, now=now + hours(41))
        assert no.value.status == 403


# ---- exchange ---------------------------------------------------------------------------------------------------


def test_an_exchange_sends_the_new_one_when_the_old_one_is_back(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), "wrong_item", now=now + hours(30), kind="exchange")
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    assert world.card(at.offers[0], now=now + hours(31)).stock_left == 48, "the new one is kept aside"
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=now + hours(32)
    )
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(80))
    assert (case(asked).state, case(asked).due_at) == ("replacing", now + hours(128))
    aftersales.replace(
        asked,
        shop_id=at.shop_id,
        by=at.owner_id,
        carrier="sandbox",
        tracking_no="SF200002",
        now=now + hours(90),
    )
    assert (case(asked).state, escrow(at.shop_id)) == ("exchanged", 20_600)
    sound()


def test_an_exchange_whose_new_one_is_never_sent_becomes_a_refund_and_the_goods_are_free_again(
    now: datetime,
) -> None:
    at = shop()
    asked = ask(at, delivered(at), "wrong_item", now=now + hours(30), kind="exchange")
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=now + hours(32)
    )
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(80))
    drain(now + hours(128))
    assert (case(asked).state, escrow(at.shop_id)) == ("refunded", 0)
    assert world.card(at.offers[0], now=now + hours(128)).stock_left == 49
    sound()


# ---- everybody hears --------------------------------------------------------------------------------------------


def test_both_sides_hear_what_is_next_and_what_silence_does(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), now=now + hours(30))
    drain(now + hours(30))
    [told] = [n for n in notices.inbox(at.owner_id, limit=10) if n.topic == "case.shop"]
    assert told.text.en == (
        "Waiting for the shop's answer. Answer by Thursday 5 March, 16:00. "
        "Silence is a yes to the return; ¥200 follows when the goods are back."
    )
    assert (told.subject_kind, told.subject_id) == ("case", asked)
    drain(now + hours(78))
    [told] = [n for n in notices.inbox(at.buyer_id, limit=10) if n.topic == "case.buyer"]
    assert told.text.zh.startswith("售后·同意退货，等寄回：请在3月12日周四16:00前寄回")


def test_while_a_case_is_open_its_money_is_held_and_freed_with_the_last_of_them(now: datetime) -> None:
    at = shop()
    order = delivered(at, (2,))
    first = ask(at, order, "no_reason", 1, now=now + hours(30))
    second = ask(at, order, "no_reason", 1, now=now + hours(31))
    assert [hold.name for hold in settlement.holds([order])] == ["case"]
    aftersales.withdraw(first, person_id=at.buyer_id, now=now + hours(32))
    drain(now + hours(32))
    assert len(settlement.holds([order])) == 1, "the second case still waits"
    aftersales.reject(second, shop_id=at.shop_id, by=at.owner_id, words="It was worn", now=now + hours(33))
    drain(now + hours(33 + 168))
    assert (case(second).state, settlement.holds([order])) == ("closed", [])
    sound()
