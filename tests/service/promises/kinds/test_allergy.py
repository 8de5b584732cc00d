"""Allergic to it? The rule as tables of cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sanhao.service.promises.kinds import allergy
from sanhao.service.promises.kinds.allergy import Terms
from tests.service.promises.kinds.cases import claimed, delivered, facts_of, h, one, shares

TERMS = Terms()
SHANGHAI = ZoneInfo("Asia/Shanghai")
SIGNED = 34.0
"""Tuesday 3 March, 20:00 in Shanghai."""


@pytest.mark.parametrize(
    ("signed", "days", "last"),
    [
        (34.0, 90, datetime(2026, 6, 1, 23, 59, 59, 999999, tzinfo=SHANGHAI)),
        (37.999, 90, datetime(2026, 6, 1, 23, 59, 59, 999999, tzinfo=SHANGHAI)),
        (38.0, 90, datetime(2026, 6, 2, 23, 59, 59, 999999, tzinfo=SHANGHAI)),
        (34.0, 7, datetime(2026, 3, 10, 23, 59, 59, 999999, tzinfo=SHANGHAI)),
        (34.0, 15, datetime(2026, 3, 18, 23, 59, 59, 999999, tzinfo=SHANGHAI)),
        (34.0, 30, datetime(2026, 4, 2, 23, 59, 59, 999999, tzinfo=SHANGHAI)),
        (34.0, 60, datetime(2026, 5, 2, 23, 59, 59, 999999, tzinfo=SHANGHAI)),
    ],
)
def test_full_days_from_midnight_after_signing(signed: float, days: int, last: datetime) -> None:
    terms = Terms(days=days)
    facts = facts_of(allergy, terms, one(), delivered(signed))
    assert facts.window_ends == last
    for at, ok in ((last, True), (last + timedelta(microseconds=1), False)):
        claim = claimed(0, recorded_on=date(2026, 3, 5))
        claim = type(claim)(at, photos=1, records=1, recorded_on=date(2026, 3, 5))
        assert allergy.admit(terms, facts, claim, at).ok is ok


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        ({"photos": 0}, "photos"),
        ({"photos": 0, "videos": 1}, "photos"),
        ({"photos": 1, "records": 0}, "records"),
        ({"photos": 1, "records": 1, "recorded_on": None}, "record_date"),
        ({"photos": 1, "records": 1, "recorded_on": date(2026, 3, 2)}, "record_date"),
        ({"photos": 1, "records": 1, "recorded_on": date(2026, 3, 3)}, "ok"),
        ({"photos": 1, "records": 0, "trusted": True}, "ok"),
        ({"photos": 0, "records": 1, "trusted": True}, "photos"),
        ({"opened": True}, "ok"),
    ],
)
def test_two_tiers_of_evidence(evidence: dict[str, Any], reason: str) -> None:
    facts = facts_of(allergy, TERMS, one(), delivered(SIGNED))
    answer = allergy.admit(TERMS, facts, claimed(60, **evidence), h(60))
    assert (answer.reason, answer.ok) == (reason, reason == "ok")
    assert (answer.needs_return, answer.or_video) == (True, False)
    assert answer.records == (0 if evidence.get("trusted") else 1)


@pytest.mark.parametrize(("days_ago", "ok"), [(None, True), (179.99, False), (180, True), (400, True)])
def test_once_at_a_brand_in_180_days(days_ago: float | None, ok: bool) -> None:
    last = None if days_ago is None else h(60 - days_ago * 24)
    facts = facts_of(allergy, TERMS, one(), delivered(SIGNED))
    answer = allergy.admit(TERMS, facts, claimed(60, last_at=last), h(60))
    assert answer.ok is ok
    assert ok or answer.reason == "claimed_lately"


def test_the_units_claimed_come_back_without_the_freight() -> None:
    facts = facts_of(allergy, TERMS, one(100_00, 3), delivered(SIGNED))
    assert allergy.admit(TERMS, facts, claimed(60, units=2), h(60)).split == shares(("pea", 66_66))
