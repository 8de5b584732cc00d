"""Persons: looked up by e-mail by support, and who has which role, granted and taken back by administrators."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sanhao.books.wallet import api as wallet
from sanhao.faces.control import words
from sanhao.faces.control.staff import StaffRequest, act, page
from sanhao.faces.control.views.common import words_of
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people

_LOOKERS = ("admin", "support")


@page(*_LOOKERS)
def index(request: StaffRequest) -> HttpResponse:
    """A search by whole e-mail address, and the list of staff."""
    email = words_of(request.GET.get("email"), 254)
    if email and (found := people.by_email(email)):
        return redirect("control:person", found.id)
    held = people.staff()
    cards = people.cards(list(held))
    given = {
        "desk": "two",
        "email": email,
        "staff": [(cards[id], sorted(roles)) for id, roles in held.items()],
    }
    return render(request, "control/persons.html", given)


@page(*_LOOKERS)
def one(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """One person: roles, shops, coupons."""
    return _show(request, person_id)


def _show(request: StaffRequest, person_id: UUID, refusal: Refusal | None = None) -> HttpResponse:
    given = {
        "desk": "two", "person": people.card(person_id), "held": people.roles_of(person_id), "roles": people.ROLES,
        "shops": shops.shops_of(person_id), "coupons": wallet.coupons_of(person_id, limit=20), "now": time.now(),
        "may_grant": request.may("admin"), "refusal": words.said(refusal.text) if refusal else "",
        "me": person_id == request.person_id,
    }  # fmt: skip
    return render(request, "control/person.html", given, status=refusal.status if refusal else 200)


@act("admin")
def roles(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """Grant a role, or take it back."""
    role, granting = request.POST.get("role", ""), request.POST.get("do") == "grant"
    change = people.grant_role if granting else people.revoke_role
    try:
        change(person_id, role, by=request.person_id, now=time.now())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _show(request, person_id, refusal)
    messages.success(request, _("Granted.") if granting else _("Taken back."))
    return redirect("control:person", person_id)
