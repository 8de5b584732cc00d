"""The shop itself: its hours and state, who works here, freight, and the way to everything else."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sanhao.faces.workbench.forms import FreightForm, HoursForm, MemberForm, ServiceForm, regions_in
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page, sent, sentence, tell
from sanhao.faces.workbench.shipping import carriers
from sanhao.faces.workbench.waiting import said
from sanhao.goods.shops import api as shops
from sanhao.kit import limits
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text
from sanhao.kit.wording import date
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

_OWNERS: tuple[shops.Role, ...] = ("owner",)


@at_work("GET")
def settings(request: HttpRequest, seat: Seat) -> HttpResponse:
    return _settings(request, seat)


def _settings(
    request: HttpRequest, seat: Seat, *, hours: HoursForm | None = None, member: MemberForm | None = None,
    error: Refusal | None = None,
) -> HttpResponse:  # fmt: skip
    members = shops.members(seat.shop.id)
    names = people.cards([member.person_id for member in members])
    given = {
        "hours": hours or HoursForm(initial={"hours": seat.shop.ship_hours}),
        "member_form": member or MemberForm(),
        "members": [(member, names[member.person_id]) for member in members],
        "error": sentence(error) if error else "",
    }
    status = error.status if error else 422 if hours or member else 200
    return page(request, seat, "settings", given, status=status)


@at_work("POST", roles=MANAGING)
def hours(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The shop's own shorter promise, for orders from now on."""
    form = HoursForm(request.POST)
    if form.is_valid():
        try:
            shops.promise_hours(seat.shop.id, form.cleaned_data["hours"], by=seat.person_id, now=seat.now)
        except Refusal as no:
            form.add_error("hours", sentence(no))
        else:
            tell(request, _("Saved. Orders from now on carry the new promise."))
            return redirect("workbench:settings", seat.shop.slug)
    return _settings(request, seat, hours=form)


@at_work("POST", roles=MANAGING)
def shop_state(request: HttpRequest, seat: Seat) -> HttpResponse:
    """On holiday and back. Promises already made keep running."""
    to = request.POST.get("to", "")
    try:
        shops.change_state(seat.shop.id, to, by=seat.person_id, now=seat.now)
    except Refusal as no:
        return _settings(request, seat, error=no)
    words = {
        "open": _("The shop is open again."),
        "holiday": _("The shop is on holiday: nothing of it is on sale."),
    }
    tell(request, words.get(to, _("The shop is closed.")))
    return redirect("workbench:settings", seat.shop.slug)


@at_work("POST", roles=_OWNERS)
def add_member(request: HttpRequest, seat: Seat) -> HttpResponse:
    """By e-mail address. Whether somebody has an account is asked rarely: ten times an hour."""
    form = MemberForm(request.POST)
    if form.is_valid():
        limits.allow(f"workbench.member:{seat.person_id}", 10, 3600)
        found = people.by_email(form.cleaned_data["email"])
        if found is None:
            form.add_error(
                "email", _("Nobody has signed up with this address yet. Ask them to, then add them.")
            )
        else:
            try:
                shops.add_member(
                    seat.shop.id, found.id, form.cleaned_data["role"], by=seat.person_id, now=seat.now
                )
            except Refusal as no:
                form.add_error(None, sentence(no))
            else:
                tell(request, _("%(name)s works here now.") % {"name": found.name or found.email})
                return redirect("workbench:settings", seat.shop.slug)
    return _settings(request, seat, member=form)


@at_work("POST", roles=_OWNERS)
def remove_member(request: HttpRequest, seat: Seat, person_id: UUID) -> HttpResponse:
    try:
        shops.remove_member(seat.shop.id, person_id, by=seat.person_id, now=seat.now)
    except Refusal as no:
        return _settings(request, seat, error=no)
    tell(request, _("They no longer work here."))
    return redirect("workbench:settings", seat.shop.slug)


@at_work("GET", "POST", roles=MANAGING)
def freight(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Freight templates: what it costs to send where, by started steps of weight."""
    cards = delivery.freight_templates(seat.shop.id)
    chosen = next((card for card in cards if str(card.id) == request.GET.get("edit", "")), None)
    initial = _freight_initial(chosen) if chosen else None
    form = FreightForm(sent(request), initial=initial, currency=seat.shop.currency)
    if request.method == "POST" and form.is_valid():
        try:
            delivery.save_freight_template(seat.shop.id, _freight_draft(form))
        except Refusal as no:
            form.add_error(None, sentence(no))
        else:
            tell(request, _("Saved. Orders from now on are priced with it."))
            return redirect("workbench:freight", seat.shop.slug)
    given = {"cards": cards, "form": form, "chosen": chosen}
    return _freight(request, seat, given, status=422 if form.is_bound else 200)


def _freight(
    request: HttpRequest, seat: Seat, given: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """What sending costs, and the couriers whom buyers may choose, side by side."""
    services = delivery.services(seat.shop.id)
    chosen = next((card for card in services if str(card.id) == request.GET.get("service", "")), None)
    place = request.GET.get("place", "").strip()[:120] or _PLACE
    seen, why_not = _seen(seat, place)
    shown = {
        "services": [(card, said(_called(card))) for card in services], "chosen_service": chosen,
        "service_form": _service_form(seat, None, chosen),
        "place": place, "seen": seen, "why_not": why_not, "desk": "two",
    }  # fmt: skip
    return page(request, seat, "freight", shown | given, status=status)


def _called(card: delivery.ServiceCard) -> Text:
    return card.name if card.name.zh else delivery.carrier_name(card.carrier)


def _service_form(seat: Seat, posted: QueryDict | None, card: delivery.ServiceCard | None) -> ServiceForm:
    initial = None
    if card is not None:
        initial = {
            "id": card.id, "carrier": card.carrier, "surcharge": card.surcharge.amount, "transit_days": card.transit_days,
            "regions": ", ".join(card.regions), "name_zh": card.name.zh, "name_en": card.name.en, "active": card.active,
        }  # fmt: skip
    return ServiceForm(
        posted, initial=initial, currency=seat.shop.currency, carriers=carriers(), lang=get_language() or "zh",
        auto_id="service_%s",
    )  # fmt: skip


_PLACE, _GRAMS, _GOODS = "CN/上海", 1_000, "100"
"""A buyer in Shanghai who buys a kilogram for a hundred."""


def _seen(seat: Seat, place: str) -> tuple[list[tuple[delivery.Option, str]], str]:
    """What a buyer there would choose from, with the day of arrival if they paid now; or why nothing is sent there."""
    country, _slash, region = place.partition("/")
    worth = Money.parse(_GOODS, seat.shop.currency)
    parcel = delivery.Parcel(seat.shop.id, country.strip().upper(), region.strip(), _GRAMS, worth)
    try:
        [options] = delivery.options([parcel], transit_days=orders.order_terms(seat.now).transit_days)
    except Refusal as no:
        return [], sentence(no)
    if not options:
        return [], _("You do not send there.")
    zone = timezone.get_current_timezone_name()
    days = [
        orders.arrives_by(seat.now, seat.shop.ship_hours, None, option.transit_days) for option in options
    ]
    return [(option, said(date(day, zone))) for option, day in zip(options, days, strict=True)], ""


@at_work("POST", roles=MANAGING)
def service(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Let buyers choose a courier, or change what it costs and how long it takes."""
    form = _service_form(seat, request.POST, None)
    if form.is_valid():
        try:
            delivery.save_service(seat.shop.id, form.draft())
        except Refusal as no:
            if no.status == 404:
                raise
            form.add_error(None, sentence(no))
        else:
            tell(request, _("Saved. Buyers see it from now on."))
            return redirect("workbench:freight", seat.shop.slug)
    cards = delivery.freight_templates(seat.shop.id)
    given: dict[str, object] = {
        "cards": cards,
        "form": FreightForm(currency=seat.shop.currency),
        "chosen": None,
    }
    return _freight(request, seat, given | {"service_form": form}, status=422)


@at_work("POST", roles=MANAGING)
def remove_service(request: HttpRequest, seat: Seat, service_id: UUID) -> HttpResponse:
    delivery.remove_service(seat.shop.id, service_id)
    tell(request, _("Nobody can choose it any more. Orders keep the courier that was chosen for them."))
    return redirect("workbench:freight", seat.shop.slug)


def _freight_initial(card: delivery.FreightCard) -> dict[str, object]:
    return {
        "id": card.id, "name": card.name, "regions": ", ".join(card.regions), "first_g": card.first_g,
        "first": card.first.amount, "extra_g": card.extra_g, "extra": card.extra.amount,
        "free_over": card.free_over.amount if card.free_over else "", "refuses": not card.deliverable,
    }  # fmt: skip


def _freight_draft(form: FreightForm) -> delivery.FreightDraft:
    said = form.cleaned_data
    return delivery.FreightDraft(
        id=said["id"], name=said["name"], regions=regions_in(said["regions"]),
        first=said["first"], extra=said["extra"], first_g=said["first_g"], extra_g=said["extra_g"],
        free_over=said["free_over"], deliverable=not said["refuses"],
    )  # fmt: skip


@at_work("POST", roles=MANAGING)
def remove_freight(request: HttpRequest, seat: Seat, template_id: UUID) -> HttpResponse:
    delivery.remove_freight_template(seat.shop.id, template_id)
    tell(request, _("The template is gone. Orders keep the freight they were quoted."))
    return redirect("workbench:freight", seat.shop.slug)
