"""A statement is the ledger, told to a merchant: whatever happens, opening plus its lines is closing, purse by purse."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.books.ledger.api import Ref
from sanhao.books.settlement import api as settlement
from sanhao.books.settlement.wiring import BANK, BILLS, PAYOUTS, RELEASE, RESERVE
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import drain, tick
from sanhao.kit.text import Text
from sanhao.people.api import Enrolment, enrol
from tests.books.settlement.stage import ACCOUNT, books, commission, draw, paid, payable, released, sound
from tests.books.stage import fund
from tests.conftest import T0

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
GOODWILL = Ref("goodwill", "platform", "CNY")


def lines(shop: UUID, since: datetime, until: datetime) -> list[settlement.Line]:
    with transaction.atomic():
        return list(settlement.statement(shop, "CNY", since, until))


def closes(shop: UUID, since: datetime, until: datetime) -> list[settlement.Line]:
    """The statement, having checked that it is the ledger."""
    found = lines(shop, since, until)
    sums = Counter(settlement.standing_at(shop, "CNY", since).purses)
    for line in found:
        sums.update(line.moves)
        assert line.net == sum(line.moves.values())
    closing = settlement.standing_at(shop, "CNY", until).purses
    assert {code: minor for code, minor in sums.items() if minor} == {c: m for c, m in closing.items() if m}
    return found


@pytest.mark.django_db(transaction=True)
def test_an_order_from_payment_to_the_bank(buyer: UUID, now: datetime) -> None:
    shop = new_id()
    payable(shop, buyer, now=now - 2 * DAY)
    order = paid(shop, 20_000, 600, now=now)
    draw(order, 2_000, now=now + DAY)
    settlement.set_release({order: now + 7 * DAY})
    tick(RELEASE, now + 7 * DAY)
    drain([PAYOUTS, BANK], now=now + 9 * DAY)
    number = settlement.settlements([order])[order].number
    found = closes(shop, now - DAY, now + 30 * DAY)
    said = [(line.kind, line.number, line.gross, line.shares, line.commission, line.net) for line in found]
    assert said == [
        ("checkout.paid", number, 20_600, 0, 0, 20_600),
        ("refund", number, -2_000, 0, 0, -2_000),
        ("settlement.released", number, 0, 0, -900, -900),
        ("payout.paid", "", -17_700, 0, 0, -17_700),
    ]
    assert found[2].moves == {"escrow": -18_600, "balance": 17_700}
    assert settlement.standing_at(shop, "CNY", now + 30 * DAY).sum == 0


def test_what_others_bear_is_a_line_with_nothing_lost(now: datetime) -> None:
    shop = new_id()
    order = paid(shop, now=now)
    cover = settlement.Cover("c", "promise.carrier_claim", order, 600, GOODWILL, "order", order)
    settlement.cover([cover], now=now + DAY)
    draw(order, 600, now=now + DAY)
    [_, refund] = closes(shop, now, now + 2 * DAY)
    assert (refund.kind, refund.gross, refund.shares, refund.net) == ("refund", -600, 600, 0)


def test_a_refund_after_release_shows_the_commission_that_came_back(now: datetime) -> None:
    shop = new_id()
    order = released(shop, 10_000, 0, now=now)
    draw(order, 10_000, now=now + DAY, whole=True)
    back = closes(shop, now, now + 2 * DAY)[-1]
    assert (back.kind, back.gross, back.commission, back.net) == ("refund", -10_000, 500, -9_500)
    [note] = settlement.credit_notes(shop)
    assert (note.amount.minor, note.order_id) == (500, order)


def test_a_month_is_billed_once_and_says_what_the_ledger_says(now: datetime) -> None:
    settlement.found_rules(now=now)
    shop, other = new_id(), new_id()
    order = released(shop, 10_000, 0, now=now)
    released(shop, 5_000, 0, now=now)
    released(other, 1_000, 0, now=now)
    draw(order, 4_000, now=now + DAY)
    month_over = datetime.fromisoformat("2026-04-01T00:00:00+08:00")
    assert tick(BILLS, month_over - timedelta(seconds=1)) == 0
    assert drain([BILLS], now=month_over) == 1
    assert drain([BILLS], now=month_over + DAY) == 0
    [bill], [others] = settlement.bills(shop), settlement.bills(other)
    assert (bill.taken.minor, bill.given_back.minor, bill.orders, bill.notes) == (750, 200, 2, 1)
    assert bill.net.minor + others.net.minor == commission()


def test_the_overview_names_where_money_is(buyer: UUID, now: datetime) -> None:
    shop = new_id()
    waiting, dated, stopped = (paid(shop, n, 0, now=now) for n in (1_000, 2_000, 4_000))
    settlement.set_release({dated: now + 7 * DAY, stopped: now + 7 * DAY})
    settlement.hold([stopped], "case:1", reason=Text(zh="售后中", en="In after-sales"), now=now)
    released(shop, 10_000, 0, now=now)
    seen = settlement.overview(shop, "CNY", month_start=now - DAY, now=now)
    assert (seen.undated.minor, seen.dated.minor, seen.stopped.minor) == (1_000, 2_000, 4_000)
    assert seen.month_commission.minor == 500
    assert [(c.orders, c.amount.minor) for c in settlement.coming(shop, "CNY", timezone="Asia/Shanghai")] == [
        (1, 2_000)
    ]
    [why] = settlement.stopped(shop)
    assert (why.order_id, why.name, why.reason.en, why.amount.minor) == (
        stopped,
        "case:1",
        "In after-sales",
        4_000,
    )
    assert waiting in settlement.settlements([waiting])


steps = st.lists(
    st.tuples(
        st.sampled_from(["pay", "refund", "cover", "date", "hold", "lift", "day", "fund", "whole", "charge"]),
        st.integers(0, 1), st.integers(0, 9), st.integers(1, 9_000),
    ),
    min_size=5, max_size=40,
)  # fmt: skip


@settings(max_examples=40)
@given(steps=steps)
def test_whatever_happens_statements_are_the_ledger(db: Any, steps: list[tuple[str, int, int, int]]) -> None:
    with transaction.atomic():
        _live(steps)
        transaction.set_rollback(True)


def _live(steps: list[tuple[str, int, int, int]]) -> None:
    now, shops = T0, [new_id(), new_id()]
    mail = f"{new_id()}@example.org"
    owner = enrol([Enrolment(mail, "Lin")], now=now)[mail]
    settlement.found_rules(now=now - DAY)
    for n, shop in enumerate(shops):
        payable(shop, owner, now=now - 2 * DAY, account=f"{ACCOUNT}{n}")
    orders: list[list[UUID]] = [[], []]
    left: dict[UUID, int] = {}
    moments = [now]
    for what, whose, which, amount in steps:
        shop, own = shops[whose], orders[whose]
        order = own[which % len(own)] if own else None
        now += timedelta(minutes=1)
        if what == "pay":
            order = paid(shop, amount, which * 100, now=now)
            own.append(order)
            left[order] = amount + which * 100
        elif what == "fund":
            fund(shop, now, balance=amount, deposit=which)
        elif what == "day":
            now += (1 + which) * DAY
            moments.append(now)
            drain([RELEASE, RESERVE, PAYOUTS, BANK, BILLS], now=now)
        elif order is not None:
            _touch(what, order, shops[1 - whose], min(amount, left[order]), which, left, now)
        sound()
    moments.append(now + timedelta(seconds=1))
    for shop in shops:
        for since, until in pairwise(moments):
            closes(shop, since, until)
        closes(shop, T0 - 9 * DAY, moments[-1])
        final = settlement.standing_at(shop, "CNY", moments[-1]).purses
        owed = {code: -minor if code == "receivable" else minor for code, minor in final.items() if minor}
        assert owed == books(shop)


def _touch(
    what: str, order: UUID, other: UUID, amount: int, which: int, left: dict[UUID, int], now: datetime
) -> None:
    why = Text(zh="售后中", en="In after-sales")
    if what == "whole":
        amount = left[order]
    if what == "date":
        settlement.set_release({order: now + which * DAY})
    elif what == "hold":
        settlement.hold([order], f"case:{which}", reason=why, now=now)
    elif what == "lift":
        settlement.lift([order], f"case:{which}", now=now)
    elif amount:
        payer: UUID | tuple[str, str, str] = other if which % 2 else GOODWILL
        if what == "cover":
            cover = settlement.Cover(
                str(new_id()), "promise.compensation", order, amount, payer, "order", order
            )
            settlement.cover([cover], now=now)
        left[order] -= amount
        draw(order, amount, now=now, freight=min(amount, which), whole=not left[order])
