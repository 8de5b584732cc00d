"""What is held for an order: dates, names that hold it, and who loses what goes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from sanhao.books.ledger.api import Ref
from sanhao.books.settlement import api as settlement
from sanhao.books.settlement.core import Kept, commission_of, take
from sanhao.kit.ids import new_id
from sanhao.kit.text import Text
from tests.books.settlement.stage import books, draw, paid, sound
from tests.books.stage import fund

pytestmark = pytest.mark.django_db
WHY = Text(zh="买家申请了售后", en="The buyer asked for a refund")
GOODWILL = Ref("goodwill", "platform", "CNY")


@pytest.fixture
def shop() -> UUID:
    return new_id()


def view(order: UUID) -> settlement.View:
    return settlement.settlements([order])[order]


def test_what_an_order_brings_in_is_held(shop: UUID, now: datetime) -> None:
    order = paid(shop, now=now)
    seen = view(order)
    assert (seen.state, seen.received_minor, seen.held_minor, seen.release_at) == (
        "held",
        20_600,
        20_600,
        None,
    )
    sound()


def test_a_date_can_move_until_the_money_is_released(shop: UUID, now: datetime) -> None:
    order = paid(shop, now=now)
    dates = settlement.release_dates({order: now}, at=now)
    assert dates == {order: now + timedelta(days=7)}
    settlement.set_release(dates)
    settlement.set_release({order: now + timedelta(days=3)})
    assert view(order).release_at == now + timedelta(days=3)


def test_a_hold_stands_once_by_its_name_until_it_is_lifted(shop: UUID, now: datetime) -> None:
    order = paid(shop, now=now)
    for _ in range(2):
        assert settlement.hold([order], "case:1", reason=WHY, now=now) == [order]
    settlement.hold([order], "case:2", reason=WHY, now=now)
    assert (view(order).holds, [h.name for h in settlement.holds([order])]) == (2, ["case:1", "case:2"])
    assert settlement.lift([order], "case:1", now=now) == [order]
    assert settlement.lift([order], "case:1", now=now) == []
    assert view(order).holds == 1
    assert [h.lifted_at for h in settlement.holds([order], standing=False)] == [now, None]
    assert settlement.hold([order], "case:1", reason=WHY, now=now) == [order], "the same name may come back"


def test_a_refund_while_held_lowers_what_is_held(shop: UUID, now: datetime) -> None:
    order = paid(shop, now=now)
    [drawn] = draw(order, 5_000, now=now)
    assert (drawn.from_cover, drawn.from_escrow, drawn.charged, drawn.commission_back) == (0, 5_000, 0, 0)
    assert (view(order).held_minor, books(shop)) == (15_600, {"escrow": 15_600})
    sound()


def test_what_another_bears_changes_nothing_for_the_shop(shop: UUID, now: datetime) -> None:
    order, other = paid(shop, now=now), new_id()
    fund(other, now, balance=250)
    covers = [
        settlement.Cover("a", "promise.compensation", order, 300, other, "promise", order),
        settlement.Cover("b", "promise.carrier_claim", order, 300, GOODWILL, "promise", order),
    ]
    [charged] = settlement.cover(covers, now=now)
    assert (charged.from_balance, charged.advanced) == (250, 50)
    [drawn] = draw(order, 600, now=now, freight=600)
    assert (drawn.from_cover, drawn.from_escrow) == (600, 0)
    assert (view(order).held_minor, view(order).covered_minor) == (20_600, 0)
    assert view(order).goods_back_minor == 0
    sound()


def test_a_key_draws_once(shop: UUID, now: datetime) -> None:
    order = paid(shop, now=now)
    assert len(draw(order, 100, now=now, key="once")) == 1
    assert draw(order, 100, now=now, key="once") == []
    assert view(order).held_minor == 20_500


def test_the_whole_order_back_closes_it(shop: UUID, now: datetime) -> None:
    order = paid(shop, now=now)
    draw(order, 20_600, now=now, whole=True)
    assert (view(order).state, view(order).held_minor, books(shop)) == ("closed", 0, {})
    assert settlement.hold([order], "case:1", reason=WHY, now=now) == []
    sound()


def test_what_the_shop_itself_paid_in_waits_to_be_released(shop: UUID, now: datetime) -> None:
    """Freight for a late parcel came from the shop's balance; then the order is given back whole."""
    order = paid(shop, now=now)
    fund(shop, now, balance=600)
    settlement.cover([settlement.Cover("a", "x", order, 600, shop, "promise", order)], now=now)
    draw(order, 600, now=now)
    draw(order, 20_000, now=now, whole=True)
    assert (view(order).state, view(order).held_minor, view(order).release_at) == ("held", 600, now)
    sound()


def test_more_than_is_held_is_charged_to_the_shop(shop: UUID, now: datetime) -> None:
    order = paid(shop, 1_000, 0, now=now)
    fund(shop, now, balance=300)
    [drawn] = draw(order, 1_500, now=now)
    assert (drawn.from_escrow, drawn.charged) == (1_000, 500)
    assert books(shop) == {"receivable": 200}
    sound()


def test_an_order_that_was_never_opened_is_refused(now: datetime) -> None:
    with pytest.raises(LookupError, match="never opened"):
        settlement.draw([settlement.Draw("x", new_id(), 1, "order", new_id())], now=now)


def test_an_order_is_opened_once(shop: UUID, now: datetime) -> None:
    order = paid(shop, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        settlement.open([settlement.Opening(order, "N", shop, "CNY", 1, {"": 1})], now=now)


@given(
    goods=st.integers(0, 10**7), freight=st.integers(0, 10**5), bp=st.integers(0, 5_000),
    asked=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**5), st.booleans()), max_size=12),
)  # fmt: skip
def test_however_it_is_taken_parts_add_up_and_commission_follows_the_goods(
    goods: int, freight: int, bp: int, asked: list[tuple[int, int, bool]]
) -> None:
    full = (goods * bp + 5_000) // 10_000
    kept = Kept(goods + freight, 0, goods, 0, 0, 0)
    left = goods + freight
    for amount, of_freight, release in asked:
        if release and kept.held:
            kept.commission_full = full
            kept.commission = commission_of(full, goods, goods - kept.goods_back)
            kept.held = 0
        amount = min(amount, left)
        before = Kept(
            kept.held, kept.covered, kept.goods, kept.goods_back, kept.commission_full, kept.commission
        )
        taken = take(kept, amount, min(of_freight, amount))
        left -= amount
        parts = [getattr(taken, name) for name in taken.__struct_fields__]
        assert sum(parts) == amount and min(parts) >= 0
        assert before.commission - kept.commission == taken.commission_back
        assert 0 <= kept.commission <= full and 0 <= kept.goods_back <= goods
