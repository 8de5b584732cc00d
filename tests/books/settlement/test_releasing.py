"""Release: what is left goes to the shop less commission and reserve; a refund afterwards is clawed back to the cent."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from sanhao.books.settlement import api as settlement
from sanhao.books.settlement.wiring import RELEASE, RESERVE
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import tick
from sanhao.kit.text import Text
from tests.books.settlement.stage import books, commission, draw, paid, released, sound
from tests.books.stage import charge, fund

pytestmark = pytest.mark.django_db
WHY = Text(zh="买家申请了售后", en="The buyer asked for a refund")


@pytest.fixture
def shop() -> UUID:
    return new_id()


def rule(key: str, terms: msgspec.Struct, now: datetime) -> None:
    rulebook.found(key, msgspec.to_builtins(terms), title=Text(zh="规则", en="Rule"), now=now)


def test_the_shop_gets_what_is_left_less_the_commission_on_goods(shop: UUID, now: datetime) -> None:
    order = released(shop, 20_000, 600, now=now)
    assert (books(shop), commission()) == ({"balance": 19_600}, 1_000)
    seen = settlement.settlements([order])[order]
    assert (seen.state, seen.released_minor, seen.commission_minor, seen.released_at) == (
        "released",
        19_600,
        1_000,
        now,
    )
    sound()


def test_commission_is_that_of_its_category_when_the_order_was_paid(shop: UUID, now: datetime) -> None:
    rule("settlement.commission", settlement.CommissionTerms(default_bp=500, by_category={"fruit": 100}), now)
    released(shop, 10_000, 0, now=now, category="fruit")
    assert commission() == 100


def test_nothing_is_released_early_or_while_held(shop: UUID, now: datetime) -> None:
    order = paid(shop, now=now)
    assert tick(RELEASE, now + timedelta(days=99)) == 0, "no date yet"
    settlement.set_release({order: now + timedelta(days=7)})
    settlement.hold([order], "case:1", reason=WHY, now=now)
    assert tick(RELEASE, now + timedelta(days=7)) == 0
    settlement.lift([order], "case:1", now=now)
    assert tick(RELEASE, now + timedelta(days=7, microseconds=-1)) == 0
    assert tick(RELEASE, now + timedelta(days=7)) == 1
    assert tick(RELEASE, now + timedelta(days=8)) == 0
    sound()


def test_a_refund_before_release_lowers_the_commission(shop: UUID, now: datetime) -> None:
    order = paid(shop, 20_000, 600, now=now)
    draw(order, 10_300, freight=300, now=now)
    settlement.set_release({order: now})
    tick(RELEASE, now)
    assert (books(shop), commission()) == ({"balance": 9_800}, 500)
    sound()


def test_a_refund_after_release_is_the_shops_and_the_commission_comes_back(shop: UUID, now: datetime) -> None:
    order = released(shop, 20_000, 600, now=now)
    [drawn] = draw(order, 20_600, freight=600, now=now, whole=True)
    assert (drawn.from_escrow, drawn.commission_back, drawn.charged) == (0, 1_000, 19_600)
    assert (books(shop), commission()) == ({}, 0)
    assert settlement.settlements([order])[order].state == "closed"
    sound()


def test_refunds_bit_by_bit_give_the_commission_back_to_the_cent(shop: UUID, now: datetime) -> None:
    order = released(shop, 9_999, 0, now=now)
    taken = commission()
    for _ in range(9_999 // 1_111):
        draw(order, 1_111, now=now)
    assert (taken, commission(), books(shop)) == (500, 0, {})
    sound()


def test_a_clawback_beyond_what_the_shop_has_is_owed_and_later_releases_repay_it(
    shop: UUID, now: datetime
) -> None:
    order = released(shop, 10_000, 0, now=now)
    fund(shop, now, deposit=1_000)
    from sanhao.books.ledger.api import charge_shops

    charge_shops([charge(shop, 9_500)], now=now)  # the money has left the balance
    [drawn] = draw(order, 10_000, now=now, whole=True)
    assert (drawn.charged, drawn.commission_back) == (9_500, 500)
    assert books(shop) == {"receivable": 8_500}
    released(shop, 6_000, 0, now=now)
    assert books(shop) == {"receivable": 8_500 - 5_700}
    released(shop, 10_000, 0, now=now)
    assert books(shop) == {"balance": 9_500 - 2_800}
    sound()


def test_a_part_stays_in_reserve_and_is_freed_in_time(shop: UUID, now: datetime) -> None:
    rule("settlement.payout", settlement.PayoutTerms(reserve_bp=1_000, reserve_days=30), now)
    released(shop, 10_000, 0, now=now)
    assert books(shop) == {"balance": 8_550, "reserve": 950}
    assert tick(RESERVE, now + timedelta(days=29)) == 0
    assert tick(RESERVE, now + timedelta(days=30)) == 1
    assert tick(RESERVE, now + timedelta(days=31)) == 0
    assert books(shop) == {"balance": 9_500}
    sound()


def test_a_refund_takes_its_own_orders_reserve_first(shop: UUID, now: datetime) -> None:
    rule("settlement.payout", settlement.PayoutTerms(reserve_bp=1_000, reserve_days=30), now)
    order, other = released(shop, 10_000, 0, now=now), released(shop, 10_000, 0, now=now)
    [drawn] = draw(order, 500, now=now)
    assert (drawn.commission_back, drawn.from_reserve, drawn.charged) == (25, 475, 0)
    [drawn] = draw(order, 1_000, now=now)
    assert (drawn.commission_back, drawn.from_reserve, drawn.charged) == (50, 475, 475)
    assert books(shop) == {"balance": 2 * 8_550 - 475, "reserve": 950}
    tick(RESERVE, now + timedelta(days=30))
    assert books(shop) == {"balance": 2 * 8_550 - 475 + 950}
    assert settlement.settlements([other])[other].state == "released"
    sound()


def test_standing_decides_the_reserve(shop: UUID, now: datetime) -> None:
    terms = settlement.PayoutTerms(reserve_bp=1_000, by_standing={"trusted": settlement.PayoutTerms()})
    rule("settlement.payout", terms, now)
    settlement.set_standing([settlement.ShopStanding(shop, "CNY", "trusted")])
    released(shop, 10_000, 0, now=now)
    assert books(shop) == {"balance": 9_500}


def test_a_batch_of_many_shops_is_released_at_once(now: datetime) -> None:
    shops = [new_id() for _ in range(5)]
    orders = [paid(shop, 1_000 + n, 0, now=now) for n in range(4) for shop in shops]
    settlement.set_release(dict.fromkeys(orders, now))
    assert tick(RELEASE, now) == 20
    assert all(
        books(shop) == {"balance": sum(1_000 + n - (1_000 + n + 10) // 20 for n in range(4))}
        for shop in shops
    )
    sound()
