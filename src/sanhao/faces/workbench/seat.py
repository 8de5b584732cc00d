"""Who sits at the workbench: a person, the shop they came for, and what their role lets them do there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from sanhao.goods.shops import api as shops
from sanhao.kit import limits
from sanhao.kit import time as kit_time
from sanhao.kit.deadline import zone
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.service.conversations import api as conversations
from sanhao.service.orders import api as orders

MANAGING, EVERYBODY = shops.MANAGING, shops.ROLES
_WRITES, _PER_SECONDS = 120, 60


class Seat(msgspec.Struct, frozen=True):
    """*person_id* at work in *shop* as *role*; *others* are the further shops they could turn to."""

    person_id: UUID
    shop: shops.ShopCard
    role: shops.Role
    others: tuple[shops.Membership, ...]
    now: datetime

    @property
    def topic(self) -> str:
        """What is pushed when something of this shop changes."""
        return f"shop:{self.shop.id}"

    @property
    def manages(self) -> bool:
        """Sees money, changes goods."""
        return self.role in MANAGING

    @property
    def owns(self) -> bool:
        return self.role == "owner"


View = Callable[..., HttpResponseBase]


def at_work(*methods: str, roles: tuple[shops.Role, ...] = EVERYBODY) -> Callable[[View], View]:
    """A page of one shop: ``view(request, seat, …)`` under ``<slug:shop>``, in the shop's own time zone.

    Guests are sent to sign in, strangers read that there is no such shop, members without the role that it is not
    theirs to do. *methods* are those the page answers; none named means reading only.
    """
    allowed = methods or ("GET",)

    def seated(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, shop: str, **given: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.method not in allowed and (request.method, "GET") != ("HEAD", allowed[0]):
                return HttpResponse(status=405, headers={"Allow": ", ".join(allowed)})
            seat = _take(request.user.pk, shop, roles)
            if request.method == "POST":
                limits.allow_local(f"workbench:{seat.person_id}", _WRITES, _PER_SECONDS)
            with timezone.override(zone(seat.shop.timezone)):
                return view(request, seat, **given)

        return opened

    return seated


def _take(person_id: UUID, slug: str, roles: tuple[shops.Role, ...]) -> Seat:
    every = shops.shops_of(person_id)
    here = next((membership for membership in every if membership.shop.slug == slug), None)
    if here is None:
        raise NotFound("shop.unknown", zh="没有找到这家店。", en="There is no such shop.")
    if here.role not in roles:
        shops.require_member(here.shop.id, person_id, roles=roles)
    others = tuple(membership for membership in every if membership is not here)
    return Seat(person_id, here.shop, here.role, others, kit_time.now())


def page(
    request: HttpRequest, seat: Seat, template: str, given: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render ``workbench/<template>.html``; what every page of a shop knows is added here."""
    name, _, part = template.partition("#")
    path = f"workbench/{name}.html" + (f"#{part}" if part else "")
    waits = SimpleLazyObject(lambda: orders.waits(seat.shop.id))  # asked by the tabs, not by parts of a page
    asked = SimpleLazyObject(lambda: conversations.desk_count(seat.shop.id))
    known = {"seat": seat, "shop": seat.shop, "now": seat.now, "waits": waits, "asked": asked}
    return render(request, path, known | (given or {}), status=status)


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, or None where it is only shown. An empty form that was sent is a sent one."""
    return request.POST if request.method == "POST" else None


def sentence(refusal: Refusal) -> str:
    """Why not, in the reader's language."""
    return refusal.text.in_(get_language() or "en")


def tell(request: HttpRequest, text: str) -> None:
    """Say it on the next page, once."""
    messages.success(request, text)
