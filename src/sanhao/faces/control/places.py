"""Every desk of control, by what it is about, with who may sit there: the page “More” is drawn from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


class Place(NamedTuple):
    """*route* is the name of its page; no *roles*: everybody of the platform."""

    name: StrOrPromise
    route: str
    icon: str
    roles: tuple[str, ...] = ()


_JUDGES = ("admin", "arbiter")
_MONEY = ("admin", "finance")
PLACES: tuple[tuple[StrOrPromise, tuple[Place, ...]], ...] = (
    (
        _("Waits for a person"),
        (
            Place(_("Disputes"), "disputes", "replay", _JUDGES),
            Place(_("Appeals"), "appeals", "bell", _JUDGES),
            Place(_("Withdrawals"), "withdrawals", "replay", _JUDGES),
            Place(_("Refunds without a request"), "sweeps", "wallet", _JUDGES),
            Place(_("Questions"), "talks", "talk", (*_JUDGES, "support")),
            Place(_("Pickups at the door"), "pickups", "truck", _JUDGES),
            Place(_("Refused messages of carriers"), "messages", "truck", (*_JUDGES, "support")),
            Place(_("Set aside by machines"), "aside", "box", ("admin", "support")),
        ),
    ),
    (
        _("Money"),
        (
            Place(_("Money"), "money", "wallet", _MONEY),
            Place(_("Paid ahead and owed"), "claims", "clock", _MONEY),
            Place(_("Coupons"), "coupons", "heart", _MONEY),
            Place(_("Remote areas"), "remote", "truck", _MONEY),
            Place(_("Books"), "books", "book", _MONEY),
        ),
    ),
    (
        _("The house"),
        (
            Place(_("Shops"), "shops", "shop"),
            Place(_("Rules"), "rules", "book"),
            Place(_("Extensions and excuses"), "excuse", "clock", _JUDGES),
            Place(_("People and roles"), "persons", "me", ("admin", "support")),
        ),
    ),
)


def open_to(may: Callable[..., bool]) -> list[tuple[StrOrPromise, list[Place]]]:
    """The desks that somebody may sit at (*may* answers for roles), groups without one left out."""
    shown = [
        (group, [place for place in places if not place.roles or may(*place.roles)])
        for group, places in PLACES
    ]
    return [(group, places) for group, places in shown if places]
