"""Said to be sent, and not sent: the patterns, the ladder, and what stays certain."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.kit.money import Money
from sanhao.service.promises.core import NEVER, PromiseNews, Verdict
from sanhao.service.promises.kinds import false_shipment
from sanhao.service.promises.kinds.false_shipment import Terms
from tests.service.promises.kinds.cases import (
    cancelled,
    delivered,
    excused,
    facts_of,
    h,
    judged,
    of_paid,
    order,
    registered,
    survives_json,
    tracked,
)

TERMS = Terms()
RUNNING, GRACE = Verdict("waiting", "running"), Verdict("waiting", "in_grace")


def false(why: str, at: float, owed: int = 20_00) -> Verdict:
    return Verdict("broken", why, ("pea",), Money(owed, "CNY"), "coupon", h(at))


ON_WAY = (registered(1), tracked(10), tracked(20))


@pytest.mark.parametrize(
    ("news", "now", "expected"),
    [
        ((), 9999, RUNNING),
        ((tracked(5),), 9999, RUNNING),  # no number given, nothing claimed
        ((registered(1),), 25, RUNNING),
        ((registered(1),), 26.9, GRACE),
        ((registered(1),), 27, false("no_first_scan", 27)),
        ((registered(1), tracked(25)), 27, RUNNING),
        ((registered(1), tracked(25, 27)), 27, RUNNING),  # dated in time, heard in the grace
        ((registered(1), tracked(25, 27.01)), 99, false("no_first_scan", 27)),
        ((registered(1), tracked(25.01)), 99, false("no_first_scan", 27)),
        ((registered(1), tracked(10)), 36, false("no_second_scan", 36)),
        (
            (registered(30), tracked(10)),
            54,
            RUNNING,
        ),  # scanned before its number was given: 24 hours from then
        ((registered(30), tracked(10)), 56, false("no_second_scan", 56)),
        (ON_WAY, 68, RUNNING),
        (ON_WAY, 70, false("silent", 70)),
        ((*ON_WAY, tracked(60), tracked(107)), 150, RUNNING),
        ((*ON_WAY, tracked(60)), 110, false("silent", 110)),
        ((*ON_WAY, delivered(60)), 60, Verdict("kept", "delivered", decided_at=h(60))),
        ((registered(1), delivered(26.9)), 99, Verdict("kept", "delivered", decided_at=h(26.9))),
        ((registered(1), delivered(20, 28)), 99, false("no_first_scan", 27)),
        ((registered(1), delivered(20, 20, "a")), 99, false("no_first_scan", 27)),
        ((registered(1, "p", "a"), delivered(20, 20, "a")), 99, RUNNING),  # the other line has no number yet
        (
            (registered(1, "p", "a"), registered(40, "q", "b"), delivered(20, 20, "a")),
            99,
            false("no_first_scan", 66),
        ),
        ((registered(1), cancelled(20, "buyer")), 99, Verdict("void", "cancelled", decided_at=h(20))),
        ((registered(1), cancelled(27, "buyer")), 99, false("no_first_scan", 27)),
        ((registered(1), excused(9, "force_majeure")), 99, Verdict("void", "force_majeure", decided_at=h(9))),
        ((registered(1), excused(9, "weather")), 99, false("no_first_scan", 27)),
        ((registered(9), registered(1)), 99, false("no_first_scan", 27)),
    ],
)
def test_the_rule(news: tuple[PromiseNews, ...], now: float, expected: Verdict) -> None:
    facts = facts_of(false_shipment, TERMS, order(), *news)
    verdict = false_shipment.judge(TERMS, facts, h(now))
    assert verdict == expected
    survives_json(false_shipment, TERMS, facts, verdict)
    for text in (
        false_shipment.say(TERMS, facts, verdict),
        false_shipment.say_to_shop(TERMS, facts, verdict),
    ):
        assert text.zh
        assert text.en


@pytest.mark.parametrize(
    ("region", "hours"), [("浙江省", 48), ("新疆维吾尔自治区", 72), ("青海省", 72), ("西藏自治区", 120)]
)
def test_the_carrier_may_be_silent_longer_far_away(region: str, hours: int) -> None:
    verdict = judged(false_shipment, TERMS, order(region=region), *ON_WAY)
    assert verdict == false("silent", 20 + hours + 2)


def test_what_a_hub_signed_for_was_sent_and_what_becomes_of_it_there_is_not_the_shops() -> None:
    hub = msgspec.structs.replace(delivered(20), hub=True)
    assert judged(false_shipment, TERMS, order(), registered(1), hub) == judged(
        false_shipment, TERMS, order(), registered(1), delivered(20)
    )


@pytest.mark.parametrize(
    ("paid", "owed"), [(1_00, 500), (50_00, 500), (60_00, 600), (1000_00, 100_00), (9000_00, 100_00)]
)
def test_a_tenth_between_five_and_a_hundred(paid: int, owed: int) -> None:
    assert judged(false_shipment, TERMS, of_paid(paid), registered(1)) == false("no_first_scan", 27, owed)


def test_what_carriers_do_not_say_is_not_waited_for() -> None:
    terms = Terms(second_scan_hours=None)
    assert judged(false_shipment, terms, order(), registered(1), tracked(9)) == RUNNING
    terms = Terms(silence_hours=None)
    assert judged(false_shipment, terms, order(), *ON_WAY) == RUNNING
    virtual = order(lines=tuple(msgspec.structs.replace(line, special="virtual") for line in order().lines))
    assert false_shipment.promise(TERMS, virtual) == []


_at = st.sampled_from([1.0, 5.0, 20.0, 25.0, 26.0, 40.0, 60.0, 90.0, 130.0])
_news: Any = st.one_of(
    st.builds(registered, _at, st.sampled_from(["p", "q"])),
    st.builds(lambda at, late, parcel: tracked(at, at + late, parcel), _at, st.sampled_from([0.0, 1.5, 3.0, 50.0]), st.sampled_from(["p", "q"])),
    st.builds(lambda at, late: delivered(at, at + late), _at, st.sampled_from([0.0, 3.0, 50.0])),
    st.builds(cancelled, _at, st.sampled_from(["buyer", "shop"])),
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(_news, max_size=5))
def test_order_and_repetition_do_not_matter_and_a_verdict_stays(news: list[PromiseNews]) -> None:
    facts = facts_of(false_shipment, TERMS, order(), *news)
    for mixed in list(permutations(news))[:12]:
        assert facts_of(false_shipment, TERMS, order(), *mixed, *mixed[:2]) == facts
    found = None
    for at in (0, 1, 5, 20, 25, 26, 27, 28, 40, 42, 60, 62, 90, 110, 130, 150, 200, 400):
        verdict = false_shipment.judge(TERMS, facts, h(at))
        if found is not None:
            assert verdict == found
        elif verdict.outcome != "waiting":
            found = verdict
    due = false_shipment.due(TERMS, facts)
    if due.settle_at < NEVER:
        assert false_shipment.judge(TERMS, facts, due.settle_at).outcome != "waiting"
    assert false_shipment.under(TERMS, facts) == facts


@settings(max_examples=200)
@given(st.lists(_news, max_size=6))
def test_what_is_heard_after_a_verdict_does_not_change_it(news: list[PromiseNews]) -> None:
    """Judged with what had been heard by then, and with all that came later: once broken by silence, always."""

    def heard_at(item: Any) -> Any:
        return getattr(item, "received_at", None) or item.at

    for moment in (27, 28, 42, 62, 110):
        so_far = [item for item in news if heard_at(item) <= h(moment)]
        before = judged(false_shipment, TERMS, order(), *so_far, now=moment)
        if before.outcome == "broken":
            assert judged(false_shipment, TERMS, order(), *news, now=moment) == before
