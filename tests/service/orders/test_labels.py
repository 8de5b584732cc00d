"""Labels of a shop's orders: from "print the label" to the scan that keeps the promise, whatever the courier does."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec
import pytest
from pypdf import PdfReader

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.sizes import Packed, Sides
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery import doors
from sanhao.service.delivery import label_errands as errands
from sanhao.service.delivery.asking import CarrierAway, Door, LabelOrder, LabelVoid, LabelWord
from sanhao.service.orders import api as orders
from sanhao.service.orders.actions import label as labelling
from tests.service import stage as on
from tests.service.orders.stage import another_shop, refused
from tests.service.stage import (
    Stage,
    drain,
    hours,
    order_state,
    paid,
    promise,
    purse,
    scan,
    ship,
    sound,
    stage,
)

pytestmark = pytest.mark.usefixtures("site")

ORIGIN = delivery.Place("青草社", "13900000000", "CN", "内蒙古自治区", "锡林浩特市", "希日塔拉街19号")
MINUTE = timedelta(minutes=1)


def wish(order: UUID, **more: Any) -> orders.LabelWish:
    return orders.LabelWish(order, "sandbox", **more)


def ask(at: Stage, *wishes: orders.LabelWish, now: datetime) -> list[UUID]:
    return orders.print_labels(at.shop_id, wishes, origin=ORIGIN, by=at.owner_id, now=now)


def errand(now: datetime) -> None:
    """The keepers come to rest, and what they do outside their transactions is done."""
    for _ in range(2):
        with on.errands():
            drain(now)


def asked_of(at: Stage, order: UUID, *, now: datetime, way: str = "obey", **more: Any) -> UUID:
    delivery.set_way(orders.order(order).number, way)
    [label] = ask(at, wish(order, **more), now=now)
    errand(now)
    return label


def seen(order: UUID, label: UUID) -> delivery.LabelView:
    return next(one for one in delivery.labels_of([order])[order] if one.id == label)


def world(label: UUID) -> Any:
    [row] = fetch("SELECT asked, voided_at, tracking_no FROM delivery_sandbox_label WHERE id = %s", [label])
    return row


def text_of(paper: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


def test_from_print_the_label_to_the_scan_that_keeps_the_promise(now: datetime) -> None:
    at = stage()
    order = paid(at, (2,))
    label = asked_of(at, order, now=now + hours(1))
    made = seen(order, label)
    assert (made.state, made.tries, made.price and made.price.minor) == ("made", 1, 800)
    [parcel] = delivery.consignments_of([order])[order]
    assert (parcel.id, parcel.tracking_no, parcel.state) == (label, made.tracking_no, "labelled")
    assert order_state(order) == "shipped"
    [(_, paper)] = delivery.label_papers([label], shop_id=at.shop_id)
    assert paper.startswith(b"%PDF-") and made.tracking_no in text_of(paper)
    assert promise(order)["state"] == "open", "the label keeps nothing"
    scan(label, "picked_up", at=now + hours(5))
    assert promise(order)["state"] == "kept"
    assert seen(order, label).collected
    with pytest.raises(Refusal, match="courier has the parcel"):
        orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + hours(6))
    assert world(label)["voided_at"] is None
    sound()


def test_what_the_courier_refuses_is_shown_with_its_reason_and_the_order_waits_on(now: datetime) -> None:
    at = stage()
    order = paid(at)
    label = asked_of(at, order, now=now, way="refuse")
    said = seen(order, label)
    assert (said.state, order_state(order)) == ("refused", "paid")
    assert "does not go to this street" in said.reason.en and said.reason.zh.startswith("快递说")
    again = asked_of(at, order, now=now + MINUTE)
    assert seen(order, again).state == "made"
    abroad = paid(at)
    label = asked_of(at, abroad, now=now, weight_g=60_000)
    assert "50 kg at most" in seen(abroad, label).reason.en


@pytest.mark.parametrize(("way", "minutes", "asked"), [("late", 64, 5), ("away", 2, 2), ("twice", 0, 1)])
def test_however_the_answer_comes_there_is_one_label(
    now: datetime, way: str, minutes: int, asked: int
) -> None:
    at = stage()
    order = paid(at)
    label = asked_of(at, order, now=now, way=way)
    for minute in range(minutes + 1):
        errand(now + minute * MINUTE)
    made = seen(order, label)
    assert (made.state, made.tracking_no) == ("made", world(label)["tracking_no"])
    assert [parcel.id for parcel in delivery.consignments_of([order])[order]] == [label]
    assert world(label)["asked"] <= asked


def test_a_document_that_cannot_be_printed_is_no_label_and_its_number_is_void(now: datetime) -> None:
    at = stage()
    order = paid(at)
    label = asked_of(at, order, now=now, way="junk")
    said = seen(order, label)
    assert (said.state, said.document, order_state(order)) == ("refused", "", "paid")
    assert "cannot be printed" in said.reason.en
    assert world(label)["voided_at"] == now
    assert delivery.consignments_of([order])[order] == []


def test_killed_between_asking_and_recording_the_same_id_is_asked_again_and_there_is_one_label(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = stage()
    order = paid(at)
    [label] = ask(at, wish(order), now=now)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(errands.answers, "record_label", die)
        with pytest.raises(KeyboardInterrupt):
            errand(now)
    assert (seen(order, label).state, order_state(order)) == ("asked", "paid")
    errand(now + MINUTE)
    assert seen(order, label).state == "asked", "not before its lease ends"
    errand(now + 2 * MINUTE)
    made = seen(order, label)
    assert (made.state, made.tracking_no) == ("made", world(label)["tracking_no"])
    assert world(label)["asked"] == 2
    [count] = fetch("SELECT count(*) AS n FROM delivery_sandbox_label")
    assert count["n"] == 1


def test_a_carrier_that_knows_no_ids_is_asked_once_and_then_a_person(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[LabelOrder] = []

    def away(order: LabelOrder, *, now: datetime) -> LabelWord:
        asked.append(order)
        raise CarrierAway("no answer")

    at = stage()
    order = paid(at)
    monkeypatch.setattr(doors, "DOORS", {"sandbox": Door(label=away, label_once=False)})
    for module in (errands, errands.labelling):
        monkeypatch.setattr(module, "DOORS", doors.DOORS)
    [label] = ask(at, wish(order), now=now)
    for minute in range(30):
        errand(now + minute * MINUTE)
    assert len(asked) == 1
    said = seen(order, label)
    assert said.state == "unsure" and "may have made a label" in said.reason.en
    with refused("ship.label_waits"):
        ask(at, wish(order), now=now)
    delivery.ask_label_again(label, shop_id=at.shop_id, now=now + hours(1))
    errand(now + hours(1))
    assert (len(asked), seen(order, label).state) == (2, "asked")
    orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + hours(2))
    errand(now + hours(3))
    assert (len(asked), seen(order, label).state) == (2, "cancelled")


def test_a_carrier_that_left_the_site_is_asked_nothing_and_the_shop_is_told(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = stage()
    order, other = paid(at), paid(at)
    made = asked_of(at, other, now=now)
    [label] = ask(at, wish(order), now=now)
    orders.cancel_label(at.shop_id, made, by=at.owner_id, now=now)
    gone: dict[str, Door] = {}
    monkeypatch.setattr(doors, "DOORS", gone)
    for module in (errands, errands.labelling):
        monkeypatch.setattr(module, "DOORS", gone)
    errand(now)
    assert seen(order, label).state == "refused"
    assert "no account with that courier" in seen(order, label).reason.en
    assert fetch("SELECT 1 FROM delivery_label WHERE next_try_at IS NOT NULL") == []


def test_a_label_is_taken_back_until_it_is_collected(now: datetime) -> None:
    at = stage()
    order = paid(at, (3,))
    label = asked_of(at, order, now=now + hours(1))
    orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + hours(2))
    assert (order_state(order), delivery.consignments_of([order])[order]) == ("paid", [])
    assert orders.order(order).lines[0].waiting_units == 3
    errand(now + hours(2))
    assert world(label)["voided_at"] == now + hours(2)
    assert delivery.label_papers([label], shop_id=at.shop_id) == []
    with refused("delivery.label_state"):
        orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + hours(3))
    again = asked_of(at, order, now=now + hours(4))
    scan(again, "picked_up", at=now + hours(5))
    assert promise(order)["state"] == "kept"
    sound()


def test_a_label_cancelled_while_its_carrier_thinks_is_void_when_it_answers(now: datetime) -> None:
    at = stage()
    order = paid(at)
    label = asked_of(at, order, now=now, way="late")
    orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + MINUTE)
    errand(now + MINUTE)
    assert (seen(order, label).state, world(label)["voided_at"]) == ("cancelled", now + MINUTE)
    word = LabelWord(label, "SXLATE0001", b"", "application/pdf")
    errands.answers.record_label(word, "0" * 64, now=now + hours(1))
    assert seen(order, label).state == "cancelled", "what comes late changes nothing"
    errand(now + hours(1))
    assert fetch("SELECT next_try_at FROM delivery_label") == [{"next_try_at": None}]
    assert order_state(order) == "paid"


def test_an_answer_for_an_order_that_is_gone_or_packed_by_hand_is_given_up(now: datetime) -> None:
    at = stage()
    gone, typed = paid(at), paid(at)
    for order in (gone, typed):
        delivery.set_way(orders.order(order).number, "late")
    of_gone, of_typed = ask(at, wish(gone), wish(typed), now=now)
    errand(now)
    orders.cancel_by_shop(gone, shop_id=at.shop_id, by=at.owner_id, reason="没有货了", now=now + MINUTE)
    ship(at, typed, "SF100001", now=now + MINUTE)
    for minute in range(2, 70, 2):
        errand(now + minute * MINUTE)
    assert (seen(gone, of_gone).state, seen(typed, of_typed).state) == ("cancelled", "cancelled")
    assert "do not hand the parcel over" in seen(gone, of_gone).reason.en
    assert world(of_gone)["voided_at"] and world(of_typed)["voided_at"]
    assert [parcel.tracking_no for parcel in delivery.consignments_of([typed])[typed]] == ["SF100001"]


def test_a_courier_that_keeps_its_label_says_so(now: datetime) -> None:
    at = stage()
    order = paid(at)
    label = asked_of(at, order, now=now, way="keeps")
    orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + hours(1))
    errand(now + hours(1))
    assert "charges for this label all the same" in seen(order, label).reason.en
    assert fetch("SELECT next_try_at FROM delivery_label") == [{"next_try_at": None}]


def test_parts_of_an_order_each_have_a_label_and_nothing_is_packed_twice(now: datetime) -> None:
    at = stage()
    order = paid(at, (3, 1))
    three, one = sorted(orders.order(order).lines, key=lambda line: -line.quantity)
    first, second = ask(
        at, wish(order, items=((three.id, 2),)), wish(order, items=((three.id, 1), (one.id, 1))), now=now
    )
    with refused("ship.label_waits"):
        ask(at, wish(order), now=now)
    errand(now)
    assert {seen(order, first).state, seen(order, second).state} == {"made"}
    assert order_state(order) == "shipped"
    orders.cancel_label(at.shop_id, second, by=at.owner_id, now=now + hours(1))
    assert order_state(order) == "paid"
    assert sum(line.waiting_units for line in orders.order(order).lines) == 2


@pytest.mark.parametrize("ask_for", [0, 4, -1])
def test_more_than_is_left_is_refused_and_nothing_is_asked(now: datetime, ask_for: int) -> None:
    at = stage()
    order, other = paid(at, (3,)), paid(at)
    [line] = orders.order(order).lines
    with refused("ship.label_waits"):
        ask(at, wish(other), wish(order, items=((line.id, ask_for),)), now=now)
    assert delivery.labels_of([order, other]) == {order: [], other: []}


def test_another_shop_neither_asks_nor_sees_nor_cancels(now: datetime) -> None:
    at, other = stage(), another_shop("other")
    order = paid(at)
    label = asked_of(at, order, now=now)
    for forbidden in (
        lambda: orders.print_labels(other.shop_id, [wish(order)], origin=ORIGIN, by=other.owner_id, now=now),
        lambda: orders.print_labels(at.shop_id, [wish(order)], origin=ORIGIN, by=other.owner_id, now=now),
        lambda: orders.cancel_label(other.shop_id, label, by=other.owner_id, now=now),
        lambda: orders.cancel_label(at.shop_id, label, by=other.owner_id, now=now),
        lambda: delivery.label_papers([label], shop_id=other.shop_id),
        lambda: delivery.ask_label_again(label, shop_id=other.shop_id, now=now),
        lambda: delivery.label_papers([new_id()], shop_id=at.shop_id),
    ):
        with pytest.raises(NotFound):
            forbidden()
    assert seen(order, label).state == "made"


def test_carriers_without_a_door_make_no_labels(now: datetime) -> None:
    at = stage()
    order = paid(at)
    with refused("delivery.no_labels"):
        orders.print_labels(
            at.shop_id, [orders.LabelWish(order, "gls")], origin=ORIGIN, by=at.owner_id, now=now
        )
    with refused("delivery.box"):
        ask(at, wish(order, weight_g=2_000_000), now=now)


def test_what_does_not_fit_one_box_goes_in_several_and_costs_what_it_takes_up(now: datetime) -> None:
    at = stage(packed=Sides(900, 600, 500))
    order = paid(at, (4,))
    label = asked_of(at, order, now=now)
    made = seen(order, label)
    assert made.sending.boxes == (delivery.Box(1_000, 900, 600, 1_500), delivery.Box(400, 900, 600, 500))
    litres = 810 + 270
    assert made.price == Money(800 + 300 * (litres * 167 // 1_000), "CNY"), "by what it takes up"
    [(_, paper)] = delivery.label_papers([label], shop_id=at.shop_id)
    assert len(PdfReader(io.BytesIO(paper)).pages) == 2
    assert [one.tracking_no for one in delivery.consignments_of([order])[order]] == [made.tracking_no]


@pytest.mark.parametrize(
    ("said", "boxes"),
    [
        ({}, (delivery.Box(700, 300, 200, 200),)),
        ({"weight_g": 5_001}, (delivery.Box(5_001, 300, 200, 200),)),
        ({"boxes": 1, "weight_g": 900}, (delivery.Box(900, 300, 200, 200),)),
        ({"boxes": 2}, (delivery.Box(400), delivery.Box(400))),
        ({"boxes": 3, "weight_g": 1_000}, (delivery.Box(333), delivery.Box(333), delivery.Box(334))),
    ],
)
def test_a_shop_may_say_how_heavy_it_is_and_in_how_many_boxes(
    now: datetime, said: dict[str, int], boxes: tuple[delivery.Box, ...]
) -> None:
    at = stage(packed=Sides(200, 300, 100))
    order = paid(at, (2,))
    label = asked_of(at, order, now=now, **said)
    assert seen(order, label).sending.boxes == boxes


@pytest.mark.parametrize("boxes", [-1, 11])
def test_more_boxes_than_the_terms_know_are_refused(now: datetime, boxes: int) -> None:
    at = stage()
    order = paid(at)
    with refused("ship.boxes"):
        ask(at, wish(order, boxes=boxes), now=now)
    assert delivery.labels_of([order])[order] == []


def test_what_no_boxes_hold_is_one_and_its_courier_says_no() -> None:
    terms = delivery.LabelTerms(boxes=2, heaviest_g=1_000)
    assert delivery.boxed(terms, [(Packed(900), 3)]) == (delivery.Box(2_800),)
    for wrong in ({"boxes": 0}, {"boxes": 21}, {"heaviest_g": 0}, {"longest_mm": 0}, {"packaging_g": -1}):
        with pytest.raises(ValueError):
            delivery.LabelTerms(**wrong)


def test_a_courier_that_says_nothing_is_asked_and_its_answer_keeps_the_promise(now: datetime) -> None:
    at = stage()
    order = paid(at)
    label = asked_of(at, order, now=now, way="quiet")
    for hour in range(1, 40):
        errand(now + hours(hour))
    [parcel] = delivery.consignments_of([order])[order]
    assert parcel.id == label
    assert (parcel.state, promise(order)["state"], order_state(order)) == ("delivered", "kept", "delivered")
    assert parcel.collected_at == now + hours(3)
    assert fetch("SELECT 1 FROM delivery_inquiry") == [], "nothing more is asked about it"
    [asked] = fetch("SELECT count(*)::int AS n FROM delivery_carrier_message WHERE event_id LIKE 'asked/%'")
    assert asked["n"] == 5, "an answer that says nothing new is kept once"


# ---- labels follow their order --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "state", "void"),
    [("obey", "cancelled", "done"), ("keeps", "cancelled", "kept"), ("late", "cancelled", "done")],
)
def test_a_cancelled_order_takes_its_label_with_it(now: datetime, way: str, state: str, void: str) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    label = asked_of(at, order, now=now, way=way)
    orders.cancel_by_shop(order, shop_id=at.shop_id, by=at.owner_id, reason="没有货了", now=now + hours(1))
    errand(now + hours(1))
    said = seen(order, label)
    assert (said.state, said.void, order_state(order)) == (state, void, "cancelled")
    assert "do not hand the parcel over" in said.reason.en
    assert (world(label)["voided_at"] is None) == (void == "kept")
    sound()


def test_a_courier_that_never_answers_is_told_again_and_takes_it_all_the_same(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[UUID] = []

    def away(label: LabelVoid, *, now: datetime) -> None:
        told.append(label.id)
        raise CarrierAway("no answer")

    at = stage(balance=10_000)
    order = paid(at)
    label = asked_of(at, order, now=now)
    door = msgspec.structs.replace(doors.DOORS["sandbox"], void=away)
    for module in (errands, errands.labelling, doors):
        monkeypatch.setattr(module, "DOORS", {"sandbox": door})
    orders.cancel_by_shop(order, shop_id=at.shop_id, by=at.owner_id, reason="没有货了", now=now + hours(1))
    for hour in range(1, 6):
        errand(now + hours(hour))
    assert set(told) == {label} and len(told) > 2
    assert (seen(order, label).state, seen(order, label).void) == ("cancelled", "due")
    assert owed_to() == 800, "nobody has said that it is void"
    scan(label, "picked_up", at=now + hours(6))
    assert seen(order, label).collected and order_state(order) == "cancelled"
    sound()


# ---- what they cost -------------------------------------------------------------------------------------------------


def owed_to(carrier: str = "sandbox") -> int:
    return -ledger.balance(ledger.Ref("carrier_fees", carrier, "CNY")).minor


def goodwill() -> int:
    return ledger.balance(ledger.Ref("goodwill", ledger.PLATFORM, "CNY")).minor


def test_a_label_is_charged_when_it_is_made_and_given_back_when_it_is_void(now: datetime) -> None:
    at = stage(balance=500, deposit=200)
    order = paid(at)
    label = asked_of(at, order, now=now)
    assert (purse(at.shop_id), owed_to()) == ((0, 0, 100), 800), "balance, then deposit, then an advance"
    assert delivery.bills_of([label])[label] == delivery.BillView("shop", "charged", Money(800, "CNY"))
    orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + hours(1))
    assert owed_to() == 800, "the courier has not said yes yet"
    errand(now + hours(1))
    assert (purse(at.shop_id), owed_to()) == ((500, 200, 0), 0), "each purse has its part again"
    assert delivery.bills_of([label])[label].state == "back"
    statement = list(settlement.statement(at.shop_id, "CNY", now - hours(1), now + hours(2)))
    before, after = (
        settlement.standing_at(at.shop_id, "CNY", when).sum for when in (now - hours(1), now + hours(2))
    )
    assert before + sum(line.net for line in statement) == after, "equal to the ledger"
    assert [(line.kind, line.net, line.number) for line in statement if line.kind.startswith("label.")] == [
        ("label.price", -800, orders.order(order).number),
        ("label.back", 800, orders.order(order).number),
    ]
    sound()


@pytest.mark.parametrize("way", ["refuse", "junk"])
def test_what_was_no_label_costs_nothing(now: datetime, way: str) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    asked_of(at, order, now=now, way=way)
    assert (purse(at.shop_id)[0], owed_to()) == (10_000, 0)


def test_a_courier_that_keeps_its_label_keeps_the_money(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    label = asked_of(at, order, now=now, way="keeps")
    orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + hours(1))
    errand(now + hours(1))
    assert (purse(at.shop_id)[0], owed_to()) == (9_200, 800)
    assert delivery.bills_of([label])[label].state == "charged"
    sound()


def test_an_answer_nobody_wants_any_more_is_not_charged(now: datetime) -> None:
    at = stage(balance=10_000)
    order = paid(at)
    label = asked_of(at, order, now=now, way="late")
    ship(at, order, "SF100001", now=now + MINUTE)
    for minute in range(2, 70, 2):
        errand(now + minute * MINUTE)
    assert (seen(order, label).state, purse(at.shop_id)[0], owed_to()) == ("cancelled", 10_000, 0)
    sound()


def test_the_terms_may_have_the_platform_pay(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    book = SimpleNamespace(in_force=lambda key, at: SimpleNamespace(terms={"payer": "platform"}))
    monkeypatch.setattr(labelling, "rulebook", book)
    at = stage(balance=10_000)
    label = asked_of(at, paid(at), now=now)
    assert (purse(at.shop_id)[0], owed_to(), goodwill()) == (10_000, 800, 800)
    orders.cancel_label(at.shop_id, label, by=at.owner_id, now=now + hours(1))
    errand(now + hours(1))
    assert (purse(at.shop_id)[0], owed_to(), goodwill()) == (10_000, 0, 0)
    sound()


def test_a_price_that_cannot_be_one_is_no_answer(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def cheap(order: LabelOrder, *, now: datetime) -> LabelWord:
        return LabelWord(order.id, "SX0001", b"%PDF-", "application/pdf", Money(-1, "CNY"))

    for module in (errands, errands.labelling, doors):
        monkeypatch.setattr(module, "DOORS", {"sandbox": Door(label=cheap)})
    at = stage(balance=10_000)
    order = paid(at)
    [label] = ask(at, wish(order), now=now)
    errand(now)
    assert (seen(order, label).state, purse(at.shop_id)[0]) == ("refused", 10_000)
    assert "a price that cannot be one" in seen(order, label).reason.en
