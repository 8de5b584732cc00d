"""Telling shops that a rule which binds them was announced: what changes, from when. A later listener."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.fairness.notices import api as notices
from sanhao.fairness.rulebook import api as rulebook
from sanhao.fairness.rulebook.events import RuleAnnounced
from sanhao.goods.shops.queries import members_after
from sanhao.kit.events import News
from sanhao.kit.text import Text
from sanhao.kit.wording import date_time

_AT_ONCE = 1_000
_NAMED = 6
_FIRST = UUID(int=0)


def rule_announced(batch: Sequence[News[RuleAnnounced]]) -> None:
    """Everybody who works in a shop that the rule binds hears of it once, a thousand members at a time."""
    for news in batch:
        fact = news.fact
        versions = rulebook.versions(fact.key)
        told = {view.id: view for view in versions}[fact.rule_id]
        said = _Saying(told, rulebook.changed(fact.rule_id), fact.effective_at)
        # A country with a rule of its own is not bound by the Union's, nor its members by the one for everywhere.
        own = {
            country
            for view in versions
            if view.state not in ("draft", "withdrawn")
            and len(rulebook.markets(view.market)) > len(rulebook.markets(fact.market))
            for country in rulebook.countries(view.market) or ()
        }
        markets = rulebook.countries(fact.market)
        if markets is not None:
            markets = [country for country in markets if country == fact.market or country not in own]
        last = _FIRST
        while members := members_after(last, markets=markets, without=sorted(own), limit=_AT_ONCE):
            notices.notify(
                [
                    notices.Notice(
                        person, "rule.announced", said.at(zone), "rule", told.id, f"rule.announced:{told.id}"
                    )
                    for _, person, zone in members
                ],
                now=news.at,
            )
            last = members[-1][0]


class _Saying:
    """One sentence for each time zone."""

    def __init__(self, rule: rulebook.RuleView, changed: Sequence[Text], effective_at: datetime) -> None:
        self._rule, self._changed, self._effective_at = rule, changed, effective_at
        self._said: dict[str, Text] = {}

    def at(self, zone: str) -> Text:
        if zone not in self._said:
            self._said[zone] = self._sentence(zone)
        return self._said[zone]

    def _sentence(self, zone: str) -> Text:
        title, number, since = (
            self._rule.title, self._rule.version, date_time(self._effective_at, zone),
        )  # fmt: skip
        what = _list(self._changed)
        return Text(
            zh=f"“{title.zh}”第{number}版{since.zh}起生效，{what.zh}",
            en=f"Version {number} of “{title.en}” binds from {since.en}. {what.en}",
        )


def _list(changed: Sequence[Text]) -> Text:
    if not changed:
        return Text(zh="条款没有变化。", en="Its terms stay as they are.")
    named, more = changed[:_NAMED], len(changed) - _NAMED
    zh, en = "、".join(one.zh for one in named), ", ".join(one.en for one in named)
    if more > 0:
        zh, en = f"{zh}等{len(changed)}项", f"{en} and {more} more"
    return Text(zh=f"有变化的是：{zh}。", en=f"What changes: {en}.")
