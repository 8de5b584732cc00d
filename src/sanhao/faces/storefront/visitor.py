"""Who is asking: the person behind a request, what they may write how often, and how they come in and go out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sanhao.faces.storefront import basket
from sanhao.kit import time as kit_time
from sanhao.kit.limits import allow_local
from sanhao.kit.refusals import Invalid
from sanhao.people import api as people
from sanhao.service.guests import api as guests

View = Callable[..., HttpResponseBase]
_A_MINUTE = 60
_MOST_LINKS = 20


_LINKS, _TAKEN = "links", "taken"


class PersonRequest(HttpRequest):
    """A request of somebody signed in."""

    user: people.Person


class Viewer(msgspec.Struct, frozen=True):
    """As whom somebody looks at an order and what belongs to it: themselves, or its buyer, *by_link* to it alone."""

    id: UUID
    by_link: bool = False


class ViewerRequest(HttpRequest):
    """A request of somebody who may act as the buyer of what its page is about."""

    viewer: Viewer


def address_of(request: HttpRequest) -> str:
    """The network address tries are counted against."""
    return str(request.META.get("REMOTE_ADDR", ""))


def person_id(request: HttpRequest) -> UUID | None:
    return request.user.pk if request.user.is_authenticated else None


def page(view: View) -> View:
    """A page everybody may read."""
    return require_safe(view)


def form(view: View) -> View:
    """A page with a form that answers to itself; what it posts is counted."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            count_write(request)
        return view(request, *args, **kwargs)

    return counted


def act(view: View) -> View:
    """A post that does one thing."""

    @require_POST
    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        count_write(request)
        return view(request, *args, **kwargs)

    return counted


def mine(view: View) -> View:
    """For somebody signed in; everybody else is asked to, and comes back afterwards."""

    @wraps(view)
    def signed_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return _to_sign_in(request)

    return signed_in


def of(kind: str) -> Callable[[View], View]:
    """For the buyer of the order that a page about a *kind* of thing belongs to: signed in, or with the order's link, or
    the owner of an e-mail who took over what was bought with it. Everybody else is asked to sign in. Of a "subject" the
    address names the kind."""

    def decorate(view: View) -> View:
        @wraps(view)
        def looking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            named = kwargs["kind"] if kind == "subject" else kind
            viewer = _viewer(request, named, kwargs[f"{kind}_id"])
            if viewer is None:
                return _to_sign_in(request)
            cast(ViewerRequest, request).viewer = viewer
            return view(request, *args, **kwargs)

        return looking

    return decorate


def _viewer(request: HttpRequest, kind: str, id: UUID) -> Viewer | None:
    """Nothing is asked of the database for who came without a link and has taken nothing over."""
    me = person_id(request)
    held, taken = request.session.get(_LINKS), request.session.get(_TAKEN) if me else None
    if held or taken:
        now = kit_time.now()
        orders_of = guests.orders_of(kind, id, now=now)
        if taken and (buyer := guests.buyer_among(orders_of, [UUID(one) for one in taken])):
            return Viewer(buyer)
        versions = {UUID(order): version for order, version in (held or {}).items()}
        if buyer := guests.buyer(orders_of, versions, now=now):
            return Viewer(buyer, by_link=buyer != me)
    return Viewer(me) if me else None


def keep_links(request: HttpRequest, versions: Mapping[UUID, int]) -> None:
    """This browser may open these orders from now on; the links that came first go first."""
    held = request.session.get(_LINKS, {}) | {str(order): version for order, version in versions.items()}
    request.session[_LINKS] = dict(list(held.items())[-_MOST_LINKS:])


def forget_links(request: HttpRequest) -> None:
    """Nothing is open in this browser any more but what its person owns."""
    request.session.pop(_LINKS, None)


def take_over(request: HttpRequest, person_id: UUID) -> None:
    """Remember for whom this person stands besides themselves."""
    if taken := people.guests_of(person_id):
        request.session[_TAKEN] = [str(guest) for guest in taken]


def selves(request: PersonRequest) -> list[UUID]:
    """The reader, and the guests they once were."""
    return [request.user.pk, *(UUID(guest) for guest in request.session.get(_TAKEN, ()))]


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    back = request.get_full_path() if request.method in ("GET", "HEAD") else here(request)
    target = f"{reverse('storefront:sign_in')}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request") == "true":  # a fragment must not swallow the sign-in page
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def count_write(request: HttpRequest) -> None:
    """Raises TooMany for a script run wild; nobody's hands are that quick."""
    who = person_id(request) or address_of(request)
    allow_local(f"write|{who}", settings.WRITES_PER_MINUTE, _A_MINUTE)


def here(request: HttpRequest, otherwise: str = "/") -> str:
    """Where to go after a form: its own `next`, only ever on this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe and target.isprintable() else otherwise


def come_in(request: HttpRequest, person: people.Person) -> None:
    """Start the person's session; what was gathered without an account moves into their cart."""
    gathered = basket.of_guest(request)
    login(request, person)
    people.came(person.pk, now=kit_time.now())
    basket.bring(request, gathered, person.pk)
    take_over(request, person.pk)


def number_of(given: str | None, otherwise: int = 1) -> int:
    """A page number as somebody typed it. Raises Invalid."""
    if given is None or given == "":
        return otherwise
    if not given.isascii() or not given.isdigit() or len(given) > 6:
        raise Invalid("page.number", zh="没有这一页。", en="There is no such page.")
    return int(given)


def uuid_of(given: str | None) -> UUID | None:
    """An id as somebody sent it; None for anything else."""
    try:
        return UUID(given or "")
    except ValueError:
        return None
