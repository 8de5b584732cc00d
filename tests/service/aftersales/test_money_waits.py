"""A shop's money waits for the longest window that is open about its order, by the rule of the market it went to, and says why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from sanhao.books.settlement import api as settlement
from sanhao.books.settlement.core import ReleaseTerms
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import time as kit_time
from sanhao.kit.text import Text
from sanhao.service.aftersales.case import Terms, Wait, money_waits_until, window_ends
from sanhao.service.orders import api as orders
from tests.conftest import T0
from tests.service import stage as service
from tests.service.aftersales.stage import delivered, rules, shop
from tests.service.aftersales.test_far_stories import in_euros
from tests.service.stage import drain, escrow, hours, sound

DAY = timedelta(days=1)


# ---- the rule alone -------------------------------------------------------------------------------------------------


def test_the_longest_window_wins_and_names_itself() -> None:
    terms, at = Terms(held_days=15), T0
    week, fortnight, quarter = (window_ends(terms, at, days=days) for days in (7, 14, 90))
    own = at + 7 * DAY
    assert money_waits_until(terms, at, own, []) == Wait(own, "", False)
    assert money_waits_until(terms, at, own, [(week, "ask")]) == Wait(week, "ask", False)
    assert money_waits_until(terms, at, own, [(week, "ask"), (fortnight, "x")]) == Wait(fortnight, "x", False)
    held = window_ends(terms, at, days=15)
    assert money_waits_until(terms, at, own, [(quarter, "x")]) == Wait(held, "x", True)
    assert money_waits_until(terms, at, own, [(quarter, "x")], most_days=9).until == window_ends(
        terms, at, days=9
    )
    assert money_waits_until(terms, at, at + 30 * DAY, [(quarter, "x")]).why == ""


@pytest.mark.parametrize(
    ("by_category", "goods", "days"),
    [
        ({}, ["fresh/fruit"], None),
        ({"fresh": 7}, ["fresh/fruit"], 7),
        ({"fresh": 7}, ["fresh/fruit", "clothes"], None),
        ({"fresh": 7, "clothes": 10}, ["fresh/fruit", "clothes"], 10),
        ({"fresh": 7, "fruit": 3}, ["fresh/fruit"], 3),
    ],
)
def test_goods_may_be_waited_for_less(
    by_category: dict[str, int], goods: list[str], days: int | None
) -> None:
    assert ReleaseTerms(days_by_category=by_category).most_days(goods) == days


@pytest.mark.parametrize("terms", [{"window_days": 366}, {"days_by_category": {"fresh": -1}}])
def test_terms_that_are_a_trap_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="days"):
        ReleaseTerms(**terms)


def test_whose_rules_bind_where() -> None:
    assert rulebook.markets("DE") == ("DE", "EU", "*")
    assert rulebook.markets("CN") == ("CN", "*")
    assert rulebook.markets("*") == ("*",)
    assert rulebook.countries("*") is None
    assert rulebook.countries("CN") == ["CN"]
    assert {"DE", "FR", "GR"} <= set(rulebook.countries("EU") or ())


# ---- stories --------------------------------------------------------------------------------------------------------


@pytest.fixture
def site(db: None) -> None:
    kit_time.found_world(is_demo=True)
    rules()


def found(release: ReleaseTerms, market: str = "*") -> None:
    rulebook.found(
        settlement.RELEASE,
        msgspec.to_builtins(release),
        title=Text(zh="放款", en="Release"),
        now=T0 - DAY,
        market=market,
    )


def view(order: UUID) -> settlement.View:
    return settlement.settlements([order])[order]


def test_a_new_sites_money_waits_for_what_may_still_be_asked(site: None, now: datetime) -> None:
    settlement.found_rules(now=now - DAY)
    at = shop()
    order = delivered(at, now=now)
    drain(now + hours(30))
    arrived = orders.order(order).delivered_at
    assert arrived is not None
    seen = view(order)
    assert seen.release_at == window_ends(Terms(), arrived, days=15)
    assert seen.because in (
        Text(zh="到那时为止可以申请“坏了、破了”", en="until then “It is broken or spoiled” may be asked"),
        Text(zh="还可以申请“怀疑不是正品”，最多等到这时",
             en="“I doubt that it is genuine” may still be asked, and it waits no longer than this"),
    )  # fmt: skip
    assert seen.release_at is not None
    drain(seen.release_at - hours(1))
    assert escrow(at.shop_id) == 20_600
    drain(seen.release_at)
    assert (escrow(at.shop_id), view(order).state) == (0, "released")
    sound()


def test_a_site_may_wait_for_its_own_days_alone(site: None, now: datetime) -> None:
    found(ReleaseTerms(window_days=3, waits="window"))
    at = shop()
    order = delivered(at, now=now)
    drain(now + hours(30))
    arrived = orders.order(order).delivered_at
    assert arrived is not None
    assert view(order).release_at == arrived + 3 * DAY
    assert view(order).because == Text(zh="签收后满3天", en="3 days after delivery")


def test_what_binds_is_what_was_said_when_it_was_paid(site: None, now: datetime) -> None:
    found(ReleaseTerms(window_days=3, waits="window"))
    at = shop()
    order = delivered(at, now=now)
    paid_at = orders.order(order).paid_at
    assert paid_at is not None
    terms = settlement.release_terms({order: (paid_at, "CN")})[order]
    assert (terms.window_days, terms.waits) == (3, "window")
    early = settlement.release_terms({order: (T0 - 1000 * DAY, "CN")})[order]
    assert early.window_days == 3, "a founding rule binds since ever"


def test_the_unions_orders_wait_by_the_unions_rule(site: None, now: datetime) -> None:
    found(ReleaseTerms(window_days=3, waits="window"))
    found(ReleaseTerms(window_days=20, waits="window"), market="EU")
    at = in_euros(now)
    order = service.paid(at, now=now)
    service.scan(service.ship(at, order, "SF810001", now=now + hours(1)), "delivered", at=now + DAY)
    drain(now + DAY + hours(1))
    arrived = orders.order(order).delivered_at
    assert arrived is not None
    assert view(order).release_at == arrived + 20 * DAY


def test_a_country_of_its_own_goes_before_its_union(site: None, now: datetime) -> None:
    found(ReleaseTerms(window_days=20, waits="window"), market="EU")
    found(ReleaseTerms(window_days=9, waits="window"), market="DE")
    got = settlement.release_terms(
        {id: (now, country) for id, country in ((UUID(int=1), "DE"), (UUID(int=2), "FR"))}
    )
    assert [got[UUID(int=n)].window_days for n in (1, 2)] == [9, 20]


def test_after_sales_of_the_union_run_for_its_fourteen_days(site: None, now: datetime) -> None:
    there, here = (
        rulebook.in_force("aftersales.terms", at=now, market=place).terms for place in ("DE", "CN")
    )
    assert (there["window_days"], here["window_days"]) == (14, 7)
    assert rulebook.in_force("aftersales.terms", at=now, market="CH").terms == here
