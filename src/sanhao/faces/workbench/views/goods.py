"""Goods: what the shop lists, its words, prices, stock and presales."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from sanhao.faces.ui.cards import Tab
from sanhao.faces.workbench.forms import (
    ListingForm,
    NewListingForm,
    OfferForm,
    ParcelForm,
    PresaleForm,
    VariantForm,
)
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, is_part, page, sent, sentence, tell
from sanhao.goods.catalog import api as catalog
from sanhao.kit.refusals import Refusal

_SHOWN = {
    "all": ("draft", "live", "paused", "intercepted"), "live": ("live",), "draft": ("draft",), "paused": ("paused",),
    "closed": ("closed",),
}  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _tabs(seat: Seat, current: str) -> list[Tab]:
    words = {
        "all": _("All"),
        "live": _("On sale"),
        "draft": pgettext("listing", "Drafts"),
        "paused": _("Paused"),
        "closed": _("Closed"),
    }
    base = reverse("workbench:goods", args=[seat.shop.slug])
    return [Tab(f"{base}?show={key}", word, key == current) for key, word in words.items()]  # fmt: skip


@at_work("GET", roles=MANAGING)
def goods(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Everything the shop lists, with tabs by state and a search that forgives script and width."""
    show = request.GET.get("show", "all")
    show = show if show in _SHOWN else "all"
    words = request.GET.get("q", "").replace("\0", "").strip()[:60]
    found = catalog.listings_of_shop(
        seat.shop.id,
        now=seat.now,
        states=_SHOWN[show],
        page=_number(request.GET.get("page", "1")),
        words=words,
    )
    return page(request, seat, "goods", {"found": found, "tabs": _tabs(seat, show), "show": show, "q": words, "desk": "one"})  # fmt: skip


def _categories() -> list[tuple[str, str]]:
    return [(card.slug, card.name.in_(get_language() or "en")) for card in catalog.categories()]


@at_work("GET", "POST", roles=MANAGING)
def new_listing(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A draft; it is seen by the shop only until it is published."""
    form = NewListingForm(sent(request), categories=_categories(), currency=seat.shop.currency)
    if request.method == "POST" and form.is_valid():
        try:
            id = catalog.draft_listing(seat.shop.id, form.draft(), by=seat.person_id, now=seat.now)
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            tell(request, _("The draft is there. Look it over, then publish it."))
            return redirect("workbench:listing", seat.shop.slug, id)
    status = 422 if form.is_bound else 200
    return page(request, seat, "new_listing", {"form": form, "desk": "one"}, status=status)


def _words_form(view: catalog.ListingView, data: Any = None) -> ListingForm:
    card = view.card
    initial = {
        "title_zh": card.title.zh, "title_en": card.title.en, "text_zh": view.text.zh, "text_en": view.text.en,
        "category": view.category.slug, "picture": card.picture,
    }  # fmt: skip
    return ListingForm(data, initial=initial, categories=_categories())


@at_work("GET", "POST", roles=MANAGING)
def listing(request: HttpRequest, seat: Seat, listing_id: UUID) -> HttpResponse:
    """One listing: its words to edit, its variants with price and stock, and what may be done with it."""
    view = catalog.listing(listing_id, now=seat.now, shop_id=seat.shop.id)
    form = _words_form(view, sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            catalog.edit_listing(seat.shop.id, listing_id, form.edit(), by=seat.person_id, now=seat.now)
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            tell(request, _("Saved."))
            return redirect("workbench:listing", seat.shop.slug, listing_id)
    return _listing_page(request, seat, view, form=form, status=422 if form.is_bound else 200)


def _listing_page(
    request: HttpRequest, seat: Seat, view: catalog.ListingView, *, form: ListingForm | None = None,
    rows: dict[UUID, dict[str, Any]] | None = None, presale: PresaleForm | None = None, presale_of: UUID | None = None,
    variant: VariantForm | None = None, parcel: ParcelForm | None = None, parcel_of: UUID | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    given = {
        "view": view,
        "form": form or _words_form(view),
        "rows": {o.id: _row(o) for v in view.variants for o in v.offers} | (rows or {}),
        "presale": presale or PresaleForm(currency=seat.shop.currency),
        "presale_of": presale_of,
        "parcels": [(v, parcel if parcel and v.id == parcel_of else _parcel_form(v)) for v in view.variants],
        "parcel_of": parcel_of,
        "variant": variant or VariantForm(currency=seat.shop.currency, prefix="new"),
        "saved": _saved(request),
    }
    return page(request, seat, "listing", given, status=status)


def _parcel_form(variant: catalog.VariantView, data: QueryDict | None = None) -> ParcelForm:
    stands = {"weight_g": variant.weight_g, "packed": variant.packed}
    return ParcelForm(data, initial=stands, auto_id=f"{variant.id}_%s")


def _row(offer: catalog.OfferCard, *, form: OfferForm | None = None, error: str = "") -> dict[str, Any]:
    """What the row of one offer shows: its card, what stands in its fields, what went wrong."""
    return {
        "offer": offer,
        "price": form["price"].value() if form else f"{offer.price.amount}",
        "stock": form["stock"].value() if form else offer.stock_left,
        "error": error,
    }


def _saved(request: HttpRequest) -> dict[str, Any] | None:
    """What was just saved, with what stood there before: for the button that puts it back."""
    try:
        id = UUID(request.GET.get("saved", ""))
    except ValueError:
        return None
    before = {key: request.GET.get(key, "") for key in ("price", "stock")}
    return {"id": id, **before}


@at_work("POST", roles=MANAGING)
def offer(request: HttpRequest, seat: Seat, listing_id: UUID, offer_id: UUID) -> HttpResponse:
    """Price and stock of one offer. A sale in between refuses the stock and says what is left now."""
    view = catalog.listing(listing_id, now=seat.now, shop_id=seat.shop.id)
    before = next((o for v in view.variants for o in v.offers if o.id == offer_id), None)
    if before is None:
        return redirect("workbench:listing", seat.shop.slug, listing_id)
    form = OfferForm(request.POST, currency=seat.shop.currency)
    error = (
        "" if form.is_valid() else " ".join(str(text) for errors in form.errors.values() for text in errors)
    )
    if not error:
        try:
            said = form.cleaned_data
            catalog.set_price_and_stock(
                seat.shop.id,
                offer_id,
                said["price"],
                said["stock"],
                by=seat.person_id,
                now=seat.now,
                seen=said["seen"],
            )
        except Refusal as no:
            error = sentence(no)
            view = catalog.listing(listing_id, now=seat.now, shop_id=seat.shop.id)
    if error:
        now_there = next((o for v in view.variants for o in v.offers if o.id == offer_id), before)
        row = _row(now_there, form=form, error=error)
        if is_part(request):
            return page(request, seat, "parts/offer_row", {"row": row, "view": view}, status=422)
        return _listing_page(request, seat, view, rows={offer_id: row}, status=422)
    if is_part(request):
        saved = catalog.offers([offer_id], now=seat.now)[offer_id]
        undo = {"id": offer_id, "price": f"{before.price.amount}", "stock": before.stock_left}
        return page(request, seat, "parts/offer_row", {"row": _row(saved), "view": view, "saved": undo})
    there = reverse("workbench:listing", args=[seat.shop.slug, listing_id])
    return redirect(
        f"{there}?saved={offer_id}&price={before.price.amount}&stock={before.stock_left}#offer-{offer_id}"
    )


@at_work("POST", roles=MANAGING)
def listing_state(request: HttpRequest, seat: Seat, listing_id: UUID) -> HttpResponse:
    """Publish, pause or close; a refusal is said on the listing's own page."""
    verbs = {"publish": catalog.publish, "pause": catalog.pause, "close": catalog.close_listing}
    words = {
        "publish": _("It is on sale."), "pause": _("It is off the shelf. Publish it again whenever you like."),
        "close": _("It is closed for good."),
    }  # fmt: skip
    chosen = request.POST.get("to", "")
    if chosen in verbs:
        verbs[chosen](seat.shop.id, listing_id, by=seat.person_id, now=seat.now)
        tell(request, words[chosen])
    if chosen == "close":
        return redirect("workbench:goods", seat.shop.slug)
    return redirect("workbench:listing", seat.shop.slug, listing_id)


@at_work("POST", roles=MANAGING)
def parcel(request: HttpRequest, seat: Seat, listing_id: UUID, variant_id: UUID) -> HttpResponse:
    """What a variant weighs and how large it is packed."""
    view = catalog.listing(listing_id, now=seat.now, shop_id=seat.shop.id)
    variant = next((one for one in view.variants if one.id == variant_id), None)
    if variant is None:
        raise Http404
    form = _parcel_form(variant, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            catalog.set_parcel(
                seat.shop.id,
                listing_id,
                variant_id,
                said["weight_g"],
                said["packed"],
                by=seat.person_id,
                now=seat.now,
            )
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            tell(request, _("Saved: it counts from the next order on."))
            return redirect("workbench:listing", seat.shop.slug, listing_id)
    return _listing_page(request, seat, view, parcel=form, parcel_of=variant_id, status=422)


@at_work("POST", roles=MANAGING)
def presale(request: HttpRequest, seat: Seat, listing_id: UUID, variant_id: UUID) -> HttpResponse:
    """Offer a variant now that ships by a date."""
    view = catalog.listing(listing_id, now=seat.now, shop_id=seat.shop.id)
    form = PresaleForm(request.POST, currency=seat.shop.currency)
    if form.is_valid():
        try:
            catalog.add_offer(seat.shop.id, form.draft(variant_id, seat.now), by=seat.person_id, now=seat.now)
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            tell(request, _("The presale is open."))
            return redirect("workbench:listing", seat.shop.slug, listing_id)
    return _listing_page(request, seat, view, presale=form, presale_of=variant_id, status=422)


@at_work("POST", roles=MANAGING)
def end_offer(request: HttpRequest, seat: Seat, listing_id: UUID, offer_id: UUID) -> HttpResponse:
    catalog.end_offer(seat.shop.id, offer_id, by=seat.person_id, now=seat.now)
    tell(request, _("That offer has ended. What was ordered stays ordered."))
    return redirect("workbench:listing", seat.shop.slug, listing_id)


@at_work("POST", roles=MANAGING)
def new_variant(request: HttpRequest, seat: Seat, listing_id: UUID) -> HttpResponse:
    """Another variant, on sale at once where the listing is; what was typed stays where it is refused."""
    view = catalog.listing(listing_id, now=seat.now, shop_id=seat.shop.id)
    form = VariantForm(request.POST, currency=seat.shop.currency, prefix="new")
    if form.is_valid():
        try:
            catalog.add_variant(seat.shop.id, listing_id, form.draft(), by=seat.person_id, now=seat.now)
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            tell(request, _("The variant is there."))
            return redirect("workbench:listing", seat.shop.slug, listing_id)
    return _listing_page(request, seat, view, variant=form, status=422)
