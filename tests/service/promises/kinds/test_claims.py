"""What all guarantees with claims have in common: windows, one claim at a time, who pays, and what stays certain."""

from __future__ import annotations

from functools import reduce
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanhao.kit.money import Money
from sanhao.service.promises.core import NEVER, PLATFORM, Accepted, AnyClaimKind, Due, PromiseNews, Verdict
from sanhao.service.promises.kinds import (
    allergy,
    authentic,
    no_reason_return,
    price_protection,
    short_weight,
    spoiled_goods,
)
from tests.service.promises.kinds.cases import (
    answered,
    cancelled,
    claimed,
    collected,
    delay,
    delivered,
    excused,
    extended,
    facts_of,
    h,
    judged,
    one,
    registered,
    shares,
    survives_json,
    tracked,
)

CLAIM: dict[str, dict[str, Any]] = {
    "spoiled_goods": {"share_bp": 30_00},
    "allergy": {},
    "authentic": {"fee": Money(50_00, "CNY")},
    "no_reason_return": {},
    "price_protection": {"price": Money(60_00, "CNY")},
    "short_weight": {"grams": 800},
}
GIVES = {
    "spoiled_goods": 30_00 + 3_00,
    "allergy": 100_00,
    "authentic": 100_00 + 500_00 + 50_00,
    "no_reason_return": 100_00,
    "price_protection": 40_00,
    "short_weight": 20_00,
}
KINDS: list[AnyClaimKind] = [
    spoiled_goods,
    allergy,
    authentic,
    no_reason_return,
    price_protection,
    short_weight,
]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def order(**changes: Any) -> Any:
    return one(weight_g=1000, **changes)


def claim(kind: AnyClaimKind, at: float, **more: Any) -> Any:
    return claimed(at, **(CLAIM[kind.name] | more))


@every_kind
def test_a_granted_claim_is_owed_from_the_answer_on(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    news = (delivered(10), claim(kind, 20), answered(30))
    assert judged(kind, terms, order(), *news, now=19).outcome == "waiting"
    assert judged(kind, terms, order(), *news, now=29) == Verdict("waiting", "claimed")
    verdict = judged(kind, terms, order(), *news, now=30)
    assert (verdict.outcome, verdict.reason, verdict.fault) == ("broken", "claim_granted", ("pea",))
    assert verdict.owed == Money(GIVES[kind.name], "CNY")
    assert (verdict.remedy, verdict.decided_at) == ("refund", h(30))
    assert sum(share.amount.minor for share in verdict.shares) == GIVES[kind.name]
    survives_json(kind, terms, facts_of(kind, terms, order(), *news), verdict)


@every_kind
def test_what_is_admitted_is_what_is_given(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    facts = facts_of(kind, terms, order(), delivered(10))
    answer = kind.admit(terms, facts, claim(kind, 20), h(20))
    assert (answer.ok, answer.reason, answer.owed) == (True, "ok", Money(GIVES[kind.name], "CNY"))
    assert answer.split == judged(kind, terms, order(), delivered(10), claim(kind, 20), answered(30)).shares


@every_kind
def test_no_claim_in_the_window_keeps_it(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    facts = facts_of(kind, terms, order(), delivered(10))
    due = kind.due(terms, facts)
    assert due == Due(facts.window_ends, facts.window_ends)
    assert kind.judge(terms, facts, due.settle_at) == Verdict("kept", "no_claim", decided_at=due.settle_at)
    assert kind.judge(terms, facts, h(11)).outcome == "waiting"


@every_kind
def test_a_claim_made_in_time_waits_for_its_answer_however_long(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    facts = facts_of(kind, terms, order(), delivered(10), claim(kind, 20))
    assert kind.due(terms, facts).settle_at == NEVER
    assert kind.judge(terms, facts, h(999_999)) == Verdict("waiting", "claimed")
    refused = kind.hear(terms, facts, answered(999_999, False))
    assert kind.judge(terms, refused, h(999_999)) == Verdict("kept", "no_claim", decided_at=h(999_999))
    assert kind.due(terms, refused).settle_at == h(999_999)


@every_kind
def test_a_refused_claim_may_be_made_again_and_an_appeal_turns_a_no(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    first = (delivered(10), claim(kind, 20, id="1"), answered(21, False, id="1"))
    facts = facts_of(kind, terms, order(), *first)
    assert kind.admit(terms, facts, claim(kind, 22, id="2"), h(22)).ok
    again = judged(kind, terms, order(), *first, claim(kind, 22, id="2"), answered(25, id="2"))
    assert (again.outcome, again.decided_at) == ("broken", h(25))
    appealed = judged(kind, terms, order(), *first, answered(5000, id="1", by="platform"))
    assert (appealed.outcome, appealed.decided_at) == ("broken", h(5000))


@every_kind
def test_one_claim_at_a_time_and_one_granted(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    facts = facts_of(kind, terms, order(), delivered(10), claim(kind, 20, id="1"))
    assert kind.admit(terms, facts, claim(kind, 21, id="2"), h(21)).reason == "claim_open"
    facts = kind.hear(terms, facts, answered(22, id="1"))
    assert kind.admit(terms, facts, claim(kind, 23, id="2"), h(23)).reason == "claimed_before"


@every_kind
def test_more_units_than_were_bought_are_refused(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    facts = facts_of(kind, terms, order(quantity=2), delivered(10))
    for units, ok in ((-1, False), (0, True), (1, True), (2, True), (3, False)):
        answer = kind.admit(terms, facts, claim(kind, 20, units=units, price=Money(100, "CNY")), h(20))
        assert answer.ok is ok, units
        assert ok or answer.reason == "units"


@every_kind
def test_a_cancelled_order_has_nothing_to_claim(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    assert judged(kind, terms, order(), cancelled(5)) == Verdict("void", "cancelled", decided_at=h(5))
    facts = facts_of(kind, terms, order(), cancelled(5))
    assert not kind.admit(terms, facts, claim(kind, 6), h(6)).ok
    assert (
        judged(kind, terms, order(), delivered(10), cancelled(12), claim(kind, 20), answered(30)).outcome
        == "broken"
    )


@every_kind
def test_a_hub_that_signs_starts_no_clock(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    hub = msgspec.structs.replace(delivered(10), hub=True)
    assert facts_of(kind, terms, order(), hub) == facts_of(kind, terms, order())


@every_kind
def test_beyond_what_the_shop_accepted_the_fund_pays(kind: AnyClaimKind) -> None:
    """A shop that accepted narrower terms bears what those give; of a claim they do not know, nothing."""
    narrow: dict[str, dict[str, Any]] = {
        "spoiled_goods": {"with_freight": False},
        "authentic": {"multiple": 1, "least_minor": 0},
    }
    given = narrow.get(kind.name, {})
    own = {"spoiled_goods": 30_00, "authentic": 100_00 + 100_00 + 50_00}.get(kind.name, GIVES[kind.name])
    accepted = {kind.name: Accepted(terms=given)}
    news = (delivered(10), claim(kind, 20), answered(30))
    verdict = judged(kind, kind.Terms(), order(accepted=accepted), *news)
    by_payer = {
        payer: sum(s.amount.minor for s in verdict.shares if s.payer == payer) for payer in ("pea", PLATFORM)
    }
    assert by_payer == {"pea": own, PLATFORM: GIVES[kind.name] - own}
    assert verdict.fault == (("pea", PLATFORM) if own < GIVES[kind.name] else ("pea",))


def test_a_window_wider_than_accepted_is_the_funds() -> None:
    accepted = {"spoiled_goods": Accepted(terms={"hours": 12})}
    news = (delivered(10), claimed(10 + 12.5, share_bp=100_00), answered(30))
    verdict = judged(spoiled_goods, spoiled_goods.Terms(), order(accepted=accepted), *news)
    assert verdict.shares == shares((PLATFORM, 100_00), (PLATFORM, 10_00, "freight"))
    assert (
        "平台基金"
        in spoiled_goods.say(
            spoiled_goods.Terms(),
            facts_of(spoiled_goods, spoiled_goods.Terms(), order(accepted=accepted), *news),
            verdict,
        ).zh
    )


def test_who_was_found_to_answer_pays() -> None:
    for payer in ("carrier", "insurance", "platform"):
        verdict = judged(
            allergy, allergy.Terms(), order(), delivered(10), claimed(20), answered(30, payer=payer)
        )
        assert verdict.shares == shares((payer, 100_00))
        assert verdict.fault == (payer,)


@every_kind
def test_every_end_has_its_sentences(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    for news in (
        (), (delivered(10),), (delivered(10), claim(kind, 20)), (delivered(10), claim(kind, 20), answered(30)),
        (cancelled(5),), (delivered(10), claim(kind, 20), answered(30, payer="insurance")),
    ):  # fmt: skip
        facts = facts_of(kind, terms, order(), *news)
        for now in (h(40), NEVER):
            verdict = kind.judge(terms, facts, now)
            for text in (kind.say(terms, facts, verdict), kind.say_to_shop(terms, facts, verdict)):
                assert text.zh
                assert text.en
                assert "None" not in text.en + text.zh


_moments = st.sampled_from([1.0, 10.0, 20.0, 33.9, 34.0, 82.0, 200.0, 2500.0])


@st.composite
def _news(draw: st.DrawFn, kind: AnyClaimKind) -> PromiseNews:
    at, id = draw(_moments), draw(st.sampled_from(["1", "2"]))
    match draw(st.integers(0, 4)):
        case 0:
            return delivered(at, at + draw(st.sampled_from([0.0, 5.0, 60.0])))
        case 1:
            return cancelled(at, draw(st.sampled_from(["buyer", "shop"])))
        case 2:
            return claim(kind, at, id=id, units=draw(st.integers(0, 3)))
    return answered(at, draw(st.booleans()), id=id)


@every_kind
@settings(max_examples=60)
@given(data=st.data())
def test_neither_order_nor_repetition_of_news_matters_and_a_verdict_stays(
    kind: AnyClaimKind, data: st.DataObject
) -> None:
    terms = kind.Terms()
    news = data.draw(st.lists(_news(kind), max_size=5))
    facts = facts_of(kind, terms, order(quantity=2), *news)
    for mixed in list(permutations(news))[:24]:
        again = facts_of(kind, terms, order(quantity=2), *mixed, *mixed[:1])
        assert again == facts
    found = None
    for at in (0, 1, 10, 20, 33.9, 34, 40, 82, 100, 200, 300, 2500, 3000, 10**5):
        verdict = kind.judge(terms, facts, h(at))
        if found is not None:
            assert verdict == found, at
        elif verdict.outcome != "waiting":
            found = verdict
    due = kind.due(terms, facts)
    if due.settle_at < NEVER:
        assert kind.judge(terms, facts, due.settle_at).outcome != "waiting"
    assert kind.under(terms, facts) == facts


@every_kind
def test_news_of_other_guarantees_changes_nothing(kind: AnyClaimKind) -> None:
    terms = kind.Terms()
    others: tuple[PromiseNews, ...] = (
        collected(1), delay(1, 2, 3), excused(1, "x"), extended(1, 2, 3), registered(1), tracked(1),
    )  # fmt: skip
    facts = facts_of(kind, terms, order())
    assert reduce(lambda known, item: kind.hear(terms, known, item), others, facts) == facts
