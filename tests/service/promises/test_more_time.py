"""More time to ship: asked of the buyer, published as a holiday, confirmed by the platform as nobody's fault."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from sanhao.fairness.notices import api as notices
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.promises import api as promises
from sanhao.service.promises.kinds import late_shipment
from tests.goods import world
from tests.service.stage import Stage, coupons, drain, hours, paid, promise, rules, scan, ship, stage

pytestmark = pytest.mark.django_db
FEAST = Text(zh="春节", en="Spring Festival")


@pytest.fixture
def at(now: datetime) -> Stage:
    rules()
    return stage(balance=10_000)


def staff(role: str, now: datetime) -> UUID:
    person = world.person()
    people.grant_role(person, role, by=None, now=now)
    return person


def ask(at: Stage, order: UUID, *, until: datetime, now: datetime) -> UUID:
    return promises.propose_delay(
        order, shop_id=at.shop_id, until=until, reason="wool is late", by=at.owner_id, now=now
    )


def states(order: UUID) -> list[str]:
    return [proposal.state for proposal in promises.proposals_of([order]).get(order, [])]


def test_a_buyer_is_asked_three_times_at_most(at: Stage, now: datetime) -> None:
    order = paid(at)
    for day in range(3):
        moment = now + hours(24 * day + 2)
        assert promises.delay_answer(order, now=moment).left == 3 - day
        proposal = ask(at, order, until=now + hours(72 + 24 * day), now=moment)
        promises.answer_delay(proposal, person_id=at.buyer_id, agree=True, now=moment + hours(1))
        assert promise(order)["due_at"] == now + hours(72 + 24 * day)
    with pytest.raises(Refusal) as refusal:
        ask(at, order, until=now + hours(200), now=now + hours(60))
    assert refusal.value.code == "delay.not_now"
    assert (states(order), promise(order)["due_at"]) == (["agreed"] * 3, now + hours(120))
    drain(now + hours(121.9))
    assert promise(order)["state"] == "open"
    drain(now + hours(122))
    assert (promise(order)["state"], coupons(at.buyer_id)) == ("broken", [300])


def test_three_noes_are_three_questions_too(at: Stage, now: datetime) -> None:
    order = paid(at)
    for hour in (1, 2, 3):
        proposal = ask(at, order, until=now + hours(72), now=now + hours(hour))
        promises.answer_delay(proposal, person_id=at.buyer_id, agree=False, now=now + hours(hour))
    with pytest.raises(Refusal) as refusal:
        ask(at, order, until=now + hours(72), now=now + hours(4))
    assert refusal.value.code == "delay.too_often"
    assert (states(order), promise(order)["due_at"]) == (["declined"] * 3, now + hours(48))


def test_the_last_moment_to_ask_is_four_hours_ahead(at: Stage, now: datetime) -> None:
    order = paid(at)
    with pytest.raises(Refusal) as refusal:
        ask(at, order, until=now + hours(72), now=now + hours(44.01))
    assert refusal.value.code == "delay.not_now"
    assert ask(at, order, until=now + hours(72), now=now + hours(44))


@pytest.mark.parametrize("until", [24, 48])
def test_a_later_moment_is_later(at: Stage, now: datetime, until: int) -> None:
    order = paid(at)
    with pytest.raises(Invalid) as refusal:
        ask(at, order, until=now + hours(until), now=now + hours(1))
    assert (refusal.value.code, states(order)) == ("delay.not_later", [])


def test_one_question_at_a_time(at: Stage, now: datetime) -> None:
    order = paid(at)
    ask(at, order, until=now + hours(72), now=now + hours(1))
    with pytest.raises(Refusal) as refusal:
        ask(at, order, until=now + hours(96), now=now + hours(2))
    assert (refusal.value.code, states(order)) == ("delay.already_asked", ["proposed"])


def test_silence_is_a_no(at: Stage, now: datetime) -> None:
    order = paid(at)
    proposal = ask(at, order, until=now + hours(72), now=now + hours(1))
    drain(now + hours(47.9))
    assert states(order) == ["proposed"]
    drain(now + hours(48))
    assert states(order) == ["lapsed"]
    with pytest.raises(NotFound):
        promises.answer_delay(proposal, person_id=at.buyer_id, agree=True, now=now + hours(48))
    drain(now + hours(50))
    assert (promise(order)["state"], states(order)) == ("broken", ["lapsed"])


def test_a_stranger_neither_asks_nor_answers(at: Stage, now: datetime) -> None:
    order, other = paid(at), stage(slug="yimu")
    with pytest.raises(NotFound):
        ask(other, order, until=now + hours(72), now=now + hours(1))
    proposal = ask(at, order, until=now + hours(72), now=now + hours(1))
    for somebody in (world.person(), at.owner_id):
        with pytest.raises(NotFound):
            promises.answer_delay(proposal, person_id=somebody, agree=True, now=now + hours(2))
    with pytest.raises(NotFound):
        promises.answer_delay(new_id(), person_id=at.buyer_id, agree=True, now=now + hours(2))
    assert (states(order), promise(order)["due_at"]) == (["proposed"], now + hours(48))


def test_what_is_settled_is_not_postponed(at: Stage, now: datetime) -> None:
    order = paid(at)
    proposal = ask(at, order, until=now + hours(72), now=now + hours(1))
    scan(ship(at, order, "SF100001", now=now + hours(2)), "picked_up", at=now + hours(3))
    with pytest.raises(NotFound):
        ask(at, order, until=now + hours(72), now=now + hours(4))
    with pytest.raises(NotFound):
        promises.answer_delay(proposal, person_id=at.buyer_id, agree=True, now=now + hours(4))
    assert promise(order)["state"] == "kept"
    assert promises.delay_answer(order, now=now + hours(4)) is None


def test_both_sides_hear_of_it(at: Stage, now: datetime) -> None:
    order = paid(at)
    proposal = ask(at, order, until=now + hours(72), now=now + hours(1))
    drain(now + hours(1))
    [asked] = [n for n in notices.inbox(at.buyer_id, limit=10) if n.topic == "delay.proposed"]
    assert "10:00" in asked.text.zh and "10:00" in asked.text.en
    promises.answer_delay(proposal, person_id=at.buyer_id, agree=False, now=now + hours(2))
    drain(now + hours(2))
    [answered] = [n for n in notices.inbox(at.owner_id, limit=10) if n.topic == "delay.answered"]
    assert answered.text.zh == "买家没有同意推迟，原来的承诺不变。"


def test_a_holiday_announced_in_time_moves_what_falls_into_it(at: Stage, now: datetime) -> None:
    start, end = now + hours(24 * 10), now + hours(24 * 17)
    into = paid(at, now=start - hours(40))
    before = paid(at, now=start - hours(49))
    admin = staff("admin", now)
    heard = promises.announce_extension(
        starts_at=start, until=end, reason=FEAST, by=admin, now=start - hours(24 * 7)
    )
    assert heard == 1, "the one that falls due inside"
    afterwards = paid(at, now=start - hours(1))
    assert promise(into)["due_at"] == promise(afterwards)["due_at"] == end
    assert promise(before)["due_at"] == start - hours(1)
    assert promise(paid(at, now=end))["due_at"] == end + hours(48)


def test_a_holiday_announced_too_late_moves_nothing(at: Stage, now: datetime) -> None:
    start, end = now + hours(24 * 6.9), now + hours(24 * 14)
    order = paid(at, now=start - hours(40))
    promises.announce_extension(starts_at=start, until=end, reason=FEAST, by=staff("admin", now), now=now)
    assert promise(order)["due_at"] == start + hours(8)
    assert promise(paid(at, now=start - hours(1)))["due_at"] == start + hours(47)


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (0, 5), (5, 5), (5, 4)])
def test_a_holiday_starts_in_the_future_and_ends_after_its_start(
    at: Stage, now: datetime, start: int, end: int
) -> None:
    admin = staff("admin", now)
    with pytest.raises(Invalid):
        promises.announce_extension(
            starts_at=now + hours(start), until=now + hours(end), reason=FEAST, by=admin, now=now
        )
    assert fetch("SELECT count(*) AS n FROM promises_extension") == [{"n": 0}]


@pytest.mark.parametrize("cause", ["force_majeure", "risk_hold", "buyer_fault"])
def test_what_is_nobodys_fault_is_void_and_costs_nothing(at: Stage, now: datetime, cause: str) -> None:
    order = paid(at)
    by = staff("arbiter", now)
    assert promises.excuse([order], cause=cause, by=by, now=now + hours(40)) == 1
    assert promises.excuses() == promises.excuses(order_id=order)
    [said] = promises.excuses()
    assert (said.order_id, said.cause, said.by, said.at) == (order, cause, by, now + hours(40))
    assert (promise(order)["state"], promise(order)["reason"]) == ("void", cause)
    drain(now + hours(60))
    assert coupons(at.buyer_id) == []


def test_an_excuse_the_terms_do_not_know_excuses_nothing(at: Stage, now: datetime) -> None:
    order = paid(at)
    by = staff("admin", now)
    assert promises.excuse([order], cause="the cat", by=by, now=now + hours(40)) == 1
    drain(now + hours(50))
    assert promise(order)["state"] == "broken"
    assert promises.excuse([order], cause="risk_hold", by=by, now=now + hours(51)) == 0, "settled is settled"
    assert len(promises.excuses()) == 1, "what nothing heard of excused nothing"


def test_excuses_and_extensions_are_the_platform_s_to_give(at: Stage, now: datetime) -> None:
    order = paid(at)
    for by in (at.owner_id, staff("support", now), staff("finance", now)):
        with pytest.raises(Forbidden):
            promises.excuse([order], cause="risk_hold", by=by, now=now)
    for by in (at.owner_id, staff("arbiter", now)):
        with pytest.raises(Forbidden):
            promises.announce_extension(
                starts_at=now + hours(1), until=now + hours(2), reason=FEAST, by=by, now=now
            )
    assert (promises.excuses(), promises.extensions(), promise(order)["state"]) == ([], [], "open")


def test_a_stranger_asks_no_buyer_for_more_time(at: Stage, now: datetime) -> None:
    order = paid(at)
    with pytest.raises(NotFound):
        ask(
            Stage(at.shop_id, at.buyer_id, at.buyer_id, at.address_id, []),
            order,
            until=now + hours(72),
            now=now,
        )
    assert states(order) == []


def test_under_terms_that_allow_one_delay_the_second_is_refused(now: datetime) -> None:
    rules(late_shipment=late_shipment.Terms(delays_at_most=1, delay_ahead_hours=24))
    at = stage()
    order = paid(at)
    with pytest.raises(Refusal):
        ask(at, order, until=now + hours(72), now=now + hours(25))
    proposal = ask(at, order, until=now + hours(72), now=now + hours(24))
    promises.answer_delay(proposal, person_id=at.buyer_id, agree=True, now=now + hours(25))
    answer: Any = promises.delay_answer(order, now=now + hours(26))
    assert (answer.allowed, answer.left) == (False, 0)
    with pytest.raises(Refusal):
        ask(at, order, until=now + hours(96), now=now + hours(26))
