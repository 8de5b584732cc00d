"""Who may enter control. Staff only, each page says which roles; to everybody else these pages do not exist (404)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

from sanhao.kit.limits import allow_local
from sanhao.people import api as people

View = Callable[..., HttpResponseBase]
EVERYBODY: tuple[str, ...] = people.ROLES
_A_MINUTE = 60


class StaffRequest(HttpRequest):
    """A request of somebody with a role."""

    person_id: UUID
    roles: frozenset[str]
    may: Callable[..., bool]
    """``request.may("admin", "finance")``: whether one of these roles is held."""


def page(*roles: str) -> Callable[[View], View]:
    """A page to read, for staff with one of *roles*."""
    return _guard(roles, ("GET", "HEAD"))


def form(*roles: str) -> Callable[[View], View]:
    """A page with a form that answers to itself."""
    return _guard(roles, ("GET", "HEAD", "POST"))


def act(*roles: str) -> Callable[[View], View]:
    """A post that does one thing."""
    return _guard(roles, ("POST",))


def _guard(roles: tuple[str, ...], methods: tuple[str, ...]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            known = _known(request, roles)
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if request.method == "POST":
                allow_local(f"write|{known.person_id}", settings.WRITES_PER_MINUTE, _A_MINUTE)
            response = view(known, *args, **kwargs)
            if not response.has_header("Cache-Control"):
                add_never_cache_headers(response)
            return response

        return guarded

    return decorate


def _known(request: HttpRequest, roles: tuple[str, ...]) -> StaffRequest:
    """*request* as one of staff. Raises Http404 for everybody else: nobody learns what stands here."""
    if not request.user.is_authenticated:
        raise Http404
    held = people.roles_of(request.user.pk)
    if not held & set(roles):
        raise Http404
    known = cast(StaffRequest, request)
    known.person_id, known.roles = request.user.pk, held
    known.may = lambda *wanted: bool(held & set(wanted))
    return known
