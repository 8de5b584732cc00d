"""Looking around: first page, categories, search, a listing, a shop, what was saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.faces.storefront import coupons, guarantees, offers, visitor
from sanhao.faces.storefront.cards import language, listing_cards, shops_of, shorter
from sanhao.faces.ui.cards import Tab
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.refusals import NotFound
from sanhao.service.conversations import api as conversations


@visitor.page
def home(request: HttpRequest) -> HttpResponse:
    now = kit_time.now()
    found, hours = catalog.home(now=now), offers.usual_hours(now)
    open_shops = shops.all_open()
    known = {shop.id: shop for shop in open_shops}
    on_shelf = [*found.newest, *(card for shelf in found.shelves for card in shelf.cards)]
    if {card.shop_id for card in on_shelf} - known.keys():
        known |= shops_of(on_shelf)
    return render(request, "storefront/home.html", {
        "newest": listing_cards(found.newest, known, hours),
        "shelves": [(shelf.category, listing_cards(shelf.cards[:4], known, hours)) for shelf in found.shelves],
        "shops": open_shops, "promises": offers.explained(now), "now": now,
    })  # fmt: skip


@visitor.page
def category(request: HttpRequest, slug: str) -> HttpResponse:
    now = kit_time.now()
    sort = request.GET.get("sort", "new")
    page = visitor.number_of(request.GET.get("page"))
    chosen, found = catalog.category(slug, now=now, sort=sort, page=page)
    return render(request, "storefront/category.html", {
        "category": chosen, "cards": listing_cards(found.cards, shops_of(found.cards), offers.usual_hours(now)), "sort": sort,
        "categories": [
            Tab(reverse("storefront:category", args=[c.slug]), c.name.in_(language()), c.slug == slug)
            for c in catalog.categories()
        ],
        "sorts": [(key, label, key == sort) for key, label in zip(catalog.SORTS, _sort_labels(), strict=True)],
        **_paging(found), "now": now,
    })  # fmt: skip


def _sort_labels() -> tuple[str, str, str]:
    return _("Newest"), _("Low price"), _("High price")


def _paging(found: catalog.Page) -> dict[str, Any]:
    return {"page_number": found.page, "has_next": found.has_next}


@visitor.page
def search(request: HttpRequest) -> HttpResponse:
    now = kit_time.now()
    asked = request.GET.get("q", "")[:200]
    page = visitor.number_of(request.GET.get("page"))
    result = catalog.search(asked, lang=language(), now=now, page=page)
    cards = result.page.cards
    context = {"q": asked.replace("\0", ""), "cards": listing_cards(cards, shops_of(cards), offers.usual_hours(now)), "asked": bool(result.asked),
               **_paging(result.page), "now": now}  # fmt: skip
    if not cards:
        context["categories"] = catalog.categories()
    return render(request, "storefront/search.html", context)


@visitor.page
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for the search box while somebody types."""
    asked = request.GET.get("q", "")[:100]
    found = catalog.suggest(asked, lang=language(), now=kit_time.now()) if asked.strip() else []
    return render(request, "storefront/parts/suggestions.html", {"suggestions": found})


@visitor.page
def listing(request: HttpRequest, listing_id: UUID) -> HttpResponse:
    return listing_page(request, listing_id)


def listing_page(
    request: HttpRequest,
    listing_id: UUID,
    *,
    refusal: str = "",
    status: int = 200,
    chosen: UUID | None = None,
) -> HttpResponse:
    """The listing, also when something could not be put into the cart: then with the sentence, and nothing lost."""
    now = kit_time.now()
    person_id = visitor.person_id(request)
    view = catalog.listing(listing_id, now=now)
    shop = shops.shop(view.card.shop_id)
    choices = offers.choices(view, chosen or visitor.uuid_of(request.GET.get("offer")))
    picked = next((choice for choice in choices if choice.checked), None)
    claims = coupons.offered([shop.id], person_id, now, currency=shop.currency) if picked else []
    return render(request, "storefront/listing.html", {
        "listing": view, "card": view.card, "shop": shop, "choices": choices, "picked": picked,
        "promise": offers.promised(picked.offer, shop, now) if picked else None,
        "guarantees": guarantees.beside(picked.offer, now) if picked else [],
        "freight": offers.freight(picked.offer, shop, person_id, now) if picked else None,
        "saved": person_id is not None and listing_id in catalog.saved_ids(person_id),
        "claims": coupons.claim_cards(claims, {shop.id: shop}), "answers": _answers(shop, now), "refusal": refusal, "now": now,
    }, status=status)  # fmt: skip


@visitor.page
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    now = kit_time.now()
    card = shops.by_slug(slug)
    if card.state == "closed":
        raise NotFound("shop.unknown", zh="没有找到这家店。", en="There is no such shop.")
    page = visitor.number_of(request.GET.get("page"))
    hours = offers.usual_hours(now)
    found = catalog.listings_of_shop(card.id, now=now, states=("live",), page=page)
    return render(request, "storefront/shop.html", {
        "shop": card, "cards": listing_cards(found.cards, {card.id: card}, hours, with_shop=False), **_paging(found),
        "hours": shorter(card, hours) if hours else None, "now": now, "claims": _claims(request, card, now),
        "answers": _answers(card, now),
    })  # fmt: skip


def _answers(card: shops.ShopCard, now: datetime) -> conversations.Figures:
    """How soon the shop answers."""
    return conversations.figures([card.id], now=now)[card.id]


def _claims(request: HttpRequest, card: shops.ShopCard, now: datetime) -> list[coupons.ClaimCard]:
    """The shop's own coupons, and those for everything."""
    offered = coupons.offered([card.id], visitor.person_id(request), now, currency=card.currency)
    return coupons.claim_cards(offered, {card.id: card}, with_giver=False)


@visitor.page
@visitor.mine
def saved(request: visitor.PersonRequest) -> HttpResponse:
    now: datetime = kit_time.now()
    found = catalog.saved(request.user.pk, now=now, page=visitor.number_of(request.GET.get("page")))
    return render(request, "storefront/saved.html", {
        "cards": listing_cards(found.cards, shops_of(found.cards), offers.usual_hours(now)), **_paging(found), "now": now,
    })  # fmt: skip


@visitor.act
@visitor.mine
def save(request: visitor.PersonRequest, listing_id: UUID) -> HttpResponse:
    """Keep a listing, or let it go: the button says which."""
    keep = request.POST.get("keep") == "yes"
    if keep:
        catalog.save(request.user.pk, listing_id, now=kit_time.now())
    else:
        catalog.unsave(request.user.pk, listing_id)
    if request.headers.get("HX-Request") == "true":
        return render(request, "storefront/parts/save.html", {"listing_id": listing_id, "saved": keep})
    messages.success(request, _("Kept for later.") if keep else _("No longer kept."))
    return HttpResponseRedirect(visitor.here(request, reverse("storefront:listing", args=[listing_id])))
