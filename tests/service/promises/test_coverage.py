"""Per category a guarantee is off, optional or mandatory; a shop takes on the optional ones: for new orders only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.promises import api as promises
from sanhao.service.promises import coverage
from sanhao.service.promises.coverage import FOUNDING, Accepted, checked, covered, state_of
from sanhao.service.promises.kinds import KINDS
from tests.goods import world
from tests.service import stage as service
from tests.service.promises.kinds.cases import one

CNY = "CNY"


@pytest.mark.parametrize(
    ("kind", "category", "state"),
    [
        ("spoiled_goods", "fruit", "mandatory"), ("spoiled_goods", "food/seafood", "mandatory"),
        ("spoiled_goods", "fresh/anything", "mandatory"), ("spoiled_goods", "pantry/rice", "optional"),
        ("spoiled_goods", "flour", "optional"), ("spoiled_goods", "home", "optional"),
        ("allergy", "skincare", "optional"), ("allergy", "beauty/make-up", "optional"), ("allergy", "home", "off"),
        ("allergy", "", "off"), ("no_reason_return", "anything", "mandatory"), ("authentic", "home", "optional"),
        ("short_weight", "fruit", "optional"), ("short_weight", "knitwear", "off"),
        ("price_protection", "knitwear", "optional"), ("late_shipment", "anything", "mandatory"),
    ],
)  # fmt: skip
def test_the_founding_rule(kind: str, category: str, state: str) -> None:
    assert state_of(FOUNDING, kind, category) == state


def test_the_narrower_category_wins_and_nothing_said_is_off() -> None:
    rule: coverage.ByCategory = {"allergy": {"beauty": "mandatory", "perfume": "off"}}
    assert [state_of(rule, "allergy", path) for path in ("beauty", "beauty/perfume", "beauty/x", "x")] == [
        "mandatory", "off", "mandatory", "off",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "accepted", "expected"),
    [
        ("off", True, None), ("optional", False, None), ("optional", True, Accepted(terms={"days": 7})),
        ("mandatory", False, None), ("mandatory", True, Accepted()),
    ],
)  # fmt: skip
def test_what_comes_with_a_line(state: Any, accepted: bool, expected: Accepted | None) -> None:
    """What is mandatory binds as it stands in the rulebook, whatever was accepted once."""
    shop = {"pea": {("allergy", "*"): Accepted(terms={"days": 7})}} if accepted else {}
    found = covered({"allergy": {"*": state}}, "allergy", one(), shop)
    assert (found is not None) is (state == "mandatory" or expected is not None)
    if found is not None:
        assert found.lines[0].accepted.get("allergy") == (expected if accepted else None)


@pytest.mark.parametrize(
    "terms",
    [
        {"nonsense": {"*": "off"}},
        {"allergy": {"*": "sometimes"}},
        {"allergy": {"": "off"}},
        {"allergy": "off"},
    ],
)
def test_a_rule_that_cannot_stand(terms: Any) -> None:
    with pytest.raises((ValueError, msgspec.ValidationError)):
        checked(terms, KINDS)


db = pytest.mark.django_db


@pytest.fixture
def at(now: datetime) -> service.Stage:
    service.rules(now)
    return service.stage(balance=100_00)


def kinds_on(order_id: UUID) -> set[str]:
    rows = fetch("SELECT DISTINCT kind FROM promises_promise WHERE order_id = %s", [order_id])
    return {row["kind"] for row in rows} & set(promises.CLAIMS)


@db
def test_a_shop_takes_a_guarantee_on_for_new_orders_only(at: service.Stage, now: datetime) -> None:
    before = service.paid(at, now=now)
    promises.accept(at.shop_id, "price_protection", by=at.owner_id, now=now + timedelta(hours=1))
    after = service.paid(at, now=now + timedelta(hours=2))
    assert kinds_on(before) == {"no_reason_return"}
    assert kinds_on(after) == {"no_reason_return", "price_protection"}
    promises.give_up(at.shop_id, "price_protection", by=at.owner_id, now=now + timedelta(hours=3))
    assert kinds_on(service.paid(at, now=now + timedelta(hours=4))) == {"no_reason_return"}
    assert kinds_on(after) == {"no_reason_return", "price_protection"}, "what was promised stays"


@db
def test_in_one_category_only(at: service.Stage, now: datetime) -> None:
    promises.accept(at.shop_id, "authentic", "bedding", by=at.owner_id, now=now)
    assert kinds_on(service.paid(at, now=now)) == {"no_reason_return"}
    promises.accept(at.shop_id, "authentic", "knitwear", own={"multiple": 10}, by=at.owner_id, now=now)
    order = service.paid(at, now=now)
    assert kinds_on(order) == {"no_reason_return", "authentic"}
    [card] = [c for c in promises.promises_of([order], now=now)[order] if c.kind == "authentic"]
    assert card.sentence.zh == "假一赔十，鉴定费也退"


@db
def test_what_was_accepted_is_frozen_and_the_fund_bears_what_a_newer_rule_adds(
    at: service.Stage, now: datetime
) -> None:
    promises.accept(at.shop_id, "authentic", by=at.owner_id, now=now)
    rule = rulebook.draft(
        "promise.authentic",
        {"multiple": 4},
        title=Text(zh="假一赔四", en="Four times"),
        reason="",
        by=None,
        now=now,
    )
    effective = (now + timedelta(days=8)).replace(second=0, microsecond=0)
    rulebook.announce(rule, effective_at=effective, by=None, now=now)
    later = effective + timedelta(days=1)
    service.drain(later)
    order = service.paid(at, now=later)
    parcel = service.ship(at, order, "SF0001", now=later)
    service.scan(parcel, "delivered", at=later + timedelta(days=1))
    [mine] = [c for c in promises.claimable(order, now=later + timedelta(days=2)) if c.kind == "authentic"]
    when = later + timedelta(days=2)
    answer = promises.admit(mine.promise_id, promises.Claimed(when, photos=1, records=1), now=when)
    paid = 20_000
    assert answer.split == (
        promises.Share(str(at.shop_id), Money(paid, CNY)),
        promises.Share(str(at.shop_id), Money(3 * paid, CNY), "compensation"),
        promises.Share("platform", Money(paid, CNY), "compensation"),
    )
    [choice] = [c for c in promises.choices_of(at.shop_id, ["knitwear"], now=when) if c.kind == "authentic"]
    assert choice.newer_terms
    promises.accept(at.shop_id, "authentic", by=at.owner_id, now=when)
    [choice] = [c for c in promises.choices_of(at.shop_id, ["knitwear"], now=when) if c.kind == "authentic"]
    assert not choice.newer_terms


@db
def test_what_cannot_be_accepted_changes_nothing(at: service.Stage, now: datetime) -> None:
    with pytest.raises(Refusal, match=r"guarantee\.off"):
        promises.accept(at.shop_id, "allergy", "knitwear", by=at.owner_id, now=now)
    with pytest.raises(NotFound):
        promises.accept(at.shop_id, "late_shipment", by=at.owner_id, now=now)
    with pytest.raises(Invalid, match=r"guarantee\.own"):
        promises.accept(at.shop_id, "authentic", own={"multiple": 7}, by=at.owner_id, now=now)
    with pytest.raises(NotFound):
        promises.accept(at.shop_id, "authentic", by=at.buyer_id, now=now)
    clerk = world.person()
    shops.add_member(at.shop_id, clerk, "clerk", by=at.owner_id, now=now)
    with pytest.raises(Forbidden):
        promises.accept(at.shop_id, "authentic", by=clerk, now=now)
    with pytest.raises(NotFound):
        promises.give_up(at.shop_id, "authentic", by=at.owner_id, now=now)
    assert fetch("SELECT 1 FROM promises_acceptance") == []


@db
def test_acceptances_cost_an_order_no_query(at: service.Stage, now: datetime) -> None:
    promises.accept(at.shop_id, "price_protection", by=at.owner_id, now=now)
    service.paid(at, now=now)  # rules and terms are read once per process
    cart = service.orders.open_cart(person_id=at.buyer_id, now=now)
    service.orders.add_to_cart(cart, at.offers[0], 1, now=now)
    with CaptureQueriesContext(connection) as seen:
        placed = service.orders.place(cart_id=cart, person_id=at.buyer_id, address_id=at.address_id, now=now)
        service.pay(placed, now=now)
    about = [query["sql"] for query in seen.captured_queries if "promises_" in query["sql"]]
    assert len(about) == 1, "what holds; what is written does not pass the log"


@db
def test_a_price_tag_shows_what_comes_with_it(
    at: service.Stage, now: datetime, django_assert_num_queries: Any
) -> None:
    offer = catalog.offers(at.offers[:1], now=now)[at.offers[0]]
    sweater = promises.Goods(at.shop_id, offer.category_path, offer.price, weight_g=offer.weight_g)
    fruit = msgspec.structs.replace(sweater, category="fruit")
    made = msgspec.structs.replace(sweater, special="custom")
    promises.accept(at.shop_id, "short_weight", "fruit", by=at.owner_id, now=now)
    promises.guarantees_of([sweater], now=now)
    with django_assert_num_queries(2):
        found = promises.guarantees_of([sweater, fruit, made], now=now)
    assert [[(g.kind, g.by_shop, g.note is not None) for g in of] for of in found] == [
        [("no_reason_return", False, False)],
        [("no_reason_return", False, True), ("spoiled_goods", False, False), ("short_weight", True, False)],
        [("no_reason_return", False, True)],
    ]
    assert found[1][1].sentence.zh == "签收后24小时内发现坏了，按坏的比例退，不用寄回"


@db
def test_consent_is_asked_where_something_may_be_left_out_and_frozen_on_the_line(
    at: service.Stage, now: datetime
) -> None:
    price = Money(100, CNY)
    asked = promises.consents_for(
        [
            promises.Goods(at.shop_id, category, price)
            for category in ("knitwear", "snacks", "fruit", "phones")
        ],
        now=now,
    )
    assert [consent.name if consent else None for consent in asked] == [None, "unsealed", None, "activated"]
    catalog.add_category("snacks", Text(zh="零食", en="Snacks"))
    listing = world.listed(
        world.Stall(at.shop_id, at.owner_id),
        world.draft(world.variant("C", price=100_00), slug="rice", category="snacks"),
    )
    [offer] = world.offer_ids(listing)
    here = service.Stage(at.shop_id, at.owner_id, at.buyer_id, at.address_id, [offer])
    for consents, opened_ok in (({}, True), ({offer: ("unsealed",)}, False)):
        order = service.paid(here, now=now, consents=consents)
        service.scan(
            service.ship(here, order, f"SF{order.hex[:12]}", now=now),
            "delivered",
            at=now + timedelta(hours=5),
        )
        [mine] = [
            c for c in promises.claimable(order, now=now + timedelta(hours=6)) if c.kind == "no_reason_return"
        ]
        claim = promises.Claimed(now + timedelta(hours=6), opened=True)
        assert promises.admit(mine.promise_id, claim, now=claim.at).ok is opened_ok
