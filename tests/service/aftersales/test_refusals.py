"""What cannot be asked is refused clearly, and nothing has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.rules import checked
from sanhao.service.orders import api as orders
from tests.service.aftersales.stage import HOUSE, ask, case, delivered, rules, shop, units
from tests.service.stage import Stage, drain, escrow, hours, paid, place, scan, ship

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def refused(code: str, do: Callable[[], object]) -> None:
    def rows() -> list[dict[str, object]]:
        return fetch("SELECT id, state, due_at, refunded_minor FROM aftersales_case ORDER BY id")

    before = rows()
    with pytest.raises(Refusal) as no:
        do()
    assert no.value.code == code
    assert rows() == before


def test_the_window_closes_to_the_second(now: datetime) -> None:
    at = shop()
    order = delivered(at)  # signed on Tuesday 10:00 in Shanghai: until the end of Tuesday a week later
    last = now + hours(24 * 9 - 10)
    refused("case.window", lambda: ask(at, order, now=last))
    ask(at, order, now=last - hours(1 / 3600))


def test_faults_may_be_asked_about_for_longer_to_the_second(now: datetime) -> None:
    """Fifteen days for what shows itself later, thirty for what is doubted; each reason ends on its own."""
    at = shop()
    order = orders.order(delivered(at))
    seen = aftersales.ground(order.id, person_id=at.buyer_id, units=units(order.id), now=now + hours(25))
    until = {reason.code: seen.until(reason) for reason in seen.reasons}
    week, fault, doubt = until["no_reason"], until["broken"], until["not_genuine"]
    assert week is not None and fault is not None and doubt is not None
    assert (fault - week, doubt - week) == (timedelta(days=8), timedelta(days=23))
    second = timedelta(seconds=1)
    refused("case.window", lambda: ask(at, order.id, "no_reason", now=week + second))
    refused("case.window", lambda: ask(at, order.id, "broken", now=fault + second))
    refused("case.window", lambda: ask(at, order.id, "not_genuine", now=doubt + second))
    late = aftersales.ground(order.id, person_id=at.buyer_id, units=units(order.id), now=week + second)
    assert "no_reason" not in [reason.code for reason in late.reasons]
    assert aftersales.weigh(late, "broken").until == fault
    with pytest.raises(Refusal) as no:
        ask(at, order.id, "broken", now=fault + second)
    assert no.value.text.en == "It could be asked for until Wednesday 18 March, 23:59; that time is over."
    ask(at, order.id, "broken", now=fault)


def test_a_window_of_a_reason_that_there_is_not_is_no_rule() -> None:
    assert checked({"windows": {"broken": 20}})["windows"] == {"broken": 20}
    for windows in ({"borken": 20}, {"broken": 0}, {"broken": 99_999}):
        with pytest.raises((ValueError, msgspec.ValidationError)):
            checked({"windows": windows})


def test_a_unit_is_asked_for_once(now: datetime) -> None:
    at = shop()
    order = delivered(at, (2,))
    first = ask(at, order, "no_reason", 1, now=now + hours(30))
    refused("case.units", lambda: ask(at, order, "no_reason", 2, now=now + hours(31)))
    second = ask(at, order, "no_reason", 1, now=now + hours(31))
    refused("case.units", lambda: ask(at, order, "no_reason", 1, now=now + hours(32)))
    for one in (first, second):
        aftersales.approve(one, shop_id=at.shop_id, by=at.owner_id, now=now + hours(33))
        aftersales.send_back(
            one, person_id=at.buyer_id, carrier="sandbox", tracking_no=f"R{one.hex}", now=now + hours(34)
        )
        aftersales.receive(one, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(35))
    assert case(first).refunded.minor + case(second).refunded.minor == 40_000
    refused("case.units", lambda: ask(at, order, "no_reason", 1, now=now + hours(36)))
    assert escrow(at.shop_id) == 600


def test_five_attempts_a_line_edits_and_withdrawals_included(now: datetime) -> None:
    at = shop()
    order = delivered(at)
    asked = ask(at, order, now=now + hours(30))
    aftersales.edit(asked, person_id=at.buyer_id, reason="broken", words="A hole", now=now + hours(31))
    assert (case(asked).reason_code, case(asked).back.minor, case(asked).due_at) == (
        "broken",
        20_600,
        now + hours(79),
    )
    aftersales.withdraw(asked, person_id=at.buyer_id, now=now + hours(32))
    for n in range(3):
        here = aftersales.ground(order, person_id=at.buyer_id, units=units(order), now=now + hours(33))
        assert here.left == 3 - n
        again = ask(at, order, now=now + hours(33 + n))
        aftersales.withdraw(again, person_id=at.buyer_id, now=now + hours(33 + n))
    refused("case.attempts", lambda: ask(at, order, now=now + hours(40)))


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("case.reason", {"reason": "changed_mind"}),
        ("case.reason", {"reason": "because"}),
        ("case.kind", {"reason": "no_reason", "kind": "refund"}),
        ("case.words", {"reason": "no_reason", "words": "x" * 501}),
    ],
)
def test_what_does_not_fit_is_refused(now: datetime, code: str, more: dict[str, object]) -> None:
    at = shop()
    order = delivered(at)
    given = {"person_id": at.buyer_id, "units": units(order), "now": now + hours(30)} | more
    refused(code, lambda: aftersales.request(order, **given))


@pytest.mark.parametrize("counts", [(0,), (3,), (-1,)])
def test_units_that_are_not_there(now: datetime, counts: tuple[int, ...]) -> None:
    at = shop()
    order = delivered(at, (2,))
    refused("case.units", lambda: ask(at, order, "no_reason", *counts, now=now + hours(30)))


def test_somebody_elses_order_case_and_line_do_not_exist(now: datetime) -> None:
    at, other = shop(), shop(slug="peanest")
    order, theirs = delivered(at), paid(other)
    asked = ask(at, order, now=now + hours(30))
    stranger, nothing = other.buyer_id, new_id()
    for do in (
        lambda: aftersales.request(
            order, person_id=stranger, units=units(order), reason="no_reason", now=now
        ),
        lambda: aftersales.request(
            nothing, person_id=stranger, units=units(order), reason="no_reason", now=now
        ),
    ):
        refused("order.unknown", do)
    refused(
        "case.units",
        lambda: aftersales.request(
            order, person_id=at.buyer_id, units=units(theirs), reason="no_reason", now=now + hours(30)
        ),
    )
    later = now + hours(31)
    for do in (
        lambda: aftersales.withdraw(asked, person_id=stranger, now=later),
        lambda: aftersales.approve(asked, shop_id=other.shop_id, by=other.owner_id, now=later),
        lambda: aftersales.case(asked, side="buyer", person_id=stranger),
        lambda: aftersales.case(nothing, side="shop", shop_id=at.shop_id),
    ):
        refused("case.unknown", do)
    refused("shop.unknown", lambda: aftersales.approve(asked, shop_id=at.shop_id, by=stranger, now=later))


def test_an_unpaid_order_and_goods_in_different_places(now: datetime) -> None:
    at = shop()
    unpaid = place(at).order_ids[0]
    refused("case.not_paid", lambda: ask(at, unpaid, "changed_mind", now=now))
    order = paid(at, (1, 1), now=now)
    [first, _] = units(order)
    parcel = ship(at, order, "SF100001", now=now + hours(1), items=((first, 1),))
    scan(parcel, "delivered", at=now + hours(20))
    refused("case.mixed", lambda: ask(at, order, "no_reason", now=now + hours(30)))
    ask(at, order, "no_reason", 1, 0, now=now + hours(30))


def returning(at: Stage, now: datetime, number: str = "RT10001") -> UUID:
    asked = ask(at, delivered(at), now=now + hours(30))
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no=number, now=now + hours(32)
    )
    return asked


def test_a_number_is_used_once_and_of_a_known_courier(now: datetime) -> None:
    at = shop()
    order = delivered(at, (2,))
    first = ask(at, order, "no_reason", 1, now=now + hours(30))
    aftersales.approve(first, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    for code, carrier, number in (
        ("delivery.number_taken", "sandbox", "SF100001"),
        ("delivery.unknown_carrier", "owl", "RT10001"),
        ("delivery.tracking_no", "sandbox", "R"),
    ):
        refused(
            code,
            lambda carrier=carrier, number=number: aftersales.send_back(
                first, person_id=at.buyer_id, carrier=carrier, tracking_no=number, now=now + hours(32)
            ),
        )
    assert case(first).state == "to_send"


def test_nobody_does_what_is_not_theirs_to_do_now(now: datetime) -> None:
    at = shop()
    asked = returning(at, now)
    later = now + hours(33)
    mine, ours = (
        {"person_id": at.buyer_id, "now": later},
        {"shop_id": at.shop_id, "by": at.owner_id, "now": later},
    )
    for do in (
        lambda: aftersales.withdraw(asked, **mine),
        lambda: aftersales.escalate(asked, **mine),
        lambda: aftersales.approve(asked, **ours),
        lambda: aftersales.reject(asked, words="No, thank you", **ours),
        lambda: aftersales.replace(asked, carrier="sandbox", tracking_no="SF1234", **ours),
        lambda: aftersales.state_case(asked, side="buyer", text="hello", **mine),
    ):
        refused("case.moved_on", do)


def test_an_offer_is_less_than_what_was_asked_and_a_no_has_a_reason(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), now=now + hours(30))
    ours = {"shop_id": at.shop_id, "by": at.owner_id, "now": now + hours(31)}
    for amount in (0, -1, 20_000, 20_001):
        refused(
            "case.offer",
            lambda amount=amount: aftersales.reject(asked, words="A scratch", offer_minor=amount, **ours),
        )
    refused("case.answer", lambda: aftersales.reject(asked, words="no", **ours))
    aftersales.reject(asked, words="No, it was worn", save=True, **ours)
    refused(
        "case.no_offer",
        lambda: aftersales.accept_offer(asked, person_id=at.buyer_id, now=now + hours(32)),
    )
    assert [words for _, words in aftersales.saved_reasons(at.shop_id)] == ["No, it was worn"]


def test_a_second_too_late_is_too_late_even_if_no_keeper_was_there(now: datetime) -> None:
    at = shop()
    asked = ask(at, delivered(at), now=now + hours(30))
    ours = {"shop_id": at.shop_id, "by": at.owner_id}
    refused(
        "case.time_over",
        lambda: aftersales.reject(asked, words="It was worn", now=now + hours(78), **ours),
    )
    aftersales.reject(asked, words="It was worn", now=now + hours(78 - 1 / 3600), **ours)
    drain(now + hours(78))
    assert case(asked).state == "rejected"


def test_return_addresses_are_the_managers_and_one_is_the_default(now: datetime) -> None:
    at = shop()
    [(first, given, default)] = aftersales.return_addresses(at.shop_id)
    assert (given, default) == (HOUSE, True)
    second = aftersales.add_return_address(at.shop_id, HOUSE, by=at.owner_id, now=now, default=True)
    assert [(id, is_default) for id, _, is_default in aftersales.return_addresses(at.shop_id)] == [
        (second, True),
        (first, False),
    ]
    aftersales.remove_return_address(at.shop_id, second, by=at.owner_id, now=now)
    assert [(id, is_default) for id, _, is_default in aftersales.return_addresses(at.shop_id)] == [
        (first, True)
    ]
    with pytest.raises(Refusal):
        aftersales.add_return_address(at.shop_id, HOUSE, by=at.buyer_id, now=now)
