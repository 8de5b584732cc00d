"""Parcels that are called back (拦截急速退) on the movable clock, each to its far end, whatever the courier says and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.service.aftersales.stage import (
    arbiter,
    ask,
    case,
    delivered,
    drain,
    history,
    rules,
    scan,
    shop,
    units,
)
from tests.service.stage import (
    Stage,
    days,
    escrow,
    hours,
    order_state,
    paid,
    promise,
    purse,
    ship,
    sound,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def pass_hours(start: datetime, count: float, step: float = 1) -> datetime:
    """Let so many hours go by, an hour at a time."""
    at = start
    while at < start + hours(count):
        at += hours(step)
        drain(at)
    return at


def on_its_way(
    at: Stage, how: str = "obey", *, now: datetime, number: str = "SF100001", **more: Any
) -> tuple[UUID, UUID]:
    order = paid(at, now=now, **more)
    parcel = ship(at, order, number, now=now + hours(1))
    delivery.sandbox_mischief(parcel, how)
    scan(parcel, "picked_up", at=now + hours(2))
    return order, parcel


def stop(at: Stage, order: UUID, *, now: datetime) -> UUID:
    asked = ask(at, order, "changed_mind", now=now, stop=True)
    drain(now)
    return asked


def known(at: Stage, now: datetime) -> datetime:
    """The buyer has had three orders, ninety days ago."""
    for n in range(3):
        delivered(at, number=f"SF20000{n}", now=now)
    return now + days(91)


def advance(asked: UUID) -> tuple[str, str, int] | None:
    rows = fetch("SELECT state, reason, amount_minor FROM aftersales_advance WHERE case_id = %s", [asked])
    return (rows[0]["state"], rows[0]["reason"], rows[0]["amount_minor"]) if rows else None


def book(code: str, holder: UUID | str = ledger.PLATFORM) -> int:
    return ledger.balance(ledger.Ref(code, str(holder), "CNY")).minor


def back(order: UUID) -> int:
    return orders.order(order).refunded.minor


def judged_again() -> None:
    assert list(decisions.rejudge_all()) == []
    sound()


# ---- the stories --------------------------------------------------------------------------------------------------


def test_stopped_refunded_when_it_turns_round_and_settled_when_the_shop_has_it(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, now=now)
    held = escrow(at.shop_id)
    t = now + hours(5)
    asked = stop(at, order, now=t)
    assert case(asked).state == "stopping"
    assert (case(asked).stop, case(asked).due_at, advance(asked)) == (
        "accepted", t + hours(72), ("waiting", "", 0),
    )  # fmt: skip
    assert back(order) == 0, "a yes is no success"
    assert "¥200 follows as soon as it has" in case(asked).outlook.next.en

    t = pass_hours(t, 13)
    assert (case(asked).state, case(asked).stop) == ("returning", "back")
    assert advance(asked) == ("paid", "succeeded", 20_000)
    assert (back(order), escrow(at.shop_id), book("paid_ahead")) == (20_000, held, 20_000)
    assert case(asked).outlook.next.en == (
        "Your parcel was stopped and goes back to the shop; there is nothing for you to do, and ¥200 is with you already."
    )
    assert promise(order, "late_delivery")["state"] == "void"
    assert promise(order, "late_delivery")["reason"] == "called_back"
    fee = next(d for d in decisions.of_subject("case", asked) if d.kind == "intercept.fee")
    assert fee.text.en == "The courier brought a parcel back: stopping it cost ¥5, which the shop bears"
    assert (purse(at.shop_id)[0], book("carrier_fees", "sandbox")) == (99_500, -500)

    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=t + hours(40))
    drain(t + hours(40))
    assert (case(asked).state, back(order), advance(asked)) == (
        "refunded",
        20_000,
        ("repaid", "succeeded", 20_000),
    )
    assert (book("paid_ahead"), escrow(at.shop_id), order_state(order)) == (0, 0, "cancelled")
    assert purse(at.shop_id)[0] == 99_500 + 600, "nothing else can come of it: the freight is the shop's now"
    line = orders.order(order).lines[0]
    assert (line.refunded_units, line.shipped_quantity, line.cancelled_units) == (1, 0, 1)
    assert fetch("SELECT stock_left FROM catalog_offer WHERE id = %s", [at.offers[0]])[0]["stock_left"] == 50
    assert promise(order, "non_delivery")["state"] == "void"
    assert history(asked) == ["stopping", "returning", "refunded"]
    pass_hours(t + hours(40), 24 * 20, 12)
    judged_again()


def test_a_shop_that_says_nothing_about_what_came_back_bears_it(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, now=now)
    t = now + hours(5)
    asked = stop(at, order, now=t)
    t = pass_hours(t, 13)
    drain(t + days(10))
    assert (case(asked).state, back(order), advance(asked)[0]) == ("refunded", 20_000, "repaid")
    text = next(d for d in decisions.of_subject("case", asked) if d.kind == "case.silence").text.en
    assert text.startswith("Your parcel was stopped and the shop had raised no objection by")
    judged_again()


def test_who_is_known_has_it_on_the_couriers_yes(now: datetime) -> None:
    at = shop()
    later = known(at, now)
    order, _ = on_its_way(at, now=later)
    asked = stop(at, order, now=later + hours(5))
    assert (case(asked).state, advance(asked), back(order)) == (
        "stopping",
        ("paid", "accepted", 20_000),
        20_000,
    )
    pass_hours(later + hours(5), 13)
    assert (case(asked).state, back(order), book("paid_ahead")) == ("returning", 20_000, 20_000)
    heard = [n.text.en for n in notices.inbox(at.buyer_id, limit=20) if n.topic == "case.buyer"]
    assert any("¥200 is with you already" in text for text in heard)
    judged_again()


def test_refused_the_shop_is_asked_as_always(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, "refuse", now=now)
    t = now + hours(5)
    asked = stop(at, order, now=t)
    assert (case(asked).state, case(asked).stop, case(asked).due_at) == ("asked", "over", t + hours(48))
    assert "The courier did not stop your parcel." in case(asked).outlook.next.en
    heard = [n.text.en for n in notices.inbox(at.buyer_id, limit=5) if n.topic == "case.buyer"]
    assert "The courier did not stop your parcel." in heard[0], "the buyer is told what happens next"
    drain(t + hours(48))
    assert (case(asked).state, back(order), book("paid_ahead")) == ("refunded", 20_000, 0)
    judged_again()


def test_never_answered_it_lapses_and_the_buyer_is_told(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, "never", now=now)
    t = now + hours(5)
    asked = stop(at, order, now=t)
    pass_hours(t, 23)
    assert case(asked).state == "stopping"
    drain(t + hours(24))
    assert (case(asked).state, case(asked).stop) == ("asked", "over")
    assert delivery.interceptions_of([asked])[asked].state == "lapsed"
    assert (back(order), book("carrier_fees", "sandbox")) == (0, 0)
    judged_again()


def test_a_yes_that_is_not_kept_goes_to_the_shop_whoever_has_the_money(now: datetime) -> None:
    at = shop()
    later = known(at, now)
    order, _ = on_its_way(at, "fail", now=later)
    asked = stop(at, order, now=later + hours(5))
    assert back(order) == 20_000
    t = pass_hours(later + hours(5), 12)
    assert (case(asked).state, case(asked).ahead) == ("asked", True)
    drain(t + hours(48))
    assert (case(asked).state, back(order), book("paid_ahead"), advance(asked)[0]) == (
        "refunded", 20_000, 0, "repaid",
    )  # fmt: skip
    judged_again()


def test_signed_for_with_the_money_paid_ahead_it_is_a_return_to_be_sent_or_it_is_owed(now: datetime) -> None:
    at = shop()
    later = known(at, now)
    order, _ = on_its_way(at, "signed", now=later)
    asked = stop(at, order, now=later + hours(5))
    assert back(order) == 20_000
    t = pass_hours(later + hours(5), 11)
    view = case(asked)
    assert (view.state, view.kind, view.phase, view.ahead) == ("to_send", "return", "delivered", True)
    assert view.address is not None
    assert view.acts == ("send_back",), "what is to be settled is who bears it"
    assert "was delivered after all, and ¥200 is with you already" in view.outlook.next.en
    drain(t + days(8))
    assert (case(asked).state, advance(asked)[0]) == ("closed", "owed")
    assert (book("paid_ahead"), book("buyer_owes", at.buyer_id), back(order)) == (0, 20_000, 20_000)
    decision = next(d for d in decisions.of_subject("case", asked) if d.kind == "case.silence")
    assert decision.text.en.startswith("The parcel was delivered and nothing was sent back by")
    appeal = decisions.appeal(
        decision.id, by=at.buyer_id, person_id=at.buyer_id, text="It never came", now=t + days(9)
    )
    decisions.decide_appeal(appeal, uphold=False, by=arbiter(), answer="Right", now=t + days(10))
    assert (case(asked).state, advance(asked)[0], book("buyer_owes", at.buyer_id)) == ("refunded", "borne", 0)
    judged_again()


def test_signed_for_and_sent_back_the_shop_pays_when_it_has_it(now: datetime) -> None:
    at = shop()
    later = known(at, now)
    order, _ = on_its_way(at, "signed", now=later)
    asked = stop(at, order, now=later + hours(5))
    t = pass_hours(later + hours(5), 11)
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT10001", now=t + days(6)
    )
    drain(t + days(6))
    assert advance(asked) == ("paid", "accepted", 20_000), "nobody is paid twice"
    assert case(asked).due_at > t + days(20)
    parcel = case(asked).parcel_id
    assert parcel is not None
    scan(parcel, "delivered", at=t + days(8))
    drain(t + days(10) + hours(1))
    assert (case(asked).state, back(order), book("paid_ahead")) == ("refunded", 20_000, 0)
    assert order_state(order) == "delivered"
    judged_again()


def test_signed_for_without_a_cent_paid_it_is_a_return_like_any_other(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, "signed", now=now)
    asked = stop(at, order, now=now + hours(5))
    t = pass_hours(now + hours(5), 11)
    assert (case(asked).state, case(asked).kind, back(order)) == ("asked", "return", 0)
    drain(t + hours(48))
    assert case(asked).state == "to_send", "silence gives away no goods"
    drain(t + hours(48) + days(8))
    assert (case(asked).state, back(order)) == ("lapsed", 0)
    judged_again()


def test_success_after_signing_waits_for_the_goods(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, "signed_done", now=now)
    asked = stop(at, order, now=now + hours(5))
    pass_hours(now + hours(5), 13)
    assert (case(asked).state, case(asked).stop, advance(asked)) == (
        "returning",
        "back",
        ("waiting", "", 0),
    )
    assert back(order) == 0, "whoever has the parcel, the money follows it"
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=False, now=now + days(3))
    drain(now + days(3))
    assert (case(asked).state, back(order), order_state(order)) == ("refunded", 20_000, "delivered")
    judged_again()


@pytest.mark.parametrize("how", ["twice", "disorder", "late", "away"])
def test_said_twice_out_of_order_or_late_it_is_paid_once(now: datetime, how: str) -> None:
    at = shop()
    order, _ = on_its_way(at, how, now=now)
    asked = stop(at, order, now=now + hours(5))
    t = pass_hours(now + hours(5), 42)
    assert (case(asked).state, back(order), book("paid_ahead")) == ("returning", 20_000, 20_000)
    assert book("carrier_fees", "sandbox") == -500
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=False, now=t)
    drain(t)
    assert (case(asked).state, back(order), book("paid_ahead")) == ("refunded", 20_000, 0)
    judged_again()


def test_back_after_the_buyer_had_given_up_it_is_looked_at_again(now: datetime) -> None:
    at = shop()
    order, parcel = on_its_way(at, "never", now=now)
    asked = stop(at, order, now=now + hours(5))
    drain(now + hours(29))
    aftersales.withdraw(asked, person_id=at.buyer_id, now=now + hours(30))
    scan(parcel, "return_to_sender", at=now + hours(50))
    assert (case(asked).state, back(order)) == ("returning", 20_000)
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(90))
    drain(now + hours(90))
    assert (case(asked).state, book("paid_ahead"), order_state(order)) == ("refunded", 0, "cancelled")
    judged_again()


def test_an_arbiter_may_have_it_stopped_when_the_shop_says_no(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, now=now)
    t = now + hours(5)
    asked = ask(at, order, "changed_mind", now=t)
    aftersales.reject(asked, shop_id=at.shop_id, by=at.owner_id, words="It is on its way", now=t)
    aftersales.escalate(asked, person_id=at.buyer_id, text="So stop it", now=t)
    with pytest.raises(Refusal) as no:
        aftersales.stop_parcel(asked, by=at.owner_id, now=t)
    assert no.value.code == "case.role"
    aftersales.stop_parcel(asked, by=arbiter(), now=t)
    pass_hours(t, 13)
    assert (case(asked).state, back(order)) == ("returning", 20_000)
    judged_again()


def test_stopping_that_fails_in_a_dispute_goes_back_to_the_arbiter(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, "refuse", now=now)
    t = now + hours(5)
    asked = ask(at, order, "changed_mind", now=t)
    aftersales.reject(asked, shop_id=at.shop_id, by=at.owner_id, words="It is on its way", now=t)
    aftersales.escalate(asked, person_id=at.buyer_id, text="So stop it", now=t)
    aftersales.stop_parcel(asked, by=arbiter(), now=t)
    drain(t)
    assert case(asked).state == "deciding"


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["labelled", "out_for_delivery", "delivered"])
def test_only_between_pickup_and_the_last_round(now: datetime, status: str) -> None:
    at = shop()
    order = paid(at, now=now)
    parcel = ship(at, order, "SF100001", now=now + hours(1))
    if status != "labelled":
        scan(parcel, status, at=now + hours(2))
    with pytest.raises(Refusal) as no:
        ask(at, order, "changed_mind", now=now + hours(3), stop=True)
    assert no.value.code == "case.not_stopped"
    assert fetch("SELECT 1 FROM aftersales_case") == []


def test_one_attempt_for_each_parcel_and_only_for_all_that_is_in_it(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, "refuse", now=now, quantities=(2,))
    with pytest.raises(Refusal) as no:
        ask(at, order, "changed_mind", 1, now=now + hours(3), stop=True)
    assert no.value.code == "case.not_stopped"
    asked = stop(at, order, now=now + hours(3))
    aftersales.withdraw(asked, person_id=at.buyer_id, now=now + hours(4))
    with pytest.raises(Refusal) as no:
        ask(at, order, "changed_mind", now=now + hours(5), stop=True)
    assert no.value.code == "case.not_stopped"
    assert units(order)


def test_nobody_stops_somebody_elses_parcel(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, now=now)
    with pytest.raises(Refusal) as no:
        aftersales.request(
            order,
            person_id=arbiter(),
            units=units(order),
            reason="changed_mind",
            stop=True,
            now=now + hours(3),
        )
    assert no.value.code == "order.unknown"


def test_what_a_bank_took_back_is_not_paid_ahead(now: datetime) -> None:
    at = shop()
    order, _ = on_its_way(at, now=now)
    asked = stop(at, order, now=now + hours(5))
    fetch("UPDATE orders_order SET refunded_minor = total_minor, charged_back_minor = total_minor WHERE id = %s RETURNING id", [order])  # fmt: skip
    pass_hours(now + hours(5), 13)
    assert (case(asked).state, advance(asked)) == ("returning", ("declined", "partial", 0))
    assert book("paid_ahead") == 0
