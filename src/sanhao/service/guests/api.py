"""The door of guests."""

from sanhao.service.guests.actions.buy import Guest, place
from sanhao.service.guests.actions.link import ask_link
from sanhao.service.guests.actions.withdraw import (
    Declaration,
    answer_withdrawal,
    clean,
    declare,
    match_withdrawal,
    open_withdrawal,
)
from sanhao.service.guests.links import FIRST, buyer, buyer_among, read, stale, token, versions
from sanhao.service.guests.rules import found_rules
from sanhao.service.guests.subjects import orders_of
from sanhao.service.guests.withdrawals import (
    WithdrawalView,
    late_withdrawals,
    waiting_withdrawals,
    withdrawals,
)

__all__ = [
    "FIRST",
    "Declaration",
    "Guest",
    "WithdrawalView",
    "answer_withdrawal",
    "ask_link",
    "buyer",
    "buyer_among",
    "clean",
    "declare",
    "found_rules",
    "late_withdrawals",
    "match_withdrawal",
    "open_withdrawal",
    "orders_of",
    "place",
    "read",
    "stale",
    "token",
    "versions",
    "waiting_withdrawals",
    "withdrawals",
]
