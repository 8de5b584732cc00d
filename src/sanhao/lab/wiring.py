"""The laboratory's keeper: news of imported histories, told when their moment comes, and before promises settle."""

from __future__ import annotations

from sanhao.kit.keeper import Keeper, register
from sanhao.lab.imports.actions import tell
from sanhao.lab.imports.queries import untold_since
from sanhao.service.promises import api as promises

HISTORY = Keeper(
    name="lab.history",
    query="SELECT t.id, t.at, t.what, t.tracking_no, t.order_ids, t.by FROM lab_history_news t "
    "WHERE t.told_at IS NULL AND t.at <= %(now)s",
    settle=tell,
    order="t.at, t.rank, t.id",
    batch=1000,
)


def wire() -> None:
    register(HISTORY)
    promises.register_horizon(untold_since)
