"""One story for each guarantee that is claimed, from the buyer's word to the last cent, on the movable clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.catalog import api as catalog
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.media import Stored
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.api import Measures
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from tests.goods import world
from tests.service import stage as service
from tests.service.aftersales.stage import HOUSE, arbiter, ask, case, history, photo, picture
from tests.service.stage import Stage, drain, escrow, hours, purse, sound

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)


def a_shop(now: datetime, category: str, *takes: str, price: int = 100_00, **terms: Any) -> Stage:
    """A shop that sells one thing of *category*, takes on the guarantees named, and has ¥500."""
    service.rules(now, **terms)
    at = service.stage(balance=500_00)
    aftersales.add_return_address(at.shop_id, HOUSE, by=at.owner_id, now=now)
    catalog.add_category(category, Text(zh=category, en=category))
    listing = world.listed(
        world.Stall(at.shop_id, at.owner_id),
        world.draft(world.variant("S", price=price), slug="it", category=category),
    )
    for kind in takes:
        promises.accept(at.shop_id, kind, category, by=at.owner_id, now=now)
    return Stage(at.shop_id, at.owner_id, at.buyer_id, at.address_id, world.offer_ids(listing))


def arrived(at: Stage, now: datetime, *, quantity: int = 1) -> UUID:
    """An order signed for a day after it was paid."""
    order = service.paid(at, (quantity,), now=now)
    parcel = service.ship(at, order, f"SF{order.hex[:14]}", now=now + hours(1))
    service.scan(parcel, "picked_up", at=now + hours(2))
    service.scan(parcel, "delivered", at=now + hours(24))
    return order


def promise_id(order: UUID, kind: str) -> UUID:
    return UUID(str(service.promise(order, kind)["id"]))


def claim(
    at: Stage, order: UUID, kind: str, now: datetime, *, photos: int = 2, papers: int = 0, words: str = "",
    **said: Any,
) -> UUID:  # fmt: skip
    return aftersales.claim_guarantee(
        promise_id(order, kind), Measures(**said), person_id=at.buyer_id, words=words, evidence=pictures(photos),
        documents=pictures(papers, 90), now=now,
    )  # fmt: skip


def pictures(count: int, first: int = 20) -> list[Stored]:
    return [photo(picture(size=(first + n, 40))) for n in range(count)]


def decided(order: UUID, kind: str) -> decisions.DecisionView:
    return decisions.decision(service.promise(order, kind)["decision_id"])


def all_sound() -> None:
    assert list(decisions.rejudge_all()) == []
    sound()


def goodwill() -> int:
    return ledger.balance(ledger.Ref("goodwill", ledger.PLATFORM, "CNY")).minor


# ---- spoiled or broken ------------------------------------------------------------------------------------------


def test_a_third_of_the_peaches_is_spoiled_and_the_shop_says_nothing_for_a_day(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    asked = claim(at, order, "spoiled_goods", now + hours(30), share_percent=34)
    seen = case(asked)
    assert (seen.kind, seen.guarantee, seen.state) == ("claim", "spoiled_goods", "asked")
    assert seen.back.minor == 42_40, "34 % counts as 40 %, of the freight too"
    assert seen.due_at == now + hours(54), "the guarantee gives the shop 24 hours, not 48"
    drain(now + hours(53.9))
    assert case(asked).state == "asked"
    drain(now + hours(54))
    assert (case(asked).state, case(asked).refunded.minor, escrow(at.shop_id)) == ("refunded", 42_40, 63_60)
    decision = decided(order, "spoiled_goods")
    assert decision.text.zh == "收到时坏了40%，42.40元赔给你"
    assert case(asked).decision_id == decision.id
    assert decisions.of_subject("case", asked) == [], (
        "one decision says what is given, and it is the promise's"
    )
    assert orders.order(order).refunded.minor == 42_40
    drain(now + 40 * DAY)
    assert purse(at.shop_id)[0] >= 500_00 + 50_00
    all_sound()


def test_grain_of_a_shop_that_accepted_less_and_the_fund_pays_the_rest(now: datetime) -> None:
    """The shop took on the guarantee when it gave half and no freight; since then the rule gives all of it."""
    meager = promises.KINDS["spoiled_goods"].Terms(with_freight=False, step_percent=50, full_from_percent=100)
    at = a_shop(now, "grain", "spoiled_goods", spoiled_goods=meager)
    rule = rulebook.draft(
        promises.rule_key("spoiled_goods"),
        msgspec.to_builtins(promises.KINDS["spoiled_goods"].Terms()),
        title=promises.KINDS["spoiled_goods"].title,
        reason="grain spoils too",
        by=None,
        now=now,
    )
    rulebook.announce(rule, effective_at=now + 8 * DAY, by=None, now=now)
    now = now + 8 * DAY
    drain(now)
    order = arrived(at, now)
    asked = claim(at, order, "spoiled_goods", now + hours(30), share_percent=80)
    look = promises.proposals({promise_id(order, "spoiled_goods"): str(asked)}, now=now + hours(31))
    [proposal] = look.values()
    assert proposal.for_shop.en == (
        "¥100 (¥6 of it from the platform's fund), because all of it was spoiled or broken on arrival"
    )
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    assert (case(asked).refunded.minor, escrow(at.shop_id), goodwill()) == (106_00, 6_00, 6_00)
    decision = decided(order, "spoiled_goods")
    assert decision.text.en == (
        "¥106 goes to you, because all of it was spoiled or broken on arrival (¥6 of it from the platform's fund)"
    )
    line = orders.order(order).lines[0]
    assert (line.refunded_units, line.refunded.minor) == (1, 100_00)
    all_sound()


def test_a_shop_whose_own_window_is_over_pays_nothing(now: datetime) -> None:
    """Thirty hours after delivery the shop's own terms give nothing any more: all of it is the platform's fund's."""
    meager = promises.KINDS["spoiled_goods"].Terms(hours=24, with_freight=False)
    at = a_shop(now, "grain", "spoiled_goods", spoiled_goods=meager)
    rule = rulebook.draft(
        promises.rule_key("spoiled_goods"), msgspec.to_builtins(promises.KINDS["spoiled_goods"].Terms()),
        title=promises.KINDS["spoiled_goods"].title, reason="more time", by=None, now=now,
    )  # fmt: skip
    rulebook.announce(rule, effective_at=now + 8 * DAY, by=None, now=now)
    now = now + 8 * DAY
    drain(now)
    order = arrived(at, now)
    asked = claim(at, order, "spoiled_goods", now + hours(24 + 30), share_percent=30)
    drain(now + hours(24 + 54))
    assert (case(asked).refunded.minor, escrow(at.shop_id), goodwill()) == (31_80, 106_00, 31_80)
    assert "（其中平台基金承担31.80元）" in decided(order, "spoiled_goods").text.zh
    all_sound()


def test_a_smaller_sum_is_offered_and_taken(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    asked = claim(at, order, "spoiled_goods", now + hours(30), share_percent=50)
    aftersales.reject(
        asked,
        shop_id=at.shop_id,
        by=at.owner_id,
        words="Three of ten are fine",
        offer_minor=20_01,
        now=now + hours(31),
    )
    waiting = service.promise(order, "spoiled_goods")
    assert (waiting["state"], waiting["settle_at"]) == ("open", None), "a no is not the end of it"
    drain(now + hours(100))
    aftersales.accept_offer(asked, person_id=at.buyer_id, now=now + hours(101))
    assert (case(asked).state, case(asked).refunded.minor) == ("refunded", 20_01)
    assert service.promise(order, "spoiled_goods")["owed_minor"] == 20_01
    assert decided(order, "spoiled_goods").effect_minor == 20_01
    all_sound()


def test_rejected_taken_to_the_platform_and_decided_for_the_buyer(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    asked = claim(at, order, "spoiled_goods", now + hours(30), share_percent=100)
    aftersales.reject(asked, shop_id=at.shop_id, by=at.owner_id, words="It was fresh", now=now + hours(31))
    aftersales.escalate(asked, person_id=at.buyer_id, text="Look at the photos", now=now + hours(32))
    drain(now + hours(32 + 48))
    assert case(asked).state == "deciding"
    judge = arbiter()
    decision_id = aftersales.decide(
        asked, aftersales.Ruling("buyer", "The photos show mould on all of it"), by=judge, now=now + hours(90)
    )
    assert (case(asked).state, case(asked).refunded.minor, case(asked).decision_id) == (
        "refunded",
        106_00,
        decision_id,
    )
    decision = decisions.decision(decision_id)
    assert (decision.kind, decision.decided_by) == ("promise.spoiled_goods", judge)
    assert decision.text.en.endswith("The platform's reason: The photos show mould on all of it")
    before = purse(at.shop_id)[0]
    appealed(at, decision_id, now + hours(95))
    assert service.promise(order, "spoiled_goods")["state"] == "reversed"
    assert purse(at.shop_id)[0] == before + 106_00, "the shop has its money back, the buyer keeps it"
    assert (case(asked).bearer, orders.order(order).refunded.minor) == ("platform", 106_00)
    all_sound()


def appealed(at: Stage, decision_id: UUID, now: datetime) -> None:
    appeal = decisions.appeal(
        decision_id, by=at.owner_id, shop_id=at.shop_id, text="The scale's film shows another box", now=now
    )
    decisions.decide_appeal(appeal, uphold=False, by=arbiter(), answer="Indeed it does", now=now)


def test_decided_for_the_shop_the_promise_is_kept_and_an_appeal_may_still_grant_it(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    asked = claim(at, order, "spoiled_goods", now + hours(30), share_percent=20)
    aftersales.reject(asked, shop_id=at.shop_id, by=at.owner_id, words="It was fresh", now=now + hours(31))
    drain(now + hours(31) + 7 * DAY)
    assert case(asked).state == "closed"
    drain(now + hours(32) + 7 * DAY)
    row = service.promise(order, "spoiled_goods")
    assert (row["state"], row["reason"], row["decision_id"]) == ("kept", "no_claim", None)
    drain(now + 40 * DAY)
    assert escrow(at.shop_id) == 0
    all_sound()


# ---- short weight -----------------------------------------------------------------------------------------------


def test_twenty_grams_are_missing(now: datetime) -> None:
    """Listed at 300 g; 240 g on the scales are a fifth less."""
    at = a_shop(now, "tea", "short_weight")
    order = arrived(at, now)
    with pytest.raises(Refusal, match=r"claim\.within_tolerance"):
        claim(at, order, "short_weight", now + hours(30), photos=1, grams=291)
    asked = claim(at, order, "short_weight", now + hours(30), photos=1, grams=240)
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31))
    assert case(asked).refunded.minor == 20_00
    assert decided(order, "short_weight").text.zh == "少了60克，20元赔给你"
    all_sound()


# ---- allergy ----------------------------------------------------------------------------------------------------


def test_allergic_it_goes_back_opened_and_the_money_follows(now: datetime) -> None:
    at = a_shop(now, "skincare", "allergy")
    order = arrived(at, now)
    late = now + 60 * DAY
    drain(late)
    with pytest.raises(Refusal, match=r"claim\.records"):
        claim(at, order, "allergy", late, photos=1)
    asked = claim(at, order, "allergy", late, photos=1, papers=1, recorded_on=late.date())
    assert (case(asked).kind, case(asked).back.minor) == ("return", 100_00)
    papers = [one for one in aftersales.evidence(asked) if one.document]
    assert len(papers) == 1
    drain(late + hours(48))
    assert case(asked).state == "to_send", "silence is a yes to the return"
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT00000001", now=late + hours(50)
    )
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=False, now=late + hours(90))
    assert (case(asked).state, case(asked).refunded.minor) == ("refunded", 100_00)
    assert service.promise(order, "allergy")["state"] == "broken"
    assert orders.order(order).lines[0].refunded_units == 1
    all_sound()


def test_allergic_but_never_sent_back(now: datetime) -> None:
    at = a_shop(now, "skincare", "allergy")
    order = arrived(at, now)
    when = now + hours(60)
    asked = claim(at, order, "allergy", when, photos=1, papers=1, recorded_on=when.date())
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=when + hours(1))
    drain(when + hours(2) + 7 * DAY)
    assert case(asked).state == "lapsed"
    assert [
        one.kind for one in aftersales.claimables(orders.order(order), now=when + hours(3) + 7 * DAY)
    ] == ["allergy"], "the window is still open: it may be claimed again"
    drain(when + 200 * DAY)
    assert service.promise(order, "allergy")["state"] == "kept"
    all_sound()


# ---- genuine ----------------------------------------------------------------------------------------------------


def test_not_genuine_the_price_back_three_times_on_top_and_the_appraiser(now: datetime) -> None:
    at = a_shop(now, "knitwear", "authentic", price=200_00)
    order = arrived(at, now)
    when = now + 20 * DAY
    drain(when)
    asked = claim(at, order, "authentic", when, photos=1, papers=1, fee_minor=80_00)
    assert case(asked).back.minor == 200_00 + 600_00 + 80_00
    before, held = sum(purse(at.shop_id)[:2]) - purse(at.shop_id)[2], escrow(at.shop_id)
    drain(when + hours(48))
    assert (case(asked).state, case(asked).refunded.minor) == ("refunded", 880_00)
    assert service.coupons(at.buyer_id) == [680_00], "what no payment covers is a coupon without a threshold"
    assert orders.order(order).refunded.minor == 200_00
    after = sum(purse(at.shop_id)[:2]) - purse(at.shop_id)[2]
    assert (before + held) - (after + escrow(at.shop_id)) == 880_00 - 10_00, (
        "all of it is the shop's, and the commission on what came back is not taken"
    )
    assert decided(order, "authentic").text.zh.startswith("经鉴定不是正品，假一赔三，880元赔给你")
    all_sound()


def test_a_very_large_sum_is_paid_by_nobodys_silence(now: datetime) -> None:
    at = a_shop(now, "knitwear", "authentic", price=3000_00)
    order = arrived(at, now)
    asked = claim(at, order, "authentic", now + hours(60), photos=1, papers=1)
    drain(now + hours(108))
    assert (case(asked).state, case(asked).refunded.minor) == ("deciding", 0)
    aftersales.decide(
        asked,
        aftersales.Ruling("buyer", "The appraiser is on our list", 10_000_00),
        by=arbiter(),
        now=now + hours(109),
    )
    assert case(asked).refunded.minor == 10_000_00
    assert service.coupons(at.buyer_id) == [7_000_00]
    assert purse(at.shop_id)[2] > 0, "the platform advanced what the shop did not have"
    all_sound()


# ---- price protection -------------------------------------------------------------------------------------------


def test_a_cent_cheaper_gives_a_cent_of_each_back_at_once(now: datetime) -> None:
    at = a_shop(now, "home", "price_protection")
    order = service.paid(at, (3,), now=now)
    with pytest.raises(Refusal, match=r"claim\.not_cheaper"):
        claim(at, order, "price_protection", now + hours(2), photos=0)
    catalog.set_price(at.shop_id, at.offers[0], Money(99_99, "CNY"), by=at.owner_id, now=now + hours(3))
    asked = claim(at, order, "price_protection", now + hours(4), photos=0)
    assert (case(asked).state, case(asked).refunded.minor) == ("refunded", 3)
    assert decided(order, "price_protection").text.zh == "这件商品降到了99.99元，0.03元赔给你"
    assert history(asked) == ["refunded"], "nobody has to approve"
    with pytest.raises(Refusal, match=r"claim\.claimed_before"):
        claim(at, order, "price_protection", now + hours(5), photos=0)
    assert orders.order(order).lines[0].refunded_units == 0
    all_sound()


def test_returned_after_price_protection_it_gives_what_is_left(now: datetime) -> None:
    at = a_shop(now, "home", "price_protection")
    order = arrived(at, now)
    catalog.set_price(at.shop_id, at.offers[0], Money(70_00, "CNY"), by=at.owner_id, now=now + hours(3))
    claim(at, order, "price_protection", now + hours(30), photos=0)
    asked = claim(at, order, "no_reason_return", now + hours(31), photos=0)
    assert case(asked).back.minor == 70_00
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(32))
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT00000002", now=now + hours(33)
    )
    drain(now + hours(34))
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(60))
    assert orders.order(order).refunded.minor == 100_00
    assert service.promise(order, "no_reason_return")["state"] == "broken"
    all_sound()


# ---- refusals ---------------------------------------------------------------------------------------------------


def test_what_is_not_admitted_makes_no_case(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    good: dict[str, Any] = {"share_percent": 30}
    with pytest.raises(Refusal, match=r"claim\.photos"):
        claim(at, order, "spoiled_goods", now + hours(30), photos=1, **good)
    with pytest.raises(Refusal, match=r"claim\.share"):
        claim(at, order, "spoiled_goods", now + hours(30), share_percent=0)
    with pytest.raises(Invalid, match=r"case\.units"):
        claim(at, order, "spoiled_goods", now + hours(30), units=2, **good)
    with pytest.raises(Invalid, match=r"case\.words"):
        claim(at, order, "spoiled_goods", now + hours(30), words="x" * 501, **good)
    with pytest.raises(Refusal, match=r"claim\.window_closed"):
        claim(at, order, "spoiled_goods", now + hours(48) + timedelta(seconds=1), **good)
    stranger = Stage(at.shop_id, at.owner_id, world.person(), at.address_id, at.offers)
    with pytest.raises(NotFound):
        claim(stranger, order, "spoiled_goods", now + hours(30), **good)
    with pytest.raises(NotFound):
        claim(at, order, "late_shipment", now + hours(30), **good)
    with pytest.raises(NotFound):
        aftersales.claim_guarantee(new_id(), Measures(), person_id=at.buyer_id, now=now)
    assert fetch("SELECT 1 FROM aftersales_case") == []
    assert service.promise(order, "spoiled_goods")["state"] == "open"
    claim(at, order, "spoiled_goods", now + hours(48), **good)
    with pytest.raises(Invalid, match=r"case\.units"):
        claim(at, order, "spoiled_goods", now + hours(48), **good)
    all_sound()


def test_a_unit_that_went_back_is_not_claimed_again(now: datetime) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now, quantity=3)
    back = ask(at, order, "broken", 1, now=now + hours(25), kind="refund")
    aftersales.approve(back, shop_id=at.shop_id, by=at.owner_id, now=now + hours(26))
    assert orders.order(order).lines[0].refunded_units == 1
    with pytest.raises(Invalid, match=r"case\.units"):
        claim(at, order, "spoiled_goods", now + hours(27), units=3, share_percent=100)
    asked = claim(at, order, "spoiled_goods", now + hours(27), share_percent=100)
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(28))
    line = orders.order(order).lines[0]
    assert (line.refunded_units, line.refunded.minor) == (3, 300_00)
    assert orders.order(order).refunded == orders.order(order).total
    assert aftersales.claimables(orders.order(order), now=now + hours(29)) == []
    all_sound()


@pytest.mark.parametrize(("by", "to"), [("withdraw", "withdrawn"), ("close", "closed")])
def test_a_claim_taken_back_frees_the_promise_and_the_money(now: datetime, by: str, to: str) -> None:
    at = a_shop(now, "fruit")
    order = arrived(at, now)
    asked = claim(at, order, "spoiled_goods", now + hours(25), share_percent=30)
    if by == "withdraw":
        aftersales.withdraw(asked, person_id=at.buyer_id, now=now + hours(26))
        again = claim(at, order, "spoiled_goods", now + hours(27), share_percent=40)
        aftersales.withdraw(again, person_id=at.buyer_id, now=now + hours(28))
    else:
        aftersales.reject(asked, shop_id=at.shop_id, by=at.owner_id, words="Not so", now=now + hours(26))
    drain(now + 30 * DAY)
    assert case(asked).state == to
    assert service.promise(order, "spoiled_goods")["state"] == "kept"
    assert escrow(at.shop_id) == 0, "nothing is held any more"
    all_sound()


# ---- how long the shop's money waits ----------------------------------------------------------------------------


@pytest.mark.parametrize(("category", "takes", "days"), [
    ("fruit", (), 7), ("home", (), 7), ("knitwear", ("authentic",), 15),
])  # fmt: skip
def test_money_waits_for_the_longest_window_but_no_longer_than_the_rule_says(
    now: datetime, category: str, takes: tuple[str, ...], days: int
) -> None:
    """Signed for on 3 March at 10:00 in Shanghai: day 1 is the fourth, and the window ends with the last minute of its
    last day."""
    at = a_shop(now, category, *takes)
    arrived(at, now)
    drain(now + hours(24))
    ends = datetime.fromisoformat("2026-03-03T16:00:00+00:00") + days * DAY
    drain(ends - timedelta(minutes=1))
    assert escrow(at.shop_id) == 106_00
    drain(ends + timedelta(minutes=1))
    assert escrow(at.shop_id) == 0
    all_sound()
