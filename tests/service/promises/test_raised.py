"""A buyer's appeal against what a promise gave by itself, or against its having been kept: raised once, paid by whom the person
names, and judged again to the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money
from sanhao.kit.refusals import Forbidden, NotFound, Refusal
from sanhao.people import api as people
from sanhao.service.promises import api as promises
from sanhao.service.promises import raises
from tests.conftest import T0
from tests.goods import world
from tests.service.stage import (
    Stage,
    coupons,
    drain,
    hours,
    paid,
    promise,
    purse,
    rules,
    scan,
    ship,
    sound,
    stage,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)
    rules()


def goodwill() -> int:
    return ledger.balance(ledger.Ref("goodwill", ledger.PLATFORM, "CNY")).minor


def arbiter() -> UUID:
    person = world.person()
    people.grant_role(person, "arbiter", by=None, now=T0)
    return person


def late(now: datetime, **more: Any) -> tuple[Stage, UUID, decisions.DecisionView]:
    """A parcel nobody collected, and the decision that gave ¥3 for it."""
    at = stage(balance=10_000, **more)
    order = paid(at)
    drain(now + hours(50))
    return at, order, decisions.decision(promise(order)["decision_id"])


def appealed(at: Stage, decision: decisions.DecisionView, now: datetime) -> UUID:
    return decisions.appeal(
        decision.id, by=at.buyer_id, person_id=at.buyer_id, text="I had to buy another one", now=now
    )


def judged_again(decision_id: UUID) -> None:
    stored, again = decisions.decision(decision_id), decisions.rejudge(decision_id)
    assert (again.effect_minor, again.text) == (stored.effect_minor, stored.text)
    assert msgspec.json.decode(again.verdict) == stored.verdict


def test_the_shop_pays_what_was_missing(now: datetime) -> None:
    at, order, first = late(now)
    before, had = purse(at.shop_id)[0], first.effect_minor
    appeal = appealed(at, first, now + hours(51))
    may = promises.raisable(decisions.decision(first.id))
    assert may is not None
    assert (may.had.minor, may.most, may.bearers) == (had, Money(500_00, "CNY"), ("shop", "platform"))
    decisions.decide_appeal(
        appeal, uphold=False, by=arbiter(), answer="A week without a word", now=now + hours(52),
        found={"amount_minor": 20_00},
    )  # fmt: skip
    drain(now + hours(53))
    assert sorted(coupons(at.buyer_id)) == sorted([had, 20_00 - had])
    assert purse(at.shop_id)[0] == before - (20_00 - had)
    last = decisions.decision(promise(order)["decision_id"])
    assert (last.kind, last.effect_minor, last.appeal_until) == ("promise.late_shipment.raised", 20_00, None)
    assert last.text.en == (
        f"The buyer's appeal was granted: ¥20 in all, of which ¥{(20_00 - had) // 100} comes now as a coupon and is "
        "the shop's to bear. Why: A week without a word"
    )
    judged_again(first.id)
    judged_again(last.id)
    seen = promises.promise(UUID(str(promise(order)["id"])), now=now + hours(53))
    assert seen is not None
    assert (seen.state, seen.owed, seen.sentence) == ("broken", Money(20_00, "CNY"), last.text)
    told = [notice.text.en for notice in notices.inbox(at.buyer_id)]
    assert last.text.en in told
    assert promises.told_to_shop([last])[last.id] == last.text
    sound()


def test_the_platform_bears_it_where_the_person_says_so(now: datetime) -> None:
    at, order, first = late(now)
    before, ours = purse(at.shop_id), goodwill()
    appeal = appealed(at, first, now + hours(51))
    decisions.decide_appeal(
        appeal, uphold=False, by=arbiter(), answer="Our own mistake", now=now + hours(52),
        found={"amount_minor": 20_00, "by_platform": 1},
    )  # fmt: skip
    assert (purse(at.shop_id), goodwill() - ours) == (before, 20_00 - first.effect_minor)
    last = decisions.decision(promise(order)["decision_id"])
    assert last.verdict["fault"] == ["platform"]
    judged_again(last.id)
    sound()


@pytest.mark.parametrize("found", [{}, {"amount_minor": 0}, {"amount_minor": 3_00}, {"amount_minor": 500_01}])
def test_a_sum_that_raises_nothing_or_too_much_changes_nothing(now: datetime, found: dict[str, int]) -> None:
    at, order, first = late(now, price=20_000)
    appeal, before = appealed(at, first, now + hours(51)), purse(at.shop_id)
    with pytest.raises(Refusal, match=r"promise\.not_raised"):
        decisions.decide_appeal(
            appeal, uphold=False, by=arbiter(), answer="So be it", now=now + hours(52), found=found
        )
    assert (decisions.decision(first.id).state, coupons(at.buyer_id)) == ("appealed", [first.effect_minor])
    assert (purse(at.shop_id), promise(order)["decision_id"]) == (before, first.id)


def test_what_is_upheld_stays_and_nobody_asks_twice(now: datetime) -> None:
    at, order, first = late(now)
    appeal = appealed(at, first, now + hours(51))
    judge = arbiter()
    decisions.decide_appeal(appeal, uphold=True, by=judge, answer="That is the rule", now=now + hours(52))
    with pytest.raises(Refusal):
        decisions.decide_appeal(
            appeal,
            uphold=False,
            by=judge,
            answer="Or not",
            now=now + hours(53),
            found={"amount_minor": 20_00},
        )
    with pytest.raises(Refusal, match=r"appeal\.once"):
        appealed(at, first, now + hours(53))
    assert (coupons(at.buyer_id), promise(order)["state"]) == ([first.effect_minor], "broken")


def test_a_shops_appeal_still_gives_it_its_money_back(now: datetime) -> None:
    at, order, first = late(now)
    appeal = decisions.appeal(
        first.id, by=at.owner_id, shop_id=at.shop_id, text="The courier was ill", now=now + hours(51)
    )
    assert promises.raisable(first) is not None, "it could be raised, but nobody asked for that"
    decisions.decide_appeal(appeal, uphold=False, by=arbiter(), answer="So it was", now=now + hours(52))
    assert (purse(at.shop_id)[0], promise(order)["state"]) == (10_000, "reversed")
    sound()


# ---- a promise that counts as kept --------------------------------------------------------------------------------------


def may_contest(order: UUID, now: datetime) -> list[UUID]:
    return [one.id for one in promises.contestable(promises.promises_of([order], now=now)[order], now=now)]


def kept(now: datetime) -> tuple[Stage, UUID, UUID]:
    at = stage(balance=10_000)
    order = paid(at)
    scan(ship(at, order, "SF100001", now=now + hours(20)), "picked_up", at=now + hours(21))
    assert promise(order)["state"] == "kept"
    return at, order, UUID(str(promise(order)["id"]))


def test_a_buyer_contests_a_promise_that_counts_as_kept(now: datetime) -> None:
    at, order, id = kept(now)
    assert id in may_contest(order, now)
    decision = promises.contest(id, person_id=at.buyer_id, text="That scan is not mine", now=now + hours(30))
    stored = decisions.decision(decision)
    assert (stored.state, stored.effect_minor, stored.verdict["outcome"]) == ("appealed", 0, "kept")
    judged_again(decision)
    [appeal] = [one for one in decisions.open_appeals() if one.decision_id == decision]
    decisions.decide_appeal(
        appeal.id, uphold=False, by=arbiter(), answer="The number was another parcel's", now=now + hours(31),
        found={"amount_minor": 5_00},
    )  # fmt: skip
    drain(now + hours(32))
    assert (coupons(at.buyer_id), purse(at.shop_id)[0]) == ([5_00], 10_000 - 5_00)
    assert promise(order)["state"] == "broken"
    judged_again(promise(order)["decision_id"])
    assert id not in may_contest(order, now)
    sound()


def test_a_contested_promise_that_stands_stays_kept(now: datetime) -> None:
    at, order, id = kept(now)
    decision = promises.contest(id, person_id=at.buyer_id, text="That scan is not mine", now=now + hours(30))
    [appeal] = [one for one in decisions.open_appeals() if one.decision_id == decision]
    decisions.decide_appeal(appeal.id, uphold=True, by=arbiter(), answer="It is yours", now=now + hours(31))
    assert (promise(order)["state"], coupons(at.buyer_id)) == ("kept", [])
    with pytest.raises(Refusal, match=r"appeal\.once"):
        promises.contest(id, person_id=at.buyer_id, text="I say it again", now=now + hours(32))


def test_nobody_else_contests_it_and_not_for_ever(now: datetime) -> None:
    at, order, id = kept(now)
    with pytest.raises(NotFound):
        promises.contest(id, person_id=at.owner_id, text="Not mine at all", now=now + hours(30))
    with pytest.raises(Refusal, match=r"promise\.not_contestable"):
        promises.contest(id, person_id=at.buyer_id, text="Too late to say", now=now + hours(22 + 24 * 30))
    broken_at, broken_order, _ = late(now, slug="other")
    with pytest.raises(Refusal, match=r"promise\.not_contestable"):
        promises.contest(
            UUID(str(promise(broken_order)["id"])),
            person_id=broken_at.buyer_id,
            text="More please",
            now=now + hours(52),
        )
    assert decisions.open_appeals() == []
    del order


def test_who_made_the_mistake_does_not_decide_it(now: datetime) -> None:
    at, _, id = kept(now)
    promises.contest(id, person_id=at.buyer_id, text="That scan is not mine", now=now + hours(30))
    [appeal] = decisions.open_appeals()
    people.grant_role(at.owner_id, "arbiter", by=None, now=now)
    with pytest.raises(Forbidden):
        decisions.decide_appeal(
            appeal.id,
            uphold=False,
            by=at.owner_id,
            answer="I would say so",
            now=now,
            found={"amount_minor": 5_00},
        )


@pytest.mark.parametrize("terms", [{"most": {"CNY": -1}}, {"most": {"CNY": 10_000_01}}, {"days": 0}])
def test_terms_that_are_a_trap_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"most|days"):
        raises.Terms(**terms)
