"""The laboratory's keepers: news of imported histories, told when their moment comes, and before promises settle; and
previews of drafted rules over the site's own last month."""

from __future__ import annotations

from sanhao.fairness.rulebook.events import RuleDrafted
from sanhao.kit.events import listen_later
from sanhao.kit.keeper import Keeper, register
from sanhao.lab.imports.actions import tell
from sanhao.lab.imports.queries import untold_since
from sanhao.lab.previews.actions import drafted, replay_drafts
from sanhao.service.promises import api as promises

HISTORY = Keeper(
    name="lab.history",
    query="SELECT t.id, t.at, t.what, t.tracking_no, t.order_ids, t.by FROM lab_history_news t "
    "WHERE t.told_at IS NULL AND t.at <= %(now)s",
    settle=tell,
    order="t.at, t.rank, t.id",
    batch=1000,
)
PREVIEW = Keeper(
    name="lab.preview",
    query="SELECT t.id, t.rule_id FROM lab_preview_request t WHERE t.done_at IS NULL AND t.asked_at <= %(now)s",
    settle=replay_drafts,
    order="t.asked_at",
    batch=1,
    idle_seconds=2.0,
)


def wire() -> None:
    register(HISTORY)
    register(PREVIEW)
    listen_later(RuleDrafted, drafted)
    promises.register_horizon(untold_since)
