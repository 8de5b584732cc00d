"""What a person finds on the file of a claim: less than was claimed, by the share or the scales; who answers for it; and
one appeal of the buyer's, which can raise the sum. Every decision is judged again to the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import fetch
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.api import Found, Ruling
from sanhao.service.orders import api as orders
from tests.service import stage as service
from tests.service.aftersales.stage import arbiter, case, disputed
from tests.service.aftersales.test_claim_stories import a_shop, all_sound, arrived, claim, decided, goodwill
from tests.service.stage import Stage, drain, escrow, hours

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)


def deciding(at: Stage, order: UUID, kind: str, now: datetime, **said: Any) -> UUID:
    """A claim that waits for the platform's word since *now* plus 80 hours."""
    asked = claim(at, order, kind, now + hours(30), **said)
    aftersales.reject(asked, shop_id=at.shop_id, by=at.owner_id, words="It was fresh", now=now + hours(31))
    aftersales.escalate(asked, person_id=at.buyer_id, text="Look at the photos", now=now + hours(32))
    drain(now + hours(80))
    assert case(asked).state == "deciding"
    return asked


def buyers_appeal(at: Stage, decision_id: UUID, now: datetime) -> UUID:
    return decisions.appeal(
        decision_id, by=at.buyer_id, person_id=at.buyer_id, text="You saw the first photo only", now=now
    )


def judged_again(decision_id: UUID) -> None:
    stored, again = decisions.decision(decision_id), decisions.rejudge(decision_id)
    assert (again.effect_minor, again.text) == (stored.effect_minor, stored.text)


def test_the_arbiter_finds_a_smaller_share_and_the_buyers_appeal_raises_it(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    asked = deciding(at, order, "spoiled_goods", now, share_percent=100)
    words = "Three of ten peaches are brown on the film"
    first = aftersales.decide(
        asked, Ruling("buyer", words, found=Found(share_bp=3000)), by=arbiter(), now=now + hours(90)
    )
    assert (case(asked).refunded.minor, escrow(at.shop_id)) == (31_80, 74_20)
    text = decisions.decision(first).text
    assert text.zh == f"收到时坏了30%，31.80元赔给你。平台的理由：{words}"
    judged_again(first)

    appeal = buyers_appeal(at, first, now + hours(95))
    decisions.decide_appeal(
        appeal, uphold=False, by=arbiter(), answer="The second photo shows six", now=now + hours(99),
        found={"share_bp": 6000},
    )  # fmt: skip
    row = service.promise(order, "spoiled_goods")
    assert (row["state"], row["owed_minor"]) == ("broken", 63_60)
    assert (case(asked).refunded.minor, case(asked).bearer, escrow(at.shop_id)) == (63_60, "shop", 42_40)
    assert orders.order(order).refunded.minor == 63_60
    second = decided(order, "spoiled_goods")
    assert second.text.en == (
        "¥63.60 goes to you, because 60% was spoiled or broken on arrival. "
        "The platform's reason: The second photo shows six"
    )
    assert (second.appeal_until, second.decided_by is not None) == (None, True), (
        "one appeal, then it is final"
    )
    assert case(asked).decision_id == second.id
    for id in (first, second.id):
        judged_again(id)
    with pytest.raises(Refusal, match=r"appeal\.once"):
        buyers_appeal(at, first, now + hours(100))
    with pytest.raises(Refusal, match=r"appeal\.closed"):
        buyers_appeal(at, second.id, now + hours(100))
    drain(now + hours(100))
    told = [
        row["topic"] for row in fetch("SELECT topic FROM notices_notice WHERE subject_id = %s", [second.id])
    ]
    assert sorted(set(told)) == ["promise.broken", "promise.broken.shop"], "both hear of the new sum"
    all_sound()


def test_raised_to_all_of_it_the_units_are_back_and_nothing_is_left(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now, quantity=3)
    asked = deciding(at, order, "spoiled_goods", now, share_percent=100, units=2)
    first = aftersales.decide(
        asked,
        Ruling("buyer", "A third of them is bad", found=Found(share_bp=3000)),
        by=arbiter(),
        now=now + hours(90),
    )
    had = case(asked).refunded.minor
    drain(now + hours(24 * 20))
    assert escrow(at.shop_id) == 0, "the shop has had its money: the rest is charged to it"
    appeal = buyers_appeal(at, first, now + hours(24 * 20))
    decisions.decide_appeal(
        appeal, uphold=False, by=arbiter(), answer="All of it is bad", now=now + hours(24 * 21)
    )
    line = orders.order(order).lines[0]
    assert (line.refunded_units, line.refunded.minor) == (2, 200_00)
    assert case(asked).refunded.minor > had
    assert orders.order(order).refunded.minor == case(asked).refunded.minor
    all_sound()


def test_the_scales_of_the_platform_count(now: datetime) -> None:
    """Listed at 300 g, claimed at 240, found to be 270: a tenth is missing, not a fifth."""
    at = a_shop(now, "tea", "short_weight")
    order = arrived(at, now)
    asked = deciding(at, order, "short_weight", now, photos=1, grams=240)
    judge = arbiter()
    for found, code in (
        (Found(grams=239), "claim.found_more"),
        (Found(grams=295), "claim.found_nothing"),
        (Found(share_bp=500), "claim.found_other"),
    ):
        with pytest.raises(Invalid, match=code.replace(".", r"\.")):
            aftersales.decide(
                asked, Ruling("buyer", "As weighed on the film", found=found), by=judge, now=now + hours(90)
            )
    assert (case(asked).state, orders.order(order).refunded.minor) == ("deciding", 0)
    decision_id = aftersales.decide(
        asked,
        Ruling("buyer", "As weighed on the film", found=Found(grams=270)),
        by=judge,
        now=now + hours(90),
    )
    assert case(asked).refunded.minor == 10_00
    assert decisions.decision(decision_id).text.en.startswith("¥10 goes to you, because it came 30 g short")
    judged_again(decision_id)
    all_sound()


def test_an_appeal_that_would_give_no_more_is_refused_and_nothing_changes(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    asked = deciding(at, order, "spoiled_goods", now, share_percent=50)
    first = aftersales.decide(
        asked,
        Ruling("buyer", "A third of them is bad", found=Found(share_bp=3000)),
        by=arbiter(),
        now=now + hours(90),
    )
    appeal, judge = buyers_appeal(at, first, now + hours(95)), arbiter()
    for found, code in (({"share_bp": 2000}, "claim.not_more"), ({"share_bp": 6000}, "claim.found_more"),
                        ({"grams": 3}, "claim.found_other")):  # fmt: skip
        with pytest.raises(Refusal, match=code.replace(".", r"\.")):
            decisions.decide_appeal(
                appeal, uphold=False, by=judge, answer="Looked at again", now=now + hours(99), found=found
            )
    assert decisions.decision(first).state == "appealed"
    assert (case(asked).refunded.minor, orders.order(order).refunded.minor) == (31_80, 31_80)
    decisions.decide_appeal(appeal, uphold=True, by=judge, answer="It is three of ten", now=now + hours(99))
    all_sound()


def test_ruled_for_the_shop_an_appeal_grants_what_was_found(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    asked = deciding(at, order, "spoiled_goods", now, share_percent=80)
    first = aftersales.decide(
        asked, Ruling("shop", "The photos show fresh fruit"), by=arbiter(), now=now + hours(90)
    )
    appeal = buyers_appeal(at, first, now + hours(95))
    decisions.decide_appeal(
        appeal, uphold=False, by=arbiter(), answer="The film shows two of ten", now=now + hours(99), found={"share_bp": 2000}
    )  # fmt: skip
    assert (case(asked).state, case(asked).refunded.minor) == ("refunded", 21_20)
    judged_again(decided(order, "spoiled_goods").id)
    all_sound()


def test_a_smaller_sum_without_any_guarantee_is_raised_to_all_of_it(now: datetime) -> None:
    service.rules(now)
    at = service.stage(balance=500_00)
    asked = disputed(at, now)
    first = aftersales.decide(asked, Ruling("platform", "Neither is to blame", 50_00), by=arbiter(), now=now)
    order = case(asked).order_id
    assert (orders.order(order).refunded.minor, goodwill()) == (50_00, 50_00)
    appeal, judge = buyers_appeal(at, first, now), arbiter()
    with pytest.raises(Refusal, match=r"claim\.not_more"):
        decisions.decide_appeal(
            appeal, uphold=False, by=judge, answer="Seen again", now=now, found={"amount_minor": 50_00}
        )
    decisions.decide_appeal(appeal, uphold=False, by=judge, answer="The label lies", now=now)
    most = case(asked).back.minor
    assert (case(asked).refunded.minor, orders.order(order).refunded.minor, goodwill()) == (most, most, most)
    assert case(asked).decision_id != first
    for id in (first, case(asked).decision_id):
        assert id is not None
        judged_again(id)
    all_sound()
