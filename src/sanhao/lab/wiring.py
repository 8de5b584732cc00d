"""The laboratory's keeper: news of imported histories, told when their moment comes."""

from __future__ import annotations

from sanhao.kit.keeper import Keeper, register
from sanhao.lab.imports.actions import tell

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
