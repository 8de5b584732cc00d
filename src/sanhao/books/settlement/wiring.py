"""What this module listens to, and its keepers."""

from __future__ import annotations

from sanhao.books.settlement import errands
from sanhao.books.settlement.actions import payouts, release
from sanhao.books.settlement.rules import KINDS, schema
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.keeper import Keeper, register

RELEASE = Keeper(
    name="settlement.release",
    query="SELECT t.id, t.shop_id, t.currency, t.held_minor, t.covered_minor, t.goods_minor, t.goods_back_minor, "
    "t.categories, t.opened_at FROM settlement_settlement t "
    "WHERE t.state = 'held' AND t.holds = 0 AND t.release_at <= %(now)s",
    settle=release.release_due,
    order="t.release_at",
    hands=2,
)
RESERVE = Keeper(
    name="settlement.reserve",
    query="SELECT t.id, t.settlement_id, t.shop_id, t.currency, t.left_minor FROM settlement_reserveslice t "
    "WHERE t.freed_at IS NULL AND t.due_at <= %(now)s",
    settle=release.free_reserves,
    order="t.due_at",
    idle_seconds=5.0,
)
PAYOUTS = Keeper(
    name="settlement.payout",
    query="SELECT t.id, t.currency, t.standing, t.holder, t.bank, t.account FROM settlement_payee t "
    "WHERE t.paused = '' AND t.next_at <= %(now)s",
    settle=payouts.draft_due,
    order="t.next_at",
    idle_seconds=5.0,
)
BANK = Keeper(
    name="settlement.bank",
    query="SELECT t.id, t.via, t.holder, t.bank, t.account, t.amount_minor, t.currency, t.tries FROM settlement_payout t "
    "WHERE t.state IN ('drafted', 'sent') AND t.next_try_at <= %(now)s",
    settle=errands.send_payouts,
    order="t.next_try_at",
    batch=20,
)
SANDBOX = Keeper(
    name="settlement.sandbox",
    query="SELECT t.id FROM settlement_sandboxtransfer t WHERE t.return_at <= %(now)s",
    settle=errands.hear_returns,
    order="t.return_at",
    batch=50,
    idle_seconds=5.0,
)


def wire() -> None:
    for key, (kind, _) in KINDS.items():
        rulebook.register_schema(key, schema(kind))
    for keeper in (RELEASE, RESERVE, PAYOUTS, BANK, SANDBOX):
        register(keeper)
