"""One story for each guarantee, told on the movable clock to its far end.

Those that need no word of the buyer run wholly by themselves. Those with a claim run through the door of promises, which
judges and decides; moving the money of a claim is the case's.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.notices import api as notices
from sanhao.goods.catalog import api as catalog
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from sanhao.service.promises.api import Answered, Claimed
from tests.goods import world
from tests.service import stage as service

pytestmark = pytest.mark.django_db
H, DAY = timedelta(hours=1), timedelta(days=1)
"""Everything begins on Monday 2 March 2026, 10:00 in Shanghai."""


def a_shop(
    now: datetime, category: str, *takes: str, price: int = 100_00, **own: dict[str, int]
) -> service.Stage:
    """A shop that sells one thing of *category* and takes on the guarantees named."""
    service.rules(now, without=())
    at = service.stage(balance=500_00)
    catalog.add_category(category, Text(zh=category, en=category))
    listing = world.listed(
        world.Stall(at.shop_id, at.owner_id),
        world.draft(world.variant("S", price=price), slug="it", category=category),
    )
    for kind in takes:
        promises.accept(at.shop_id, kind, category, own=own.get(kind, {}), by=at.owner_id, now=now)
    return service.Stage(at.shop_id, at.owner_id, at.buyer_id, at.address_id, world.offer_ids(listing))


def arrives(at: service.Stage, order: UUID, paid: datetime, signed: datetime) -> None:
    parcel = service.ship(at, order, f"SF{order.hex[:14]}", now=paid + H)
    for hour in range(2, int((signed - paid) / H), 12):
        service.scan(parcel, "in_transit", at=paid + hour * H)
    service.scan(parcel, "delivered", at=signed)


def settles(order: UUID, kind: str, *, at: datetime) -> dict[str, Any]:
    service.drain(at)
    return service.promise(order, kind)


def told(person_id: UUID) -> list[str]:
    return [notice.text.zh for notice in notices.inbox(person_id)]


def all_sound() -> None:
    assert list(decisions.rejudge_all()) == []
    service.sound()


def test_a_number_was_given_and_no_parcel_was_there(now: datetime) -> None:
    """The shop types a number after an hour. No carrier ever has it."""
    at = a_shop(now, "home", price=200_00)
    order = service.paid(at, now=now)
    service.ship(at, order, "SF0000000001", now=now + H)
    row = service.promise(order, "false_shipment")
    assert (row["due_at"], row["settle_at"]) == (now + 25 * H, now + 27 * H)
    assert settles(order, "false_shipment", at=now + 26.9 * H)["state"] == "open"
    row = settles(order, "false_shipment", at=now + 27 * H)
    assert (row["state"], row["reason"], row["owed_minor"]) == ("broken", "no_first_scan", 20_00)
    assert service.coupons(at.buyer_id) == [20_00]
    assert service.purse(at.shop_id)[0] == 480_00
    decision = decisions.decision(row["decision_id"])
    assert decision.text.zh == "填了单号，快递周二11:00前却没有揽收，20元券已到账"
    service.drain(now + 20 * DAY)
    assert sorted(service.coupons(at.buyer_id)) == [3_00, 20_00], "and it was late, which is another promise"
    all_sound()


def test_a_parcel_that_moves_all_the_way_was_really_sent(now: datetime) -> None:
    at = a_shop(now, "home")
    order = service.paid(at, now=now)
    arrives(at, order, now, now + 60 * H)
    row = service.promise(order, "false_shipment")
    assert (row["state"], row["reason"]) == ("kept", "delivered")
    service.drain(now + 20 * DAY)
    assert service.coupons(at.buyer_id) == []


def test_a_parcel_that_stops_moving_was_not_sent(now: datetime) -> None:
    """An empty parcel's number is scanned twice and never again."""
    at = a_shop(now, "home")
    order = service.paid(at, now=now)
    parcel = service.ship(at, order, "SF0000000002", now=now + H)
    service.scan(parcel, "picked_up", at=now + 10 * H)
    service.scan(parcel, "in_transit", at=now + 20 * H)
    row = settles(order, "false_shipment", at=now + 70 * H)
    assert (row["state"], row["reason"], row["owed_minor"]) == ("broken", "silent", 10_00)
    all_sound()


def test_sold_and_then_not_there(now: datetime) -> None:
    """The shop finds its shelf empty after three hours: all money back, and a coupon at once, not in two days."""
    at = a_shop(now, "home", price=600_00)
    order = service.paid(at, now=now)
    orders.cancel([order], who="unavailable", note="sold out", now=now + 3 * H)
    row = settles(order, "out_of_stock", at=now + 3 * H)
    assert (row["state"], row["reason"], row["owed_minor"]) == ("broken", "out_of_stock", 6_00)
    assert service.coupons(at.buyer_id) == [6_00]
    assert service.promise(order, "non_delivery")["owed_minor"] == 606_00
    assert service.promise(order, "late_shipment")["state"] == "void", "once is enough"
    view = orders.order(order)
    assert (view.state, view.refunded) == ("cancelled", Money(606_00, "CNY"))
    assert decisions.decision(row["decision_id"]).text.zh == "店家卖了却没有货，6元券已到账"
    service.drain(now + 20 * DAY)
    assert service.coupons(at.buyer_id) == [6_00]
    all_sound()


def test_strawberries_came_soft(now: datetime) -> None:
    """Fresh goods: nobody took anything on, the category says so. 24 hours, a third is soft, nothing goes back."""
    at = a_shop(now, "fruit")
    order = service.paid(at, now=now)
    arrives(at, order, now, now + 30 * H)
    [mine] = [c for c in promises.claimable(order, now=now + 31 * H) if c.kind == "spoiled_goods"]
    assert mine.until == now + 54 * H
    claim = Claimed(now + 40 * H, "1", share_bp=33_00, photos=2)
    answer = promises.admit(mine.promise_id, claim, now=claim.at)
    assert (answer.ok, answer.answer_hours, answer.needs_return, answer.owed) == (
        True,
        24,
        False,
        Money(42_40, "CNY"),
    )
    promises.claim(mine.promise_id, claim, now=claim.at)
    silent = Answered(claim.at + 24 * H, "1", by="silence")
    made = promises.claim(mine.promise_id, silent, now=silent.at)
    assert made.verdict.owed == Money(40_00 + 2_40, "CNY")
    assert made.verdict.fault == (str(at.shop_id),)
    assert service.promise(order, "spoiled_goods")["state"] == "broken"
    service.drain(now + 30 * DAY)
    assert "收到时坏了40%，42.40元赔给你" in told(at.buyer_id)
    all_sound()


def test_strawberries_that_nobody_complained_about(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = service.paid(at, now=now)
    arrives(at, order, now, now + 30 * H)
    assert settles(order, "spoiled_goods", at=now + 54 * H)["state"] == "kept"
    late = now + 54 * H + timedelta(seconds=1)
    with pytest.raises(Refusal, match=r"claim\.(over|window_closed)"):
        promises.claim(
            service.promise(order, "spoiled_goods")["id"], Claimed(late, "1", share_bp=1, photos=2), now=late
        )


def test_a_cream_after_two_months(now: datetime) -> None:
    """Opened, used, allergic on day 61: the hospital's record, a photo; it goes back at the shop's expense."""
    at = a_shop(now, "skincare", "allergy")
    order = service.paid(at, now=now)
    arrives(at, order, now, now + 30 * H)
    when = now + 62 * DAY
    service.drain(when)
    [mine] = [c for c in promises.claimable(order, now=when) if c.kind == "allergy"]
    claim = Claimed(when, "1", photos=1, records=1, recorded_on=date(2026, 5, 3), opened=True)
    answer = promises.admit(mine.promise_id, claim, now=when)
    assert (answer.owed, answer.needs_return) == (Money(100_00, "CNY"), True)
    promises.claim(mine.promise_id, [claim, Answered(when + 40 * H, "1")], now=when + 40 * H)
    row = service.promise(order, "allergy")
    assert (row["state"], row["owed_minor"]) == ("broken", 100_00)
    assert service.promise(order, "no_reason_return")["state"] == "kept", "that one closed long ago"
    all_sound()


def test_cashmere_that_was_none(now: datetime) -> None:
    """The shop promised ten times of itself, and owes it: goods back, ten times on top, the appraiser's fee."""
    at = a_shop(now, "knitwear", "authentic", authentic={"multiple": 10})
    order = service.paid(at, now=now)
    arrives(at, order, now, now + 30 * H)
    when = now + 9 * DAY
    [mine] = [c for c in promises.claimable(order, now=when) if c.kind == "authentic"]
    assert mine.sentence.zh.startswith("假一赔十，鉴定费也退")
    claim = Claimed(when, "1", photos=1, records=1, fee=Money(80_00, "CNY"))
    made = promises.claim(mine.promise_id, [claim, Answered(when + H, "1", by="platform")], now=when + H)
    shop = str(at.shop_id)
    assert made.verdict.shares == (
        promises.Share(shop, Money(100_00, "CNY")),
        promises.Share(shop, Money(1000_00, "CNY"), "compensation"),
        promises.Share(shop, Money(80_00, "CNY"), "appraisal"),
    )
    all_sound()


def test_a_sweater_that_did_not_suit(now: datetime) -> None:
    """Signed on Tuesday 3 March. Day 1 is Wednesday; the last moment is Tuesday 10 March, 23:59:59."""
    at = a_shop(now, "knitwear")
    order = service.paid(at, now=now)
    arrives(at, order, now, now + 30 * H)
    [mine] = promises.claimable(order, now=now + 5 * DAY)
    last = now + 8 * DAY + 14 * H - timedelta(seconds=1)
    assert (mine.kind, mine.until) == ("no_reason_return", last + timedelta(microseconds=999_999))
    promises.claim(mine.promise_id, Claimed(last, "1", opened=True), now=last)
    service.drain(last + 3 * DAY)
    made = promises.claim(mine.promise_id, Answered(last + 5 * DAY, "1"), now=last + 5 * DAY)
    assert (made.verdict.owed, made.verdict.remedy) == (Money(100_00, "CNY"), "refund")
    all_sound()


def test_cheaper_on_the_ninth_day(now: datetime) -> None:
    at = a_shop(now, "home", "price_protection")
    order = service.paid(at, now=now)
    when = now + 9 * DAY
    [mine] = [c for c in promises.claimable(order, now=when) if c.kind == "price_protection"]
    claim = Claimed(when, "1", price=Money(79_00, "CNY"))
    answer = promises.admit(mine.promise_id, claim, now=when)
    assert (answer.owed, answer.answer_hours) == (Money(21_00, "CNY"), 0)
    made = promises.claim(mine.promise_id, [claim, Answered(when, "1", by="rule")], now=when)
    assert made.verdict.owed == Money(21_00, "CNY")
    again = Claimed(when + H, "2", price=Money(70_00, "CNY"))
    with pytest.raises(Refusal, match=r"claim\.over"):
        promises.claim(mine.promise_id, again, now=again.at)
    all_sound()


def test_a_bag_of_oranges_on_the_scales(now: datetime) -> None:
    """Listed at 300 g, 270 g on the scales: a tenth is missing, well beyond the tolerance."""
    at = a_shop(now, "fruit", "short_weight")
    order = service.paid(at, now=now)
    arrives(at, order, now, now + 30 * H)
    [mine] = [c for c in promises.claimable(order, now=now + 31 * H) if c.kind == "short_weight"]
    fair = Claimed(now + 32 * H, "0", grams=291, photos=1)
    assert promises.admit(mine.promise_id, fair, now=fair.at).reason == "within_tolerance"
    claim = Claimed(now + 32 * H, "1", grams=270, photos=1)
    made = promises.claim(mine.promise_id, [claim, Answered(now + 40 * H, "1")], now=now + 40 * H)
    assert made.verdict.owed == Money(10_00, "CNY")
    assert (
        decisions.decision(made.decision_id or order).text.en == "¥10 goes to you, because it came 30 g short"
    )
    all_sound()
