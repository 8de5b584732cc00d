"""What was set apart for a second leg that nobody travels ends: once, to the cent, whatever became of the parcel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.kit import keeper
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.rows import fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.core import Status
from sanhao.service.orders import api as orders
from sanhao.service.remote import api as remote
from sanhao.service.remote.actions.spend import spend
from sanhao.service.remote.core import Terms
from sanhao.service.remote.ending import Facts, Seen, Where, judge
from sanhao.service.remote.wiring import ENDING
from tests.at_once import at_once
from tests.conftest import T0
from tests.service import stage as service
from tests.service.aftersales import stage as aftersales
from tests.service.remote.stage import a_draft, a_hub, left, reserve, state, yuan
from tests.service.remote.test_checkout import as_shown, found, offered, shop
from tests.service.stage import Stage, errands, escrow, hours, order_state, pay, place, scan, ship, sound

DAY = timedelta(days=1)
DAY_BUDGET = 200_000


@pytest.fixture(autouse=True)
def _site(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("django_db"):
        kit_time.found_world(is_demo=True)


def drain(now: datetime) -> None:
    with errands():
        service.drain(now)
    service.drain(now)


def bought(*, now: datetime = T0, units: int = 8, carrier: str = "sandbox_express") -> tuple[Stage, UUID]:
    """An order for Ürümqi, of 2.4 kg where nothing is said: the second leg costs ¥10, of which ¥6 the platform's. Its hub never says anything."""
    found()
    at = shop()
    a_hub(carrier=carrier)
    placed = place(at, (units,), services={at.shop_id: as_shown(offered(at, units)[0])}, now=now)
    pay(placed, now=now)
    return at, placed.order_ids[0]


def owed(code: str, holder: str = "platform") -> int:
    return ledger.balance(ledger.Ref(code, holder, "CNY")).minor


def taken() -> int:
    """What orders have of the day, by the rows: reserved or spent."""
    [row] = fetch(
        "SELECT coalesce(sum(p.minor), 0)::int AS n FROM remote_part p JOIN remote_consolidation c ON c.id = p.consolidation_id "
        "WHERE c.state IN ('reserved', 'spent')"
    )
    return int(row["n"])


def adds_up() -> None:
    """The invariant: what is left, reserved and spent is the day's budget, always."""
    assert remote.mismatches() == {}
    assert left() + taken() == DAY_BUDGET
    sound()


def unused(order: UUID) -> list[decisions.DecisionView]:
    rows = fetch(
        "SELECT id FROM decisions_decision WHERE kind = %s AND subject_id = %s", [remote.UNUSED, order]
    )
    return [decisions.decision(row["id"]) for row in rows]


def refunded(order: UUID) -> int:
    [row] = fetch("SELECT refunded_minor AS n FROM orders_order WHERE id = %s", [order])
    return int(row["n"])


# ---- the judge ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parcels", "after", "said"),
    [
        ((), 0, ("waits", "nothing_sent", 15)),
        ((), 400, ("waits", "nothing_sent", 415)),
        ((("on_its_way", 2),), 16, ("waits", "heard_of", 17)),
        ((("on_its_way", 2),), 17, ("over", "lost_on_its_way", None)),
        ((("at_the_hub", 2), ("on_its_way", 5)), 19, ("waits", "heard_of", 20)),
        ((("at_the_hub", 2), ("on_its_way", 5)), 20, ("over", "lost_at_the_hub", None)),
        ((("turned_round", 2), ("on_its_way", 1)), 10, ("waits", "heard_of", 17)),
        ((("turned_round", 2), ("turned_round", 4)), 6, ("waits", "heard_of", 7)),
        ((("turned_round", 2), ("turned_round", 4)), 7, ("over", "turned_round", None)),
    ],
)
def test_what_became_of_the_parcels_decides(
    parcels: tuple[tuple[Where, int], ...], after: int, said: tuple[str, str, int | None]
) -> None:
    seen = tuple(Seen(where, T0 + day * DAY) for where, day in parcels)
    verdict = judge(Terms(), Facts(T0 + after * DAY, seen, yuan(400)))
    until = None if verdict.until is None else (verdict.until - T0) // DAY
    assert (verdict.outcome, verdict.reason, until) == said
    assert verdict.back == yuan(400 if verdict.outcome == "over" else 0)


def test_an_order_that_ended_waits_for_nothing() -> None:
    verdict = judge(Terms(), Facts(T0, (), yuan(0), ended=True))
    assert (verdict.outcome, verdict.reason) == ("over", "ended")


# ---- stories --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scans", "reason", "days", "freight"),
    [
        (("picked_up", "in_transit"), "lost_on_its_way", 15, 1_400),
        (("picked_up", "delivered"), "lost_at_the_hub", 15, 1_400),
        (("picked_up", "return_to_sender"), "turned_round", 3, 400),
    ],
)
def test_a_parcel_that_never_travels_its_second_leg_gives_its_money_back_to_day_and_buyer(
    scans: tuple[Status, ...], reason: str, days: int, freight: int, now: datetime
) -> None:
    """Where it is late before it is given up, all freight has gone back by then, and nothing is left to give."""
    at, order = bought()
    first = ship(at, order, "SF100001", now=now + hours(10))
    for n, status in enumerate(scans):
        scan(first, status, at=now + hours(12 + n))
    last = now + hours(11 + len(scans))
    drain(last + days * DAY - hours(1))
    held, before = escrow(at.shop_id), refunded(order)
    assert (state(order), left()) == ("reserved", DAY_BUDGET - 600)
    drain(last + days * DAY + hours(1))
    assert (state(order), left()) == ("freed", DAY_BUDGET)
    [decided] = unused(order)
    assert decided.verdict["reason"] == reason
    assert (decided.effect, decided.shop_id) == (yuan(400), at.shop_id)
    assert "二程运费4元" in decided.text.zh and "¥4" in decided.text.en
    rejudged = decisions.rejudge(decided.id)
    assert (rejudged.text, rejudged.effect_minor) == (decided.text, 400)
    assert refunded(order) == freight
    assert escrow(at.shop_id) == held - (freight - before)
    adds_up()
    drain(last + 60 * DAY)
    assert (len(unused(order)), left()) == (1, DAY_BUDGET)
    adds_up()


@pytest.mark.django_db
def test_what_is_not_sent_yet_waits_and_ends_with_its_order(now: datetime) -> None:
    at, order = bought()
    drain(now + hours(40))
    assert state(order) == "reserved"
    orders.cancel_by_buyer(order, person_id=at.buyer_id, now=now + hours(41))
    assert (state(order), left()) == ("freed", DAY_BUDGET)
    drain(now + 30 * DAY)
    assert unused(order) == [], "everything went back with the order"
    adds_up()


@pytest.mark.django_db
def test_a_parcel_that_is_still_heard_of_is_waited_for(now: datetime) -> None:
    at, order = bought()
    first = ship(at, order, "SF100001", now=now + hours(10))
    for day in range(1, 40, 7):
        scan(first, "in_transit", at=now + day * DAY)
        drain(now + (day + 6) * DAY)
        assert state(order) == "reserved"
    adds_up()


@pytest.mark.django_db
def test_units_that_go_back_before_they_were_sent_end_it_with_the_order(now: datetime) -> None:
    at, order = bought()
    aftersales.ask(at, order, "changed_mind", now=now + hours(3))
    drain(now + hours(4))
    assert (order_state(order), state(order), left()) == ("cancelled", "freed", DAY_BUDGET)
    assert refunded(order) == orders.order(order).total.minor, "all of it, once"
    adds_up()


@pytest.mark.django_db
@pytest.mark.parametrize(("units", "buyer"), [(1, 0), (8, 400)])
def test_a_parcel_called_back_on_its_first_leg_ends_its_second(units: int, buyer: int, now: datetime) -> None:
    at, order = bought(units=units)
    first = ship(at, order, "SF100001", now=now + hours(1))
    delivery.sandbox_mischief(first, "obey")
    scan(first, "picked_up", at=now + hours(2))
    aftersales.ask(at, order, "changed_mind", now=now + hours(3), stop=True)
    for step in range(1, 120, 2):
        drain(now + hours(3 + step))
    assert (state(order), left()) == ("freed", DAY_BUDGET)
    [decided] = unused(order)
    assert (decided.verdict["reason"], decided.effect_minor) == ("turned_round", buyer)
    drain(now + 20 * DAY)
    assert order_state(order) == "cancelled"
    [row] = fetch("SELECT freight_refunded_minor AS n FROM orders_order WHERE id = %s", [order])
    assert row["n"] >= buyer, "the second leg, that nobody travelled, is not the buyer's to pay"
    adds_up()


@pytest.mark.django_db
def test_a_hub_that_sends_on_what_was_given_up_is_paid_and_the_platform_bears_it(now: datetime) -> None:
    at, order = bought(carrier="sandbox")
    first = ship(at, order, "SF100001", now=now + hours(10))
    scan(first, "picked_up", at=now + hours(12))
    drain(now + 20 * DAY)
    assert (state(order), left(), refunded(order)) == ("freed", DAY_BUDGET, 1_400)
    held = escrow(at.shop_id)
    scan(first, "delivered", at=now + 21 * DAY)  # the hub has it after all, and sends it on
    for step in range(1, 12):
        drain(now + 21 * DAY + hours(step))
    _, second = delivery.consignments_of([order])[order]
    assert (second.leg, second.state) == (2, "collected")
    assert (state(order), left()) == ("borne", DAY_BUDGET)
    assert (owed("subsidy"), owed("carrier_fees", "sandbox")) == (1_000, -1_000)
    assert escrow(at.shop_id) == held, "neither shop nor buyer pays for it"
    assert remote.borne(since=now, currency="CNY") == remote.Given("", 1, yuan(1_000))
    scan(second.id, "delivered", at=now + 25 * DAY)
    assert order_state(order) == "delivered"
    adds_up()


@pytest.mark.django_db
def test_an_order_cancelled_before_the_hub_whose_parcel_goes_on_all_the_same(now: datetime) -> None:
    """The shop had packed it, the buyer cancelled, and the courier took it along."""
    at, order = bought(carrier="sandbox")
    first = ship(at, order, "SF100001", now=now + hours(10))
    orders.cancel_by_buyer(order, person_id=at.buyer_id, now=now + hours(50), even_if_labelled=True)
    assert (state(order), left()) == ("freed", DAY_BUDGET)
    scan(first, "delivered", at=now + hours(60))
    for step in range(1, 12):
        drain(now + hours(60 + step))
    assert state(order) == "borne"
    assert (owed("subsidy"), owed("carrier_fees", "sandbox")) == (1_000, -1_000)
    adds_up()


# ---- races ----------------------------------------------------------------------------------------------------------


def begin(order: UUID, now: datetime) -> Callable[[], None]:
    def act() -> None:
        with transaction.atomic():
            spend([order], now=now)

    return act


def cancel(order: UUID, now: datetime) -> Callable[[], None]:
    def act() -> None:
        with transaction.atomic():
            remote.end([order], now=now)

    return act


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["given_up", "sent_on", "at_once"])
@pytest.mark.parametrize("who", ["keeper", "order"])
def test_given_up_and_sent_on_in_either_order_and_at_once(first: str, who: str, now: datetime) -> None:
    """Whichever comes first: the courier has its price once, the day is right to the cent, no other end is possible."""
    found()
    rule, hub = Terms(day_budget_minor={"CNY": DAY_BUDGET}), a_hub()
    drafts = [a_draft(hub, rule) for _ in range(8)]
    late = now + 30 * DAY
    for draft in drafts:
        reserve(draft, rule)
        register(draft, now)
        ends = (lambda: keeper.tick(ENDING, late)) if who == "keeper" else cancel(draft.order_id, late)
        acts: list[Callable[[], object]] = [ends, begin(draft.order_id, late)]
        if first == "at_once":
            at_once(*acts)
        else:
            for act in acts if first == "given_up" else reversed(acts):
                act()
    states = [state(draft.order_id) for draft in drafts]
    assert set(states) <= {"spent", "borne"}
    if first != "at_once":
        expected = "borne" if first == "given_up" else "spent"
        assert states[0] == expected
    assert left() == DAY_BUDGET - 600 * states.count("spent")
    [row] = fetch("SELECT count(*) AS n FROM ledger_entry WHERE kind = 'order.second_leg'")
    assert row["n"] == 8
    assert owed("subsidy") == 8 * 600
    assert remote.mismatches() == {}


def register(draft: remote.Draft, now: datetime) -> None:
    """A first leg that nobody hears of any more."""
    with transaction.atomic():
        delivery.register(
            [
                delivery.ConsignmentDraft(
                    new_id(), draft.order_id, draft.shop_id, "sandbox", f"L{draft.order_id.hex}"[:40], ((new_id(), 1),),
                    not_before=now, onward="sandbox",
                )
            ],
            now=now,
        )  # fmt: skip
