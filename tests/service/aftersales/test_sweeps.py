"""Refunds without a request (S9), each trigger to its far end: who found it, who agreed, what each order got, and who paid."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.actions.swept_freight import pay_freight
from sanhao.service.aftersales.events import CaseMoved
from sanhao.service.aftersales.paths import proactive
from sanhao.service.aftersales.paths.proactive import Way
from sanhao.service.orders import api as orders
from tests.service.aftersales.stage import arbiter, ask, case, delivered, shop, units
from tests.service.stage import (
    Stage,
    coupons,
    drain,
    escrow,
    hours,
    order_state,
    paid,
    promise,
    purse,
    scan,
    ship,
    sound,
)

pytestmark = pytest.mark.usefixtures("site")
WHY = Text(zh="检测不合格，已下令召回", en="It failed a safety test and was recalled")
EVIDENCE = "SAMR notice 2026-118"


def found(at: Stage, trigger: str, by: UUID, *, now: datetime, **scope: object) -> UUID:
    return aftersales.raise_finding(
        trigger,
        orders.Within((at.shop_id,), **scope),
        reason=WHY,
        evidence=EVIDENCE,
        by=by,
        now=now,
    )


def swept(at: Stage, trigger: str, *, now: datetime, **scope: object) -> UUID:
    """Raised by one, looked at, confirmed by another, run to its end."""
    sweep_id = found(at, trigger, arbiter(), now=now, **scope)
    second = arbiter()
    aftersales.preview_sweep(sweep_id, by=second, now=now)
    aftersales.confirm(sweep_id, look=1, by=second, now=now)
    drain(now)
    return sweep_id


def outcome(sweep_id: UUID) -> dict[str, tuple[str, str, int]]:
    return {
        one.number: (one.state, one.reason, one.paid.minor)
        for one in aftersales.swept(sweep_id)
    }  # fmt: skip


def number(order_id: UUID) -> str:
    return orders.order(order_id).number


def refunded(order_id: UUID) -> int:
    return orders.order(order_id).refunded.minor


def told(person_id: UUID, topic: str) -> list[str]:
    return [one.text.en for one in notices.inbox(person_id) if one.topic == topic]


def ruled(now: datetime, **terms: object) -> None:
    """Other terms, announced now and in force in a week."""
    version = rulebook.draft(
        proactive.RULE, msgspec.to_builtins(proactive.Terms(**terms)),
        title=WHY, reason="It was agreed with the shops.", by=None, now=now,
    )  # fmt: skip
    rulebook.announce(version, effective_at=now + timedelta(days=7), by=None, now=now)


def judged_again() -> None:
    assert list(decisions.rejudge_all()) == []


# ---- a shop that fell silent --------------------------------------------------------------------------------------


def silent(now: datetime) -> tuple[Stage, UUID, UUID, datetime]:
    """A shop nobody was seen in for a week, an order that is late and one that is not yet."""
    at = shop()
    later = now + timedelta(days=8)
    late = paid(at, now=later)
    fresh = paid(at, now=later + hours(40))
    return at, late, fresh, later + hours(53)


def test_a_silent_shop_is_proposed_and_one_person_confirms(now: datetime) -> None:
    at, late, fresh, then = silent(now)
    drain(then)
    [view] = aftersales.sweeps(over=False)
    assert (view.trigger, view.state, view.shop_id, view.raised_by) == (
        "dead_shop",
        "drafted",
        at.shop_id,
        None,
    )
    who = arbiter()
    figures = aftersales.preview_sweep(view.id, by=who, now=then)
    assert (figures.orders, figures.buyers) == (1, 1)
    assert refunded(late) == 0 and order_state(late) == "paid"
    aftersales.confirm(view.id, look=1, by=who, now=then)
    drain(then)
    assert aftersales.sweep(view.id).state == "done"
    assert outcome(view.id) == {number(late): ("done", "unshipped", 20_600)}
    assert order_state(late) == "cancelled" and refunded(late) == 20_600
    assert order_state(fresh) == "paid" and refunded(fresh) == 0
    [decision] = decisions.of_subject("order", late)
    assert decision.text.en == (
        "The platform refunds ¥206 without being asked. "
        "Why: nobody has signed in or worked in the shop for 7 days"
    )
    assert decision.may_appeal(then) and decision.shop_id == at.shop_id
    assert told(at.buyer_id, "sweep.buyer") == [f"{decision.text.en}. There is nothing you need to do."]
    [shop_hears] = told(at.owner_id, "sweep.shop")
    assert "you may appeal once" in shop_hears
    drain(then + timedelta(days=30))
    assert refunded(late) == 20_600
    judged_again()
    sound()


def test_a_shop_where_somebody_signed_in_or_worked_is_not_silent(now: datetime) -> None:
    at, _, _, then = silent(now)
    people.came(at.owner_id, now=then - timedelta(days=6))
    drain(then)
    assert aftersales.sweeps(over=False) == []


def test_a_shop_that_ships_another_order_is_at_work(now: datetime) -> None:
    at, _, fresh, then = silent(now)
    ship(at, fresh, "SF200001", now=then - hours(5))
    drain(then)
    assert aftersales.sweeps(over=False) == []


def test_a_silent_shop_is_proposed_once(now: datetime) -> None:
    _, _, _, then = silent(now)
    drain(then)
    fetch("UPDATE aftersales_watch SET due_at = %s RETURNING 1", [then])
    drain(then)
    assert len(aftersales.sweeps(over=False)) == 1


def test_where_the_terms_say_so_a_silent_shop_needs_nobody(now: datetime) -> None:
    ruled(now, auto=True)
    _, late, _, then = silent(now)
    drain(then)
    [view] = aftersales.sweeps(over=True)
    assert (view.state, view.raised_by, view.confirmed_by) == ("done", None, None)
    assert refunded(late) == 20_600
    sound()


def test_a_shop_that_ships_before_the_sweep_is_there_keeps_the_order(now: datetime) -> None:
    at, late, _, then = silent(now)
    drain(then)
    [view] = aftersales.sweeps(over=False)
    who = arbiter()
    aftersales.preview_sweep(view.id, by=who, now=then)
    ship(at, late, "SF200002", now=then)
    assert aftersales.changes(view.id, now=then).different == (number(late),)
    aftersales.confirm(view.id, look=1, by=who, now=then)
    drain(then)
    assert outcome(view.id) == {number(late): ("left", "shipped", 0)}
    assert order_state(late) == "shipped" and refunded(late) == 0
    assert decisions.of_subject("order", late) == []
    with pytest.raises(Refusal, match="moved_on"):
        aftersales.stop(view.id, by=who, now=then)


# ---- false shipment -----------------------------------------------------------------------------------------------


def test_false_shipment_refunds_what_never_moved_and_leaves_what_arrived(now: datetime) -> None:
    at = shop()
    labelled = paid(at, now=now)
    ship(at, labelled, "SF300001", now=now + hours(1))
    moved = paid(at, now=now)
    scan(ship(at, moved, "SF300002", now=now + hours(1)), "picked_up", at=now + hours(2))
    came = delivered(at, number="SF300003", now=now)
    sweep_id = swept(at, "false_shipment", now=now + hours(30))
    assert outcome(sweep_id) == {
        number(labelled): ("done", "unshipped", 20_600),
        number(moved): ("done", "on_way", 20_600),
        number(came): ("left", "delivered", 0),
    }
    assert [refunded(id) for id in (labelled, moved, came)] == [20_600, 20_600, 0]
    assert order_state(labelled) == "cancelled"
    drain(now + timedelta(days=40))
    assert [refunded(id) for id in (labelled, moved, came)] == [20_600, 20_600, 0]
    judged_again()
    sound()


# ---- recalled goods ------------------------------------------------------------------------------------------------


def test_recalled_goods_are_refunded_wherever_they_are_and_only_they(now: datetime) -> None:
    at = shop()
    kept = delivered(at, (1, 1), number="SF400001", now=now)
    waiting = paid(at, (2, 1), now=now + hours(1))
    [line, other] = sorted(orders.order(kept).lines, key=lambda one: -one.unit.minor)
    before = purse(at.shop_id)
    sweep_id = swept(at, "recall", now=now + hours(30), offers=(line.offer_id,))
    assert outcome(sweep_id) == {
        number(kept): ("done", "delivered", 20_000 + line.freight.minor),
        number(waiting): ("done", "unshipped", refunded(waiting)),
    }
    lines = {one.id: one for one in orders.order(kept).lines}
    assert (lines[line.id].refunded_units, lines[other.id].refunded_units) == (1, 0)
    units = sorted((one.quantity, one.cancelled_units) for one in orders.order(waiting).lines)
    assert units == [(1, 0), (2, 2)]
    assert order_state(waiting) == "paid"
    assert purse(at.shop_id) == before  # out of what was held for these orders
    [decision] = decisions.of_subject("order", kept)
    assert "the goods need not go back" in decision.text.en
    judged_again()
    sound()


def test_a_recall_after_the_shop_had_its_money_takes_balance_then_deposit_then_the_platform_advances(
    now: datetime,
) -> None:
    at = shop()
    order_id = delivered(at, now=now)
    then = now + timedelta(days=20)
    drain(then)
    balance, deposit, owed = purse(at.shop_id)
    assert escrow(at.shop_id) == 0
    swept(at, "recall", now=then)
    after = purse(at.shop_id)
    assert refunded(order_id) == 20_600
    assert (balance + deposit - owed) - (after[0] + after[1] - after[2]) > 19_000
    sound()


def test_where_the_terms_say_so_the_platform_bears_a_recall(now: datetime) -> None:
    ruled(now, recall=Way("refund", "refund", "platform"))
    at = shop()
    order_id = delivered(at, now=now + timedelta(days=8))
    before = purse(at.shop_id), escrow(at.shop_id)
    swept(at, "recall", now=now + timedelta(days=10))
    assert refunded(order_id) == 20_600
    assert (purse(at.shop_id), escrow(at.shop_id)) == before
    assert ledger.balance(ledger.Ref("goodwill", ledger.PLATFORM, "CNY")).minor == 20_600
    sound()


def test_an_appeal_that_is_granted_puts_the_platform_in_the_shops_place(now: datetime) -> None:
    at = shop()
    order_id = delivered(at, now=now)
    then = now + hours(30)
    swept(at, "recall", now=then)
    [decision] = decisions.of_subject("order", order_id)
    before = purse(at.shop_id)
    appeal = decisions.appeal(
        decision.id,
        by=at.owner_id,
        shop_id=at.shop_id,
        text="It is another batch than the recalled one.",
        now=then,
    )
    judge = arbiter()
    decisions.claim_appeal(appeal, by=judge, now=then)
    decisions.decide_appeal(appeal, uphold=False, by=judge, answer="It is another batch indeed.", now=then)
    drain(then)
    assert purse(at.shop_id)[0] - before[0] == 20_600
    assert refunded(order_id) == 20_600
    sound()


# ---- false advertising ---------------------------------------------------------------------------------------------


def test_false_advertising_opens_a_return_that_the_buyer_only_has_to_send(now: datetime) -> None:
    at = shop()
    here = delivered(at, number="SF500001", now=now)
    on_way = paid(at, now=now)
    parcel = ship(at, on_way, "SF500002", now=now + hours(1))
    scan(parcel, "picked_up", at=now + hours(2))
    then = now + hours(30)
    sweep_id = swept(at, "false_advertising", now=then)
    assert aftersales.sweep(sweep_id).state == "running"  # one is still on its way
    assert refunded(here) == 0
    [opened] = aftersales.cases_of(at.buyer_id)
    assert (opened.state, opened.kind, opened.order_id, opened.back.minor) == (
        "to_send",
        "return",
        here,
        20_600,
    )
    assert told(at.buyer_id, "sweep.buyer")[0].endswith("The case says where to send it.")
    scan(parcel, "delivered", at=then + hours(3))
    drain(then + hours(25))
    assert aftersales.sweep(sweep_id).state == "done"
    assert len(aftersales.cases_of(at.buyer_id)) == 2
    back = then + hours(26)
    aftersales.send_back(
        opened.id, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT500001", now=back
    )
    aftersales.receive(opened.id, shop_id=at.shop_id, by=at.owner_id, restock=False, now=back + hours(20))
    drain(back + hours(20))
    assert case(opened.id).state == "refunded" and refunded(here) == 20_600
    judged_again()
    sound()


def test_recalled_goods_that_have_to_come_back_have_their_way_paid_once(now: datetime) -> None:
    """Where the terms want recalled goods back, who posts them is given what that costs, out of the shop's purse."""
    ruled(now, recall=Way(delivered="return"), return_freight={"CNY": 12_00})
    at, now = shop(), now + timedelta(days=8)
    here = delivered(at, number="SF510001", now=now)
    then = now + hours(30)
    swept(at, "recall", now=then)
    [opened] = aftersales.cases_of(at.buyer_id)
    [decision] = decisions.of_subject("order", here)
    assert decision.text.zh == (
        "平台替买家办好了退货，寄回后退206元，寄回的运费由店铺承担（按12元补给买家）。原因：检测不合格，已下令召回"
    )
    aftersales.send_back(
        opened.id, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT510001", now=then + hours(2)
    )
    before = purse(at.shop_id)[0]
    assert coupons(at.buyer_id) == []
    aftersales.receive(opened.id, shop_id=at.shop_id, by=at.owner_id, restock=False, now=then + hours(20))
    drain(then + hours(20))
    assert (refunded(here), coupons(at.buyer_id)) == (20_600, [12_00])
    assert purse(at.shop_id)[0] == before - 12_00
    fact = CaseMoved(
        opened.id,
        here,
        at.shop_id,
        at.buyer_id,
        "return",
        "returning",
        "refunded",
        False,
        20_600,
        "CNY",
        None,
    )
    pay_freight([News(new_id(), then + hours(21), fact)])
    assert (purse(at.shop_id)[0], coupons(at.buyer_id)) == (before - 12_00, [12_00]), "told twice, paid once"
    judged_again()
    sound()


def test_a_half_shipped_order_is_seen_in_both_its_halves(now: datetime) -> None:
    """Of two lines one is on its way: the look says what becomes of each, and the act does what was seen."""
    ruled(now, false_shipment=Way())
    at, now = shop(), now + timedelta(days=8)
    order_id = paid(at, (1, 1), now=now)
    first = units(order_id, 1)
    scan(
        ship(at, order_id, "SF520001", now=now + hours(1), items=tuple(first.items())),
        "picked_up",
        at=now + hours(2),
    )
    whole = orders.order(order_id).total.minor
    sweep_id, who = found(at, "recall", arbiter(), now=now + hours(3)), arbiter()
    figures = aftersales.preview_sweep(sweep_id, by=who, now=now + hours(3))
    [sum_] = figures.sums
    assert (figures.orders, sum_.orders, sum_.minor, figures.parted) == (1, 1, whole, {})
    [row] = aftersales.swept(sweep_id)
    assert row.rest is not None
    assert (row.rest_outcome, row.rest_reason, row.expected.minor) == ("refund", "on_way", whole)
    aftersales.confirm(sweep_id, look=1, by=who, now=now + hours(4))
    drain(now + hours(4))
    assert refunded(order_id) == whole
    assert outcome(sweep_id) == {number(order_id): ("done", "on_way", whole)}

    other = paid(at, (1, 1), now=now + hours(5))
    some = units(other, 1)
    scan(
        ship(at, other, "SF520002", now=now + hours(6), items=tuple(some.items())),
        "delivered",
        at=now + hours(7),
    )
    again = found(at, "false_shipment", arbiter(), now=now + hours(8), orders=(other,))
    figures = aftersales.preview_sweep(again, by=who, now=now + hours(8))
    assert figures.parted == {"on_way": 1}, "the part that left the shop is left alone"
    aftersales.confirm(again, look=1, by=who, now=now + hours(8))
    drain(now + hours(8))
    assert refunded(other) == figures.sums[0].minor
    judged_again()
    sound()


# ---- never twice --------------------------------------------------------------------------------------------------


def test_an_order_with_a_case_of_its_own_is_left_to_it(now: datetime) -> None:
    at = shop()
    order_id = delivered(at, now=now)
    asked = ask(at, order_id, "broken", now=now + hours(30))
    sweep_id = swept(at, "recall", now=now + hours(31))
    assert outcome(sweep_id) == {number(order_id): ("left", "in_case", 0)}
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(32))
    sound()


def test_units_that_are_in_a_case_or_back_already_are_not_paid_again(now: datetime) -> None:
    at = shop()
    order_id = delivered(at, (3,), now=now)
    then = now + hours(30)
    ask(at, order_id, "broken", 1, now=then)
    first = swept(at, "recall", now=then)
    assert outcome(first)[number(order_id)][0] == "done"
    once = refunded(order_id)
    assert 40_000 <= once < 60_000
    second = swept(at, "recall", now=then + hours(1))
    assert outcome(second) == {number(order_id): ("left", "in_case", 0)}
    assert refunded(order_id) == once
    sound()


def test_a_second_sweep_finds_nothing_left(now: datetime) -> None:
    at = shop()
    order_id = delivered(at, now=now)
    swept(at, "recall", now=now + hours(30))
    again = swept(at, "recall", now=now + hours(31))
    assert outcome(again) == {number(order_id): ("left", "nothing_left", 0)}
    assert refunded(order_id) == 20_600
    sound()


# ---- two people, and what was seen --------------------------------------------------------------------------------


def test_nothing_happens_before_a_second_person_agrees_to_what_was_seen(now: datetime) -> None:
    at = shop()
    first = delivered(at, number="SF600001", now=now)
    then = now + hours(30)
    one, two = arbiter(), arbiter()
    sweep_id = found(at, "recall", one, now=then)
    with pytest.raises(Refusal):
        aftersales.confirm(sweep_id, look=0, by=two, now=then)
    figures = aftersales.preview_sweep(sweep_id, by=one, now=then)
    assert [(f.currency, f.bearer, f.outcome, f.orders, f.minor) for f in figures.sums] == [
        ("CNY", "shop", "refund", 1, 20_600)
    ]
    with pytest.raises(Forbidden, match="two_people"):
        aftersales.confirm(sweep_id, look=1, by=one, now=then)
    second = paid(at, now=then)
    assert aftersales.changes(sweep_id, now=then).added == (number(second),)
    aftersales.preview_sweep(sweep_id, by=one, now=then)
    assert not aftersales.changes(sweep_id, now=then)
    with pytest.raises(Refusal, match="seen_anew"):
        aftersales.confirm(sweep_id, look=1, by=two, now=then)
    drain(then)
    assert refunded(first) == 0
    aftersales.confirm(sweep_id, look=2, by=two, now=then)
    drain(then)
    assert (refunded(first), refunded(second)) == (20_600, 20_600)
    sound()


def test_what_came_after_the_preview_is_not_touched(now: datetime) -> None:
    at = shop()
    delivered(at, now=now)
    then = now + hours(30)
    two = arbiter()
    sweep_id = found(at, "recall", arbiter(), now=then)
    aftersales.preview_sweep(sweep_id, by=two, now=then)
    late = paid(at, now=then)
    aftersales.confirm(sweep_id, look=1, by=two, now=then)
    drain(then)
    assert refunded(late) == 0 and order_state(late) == "paid"


def test_an_order_that_would_get_more_than_was_seen_is_left(now: datetime) -> None:
    at = shop()
    order_id = delivered(at, (3,), now=now)
    then = now + hours(30)
    asked = ask(at, order_id, "broken", 1, now=then)
    two = arbiter()
    sweep_id = found(at, "recall", arbiter(), now=then)
    aftersales.preview_sweep(sweep_id, by=two, now=then)
    aftersales.withdraw(asked, person_id=at.buyer_id, now=then)
    assert aftersales.changes(sweep_id, now=then).different == (number(order_id),)
    aftersales.confirm(sweep_id, look=1, by=two, now=then)
    drain(then)
    assert outcome(sweep_id) == {number(order_id): ("left", "grown", 0)}
    assert refunded(order_id) == 0


def test_a_stopped_sweep_pays_no_further_and_keeps_what_was_paid(now: datetime) -> None:
    at = shop()
    done = delivered(at, number="SF700001", now=now)
    on_way = paid(at, now=now)
    scan(ship(at, on_way, "SF700002", now=now + hours(1)), "picked_up", at=now + hours(2))
    then = now + hours(30)
    sweep_id = swept(at, "false_advertising", now=then)
    aftersales.stop(sweep_id, by=arbiter(), now=then)
    drain(then + timedelta(days=3))
    assert outcome(sweep_id) == {
        number(done): ("done", "delivered", 0),
        number(on_way): ("left", "stopped", 0),
    }
    assert aftersales.sweep(sweep_id).state == "stopped"
    with pytest.raises(Refusal):
        aftersales.stop(sweep_id, by=arbiter(), now=then)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"trigger": "dead_shop"}, "sweep.trigger"),
        ({"trigger": "gossip"}, "sweep.trigger"),
        ({"reason": Text(zh="", en="It is bad")}, "sweep.reason"),
        ({"reason": Text(zh="不合格产品", en="x" * 301)}, "sweep.reason"),
        ({"evidence": " "}, "sweep.evidence"),
    ],
)
def test_a_finding_that_says_too_little_is_refused(
    now: datetime, change: dict[str, object], code: str
) -> None:
    at = shop()
    given = {"trigger": "recall", "reason": WHY, "evidence": EVIDENCE} | change
    trigger = given.pop("trigger")
    with pytest.raises(Invalid, match=code):
        aftersales.raise_finding(trigger, orders.Within((at.shop_id,)), by=arbiter(), now=now, **given)
    assert aftersales.sweeps(over=False) == []


def test_strangers_and_unknown_sweeps(now: datetime) -> None:
    at = shop()
    with pytest.raises(Forbidden):
        found(at, "recall", at.buyer_id, now=now)
    with pytest.raises(NotFound):
        aftersales.preview_sweep(at.shop_id, by=arbiter(), now=now)
    sweep_id = found(at, "recall", arbiter(), now=now)
    with pytest.raises(Refusal, match="nothing"):
        aftersales.preview_sweep(sweep_id, by=arbiter(), now=now)
    aftersales.withdraw_finding(sweep_id, by=arbiter(), now=now)
    assert aftersales.sweep(sweep_id).state == "withdrawn"


def test_the_late_promise_of_a_swept_order_is_paid_as_well(now: datetime) -> None:
    """A sweep gives the money back; what lateness costs is a promise of its own."""
    _, late, _, then = silent(now)
    drain(then)
    assert promise(late)["state"] == "broken"
