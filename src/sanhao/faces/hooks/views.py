"""Where the outside world knocks. A machine speaks to a machine: bodies raw, answers short, no cookies, no CSRF token.

A message is proven by its signature and kept as it came, with one INSERT; keepers read it later.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sanhao.books.payments import api as payments
from sanhao.kit import time
from sanhao.kit.refusals import Refusal
from sanhao.service.delivery import api as delivery

Hook = Callable[[HttpRequest, str], HttpResponse]


class LengthRequired(Refusal):
    """Nobody reads a body without knowing where it ends (411)."""

    status = 411


def _body(request: HttpRequest) -> bytes:
    """The raw body. A larger one than MESSAGE_LIMIT is refused by its announced length, unread."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not announced and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise LengthRequired(
            "hooks.length", zh="请写明 Content-Length。", en="State the Content-Length of the message."
        )
    if announced.isdigit() and int(announced) > delivery.MESSAGE_LIMIT:
        raise delivery.TooLarge("delivery.too_large", zh="消息太大。", en="The message is too large.")
    return bytes(request.read(delivery.MESSAGE_LIMIT + 1))


def _hook(view: Hook) -> Hook:
    """A POST from outside; a Refusal becomes its status and a short JSON, in English."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def answer(request: HttpRequest, name: str) -> HttpResponse:
        try:
            return view(request, name)
        except Refusal as refusal:
            return JsonResponse({"code": refusal.code, "message": refusal.text.en}, status=refusal.status)

    return answer


@_hook
def carrier(request: HttpRequest, name: str) -> HttpResponse:
    """What a carrier says of its parcels: 204 when kept (or kept before), 401 forged, 404 unknown carrier."""
    delivery.receive(name, _body(request), request.headers, now=time.now())
    return HttpResponse(status=204)


@_hook
def payment(request: HttpRequest, name: str) -> HttpResponse:
    """What a payment gateway says of a payment or refund: 204 when heard (or heard before), else the refusal."""
    payments.heard(name, _body(request), request.headers, now=time.now())
    return HttpResponse(status=204)
