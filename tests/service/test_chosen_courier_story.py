"""The buyer chooses who brings it: told on the movable clock, to both of its ends, every cent in the books."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.goods.world import person, stall
from tests.service import stage as service

pytestmark = pytest.mark.django_db
H, DAY = timedelta(hours=1), timedelta(days=1)
"""Everything begins on Monday 2 March 2026, 10:00 in Shanghai."""


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


@pytest.fixture
def at(now: datetime, monkeypatch: pytest.MonkeyPatch) -> service.Stage:
    """A shop with freight of ¥6 that also sends by express: two days on the way, ¥8 more."""
    monkeypatch.setattr(kit_time, "is_demo", lambda: True)  # where the sandbox couriers may be chosen
    service.rules(now)
    at = service.stage(balance=100_00)
    delivery.save_service(at.shop_id, delivery.ServiceDraft("sandbox_express", cny(8_00), 2))
    return at


def seen(at: service.Stage, shop_id: UUID | None = None) -> list[delivery.Option]:
    """What the buyer of one thing is shown at checkout."""
    parcel = delivery.Parcel(shop_id or at.shop_id, "CN", "上海市", 500, cny(200_00))
    [options] = delivery.options([parcel], transit_days=6)
    return options


def chosen(option: delivery.Option) -> delivery.Chosen:
    return delivery.Chosen(option.service_id, option.freight.minor, option.transit_days)


def express(at: service.Stage) -> dict[UUID, delivery.Chosen]:
    return {at.shop_id: chosen(seen(at)[1])}


def bought(at: service.Stage, now: datetime, **more: Any) -> UUID:
    return service.paid(at, now=now, services=express(at), **more)


def all_sound() -> None:
    assert list(decisions.rejudge_all()) == []
    service.sound()


def test_express_was_chosen_and_the_shop_uses_another(at: service.Stage, now: datetime) -> None:
    usual, fast = seen(at)
    assert (usual.freight, usual.transit_days) == (cny(6_00), 6)
    assert (fast.freight, fast.surcharge, fast.transit_days) == (cny(14_00), cny(8_00), 2)

    order = bought(at, now)
    view = orders.order(order)
    assert (view.carrier, view.freight, view.surcharge) == ("sandbox_express", cny(14_00), cny(8_00))
    assert view.total == cny(214_00)
    assert view.arrives_by == now + 2 * DAY + 2 * DAY, "handed over within 48 hours, two days on the way"
    assert service.promise(order, "late_delivery")["due_at"] == view.arrives_by
    assert service.promise(order, "chosen_courier")["state"] == "open"

    with pytest.raises(Refusal) as refused:  # on Monday evening the shop would rather use its usual courier
        service.ship(at, order, "SF0001", now=now + 8 * H)
    assert refused.value.code == "ship.other_courier"
    assert refused.value.text.zh == f"订单 {view.number} 的买家选了示例特快。换别家，要退给买家运费14元。"
    assert service.order_state(order) == "paid"
    parcel = service.ship(at, order, "SF0001", now=now + 8 * H, another=True)
    service.drain(now + 8 * H)
    assert service.promise(order, "chosen_courier")["state"] == "open", "a label alone shows nothing"

    service.scan(parcel, "picked_up", at=now + 10 * H)
    row = service.promise(order, "chosen_courier")
    assert (row["state"], row["reason"], row["owed_minor"]) == ("broken", "other_courier", 14_00)
    view = orders.order(order)
    assert (view.refunded, view.freight_refunded) == (cny(14_00), cny(14_00))
    assert service.purse(at.shop_id)[0] == 86_00, "the shop paid, out of what it had"
    assert service.escrow(at.shop_id) == 214_00, "and will have what the buyer paid"
    decision = decisions.decision(row["decision_id"])
    assert decision.text.zh == "加8元选了示例特快，店家却交给了示例快递，运费14元正在退给你"
    assert any("14元" in notice.text.zh for notice in notices.inbox(at.buyer_id))
    assert any("14元" in notice.text.zh for notice in notices.inbox(at.owner_id))
    all_sound()

    service.scan(
        parcel, "delivered", at=now + 9 * DAY
    )  # and late, which is another promise: the freight is back already
    service.drain(now + 9 * DAY)
    row = service.promise(order, "late_delivery")
    assert (row["state"], row["owed_minor"]) == ("broken", 0)
    assert decisions.decision(row["decision_id"]).text.zh.endswith("这次没有金额可赔")
    assert orders.order(order).refunded == cny(14_00)
    service.drain(now + 60 * DAY)
    assert service.escrow(at.shop_id) == 0, "the goods' price went to the shop"
    all_sound()


def test_express_was_chosen_and_comes(at: service.Stage, now: datetime) -> None:
    order = bought(at, now)
    parcel = service.ship(at, order, "EX0001", now=now + 8 * H, carrier="sandbox_express")
    service.scan(parcel, "picked_up", at=now + 10 * H)
    row = service.promise(order, "chosen_courier")
    assert (row["state"], row["reason"], row["decision_id"]) == ("kept", "chosen_courier", None)
    service.scan(parcel, "delivered", at=now + 3 * DAY)
    assert service.promise(order, "late_delivery")["state"] == "kept"
    service.drain(now + 60 * DAY)
    assert orders.order(order).refunded == cny(0)
    assert service.escrow(at.shop_id) == 0
    all_sound()


def test_one_of_two_parcels_in_other_hands_breaks_it_once(at: service.Stage, now: datetime) -> None:
    order = service.paid(at, (1, 1), now=now, services=express(at))
    a, b = (line.id for line in orders.order(order).lines)
    first = service.ship(at, order, "EX0001", now=now + H, items=((a, 1),), carrier="sandbox_express")
    second = service.ship(at, order, "SF0002", now=now + H, items=((b, 1),), another=True)
    service.scan(first, "picked_up", at=now + 2 * H)
    assert service.promise(order, "chosen_courier")["state"] == "open", "the other one is still in the shop"
    service.scan(second, "in_transit", at=now + 20 * H)
    service.scan(second, "delivered", at=now + 40 * H)
    service.scan(first, "delivered", at=now + 40 * H)
    assert service.promise(order, "chosen_courier")["owed_minor"] == 14_00
    assert orders.order(order).refunded == cny(14_00)
    all_sound()


def test_a_parcel_that_nobody_scanned_before_it_was_signed_for_was_in_other_hands_too(
    at: service.Stage, now: datetime
) -> None:
    order = bought(at, now)
    parcel = service.ship(at, order, "SF0001", now=now + H, another=True)
    service.scan(parcel, "delivered", at=now + 40 * H)
    row = service.promise(order, "chosen_courier")
    assert (row["state"], row["owed_minor"]) == ("broken", 14_00)


def test_cancelled_before_it_left_nothing_is_owed_twice(at: service.Stage, now: datetime) -> None:
    order = bought(at, now)
    orders.cancel([order], who="shop", note="", now=now + H)
    service.drain(now + H)
    assert service.promise(order, "chosen_courier")["state"] == "void"
    assert orders.order(order).refunded == cny(214_00)
    all_sound()


def test_where_the_shop_chooses_nothing_is_promised(at: service.Stage, now: datetime) -> None:
    order = service.paid(at, now=now, services={at.shop_id: chosen(seen(at)[0])})
    view = orders.order(order)
    assert (view.carrier, view.freight, view.surcharge) == ("", cny(6_00), cny(0))
    assert view.arrives_by == now + 2 * DAY + 6 * DAY
    assert (
        fetch("SELECT 1 FROM promises_promise WHERE order_id = %s AND kind = 'chosen_courier'", [order]) == []
    )


def test_a_free_freight_is_broken_without_money(at: service.Stage, now: datetime) -> None:
    [card] = delivery.services(at.shop_id)
    delivery.save_service(at.shop_id, msgspec.structs.replace(card, surcharge=cny(0)))
    for template in delivery.freight_templates(at.shop_id):
        delivery.save_freight_template(at.shop_id, msgspec.structs.replace(template, first=cny(0)))
    order = bought(at, now)
    parcel = service.ship(at, order, "SF0001", now=now + H, another=True)
    service.scan(parcel, "picked_up", at=now + 2 * H)
    row = service.promise(order, "chosen_courier")
    assert (row["state"], row["owed_minor"]) == ("broken", 0)
    assert orders.order(order).refunded == cny(0)
    all_sound()


def test_the_shop_appeals_and_is_right(at: service.Stage, now: datetime) -> None:
    """The buyer keeps the freight, the platform bears it."""
    order = bought(at, now)
    parcel = service.ship(at, order, "SF0001", now=now + H, another=True)
    service.scan(parcel, "picked_up", at=now + 2 * H)
    row = service.promise(order, "chosen_courier")
    appeal = decisions.appeal(
        row["decision_id"], by=at.owner_id, text="特快停运了，换了别家", shop_id=at.shop_id, now=now + 3 * H
    )
    arbiter = person()
    people.grant_role(arbiter, "arbiter", by=None, now=now)
    decisions.decide_appeal(appeal, uphold=False, by=arbiter, answer="特快那几天确实停运", now=now + 4 * H)
    service.drain(now + 4 * H)
    assert service.promise(order, "chosen_courier")["state"] == "reversed"
    assert orders.order(order).refunded == cny(14_00)
    service.drain(now + 60 * DAY)
    all_sound()


# ── hostile input at checkout: a clear refusal, nothing changed ──


def _cart(at: service.Stage, now: datetime) -> UUID:
    cart_id = orders.open_cart(person_id=at.buyer_id, now=now)
    orders.add_to_cart(cart_id, at.offers[0], 1, now=now)
    return cart_id


def _place(at: service.Stage, cart_id: UUID, choice: delivery.Chosen, now: datetime) -> orders.Placed:
    return orders.place(
        cart_id=cart_id,
        person_id=at.buyer_id,
        address_id=at.address_id,
        services={at.shop_id: choice},
        now=now,
    )


def _refused(at: service.Stage, cart_id: UUID, choice: delivery.Chosen, now: datetime) -> str:
    with pytest.raises(Refusal) as refused:
        _place(at, cart_id, choice, now)
    assert fetch("SELECT count(*) AS n FROM orders_order") == [{"n": 0}]
    return refused.value.code + " " + refused.value.text.en


def test_what_is_not_as_it_was_shown_is_refused(at: service.Stage, now: datetime) -> None:
    shown = chosen(seen(at)[1])
    [card] = delivery.services(at.shop_id)
    other = stall("other").shop_id
    theirs = delivery.save_service(other, delivery.ServiceDraft("sandbox_express", cny(8_00), 2))
    changes = {
        "another shop's": (card, msgspec.structs.replace(shown, service_id=theirs)),
        "a cent less": (card, msgspec.structs.replace(shown, freight_minor=13_99)),
        "fewer days": (card, msgspec.structs.replace(shown, transit_days=1)),
        "invented": (card, msgspec.structs.replace(shown, service_id=new_id())),
        "dearer meanwhile": (msgspec.structs.replace(card, surcharge=cny(9_00)), shown),
        "slower meanwhile": (msgspec.structs.replace(card, transit_days=3), shown),
        "switched off": (msgspec.structs.replace(card, active=False), shown),
        "not to Shanghai": (msgspec.structs.replace(card, regions=("CN/新疆",)), shown),
        "not in this currency": (msgspec.structs.replace(card, surcharge=Money(8_00, "USD")), shown),
    }

    cart_id = _cart(at, now)
    for what, (draft, choice) in changes.items():
        delivery.save_service(at.shop_id, draft)
        said = _refused(at, cart_id, choice, now)
        assert said.startswith("checkout.courier_changed How "), what
    delivery.save_service(at.shop_id, card)
    usual = chosen(seen(at)[0])
    assert "courier_changed" in _refused(at, cart_id, msgspec.structs.replace(usual, freight_minor=5_99), now)
    orders.add_to_cart(
        cart_id, at.offers[0], 9, now=now
    )  # in another tab: heavier, so that it costs more to send
    assert "courier_changed" in _refused(at, cart_id, shown, now)
    orders.set_quantity(cart_id, at.offers[0], 1)
    assert len(_place(at, cart_id, shown, now).order_ids) == 1


def test_a_service_that_is_taken_away_meanwhile_is_refused(at: service.Stage, now: datetime) -> None:
    shown = chosen(seen(at)[1])
    delivery.remove_service(at.shop_id, delivery.services(at.shop_id)[0].id)
    assert "courier_changed" in _refused(at, _cart(at, now), shown, now)


def test_an_order_keeps_what_was_chosen_whatever_the_shop_changes_later(
    at: service.Stage, now: datetime
) -> None:
    placed = service.place(at, now=now, services=express(at))
    delivery.remove_service(at.shop_id, delivery.services(at.shop_id)[0].id)
    service.pay(placed, now=now)
    view = orders.order(placed.order_ids[0])
    assert (view.carrier, view.total, view.arrives_by) == ("sandbox_express", cny(214_00), now + 4 * DAY)
    assert service.promise(view.id, "chosen_courier")["state"] == "open"


def test_a_choice_for_a_shop_that_is_not_in_the_cart_changes_nothing(
    at: service.Stage, now: datetime
) -> None:
    nobody = delivery.Chosen(new_id(), 1, 1)
    order = service.paid(at, now=now, services=express(at) | {new_id(): nobody})
    assert orders.order(order).carrier == "sandbox_express"
