"""Who buys without an account: their e-mail and address, kept in the browser's session from one step to the next and
forgotten once the order is placed."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.http import HttpRequest
from django.utils.translation import get_language

from sanhao.people import api as people
from sanhao.service.guests import api as guests

_KEY = "guest"
_HOME = UUID(int=0)
"""The one address a guest has: it stands in no table until the order does."""


def known(request: HttpRequest) -> guests.Guest | None:
    """What was said in an earlier step."""
    said = request.session.get(_KEY)
    if said is None:
        return None
    home = msgspec.convert(said["home"], people.AddressDraft)
    return guests.Guest(said["email"], home.recipient, get_language() or "en", home)


def remember(request: HttpRequest, email: str, home: people.AddressDraft) -> None:
    """Raises Invalid for what is no e-mail or no address; then nothing is kept."""
    said = {"email": people.clean_email(email), "home": msgspec.to_builtins(people.clean_address(home))}
    request.session[_KEY] = said


def forget(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)


def card_of(guest: guests.Guest) -> people.AddressCard:
    """Their address, as the pages of those signed in show one."""
    return people.AddressCard(_HOME, **msgspec.structs.asdict(guest.home), is_default=True)
