"""Issues of coupons: drafted, started, claimed from within budget, window and limit, ended, and paid for by a host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import IntegrityError, transaction

from sanhao.books.ledger.api import EntryDraft, Ref, audit, balance, entries_of, post
from sanhao.books.wallet import api as wallet
from sanhao.books.wallet.wiring import EXPIRY, ISSUES_END
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import tick
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from tests.books.stage import BANK
from tests.conftest import T0

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SHOP = UUID(int=77)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def drafted(**other: Any) -> wallet.IssueDraft:
    """¥10 off ¥88 of one shop's goods, ten of them, for a week."""
    draft = wallet.IssueDraft(
        "shop", str(SHOP), Text(zh="春茶上新", en="Spring tea"), cny(1_000), cny(8_800), cny(10_000), T0, T0 + 7 * DAY,
        shop_id=SHOP,
    )  # fmt: skip
    return msgspec.structs.replace(draft, **other)


def by_platform(**other: Any) -> wallet.IssueDraft:
    return drafted(**{"funder_kind": "platform", "funder_id": "platform", "shop_id": None} | other)


def by_host(host: UUID, **other: Any) -> wallet.IssueDraft:
    return drafted(**{"funder_kind": "host", "funder_id": str(host), "shop_id": None} | other)


def everything() -> list[Any]:
    tables = (
        "wallet_issue",
        "wallet_coupon",
        "wallet_prepayment",
        "wallet_return",
        "ledger_entry",
        "kit_history",
    )
    return [fetch(f"SELECT * FROM {table} ORDER BY id") for table in tables]


@contextmanager
def refused(code: str) -> Iterator[None]:
    before = everything()
    with pytest.raises(Refusal) as refusal:
        yield
    assert refusal.value.code == code
    assert everything() == before


def claimed(issue: UUID) -> int:
    return wallet.issue(issue).claimed.minor


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"amount": cny(0)}, "amount"),
        ({"amount": cny(-1)}, "amount"),
        ({"threshold": cny(-1)}, "threshold"),
        ({"threshold": cny(999)}, "threshold_small"),
        ({"budget": cny(999)}, "budget"),
        ({"budget": cny(10**13)}, "budget"),
        ({"budget": Money(10_000, "USD")}, "currency"),
        ({"title": Text(zh="", en="x")}, "title"),
        ({"title": Text(zh="券", en="x" * 61)}, "title"),
        ({"per_person": 0}, "per_person"),
        ({"valid_days": 0}, "valid_days"),
        ({"valid_days": 367}, "valid_days"),
        ({"claims_until": T0}, "window"),
        ({"claims_from": T0 + 8 * DAY}, "window"),
        ({"claims_until": T0 + 367 * DAY}, "window_long"),
        ({"funder_kind": "compensation"}, "funder"),
        ({"stacking": "sometimes"}, "funder"),
        ({"shop_id": new_id()}, "scope"),
    ],
)
def test_what_cannot_be_is_refused_before_it_is_written(
    other: dict[str, Any], code: str, buyer: UUID
) -> None:
    with refused(f"issue.{code}"):
        wallet.draft_issue(drafted(**other), by=buyer, now=T0)


def test_a_draft_is_seen_by_nobody_until_it_starts(buyer: UUID, stranger: UUID) -> None:
    id = wallet.draft_issue(drafted(), by=buyer, now=T0)
    assert wallet.issues_for([SHOP], person_id=None, now=T0) == []
    with refused("issue.unknown"):
        wallet.claim(id, person_id=stranger, now=T0)
    wallet.start_issue(id, shop_id=SHOP, by=buyer, now=T0)
    [seen] = wallet.issues_for([SHOP], person_id=stranger, now=T0)
    assert (seen.issue.id, seen.claimable, seen.mine, seen.issue.left) == (id, True, 0, 10)
    assert wallet.issues_for([new_id()], person_id=None, now=T0) == []
    with refused("issue.moved_on"):
        wallet.start_issue(id, by=buyer, now=T0)


def test_a_claim_is_a_coupon_that_no_money_moved_for(buyer: UUID) -> None:
    id = wallet.issue_coupons(drafted(valid_days=3), by=buyer, now=T0)
    coupon_id = wallet.claim(id, person_id=buyer, now=T0 + DAY)
    [mine] = wallet.coupons_of(buyer)
    assert (mine.id, mine.amount, mine.threshold, mine.reason.en) == (
        coupon_id,
        cny(1_000),
        cny(8_800),
        "Spring tea",
    )
    assert (mine.funder_kind, mine.funder_id, mine.scope, mine.expires_at) == (
        "shop",
        str(SHOP),
        SHOP,
        T0 + 4 * DAY,
    )
    assert claimed(id) == 1_000
    assert (audit().sound, wallet.uncovered(), fetch("SELECT 1 FROM ledger_entry")) == (True, {}, [])
    [seen] = wallet.issues_for([SHOP], person_id=buyer, now=T0 + DAY)
    assert (seen.mine, seen.ready, seen.claimable) == (1, 1, False)


def test_nobody_claims_more_than_the_limit(buyer: UUID, stranger: UUID) -> None:
    id = wallet.issue_coupons(drafted(per_person=2), by=buyer, now=T0)
    wallet.claim(id, person_id=buyer, now=T0)
    wallet.claim(id, person_id=buyer, now=T0)
    with refused("coupon.limit"):
        wallet.claim(id, person_id=buyer, now=T0)
    wallet.claim(id, person_id=stranger, now=T0)
    with pytest.raises(IntegrityError, match="wallet_coupon_claimed_once"), transaction.atomic():
        execute("UPDATE wallet_coupon SET nth = 1")


@pytest.mark.parametrize(
    ("at", "code"),
    [(T0 - timedelta(seconds=1), "coupon.not_yet"), (T0 + 7 * DAY, "coupon.over")],
)
def test_claiming_has_a_first_and_a_last_second(at: datetime, code: str, buyer: UUID) -> None:
    id = wallet.issue_coupons(drafted(), by=buyer, now=T0 - DAY)
    with refused(code):
        wallet.claim(id, person_id=buyer, now=at)
    wallet.claim(id, person_id=buyer, now=T0 + 7 * DAY - timedelta(seconds=1))


def test_the_budget_is_the_end_of_it_and_what_expires_unused_may_be_claimed_again(
    buyer: UUID, stranger: UUID
) -> None:
    id = wallet.issue_coupons(drafted(budget=cny(1_999), valid_days=2), by=buyer, now=T0)
    wallet.claim(id, person_id=buyer, now=T0)
    with refused("coupon.all_gone"):
        wallet.claim(id, person_id=stranger, now=T0)
    assert wallet.issues_for([SHOP], person_id=stranger, now=T0) == []
    tick(EXPIRY, T0 + 2 * DAY)
    assert (claimed(id), wallet.coupons_of(buyer)[0].state) == (0, "expired")
    wallet.claim(id, person_id=stranger, now=T0 + 2 * DAY)
    assert (claimed(id), audit().sound, fetch("SELECT 1 FROM ledger_entry")) == (1_000, True, [])
    with pytest.raises(IntegrityError, match="wallet_issue_budget"), transaction.atomic():
        execute("UPDATE wallet_issue SET claimed_minor = 2000")


def test_ended_early_what_was_claimed_stays_good(buyer: UUID, stranger: UUID) -> None:
    id = wallet.issue_coupons(drafted(), by=buyer, now=T0)
    mine = wallet.claim(id, person_id=buyer, now=T0)
    with refused("issue.unknown"):
        wallet.end_issue(id, shop_id=new_id(), by=stranger, now=T0)
    wallet.end_issue(id, shop_id=SHOP, by=buyer, now=T0 + DAY)
    with refused("coupon.over"):
        wallet.claim(id, person_id=stranger, now=T0 + DAY)
    wallet.reserve([mine], person_id=buyer, for_id=new_id(), now=T0 + 2 * DAY, goods={SHOP: cny(8_800)})


def test_after_its_last_day_an_issue_ends_by_itself(buyer: UUID) -> None:
    id, later = (wallet.issue_coupons(drafted(claims_until=T0 + n * DAY), by=buyer, now=T0) for n in (1, 2))
    tick(ISSUES_END, T0 + DAY)
    assert (wallet.issue(id).state, wallet.issue(later).state) == ("ended", "running")
    assert wallet.issue(id).ended_at == T0 + DAY
    late = wallet.draft_issue(drafted(claims_until=T0 + DAY), by=buyer, now=T0)
    with refused("issue.over"):
        wallet.start_issue(late, by=buyer, now=T0 + DAY)


@pytest.mark.parametrize(
    ("goods", "code"),
    [
        ({SHOP: 8_799}, "wallet.coupon_threshold"),
        ({SHOP: 5_000, UUID(int=78): 50_000}, "wallet.coupon_threshold"),
        ({UUID(int=78): 50_000}, "wallet.coupon_elsewhere"),
    ],
)
def test_a_shops_coupon_looks_at_its_own_goods_only(goods: dict[UUID, int], code: str, buyer: UUID) -> None:
    id = wallet.issue_coupons(drafted(), by=buyer, now=T0)
    mine = wallet.claim(id, person_id=buyer, now=T0)
    with refused(code):
        wallet.reserve(
            [mine],
            person_id=buyer,
            for_id=new_id(),
            now=T0,
            goods={shop: cny(n) for shop, n in goods.items()},
        )


def test_two_of_one_funder_are_refused_together_and_neither_is_touched(buyer: UUID) -> None:
    mine = [
        wallet.claim(wallet.issue_coupons(by_platform(), by=buyer, now=T0), person_id=buyer, now=T0)
        for _ in range(2)
    ]
    with refused("wallet.coupon_stacking"):
        wallet.reserve(mine, person_id=buyer, for_id=new_id(), now=T0, goods={SHOP: cny(90_000)})


def spent(issue: UUID, buyer: UUID, used: int = 1_000, turnover: int = 7_800) -> UUID:
    coupon, checkout = wallet.claim(issue, person_id=buyer, now=T0), new_id()
    wallet.reserve([coupon], person_id=buyer, for_id=checkout, now=T0, goods={SHOP: cny(8_800)})
    uses = [wallet.Use(checkout, coupon, used, turnover)]
    assert wallet.spend([checkout], now=T0, uses=uses) == {}, "nothing was prepaid for it"
    return coupon


def test_an_issue_knows_what_it_gave_and_what_it_brought(buyer: UUID, stranger: UUID) -> None:
    id = wallet.issue_coupons(drafted(), by=buyer, now=T0)
    spent(id, buyer)
    wallet.claim(id, person_id=stranger, now=T0)
    idle = wallet.issue_coupons(drafted(), by=buyer, now=T0)
    found = wallet.figures_of(wallet.issues_of(["shop"], funder_id=str(SHOP)))
    assert found[id] == wallet.IssueFigures(2, 1, cny(1_000), cny(7_800))
    assert found[idle] == wallet.IssueFigures(0, 0, cny(0), cny(0))


@pytest.mark.parametrize(("days", "state", "budget"), [(29, "active", 1_000), (30, "expired", 0)])
def test_once_all_it_paid_for_is_back_a_coupon_may_be_used_again_while_it_is_good(
    days: int, state: str, budget: int, buyer: UUID
) -> None:
    id = wallet.issue_coupons(by_platform(), by=buyer, now=T0)
    mine, order = spent(id, buyer), new_id()
    escrow, promotions = Ref("escrow", str(SHOP), "CNY"), Ref("promotions", "platform", "CNY")
    later = T0 + days * DAY
    first = wallet.ShareBack("refund:1", mine, 400, escrow, order)
    wallet.give_back([first], now=later)
    wallet.give_back([first], now=later)
    assert wallet.coupons_of(buyer)[0].state == "spent", "only a part is back"
    assert balance(promotions) == cny(-400)
    with pytest.raises(Refusal) as more, transaction.atomic():
        wallet.give_back([wallet.ShareBack("refund:2", mine, 601, escrow, order)], now=later)
    assert more.value.code == "wallet.share"
    wallet.give_back([wallet.ShareBack("refund:2", mine, 600, escrow, order)], now=later)
    assert (wallet.coupons_of(buyer)[0].state, claimed(id)) == (state, budget)
    assert (balance(promotions), len(entries_of("order", order))) == (cny(-1_000), 2)
    assert wallet.figures_of([wallet.issue(id)])[id].saved == cny(0)


def test_a_shops_own_discount_comes_back_without_a_posting(buyer: UUID) -> None:
    id = wallet.issue_coupons(drafted(), by=buyer, now=T0)
    mine = spent(id, buyer)
    wallet.give_back([wallet.ShareBack("refund:1", mine, 1_000, None, new_id())], now=T0)
    assert wallet.coupons_of(buyer)[0].state == "active"
    assert fetch("SELECT 1 FROM ledger_entry") == []


def test_a_hosts_issue_starts_when_prepaid_money_covers_all_that_is_promised(
    buyer: UUID, stranger: UUID
) -> None:
    host = new_id()
    first, second = (wallet.draft_issue(by_host(host), by=buyer, now=T0) for _ in range(2))
    with refused("issue.not_prepaid"):
        wallet.start_issue(first, by=buyer, now=T0)
    key = new_id()
    for _ in range(2):  # the same form sent twice
        wallet.prepay_host(
            host, cny(15_000), source="bank", reason="Transfer of 2 March", by=stranger, now=T0, key=key
        )
    assert balance(BANK) == cny(15_000)
    wallet.start_issue(first, by=buyer, now=T0)
    with refused("issue.not_prepaid"):
        wallet.start_issue(second, by=buyer, now=T0)
    [money] = wallet.hosts("CNY", now=T0)
    assert (money.host_id, money.prepaid, money.promised, money.free) == (
        host,
        cny(15_000),
        cny(10_000),
        cny(5_000),
    )
    mine = spent(first, buyer, used=700)
    account = Ref("host", str(host), "CNY")
    paid = ((account, 700), (Ref("escrow", str(SHOP), "CNY"), -700))
    post([EntryDraft(new_id(), "paid", "checkout.paid", T0, "CNY", paid, "checkout", new_id())])
    [money] = wallet.hosts("CNY", now=T0)
    assert (money.prepaid, money.promised) == (cny(14_300), cny(9_300)), (
        "¥3 of the coupon may yet come back to life"
    )
    wallet.end_issue(first, by=buyer, now=T0)
    assert wallet.hosts("CNY", now=T0)[0].promised == cny(300)
    assert wallet.hosts("CNY", now=T0 + 31 * DAY)[0].promised == cny(0)
    wallet.start_issue(second, by=buyer, now=T0)
    wallet.give_back([wallet.ShareBack("r", mine, 700, Ref("escrow", str(SHOP), "CNY"), new_id())], now=T0)
    assert balance(account) == cny(-15_000)
    assert [one.reason for one in wallet.prepayments()] == ["Transfer of 2 March"]
    assert audit().sound


@pytest.mark.parametrize(
    ("amount", "reason", "source", "code"),
    [(0, "long enough", "bank", "host.amount"), (10**13, "long enough", "bank", "host.amount"),
     (100, "  no ", "bank", "host.reason"), (100, "long enough", "pocket", "host.reason")],
)  # fmt: skip
def test_money_for_a_host_needs_an_amount_a_source_and_a_reason(
    amount: int, reason: str, source: Any, code: str, buyer: UUID
) -> None:
    with refused(code):
        wallet.prepay_host(
            new_id(), cny(amount), source=source, reason=reason, by=buyer, now=T0, key=new_id()
        )
