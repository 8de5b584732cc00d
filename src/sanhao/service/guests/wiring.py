"""What this module listens to."""

from sanhao.fairness.notices.events import NoticesGiven
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.events import listen_later
from sanhao.service.guests import mails, telling
from sanhao.service.guests.core import Terms
from sanhao.service.guests.events import LinkAsked, WithdrawalAnswered, WithdrawalDeclared
from sanhao.service.guests.rules import RULE
from sanhao.service.orders.events import OrderPaid


def wire() -> None:
    rulebook.register_terms(RULE, Terms)
    listen_later(OrderPaid, mails.paid)
    listen_later(NoticesGiven, mails.told)
    listen_later(LinkAsked, mails.link)
    listen_later(WithdrawalDeclared, mails.withdrawn)
    listen_later(WithdrawalDeclared, telling.opened)
    listen_later(WithdrawalAnswered, mails.answered)
