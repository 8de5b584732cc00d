"""Instant refunds (秒退) on the movable clock, each to its far end, and every order of what may race with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.books.payments import api as payments
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.service.aftersales.stage import arbiter, ask, case, delivered, rules, shop
from tests.service.stage import Stage, days, drain, escrow, hours, purse, scan, sound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def on_its_way(at: Stage, order: UUID, *, now: datetime, number: str = "RT10001", **more: Any) -> UUID:
    """A return that was asked for, approved and given a number at *now*."""
    asked = ask(at, order, now=now - hours(2), **more)
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now - hours(1))
    aftersales.send_back(asked, person_id=at.buyer_id, carrier="sandbox", tracking_no=number, now=now)
    return asked


def parcel_of(asked: UUID) -> UUID:
    found = case(asked).parcel_id
    assert found is not None
    return found


def told(parcel: UUID, status: Any, *, at: datetime, **more: Any) -> None:
    """A scan with all that the courier's record says of the parcel."""
    body, headers = delivery.sandbox_scan_body(parcel, status, now=at, **more)
    delivery.receive("sandbox", body, headers, now=at)
    drain(at)


def advance(asked: UUID) -> tuple[str, str, int]:
    [row] = fetch("SELECT state, reason, amount_minor FROM aftersales_advance WHERE case_id = %s", [asked])
    return row["state"], row["reason"], row["amount_minor"]


def book(code: str, holder: UUID | str = ledger.PLATFORM) -> int:
    return ledger.balance(ledger.Ref(code, str(holder), "CNY")).minor


def back_to_buyer(order: UUID) -> int:
    return orders.order(order).refunded.minor


# ---- the story ---------------------------------------------------------------------------------------------------


def test_a_return_is_refunded_on_its_first_scan_and_the_shop_pays_when_it_has_the_goods(
    now: datetime,
) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    drain(now + hours(32))
    assert (advance(asked)[0], back_to_buyer(order)) == ("waiting", 0), "a number alone proves nothing"

    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    assert advance(asked) == ("paid", "scanned", 20_000)
    assert (back_to_buyer(order), escrow(at.shop_id), book("paid_ahead")) == (20_000, 20_600, 20_000)
    view = case(asked)
    assert (view.state, view.due_at) == ("returning", now + hours(40) + days(15))
    [decision] = decisions.of_subject("case", asked)
    assert decision.text.en == (
        "The courier has your return, so ¥200 is on its way back already, before the shop has it"
    )
    assert (decision.shop_id, decision.appeal_until) == (None, None)
    heard = [n.text.en for n in notices.inbox(at.owner_id, limit=10) if n.topic == "case.shop"]
    assert "The platform has paid the buyer ¥200 ahead; your money is untouched." in heard[0]

    scan(parcel_of(asked), "delivered", at=now + hours(90))
    assert case(asked).due_at == now + hours(138)
    drain(now + hours(138))
    assert (case(asked).state, case(asked).refunded.minor) == ("refunded", 20_000)
    assert (back_to_buyer(order), escrow(at.shop_id), book("paid_ahead")) == (20_000, 600, 0)
    assert advance(asked)[0] == "repaid"
    last = decisions.of_subject("case", asked)[-1]
    assert {d.text.en for d in decisions.of_subject("case", asked)} >= {
        "The shop had raised no objection by Sunday 8 March, 04:00: the ¥200 paid to you ahead is settled"
    }
    assert last.subject_id == asked
    assert list(decisions.rejudge_all()) == []
    sound()


def test_a_shop_that_accepts_by_hand_pays_at_once(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(60))
    assert (case(asked).state, back_to_buyer(order), escrow(at.shop_id)) == ("refunded", 20_000, 600)
    assert (book("paid_ahead"), advance(asked)[0]) == (0, "repaid")
    sound()


def test_nothing_arrives_in_fifteen_days_the_buyer_owes_it_and_an_appeal_takes_that_back(
    now: datetime,
) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    end = now + hours(40) + days(15)
    drain(end)
    assert (case(asked).state, advance(asked)[0]) == ("closed", "owed")
    assert (book("paid_ahead"), book("buyer_owes", at.buyer_id)) == (0, 20_000)
    assert (back_to_buyer(order), purse(at.shop_id)[0]) == (20_000, 100_000 + 19_600), (
        "the shop keeps its sale, less its commission"
    )
    decision = next(d for d in decisions.of_subject("case", asked) if d.kind == "case.silence")
    assert decision.text.en.startswith("Nothing had reached the shop by Thursday 19 March")
    assert decision.appeal_until == end + days(30)
    assert case(asked).outlook.next.en.endswith("the ¥200 paid ahead is to be given back. You may appeal.")

    other = delivered(at, number="SF100002", now=end)
    again = on_its_way(at, other, now=end + hours(40), number="RT10002")
    scan(parcel_of(again), "picked_up", at=end + hours(41))
    assert advance(again) == ("declined", "standing", 0), "while it is owed, refunds follow the goods"

    appeal = decisions.appeal(
        decision.id, by=at.buyer_id, person_id=at.buyer_id, text="The courier lost it", now=end + hours(50)
    )
    decisions.decide_appeal(appeal, uphold=False, by=arbiter(), answer="It did", now=end + hours(60))
    assert (case(asked).state, case(asked).bearer, advance(asked)[0]) == ("refunded", "platform", "borne")
    assert (book("buyer_owes", at.buyer_id), back_to_buyer(order)) == (0, 20_000)
    sound()


def test_a_parcel_that_turns_up_after_all_is_looked_at_again(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    end = now + hours(40) + days(15)
    drain(end)
    scan(parcel_of(asked), "delivered", at=end + hours(5))
    assert (case(asked).state, case(asked).due_at) == ("returning", end + hours(53))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=end + hours(6))
    assert (case(asked).state, advance(asked)[0], book("buyer_owes", at.buyer_id)) == (
        "refunded",
        "repaid",
        0,
    )
    assert purse(at.shop_id)[0] == 100_000 + 600, "released in between: the shop gives it back"
    assert back_to_buyer(order) == 20_000
    sound()


@pytest.mark.parametrize(
    ("outcome", "state", "owed", "left"),
    [("shop", "owed", 20_000, 20_600), ("buyer", "repaid", 0, 600), ("platform", "borne", 0, 20_600)],
)
def test_a_parcel_that_is_refused_goes_the_usual_way_and_the_ruling_says_who_pays(
    now: datetime, outcome: Any, state: str, owed: int, left: int
) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    aftersales.refuse(
        asked, shop_id=at.shop_id, by=at.owner_id, words="An empty box came", now=now + hours(60)
    )
    with pytest.raises(Refusal):
        aftersales.withdraw(asked, person_id=at.buyer_id, now=now + hours(61))
    aftersales.escalate(asked, person_id=at.buyer_id, text="It was full", now=now + hours(62))
    drain(now + hours(110))
    ruling = aftersales.Ruling(outcome, "The courier weighed it twice.")
    aftersales.decide(asked, ruling, by=arbiter(), now=now + hours(111))
    assert (advance(asked)[0], book("buyer_owes", at.buyer_id), escrow(at.shop_id)) == (state, owed, left)
    assert (book("paid_ahead"), back_to_buyer(order)) == (0, 20_000)
    assert list(decisions.rejudge_all()) == []
    sound()


def test_an_offer_that_is_taken_splits_it(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    aftersales.refuse(asked, shop_id=at.shop_id, by=at.owner_id, words="It was worn", now=now + hours(60))
    aftersales.escalate(asked, person_id=at.buyer_id, now=now + hours(61))
    drain(now + hours(109))
    ruling = aftersales.Ruling("buyer", "It was worn once: half of it.", 10_000)
    aftersales.decide(asked, ruling, by=arbiter(), now=now + hours(110))
    assert (advance(asked)[0], book("buyer_owes", at.buyer_id), escrow(at.shop_id)) == (
        "owed",
        10_000,
        10_600,
    )
    assert (back_to_buyer(order), case(asked).refunded.minor) == (20_000, 10_000)
    sound()


def test_who_is_known_has_it_with_the_number(now: datetime) -> None:
    at = shop()
    for n in range(3):
        delivered(at, number=f"SF20000{n}", now=now)
    later = now + days(91)
    asked = on_its_way(at, delivered(at, now=later), now=later + hours(32))
    drain(later + hours(32))
    assert advance(asked) == ("paid", "number_given", 20_000)
    sound()


# ---- what is not paid ahead ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scanned", "reason"),
    [
        ({"place": "广东 深圳市 福田"}, "origin"),
        ({"place": "上海市 徐汇区", "bound_for": "北京市 朝阳区"}, "destination"),
        ({"bound_for": "内蒙古 呼和浩特市", "weight_g": 30}, "weight"),
        ({"weight_g": 60_000}, "weight"),
    ],
)
def test_a_waybill_that_does_not_fit_waits_for_the_shop(now: datetime, scanned: Any, reason: str) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    told(parcel_of(asked), "picked_up", at=now + hours(40), **scanned)
    assert advance(asked) == ("declined", reason, 0)
    assert (case(asked).state, back_to_buyer(order), book("paid_ahead")) == ("returning", 0, 0)
    assert decisions.of_subject("case", asked) == [], "nothing is held against anybody"


def test_a_waybill_that_fits_in_every_way_is_paid(now: datetime) -> None:
    at = shop()
    asked = on_its_way(at, delivered(at), now=now + hours(32))
    told(
        parcel_of(asked), "picked_up", at=now + hours(40), place="上海市 徐汇区营业点",
        bound_for="内蒙古呼和浩特市新城区", weight_g=700,
    )  # fmt: skip
    assert advance(asked)[0] == "paid"


def test_somebody_elses_number_is_not_paid(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    body, headers = delivery.sandbox_body("RT10001", "picked_up", now=now + hours(20))
    asked = ask(at, order, now=now + hours(30))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=now + hours(32)
    )
    delivery.receive("sandbox", body, headers, now=now + hours(33))
    drain(now + hours(33))
    assert advance(asked)[:2] == ("declined", "number_used")


def test_quality_and_exchanges_follow_the_goods(now: datetime) -> None:
    at = shop()
    asked = on_its_way(at, delivered(at), now=now + hours(32), reason="not_as_described")
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    assert advance(asked)[:2] == ("declined", "quality")
    swap = ask(at, delivered(at, number="SF100002"), "wrong_item", now=now + hours(30), kind="exchange")
    aftersales.approve(swap, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    aftersales.send_back(
        swap, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10002", now=now + hours(32)
    )
    assert fetch("SELECT 1 FROM aftersales_advance WHERE case_id = %s", [swap]) == []


def test_above_the_cap_of_a_case_and_of_a_buyer(now: datetime) -> None:
    at = shop(price=140_000)
    first = on_its_way(at, delivered(at, number="SF1001"), now=now + hours(32), number="RT1001")
    second = on_its_way(at, delivered(at, number="SF1002"), now=now + hours(32), number="RT1002")
    third = on_its_way(at, delivered(at, number="SF1003"), now=now + hours(32), number="RT1003")
    whole = on_its_way(at, delivered(at, (2,), number="SF1004"), now=now + hours(32), number="RT1004")
    for n, asked in enumerate((first, second, third, whole)):
        scan(parcel_of(asked), "picked_up", at=now + hours(40 + n))
    assert [advance(asked)[:2] for asked in (first, second, third, whole)] == [
        ("paid", "scanned"), ("paid", "scanned"), ("declined", "exposed"), ("declined", "above_cap"),
    ]  # fmt: skip
    assert book("paid_ahead") == 280_000
    sound()


# ---- never twice ---------------------------------------------------------------------------------------------------


def otherwise(order: UUID, minor: int, now: datetime) -> None:
    """Money of the order goes back for another reason, by a guarantee."""
    from django.db import transaction

    with transaction.atomic():
        orders.refund(
            [orders.Part(f"other:{order}", order, "promise", new_id(), amount_minor=minor)], now=now
        )


def test_money_that_goes_another_way_first_is_not_paid_ahead_again(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    otherwise(order, 20_600, now + hours(33))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    assert advance(asked)[:2] == ("declined", "partial")
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(60))
    assert (back_to_buyer(order), escrow(at.shop_id)) == (20_600, 0)
    sound()


def test_money_that_was_paid_ahead_does_not_go_another_way_afterwards(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    otherwise(order, 20_600, now + hours(41))
    assert back_to_buyer(order) == 20_600, "only what was left"
    assert escrow(at.shop_id) == 20_000, "the freight alone"
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(60))
    assert (back_to_buyer(order), escrow(at.shop_id), book("paid_ahead")) == (20_600, 0, 0)
    sound()


def test_the_shop_that_accepts_before_the_scan_is_heard_has_paid_and_nobody_pays_ahead(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    drain(now + hours(32))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(50))
    scan(parcel_of(asked), "picked_up", at=now + hours(40), received=now + hours(51))
    assert advance(asked)[:2] == ("declined", "case_over")
    assert (back_to_buyer(order), escrow(at.shop_id), book("paid_ahead")) == (20_000, 600, 0)
    sound()


def dispute(order: UUID, amount: int, now: datetime) -> None:
    """The buyer's bank takes the money back by itself."""
    found = payments.payment_of("checkout", orders.order(order).checkout_id)
    assert found is not None
    said = payments.Disputed("dp_1", found.gateway_ref, "open", amount, "CNY", "fraudulent")
    payments.hear_dispute("sandbox", said, now=now)


def test_a_chargeback_before_the_scan_leaves_nothing_to_pay_ahead(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    dispute(order, 20_600, now + hours(33))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    assert advance(asked)[:2] == ("declined", "partial")
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(60))
    assert (back_to_buyer(order), escrow(at.shop_id), book("paid_ahead")) == (20_600, 0, 0)
    sound()


def test_a_chargeback_after_the_scan_costs_the_shop_what_is_left_and_not_a_cent_twice(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = on_its_way(at, order, now=now + hours(32))
    scan(parcel_of(asked), "picked_up", at=now + hours(40))
    dispute(order, 20_600, now + hours(41))
    assert (back_to_buyer(order), escrow(at.shop_id), book("paid_ahead")) == (20_600, 20_000, 20_000)
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(60))
    assert (escrow(at.shop_id), book("paid_ahead"), purse(at.shop_id)[0]) == (0, 0, 100_000)
    assert book("goodwill") == 20_000, "what the bank took beyond the order is the platform's to contest"
    sound()
