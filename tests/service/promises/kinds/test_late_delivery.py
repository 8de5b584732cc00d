"""Late delivery gives the freight back: the rule as a table of cases, and what holds whatever happens."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.kit.deadline import Deadline
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.promises.core import CARRIER, CalledBack, Due, FreightBack, Line, PromiseNews, Verdict
from sanhao.service.promises.kinds import KINDS
from sanhao.service.promises.kinds.late_delivery import Terms
from tests.service.promises.kinds.cases import (
    cancelled,
    collected,
    delay,
    delivered,
    excused,
    facts_of,
    h,
    judged,
    order,
    survives_json,
)

KIND = KINDS["late_delivery"]
TERMS = Terms()
FREIGHT = Money(12_00, "CNY")
LIMITED = {"ship_by": {"pea": h(48)}}


def broken(reason: str, *fault: str, owed: Money | None = FREIGHT, at: float = 170) -> Verdict:
    return Verdict("broken", reason, fault or (CARRIER,), owed, "refund", h(at))


def kept(at: float) -> Verdict:
    return Verdict("kept", "delivered_in_time", decided_at=h(at))


def void(reason: str, at: float | None) -> Verdict:
    return Verdict("void", reason, decided_at=None if at is None else h(at))


@pytest.mark.parametrize(
    ("news", "now", "expected"),
    [
        ((), 168, Verdict("waiting", "running")),
        ((), 169, Verdict("waiting", "in_grace")),
        ((), 170, broken("never_arrived")),
        ((delivered(100),), 100, kept(100)),
        ((delivered(168),), 168, kept(168)),
        ((delivered(160, 170),), 169, Verdict("waiting", "in_grace")),
        ((delivered(160, 170),), 170, kept(170)),
        ((delivered(160, 171),), 999, broken("late")),
        ((delivered(169),), 169, Verdict("waiting", "in_grace")),
        ((delivered(169),), 170, broken("late")),
        ((delivered(300),), 170, broken("never_arrived")),
        ((delivered(300),), 300, broken("late")),
        ((delivered(90, None, "a"),), 999, broken("never_arrived")),
        ((delivered(90, None, "a"), delivered(95, None, "b")), 999, kept(95)),
        ((delivered(90, None, "a"), delivered(200, None, "b")), 999, broken("late")),
        ((cancelled(50, "shop"),), 50, void("cancelled", 50)),
        ((cancelled(50, "unavailable"),), 999, void("cancelled", 50)),
        ((cancelled(169, "buyer"),), 999, void("cancelled", 169)),
        ((cancelled(171, "buyer"),), 999, broken("never_arrived")),
        ((cancelled(None),), 0, void("cancelled", None)),
        ((cancelled(None), delivered(20)), 999, void("cancelled", None)),
        ((delivered(20), cancelled(50)), 999, kept(20)),
        ((delivered(169), cancelled(169.5)), 999, broken("late")),
        ((excused(100, "force_majeure"),), 999, void("force_majeure", 100)),
        ((excused(100, "boredom"),), 999, broken("never_arrived")),
        ((excused(171, "force_majeure"),), 999, broken("never_arrived")),
        ((delay(1, 2, 400),), 999, broken("never_arrived")),
        ((FreightBack(Money(5_00, "CNY")),), 999, broken("never_arrived", owed=Money(7_00, "CNY"))),
    ],
)
def test_delivered_by_the_promised_moment_or_the_freight_comes_back(
    news: tuple[PromiseNews, ...], now: float, expected: Verdict
) -> None:
    assert judged(KIND, TERMS, order(), *news, now=now) == expected


@pytest.mark.parametrize(
    ("news", "fault"),
    [
        ((collected(47), delivered(200)), CARRIER),
        ((collected(48), delivered(200)), CARRIER),
        ((collected(48.1), delivered(200)), "pea"),
        ((collected(48.1),), "pea"),
        ((), "pea"),
        ((delivered(200),), "pea"),
        ((delivered(169),), CARRIER),
        ((collected(47, 180), delivered(200)), "pea"),
        ((collected(300), delivered(400)), "pea"),
        ((collected(10, None, "a"), collected(60, None, "b"), delivered(200)), "pea"),
        ((collected(10, None, "a"), collected(60, None, "b"), delivered(99, None, "b"), delivered(200, None, "a")), CARRIER),
    ],
)  # fmt: skip
def test_the_shop_answers_if_it_handed_over_late_else_the_carrier(
    news: tuple[PromiseNews, ...], fault: str
) -> None:
    assert judged(KIND, TERMS, order(**LIMITED), *news).fault == (fault,)


def test_a_limit_that_had_not_passed_blames_nobody() -> None:
    assert judged(KIND, TERMS, order(ship_by={"pea": h(170)})).fault == (CARRIER,)


def test_only_the_late_one_of_two_shops_answers() -> None:
    lines = (Line("a", "pea", 1), Line("b", "fig", 1), Line("c", "", 1))
    both = order(lines=lines, ship_by={"pea": h(48), "fig": h(24)})
    handed = (collected(30, shop="pea"), collected(30, shop="fig"))
    assert judged(KIND, TERMS, both, *handed, delivered(200)).fault == ("fig",)
    assert judged(KIND, TERMS, both).fault == ("pea", "fig")


def test_terms_may_hold_the_hand_over_limit_that_an_order_does_not_state() -> None:
    terms = Terms(hand_over=Deadline(48))
    assert judged(KIND, terms, order(), collected(40), delivered(200)).fault == (CARRIER,)
    assert judged(KIND, terms, order(), collected(50), delivered(200)).fault == ("pea",)
    assert judged(KIND, terms, order(ship_hours=24), collected(40), delivered(200)).fault == ("pea",)
    assert judged(KIND, terms, order(**LIMITED, ship_hours=24), collected(40)).fault == (CARRIER,)


@pytest.mark.parametrize(
    ("terms", "changes", "owed", "remedy"),
    [
        (TERMS, {}, 1200, "refund"),
        (TERMS, {"freight": None}, 1200, "refund"),
        (TERMS, {"freight": None, "lines": (Line("a", "pea"),)}, None, "refund"),
        (TERMS, {"freight": Money(0, "CNY")}, 0, ""),
        (Terms(freight_percent=50), {"freight": Money(1201, "CNY")}, 601, "refund"),
        (Terms(freight_percent=0), {}, 0, ""),
    ],
)
def test_how_much_of_the_freight_comes_back(
    terms: Terms, changes: dict[str, Any], owed: int | None, remedy: str
) -> None:
    verdict = judged(KIND, terms, order(**changes))
    assert (verdict.outcome, verdict.remedy) == ("broken", remedy)
    assert verdict.owed == (None if owed is None else Money(owed, "CNY"))


def test_a_calendar_day_lasts_until_its_end_where_the_buyer_is() -> None:
    by_day = Terms(by="day", timezone="America/Sao_Paulo")
    promised = order(promised_at=h(14))  # 2 March, 13:00 in São Paulo; the day ends at hour 25
    assert KIND.due(by_day, facts_of(KIND, by_day, promised)).due_at < h(25)
    assert judged(KIND, by_day, promised, delivered(24.99)).outcome == "kept"
    assert judged(KIND, by_day, promised, delivered(25)).outcome == "broken"
    assert judged(KIND, TERMS, promised, delivered(24.99)).outcome == "broken"


def test_without_a_promised_arrival_there_is_no_promise() -> None:
    assert KIND.promise(TERMS, order(promised_at=None)) == []
    assert KIND.promise(Terms(per="line"), order(promised_at=None)) == []


def test_an_order_is_promised_as_a_whole_or_line_by_line() -> None:
    lines = (
        Line("a", "pea", freight=Money(700, "CNY"), promised_at=h(24)),
        Line("b", "pea", freight=Money(500, "CNY"), promised_at=h(72)),
        Line("c", "pea"),
    )
    apart = order(lines=lines, promised_at=None)
    [(key, whole)] = KIND.promise(Terms(per="checkout"), apart)
    assert (key, KIND.due(TERMS, whole), KIND.scope(Terms(per="checkout"))) == (
        "",
        Due(h(72), h(74)),
        "checkout",
    )
    each = KIND.promise(Terms(per="line"), apart)
    assert [key for key, _ in each] == ["a", "b"]
    first, second = (KIND.hear(TERMS, facts, delivered(30)) for _, facts in each)
    assert KIND.judge(TERMS, first, h(99)) == broken("late", owed=Money(700, "CNY"), at=26)
    assert KIND.judge(TERMS, second, h(99)) == kept(30)
    with_order_date = KIND.promise(Terms(per="line"), order(lines=lines))
    assert [key for key, _ in with_order_date] == ["a", "b", "c"]


def test_an_order_of_unknown_lines_is_judged_as_a_whole() -> None:
    assert judged(KIND, TERMS, order(lines=()), delivered(20)) == kept(20)
    assert judged(KIND, TERMS, order(lines=())) == broken("never_arrived")


def test_a_parcel_delivered_before_its_payment_was_approved_is_delivered() -> None:
    early = order(bought_at=h(-10), paid_at=h(0))
    assert judged(KIND, TERMS, early, delivered(-5)) == kept(-5)


def sentences(
    *news: PromiseNews, terms: Terms = TERMS, now: float = 999, **changes: Any
) -> tuple[Text, Text]:
    facts = facts_of(KIND, terms, order(**changes), *news)
    verdict = KIND.judge(terms, facts, h(now))
    return KIND.say(terms, facts, verdict), KIND.say_to_shop(terms, facts, verdict)


def test_what_buyer_and_shop_are_told() -> None:
    buyer, shop = sentences(delivered(200), **LIMITED)
    assert buyer.zh == "包裹晚于3月9日周一10:00才送到，运费12元正在退给你"
    assert buyer.en == (
        "Your freight of ¥12 is on its way back, because the parcel arrived after Monday 9 March, 10:00"
    )
    assert shop.zh == "赔付12元：交快递超时，包裹晚于3月9日周一10:00才送到"
    buyer, shop = sentences(terms=Terms(by="day"))
    assert (
        buyer.en
        == "Your freight of ¥12 is on its way back, because the parcel had not arrived by Monday 9 March"
    )
    assert shop.en.startswith("Nothing was charged; the carrier answers")
    assert sentences(delivered(9))[0] == Text(
        zh="包裹赶在3月9日周一10:00前送到了", en="Your parcel arrived in time, by Monday 9 March, 10:00"
    )
    assert sentences(now=1)[0].zh == "3月9日周一10:00前送到，晚了自动退运费"
    assert sentences(cancelled(5))[0].en == "The order was cancelled, so this promise no longer runs"
    free = sentences(freight=Money(0, "CNY"))[0]
    assert free.zh == "包裹到3月9日周一10:00还没有送到，这次没有金额可赔"


stories = st.lists(
    st.one_of(
        st.builds(lambda at, lag, lines: collected(at, at + lag, *lines), st.integers(-5, 200), st.integers(0, 12), st.sampled_from([(), ("a",), ("b",)])),
        st.builds(lambda at, lag, lines: delivered(at, at + lag, *lines), st.integers(-5, 400), st.integers(0, 12), st.sampled_from([(), ("a",), ("b",)])),
        st.builds(cancelled, st.none() | st.integers(0, 400), st.sampled_from(["buyer", "shop", "platform", "unavailable"])),
        st.builds(excused, st.integers(0, 400), st.sampled_from(["force_majeure", "boredom"])),
    ),
    max_size=6,
)  # fmt: skip
some_terms = st.builds(
    Terms,
    per=st.sampled_from(["order", "checkout"]),
    by=st.sampled_from(["moment", "day"]),
    timezone=st.sampled_from(["Asia/Shanghai", "America/Sao_Paulo"]),
    scan_grace_hours=st.integers(0, 24),
    freight_percent=st.integers(0, 100),
    hand_over=st.none() | st.just(Deadline(48)),
)


@settings(max_examples=150)
@given(
    some_terms,
    stories,
    st.lists(st.integers(0, 500), min_size=2, max_size=8),
    st.randoms(use_true_random=False),
)
def test_time_order_and_repetition_change_nothing_that_was_decided(
    terms: Terms, story: list[PromiseNews], moments: list[int], random: Any
) -> None:
    facts = facts_of(KIND, terms, order(), *story)
    last = None
    for moment in sorted(moments):
        verdict = KIND.judge(terms, facts, h(moment))
        assert last is None or last.outcome == "waiting" or _decided(verdict) == _decided(last)
        last = verdict
    assert KIND.judge(terms, facts, KIND.due(terms, facts).settle_at).outcome != "waiting"
    shuffled = story + story
    random.shuffle(shuffled)
    assert facts_of(KIND, terms, order(), *shuffled) == facts
    assert KIND.under(terms, facts) == facts
    final = KIND.judge(terms, facts, h(999))
    if final.owed is not None:
        assert Money(0, "CNY") <= final.owed <= FREIGHT
    survives_json(KIND, terms, facts, final)
    assert KIND.say(terms, facts, final).en
    assert KIND.say_to_shop(terms, facts, final).zh


def _decided(verdict: Verdict) -> Verdict:
    """Without the reason: that it arrived after all is learnt later and costs nobody a cent more."""
    return msgspec.structs.replace(verdict, reason="")


@pytest.mark.parametrize(
    "wrong",
    [{"freight_percent": 101}, {"timezone": "Nowhere"}, {"by": "week"}, {"per": "shop"}, {"percent": 1}],
)
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Terms)


def called(
    at: float, until: float, *lines: str, ended: float | None = None, back: bool = False
) -> PromiseNews:
    return CalledBack(
        h(at), h(until), "SF1", lines or ("a", "b"), ended=None if ended is None else h(ended), back=back
    )


@pytest.mark.parametrize(
    ("news", "now", "expected"),
    [
        ((called(150, 246),), 170, Verdict("waiting", "running")),
        ((called(150, 246),), 265, Verdict("waiting", "in_grace")),
        ((called(150, 246),), 266, broken("never_arrived", at=266)),
        ((called(150, 246, ended=160),), 178, Verdict("waiting", "running")),
        ((called(150, 246, ended=160),), 180, broken("never_arrived", at=180)),
        ((called(150, 246, ended=160), delivered(177)), 177, kept(177)),
        ((called(150, 246, ended=160), delivered(179)), 180, broken("late", at=180)),
        ((called(150, 246, ended=160, back=True),), 999, void("called_back", 160)),
        ((called(150, 246, ended=160, back=True),), 159, Verdict("waiting", "running")),
        ((delivered(100), called(150, 246, ended=160, back=True)), 999, kept(100)),
        ((called(169, 246),), 170, broken("never_arrived")),
        ((called(100, 246, "other"),), 170, broken("never_arrived")),
    ],
)
def test_what_the_buyer_calls_back_stands_still_and_owes_no_arrival(
    news: tuple[PromiseNews, ...], now: float, expected: Verdict
) -> None:
    assert judged(KIND, TERMS, order(), *news, now=now) == expected


def test_one_parcel_of_two_that_is_called_back_keeps_the_other_one_to_its_day() -> None:
    back = called(150, 246, "a", ended=160, back=True)
    assert judged(KIND, TERMS, order(), back, delivered(168, None, "b"), now=999) == kept(168)
    late = judged(KIND, TERMS, order(), called(150, 246, "a", ended=160), delivered(169, None, "b"), now=999)
    assert (late.outcome, late.reason) == ("broken", "never_arrived")
