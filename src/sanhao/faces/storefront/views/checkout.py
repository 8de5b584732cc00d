"""From the cart to a placed checkout: where to, which coupons, what it costs, one button; with an account or without."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.books.wallet import api as wallet
from sanhao.faces.storefront import basket, coupons, guarantees, unsigned, visitor, ways
from sanhao.faces.storefront.cards import by_shop, language
from sanhao.faces.storefront.forms import GuestForm
from sanhao.faces.storefront.offers import parcels_promised
from sanhao.faces.storefront.preview import goods_of, preview
from sanhao.faces.ui import places
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.people import api as people
from sanhao.service.guests import api as guests
from sanhao.service.orders import api as orders


@visitor.form
def checkout(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated and unsigned.known(request) is None:
        return HttpResponseRedirect(reverse("storefront:checkout_guest"))
    if request.method == "POST":
        try:
            if "look" not in request.POST:  # without script, prices are looked at before placing
                return _place(request)
        except Refusal as refusal:
            return _show(request, refusal=refusal.text.in_(language()), status=refusal.status)
    return _show(request)


@visitor.form
def guest(request: HttpRequest) -> HttpResponse:
    """Who buys without an account, and where the parcel goes; or they sign in. Nothing is placed here."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("storefront:checkout"))
    if (cart_id := basket.find(request)) is None or not orders.cart_count(cart_id):
        return HttpResponseRedirect(reverse("storefront:cart"))
    said = unsigned.known(request)
    known = {"email": said.email, **msgspec.structs.asdict(said.home)} if said else None
    form, status = GuestForm(request.POST or None, initial=known), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                unsigned.remember(request, form.cleaned_data["email"], form.draft())
            except Refusal as refusal:
                form.refuse(refusal, language())
            else:
                return HttpResponseRedirect(reverse("storefront:checkout"))
    response = render(request, "storefront/guest.html", {"form": form}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _place(request: HttpRequest) -> HttpResponse:
    address_id = visitor.uuid_of(request.POST.get("address"))
    if address_id is None:
        raise Invalid("checkout.address", zh="请先选一个收货地址。", en="Please choose an address first.")
    cart_id = basket.find(request)
    chosen = _ids(request.POST.getlist("coupon"))
    if cart_id is None or chosen is None:
        raise Invalid("checkout.coupon", zh="这张券用不了。", en="This coupon cannot be used.")
    consents, now = guarantees.agreed(request.POST.getlist("consent")), kit_time.now()
    services = ways.read(request.POST)
    guest = unsigned.known(request)
    if request.user.is_authenticated:
        placed = orders.place(
            cart_id=cart_id, person_id=request.user.pk, address_id=address_id, coupon_ids=chosen, consents=consents,
            services=services, now=now,
        )  # fmt: skip
    elif guest is not None:
        placed = guests.place(
            guest,
            cart_id=cart_id,
            consents=consents,
            services=services,
            now=now,
            address=visitor.address_of(request),
        )
        visitor.keep_links(request, dict.fromkeys(placed.order_ids, guests.FIRST))
        unsigned.forget(request)
    return HttpResponseRedirect(reverse("storefront:pay", args=[placed.checkout_id]))


def _ids(given: list[str]) -> list[UUID] | None:
    """The ids somebody ticked, each once; None if one of them is none."""
    ids = [visitor.uuid_of(id) for id in given[:100]]
    return None if None in ids else list(dict.fromkeys(id for id in ids if id))


def _place_of(address: people.AddressCard | None) -> str:
    """How a reader calls where it goes."""
    if address is None:
        return ""
    country = dict(places.countries(language())).get(address.country, address.country)
    return places.called(address.region, language()) or country


def _show(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    now, who, guest = kit_time.now(), visitor.person_id(request), unsigned.known(request)
    given = request.POST if request.method == "POST" else request.GET
    cart = orders.cart(cart_id, now=now) if (cart_id := basket.find(request)) else None
    if cart is None or cart.goods is None or not all(line.available for line in cart.lines):
        if refusal or (cart is not None and cart.lines):
            messages.error(request, refusal or _("Something in the cart cannot be had like this."))
        return HttpResponseRedirect(reverse("storefront:cart"))
    addresses = people.addresses(who) if who else [unsigned.card_of(guest)] if guest else []
    wanted = visitor.uuid_of(given.get("address"))
    address = next((a for a in addresses if a.id == wanted), addresses[0] if addresses else None)
    goods = goods_of(cart)
    usable = wallet.usable_for(who, goods, now=now) if who else []
    offers = coupons.offered(goods, who, now, currency=cart.goods.currency) if who else []
    chosen = _ids(given.getlist("coupon")) or [] if "chosen" in given else None
    known = shops.shops(goods)
    parcels = by_shop(cart.lines, known)
    sent = ways.ways(parcels, address, given, now)
    unsent = [parcel.shop for parcel in parcels if address and parcel.shop.id not in sent]
    freight = {} if unsent else {shop: each.option.freight for shop, each in sent.items()}
    seen = preview(cart, freight, usable, chosen)
    givers = coupons.names([view for view in usable if view.issue_id], known)
    guaranteed = guarantees.titles(cart.lines, now)
    asked = guarantees.asks(cart.lines, given.getlist("consent"), now)
    return render(request, "storefront/checkout.html", {
        "guest": None if who else guest, "addresses": addresses, "address": address, "preview": seen, "unsent": unsent, "place": _place_of(address), "goods": cart.goods, "refusal": refusal, "now": now,
        "claims": [card for card in coupons.claim_cards(offers, known) if card.claimable and not card.ready],
        "choices": [(choice, givers.get(choice.coupon.id, "")) for choice in seen.coupons],
        "hints": coupons.hints(coupons.tickets(usable, offers, now), goods, known),
        "parcels": [
            (
                parcel, seen.freight_of(parcel.shop.id), promise, sent.get(parcel.shop.id),
                [(line, guaranteed[line.offer.id], asked.get(line.offer.id)) for line in parcel.lines],
            )
            for parcel, promise in zip(parcels, parcels_promised(parcels, now), strict=True)
        ],
    }, status=status)  # fmt: skip
