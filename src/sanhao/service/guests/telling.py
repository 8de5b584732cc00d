"""What follows a withdrawal by itself. All later listeners."""

from __future__ import annotations

from collections.abc import Sequence

from sanhao.kit import push
from sanhao.kit.events import News
from sanhao.service.guests.actions.withdraw import open_withdrawal
from sanhao.service.guests.events import WithdrawalDeclared


def opened(batch: Sequence[News[WithdrawalDeclared]]) -> None:
    """Cases are opened one declaration at a time: each is somebody's own order, and one that fails holds back nobody."""
    for news in batch:
        open_withdrawal(news.fact.withdrawal_id)
    push.publish(["control"])
