"""What every page shares: the reader's language, and refusals shown as sentences."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from sanhao.kit.refusals import Refusal

GetResponse = Callable[[HttpRequest], HttpResponse]
COOKIE = "sanhao_language"


class LanguageMiddleware:
    """The cookie's language if one was chosen, else what the browser asks for, else English."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(COOKIE, "")
        language = chosen if chosen in ("zh-hans", "en") else translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        response.headers.setdefault("Vary", "Cookie, Accept-Language")
        return response


class RefusalMiddleware:
    """A Refusal becomes a page (or a card, for htmx) with its sentence and status; nothing else is caught."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refusal):
            return None
        sentence = error.text.in_(translation.get_language() or "en")
        return render(
            request, "ui/refusal.html", {"sentence": sentence, "code": error.code}, status=error.status
        )
