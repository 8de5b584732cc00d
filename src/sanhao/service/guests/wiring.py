"""What this module listens to."""

from sanhao.fairness.notices.events import NoticesGiven
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import listen_later
from sanhao.kit.keeper import Keeper, register
from sanhao.service.guests import mails, telling
from sanhao.service.guests.actions import confirm, forget
from sanhao.service.guests.core import Terms
from sanhao.service.guests.events import LinkAsked, WithdrawalAnswered, WithdrawalDeclared
from sanhao.service.guests.rules import RULE
from sanhao.service.guests.term_names import TERM_NAMES
from sanhao.service.orders.events import CheckoutExpired, OrderPaid

CONFIRM = Keeper(
    name="guests.confirm",
    query="SELECT t.id, t.tries FROM guests_confirmation t WHERE t.due_at <= %(now)s",
    settle=confirm.send_due,
    order="t.due_at",
    batch=50,
)
FORGET = Keeper(
    name="guests.forget",
    query="SELECT t.id FROM guests_unpaid t WHERE t.due_at <= %(now)s",
    settle=forget.forget_due,
    order="t.due_at",
    batch=200,
    idle_seconds=60,
)


def wire() -> None:
    rulebook.register_names(TERM_NAMES)
    rulebook.register_terms(RULE, Terms)
    listen_later(OrderPaid, confirm.owe)
    listen_later(CheckoutExpired, forget.remember)
    listen_later(NoticesGiven, mails.told)
    listen_later(LinkAsked, mails.link)
    listen_later(WithdrawalDeclared, mails.withdrawn)
    listen_later(WithdrawalDeclared, telling.opened)
    listen_later(WithdrawalAnswered, mails.answered)
    register(CONFIRM)
    register(FORGET)
