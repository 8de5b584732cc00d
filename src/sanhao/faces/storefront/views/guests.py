"""Orders without an account: the link from the mail, asking for a new one, and putting it away again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sanhao.faces.storefront import visitor
from sanhao.faces.storefront.cards import said
from sanhao.faces.storefront.forms import FindForm
from sanhao.kit import time as kit_time
from sanhao.kit.limits import allow_local
from sanhao.kit.refusals import Refusal
from sanhao.service.guests import api as guests

_A_MINUTE = 60


@visitor.page
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The link itself shows nothing: the browser remembers what it opens and goes on, so that the token stands in no
    address that a page could leak. What opens nothing leads to asking for a new one."""
    allow_local(f"link|{visitor.address_of(request)}", 60, _A_MINUTE)
    try:
        order_id, version = guests.read(token)
        if guests.buyer([order_id], {order_id: version}, now=kit_time.now()) is None:
            raise guests.stale()
    except Refusal as refusal:
        response = _find(request, FindForm(), refusal=said(refusal.text), status=410)
    else:
        visitor.keep_links(request, {order_id: version})
        response = HttpResponseRedirect(reverse("storefront:order", args=[order_id]))
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@visitor.form
def find(request: HttpRequest) -> HttpResponse:
    """An order's number and an e-mail; the answer is the same whether they belong together or not."""
    form = FindForm(request.POST or None)
    if request.method != "POST":
        return _find(request, form)
    if not form.is_valid():
        return _find(request, form, status=422)
    try:
        guests.ask_link(**form.cleaned_data, now=kit_time.now(), address=visitor.address_of(request))
    except Refusal as refusal:
        form.refuse(refusal, "zh" if request.LANGUAGE_CODE == "zh-hans" else "en")
        return _find(request, form, status=refusal.status)
    return HttpResponseRedirect(reverse("storefront:find_sent"))


def _find(request: HttpRequest, form: FindForm, *, refusal: str = "", status: int = 200) -> HttpResponse:
    response = render(request, "storefront/find.html", {"form": form, "refusal": refusal}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


@visitor.page
def find_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/sent.html", {"what": "find"})


@visitor.act
def put_away(request: HttpRequest) -> HttpResponse:
    """This browser forgets every link: for computers that others use."""
    visitor.forget_links(request)
    return HttpResponseRedirect(reverse("storefront:find"))
