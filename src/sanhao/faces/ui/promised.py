"""What a promise is called on its card: the same words for its buyer, its shop and the platform."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sanhao.faces.ui.format import absolute, lang_of


def promise_title(kind: str, due_at: datetime, now: datetime) -> str:
    """What is promised until when, for the kinds a moment ends; empty for others, which speak for themselves."""
    when = {"when": absolute(due_at, now, lang_of(get_language()), timezone.get_current_timezone())}
    match kind:
        case "late_shipment":
            return _("With the courier by %(when)s") % when
        case "late_delivery":
            return _("Delivered by %(when)s") % when
    return ""
