"""Coupons: granted once, set aside by one checkout, spent once, and back to who paid when nobody spends them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from sanhao.books.ledger.api import EntryDraft, Ref, audit, balance, charge_shops, entries_of, post
from sanhao.books.wallet import events
from sanhao.books.wallet.api import (
    CouponGrant,
    ShareBack,
    coupons_account,
    coupons_from,
    coupons_of,
    found_rules,
    give_back,
    grant,
    release,
    reserve,
    spend,
    take_over,
    uncovered,
    usable,
)
from sanhao.books.wallet.wiring import EXPIRY
from sanhao.fairness.rulebook.api import found
from sanhao.kit.events import _now, event_name
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import tick
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from tests.books.stage import COUPONS, GOODWILL, charge, fund, money

pytestmark = pytest.mark.django_db

REASON = Text(zh="晚发补偿", en="For a late parcel")
ESCROW = Ref("escrow", "some shop", "CNY")
LATER = timedelta(days=30)


def from_platform(person: UUID, amount: int = 300, **more: Any) -> CouponGrant:
    return CouponGrant(new_id(), person, amount, "CNY", REASON, "promise", new_id(), **more)


def from_shop(person: UUID, shop: UUID, amount: int, now: datetime, **more: Any) -> CouponGrant:
    """A shop is charged and a coupon granted for it, as a broken promise does."""
    [paid] = charge_shops([charge(shop, amount)], now=now)
    given = CouponGrant(new_id(), person, amount, "CNY", REASON, "promise", new_id(), shop, paid.from_balance,
                        paid.from_deposit, paid.advanced, **more)  # fmt: skip
    grant([given], now=now)
    return given


def states() -> list[str]:
    return [row["state"] for row in fetch("SELECT state FROM wallet_coupon ORDER BY id")]


def test_a_granted_coupon_is_in_the_wallet_with_its_reason_and_its_last_day(
    buyer: UUID, now: datetime
) -> None:
    given = from_platform(buyer)
    grant([given], now=now)
    [seen] = usable(buyer, currency="CNY", now=now)
    assert (seen.id, seen.amount, seen.reason, seen.state) == (given.id, Money(300, "CNY"), REASON, "active")
    assert (seen.granted_at, seen.expires_at) == (now, now + LATER)
    assert coupons_of(buyer) == [seen]
    assert coupons_from("promise", [given.source_id]) == {given.source_id: seen}
    assert usable(buyer, currency="USD", now=now) == []
    assert usable(buyer, currency="CNY", now=now + LATER) == [], "expired on the dot"


def test_what_the_platform_gives_comes_from_goodwill_and_what_a_shop_gives_from_the_shop(
    buyer: UUID, now: datetime
) -> None:
    shop = new_id()
    fund(shop, now, balance=100, deposit=50)
    from_shop(buyer, shop, 300, now)
    grant([from_platform(buyer, 200)], now=now)
    assert balance(COUPONS) == Money(-500, "CNY")
    assert balance(GOODWILL) == Money(200, "CNY")
    assert money(shop) == (0, 0, 150)
    assert uncovered() == {}
    assert audit().sound


def test_one_source_is_compensated_once(buyer: UUID, now: datetime) -> None:
    first = from_platform(buyer)
    again = CouponGrant(new_id(), buyer, 300, "CNY", REASON, first.source_kind, first.source_id)
    grant([first], now=now)
    with pytest.raises(IntegrityError, match="wallet_coupon_once"), transaction.atomic():
        grant([again], now=now)
    assert len(coupons_of(buyer)) == 1
    assert balance(COUPONS) == Money(-300, "CNY")


@pytest.mark.parametrize(
    "parts", [{"from_balance": 301}, {"from_deposit": 200, "advanced": 101}, {"amount": 0}]
)
def test_a_coupon_whose_parts_exceed_it_is_refused(parts: dict[str, int], buyer: UUID, now: datetime) -> None:
    bad = from_platform(buyer, **parts)
    with pytest.raises(Invalid):
        grant([from_platform(buyer), bad], now=now)
    assert states() == []


def test_the_terms_in_force_say_how_long_and_who_gets_it_back(buyer: UUID, now: datetime) -> None:
    terms = {"valid_days": 3, "unused_returns_to": "platform"}
    found("wallet.compensation", terms, title=REASON, now=now)
    found_rules(now=now)  # founding again changes nothing
    grant([from_platform(buyer)], now=now)
    assert coupons_of(buyer)[0].expires_at == now + timedelta(days=3)
    assert tick(EXPIRY, now + timedelta(days=3)) == 1
    assert balance(Ref("breakage", "platform", "CNY")) == Money(-300, "CNY")
    assert balance(COUPONS) == Money(0, "CNY")
    with pytest.raises(Refusal):
        found("wallet.compensation", {"valid_days": 0, "unused_returns_to": "me"}, title=REASON, now=now)


def test_a_batch_of_grants_costs_the_same_few_statements_however_long_it_is(
    buyer: UUID, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shop = new_id()
    paid = [
        CouponGrant(new_id(), buyer, 300, "CNY", REASON, "promise", new_id(), shop, 300) for _ in range(200)
    ]
    with django_assert_num_queries(2):  # who was taken over, the terms; COPY is not counted
        grant(paid, now=now)
    assert len(states()) == 200


def test_reserved_spent_and_nothing_left(buyer: UUID, now: datetime) -> None:
    mine = [from_platform(buyer, 300), from_platform(buyer, 500)]
    grant(mine, now=now)
    checkout = new_id()
    ids = [coupon.id for coupon in mine]
    taken = reserve([*ids, ids[0]], person_id=buyer, for_id=checkout, now=now)
    assert [
        (one.coupon_id, one.amount, one.funder_kind, one.funder_id, one.shop_id)
        for one in sorted(taken, key=lambda one: one.amount.minor)
    ] == [
        (mine[0].id, Money(300, "CNY"), "compensation", "platform", None),
        (mine[1].id, Money(500, "CNY"), "compensation", "platform", None),
    ]
    assert reserve(ids, person_id=buyer, for_id=checkout, now=now) == taken, "again is fine"
    assert usable(buyer, currency="CNY", now=now) == []
    assert spend([checkout, new_id()], now=now) == {checkout: Money(800, "CNY")}
    assert spend([checkout], now=now) == {}
    release([checkout], now=now)
    assert states() == ["spent", "spent"]
    assert reserve([], person_id=buyer, for_id=checkout, now=now, goods={new_id(): Money(1, "EUR")}) == []


def test_a_checkout_that_came_to_nothing_gives_its_coupons_back(buyer: UUID, now: datetime) -> None:
    mine = from_platform(buyer)
    grant([mine], now=now)
    first, second = new_ids(2)
    reserve([mine.id], person_id=buyer, for_id=first, now=now)
    release([first], now=now)
    assert spend([first], now=now) == {}
    assert [one.coupon_id for one in reserve([mine.id], person_id=buyer, for_id=second, now=now)] == [mine.id]


def test_a_coupon_in_two_tabs_is_refused_in_the_second_and_nothing_changes(
    buyer: UUID, now: datetime
) -> None:
    mine, other = from_platform(buyer), from_platform(buyer)
    grant([mine, other], now=now)
    first, second = new_ids(2)
    reserve([mine.id], person_id=buyer, for_id=first, now=now)
    for state in ("reserved", "spent"):
        with pytest.raises(Refusal) as refused:
            reserve([other.id, mine.id], person_id=buyer, for_id=second, now=now)
        assert refused.value.code == "wallet.coupon_used"
        assert sorted(states()) == sorted(["active", state])
        spend([first], now=now)


@pytest.mark.parametrize(
    ("goods", "days", "code"),
    [
        (Money(999, "CNY"), 0, "wallet.coupon_threshold"),
        (Money(5000, "USD"), 0, "wallet.coupon_currency"),
        (Money(1000, "CNY"), 30, "wallet.coupon_expired"),
    ],
)
def test_a_coupon_that_does_not_fit_is_refused(
    goods: Money, days: int, code: str, buyer: UUID, now: datetime
) -> None:
    mine = from_platform(buyer, threshold_minor=1000)
    grant([mine], now=now)
    with pytest.raises(Refusal) as refused:
        reserve(
            [mine.id],
            person_id=buyer,
            for_id=new_id(),
            now=now + timedelta(days=days),
            goods={new_id(): goods},
        )
    assert refused.value.code == code
    assert states() == ["active"]


def test_somebody_elses_coupon_does_not_exist(buyer: UUID, stranger: UUID, now: datetime) -> None:
    theirs = from_platform(buyer)
    grant([theirs], now=now)
    with pytest.raises(NotFound):
        reserve([theirs.id], person_id=stranger, for_id=new_id(), now=now)
    with pytest.raises(NotFound):
        reserve([new_id()], person_id=buyer, for_id=new_id(), now=now)
    assert states() == ["active"]


def test_unspent_money_goes_back_to_those_who_paid(buyer: UUID, now: datetime) -> None:
    shop = new_id()
    fund(shop, now, balance=100, deposit=50)
    mine = from_shop(buyer, shop, 300, now)
    grant([from_platform(buyer, 70)], now=now)
    assert tick(EXPIRY, now + LATER - timedelta(seconds=1)) == 0
    assert tick(EXPIRY, now + LATER) == 2
    assert states() == ["expired", "expired"]
    assert money(shop) == (100, 50, 0), (
        "the advance is repaid first, the deposit gets its own, the rest is balance"
    )
    assert (balance(COUPONS), balance(GOODWILL)) == (Money(0, "CNY"), Money(0, "CNY"))
    assert [entry.kind for entry in entries_of("coupon", mine.id)] == ["coupon_returned"]
    assert tick(EXPIRY, now + LATER) == 0
    assert uncovered() == {}
    assert audit().sound


def test_a_coupon_set_aside_does_not_expire_under_the_buyers_hands(buyer: UUID, now: datetime) -> None:
    mine = from_platform(buyer)
    grant([mine], now=now)
    checkout = new_id()
    reserve([mine.id], person_id=buyer, for_id=checkout, now=now + LATER - timedelta(minutes=1))
    assert tick(EXPIRY, now + LATER) == 0
    release([checkout], now=now + LATER)
    assert tick(EXPIRY, now + LATER) == 1


def test_the_platform_takes_over_what_a_shop_paid_by_mistake_and_the_buyer_keeps_the_coupon(
    buyer: UUID, now: datetime
) -> None:
    shop = new_id()
    fund(shop, now, balance=100, deposit=50)
    mine = from_shop(buyer, shop, 300, now)
    assert take_over("promise", [mine.source_id], now=now) == {mine.source_id: Money(300, "CNY")}
    assert take_over("promise", [mine.source_id], now=now) == {}, "twice is once"
    assert money(shop) == (100, 50, 0)
    assert balance(GOODWILL) == Money(300, "CNY")
    assert len(usable(buyer, currency="CNY", now=now)) == 1
    tick(EXPIRY, now + LATER)
    assert money(shop) == (100, 50, 0), "what expires now is the platform's"
    assert balance(GOODWILL) == Money(0, "CNY")
    assert audit().sound


def test_a_coupon_that_expired_to_its_payer_has_nothing_left_to_take_over(buyer: UUID, now: datetime) -> None:
    shop = new_id()
    fund(shop, now, balance=300)
    mine = from_shop(buyer, shop, 300, now)
    tick(EXPIRY, now + LATER)
    assert take_over("promise", [mine.source_id], now=now + LATER) == {}
    assert money(shop) == (300, 0, 0)


def test_a_batch_is_told_as_one_fact_and_each_expiry_as_its_own(
    buyer: UUID, stranger: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    for kind in (events.CouponsGranted, events.CouponExpired):
        monkeypatch.setitem(_now, event_name(kind), [heard.extend])
    first, second = from_platform(buyer), from_platform(stranger, 500)
    grant([first, second], now=now)
    tick(EXPIRY, now + LATER)
    assert heard[0].fact == events.CouponsGranted((buyer, stranger), (first.id, second.id))
    assert {news.fact for news in heard[1:]} == {
        events.CouponExpired(first.id, buyer, 300, "CNY"),
        events.CouponExpired(second.id, stranger, 500, "CNY"),
    }


def paid_with_two_coupons(buyer: UUID, shop: UUID, now: datetime) -> tuple[UUID, UUID]:
    """The coupons of a checkout paid with ¥3 of a shop's (balance ¥1, deposit ¥0.5, advanced ¥1.5) and ¥1 of the platform's."""
    fund(shop, now, balance=100, deposit=50)
    theirs, ours, checkout = from_shop(buyer, shop, 300, now), from_platform(buyer, 100), new_id()
    grant([ours], now=now)
    reserve([theirs.id, ours.id], person_id=buyer, for_id=checkout, now=now)
    spend([checkout], now=now)
    post(
        [
            EntryDraft(
                new_id(), "paid", "paid", now, "CNY", ((COUPONS, 400), (ESCROW, -400)), "checkout", checkout
            )
        ]
    )
    return theirs.id, ours.id


def test_coupons_that_paid_for_what_will_not_happen_come_back_in_parts_from_the_same_funders(
    buyer: UUID, now: datetime
) -> None:
    shop, order = new_id(), new_id()
    theirs, ours = paid_with_two_coupons(buyer, shop, now)
    shares = [
        ShareBack("order:1", theirs, 150, ESCROW, order),
        ShareBack("order:1", ours, 50, ESCROW, order),
    ]
    later = now + timedelta(days=10)
    give_back(shares, now=later)
    give_back(shares, now=later)
    back = usable(buyer, currency="CNY", now=later)
    assert sorted(coupon.amount.minor for coupon in back) == [50, 150]
    assert {coupon.expires_at for coupon in back} == {later + LATER}
    moved = [line.amount.minor for entry in entries_of("order", order) for line in entry.lines]
    assert sorted(moved) == [-150, -50, 50, 150]
    assert (balance(ESCROW), balance(COUPONS)) == (Money(-200, "CNY"), Money(-200, "CNY"))
    assert uncovered() == {}
    tick(EXPIRY, later + LATER)
    assert money(shop) == (0, 0, 0), "half of the shop's ¥3 came back, all of it repays what it owes"
    assert balance(GOODWILL) == Money(50, "CNY")
    assert audit().sound


def test_more_coupons_than_were_spent_never_come_back(buyer: UUID, now: datetime) -> None:
    theirs, ours = paid_with_two_coupons(buyer, new_id(), now)
    give_back([ShareBack("before", ours, 60, ESCROW, new_id())], now=now)
    execute("DELETE FROM wallet_coupon WHERE source_kind = 'coupon'")
    for share in (
        ShareBack("a", theirs, 301, ESCROW, new_id()),
        ShareBack("b", ours, 41, ESCROW, new_id()),
        ShareBack("c", new_id(), 1, ESCROW, new_id()),
    ):
        with pytest.raises(Invalid), transaction.atomic():
            give_back([share], now=now)
    assert usable(buyer, currency="CNY", now=now) == []


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("funded_platform = 299", "wallet_coupon_paid_for"),
        ("funded_platform = 0, funded_balance = 300", "wallet_coupon_paid_for"),
        ("state = 'lost'", "wallet_coupon_state"),
        ("state = 'spent'", "wallet_coupon_held"),
        ("reserved_for = gen_random_uuid()", "wallet_coupon_held"),
    ],
)
def test_the_database_refuses_a_coupon_that_cannot_be(
    change: str, constraint: str, buyer: UUID, now: datetime
) -> None:
    grant([from_platform(buyer)], now=now)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        execute(f"UPDATE wallet_coupon SET {change}")


def test_the_books_notice_a_coupon_that_nobody_paid_for(buyer: UUID, now: datetime) -> None:
    grant([CouponGrant(new_id(), buyer, 300, "CNY", REASON, "promise", new_id(), new_id(), 300)], now=now)
    assert uncovered() == {"CNY": Money(-300, "CNY")}
    assert coupons_account("CNY") == COUPONS
