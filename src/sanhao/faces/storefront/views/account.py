"""Coming in: signing up, confirming, signing in and out, a new password, the first admin, the demo world's persons."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sanhao.faces.storefront import visitor
from sanhao.faces.storefront.cards import language
from sanhao.faces.storefront.forms import (
    FirstAdminForm,
    NewPasswordForm,
    ResetForm,
    SignInForm,
    SignUpForm,
    SpokenForm,
)
from sanhao.faces.ui.middleware import COOKIE
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.people import api as people

_A_YEAR = 60 * 60 * 24 * 365


def _to(name: str, *args: object) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"storefront:{name}", args=args))


def _answer(
    request: HttpRequest,
    template: str,
    form: SpokenForm,
    do: Callable[[], HttpResponse | None],
    **more: object,
) -> HttpResponse:
    """Show *form*; when it was sent and is whole, *do* it. A refusal stands beside the form, and nothing is lost."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                answer = do()
            except Refusal as refusal:
                form.refuse(refusal, language())
                status = refusal.status
            else:
                if answer is not None:
                    return answer
    response = render(
        request, template, {"form": form, "next": visitor.here(request, ""), **more}, status=status
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@visitor.form
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(visitor.here(request))
    form = SignInForm(request.POST or None)

    def do() -> HttpResponse | None:
        given = form.cleaned_data
        person = people.authenticate(given["email"], given["password"], address=visitor.address_of(request))
        if person is None:
            form.add_error(None, _("E-mail and password do not fit together."))
            return None
        visitor.come_in(request, person)
        response = HttpResponseRedirect(visitor.here(request))
        if COOKIE not in request.COOKIES:
            response.set_cookie(
                COOKIE, person.language, max_age=_A_YEAR, samesite="Lax", secure=settings.SECURE
            )
        return response

    quick = people.quick_people() if kit_time.is_demo() else []
    return _answer(request, "storefront/sign_in.html", form, do, quick=quick)


@visitor.act
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("Signed out. See you soon."))
    return HttpResponseRedirect("/")


@visitor.form
def sign_up(request: HttpRequest) -> HttpResponse:
    form = SignUpForm(request.POST or None)

    def do() -> HttpResponse:
        people.sign_up(
            **form.cleaned_data, language=get_language() or "en", now=kit_time.now(),
            address=visitor.address_of(request),
        )  # fmt: skip
        return _to("sign_up_sent")

    return _answer(request, "storefront/sign_up.html", form, do)


@visitor.page
def sign_up_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/sent.html", {"what": "sign_up"})


@visitor.form
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A button, not the link itself, confirms: mail scanners open links too."""
    form = SpokenForm(request.POST if request.method == "POST" else None)

    def do() -> HttpResponse:
        people.confirm_email(token, now=kit_time.now())
        messages.success(request, _("Your e-mail is confirmed. Welcome! Sign in to go on."))
        return _to("sign_in")

    return _answer(request, "storefront/confirm.html", form, do)


@visitor.form
def reset(request: HttpRequest) -> HttpResponse:
    form = ResetForm(request.POST or None)

    def do() -> HttpResponse:
        people.request_reset(
            form.cleaned_data["email"], now=kit_time.now(), address=visitor.address_of(request)
        )
        return _to("reset_sent")

    return _answer(request, "storefront/reset.html", form, do)


@visitor.page
def reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/sent.html", {"what": "reset"})


@visitor.form
def reset_with(request: HttpRequest, token: str) -> HttpResponse:
    form = NewPasswordForm(request.POST or None)

    def do() -> HttpResponse:
        people.reset_password(token, form.cleaned_data["password"], now=kit_time.now())
        messages.success(request, _("Your new password is set. Other devices were signed out."))
        return _to("sign_in")

    return _answer(request, "storefront/reset_with.html", form, do)


@visitor.form
def first_admin(request: HttpRequest, token: str) -> HttpResponse:
    people.check_first_admin(token)
    form = FirstAdminForm(request.POST or None)

    def do() -> HttpResponse:
        people.first_admin(token, **form.cleaned_data, language=get_language() or "en", now=kit_time.now())
        messages.success(request, _("The first administrator exists. Sign in to go on."))
        return _to("sign_in")

    return _answer(request, "storefront/first_admin.html", form, do)


@visitor.page
def persons(request: HttpRequest) -> HttpResponse:
    """Who one may be in a demo world; as a part for the strip, or as a page."""
    if not kit_time.is_demo():
        raise NotFound("quick.unknown", zh="这里没有一键登录。", en="There is no one-click sign-in here.")
    part = request.headers.get("HX-Request") == "true"
    template = "storefront/parts/persons.html" if part else "storefront/persons.html"
    return render(request, template, {"quick": people.quick_people(), "next": visitor.here(request)})


@visitor.act
def become(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One click, and one is somebody else of the demo world. Whoever one was is signed out first."""
    person = people.quick_sign_in(person_id)
    if request.user.is_authenticated:
        logout(request)
    visitor.come_in(request, person)
    return HttpResponseRedirect(visitor.here(request))
