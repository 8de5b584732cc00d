"""A pickup at the buyer's door as all three faces show it: where it stands, when, and what the courier said."""

from __future__ import annotations

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sanhao.kit.deadline import zone
from sanhao.kit.wording import date
from sanhao.service.delivery import api as delivery

WORDS = {
    "asked": (gettext_lazy("waiting for the courier's yes"), "amber"),
    "booked": (gettext_lazy("a courier comes"), "jade"),
    "cancelling": (gettext_lazy("being called off"), ""),
    "collected": (gettext_lazy("the courier has it"), "jade"),
    "in_vain": (gettext_lazy("came in vain"), "seal"),
    "refused": (gettext_lazy("the courier said no"), "seal"),
    "lapsed": (gettext_lazy("nobody came"), "seal"),
    "cancelled": (gettext_lazy("called off"), ""),
}
"""State → what it is called, and its tone."""


def day(slot: delivery.Slot, timezone: str) -> str:
    """「3月3日周二」 / "Tuesday 3 March"."""
    return date(slot.starts_at, timezone).in_("zh" if (get_language() or "").startswith("zh") else "en")


def hours(slot: delivery.Slot, timezone: str) -> str:
    """ "09:00 to 12:00" on that day."""
    local = zone(timezone)
    return _("%(start)s to %(end)s") % {
        "start": f"{slot.starts_at.astimezone(local):%H:%M}",
        "end": f"{slot.ends_at.astimezone(local):%H:%M}",
    }
