"""Placing an order for a remote area: what is shown is what is paid, the budget pays or nobody does, all or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from django.db import transaction

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from sanhao.service.remote import api as remote
from tests.at_once import at_once
from tests.conftest import T0
from tests.service import stage as service
from tests.service.orders.stage import cart_of, refused
from tests.service.remote.stage import XINJIANG, a_hub, left, state, yuan
from tests.service.stage import Stage, drain, hours, pay, place, rules, ship, sound, stage

HOME = people.AddressDraft("阿依古丽", "13700003333", "CN", XINJIANG, "乌鲁木齐市", "天山区解放南路219号")
STRAIGHT, TO_HUB = yuan(2_400), yuan(600)


def found(**terms: object) -> None:
    """The rule of remote areas with these terms, before the founding ones."""
    rulebook.found(
        remote.RULE, msgspec.to_builtins(remote.Terms(**terms)), title=Text(zh="偏远", en="Remote"), now=T0 - timedelta(days=1)
    )  # fmt: skip
    rules()


def shop(*, joined: bool = True, straight: bool = True, **more: object) -> Stage:
    """A shop that asks ¥24 to Xinjiang, or does not send there, and ¥6 to the hub; its buyer lives in Ürümqi."""
    at = stage(**more)
    delivery.save_freight_template(
        at.shop_id,
        delivery.FreightDraft("新疆", ("CN/新疆",), STRAIGHT, yuan(1_000), deliverable=straight),
    )
    at.address_id = people.add_address(at.buyer_id, HOME, now=T0)
    if joined:
        remote.join(at.shop_id, by=at.owner_id, now=T0)
    return at


def offered(at: Stage, quantity: int = 1) -> list[orders.Sending]:
    address = people.address(at.address_id, person_id=at.buyer_id)
    wish = remote.Wish(
        delivery.Parcel(at.shop_id, address.country, address.region, 300 * quantity, yuan(20_000 * quantity)),
        (remote.Goods("knitwear", 300 * quantity),),
    )
    return orders.sendings([wish], orders.rules_at(T0), now=T0)[0]


def as_shown(sending: orders.Sending) -> delivery.Chosen:
    option = sending.option
    return delivery.Chosen(option.service_id, option.freight.minor, option.transit_days)


def freight_of(placed: orders.Placed) -> int:
    return orders.order(placed.order_ids[0]).freight.minor


@pytest.mark.django_db
def test_the_hub_is_offered_first_where_it_is_cheaper_and_costs_what_was_shown(now: datetime) -> None:
    found()
    at, hub = shop(), a_hub()
    by_hub, straight = offered(at)
    assert (by_hub.option.freight, straight.option.freight) == (TO_HUB, STRAIGHT)
    assert by_hub.option.transit_days == straight.option.transit_days + 4
    assert by_hub.leg is not None and by_hub.leg.hub == hub
    placed = place(at, services={at.shop_id: as_shown(by_hub)})
    assert (freight_of(placed), left()) == (600, 200_000 - 600)
    found_ = remote.consolidated(placed.order_ids)[placed.order_ids[0]]
    assert (found_.subsidy, found_.buyer, found_.state) == (yuan(600), yuan(0), "reserved")
    sound()


@pytest.mark.django_db
def test_whoever_chooses_the_straight_way_pays_it_and_takes_nothing_from_the_budget(now: datetime) -> None:
    found()
    at, _ = shop(), a_hub()
    placed = place(at, services={at.shop_id: as_shown(offered(at)[1])})
    assert (freight_of(placed), remote.consolidated(placed.order_ids)) == (2_400, {})
    assert left() == 0, "no day was opened"


@pytest.mark.django_db
def test_beyond_the_cap_the_buyer_pays_and_it_was_shown(now: datetime) -> None:
    found()
    at, _ = shop(), a_hub()
    by_hub = offered(at, 8)[0]  # 2.4 kg: the second leg costs ¥10
    assert by_hub.option.freight == yuan(1_000 + 400)
    placed = place(at, (8,), services={at.shop_id: as_shown(by_hub)})
    assert freight_of(placed) == 1_400
    assert remote.consolidated(placed.order_ids)[placed.order_ids[0]].buyer == yuan(400)


@pytest.mark.django_db
def test_where_a_shop_does_not_send_straight_the_hub_is_the_way(now: datetime) -> None:
    found()
    at = shop(straight=False)
    assert offered(at) == []
    with pytest.raises(Refusal, match="undeliverable"):
        place(at)
    a_hub()
    [only] = offered(at)
    assert only.leg is not None
    assert freight_of(place(at)) == 600


@pytest.mark.django_db
@pytest.mark.parametrize(
    "why", ["not joined", "left", "no hub", "closed hub", "goods", "budget", "home", "no rule"]
)
def test_else_the_shops_own_price_stands(why: str, now: datetime) -> None:
    if why == "no rule":
        kit_time.found_world(is_demo=True)
        orders.found_rules(now=T0 - timedelta(days=1))
    else:
        found(
            **{"goods": {"left_out": ("knitwear",)}, "budget": {"day_budget_minor": {"CNY": 599}}}.get(
                why, {}
            )
        )
    at = shop(joined=why != "not joined")
    if why != "no hub":
        a_hub(active=why != "closed hub")
    if why == "left":
        remote.leave(at.shop_id, by=at.owner_id, now=T0)
    if why == "home":
        at.address_id = people.add_address(at.buyer_id, service.HOME, now=T0)
    [only] = offered(at)
    assert only.leg is None
    assert only.option.freight == (yuan(600) if why == "home" else STRAIGHT)


@pytest.mark.django_db
def test_a_price_that_changed_or_a_budget_that_ran_out_since_is_a_refusal_that_changes_nothing(
    now: datetime,
) -> None:
    found(day_budget_minor={"CNY": 700})
    at, _ = shop(), a_hub()
    shown = as_shown(offered(at)[0])
    cart = cart_of(at.buyer_id, (at.offers[0], 1))
    ask = {"cart_id": cart, "person_id": at.buyer_id, "address_id": at.address_id, "now": T0}
    wrong = [
        msgspec.structs.replace(shown, freight_minor=shown.freight_minor - 1),
        msgspec.structs.replace(shown, transit_days=shown.transit_days - 1),
        msgspec.structs.replace(shown, service_id=at.shop_id),
    ]
    for one in wrong:
        with refused("checkout.courier_changed"):
            orders.place(**ask, services={at.shop_id: one})
    other = shop(slug="other")
    place(other)
    assert left() == 100
    with refused("checkout.courier_changed"):
        orders.place(**ask, services={at.shop_id: shown})
    assert freight_of(orders.place(**ask)) == 2_400, "whoever names nothing pays what stands"


@pytest.mark.django_db
def test_what_is_not_paid_or_is_cancelled_gives_back_what_it_had(now: datetime) -> None:
    found()
    at, _ = shop(), a_hub()
    first = place(at)
    drain(now + timedelta(minutes=16))
    assert (state(first.order_ids[0]), left()) == ("freed", 200_000)
    second = place(at, now=now + hours(1))
    pay(second, now=now + hours(1))
    orders.cancel_by_buyer(second.order_ids[0], person_id=at.buyer_id, now=now + hours(2))
    assert (state(second.order_ids[0]), left()) == ("freed", 200_000)
    third = place(at, now=now + hours(3))
    pay(third, now=now + hours(3))
    assert (state(third.order_ids[0]), left()) == ("reserved", 199_400)
    assert remote.mismatches() == {}
    sound()


@pytest.mark.django_db(transaction=True)
def test_eight_buyers_for_the_last_three_subsidies(now: datetime) -> None:
    found(day_budget_minor={"CNY": 600 * 3 + 599})
    at, _ = shop(stock=50), a_hub()
    shown = as_shown(offered(at)[0])
    buyers = [service.a_buyer()[0] for _ in range(8)]
    homes = [people.add_address(buyer, HOME, now=T0) for buyer in buyers]
    carts = [cart_of(buyer, (at.offers[0], 1)) for buyer in buyers]

    def buy(turn: int) -> None:
        orders.place(
            cart_id=carts[turn],
            person_id=buyers[turn],
            address_id=homes[turn],
            services={at.shop_id: shown},
            now=T0,
        )

    ends = at_once(*[lambda turn=turn: buy(turn) for turn in range(8)])
    assert ends.count("done") == 3
    assert set(ends) <= {"done", "remote.budget_out", "checkout.courier_changed"}
    assert left() == 599
    [row] = fetch("SELECT count(*)::int AS n FROM orders_order")
    assert row["n"] == 3, "who was refused has no order"
    assert remote.mismatches() == {}


@pytest.mark.django_db(transaction=True)
def test_expiry_and_payment_at_once_keep_or_give_back_but_never_both(now: datetime) -> None:
    found()
    at, _ = shop(stock=60), a_hub()
    placed = [place(at) for _ in range(6)]
    late = now + timedelta(minutes=15, seconds=1)
    for one in placed:
        at_once(lambda one=one: pay(one, now=late), lambda: drain(late))
    for one in placed:
        order = orders.order(one.order_ids[0])
        assert (order.state, state(order.id)) in (("paid", "reserved"), ("expired", "freed"))
    kept = [one for one in placed if state(one.order_ids[0]) == "reserved"]
    assert left() == 200_000 - 600 * len(kept)
    assert remote.mismatches() == {}


@pytest.mark.django_db(transaction=True)
def test_a_process_that_dies_while_placing_leaves_no_reservation(now: datetime) -> None:
    found()
    at, _ = shop(), a_hub()
    with pytest.raises(RuntimeError), transaction.atomic():
        place(at)
        raise RuntimeError("killed")
    assert left() == 0 and fetch("SELECT 1 FROM remote_consolidation") == []


def test_the_hub_is_the_parcels_first_goal(now: datetime, db: None) -> None:
    found()
    at, _ = shop(), a_hub()
    placed = place(at)
    pay(placed, now=now)
    order: UUID = placed.order_ids[0]
    ship(at, order, "SF100001", now=now + hours(5))
    [parcel] = delivery.consignments_of([order])[order]
    assert (parcel.leg, parcel.onward) == (1, "sandbox")
