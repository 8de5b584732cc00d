"""Returns that go back under a label of the platform's (退货面单) on the movable clock, each to its far end, whatever the courier
and the buyer do."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import pytest
from pypdf import PdfReader

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.goods.catalog import api as catalog
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound
from sanhao.kit.rows import fetch
from sanhao.kit.sizes import Sides
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales import labelled
from sanhao.service.aftersales.paths import instant, label, pickup
from sanhao.service.aftersales.paths.pickup import Thing
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery import doors
from sanhao.service.delivery import label_errands as errands
from sanhao.service.delivery.asking import CarrierAway, Door, LabelOrder, LabelWord
from sanhao.service.orders import api as orders
from tests.goods import world as goods
from tests.service import stage
from tests.service.aftersales.stage import HOUSE, arbiter, ask, case, delivered, history, rules, shop
from tests.service.orders.stage import refused
from tests.service.orders.test_labels import text_of, world
from tests.service.stage import Stage, escrow, hours, purse, scan, sound

pytestmark = pytest.mark.django_db
FEE = 800


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def days(count: float) -> timedelta:
    return hours(24 * count)


def drain(now: datetime) -> None:
    """The keepers come to rest, and what they do outside their transactions is done."""
    for _ in range(2):
        with stage.errands():
            stage.drain(now)


def approved(
    at: Stage,
    *,
    now: datetime,
    way: str = "obey",
    reason: str = "no_reason",
    number: str = "SF100001",
    wanted: bool = True,
    **more: Any,
) -> tuple[UUID, UUID]:
    """An order whose return the shop agrees to at *now*, and a courier with a habit: order and case. Where the buyer would
    pay for its label, they ask for it."""
    order = delivered(at, number=number, now=now - hours(30))
    asked = ask(at, order, reason, now=now - hours(1), **more)
    delivery.set_way(orders.order(order).number, way)
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now)
    drain(now)
    if wanted and not case(asked).label:
        aftersales.ask_label(asked, person_id=at.buyer_id, now=now)
        drain(now)
    return order, asked


def label_of(asked: UUID) -> delivery.LabelView:
    return delivery.labels_of([asked])[asked][0]


def heard(person: UUID) -> list[str]:
    return [notice.text.en for notice in notices.inbox(person, limit=20)]


def owed_to(carrier: str = "sandbox") -> int:
    return -book("carrier_fees", carrier)


def book(code: str, holder: UUID | str = ledger.PLATFORM) -> int:
    return ledger.balance(ledger.Ref(code, str(holder), "CNY")).minor


def advance(asked: UUID) -> tuple[str, str]:
    [row] = fetch("SELECT state, reason FROM aftersales_advance WHERE case_id = %s", [asked])
    return row["state"], row["reason"]


def send(at: Stage, asked: UUID, number: str, *, now: datetime) -> None:
    aftersales.send_back(asked, person_id=at.buyer_id, carrier="sandbox", tracking_no=number, now=now)


# ---- the story ------------------------------------------------------------------------------------------------------


def test_printed_handed_in_refunded_on_the_first_scan_and_settled_when_the_shop_has_it(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    order, asked = approved(at, now=t)
    view, made = case(asked), label_of(asked)
    assert (view.state, view.label, made.state, made.owner_kind) == ("to_send", "made", "made", "case")
    assert (made.sending.origin.city, made.sending.to.city, made.sending.to.name) == (
        "徐汇区",
        HOUSE.city,
        HOUSE.recipient,
    )
    assert view.due_at == t + days(7), "a label makes nobody's time shorter"
    assert view.outlook.next.en == (
        "Your return label is ready: print it, stick it on and hand the parcel in by Tuesday 10 March, 16:00. "
        "There is no number to type."
    )
    assert any("Your return label is ready" in one for one in heard(at.buyer_id))
    assert not any("has a label" in one for one in heard(at.owner_id)), "the shop has nothing to do about it"
    [(_, paper)] = delivery.label_papers([made.id], owner_id=asked)
    assert paper.startswith(b"%PDF-") and made.tracking_no in text_of(paper)

    scan(made.id, "picked_up", at=t + hours(20))
    view = case(asked)
    assert (view.state, view.label, view.parcel_id, view.uploaded_at) == (
        "returning",
        "used",
        made.id,
        t + hours(20),
    )
    assert (view.label_fee, view.back.minor) == (Money(FEE, "CNY"), 20_000 - FEE)
    assert (advance(asked), orders.order(order).refunded.minor) == (("paid", "scanned"), 20_000 - FEE)
    assert (book("paid_ahead"), owed_to()) == (20_000, FEE)
    assert history(asked) == ["to_send", "returning"]

    scan(made.id, "delivered", at=t + days(3))
    drain(t + days(5))
    assert (case(asked).state, case(asked).refunded.minor) == ("refunded", 20_000 - FEE)
    assert (book("paid_ahead"), book("goodwill"), escrow(at.shop_id)) == (0, 0, 600)
    drain(t + days(60))
    assert purse(at.shop_id)[0] == 100_000 + 600, "the shop has its freight, and paid nothing for the label"
    assert label_of(asked).collected and world(made.id)["voided_at"] is None
    assert list(decisions.rejudge_all()) == []
    sound()


def test_what_does_not_fit_one_parcel_goes_back_in_two(now: datetime) -> None:
    at, t = shop(), now + hours(60)
    sold = goods.card(at.offers[0])
    heavy = (at.shop_id, sold.listing_id, sold.variant_id, 12_000, Sides(500, 400, 300))
    catalog.set_parcel(*heavy, by=at.owner_id, now=now)
    order = delivered(at, (2,), now=t - hours(30))
    asked = ask(at, order, "no_reason", 2, now=t - hours(1))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=t)
    drain(t)
    if not case(asked).label:
        aftersales.ask_label(asked, person_id=at.buyer_id, now=t)
        drain(t)
    made = label_of(asked)
    assert made.sending.boxes == (delivery.Box(12_100, 500, 400, 300),) * 2
    [(_, paper)] = delivery.label_papers([made.id], owner_id=asked)
    assert len(PdfReader(io.BytesIO(paper)).pages) == 2


def test_an_exchange_of_a_faulty_thing_goes_back_the_same_way(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, reason="not_as_described", kind="exchange")
    scan(label_of(asked).id, "picked_up", at=t + hours(2))
    assert (case(asked).state, case(asked).label) == ("returning", "used")


# ---- who pays -------------------------------------------------------------------------------------------------------


def fee_of(asked: UUID) -> decisions.DecisionView:
    [found] = [one for one in decisions.of_subject("case", asked) if one.kind == label.FEE]
    return found


def test_a_buyer_who_changed_their_mind_is_asked_first_and_told_what_it_costs(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    order, asked = approved(at, now=t, wanted=False)
    assert (case(asked).label, delivery.labels_of([asked])[asked]) == ("", [])
    offer = aftersales.label_offers([case(asked)], {order: orders.order(order)}, now=t)[asked]
    assert (offer.payer, offer.most, offer.carrier) == ("buyer", Money(1_500, "CNY"), "sandbox")
    with pytest.raises(NotFound):
        aftersales.ask_label(asked, person_id=at.owner_id, now=t)
    aftersales.ask_label(asked, person_id=at.buyer_id, now=t)
    with refused("label.not_offered"):
        aftersales.ask_label(asked, person_id=at.buyer_id, now=t)
    drain(t)
    assert fee_of(asked).text.en == (
        "The label for the return costs ¥8: taken out of the refund once the courier has the parcel, and nothing if it is not used"
    )
    assert (case(asked).back.minor, book("paid_ahead"), owed_to()) == (20_000, FEE, FEE), (
        "nothing is taken yet"
    )
    send(at, asked, "RT10001", now=t + hours(2))
    drain(t + hours(2))
    assert (case(asked).back.minor, book("paid_ahead"), owed_to()) == (20_000, 0, 0), "and nothing ever"
    sound()


def test_whose_fault_it_is_pays_without_being_asked_and_may_appeal(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, reason="not_as_described", wanted=False)
    assert (purse(at.shop_id)[0], owed_to()) == (100_000 - FEE, FEE)
    decided = fee_of(asked)
    assert (decided.text.en, decided.shop_id) == (
        "The label for the return costs ¥8, which the shop bears",
        at.shop_id,
    )
    lines = settlement.statement(at.shop_id, "CNY", t - hours(1), t + hours(1))
    assert [(line.kind, line.net) for line in lines if line.cause_id == asked] == [("label.price", -FEE)]
    appeal = decisions.appeal(
        decided.id, by=at.owner_id, shop_id=at.shop_id, text="The courier broke it", now=t + hours(1)
    )
    decisions.decide_appeal(appeal, uphold=False, by=arbiter(), answer="It did", now=t + hours(2))
    assert (purse(at.shop_id)[0], book("goodwill")) == (100_000, FEE)
    scan(label_of(asked).id, "picked_up", at=t + hours(3))
    assert (case(asked).label_fee, case(asked).back.minor) == (None, 20_600)
    assert list(decisions.rejudge_all()) == []
    sound()


def test_a_label_of_the_shops_that_nobody_uses_is_given_back_once(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, reason="not_as_described")
    decided = fee_of(asked)
    send(at, asked, "RT10001", now=t + hours(1))
    drain(t + hours(1))
    assert (purse(at.shop_id)[0], owed_to()) == (100_000, 0)
    appeal = decisions.appeal(
        decided.id, by=at.owner_id, shop_id=at.shop_id, text="Nobody used it", now=t + hours(2)
    )
    decisions.decide_appeal(appeal, uphold=False, by=arbiter(), answer="Right", now=t + hours(3))
    assert (purse(at.shop_id)[0], book("goodwill")) == (100_000, 0), "not a second time"
    sound()


def test_a_shop_that_offered_to_pay_the_way_back_pays_the_label_of_a_changed_mind(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    aftersales.offer_return_freight(at.shop_id, by=at.owner_id, pays=True, now=now - days(1))
    order, asked = approved(at, now=t, wanted=False)
    assert (case(asked).label, purse(at.shop_id)[0]) == ("made", 100_000 - FEE)
    scan(label_of(asked).id, "picked_up", at=t + hours(2))
    assert (advance(asked), orders.order(order).refunded.minor) == (("paid", "scanned"), 20_000)
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=t + days(2))
    drain(t + days(2))
    assert fetch("SELECT 1 FROM wallet_coupon") == [], "a label is the way back: it is not paid a second time"
    sound()


def test_what_was_noted_of_the_buyers_own_way_is_not_paid_where_the_label_was_used(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, reason="not_as_described", way="keeps")
    send(at, asked, "RT10001", now=t + hours(1))
    scan(label_of(asked).id, "picked_up", at=t + hours(3))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=t + days(2))
    drain(t + days(2))
    assert (case(asked).state, fetch("SELECT 1 FROM wallet_coupon")) == ("refunded", [])


def test_a_refund_that_comes_to_nothing_leaves_the_label_with_the_platform(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, way="keeps")
    drain(t + days(8))
    assert (case(asked).state, label_of(asked).void) == ("lapsed", "kept")
    assert (book("paid_ahead"), book("goodwill"), owed_to()) == (0, FEE, FEE)
    assert case(asked).back.minor == 20_000
    sound()


def test_a_return_that_is_not_accepted_after_its_label_was_used(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t)
    scan(label_of(asked).id, "picked_up", at=t + hours(2))
    aftersales.refuse(asked, shop_id=at.shop_id, by=at.owner_id, words="An empty box came", now=t + days(2))
    drain(t + days(10))
    assert (case(asked).state, case(asked).label_fee) == ("closed", None)
    assert (book("paid_ahead"), book("goodwill")) == (0, FEE), "an open claim of ¥8 is worse than ¥8"
    sound()


CNY = partial(Money, currency="CNY")


@pytest.mark.parametrize(
    ("whose", "price", "back", "more", "payer", "owed", "beyond"),
    [
        ("shop", 800, 20_000, {}, "shop", 800, 0),
        ("buyer", 800, 20_000, {}, "buyer", 800, 0),
        ("buyer", 2_600, 20_000, {}, "buyer", 1_500, 1_100),
        ("buyer", 800, 1_500, {}, "platform", 800, 0),
        ("platform", 800, 20_000, {}, "platform", 800, 0),
        ("carrier", 800, 20_000, {"brought_by": "gls"}, "carrier", 800, 0),
        ("carrier", 800, 20_000, {}, "platform", 800, 0),
        ("buyer", 0, 20_000, {}, "buyer", 0, 0),
    ],
)
def test_what_a_label_costs_whom(
    whose: Any, price: int, back: int, more: dict[str, Any], payer: str, owed: int, beyond: int
) -> None:
    verdict = label.fee(label.Terms(), label.FeeSeen("sandbox", CNY(price), whose, CNY(back), **more))
    assert (verdict.payer, verdict.owed, verdict.beyond) == (payer, CNY(owed), CNY(beyond))
    assert verdict.owed + verdict.beyond == CNY(price)


def test_a_price_in_another_currency_is_the_platforms() -> None:
    seen = label.FeeSeen("karrio", Money(800, "EUR"), "buyer", CNY(20_000))
    assert label.fee(label.Terms(), seen).payer == "platform"


def test_the_buyer_may_send_it_with_whom_they_like_and_the_label_is_void(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t)
    made = label_of(asked)
    send(at, asked, "RT10001", now=t + hours(2))
    assert (case(asked).state, case(asked).label) == ("returning", "made")
    drain(t + hours(2))
    assert (case(asked).label, label_of(asked).state, label_of(asked).void) == ("over", "cancelled", "done")
    assert world(made.id)["voided_at"] == t + hours(2)
    parcel = case(asked).parcel_id
    assert parcel is not None and parcel != made.id
    scan(parcel, "picked_up", at=t + hours(5))
    assert advance(asked) == ("paid", "scanned")
    sound()


def test_the_labels_own_number_need_not_be_typed(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t)
    with refused("label.own_number"):
        send(at, asked, label_of(asked).tracking_no.lower(), now=t + hours(2))
    assert (case(asked).state, case(asked).label) == ("to_send", "made")


# ---- what the courier does ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "state", "why"),
    [("refuse", "refused", "does not go to this street"), ("junk", "refused", "cannot be printed")],
)
def test_what_the_courier_refuses_the_buyer_sends(now: datetime, way: str, state: str, why: str) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, way=way)
    assert (case(asked).label, label_of(asked).state) == ("over", state)
    assert why in label_of(asked).reason.en
    assert case(asked).outlook.next.en.startswith(
        "There is no label this time: send it with a courier of your choice"
    )
    assert any("There is no label this time" in one for one in heard(at.buyer_id))
    send(at, asked, "RT10001", now=t + hours(2))
    assert case(asked).state == "returning"
    drain(t + hours(3))
    assert len(delivery.labels_of([asked])[asked]) == 1, "nothing is asked for a second time by itself"
    assert (book("paid_ahead"), owed_to()) == (0, 0)


def test_a_courier_that_never_answers_holds_nobody_up(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for: list[LabelOrder] = []

    def away(order: LabelOrder, *, now: datetime) -> LabelWord:
        asked_for.append(order)
        raise CarrierAway("no answer")

    told = Door(label=away, void=lambda one, *, now: None)
    monkeypatch.setattr(doors, "DOORS", {"sandbox": told})
    for module in (errands, errands.labelling):
        monkeypatch.setattr(module, "DOORS", doors.DOORS)
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t)
    assert (case(asked).label, case(asked).due_at) == ("asked", t + days(7))
    assert case(asked).outlook.next.en.startswith("Send it back by"), "and may, at once"
    for hour in range(1, 7):
        drain(t + hours(hour))
    assert (case(asked).label, label_of(asked).state, label_of(asked).void) == ("over", "cancelled", "done")
    assert label_of(asked).reason.en.startswith("The courier had not answered in time.")
    assert {one.id for one in asked_for} == {label_of(asked).id}, "always under one id"
    drain(t + days(8))
    assert case(asked).state == "lapsed"


def test_a_courier_that_knows_no_ids_leaves_it_to_the_buyer(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(order: LabelOrder, *, now: datetime) -> LabelWord:
        raise CarrierAway("no answer")

    monkeypatch.setattr(doors, "DOORS", {"sandbox": Door(label=away, label_once=False)})
    for module in (errands, errands.labelling):
        monkeypatch.setattr(module, "DOORS", doors.DOORS)
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t)
    drain(t + hours(1))
    assert (case(asked).label, label_of(asked).state) == ("over", "unsure")
    send(at, asked, "RT10001", now=t + hours(2))
    drain(t + hours(2))
    assert label_of(asked).state == "cancelled", "whatever became of it, nobody needs it"


def test_a_late_answer_is_as_good_as_a_quick_one(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, way="late")
    assert case(asked).label == "asked"
    for minute in range(0, 70, 2):
        drain(t + timedelta(minutes=minute))
    assert (case(asked).label, len(delivery.consignments_of([asked])[asked])) == ("made", 1)


# ---- races ----------------------------------------------------------------------------------------------------------


def word(asked: UUID) -> LabelWord:
    return LabelWord(label_of(asked).id, "SXLATE0001", b"", "application/pdf")


def test_a_label_that_comes_after_the_buyer_has_sent_it_is_given_up(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, way="late")
    send(at, asked, "RT10001", now=t + hours(1))
    errands.answers.record_label(word(asked), "0" * 64, now=t + hours(1))
    assert (label_of(asked).state, case(asked).label, case(asked).state) == ("cancelled", "over", "returning")
    assert [one.tracking_no for one in delivery.consignments_of([asked])[asked]] == ["RT10001"]
    drain(t + hours(1))
    assert world(label_of(asked).id)["voided_at"] == t + hours(1)


@pytest.mark.parametrize("answer_first", [True, False])
def test_a_case_withdrawn_while_its_label_is_asked_for_has_none(now: datetime, answer_first: bool) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, way="late")
    aftersales.withdraw(asked, person_id=at.buyer_id, now=t + hours(1))
    if not answer_first:
        drain(t + hours(1))
    errands.answers.record_label(word(asked), "0" * 64, now=t + hours(1))
    drain(t + hours(1))
    assert (label_of(asked).state, label_of(asked).void) == ("cancelled", "done")
    assert (case(asked).state, case(asked).label) == ("withdrawn", "over")
    assert delivery.consignments_of([asked])[asked] == []
    sound()


def test_withdrawn_with_a_label_in_hand_and_handed_in_all_the_same(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    order, asked = approved(at, now=t, way="keeps")
    made = label_of(asked)
    aftersales.withdraw(asked, person_id=at.buyer_id, now=t + hours(1))
    drain(t + hours(1))
    assert (label_of(asked).state, label_of(asked).void) == ("cancelled", "kept")
    scan(made.id, "picked_up", at=t + hours(2))
    assert (case(asked).state, case(asked).label, case(asked).parcel_id) == ("returning", "used", made.id)
    scan(made.id, "delivered", at=t + days(2))
    drain(t + days(4))
    assert (case(asked).state, orders.order(order).refunded.minor) == ("refunded", 20_000), (
        "the platform bears the label"
    )
    assert (book("goodwill"), book("paid_ahead"), owed_to()) == (FEE, 0, FEE)
    sound()


def test_two_numbers_for_one_return_the_one_that_is_scanned_counts(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, way="keeps")
    made = label_of(asked)
    send(at, asked, "RT10001", now=t + hours(1))
    drain(t + hours(1))
    scan(made.id, "picked_up", at=t + hours(3))
    assert (case(asked).parcel_id, case(asked).label, case(asked).collected_at) == (
        made.id,
        "used",
        t + hours(3),
    )
    assert advance(asked) == ("paid", "scanned")
    sound()


def test_what_was_asked_anew_meanwhile_is_not_opened_twice(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    order, asked = approved(at, now=t, way="keeps")
    made = label_of(asked)
    aftersales.withdraw(asked, person_id=at.buyer_id, now=t + hours(1))
    drain(t + hours(1))
    again = ask(at, order, now=t + hours(2))
    scan(made.id, "picked_up", at=t + hours(3))
    assert (case(asked).state, case(again).state) == ("withdrawn", "asked")


# ---- what is not given, and bad input -------------------------------------------------------------------------------


def test_a_site_without_the_rule_and_one_without_couriers_leave_it_to_the_buyer(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, t = shop(), now + hours(30)
    monkeypatch.setattr(doors, "DOORS", {})
    _, asked = approved(at, now=t, reason="not_as_described", wanted=False)
    assert (case(asked).label, delivery.labels_of([asked])[asked]) == ("", [])


def test_what_is_bulky_is_collected_and_gets_no_label(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelled, "_collected", lambda now: pickup.Terms(heavy_g=200))
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t, reason="not_as_described", wanted=False)
    assert (case(asked).label, delivery.labels_of([asked])[asked]) == ("", [])


def test_strangers_see_no_label(now: datetime) -> None:
    at, t = shop(), now + hours(30)
    _, asked = approved(at, now=t)
    made = label_of(asked)
    for forbidden in (
        lambda: delivery.label_papers([made.id], owner_id=at.shop_id),
        lambda: delivery.label_papers([made.id], shop_id=at.shop_id),
        lambda: orders.cancel_label(at.shop_id, made.id, by=at.owner_id, now=t),
    ):
        with pytest.raises(NotFound):
            forbidden()
    assert label_of(asked).state == "made"


@pytest.mark.parametrize(
    "bad",
    [
        {"answer_hours": 0},
        {"answer_hours": 49},
        {"heaviest_g": 0},
        {"packaging_g": -1},
        {"attempts": 0},
        {"most_minor": {"CNY": 0}},
        {"fee_appeal_days": 0},
        {"carrier": ["sf"]},
    ],
)
def test_terms_that_would_be_a_trap_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises((ValueError, msgspec.ValidationError)):
        msgspec.convert(bad, label.Terms)


@pytest.mark.parametrize(
    ("brought", "named", "makers", "who"),
    [
        (["gls", "sandbox"], (), {"sandbox", "sandbox_express"}, "sandbox"),
        (["sandbox", "sandbox_express"], (), {"sandbox", "sandbox_express"}, "sandbox_express"),
        (["gls"], ("sandbox_express", "sandbox"), {"sandbox", "sandbox_express"}, "sandbox_express"),
        (["gls"], (), {"sandbox_express", "sandbox"}, "sandbox"),
        (["gls"], ("hermes",), {"sandbox"}, ""),
        ([], (), set(), ""),
    ],
)
def test_who_makes_the_label(brought: list[str], named: tuple[str, ...], makers: set[str], who: str) -> None:
    assert label.carrier_of(label.Terms(carriers=named), brought, makers) == who


@pytest.mark.parametrize(
    ("things", "grams"),
    [
        ([Thing("books", 5_000, 1)], [5_100]),
        ([Thing("books", 5_000, 3)], [15_100]),
        ([Thing("books", 5_000, 4)], [15_100, 5_100]),
        ([Thing("books", 5_000, 7)], []),
        ([Thing("books", 20_000, 1)], []),
        ([Thing("books", 500, 2, Sides(700, 800, 700))], [600, 600]),
        ([Thing("books", 500, 1, Sides(1_201, 10, 10))], []),
    ],
)
def test_what_nobody_carries_to_a_courier_gets_none(things: list[Thing], grams: list[int]) -> None:
    assert [one.weight_g for one in label.parcels_of(label.Terms(), things)] == grams


def test_an_issued_waybill_is_nobody_elses_but_may_be_empty() -> None:
    foreign = instant.Waybill(
        scanned=True,
        older=True,
        origin="广州",
        bound_for="深圳",
        home=("上海市",),
        shop=("内蒙古",),
        goods_g=1_000,
    )
    terms = instant.Terms()
    assert instant._does_not_fit(terms, foreign) == "number_used"
    issued = msgspec.structs.replace(foreign, issued=True)
    assert instant._does_not_fit(terms, issued) == ""
    assert instant._does_not_fit(terms, msgspec.structs.replace(issued, weight_g=100)) == "weight"
