"""What this module listens to, and its keepers."""

from __future__ import annotations

from sanhao.books.settlement import errands, telling
from sanhao.books.settlement.actions import bills, manual, payouts, release, stop
from sanhao.books.settlement.core import MANUAL_KINDS
from sanhao.books.settlement.events import InvoiceAnswered
from sanhao.books.settlement.rules import KINDS
from sanhao.books.settlement.term_names import TERM_NAMES
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import listen_later, listen_now
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


BILLS = Keeper(
    name="settlement.bills",
    query="SELECT t.id, t.month FROM settlement_billing t WHERE t.done_at IS NULL AND t.due_at <= %(now)s",
    settle=bills.bill_months,
    order="t.due_at",
    batch=1,
    idle_seconds=30.0,
)


def wire() -> None:
    rulebook.register_names(TERM_NAMES)
    for key, (kind, _) in KINDS.items():
        rulebook.register_terms(key, kind)
    for keeper in (RELEASE, RESERVE, PAYOUTS, BANK, SANDBOX, BILLS):
        register(keeper)
    for sort, move in MANUAL_KINDS.items():
        decisions.register_kind(f"manual.{sort}", move.title)
    decisions.register_kind(stop.KIND, stop.TITLE)
    for taking in manual.TAKING:
        decisions.register_undo(taking, manual.OWNER)
    decisions.register_undo(stop.KIND, stop.OWNER)
    listen_now(DecisionOverturned, manual.overturned)
    listen_now(DecisionOverturned, stop.overturned)
    listen_later(InvoiceAnswered, telling.invoice_answered)
