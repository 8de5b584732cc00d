"""The rules a new site begins with."""

from __future__ import annotations

from datetime import datetime

from sanhao.books.settlement import api as settlement
from sanhao.books.wallet import api as wallet
from sanhao.fairness.rulebook import api as rulebook
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.guests import api as guests
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from sanhao.service.remote import api as remote

_RULED = (rulebook, wallet, settlement, remote, orders, promises, conversations, aftersales, guests)


def found_rules(*, now: datetime) -> None:
    """Version 1 of every rule, founded by the module that lives by it; the same rules again change nothing."""
    for module in _RULED:
        module.found_rules(now=now)
