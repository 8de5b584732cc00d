"""Two claims from far away, to their far end: a withdrawal from the European Union in euros, and fruit that a courier let
rot for a week, which the courier pays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.aftersales.api import Found, Ruling
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders
from tests.goods import world
from tests.service import stage as service
from tests.service.aftersales.stage import HOUSE, arbiter, case
from tests.service.aftersales.test_claim_stories import a_shop, all_sound, claim, decided
from tests.service.aftersales.test_found import judged_again
from tests.service.stage import Stage, drain, escrow, hours

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BERLIN = people.AddressDraft(
    "Anna Blum", "+49 30 1234567", "DE", "Berlin", "Berlin", "Lindenstraße 9", "10969"
)


@pytest.fixture(autouse=True)
def _site() -> None:
    kit_time.found_world(is_demo=True)


def in_euros(now: datetime) -> Stage:
    """A shop that sells a lamp for €80 into the Union for €7.50, and a buyer in Berlin."""
    service.rules(now)
    at = world.stall("lampe", currency="EUR")
    shops.top_up(at.shop_id, Money(500_00, "EUR"), now=now, key="lampe:balance")
    aftersales.add_return_address(at.shop_id, HOUSE, by=at.owner_id, now=now)
    catalog.add_category("home", Text(zh="家居", en="Home"))
    lamp = catalog.VariantDraft(Text(zh="黄铜", en="Brass"), "L", 900, Money(80_00, "EUR"), 5)
    listing = world.listed(at, world.draft(lamp, slug="lamp", category="home"))
    delivery.save_freight_template(
        at.shop_id, delivery.FreightDraft("Europe", ("*",), Money(7_50, "EUR"), Money(1_00, "EUR"))
    )
    buyer = world.person()
    return Stage(
        at.shop_id, at.owner_id, buyer, people.add_address(buyer, BERLIN, now=now), world.offer_ids(listing)
    )


def account(code: str, holder: str, currency: str) -> int:
    return ledger.balance(ledger.Ref(code, holder, currency)).minor


def test_a_buyer_in_berlin_withdraws_on_the_last_day_and_every_cent_of_it_is_euros(now: datetime) -> None:
    """Fourteen days, the standard freight goes back with the whole order, the shop is silent about what came back."""
    at = in_euros(now)
    order = service.paid(at, now=now)
    assert (orders.order(order).total, account("escrow", str(at.shop_id), "EUR")) == (
        Money(87_50, "EUR"),
        -87_50,
    )
    parcel = service.ship(at, order, "SF800001", now=now + hours(1))
    service.scan(parcel, "picked_up", at=now + hours(2))
    service.scan(parcel, "delivered", at=now + 6 * DAY)
    [right] = [
        one
        for one in aftersales.claimables(orders.order(order), now=now + 7 * DAY)
        if one.kind == "no_reason_return"
    ]
    assert right.until is not None
    with pytest.raises(Refusal, match=r"claim\.window_closed"):
        claim(at, order, "no_reason_return", right.until + timedelta(seconds=1), photos=0)
    drain(right.until - hours(1))
    assert account("escrow", str(at.shop_id), "EUR") == -87_50, (
        "the shop's money waits for the longest window"
    )
    asked = claim(at, order, "no_reason_return", right.until, photos=0)
    seen = case(asked)
    assert (seen.state, seen.back) == ("to_send", Money(87_50, "EUR")), "nobody has to say yes"
    sent = right.until + 3 * DAY
    aftersales.send_back(asked, person_id=at.buyer_id, carrier="sandbox", tracking_no="RT800001", now=sent)
    drain(sent + 10 * DAY - hours(1))
    assert case(asked).state == "returning"
    drain(sent + 10 * DAY)
    assert (case(asked).state, case(asked).refunded) == ("refunded", Money(87_50, "EUR"))
    decision = decided(order, "no_reason_return")
    assert decision.currency == "EUR"
    assert decision.effect_minor == 87_50
    judged_again(decision.id)
    with service.errands():
        drain(sent + 60 * DAY)
    assert account("escrow", str(at.shop_id), "EUR") == 0
    assert account("commission", ledger.PLATFORM, "EUR") == 0, "nothing was sold, so nothing is earned on it"
    assert account("gateway", "sandbox", "EUR") == 0
    assert orders.order(order).refunded == orders.order(order).total
    all_sound()


def test_fruit_that_a_courier_let_rot_is_paid_by_the_courier(now: datetime) -> None:
    """Packed as it should be and a week late: the arbiter says so, and the shop keeps what it earned."""
    at = a_shop(now, "fruit")
    order = service.paid(at, now=now)
    promised = orders.order(order).arrives_by
    assert promised is not None
    parcel = service.ship(at, order, "SF810001", now=now + hours(1))
    service.scan(parcel, "picked_up", at=now + hours(2))
    there = promised + 7 * DAY
    service.scan(parcel, "delivered", at=there)
    drain(there + hours(3))
    freight = orders.order(order).refunded.minor
    assert freight == 6_00, "late delivery gives the freight back by itself"
    asked = claim(at, order, "spoiled_goods", there + hours(4), share_percent=65)
    aftersales.reject(
        asked,
        shop_id=at.shop_id,
        by=at.owner_id,
        words="Packed in ice: the courier lost a week",
        now=there + hours(5),
    )
    aftersales.escalate(asked, person_id=at.buyer_id, text="It is still rotten", now=there + hours(6))
    drain(there + hours(6) + 2 * DAY)
    before = account("carrier_claim", "carriers", "CNY")
    decision_id = aftersales.decide(
        asked, Ruling("buyer", "Ice packs on the film, seven days on the road", found=Found(packed_well=True)),
        by=arbiter(), now=there + 3 * DAY,
    )  # fmt: skip
    assert case(asked).refunded.minor == 70_00
    assert account("carrier_claim", "carriers", "CNY") - before == 70_00, "a claim on the courier"
    assert escrow(at.shop_id) == 106_00, "of the shop's money nothing has gone"
    text = decisions.decision(decision_id).text
    assert "（其中承运商承担70元）" in text.zh
    assert "(¥70 of it from the carrier)" in text.en
    judged_again(decision_id)
    drain(there + 60 * DAY)
    assert escrow(at.shop_id) == 0
    assert orders.order(order).refunded.minor == 76_00
    all_sound()
