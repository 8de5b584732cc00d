"""A draft is heard of, and a keeper replays the last month under it and under the rule in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from sanhao.fairness.rulebook import api as rulebook
from sanhao.fairness.rulebook.events import RuleDrafted
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import execute
from sanhao.lab.previews.core import Paying, Sum, Whose
from sanhao.service.promises import api as promises

MONTH = timedelta(days=30)
MOST = 100_000
"""Promises looked at for one preview; a busier site's window is shorter, and the figures say since when."""


def drafted(batch: Sequence[News[RuleDrafted]]) -> None:
    """Later listener: drafts of promises' rules are to be replayed, once more where one was rewritten."""
    for news in batch:
        if news.fact.key in map(promises.rule_key, promises.KINDS):
            execute(
                "INSERT INTO lab_preview_request (id, rule_id, asked_at) VALUES (%s, %s, %s) "
                "ON CONFLICT (rule_id) DO UPDATE SET asked_at = excluded.asked_at, done_at = NULL",
                [new_id(), news.fact.rule_id, news.at],
            )


def replay_drafts(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: the figures of each draft, through the rulebook to whoever reads it."""
    for row in rows:
        _replay(rulebook.rule(row["rule_id"]), now)
    execute(
        "UPDATE lab_preview_request SET done_at = %s WHERE id = ANY(%s)", [now, [row["id"] for row in rows]]
    )


def _replay(rule: rulebook.RuleView, now: datetime) -> None:
    name = promises.kind_name(rule.key)
    kind = promises.KINDS[name]
    would = Paying(kind, promises.terms_from(kind, rule.terms), now)
    in_force = rulebook.in_force(rule.key, at=now, market=rule.market)
    before = Paying(kind, promises.terms_from(kind, in_force.terms), now)
    seen: Counter[Whose] = Counter()
    since, last = now - MONTH, None
    while True:
        page = promises.made_since(since, kind=name, market=in_force.market, until=now, last=last)
        for one in page.made:
            seen[None, one.currency] += 1
            if one.shop_id is not None:
                seen[one.shop_id, one.currency] += 1
        would.add(page.made)
        before.add(page.made)
        last = page.last
        if last is None:
            break
        if seen.total() >= 2 * MOST:
            since = page.made[-1].made_at if page.made else since
            break
    rulebook.keep_previews(rule.id, _previews(would.sums(), before.sums(), seen, since, now))


def _previews(
    would: dict[Whose, Sum], before: dict[Whose, Sum], seen: Counter[Whose], since: datetime, until: datetime
) -> list[rulebook.Preview]:  # fmt: skip
    """One for all (also where nothing was promised: then it says so), one for each shop that would pay or would have."""
    whole: Whose = (None, settings.CURRENCY)
    every = dict.fromkeys([*would, *before, *(whose for whose in seen if whose[0] is None)]) or {whole: None}
    return [
        rulebook.Preview(
            shop_id, since, until, seen[shop_id, currency],
            _paying(would.get((shop_id, currency)), currency), _paying(before.get((shop_id, currency)), currency),
        )
        for shop_id, currency in every
    ]  # fmt: skip


def _paying(sum: Sum | None, currency: str) -> rulebook.Paying:
    found = sum or Sum()
    return rulebook.Paying(Money(found.owed, currency), found.cases, len(found.buyers))
