"""What the notices module itself tells: that an appeal waits, and how it was answered. And it wakes open pages."""

from __future__ import annotations

from collections.abc import Sequence

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionAppealed, DecisionOverturned, DecisionUpheld
from sanhao.fairness.notices.actions import notify
from sanhao.fairness.notices.core import Notice
from sanhao.fairness.notices.events import NoticesGiven, NoticesRead
from sanhao.kit import push
from sanhao.kit.events import News
from sanhao.kit.text import Text
from sanhao.people.api import staff

_WAITS = Text(zh="有一份申诉等待答复。", en="An appeal waits for an answer.")
_UPHELD = Text(
    zh="申诉已答复：维持原决定。答复：{answer}", en="Your appeal was answered: the decision stands. {answer}"
)
_OVERTURNED = Text(
    zh="申诉成立：原决定已撤销。答复：{answer}", en="Your appeal succeeded: the decision is undone. {answer}"
)


def tell_arbiters(news: Sequence[News[DecisionAppealed]]) -> None:
    """Whoever may answer appeals hears of new ones."""
    arbiters = staff("arbiter", "admin")
    notify(
        [
            Notice(id, "appeal.waits", _WAITS, "appeal", n.fact.appeal_id, f"appeal.waits:{n.fact.appeal_id}")
            for n in news
            for id in arbiters
        ],
        now=news[0].at,
    )


def tell_appellant(news: Sequence[News[DecisionUpheld]] | Sequence[News[DecisionOverturned]]) -> None:
    """Who appealed gets the answer, with its reasons."""
    appeals = decisions.appeals_of([n.fact.decision_id for n in news])
    notices = []
    for n in news:
        appeal = appeals[n.fact.decision_id]
        if (
            appeal.by is None
        ):  # the platform's own second look: the owner of the decision tells who is concerned
            continue
        said = _UPHELD if isinstance(n.fact, DecisionUpheld) else _OVERTURNED
        text = Text(zh=said.zh.format(answer=appeal.answer), en=said.en.format(answer=appeal.answer))
        notices.append(
            Notice(appeal.by, "appeal.answered", text, "decision", n.fact.decision_id, f"appeal:{appeal.id}")
        )
    notify(notices, now=news[0].at)


def wake_given(news: Sequence[News[NoticesGiven]]) -> None:
    push.publish(f"person:{id}" for n in news for id in n.fact.person_ids)


def wake_read(news: Sequence[News[NoticesRead]]) -> None:
    push.publish(f"person:{n.fact.person_id}" for n in news)
