"""Bulky returns collected at the door (大件上门取退) on the movable clock, each to its far end, whatever the courier does."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.sizes import Sides
from sanhao.kit.text import Text
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.paths import pickup
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.actions.answers import record_pickups
from sanhao.service.orders import api as orders
from tests.at_once import at_once
from tests.conftest import T0
from tests.service.aftersales.stage import arbiter, ask, case, delivered, drain, history, rules, scan, shop
from tests.service.stage import Stage, days, escrow, hours, paid, purse, ship, sound

pytestmark = pytest.mark.django_db

SIZES = aftersales.Sizes(300)
FEE = 2_600


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    terms = msgspec.to_builtins(
        pickup.Terms(heavy_g=200)
    )  # what these shops sell weighs 300 g, and is bulky here
    rulebook.found(pickup.RULE, terms, title=Text(zh="大件", en="Bulky"), now=T0 - hours(24))
    rules()


def to_send(
    at: Stage,
    *,
    now: datetime,
    reason: str = "no_reason",
    how: str = "prompt",
    number: str = "SF100001",
    **more: Any,
) -> tuple[UUID, UUID]:
    """An order whose return the shop has agreed to, and a courier with a habit: order and case."""
    order = delivered(at, number=number, now=now)
    asked = ask(at, order, reason, now=now + hours(30), **more)
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    delivery.sandbox_pickup_mischief(orders.order(order).number, how)
    drain(now + hours(31))
    assert case(asked).state == "to_send"
    return order, asked


def offered(asked: UUID, now: datetime, at: Stage) -> list[delivery.Slot]:
    offer = aftersales.collectable(asked, person_id=at.buyer_id, now=now)
    assert offer is not None
    return aftersales.pickup_slots(offer, "sandbox", SIZES, now=now)


def book(at: Stage, asked: UUID, *, now: datetime, nth: int = 3, **more: Any) -> delivery.Slot:
    """The *nth* slot that is offered, which is tomorrow's."""
    slot = offered(asked, now, at)[nth]
    given = {"sizes": SIZES, "carrier": "sandbox", "starts_at": slot.starts_at} | more
    aftersales.book_pickup(asked, person_id=at.buyer_id, now=now, **given)
    drain(now)
    return slot


def standing(asked: UUID) -> UUID | None:
    return next((one.id for one in delivery.pickups_of([asked])[asked] if one.standing), None)


def account(code: str, holder: UUID | str = ledger.PLATFORM) -> int:
    return ledger.balance(ledger.Ref(code, str(holder), "CNY")).minor


def back(order: UUID) -> int:
    return orders.order(order).refunded.minor


def judged_again() -> None:
    assert list(decisions.rejudge_all()) == []
    sound()


# ---- the stories --------------------------------------------------------------------------------------------------


def test_collected_refunded_on_the_way_and_settled_when_the_shop_has_it(now: datetime) -> None:
    at = shop()
    order, asked = to_send(at, now=now)
    held, t = escrow(at.shop_id), now + hours(32)
    offer = aftersales.collectable(asked, person_id=at.buyer_id, now=t)
    assert offer is not None
    assert (offer.payer, offer.cost(SIZES).total, offer.sizes) == ("buyer", Money(FEE, "CNY"), SIZES)

    slot = book(at, asked, now=t)
    assert (case(asked).pickup, case(asked).state) == ("booked", "to_send")
    assert (
        case(asked).outlook.next.en
        == "A courier comes for it in the slot you chose: have it ready. There is nothing to send."
    )

    drain(slot.starts_at + hours(1))
    view = case(asked)
    assert (view.state, view.pickup, view.pickup_fee) == ("returning", "collected", Money(FEE, "CNY"))
    assert (view.back.minor, back(order)) == (20_000 - FEE, 20_000 - FEE), (
        "its first scan refunds it, less what that cost"
    )
    assert (account("paid_ahead"), account("carrier_fees", "sandbox"), escrow(at.shop_id)) == (
        20_000,
        -FEE,
        held,
    )
    [photo] = aftersales.evidence(asked)
    assert (photo.side, photo.mime) == ("courier", "image/jpeg")
    [fee] = [one for one in decisions.of_subject("case", asked) if one.kind == pickup.FEE]
    assert (
        fee.text.en
        == "The courier collected the return at the door: the ¥26 that cost is taken out of the refund"
    )

    [parcel] = delivery.consignments_of([asked])[asked]
    scan(parcel.id, "delivered", at=slot.ends_at + days(2))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=slot.ends_at + days(3))
    drain(slot.ends_at + days(3))
    assert (case(asked).state, case(asked).refunded.minor, back(order)) == (
        "refunded",
        20_000 - FEE,
        20_000 - FEE,
    )
    assert (account("paid_ahead"), account("goodwill"), escrow(at.shop_id)) == (0, 0, held - 20_000)
    [line] = orders.order(order).lines
    assert (line.refunded.minor, line.kept.minor, line.refunded_units) == (20_000 - FEE, FEE, 1)
    drain(slot.ends_at + days(60))
    assert purse(at.shop_id)[0] == 100_000 + 600, "the shop has its freight, and paid nothing for the pickup"
    judged_again()


def test_the_notice_of_a_booked_slot_says_its_hours(now: datetime) -> None:
    at = shop()
    _, asked = to_send(at, now=now)
    book(at, asked, now=now + hours(32))
    drain(now + hours(33))
    told = [notice.text for notice in notices.inbox(at.buyer_id) if "courier comes" in notice.text.en]
    assert [text.en.count("It is Thursday 5 March, 09:00 to 12:00.") for text in told] == [1]
    assert "上门时间：3月5日周四09:00到12:00。" in told[0].zh


def test_whose_fault_it_is_pays_and_may_appeal(now: datetime) -> None:
    at = shop()
    order, asked = to_send(at, now=now, reason="not_as_described")
    slot = book(at, asked, now=now + hours(32))
    drain(slot.starts_at + hours(1))
    assert (case(asked).state, case(asked).pickup_fee, case(asked).back.minor) == ("returning", None, 20_600)
    assert (purse(at.shop_id)[0], account("carrier_fees", "sandbox")) == (100_000 - FEE, -FEE)
    [fee] = [one for one in decisions.of_subject("case", asked) if one.kind == pickup.FEE]
    assert fee.text.en == "The courier collected the return at the door: that cost ¥26, which the shop bears"
    appeal = decisions.appeal(
        fee.id, by=at.owner_id, shop_id=at.shop_id, text="It was never ours to pay", now=slot.ends_at
    )
    decisions.decide_appeal(appeal, uphold=False, by=arbiter(), answer="So it was", now=slot.ends_at)
    drain(slot.ends_at)
    assert (purse(at.shop_id)[0], account("goodwill")) == (100_000, FEE)
    drain(slot.ends_at + days(12))  # silence settles
    assert (case(asked).state, back(order)) == ("refunded", 20_600)
    judged_again()


@pytest.mark.parametrize(
    ("how", "stays", "says"),
    [("vain", "to_send", "in_vain"), ("refuse", "to_send", "refused"), ("never", "to_send", "lapsed")],
)
def test_nobody_came_the_buyer_has_time_to_choose_again_and_pays_nothing(
    now: datetime, how: str, stays: str, says: str
) -> None:
    at = shop()
    order, asked = to_send(at, now=now, how=how)
    t = now + days(8)  # the last hours of the time to send
    slot = book(at, asked, now=t)
    if how == "vain":
        assert case(asked).due_at == slot.ends_at + hours(12), "it does not lapse while a courier is coming"
    over = t if how == "refuse" else slot.starts_at + (hours(1) if how == "vain" else hours(0))
    drain(over)
    view = case(asked)
    assert (view.state, view.pickup, view.due_at) == (
        stays,
        "over",
        max(over + hours(48), now + hours(31) + days(7)),
    )
    [one] = delivery.pickups_of([asked])[asked]
    assert (one.state, account("carrier_fees", "sandbox")) == (says, 0)
    assert any("另约时间" in notice.text.zh for notice in notices.inbox(at.buyer_id))
    drain(over + hours(49))
    assert (case(asked).state, back(order)) == ("lapsed", 0)
    judged_again()


def test_in_vain_once_and_then_they_have_it(now: datetime) -> None:
    at = shop()
    _, asked = to_send(at, now=now, how="vain_once")
    slot = book(at, asked, now=now + hours(32))
    drain(slot.starts_at + hours(1))
    again = book(at, asked, now=slot.ends_at)
    drain(again.starts_at + hours(1))
    assert (case(asked).state, [one.state for one in delivery.pickups_of([asked])[asked]]) == (
        "returning", ["in_vain", "collected"],
    )  # fmt: skip
    assert account("carrier_fees", "sandbox") == -FEE
    judged_again()


def test_three_times_in_vain_is_enough(now: datetime) -> None:
    at = shop()
    _, asked = to_send(at, now=now, how="vain")
    t = now + hours(32)
    for _ in range(3):
        slot = book(at, asked, now=t, nth=0)
        t = slot.starts_at + hours(1)
        drain(t)
    with pytest.raises(Refusal) as no:
        book(at, asked, now=t)
    assert no.value.code == "pickup.attempts"
    aftersales.send_back(asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="SB555555", now=t)
    assert case(asked).state == "returning"


def test_changed_and_called_off_until_shortly_before(now: datetime) -> None:
    at = shop()
    _, asked = to_send(at, now=now)
    t = now + hours(32)
    book(at, asked, now=t)
    first = standing(asked)
    slot = book(at, asked, now=t + hours(1), nth=4, instead_of=first)
    assert standing(asked) not in (None, first)
    with pytest.raises(Refusal) as no:
        aftersales.call_off_pickup(asked, person_id=at.buyer_id, now=slot.starts_at - hours(1))
    assert no.value.code == "pickup.too_late"
    aftersales.call_off_pickup(asked, person_id=at.buyer_id, now=slot.starts_at - hours(3))
    drain(slot.starts_at - hours(3))
    assert (standing(asked), case(asked).pickup) == (None, "over")
    drain(slot.starts_at + hours(2))
    assert (case(asked).state, account("carrier_fees", "sandbox")) == ("to_send", 0)


def test_sent_in_another_way_nobody_comes(now: datetime) -> None:
    at = shop()
    _, asked = to_send(at, now=now)
    slot = book(at, asked, now=now + hours(32))
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="SB555555", now=now + hours(33)
    )
    drain(now + hours(33))
    drain(now + hours(33))
    assert standing(asked) is None
    drain(slot.ends_at)
    assert [one.state for one in delivery.pickups_of([asked])[asked]] == ["cancelled"]


def test_withdrawn_while_the_courier_is_at_the_door_the_goods_come_back_all_the_same(now: datetime) -> None:
    at = shop()
    _, asked = to_send(at, now=now, how="never")
    slot = book(at, asked, now=now + hours(32))
    one = standing(asked)
    assert one is not None
    aftersales.withdraw(asked, person_id=at.buyer_id, now=slot.starts_at - hours(1))
    drain(slot.starts_at - hours(1))
    record_pickups([delivery.PickupWord(one, "collected", "SP777777")], now=slot.starts_at)
    drain(slot.starts_at)
    assert (history(asked)[-2:], case(asked).pickup) == (["withdrawn", "returning"], "collected")
    drain(slot.starts_at + days(20))
    assert case(asked).state in ("refunded", "closed")
    judged_again()


def test_a_number_that_is_somebody_elses_and_no_photo_at_all(now: datetime) -> None:
    at = shop()
    _, asked = to_send(at, now=now, how="never", number="SF100001")
    book(at, asked, now=now + hours(32))
    one = standing(asked)
    assert one is not None
    words = [delivery.PickupWord(one, "collected", "SF100001", "", b"GIF89a not really")]
    record_pickups(words, now=now + hours(40))
    drain(now + hours(40))
    [parcel] = delivery.consignments_of([asked])[asked]
    assert (parcel.tracking_no[:2], case(asked).state, aftersales.evidence(asked)) == ("PU", "returning", [])


def test_the_shop_refuses_what_came_and_nobody_gets_money_the_platform_bears_the_courier(
    now: datetime,
) -> None:
    at = shop()
    _, asked = to_send(at, now=now)
    with_fee = book(at, asked, now=now + hours(32))
    drain(with_fee.starts_at + hours(1))
    t = with_fee.ends_at + days(2)
    aftersales.refuse(asked, shop_id=at.shop_id, by=at.owner_id, words="An empty box", now=t)
    drain(t + days(8))
    assert (case(asked).state, account("goodwill"), account("carrier_fees", "sandbox")) == (
        "closed",
        FEE,
        -FEE,
    )
    assert account("paid_ahead") == 0 or account("buyer_owes", at.buyer_id) == 20_000 - FEE
    judged_again()


def test_an_arbiter_gives_a_part_and_the_courier_is_paid_beside_it(now: datetime) -> None:
    at = shop()
    _, asked = to_send(at, now=now)
    slot = book(at, asked, now=now + hours(32))
    drain(slot.starts_at + hours(1))
    t = slot.ends_at + days(2)
    aftersales.refuse(asked, shop_id=at.shop_id, by=at.owner_id, words="A leg is missing", now=t)
    aftersales.escalate(asked, person_id=at.buyer_id, text="It was never there", now=t)
    drain(t := t + hours(49))
    ruling = aftersales.Ruling("buyer", "Half of what it was worth", 10_000)
    aftersales.decide(asked, ruling, by=arbiter(), now=t)
    drain(t)
    assert case(asked).state == "refunded"
    assert case(asked).refunded.minor == 10_000
    assert (account("paid_ahead"), account("carrier_fees", "sandbox")) == (0, -FEE)
    judged_again()


def test_an_exchange_for_another_mind_has_nothing_to_pay_a_courier_with(now: datetime) -> None:
    at = shop()
    order = delivered(at, now=now)
    asked = ask(at, order, "no_reason", now=now + hours(30), kind="exchange")
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    assert aftersales.collectable(asked, person_id=at.buyer_id, now=now + hours(32)) is None


def test_a_guarantee_gives_back_what_it_says_less_the_courier(now: datetime) -> None:
    at = shop()
    order = delivered(at, now=now)
    promise = next(
        one
        for one in aftersales.claimables(orders.order(order), now=now + hours(30))
        if one.kind == "no_reason_return"
    )
    asked = aftersales.claim_guarantee(
        promise.promise_id, aftersales.Measures(units=1), person_id=at.buyer_id, now=now + hours(30)
    )
    drain(now + hours(30) + days(3))
    delivery.sandbox_pickup_mischief(orders.order(order).number, "prompt")
    assert case(asked).state == "to_send"
    slot = book(at, asked, now=now + hours(31) + days(3))
    drain(slot.starts_at + hours(1))
    assert (case(asked).state, case(asked).pickup_fee) == ("returning", Money(FEE, "CNY"))
    [parcel] = delivery.consignments_of([asked])[asked]
    scan(parcel.id, "delivered", at=slot.ends_at + days(2))
    drain(slot.ends_at + days(20))
    assert (case(asked).state, case(asked).refunded.minor, back(order)) == (
        "refunded",
        20_000 - FEE,
        20_000 - FEE,
    )
    assert (account("paid_ahead"), account("goodwill"), escrow(at.shop_id)) == (0, 0, 0)
    judged_again()


# ---- hostile input --------------------------------------------------------------------------------------------------


def nothing_changed() -> Any:
    return fetch("SELECT id, pickup, pickup_until, due_at FROM aftersales_case ORDER BY id"), fetch(
        "SELECT id, state FROM delivery_pickup ORDER BY id"
    )


@pytest.mark.parametrize(
    "sizes",
    [
        aftersales.Sizes(0),
        aftersales.Sizes(-5),
        aftersales.Sizes(10**12),
        aftersales.Sizes(300, 500, 0, 0),
        aftersales.Sizes(300, 500, 500, 10**9),
        aftersales.Sizes(300, 1, 1, 1),
        aftersales.Sizes(300, -500, 500, 500),
        aftersales.Sizes(300, floors=-1),
        aftersales.Sizes(300, floors=41),
    ],
)
def test_sizes_that_nobody_could_carry(now: datetime, sizes: aftersales.Sizes) -> None:
    at = shop()
    _, asked = to_send(at, now=now)
    before = nothing_changed()
    with pytest.raises(Invalid) as no:
        book(at, asked, now=now + hours(32), sizes=sizes)
    assert (no.value.code, nothing_changed()) == ("pickup.sizes", before)


def test_what_cannot_be_booked(now: datetime) -> None:
    at = shop()
    _, asked = to_send(at, now=now)
    t = now + hours(32)
    before = nothing_changed()
    with pytest.raises(Refusal) as past:
        book(at, asked, now=t, starts_at=t - hours(3))
    with pytest.raises(Refusal) as invented:
        book(at, asked, now=t, starts_at=t + hours(5.5))
    with pytest.raises(Refusal) as carrier:
        book(at, asked, now=t, carrier="gls")
    with pytest.raises(Refusal) as replaced:
        book(at, asked, now=t, instead_of=new_id())
    with pytest.raises(Refusal) as dear:
        book(at, asked, now=t, sizes=aftersales.Sizes(150_000, apart=True, floors=10))
    with pytest.raises(NotFound):
        aftersales.book_pickup(
            asked,
            person_id=new_id(),
            carrier="sandbox",
            sizes=SIZES,
            starts_at=offered(asked, t, at)[3].starts_at,
            now=t,
        )
    with pytest.raises(NotFound):
        aftersales.call_off_pickup(asked, person_id=new_id(), now=t)
    with pytest.raises(Refusal) as nobody:
        aftersales.call_off_pickup(asked, person_id=at.buyer_id, now=t)
    codes = [no.value.code for no in (past, invented, carrier, replaced, dear, nobody)]
    assert codes == [
        "pickup.slot",
        "pickup.slot",
        "pickup.not_offered",
        "pickup.booked",
        "pickup.dearer",
        "case.moved_on",
    ]
    assert nothing_changed() == before


def test_only_what_is_bulky_and_is_to_be_sent(now: datetime) -> None:
    at = shop()
    order = paid(at, now=now)
    parcel = ship(at, order, "SF100001", now=now + hours(1))
    scan(parcel, "delivered", at=now + hours(24))
    asked = ask(at, order, now=now + hours(30))
    assert aftersales.collectable(asked, person_id=at.buyer_id, now=now + hours(30)) is None
    terms = pickup.Terms()
    assert pickup.bulky(terms, [pickup.Thing("home/furniture", 900, 1)])
    assert pickup.bulky(terms, [pickup.Thing("pantry", 100, 1), pickup.Thing("pantry", 20_000, 1)])
    assert not pickup.bulky(terms, [pickup.Thing("pantry", 19_999, 9)])


@pytest.mark.parametrize(
    ("packed", "bulky"),
    [
        (Sides(10, 1_200, 10), True),
        (Sides(1_199, 10, 10), False),
        (Sides(500, 500, 800), True),
        (Sides(500, 500, 799), False),
        (None, False),
    ],
)
def test_what_is_long_or_large_is_bulky_however_light(packed: Sides | None, bulky: bool) -> None:
    assert pickup.bulky(pickup.Terms(), [pickup.Thing("pantry", 100, 1, packed)]) is bulky


def test_a_buyer_need_not_say_what_the_listings_say() -> None:
    terms, chair = pickup.Terms(boxes=3), pickup.Thing("home", 4_000, 2, Sides(500, 400, 300))
    lamp, odd = (
        pickup.Thing("home", 900, 1, Sides(200, 200, 600)),
        pickup.Thing("home", 100, 1, Sides(5, 5, 5)),
    )
    each = pickup.Piece(4_000, 500, 400, 300)
    whole = aftersales.Sizes(4_000, 500, 400, 300, more=(each, pickup.Piece(900, 200, 200, 600)))
    assert pickup.as_listed(terms, [chair, lamp]) == whole
    assert pickup.as_listed(terms, [chair, lamp, lamp]) == aftersales.Sizes(9_800), (
        "more than a courier takes"
    )
    assert pickup.as_listed(terms, [chair, odd]) == aftersales.Sizes(8_100), "a size that no parcel has"
    assert pickup.as_listed(terms, [lamp, pickup.Thing("home", 100, 1)]) == aftersales.Sizes(1_000)
    assert pickup.as_listed(terms, [pickup.Thing("home", 100_000, 9_999)]) == aftersales.Sizes(150_000)


def test_several_parcels_are_collected_at_once_each_at_its_price(now: datetime) -> None:
    at = shop(packed=Sides(900, 600, 500))
    order, asked = to_send(at, now=now)
    t = now + hours(32)
    offer = aftersales.collectable(asked, person_id=at.buyer_id, now=t)
    assert offer is not None and offer.sizes == aftersales.Sizes(300, 900, 600, 500)
    sizes = aftersales.Sizes(9_000, more=(pickup.Piece(10_001), pickup.Piece(500, 900, 600, 500)), floors=2)
    price = 2_600 + 3_200 + (2_600 + 8 * 600) + 2 * 500
    cost = offer.cost(sizes)
    assert (cost.total, cost.counted_g, cost.by_volume) == (
        Money(price, "CNY"),
        9_000 + 10_001 + 45_090,
        True,
    )
    slot = book(at, asked, now=t, sizes=sizes)
    [view] = delivery.pickups_of([asked])[asked]
    assert [box.weight_g for box in view.boxes] == [9_000, 10_001, 500]
    [heard] = fetch("SELECT weight_g FROM delivery_sandbox_pickup WHERE key = %s", [view.id])
    assert heard["weight_g"] == 19_501, "the courier was told of all of them"
    assert aftersales.sizes_of([asked])[asked] == sizes
    drain(slot.starts_at + hours(1))
    assert (case(asked).pickup_fee, back(order)) == (Money(price, "CNY"), 20_000 - price)
    judged_again()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ((pickup.Piece(1),) * 5, "pickup.boxes"),
        ((pickup.Piece(1), pickup.Piece(0)), "pickup.sizes"),
        ((pickup.Piece(1, 500, 0, 0),), "pickup.sizes"),
        ((pickup.Piece(150_001),), "pickup.sizes"),
    ],
)
def test_parcels_that_nobody_could_carry(now: datetime, more: tuple[pickup.Piece, ...], code: str) -> None:
    at = shop()
    _, asked = to_send(at, now=now)
    before = nothing_changed()
    with pytest.raises(Invalid) as no:
        book(at, asked, now=now + hours(32), sizes=aftersales.Sizes(300, more=more))
    assert (no.value.code, nothing_changed()) == (code, before)


def test_what_was_said_of_one_parcel_before_there_could_be_more_reads_the_same() -> None:
    stored = b'{"weight_g":9000,"length_mm":0,"width_mm":0,"height_mm":0,"apart":true,"floors":6}'
    assert msgspec.json.decode(stored, type=aftersales.Sizes) == aftersales.Sizes(9_000, apart=True, floors=6)


# ---- the price ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "minor"),
    [
        (aftersales.Sizes(1), 2_600),
        (aftersales.Sizes(10_000), 2_600),
        (aftersales.Sizes(10_001), 3_200),
        (aftersales.Sizes(22_000), 2_600 + 3 * 600),
        (aftersales.Sizes(9_000, 900, 600, 500), 2_600 + 8 * 600),
        (aftersales.Sizes(9_000, apart=True), 5_600),
        (aftersales.Sizes(9_000, floors=6), 5_600),
    ],
)
def test_it_costs_what_it_weighs_or_takes_up_and_how_far_it_is_carried(
    sizes: aftersales.Sizes, minor: int
) -> None:
    found = pickup.cost(pickup.Terms(), sizes, "CNY")
    assert found is not None and found.total == Money(minor, "CNY")
    assert pickup.cost(pickup.Terms(), sizes, "EUR") is None


def test_a_buyer_never_owes_more_than_comes_back() -> None:
    seen = pickup.FeeSeen("sandbox", aftersales.Sizes(9_000), Money(2_600, "CNY"), "buyer")
    whole = Money(2_600, "CNY")
    assert pickup.fee(pickup.Terms(), seen) == pickup.FeeVerdict("charged", "buyer", whole)
    for more in ({"back": Money(2_599, "CNY")}, {"payer": None, "fault": "carrier"}):
        found = pickup.fee(pickup.Terms(), msgspec.structs.replace(seen, **more))
        assert (found.payer, found.owed) == ("platform", whole)
    assert pickup.fee(pickup.Terms(), msgspec.structs.replace(seen, payer="shop")).payer == "shop"


def test_a_shop_that_pays_every_way_back_pays_for_collecting_it(now: datetime) -> None:
    at = shop()
    aftersales.offer_return_freight(at.shop_id, by=at.owner_id, pays=True, now=now)
    _, asked = to_send(at, now=now)
    offer = aftersales.collectable(asked, person_id=at.buyer_id, now=now + hours(31))
    assert offer is not None and offer.payer == "shop"


# ---- races ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_tabs_book_one_courier(now: datetime) -> None:
    at = shop()
    _, asked = to_send(at, now=now)
    t = now + hours(32)
    slots = offered(asked, t, at)

    def tab(n: int) -> None:
        aftersales.book_pickup(
            asked, person_id=at.buyer_id, carrier="sandbox", sizes=SIZES, starts_at=slots[n].starts_at, now=t
        )

    assert sorted(at_once(lambda: tab(3), lambda: tab(4))) == ["done", "pickup.booked"]
    assert len(delivery.pickups_of([asked])[asked]) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, -1])
def test_called_off_against_collected(now: datetime, turn: int) -> None:
    at = shop()
    _, asked = to_send(at, now=now, how="never")
    book(at, asked, now=now + hours(32))
    one, t = standing(asked), now + hours(40)
    assert one is not None

    def collected() -> None:
        record_pickups([delivery.PickupWord(one, "collected", "SP777777")], now=t)

    def called_off() -> None:
        try:
            aftersales.call_off_pickup(asked, person_id=at.buyer_id, now=t)
        except Refusal as no:
            assert no.code == "case.moved_on"

    assert at_once(*[collected, called_off][::turn]) == ["done", "done"]
    drain(t)
    assert (case(asked).state, case(asked).pickup) == ("returning", "collected")
    assert account("carrier_fees", "sandbox") == -FEE
    judged_again()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, -1])
def test_collected_twice_at_once_and_while_the_buyer_types_a_number(now: datetime, turn: int) -> None:
    at = shop()
    _, asked = to_send(at, now=now, how="never")
    book(at, asked, now=now + hours(32))
    one, t = standing(asked), now + hours(40)
    assert one is not None

    def collected() -> None:
        record_pickups([delivery.PickupWord(one, "collected", "SP777777")], now=t)

    def typed() -> None:
        try:
            aftersales.send_back(
                asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="SB555555", now=t
            )
        except Refusal as no:
            assert no.code == "case.moved_on"

    assert at_once(*[collected, typed, collected][::turn]) == ["done", "done", "done"]
    drain(t)
    assert (case(asked).state, case(asked).pickup) == ("returning", "collected")
    parcels = {parcel.id: parcel.tracking_no for parcel in delivery.consignments_of([asked])[asked]}
    assert parcels[case(asked).parcel_id] == "SP777777", "what the courier has at hand is what is on its way"
    assert account("carrier_fees", "sandbox") == -FEE
    drain(t + days(30))
    judged_again()
