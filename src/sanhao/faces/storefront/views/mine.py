"""What is the reader's own: wallet, notices, name, language, password, addresses."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from sanhao.books.wallet import api as wallet
from sanhao.faces.storefront import visitor
from sanhao.faces.storefront.cards import language
from sanhao.faces.storefront.coupons import names
from sanhao.faces.storefront.forms import AddressForm, ChangePasswordForm, NameForm
from sanhao.faces.ui.middleware import COOKIE, LANGUAGES
from sanhao.fairness.notices import api as notices
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.orders import api as orders

_A_YEAR = 60 * 60 * 24 * 365
_PAGE = 30


def _to(name: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"storefront:{name}"))


@visitor.page
@visitor.mine
def my_wallet(request: visitor.PersonRequest) -> HttpResponse:
    now = kit_time.now()
    coupons = wallet.coupons_of(request.user.pk)
    known = shops.shops({coupon.shop_id for coupon in coupons if coupon.shop_id}) if coupons else {}
    givers = names(coupons, known)
    rows = [(coupon, givers[coupon.id]) for coupon in coupons]
    usable = [row for row in rows if row[0].state == "active" and row[0].expires_at > now]
    sums: dict[str, Money] = {}
    for coupon, _shop in usable:
        currency = coupon.amount.currency
        sums[currency] = sums.get(currency, Money.zero(currency)) + coupon.amount
    return render(request, "storefront/wallet.html", {
        "debts": aftersales.debts_of(*visitor.selves(request)), "usable": usable, "sums": list(sums.values()), "now": now,
        "held": [row for row in rows if row[0].state == "reserved"],
        "spent": [row for row in rows if row[0].state == "spent"],
        "gone": [row for row in rows if row[0].state == "expired" or (row[0].state == "active" and row[0].expires_at <= now)],
    })  # fmt: skip


@visitor.page
@visitor.mine
def inbox(request: visitor.PersonRequest) -> HttpResponse:
    found = notices.inbox(request.user.pk, limit=_PAGE + 1, before=visitor.uuid_of(request.GET.get("before")))
    shown = found[:_PAGE]
    about = orders.orders([notice.subject_id for notice in shown if notice.subject_kind == "order"])
    return render(request, "storefront/notices.html", {
        "notices": [(notice, _leads_to(notice), about.get(notice.subject_id)) for notice in shown],
        "earlier": shown[-1].id if len(found) > _PAGE else None, "now": kit_time.now(),
        "fresh": any(notice.read_at is None for notice in shown), "topic": f"person:{request.user.pk}",
    })  # fmt: skip


def _leads_to(notice: notices.NoticeView) -> str:
    """Where the thing stands that a notice speaks of."""
    if notice.topic == "talk.shop":
        return reverse("workbench:talk_for", args=[notice.subject_id])
    if notice.topic == "talk.platform":
        return reverse("control:talk", args=[notice.subject_id])
    if notice.topic == "case.shop":
        return reverse("workbench:case_for", args=[notice.subject_id])
    if (
        notice.subject_kind == "shop_money"
        or notice.topic.endswith(".shop")
        or notice.topic == "delay.answered"
    ):
        return "/workbench/"
    if notice.topic == "coupon.back":
        return reverse("storefront:wallet")
    if notice.topic == "appeal.waits":
        return "/control/"
    name = {"order": "order", "decision": "decision", "case": "case", "thread": "talk"}.get(
        notice.subject_kind
    )
    return reverse(f"storefront:{name}", args=[notice.subject_id]) if name else ""


@visitor.act
@visitor.mine
def read_notices(request: visitor.PersonRequest) -> HttpResponse:
    notices.mark_read(request.user.pk, None, now=kit_time.now())
    return _to("notices")


@visitor.page
@visitor.mine
def me(request: visitor.PersonRequest) -> HttpResponse:
    return _me(request)


def _me(request: visitor.PersonRequest, name_form: NameForm | None = None, status: int = 200) -> HttpResponse:
    who = request.user
    return render(request, "storefront/me.html", {
        "form": name_form or NameForm(initial={"name": who.name}), "addresses": people.addresses(who.pk),
        "memberships": shops.shops_of(who.pk), "staff": bool(people.roles_of(who.pk)),
        "unread_talks": conversations.unread_of(who.pk), "now": kit_time.now(),
    }, status=status)  # fmt: skip


@visitor.act
@visitor.mine
def rename(request: visitor.PersonRequest) -> HttpResponse:
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            people.rename(request.user.pk, form.cleaned_data["name"])
        except Refusal as refusal:
            form.refuse(refusal, language())
        else:
            messages.success(request, _("Nice to meet you again."))
            return _to("me")
    return _me(request, form, status=422)


@visitor.act
@visitor.mine
def choose_language(request: visitor.PersonRequest) -> HttpResponse:
    """The language of pages here and of mails."""
    chosen = request.POST.get("language", "")
    response = _to("me")
    if chosen in LANGUAGES:
        people.set_language(request.user.pk, chosen)
        response.set_cookie(COOKIE, chosen, max_age=_A_YEAR, samesite="Lax", secure=settings.SECURE)
        with override(chosen):
            messages.success(request, _("Pages and mails speak English now."))
    return response


@visitor.form
@visitor.mine
def password(request: visitor.PersonRequest) -> HttpResponse:
    form, status = ChangePasswordForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                people.change_password(request.user.pk, given["old"], given["new"], now=kit_time.now())
            except Refusal as refusal:
                form.refuse(refusal, language())
                status = refusal.status
            else:
                request.user.refresh_from_db()
                update_session_auth_hash(request, request.user)
                messages.success(request, _("Your new password is set. Other devices were signed out."))
                return _to("me")
    return render(request, "storefront/password.html", {"form": form}, status=status)


@visitor.form
@visitor.mine
def new_address(request: visitor.PersonRequest) -> HttpResponse:
    form = AddressForm(request.POST or None, initial={"recipient": request.user.name})
    return _address(request, form, None)


@visitor.form
@visitor.mine
def address(request: visitor.PersonRequest, address_id: UUID) -> HttpResponse:
    known = people.address(address_id, person_id=request.user.pk)
    initial = {name: getattr(known, name) for name in AddressForm.base_fields}
    return _address(request, AddressForm(request.POST or None, initial=initial), known)


def _address(
    request: visitor.PersonRequest, form: AddressForm, known: people.AddressCard | None
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if known is None:
                    people.add_address(request.user.pk, form.draft(), now=kit_time.now())
                else:
                    people.edit_address(known.id, form.draft(), person_id=request.user.pk)
            except Refusal as refusal:
                form.refuse(refusal, language())
                status = refusal.status
            else:
                return HttpResponseRedirect(visitor.here(request, reverse("storefront:me")))
    return render(request, "storefront/address.html", {
        "form": form, "known": known, "next": visitor.here(request, ""),
    }, status=status)  # fmt: skip


@visitor.act
@visitor.mine
def default_address(request: visitor.PersonRequest, address_id: UUID) -> HttpResponse:
    people.set_default_address(address_id, person_id=request.user.pk)
    return _to("me")


@visitor.act
@visitor.mine
def remove_address(request: visitor.PersonRequest, address_id: UUID) -> HttpResponse:
    people.remove_address(address_id, person_id=request.user.pk)
    messages.success(request, _("The address is gone. Parcels already on their way still find it."))
    return _to("me")
