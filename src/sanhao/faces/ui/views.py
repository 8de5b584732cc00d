"""Small views every face shares, and the pages for what went wrong."""

from __future__ import annotations

import gzip
import sys
from datetime import timedelta, tzinfo
from functools import lru_cache

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sanhao.faces.ui import pictures
from sanhao.faces.ui.context import THEME_COOKIE, THEMES
from sanhao.faces.ui.middleware import COOKIE, LANGUAGES, refused
from sanhao.kit import time as kit_time
from sanhao.kit.deadline import zone

_YEAR = 60 * 60 * 24 * 365
_STEPS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "2d": timedelta(days=2)}


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the person came from, never to another host."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else "/")


def _remember(response: HttpResponse, cookie: str, value: str) -> HttpResponse:
    response.set_cookie(cookie, value, max_age=_YEAR, samesite="Lax", secure=settings.SECURE)
    return response


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language in a cookie and go back."""
    language = request.POST.get("language", "")
    response = _back(request)
    return _remember(response, COOKIE, language) if language in LANGUAGES else response


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember the chosen theme in a cookie and go back (ui.js has already shown it)."""
    theme = request.POST.get("theme", "")
    response = _back(request)
    return _remember(response, THEME_COOKIE, theme) if theme in THEMES else response


@require_http_methods(["GET", "HEAD", "POST"])
def clock(request: HttpRequest) -> HttpResponse:
    """The demo world's clock: a GET shows it in the *zone* of the page that asks (open pages do, when it was moved
    elsewhere), a POST moves it forward. In a real world there is none."""
    if not kit_time.is_demo():
        raise Http404
    if request.method != "POST":
        with timezone.override(_zone(request.GET.get("zone", ""))):
            return render(request, "ui/demo_clock.html")
    if step := _STEPS.get(request.POST.get("by", "")):
        kit_time.move_forward(step)
    return _back(request)


def _zone(name: str) -> tzinfo:
    try:
        return zone(name)
    except ValueError:
        return timezone.get_default_timezone()


@lru_cache(maxsize=512)
def _drawn(name: str) -> tuple[bytes, bytes]:
    svg = pictures.draw(name).encode()
    return svg, gzip.compress(svg, mtime=0)


@require_GET
def picture(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """A drawing. Its address carries the version of the drawing code, so it may be kept for ever."""
    if name not in pictures.NAMES:
        name = pictures.FALLBACK
    plain, packed = _drawn(name)
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(packed if zipped else plain, content_type="image/svg+xml")
    response.headers["Vary"] = "Accept-Encoding"
    current = version == pictures.version()
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable" if current else "no-cache"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response


@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponsePermanentRedirect(reverse("ui:picture", args=[pictures.version(), "favicon"]))


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent cannot be read, so nothing of it is looked at again: no form, no host, no cookie."""
    return HttpResponse(loader.get_template("400.html").render(), status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _wrong(request, "404.html", 404, _("There is no page here."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _wrong(request, "403.html", 403, _("This page is not yours to open."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than the sign-in it was made under: nothing was changed, and it can be sent again."""
    return _wrong(
        request, "403_csrf.html", 403, _("This form has grown old. Reload the page and send it again.")
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Our mistake, or (503) the database is away for a moment. In both languages and without a query: whatever failed
    must not fail twice."""
    name, given = "500.html", {}
    away = isinstance(sys.exception(), OperationalError | InterfaceError)
    if request.headers.get("HX-Request") == "true":
        sentence = _("Something broke on our side. What you did before is safe; please try again.")
        name, given = "ui/toast.html", {"sentence": sentence, "tone": "error"}
    # without the request: no context processor asks the database anything
    response = HttpResponse(loader.get_template(name).render(given), status=503 if away else 500)
    if away:
        response.headers["Retry-After"] = "5"
    if given:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#toasts", "beforeend"
    return response


def _wrong(request: HttpRequest, template: str, status: int, sentence: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return refused(request, sentence, code=f"http.{status}", status=status)
    return render(request, template, status=status)
