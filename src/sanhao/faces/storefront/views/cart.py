"""The cart: put in, change, look. A guest's is poured into the person's own at sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.books.wallet import api as wallet
from sanhao.faces.storefront import basket, coupons, visitor
from sanhao.faces.storefront.cards import by_shop, language
from sanhao.faces.storefront.forms import AddForm, QuantityForm
from sanhao.faces.storefront.preview import goods_of
from sanhao.faces.storefront.views.goods import listing_page
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.service.orders import api as orders


def show(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """The cart, also when something about it was refused: then with the sentence, and nothing lost."""
    now = kit_time.now()
    cart_id = basket.find(request)
    cart = orders.cart(cart_id, now=now) if cart_id else None
    lines = cart.lines if cart else ()
    known = shops.shops({line.offer.shop_id for line in lines}) if lines else {}
    claims, hints = (
        _coupons(cart, known, visitor.person_id(request), now) if cart and cart.goods else ([], [])
    )
    return render(request, "storefront/cart.html", {
        "cart": cart, "parcels": by_shop(lines, known), "claims": claims, "hints": hints, "refusal": refusal, "now": now,
        "ready": bool(lines) and all(line.available for line in lines) and cart is not None and cart.goods is not None,
    }, status=status)  # fmt: skip


def _coupons(
    cart: orders.CartView, known: Mapping[UUID, shops.ShopCard], person_id: UUID | None, now: datetime
) -> tuple[list[coupons.ClaimCard], list[coupons.Hint]]:
    """What may be claimed for these goods, and what is nearly reached with it."""
    goods = goods_of(cart)
    offers = coupons.offered(goods, person_id, now, currency=next(iter(goods.values())).currency)
    held = wallet.usable_for(person_id, goods, now=now) if person_id else []
    return coupons.claim_cards(offers, known), coupons.hints(coupons.tickets(held, offers, now), goods, known)


@visitor.page
def cart(request: HttpRequest) -> HttpResponse:
    return show(request)


@visitor.act
def add(request: HttpRequest) -> HttpResponse:
    """Put something in. A browser without script goes on to the cart; with it, the page stays and says so."""
    form = AddForm(request.POST)
    if not form.is_valid():
        raise _odd()
    offer_id, now = form.cleaned_data["offer"], kit_time.now()
    cart_id = basket.find_or_open(request)
    try:
        orders.add_to_cart(cart_id, offer_id, form.cleaned_data["quantity"], now=now)
    except Refusal as refusal:
        listing_id = visitor.uuid_of(request.POST.get("listing"))
        if listing_id is None or request.headers.get("HX-Request") == "true":
            raise
        sentence = refusal.text.in_(language())
        return listing_page(request, listing_id, refusal=sentence, status=refusal.status, chosen=offer_id)
    if request.headers.get("HX-Request") == "true":
        basket.count_again(request, cart_id)
        return basket.keep(request, render(request, "storefront/parts/added.html"), cart_id)
    return basket.keep(request, HttpResponseRedirect(reverse("storefront:cart")), cart_id)


@visitor.act
def change(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Another quantity of a line; zero takes it out."""
    form = QuantityForm(request.POST)
    cart_id = basket.find(request)
    try:
        if not form.is_valid():
            raise _odd()
        if cart_id is not None:
            orders.set_quantity(cart_id, offer_id, form.cleaned_data["quantity"])
            if form.cleaned_data["quantity"] == 0:
                messages.success(request, _("Taken out."))
    except Refusal as refusal:
        return show(request, refusal=refusal.text.in_(language()), status=refusal.status)
    return HttpResponseRedirect(reverse("storefront:cart"))


def _odd() -> Invalid:
    return Invalid("cart.quantity", zh="数量请填 1 到 999。", en="The quantity must be between 1 and 999.")
