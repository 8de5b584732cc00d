"""Who pays the way back of what buyers send themselves (寄回运费): by fault, by offer, by market; said before, paid once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import time as kit_time
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.actions.return_freight import pay
from sanhao.service.aftersales.events import CaseMoved
from sanhao.service.aftersales.paths import return_freight as core
from sanhao.service.orders import api as orders
from tests.goods import world
from tests.service.aftersales.stage import arbiter, ask, case, delivered, photo, rules, shop
from tests.service.stage import Stage, coupons, drain, escrow, hours, purse, sound

FLAT, REMOTE, MOST = 12_00, 24_00, 100_00


# ---- the rule alone -------------------------------------------------------------------------------------------------


def seen(**more: Any) -> core.Seen:
    return core.Seen(**({"fault": "shop", "currency": "CNY", "region": "上海市"} | more))


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


@pytest.mark.parametrize(
    ("facts", "payer", "by", "minor"),
    [
        (seen(), "shop", "flat", FLAT),
        (seen(region="新疆维吾尔自治区"), "shop", "flat", REMOTE),
        (seen(receipt=cny(18_50)), "shop", "receipt", 18_50),
        (seen(receipt=cny(3_00)), "shop", "receipt", 3_00),
        (seen(receipt=cny(MOST + 1)), "shop", "receipt", MOST),
        (seen(fault="carrier"), "carrier", "flat", FLAT),
        (seen(fault="buyer"), "buyer", "", 0),
        (seen(fault="buyer", receipt=cny(18_50)), "buyer", "", 0),
        (seen(fault="buyer", offered=True), "shop", "flat", FLAT),
        (seen(bearer="platform"), "platform", "flat", FLAT),
        (seen(fault="buyer", bearer="platform"), "buyer", "", 0),
        (seen(currency="EUR", region="Berlin"), "shop", "flat", 7_00),
        (seen(currency="USD"), "shop", "", 0),
        (seen(currency="USD", receipt=Money(9_00, "USD")), "shop", "", 0),
    ],
)
def test_who_pays_how_much(facts: core.Seen, payer: str, by: str, minor: int) -> None:
    verdict = core.judge(core.FOUNDING, facts)
    assert (verdict.payer, verdict.by, verdict.owed) == (payer, by, Money(minor, facts.currency))


def test_terms_may_leave_a_shops_offer_out() -> None:
    strict = msgspec.structs.replace(core.FOUNDING, offers=False)
    assert core.judge(strict, seen(fault="buyer", offered=True)).payer == "buyer"


@given(st.integers(1, 10**7), st.sampled_from(["shop", "buyer", "carrier"]), st.booleans())
def test_nobody_is_given_more_than_was_shown_or_than_the_limit(minor: int, fault: Any, offered: bool) -> None:
    verdict = core.judge(core.FOUNDING, seen(receipt=cny(minor), fault=fault, offered=offered))
    assert 0 <= verdict.owed.minor <= min(minor, MOST)
    assert (verdict.owed.minor == 0) == (verdict.payer == "buyer")


@pytest.mark.parametrize(
    "terms",
    [
        {"by_fault": {"shop": "shop"}},
        {"flat": {"CNY": {"*": -1}}},
        {"most": {"CNY": 10**9}},
        {"appeal_days": 0},
    ],
)
def test_terms_that_are_a_trap_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"by_fault|freight|appeal_days"):
        core.Terms(**terms)


@pytest.mark.parametrize(
    ("facts", "zh", "en"),
    [
        (
            seen(),
            "自己寄回的，运费由店铺承担：不用凭证补12元；有凭证按实际补，最多100元。店家收到退货后，以券的形式给买家。",
            "Sent by the buyer, the shop pays the way back: ¥12 without a receipt, or what it cost with one, up to ¥100. It comes as a coupon once the goods are back.",
        ),
        (
            seen(fault="buyer"),
            "自己寄回的，运费由买家承担。",
            "Sent by the buyer, the buyer pays the way back.",
        ),
        (
            seen(currency="USD"),
            "自己寄回的，运费由店铺承担。",
            "Sent by the buyer, the shop pays the way back.",
        ),
    ],
)
def test_what_is_said_before_anything_is_sent(facts: core.Seen, zh: str, en: str) -> None:
    assert core.ahead(core.FOUNDING, facts) == Text(zh=zh, en=en)


# ---- stories --------------------------------------------------------------------------------------------------------


@pytest.fixture
def at(db: None) -> Stage:
    kit_time.found_world(is_demo=True)
    rules()
    return shop()


def sent_back(
    at: Stage, now: datetime, reason: str, *, number: str = "1", kind: str = "return", **more: Any
) -> tuple[UUID, UUID]:
    """An order whose goods are on their way back since *now* plus 32 hours: order and case."""
    order = delivered(at, number=f"SF30000{number}", now=now)
    shown = [photo()] if reason == "broken" else []
    asked = ask(at, order, reason, now=now + hours(30), kind=kind, evidence=shown)
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31), money_only=False)
    aftersales.send_back(
        asked,
        person_id=at.buyer_id,
        carrier="sandbox",
        tracking_no=f"RT30000{number}",
        now=now + hours(32),
        **more,
    )
    return order, asked


def paid_for(case_id: UUID) -> decisions.DecisionView:
    found = aftersales.way_home_paid(case_id)
    assert found is not None
    return found


def judged_again(decision_id: UUID) -> None:
    stored, again = decisions.decision(decision_id), decisions.rejudge(decision_id)
    assert (again.effect_minor, again.text) == (stored.effect_minor, stored.text)


def balance(code: str, holder: str) -> int:
    return ledger.balance(ledger.Ref(code, holder, "CNY")).minor


def test_what_was_broken_costs_the_shop_the_way_back_once_it_is_there(at: Stage, now: datetime) -> None:
    order, asked = sent_back(at, now, "broken")
    before = purse(at.shop_id)[0]
    drain(now + hours(40))
    assert coupons(at.buyer_id) == [], "nothing is given for what is not there yet"
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(80))
    drain(now + hours(81))
    assert (coupons(at.buyer_id), purse(at.shop_id)[0]) == ([FLAT], before - FLAT)
    decision = paid_for(asked)
    assert decision.text == Text(
        zh="按地区定额补给买家寄回运费12元，由店铺承担",
        en="¥12 for sending it back, the flat sum for that place; the shop bears it",
    )
    assert (decision.shop_id, decision.person_id) == (at.shop_id, at.buyer_id)
    judged_again(decision.id)
    fact = CaseMoved(
        asked, order, at.shop_id, at.buyer_id, "return", "returning", "refunded", False, 0, "CNY", None
    )
    pay([News(new_id(), now + hours(90), fact), News(new_id(), now + hours(90), fact)])
    assert coupons(at.buyer_id) == [FLAT], "heard again, it is paid already"
    drain(now + hours(24 * 60))
    assert escrow(at.shop_id) == 0
    sound()


def test_a_receipt_gives_what_it_says(at: Stage, now: datetime) -> None:
    _, asked = sent_back(at, now, "not_as_described", cost=cny(31_20), receipt=[photo()])
    assert [one.document for one in aftersales.evidence(asked)] == [True], "the shop sees the receipt"
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(80))
    drain(now + hours(81))
    assert coupons(at.buyer_id) == [31_20]
    judged_again(paid_for(asked).id)
    sound()


@pytest.mark.parametrize(
    ("cost", "receipt", "code"),
    [
        (cny(0), True, "return_freight.cost"),
        (cny(-1), True, "return_freight.cost"),
        (cny(10_000_01), True, "return_freight.cost"),
        (cny(20_00), False, "return_freight.receipt"),
    ],
)
def test_a_sum_that_cannot_be_or_that_nothing_shows_is_refused(
    at: Stage, now: datetime, cost: Money, receipt: bool, code: str
) -> None:
    order = delivered(at, now=now)
    asked = ask(at, order, "not_as_described", now=now + hours(30), kind="return")
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31), money_only=False)
    given = [photo()] if receipt else []
    with pytest.raises(Invalid, match=code):
        aftersales.send_back(
            asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT310001", cost=cost, receipt=given,
            now=now + hours(32),
        )  # fmt: skip
    assert case(asked).state == "to_send"
    assert aftersales.evidence(asked) == []
    assert fetch("SELECT 1 FROM aftersales_return_freight") == []


def test_who_changed_their_mind_bears_it(at: Stage, now: datetime) -> None:
    _, asked = sent_back(at, now, "no_reason", cost=cny(18_00))
    before = purse(at.shop_id)[0]
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(80))
    drain(now + hours(81))
    assert (coupons(at.buyer_id), purse(at.shop_id)[0]) == ([], before)
    assert aftersales.way_home_paid(asked) is None, "nothing happened, so nothing was decided"


def test_an_offer_holds_for_orders_paid_while_it_stood(at: Stage, now: datetime) -> None:
    early = delivered(at, number="SF310001", now=now)
    aftersales.offer_return_freight(at.shop_id, by=at.owner_id, pays=True, now=now + hours(1))
    aftersales.offer_return_freight(at.shop_id, by=at.owner_id, pays=True, now=now + hours(1))
    _, kept = sent_back(at, now + hours(2), "no_reason")
    aftersales.offer_return_freight(at.shop_id, by=at.owner_id, pays=False, now=now + hours(3))
    assert not aftersales.offers_return_freight(at.shop_id)
    late = delivered(at, number="SF310002", now=now + hours(4))
    for order in (early, late):
        said = aftersales.ways_home(orders.order(order), ["no_reason"], at=now + hours(30))
        assert said["no_reason"].en == "Sent by the buyer, the buyer pays the way back."
    aftersales.receive(kept, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(80))
    drain(now + hours(81))
    assert coupons(at.buyer_id) == [FLAT]
    with pytest.raises(NotFound):
        aftersales.offer_return_freight(at.shop_id, by=at.buyer_id, pays=True, now=now)
    sound()


def test_what_came_back_wrong_or_never_is_not_paid_for(at: Stage, now: datetime) -> None:
    _, asked = sent_back(at, now, "broken")
    aftersales.refuse(
        asked, shop_id=at.shop_id, by=at.owner_id, words="It is another one", now=now + hours(80)
    )
    drain(now + hours(24 * 30))
    assert case(asked).state == "closed"
    assert coupons(at.buyer_id) == []


def test_an_exchange_is_paid_for_too(at: Stage, now: datetime) -> None:
    _, asked = sent_back(at, now, "wrong_item", kind="exchange")
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(80))
    drain(now + hours(81))
    assert coupons(at.buyer_id) == []
    aftersales.replace(
        asked,
        shop_id=at.shop_id,
        by=at.owner_id,
        carrier="sandbox",
        tracking_no="SF310009",
        now=now + hours(82),
    )
    drain(now + hours(83))
    assert (case(asked).state, coupons(at.buyer_id)) == ("exchanged", [FLAT])


def test_where_the_platform_refunds_in_the_shops_place_it_pays_the_way_too(at: Stage, now: datetime) -> None:
    _, asked = sent_back(at, now, "broken")
    aftersales.refuse(asked, shop_id=at.shop_id, by=at.owner_id, words="Not ours at all", now=now + hours(80))
    aftersales.escalate(asked, person_id=at.buyer_id, text="It is yours", now=now + hours(81))
    before = purse(at.shop_id)
    drain(now + hours(180))
    aftersales.decide(
        asked, aftersales.Ruling("platform", "Nobody can tell any more"), by=arbiter(), now=now + hours(181)
    )
    drain(now + hours(182))
    assert (coupons(at.buyer_id), purse(at.shop_id)) == ([FLAT], before)
    assert paid_for(asked).shop_id is None
    judged_again(paid_for(asked).id)
    sound()


def test_by_terms_of_a_market_the_carrier_pays_and_owes_it_to_the_platform(at: Stage, now: datetime) -> None:
    terms = msgspec.structs.replace(
        core.FOUNDING, by_fault={"shop": "carrier", "buyer": "buyer", "carrier": "carrier"}
    )
    rulebook.found(
        core.RULE, msgspec.to_builtins(terms), title=Text(zh="寄回", en="Sending back"), now=now, market="CN"
    )
    _, asked = sent_back(at, now, "broken")
    before, pocket = purse(at.shop_id), balance("goodwill", ledger.PLATFORM)
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(80))
    drain(now + hours(81))
    assert (coupons(at.buyer_id), purse(at.shop_id)) == ([FLAT], before)
    assert balance("carrier_claim", "carriers") == FLAT
    assert balance("goodwill", ledger.PLATFORM) == pocket
    judged_again(paid_for(asked).id)
    sound()


def test_later_terms_do_not_touch_a_case_that_is_open(at: Stage, now: datetime) -> None:
    order = delivered(at, now=now)
    asked = ask(at, order, "broken", now=now + hours(30), kind="return", evidence=[photo()])
    aftersales.approve(asked, shop_id=at.shop_id, by=at.owner_id, now=now + hours(31), money_only=False)
    admin = world.person()
    people.grant_role(admin, "admin", by=None, now=now)
    stingy = msgspec.to_builtins(core.Terms(flat={"CNY": {"*": 1_00}}))
    draft = rulebook.draft(
        core.RULE,
        stingy,
        title=Text(zh="寄回", en="Sending back"),
        reason="less",
        by=admin,
        now=now,
    )
    rulebook.announce(draft, effective_at=now + hours(24 * 7.5), by=admin, now=now)
    drain(now + hours(24 * 7))
    aftersales.send_back(
        asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT320001", now=now + hours(24 * 8)
    )
    drain(now + hours(24 * 40))
    assert (case(asked).state, coupons(at.buyer_id)) == ("refunded", [FLAT])
    judged_again(paid_for(asked).id)


# ---- looked at again ------------------------------------------------------------------------------------------------


def settled(at: Stage, now: datetime, **more: Any) -> tuple[UUID, decisions.DecisionView]:
    _, asked = sent_back(at, now, "broken", **more)
    aftersales.receive(asked, shop_id=at.shop_id, by=at.owner_id, restock=True, now=now + hours(80))
    drain(now + hours(81))
    return asked, paid_for(asked)


def test_a_shop_that_was_charged_wrongly_has_it_again_and_the_buyer_keeps_it(
    at: Stage, now: datetime
) -> None:
    before = purse(at.shop_id)[0]
    _, decision = settled(at, now)
    appeal = decisions.appeal(
        decision.id, by=at.owner_id, shop_id=at.shop_id, text="It broke at their home", now=now + hours(90)
    )
    decisions.decide_appeal(appeal, uphold=False, by=arbiter(), answer="So it seems", now=now + hours(91))
    drain(now + hours(92))
    assert (coupons(at.buyer_id), purse(at.shop_id)[0]) == ([FLAT], before)
    assert not decisions.undo_state(decision.id).missing, "its owner has undone it"
    sound()


def test_a_buyers_appeal_raises_it_once_and_by_whom_the_decision_names(at: Stage, now: datetime) -> None:
    asked, decision = settled(at, now)
    before = purse(at.shop_id)[0]
    may = aftersales.raisable(decision)
    assert may is not None
    assert (may.had, may.most) == (cny(FLAT), cny(MOST))
    appeal = decisions.appeal(
        decision.id,
        by=at.buyer_id,
        person_id=at.buyer_id,
        text="It cost 40, see the receipt",
        now=now + hours(90),
    )
    judge = arbiter()
    for wrong in (FLAT, FLAT - 1):
        with pytest.raises(Refusal, match=r"claim\.not_more"):
            decisions.decide_appeal(
                appeal,
                uphold=False,
                by=judge,
                answer="As it says",
                now=now + hours(91),
                found={"amount_minor": wrong},
            )
    assert decisions.decision(decision.id).state == "appealed", "what was refused changed nothing"
    decisions.decide_appeal(
        appeal,
        uphold=False,
        by=judge,
        answer="As it says",
        now=now + hours(91),
        found={"amount_minor": 40_00},
    )
    drain(now + hours(92))
    assert sorted(coupons(at.buyer_id)) == [FLAT, 40_00 - FLAT]
    assert purse(at.shop_id)[0] == before - (40_00 - FLAT)
    last = paid_for(asked)
    assert (last.effect_minor, last.appeal_until, last.decided_by) == (40_00, None, judge)
    judged_again(last.id)
    judged_again(decision.id)
    sound()
