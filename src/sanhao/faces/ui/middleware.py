"""What every page shares: the reader's language, and refusals shown as sentences."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers

from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text

GetResponse = Callable[[HttpRequest], HttpResponse]
COOKIE = "sanhao_language"
LANGUAGES = ("zh-hans", "en")


class LanguageMiddleware:
    """The cookie's language if one was chosen, else what the browser asks for, else English."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(COOKIE, "")
        language = chosen if chosen in LANGUAGES else translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", language)
            patch_vary_headers(response, ("Cookie", "Accept-Language"))
        return response


class LengthMiddleware:
    """A form that comes in pieces, without its length, would be taken for an empty one: it is refused (411).

    No browser sends one. Views that machines post to (free of CSRF tokens) read their bodies themselves.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], *_: object
    ) -> HttpResponse | None:
        unmeasured = request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH")
        if not unmeasured or getattr(view, "csrf_exempt", False):
            return None
        sentence = _NO_LENGTH.in_(translation.get_language() or "en")
        return refused(request, sentence, code="form.length", status=411)


_NO_LENGTH = Text(
    zh="这个表单没有写明长度（Content-Length），请整份发送。",
    en="This form did not state its length (Content-Length): send it in one piece.",
)


class RefusalMiddleware:
    """A Refusal becomes a page with its sentence and status, or for htmx a toast that changes nothing else.

    Nothing else is caught. A form that was refused and has its own page should catch the Refusal itself and show the
    sentence beside the form (422), so that what was typed is not lost.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refusal):
            return None
        sentence = error.text.in_(translation.get_language() or "en")
        return refused(request, sentence, code=error.code, status=error.status)


def refused(request: HttpRequest, sentence: str, *, code: str, status: int) -> HttpResponse:
    """The page, or for htmx the toast, that says why not."""
    given = {"sentence": sentence, "code": code, "status": status}
    if request.headers.get("HX-Request") != "true":
        return render(request, "ui/refusal.html", given, status=status)
    response = render(request, "ui/toast.html", given | {"tone": "error"}, status=status)
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "beforeend"
    return response
