"""Late shipment pays: the rule as a table of cases, and what holds whatever happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.kit.deadline import Deadline
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.promises.core import Due, Line, PromiseNews, Verdict
from sanhao.service.promises.kinds import KINDS, late_shipment
from sanhao.service.promises.kinds.late_shipment import PROFILES, Terms, Window
from sanhao.service.promises.ladder import Step
from tests.service.promises.kinds.cases import (
    cancelled,
    collected,
    delay,
    delivered,
    excused,
    extended,
    facts_of,
    h,
    judged,
    of_paid,
    order,
    survives_json,
)

KIND = KINDS["late_shipment"]
TERMS = Terms()
THREE = Money(300, "CNY")


def broken(reason: str = "not_collected", owed: Money | None = THREE, settled: float = 50) -> Verdict:
    return Verdict("broken", reason, ("pea",), owed, "coupon", h(settled))


def kept(at: float) -> Verdict:
    return Verdict("kept", "collected_in_time", decided_at=h(at))


def void(reason: str, at: float | None) -> Verdict:
    return Verdict("void", reason, decided_at=None if at is None else h(at))


def test_it_is_due_after_48_hours_and_settled_2_hours_later() -> None:
    assert KIND.due(TERMS, facts_of(KIND, TERMS, order())) == Due(h(48), h(50))
    assert KIND.scope(TERMS) == "order"


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ({"ship_hours": 24}, 24),
        ({"ship_hours": 72}, 48),
        ({"presale_ships_by": h(360)}, 360),
        ({"presale_ships_by": h(360), "ship_hours": 24}, 360),
        ({"presale_ships_by": h(-5)}, 48),
        ({"paid_at": None, "bought_at": h(1)}, 49),
        ({"ship_by": {"pea": h(30)}}, 30),
        ({"ship_by": {"other": h(30)}}, 48),
    ],
)
def test_whose_clock_counts(changes: dict[str, Any], hours: float) -> None:
    assert KIND.due(TERMS, facts_of(KIND, TERMS, order(**changes))).due_at == h(hours)


def test_without_any_moment_of_purchase_there_is_no_promise() -> None:
    assert KIND.promise(TERMS, order(paid_at=None, bought_at=None)) == []
    assert KIND.promise(TERMS, order(lines=())) == []


@pytest.mark.parametrize(
    ("news", "now", "expected"),
    [
        ((), 48, Verdict("waiting", "running")),
        ((), 49.9, Verdict("waiting", "in_grace")),
        ((), 50, broken()),
        ((), 5000, broken()),
        # the scan of every line counts, and both of its moments
        ((collected(47),), 47, kept(47)),
        ((collected(48),), 48, kept(48)),
        ((collected(47, 50),), 50, kept(50)),
        ((collected(47, 50),), 49, Verdict("waiting", "in_grace")),
        ((collected(47, 50.1),), 51, broken()),
        ((collected(48.01),), 49, Verdict("waiting", "in_grace")),
        ((collected(48.01),), 50, broken("collected_late")),
        ((collected(20, None, "a"),), 49, Verdict("waiting", "in_grace")),
        ((collected(20, None, "a"),), 50, broken()),
        ((collected(20, None, "a"), collected(30, None, "b")), 31, kept(30)),
        ((collected(20, None, "a"), collected(49, None, "b")), 50, broken("collected_late")),
        ((collected(20, None, "a"), collected(60, None, "b")), 99, broken()),
        ((collected(20, shop="pea"),), 21, kept(20)),
        ((collected(20, shop="somebody"),), 50, broken()),
        # a first scan that comes late in the post beats a second that came early
        ((collected(47, 49.5), collected(48.5, 48.6)), 50, kept(49.5)),
        ((collected(10, 60), collected(12)), 50, kept(12)),
        # a parcel that arrived was collected; a clock before payment is wrong
        ((delivered(40),), 41, kept(40)),
        ((collected(-5, 20),), 21, kept(20)),
        ((collected(-5, 49),), 50, broken("collected_late")),
    ],
)
def test_the_first_scan_of_every_line_in_time_keeps_it(
    news: tuple[PromiseNews, ...], now: float, expected: Verdict
) -> None:
    assert judged(KIND, TERMS, order(), *news, now=now) == expected


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ((cancelled(20, "buyer"),), void("cancelled_by_buyer", 20)),
        ((cancelled(47.9, "buyer"),), void("cancelled_by_buyer", 47.9)),
        ((cancelled(48, "buyer"),), broken()),
        ((cancelled(49, "buyer"),), broken()),
        ((cancelled(120, "platform"),), broken()),
        ((cancelled(20, "platform"),), void("cancelled_by_platform", 20)),
        ((cancelled(20, "shop"),), broken("cancelled_by_shop")),
        ((cancelled(20, "unavailable"),), broken("out_of_stock")),
        ((cancelled(None, "buyer"),), void("cancelled_by_buyer", None)),
        ((cancelled(None, "shop"),), broken("cancelled_by_shop")),
        ((cancelled(20, "buyer"), cancelled(30, "shop")), void("cancelled_by_buyer", 20)),
        ((cancelled(None, "buyer"), cancelled(30, "shop")), broken("cancelled_by_shop")),
        ((collected(10), cancelled(20, "buyer")), kept(10)),
        ((collected(10, 21), cancelled(20, "buyer")), void("cancelled_by_buyer", 20)),
        ((excused(20, "force_majeure"),), void("force_majeure", 20)),
        ((excused(50, "risk_hold"),), void("risk_hold", 50)),
        ((excused(50.1, "risk_hold"),), broken()),
        ((excused(20, "shop_felt_lazy"),), broken()),
        ((excused(20, "shop_felt_lazy"), excused(30, "buyer_fault")), void("buyer_fault", 30)),
        ((excused(20, "buyer_fault"), collected(10)), kept(10)),
    ],
)
def test_what_ends_the_promise_before_its_time(news: tuple[PromiseNews, ...], expected: Verdict) -> None:
    assert judged(KIND, TERMS, order(), *news) == expected


def test_a_shop_that_cancels_is_let_off_where_the_terms_say_so() -> None:
    lenient = Terms(shop_cancel_pays=False)
    assert judged(KIND, lenient, order(), cancelled(20, "shop")) == void("cancelled_by_shop", 20)


@pytest.mark.parametrize(
    ("terms", "changes", "reason"),
    [
        (Terms(promotions=(Window(h(-1), h(1)),)), {}, "promotion"),
        (Terms(promotions=(Window(h(-2), h(0)),)), {}, None),
        (Terms(promotions=(Window(h(0), h(1), ("US",)),)), {}, None),
        (Terms(force_majeure=(Window(h(40), h(90), ("Zhejiang",)),)), {}, "force_majeure"),
        (Terms(force_majeure=(Window(h(40), h(90), ("CN",)),)), {}, "force_majeure"),
        (Terms(force_majeure=(Window(h(40), h(90), ("Hainan",)),)), {}, None),
        (Terms(force_majeure=(Window(h(48.1), h(90)),)), {}, None),
        (Terms(force_majeure=(Window(h(-9), h(0)),)), {}, None),
    ],
)
def test_declared_windows_leave_an_order_out(
    terms: Terms, changes: dict[str, Any], reason: str | None
) -> None:
    expected = broken() if reason is None else void(reason, 0)
    assert judged(KIND, terms, order(**changes)) == expected


def test_special_goods_are_left_out_and_the_rest_is_judged() -> None:
    custom, plain = (
        Line("a", "pea", 1, Money(500_00, "CNY"), special="custom"),
        Line("b", "pea", 1, Money(400, "CNY")),
    )
    assert judged(KIND, TERMS, order(lines=(custom,))) == void("special_goods", 0)
    mixed = order(lines=(custom, plain))
    assert judged(KIND, TERMS, mixed, collected(9, None, "b")) == kept(9)
    assert judged(KIND, TERMS, mixed, collected(9, None, "a")) == broken(owed=THREE)


@pytest.mark.parametrize(
    ("news", "due", "delays"),
    [
        ((delay(10, 12, 60),), 60, 1),
        ((delay(44, 47, 60),), 60, 1),
        ((delay(44.1, 47, 60),), 48, 0),
        ((delay(10, 48, 60),), 48, 0),
        ((delay(10, 9, 60),), 48, 0),
        ((delay(10, 12, 40),), 48, 0),
        ((delay(10, 12, 60), delay(50, 55, 90)), 90, 2),
        ((delay(10, 12, 60), delay(57, 58, 90)), 60, 1),
        ((delay(46, 47.5, 90), delay(10, 47, 60)), 60, 1),
        ((delay(1, 2, 60), delay(3, 4, 70), delay(5, 6, 80), delay(7, 8, 90)), 80, 3),
        ((extended(-200, 0, 100),), 100, 0),
        ((extended(-167, 0, 100),), 48, 0),
        ((extended(-200, 48, 100),), 100, 0),
        ((extended(-200, 0, 48),), 48, 0),
        ((extended(-200, 0, 100), extended(-200, 90, 200)), 200, 0),
        ((delay(10, 12, 60), extended(-200, 50, 100)), 100, 1),
        ((extended(-200, 0, 100), delay(90, 95, 130)), 130, 1),
    ],
)
def test_deadlines_move_by_consent_and_by_announcement(
    news: tuple[PromiseNews, ...], due: float, delays: int
) -> None:
    for heard in (news, news[::-1], news + news):
        facts = facts_of(KIND, TERMS, order(), *heard)
        assert (KIND.due(TERMS, facts), facts.delays_in_force) == (Due(h(due), h(due + 2)), delays)
        survives_json(KIND, TERMS, facts, KIND.judge(TERMS, facts, h(999)))


@pytest.mark.parametrize(
    ("paid", "owed"),
    [(0, 0), (300, 0), (301, 300), (299_99, 300), (300_00, 300), (450_50, 451), (2999_00, 2999), (3000_00, 3000), (99999_00, 3000)],
)  # fmt: skip
def test_the_ladder_to_the_cent(paid: int, owed: int) -> None:
    verdict = judged(KIND, TERMS, of_paid(paid))
    assert verdict.owed == Money(owed, "CNY")
    assert verdict.remedy == ("coupon" if owed else "")


def test_money_that_cannot_be_read_leaves_the_sum_unknown() -> None:
    assert judged(KIND, TERMS, of_paid(None)) == broken(owed=None)
    assert judged(KIND, TERMS, of_paid(500_00, "USD")) == broken(owed=None)
    some = order(lines=(Line("a", "pea", 1, None), Line("b", "pea", 1, Money(1, "CNY"))))
    assert judged(KIND, TERMS, some).owed == THREE, "the order's own total is known"


@pytest.mark.parametrize(
    ("profile", "paid", "owed"),
    [
        ("douyin", 200_00, 300),
        ("tmall", 10_00, 500), ("tmall", 100_00, 3000), ("tmall", 5000_00, 500_00),
        ("taobao_old", 10_00, 500), ("taobao_old", 200_00, 1000), ("taobao_old", 5000_00, 3000),
        ("taobao_old_small", 10_00, 100),
        ("taobao_mid", 10_00, 500), ("taobao_mid", 200_00, 2000), ("taobao_mid", 5000_00, 100_00),
        ("pdd", 1, 300), ("pdd", 99999_00, 300),
        ("shopee", 10_00, 500),
        ("ten_percent_200", 10_00, 100), ("ten_percent_200", 9999_00, 200_00),
    ],
)  # fmt: skip
def test_the_profiles_pay_what_they_are_known_for(profile: str, paid: int, owed: int) -> None:
    terms = PROFILES[profile]
    verdict = judged(KIND, terms, of_paid(paid, terms.currency))
    assert verdict.owed == Money(owed, terms.currency)
    survives_json(KIND, terms, facts_of(KIND, terms, of_paid(paid)), verdict)


def test_the_72_hours_of_one_profile_are_72_hours() -> None:
    facts = facts_of(KIND, PROFILES["ten_percent_200"], order())
    assert KIND.due(PROFILES["ten_percent_200"], facts).due_at == h(72)


def test_payments_of_one_day_share_one_least_and_one_cap() -> None:
    tmall = PROFILES["tmall"]

    def next_owed(paid: int, before: int, got: int) -> Money | None:
        facts = facts_of(KIND, tmall, of_paid(paid))
        known = late_shipment.merged(tmall, facts, paid=Money(before, "CNY"), owed=Money(got, "CNY"))
        verdict: Verdict = KIND.judge(tmall, known, h(99))
        return verdict.owed

    assert next_owed(10_00, 0, 0) == Money(500, "CNY"), "the least"
    assert next_owed(5_00, 10_00, 500) == Money(0, "CNY"), "the least is given once"
    assert next_owed(20_00, 10_00, 500) == Money(400, "CNY"), "30 % of both, less what was given"
    assert next_owed(2000_00, 1500_00, 450_00) == Money(50_00, "CNY"), "the cap holds for both"
    assert next_owed(2000_00, 5000_00, 500_00) == Money(0, "CNY")
    untouched = facts_of(KIND, TERMS, order())
    assert late_shipment.merged(TERMS, untouched, paid=THREE, owed=THREE) == untouched, (
        "no merging by these terms"
    )


@given(st.lists(st.integers(1, 300_000), min_size=1, max_size=6))
def test_merged_payments_cost_what_one_payment_of_their_sum_costs(payments: list[int]) -> None:
    tmall, before, given_out = PROFILES["tmall"], 0, 0
    for paid in payments:
        facts = facts_of(KIND, tmall, of_paid(paid))
        known = late_shipment.merged(tmall, facts, paid=Money(before, "CNY"), owed=Money(given_out, "CNY"))
        before, given_out = before + paid, given_out + KIND.judge(tmall, known, h(99)).owed.minor
    alone = judged(KIND, tmall, of_paid(sum(payments))).owed
    assert alone == Money(given_out, "CNY")


def test_only_the_shops_that_were_late_answer() -> None:
    two_shops = order(
        lines=(Line("a", "pea", 1, Money(100_00, "CNY")), Line("b", "fig", 1, Money(1, "CNY"))),
        ship_by={"pea": h(30), "fig": h(60)},
    )
    assert judged(KIND, TERMS, two_shops, collected(29, shop="pea"), collected(59, shop="fig")) == kept(59)
    late = judged(KIND, TERMS, two_shops, collected(31, shop="pea"), collected(59, shop="fig"))
    assert late == Verdict("broken", "collected_late", ("pea",), THREE, "coupon", h(62))
    assert judged(KIND, TERMS, two_shops).fault == ("pea", "fig")


def test_free_cancellation_from_the_deadline_and_automatic_after_three_days() -> None:
    facts = facts_of(KIND, TERMS, order(), delay(1, 2, 60))
    assert late_shipment.cancel_free_from(TERMS, facts) == h(60)
    assert late_shipment.auto_cancel_at(TERMS, facts) == h(132)
    without = Terms(free_cancel_from_deadline=False, auto_cancel_after_hours=None)
    assert late_shipment.cancel_free_from(without, facts) is None
    assert late_shipment.auto_cancel_at(without, facts) is None


@pytest.mark.parametrize(
    ("news", "now", "allowed", "left", "words"),
    [
        ((), 44, True, 3, "You can propose it until Wednesday 4 March, 06:00; it counts once the buyer agrees. 3 left"),
        ((), 44.1, False, 3, "It had to be proposed by Wednesday 4 March, 06:00"),
        ((delay(1, 2, 60), delay(3, 4, 70), delay(5, 6, 80)), 10, False, 0, "It was postponed 3 times already, which is the most"),
        ((collected(3),), 10, False, 3, "This order is settled; there is nothing to postpone"),
        ((cancelled(3, "shop"),), 10, False, 3, "This order is settled; there is nothing to postpone"),
    ],
)  # fmt: skip
def test_when_a_shop_may_propose_a_delay(
    news: tuple[PromiseNews, ...], now: float, allowed: bool, left: int, words: str
) -> None:
    answer = late_shipment.may_propose_delay(TERMS, facts_of(KIND, TERMS, order(), *news), h(now))
    assert (answer.allowed, answer.left, answer.reason.en) == (allowed, left, words)


def sentences(*news: PromiseNews, now: float = 99, **changes: Any) -> tuple[Text, Text]:
    facts = facts_of(KIND, TERMS, order(**changes), *news)
    verdict = KIND.judge(TERMS, facts, h(now))
    return KIND.say(TERMS, facts, verdict), KIND.say_to_shop(TERMS, facts, verdict)


def test_what_buyer_and_shop_are_told() -> None:
    buyer, shop = sentences(paid_at=h(-20))  # due on Tuesday at 14:00
    assert buyer.zh == "快递周二14:00前没有揽收，3元券已到账"
    assert buyer.en == "Your ¥3 coupon is here, because the parcel was not collected by Tuesday 14:00"
    assert shop.zh == "赔付3元：快递周二14:00前没有揽收"
    assert shop.en == "¥3 compensation, because the parcel was not collected by Tuesday 14:00"
    assert sentences(collected(47))[0] == Text(
        zh="快递周三09:00已揽收，准时", en="Your parcel was collected Wednesday 09:00, in time"
    )
    assert sentences(now=1)[0] == Text(
        zh="3月4日周三10:00前快递揽收，晚了自动赔券",
        en="Collected by Wednesday 4 March, 10:00, or a coupon comes to you by itself",
    )
    assert sentences(now=49)[0].en.endswith("until Wednesday 12:00")
    assert sentences(cancelled(9, "buyer"))[0].en == "You cancelled the order, so this promise no longer runs"
    assert sentences(cancelled(9, "unavailable"))[0].zh == "店家缺货，发不了，3元券已到账"
    assert "A person is working out" in sentences(lines=(Line("a", "pea"),), goods=None)[0].en


ALL_NEWS = st.one_of(
    st.builds(
        lambda at, lag, lines: collected(at, at + lag, *lines),
        st.integers(-5, 120), st.integers(0, 12), st.sampled_from([(), ("a",), ("b",), ("a", "b")]),
    ),
    st.builds(lambda at, lag: delivered(at, at + lag), st.integers(0, 300), st.integers(0, 12)),
    st.builds(cancelled, st.none() | st.integers(0, 120), st.sampled_from(["buyer", "shop", "platform", "unavailable"])),
    st.builds(lambda at, wait, more: delay(at, at + wait, at + wait + more), st.integers(0, 90), st.integers(0, 9), st.integers(0, 90)),
    st.builds(excused, st.integers(0, 120), st.sampled_from(["force_majeure", "risk_hold", "boredom"])),
    st.builds(lambda ahead, starts, hours: extended(starts - ahead, starts, starts + hours), st.integers(100, 400), st.integers(0, 90), st.integers(0, 90)),
)  # fmt: skip
stories = st.lists(ALL_NEWS, max_size=6)
orders = st.builds(lambda paid, hours: of_paid(paid, ship_hours=hours), st.none() | st.integers(0, 1_000_000), st.none() | st.integers(1, 90))  # fmt: skip
terms_of = st.sampled_from(list(PROFILES.values()))


@settings(max_examples=150)
@given(terms_of, stories, st.lists(st.integers(0, 400), min_size=2, max_size=8))
def test_a_verdict_once_given_never_changes_with_time(
    terms: Terms, story: list[PromiseNews], moments: list[int]
) -> None:
    facts = facts_of(KIND, terms, order(), *story)
    last = None
    for moment in sorted(moments):
        verdict = KIND.judge(terms, facts, h(moment))
        assert last is None or last.outcome == "waiting" or verdict == last
        assert verdict.outcome == "waiting" or verdict.decided_at is None or verdict.decided_at <= h(moment)
        last = verdict
    settled = KIND.due(terms, facts).settle_at
    assert KIND.judge(terms, facts, settled).outcome != "waiting", (
        "a keeper that comes at settle_at can settle it"
    )


@settings(max_examples=150)
@given(terms_of, stories, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_news_matters(
    terms: Terms, story: list[PromiseNews], random: Any
) -> None:
    shuffled = story + random.choices(story, k=len(story)) if story else []
    random.shuffle(shuffled)
    assert facts_of(KIND, terms, order(), *shuffled) == facts_of(KIND, terms, order(), *story)


@settings(max_examples=150)
@given(terms_of, orders, stories)
def test_what_is_owed_stays_within_the_ladder(
    terms: Terms, paid_order: Any, story: list[PromiseNews]
) -> None:
    facts = facts_of(KIND, terms, paid_order, *story)
    verdict = KIND.judge(terms, facts, h(2000))
    assert verdict.outcome in ("kept", "broken", "void")
    if verdict.outcome != "broken":
        assert (verdict.owed, verdict.remedy, verdict.fault) == (None, "", ())
    elif verdict.owed is not None:
        cap = terms.ladder[-1].cap_minor or terms.ladder[-1].fixed_minor
        assert 0 <= verdict.owed.minor <= cap
    survives_json(KIND, terms, facts, verdict)
    assert KIND.under(terms, facts) == facts, "the same terms change nothing"
    assert KIND.say(terms, facts, verdict).zh
    assert KIND.say_to_shop(terms, facts, verdict).en


def test_the_same_facts_under_other_terms() -> None:
    facts = facts_of(KIND, TERMS, order(), collected(40))
    assert KIND.judge(TERMS, facts, h(99)).outcome == "kept"
    day = Terms(deadline=Deadline(24), ladder=(Step(fixed_minor=800),))
    assert KIND.judge(day, KIND.under(day, facts), h(99)) == broken("not_collected", Money(800, "CNY"), 26)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ladder": []},
        {"ladder": [{"up_to_minor": 5}]},
        {"ladder": [{"up_to_minor": 9}, {"up_to_minor": 5}, {}]},
        {"ladder": [{"fixed_minor": -1}]},
        {"ladder": [{"fixed_minor": 1, "percent": 1}]},
        {"ladder": [{"percent": 1, "min_minor": 9, "cap_minor": 5}]},
        {"deadline": {"amount": 48, "unit": "fortnights"}},
        {"grace": 2},
    ],
)
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Terms)


def test_terms_are_read_from_the_rulebooks_json() -> None:
    plain = msgspec.to_builtins(PROFILES["shopee"])
    assert msgspec.convert(plain, Terms) == PROFILES["shopee"]
    assert msgspec.convert({}, Terms) == TERMS
    window = {"starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-03-02T00:00:00Z"}
    read = msgspec.convert({"promotions": [window]}, Terms).promotions
    assert read == (
        Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=1)),
    )
