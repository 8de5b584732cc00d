"""A drafted rule is replayed over the site's own last month, beside the rule in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.rows import fetch
from sanhao.lab.previews import actions
from sanhao.service.promises import api as promises
from tests.service.stage import (
    Stage,
    drain,
    hours,
    paid,
    rules,
    scan,
    ship,
    stage,
)

pytestmark = pytest.mark.django_db
KEY = "promise.late_shipment"


@pytest.fixture
def at(now: datetime) -> Stage:
    rules()
    return stage(balance=100_000)


def drafted(terms: dict[str, object], now: datetime) -> UUID:
    title = promises.KINDS["late_shipment"].title
    return rulebook.draft(KEY, terms, title=title, reason="Waiting is worth more.", by=None, now=now)


def figures(rule: UUID, shop: UUID | None = None) -> tuple[tuple[int, int, int], tuple[int, int, int], int]:
    [one] = [p for p in rulebook.previews([rule], shop_id=shop)[rule] if p.shop_id == shop]
    would, before = ((p.owed.minor, p.cases, p.buyers) for p in (one.would, one.before))
    return would, before, one.promises


def test_a_draft_is_replayed_over_the_last_month_in_all_and_for_each_shop(at: Stage, now: datetime) -> None:
    """Two late orders, one in time, one collected after 60 hours; the draft pays ¥5 and waits 72 hours."""
    other = stage(balance=10_000, slug="yimu")
    late = [paid(at, now=now), paid(other, now=now)]
    kept, slow = paid(at, now=now), paid(at, now=now)
    scan(ship(at, kept, "SF100001", now=now), "picked_up", at=now + hours(5))
    scan(ship(at, slow, "SF100002", now=now), "picked_up", at=now + hours(60))
    later = now + hours(24 * 5)
    drain(later)
    dearer = drafted({"ladder": [{"fixed_minor": 500}], "deadline": {"amount": 72}}, later)
    drain(later)
    assert figures(dearer) == ((1_000, 2, 2), (900, 3, 2), 4), (
        "what was collected in 72 hours costs nothing then"
    )
    assert figures(dearer, at.shop_id) == ((500, 1, 1), (600, 2, 1), 3)
    assert figures(dearer, other.shop_id) == ((500, 1, 1), (300, 1, 1), 1)
    assert len(late) == 2
    [stricter] = [drafted({"deadline": {"amount": 4}}, later)]
    drain(later)
    assert figures(stricter) == ((1_200, 4, 2), (900, 3, 2), 4)


def test_the_figures_are_those_that_life_came_to(at: Stage, now: datetime) -> None:
    for n in range(4):
        paid(at, now=now + hours(n))
    later = now + hours(24 * 5)
    drain(later)
    [row] = fetch("SELECT sum(owed_minor)::int AS owed, count(*) AS n FROM promises_promise WHERE state = 'broken' AND kind = 'late_shipment'")  # fmt: skip
    rule = drafted({}, later)
    drain(later)
    assert figures(rule)[1] == (row["owed"], row["n"], 1)
    assert figures(rule)[0] == figures(rule)[1], "the same terms come to the same"


def test_payments_that_count_together_are_merged_in_previews_too(at: Stage, now: datetime) -> None:
    for n in range(3):
        paid(at, (5,), now=now + hours(n))
    later = now + hours(24 * 5)
    drain(later)
    terms = {"ladder": [{"percent": 30, "min_minor": 500, "cap_minor": 50_000}], "merge_hours": 24}
    rule = drafted(terms, later)
    drain(later)
    assert figures(rule)[0] == (50_000, 2, 1), "¥300, then ¥200, then nothing"


def test_what_is_older_than_a_month_does_not_count_and_nothing_is_said_to_be_nothing(
    at: Stage, now: datetime
) -> None:
    paid(at, now=now)
    later = now + timedelta(days=31)
    drain(later)
    rule = drafted({"ladder": [{"fixed_minor": 500}]}, later)
    assert rulebook.previews([rule]) == {}
    drain(later)
    assert figures(rule) == ((0, 0, 0), (0, 0, 0), 0)


def test_a_rewritten_draft_is_replayed_anew_and_other_rules_are_left_alone(at: Stage, now: datetime) -> None:
    paid(at, now=now)
    later = now + hours(100)
    drain(later)
    rule = drafted({"ladder": [{"fixed_minor": 500}]}, later)
    drain(later)
    assert figures(rule)[0][0] == 500
    rulebook.redraft(rule, {"ladder": [{"fixed_minor": 700}]}, reason="More still.", by=None, now=later)
    drain(later)
    assert figures(rule)[0][0] == 700
    notice = rulebook.draft(
        "rulebook.notice", {"days": 9}, title=promises.KINDS["late_shipment"].title, reason="", by=None, now=later
    ) if rulebook.versions("rulebook.notice") else None  # fmt: skip
    drain(later)
    assert notice is None or notice not in rulebook.previews([notice])


def test_pages_come_to_the_same_as_one(at: Stage, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(7):
        paid(at, now=now + hours(n))
    later = now + hours(24 * 5)
    drain(later)
    since = later - actions.MONTH
    whole = promises.made_since(since, kind="late_shipment", market="*", until=later)
    seen, last = [], None
    for _ in range(10):
        part = promises.made_since(since, kind="late_shipment", market="*", until=later, last=last, limit=2)
        seen += part.made
        last = part.last
        if last is None:
            break
    assert tuple(seen) == whole.made and len(seen) == 7


def test_a_window_is_cut_short_honestly(at: Stage, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        paid(at, now=now + hours(n))
    monkeypatch.setattr(actions, "MOST", 1)
    monkeypatch.setattr(
        actions.promises,
        "made_since",
        lambda since, last=None, **more: _made(since, last=last, limit=2, **more),
    )
    later = now + hours(24 * 5)
    drain(later)
    rule = drafted({}, later)
    drain(later)
    [whole] = [one for one in rulebook.previews([rule])[rule] if one.shop_id is None]
    assert (whole.promises, whole.since) == (2, now + hours(1))


_made = promises.made_since
