"""The door of guests."""

from sanhao.service.guests.actions.buy import Guest, place
from sanhao.service.guests.actions.link import ask_link
from sanhao.service.guests.links import FIRST, buyer, buyer_among, read, register_page, stale, token, versions
from sanhao.service.guests.rules import found_rules
from sanhao.service.guests.subjects import orders_of

__all__ = [
    "FIRST",
    "Guest",
    "ask_link",
    "buyer",
    "buyer_among",
    "found_rules",
    "orders_of",
    "place",
    "read",
    "register_page",
    "stale",
    "token",
    "versions",
]
