"""What remote areas listen to, their keeper, and how a second leg that was given up is judged again."""

from collections.abc import Sequence
from typing import Any

import msgspec

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import News, listen_now
from sanhao.kit.keeper import Keeper, register
from sanhao.service.delivery.events import ConsignmentCollected, ConsignmentMoved
from sanhao.service.remote.actions import ending, spend
from sanhao.service.remote.core import RULE, Terms
from sanhao.service.remote.ending import TITLE, UNUSED, Facts, judge, say
from sanhao.service.remote.term_names import TERM_NAMES

ENDING = Keeper(
    name="remote.ending",
    query=f"SELECT {ending.COLUMNS} FROM remote_consolidation t WHERE t.state = 'reserved' AND t.due_at <= %(now)s",
    settle=ending.give_up_due,
    order="t.due_at",
    batch=200,
)


def second_leg_begun(batch: Sequence[News[ConsignmentCollected]]) -> None:
    """Now-listener: a carrier has a parcel; of a second leg it is paid now."""
    begun = [news for news in batch if news.fact.leg == 2]
    if begun:
        spend.spend(sorted({news.fact.owner_id for news in begun}), now=max(news.at for news in begun))


def rejudge_unused(facts_json: str, terms: dict[str, Any]) -> decisions.Rejudged:
    verdict = judge(msgspec.convert(terms, Terms), msgspec.json.decode(facts_json, type=Facts))
    back = verdict.back
    return decisions.Rejudged(msgspec.json.encode(verdict).decode(), back.minor, back.currency, say(verdict))


def wire() -> None:
    rulebook.register_names(TERM_NAMES)
    rulebook.register_terms(RULE, Terms)
    decisions.register_kind(UNUSED, TITLE, rejudge_unused)
    listen_now(ConsignmentCollected, second_leg_begun)
    listen_now(ConsignmentMoved, ending.turned_round)
    register(ENDING)
