"""Claims through the door: asked ahead, made, answered, decided; told twice, too late, or by nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.goods.catalog import api as catalog
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.promises import api as promises
from sanhao.service.promises.api import Answered, Claimed
from tests.goods import world
from tests.service import stage as service

pytestmark = pytest.mark.django_db
H = timedelta(hours=1)


@pytest.fixture
def at(now: datetime) -> service.Stage:
    service.rules(now)
    at = service.stage(balance=500_00)
    promises.accept(at.shop_id, "spoiled_goods", by=at.owner_id, now=now)
    return at


def delivered(at: service.Stage, now: datetime) -> tuple[UUID, UUID]:
    """An order signed for ten hours after it was paid, and its promise about spoiled goods."""
    order = service.paid(at, now=now)
    service.scan(service.ship(at, order, f"SF{order.hex[:12]}", now=now), "delivered", at=now + 10 * H)
    return order, service.promise(order, "spoiled_goods")["id"]


def claimed(at: datetime, id: str = "1", **more: object) -> Claimed:
    return Claimed(at, id, share_bp=30_00, photos=2, **more)


def test_a_claim_waits_past_its_window_and_is_owed_when_granted(at: service.Stage, now: datetime) -> None:
    order, id = delivered(at, now)
    made = promises.claim(id, claimed(now + 20 * H), now=now + 20 * H)
    assert (made.verdict.outcome, made.decision_id, made.order_id) == ("waiting", None, order)
    service.drain(now + 500 * H)
    assert service.promise(order, "spoiled_goods")["state"] == "open", (
        "the window closed, the answer is still to come"
    )
    granted = promises.claim(id, Answered(now + 501 * H, "1"), now=now + 501 * H)
    row = service.promise(order, "spoiled_goods")
    assert (row["state"], row["reason"], row["owed_minor"]) == ("broken", "claim_granted", 60_00 + 1_80)
    assert granted.decision_id == row["decision_id"]
    assert granted.verdict.shares == (
        promises.Share(str(at.shop_id), Money(60_00, "CNY")),
        promises.Share(str(at.shop_id), Money(1_80, "CNY"), "freight"),
    )
    decision = decisions.decision(row["decision_id"])
    assert decision.text.zh == "收到时坏了30%，61.80元赔给你"
    assert decision.effect_minor == 61_80
    assert list(decisions.rejudge_all()) == []
    assert service.coupons(at.buyer_id) == [], "the money is moved by who called"


def test_told_twice_nothing_happens_twice(at: service.Stage, now: datetime) -> None:
    order, id = delivered(at, now)
    both = [claimed(now + 20 * H), Answered(now + 20 * H, "1")]
    first = promises.claim(id, both, now=now + 20 * H)
    again = promises.claim(id, both, now=now + 30 * H)
    assert (again.decision_id, again.verdict) == (first.decision_id, first.verdict)
    assert len(decisions.of_subject("promise", id)) == 1
    with pytest.raises(Refusal, match=r"claim\.over"):
        promises.claim(id, claimed(now + 30 * H, "2"), now=now + 30 * H)
    assert service.promise(order, "spoiled_goods")["owed_minor"] == 61_80


def test_refused_withdrawn_or_never_made_it_is_kept_when_the_window_closes(
    at: service.Stage, now: datetime
) -> None:
    order, id = delivered(at, now)
    promises.claim(id, claimed(now + 20 * H), now=now + 20 * H)
    promises.claim(id, Answered(now + 30 * H, "1", granted=False, by="buyer"), now=now + 30 * H)
    assert service.promise(order, "spoiled_goods")["settle_at"] == now + 82 * H
    service.drain(now + 81 * H)
    assert service.promise(order, "spoiled_goods")["state"] == "open"
    service.drain(now + 83 * H)
    row = service.promise(order, "spoiled_goods")
    assert (row["state"], row["reason"], row["decision_id"]) == ("kept", "no_claim", None)
    with pytest.raises(Refusal, match=r"claim\.over"):
        promises.claim(id, claimed(now + 82 * H, "2"), now=now + 84 * H)
    appealed = promises.claim(id, Answered(now + 200 * H, "1", by="platform"), now=now + 200 * H)
    assert appealed.verdict.outcome == "broken", "an appeal may still grant what was claimed in time"
    assert service.promise(order, "spoiled_goods")["state"] == "broken"
    assert list(decisions.rejudge_all()) == []


def test_what_is_not_admitted_changes_nothing(at: service.Stage, now: datetime) -> None:
    order, id = delivered(at, now)
    before = fetch("SELECT * FROM promises_promise WHERE id = %s", [id])
    late = now + 82 * H + timedelta(seconds=1)
    with pytest.raises(Refusal, match=r"claim\.window_closed"):
        promises.claim(id, claimed(late), now=late)
    with pytest.raises(Refusal, match=r"claim\.photos"):
        promises.claim(id, Claimed(now + 20 * H, "1", share_bp=1, photos=1), now=now + 20 * H)
    with pytest.raises(Invalid, match=r"claim\.future"):
        promises.claim(id, claimed(now + 21 * H), now=now + 20 * H)
    with pytest.raises(NotFound):
        promises.claim(service.promise(order)["id"], claimed(now + 20 * H), now=now + 20 * H)
    with pytest.raises(NotFound):
        promises.admit(new_id(), claimed(now + 20 * H), now=now + 20 * H)
    assert fetch("SELECT * FROM promises_promise WHERE id = %s", [id]) == before


def test_one_claim_of_a_buyer_at_a_brand(now: datetime) -> None:
    """What the second order may claim depends on the first: the door looks, the judge only reads."""
    service.rules(now)
    at = service.stage()
    catalog.add_category("skincare", Text(zh="护肤", en="Skincare"))
    listing = world.listed(
        world.Stall(at.shop_id, at.owner_id),
        world.draft(world.variant("S"), slug="cream", category="skincare"),
    )
    here = service.Stage(at.shop_id, at.owner_id, at.buyer_id, at.address_id, world.offer_ids(listing))
    promises.accept(at.shop_id, "allergy", "skincare", by=at.owner_id, now=now)
    ids = []
    for _ in range(2):
        order = service.paid(here, now=now)
        service.scan(service.ship(here, order, f"SF{order.hex[:12]}", now=now), "delivered", at=now + 10 * H)
        ids.append(service.promise(order, "allergy")["id"])
    when = now + 40 * H
    claim = Claimed(when, "1", photos=1, records=1, recorded_on=when.date())
    promises.claim(ids[0], [claim, Answered(when, "1")], now=when)
    assert promises.admit(ids[1], claim, now=when).reason == "claimed_lately"
    with pytest.raises(Refusal, match=r"claim\.claimed_lately"):
        promises.claim(ids[1], claim, now=when)
    later = Claimed(when + timedelta(days=50), "2", photos=1, records=1, recorded_on=when.date())
    assert promises.admit(ids[1], later, now=later.at).reason == "claimed_lately"
