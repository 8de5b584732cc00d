"""Which cart a request means. A guest's cart is named by a signed cookie, a person's by their session; at sign-in the
first is poured into the second. A page that shows no cart asks nothing; a post never makes more than it needs."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from sanhao.kit import time as kit_time
from sanhao.service.orders import api as orders

_COOKIE, _KEY, _SALT = "sanhao_cart", "cart", "sanhao.storefront.cart"
_KEPT_SECONDS = 60 * 60 * 24 * 60


def of_guest(request: HttpRequest) -> UUID | None:
    """The cart this browser's cookie names. A cookie nobody signed names none."""
    try:
        return UUID(signing.loads(request.COOKIES.get(_COOKIE, ""), salt=_SALT, max_age=_KEPT_SECONDS))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def find(request: HttpRequest) -> UUID | None:
    """The cart to show; None where there is none yet."""
    if not request.user.is_authenticated:
        return of_guest(request)
    known = request.session.get(_KEY)
    return UUID(known) if known else bring(request, None, request.user.pk)


def find_or_open(request: HttpRequest) -> UUID:
    """The cart to put something in."""
    return find(request) or orders.open_cart(person_id=None, now=kit_time.now())


def keep(request: HttpRequest, response: HttpResponse, cart_id: UUID) -> HttpResponse:
    """Let a guest's browser remember its cart."""
    if not request.user.is_authenticated and of_guest(request) != cart_id:
        response.set_cookie(
            _COOKIE, signing.dumps(str(cart_id), salt=_SALT), max_age=_KEPT_SECONDS, httponly=True, samesite="Lax",
            secure=settings.SECURE,
        )  # fmt: skip
    return response


def bring(request: HttpRequest, gathered: UUID | None, person_id: UUID) -> UUID:
    """The person's own cart, with what was *gathered* before in it; the session remembers it."""
    now = kit_time.now()
    if gathered is None:
        own = orders.open_cart(person_id=person_id, now=now)
    else:
        own = orders.adopt_cart(gathered, person_id=person_id, now=now)
    request.session[_KEY] = str(own)
    return own


def forget(response: HttpResponse) -> HttpResponse:
    """The guest's cart is empty now: it lives on in the person's."""
    response.delete_cookie(_COOKIE, samesite="Lax")
    return response


def count(request: HttpRequest) -> int:
    """How many pieces the bars of a page show; asked once for a page, however many bars it has."""
    known: int | None = getattr(request, "_pieces", None)
    if known is None:
        known = count_again(request, find(request))
    return known


def count_again(request: HttpRequest, cart_id: UUID | None) -> int:
    """The same, after something was put in."""
    pieces = orders.cart_count(cart_id) if cart_id else 0
    cast(_Counted, request)._pieces = pieces
    return pieces


class _Counted(HttpRequest):
    _pieces: int
