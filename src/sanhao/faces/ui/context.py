"""What every template may use. The unread count, which costs a query each time, is computed only when asked for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from sanhao.faces.ui import pictures
from sanhao.faces.ui.format import lang_of
from sanhao.fairness.notices import api as notices
from sanhao.kit import time as kit_time

THEME_COOKIE = "sanhao_theme"
THEMES = ("auto", "light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """`lang` (zh|en), `theme`, `now` (business time), `is_demo`, `unread` (notices),
    `picture_version`, `live_address`, `demo_strip` (the template of the strip above every page of a demo world).

    A view that passes its own `now` has the last word.
    """
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return {
        "lang": lang_of(get_language()),
        "theme": theme if theme in THEMES else "auto",
        "now": kit_time.now(),
        "is_demo": kit_time.is_demo(),
        "unread": SimpleLazyObject(lambda: _unread(request)),
        "picture_version": pictures.version(),
        "live_address": settings.LIVE_ADDRESS,
        "demo_strip": settings.DEMO_STRIP,
    }


def _unread(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    return notices.unread_count(user.pk)
