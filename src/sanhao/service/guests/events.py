"""Facts about people who are not signed in."""

from __future__ import annotations

from sanhao.kit.events import Event


class LinkAsked(Event, frozen=True):
    """Somebody asked for the link of the order with this number; whether there is one, only its mailbox learns."""

    number: str
    email: str
