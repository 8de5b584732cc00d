"""The shop itself: its hours and state, who works here, freight, and the way to everything else."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sanhao.faces.workbench.forms import FreightForm, HoursForm, MemberForm
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page, sent, sentence, tell
from sanhao.goods.shops import api as shops
from sanhao.kit import limits
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery

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
    given = {"cards": cards, "form": form, "chosen": chosen, "desk": "two"}
    return page(request, seat, "freight", given, status=422 if form.is_bound else 200)


def _freight_initial(card: delivery.FreightCard) -> dict[str, object]:
    return {
        "id": card.id, "name": card.name, "regions": ", ".join(card.regions), "first_g": card.first_g,
        "first": card.first.amount, "extra_g": card.extra_g, "extra": card.extra.amount,
        "free_over": card.free_over.amount if card.free_over else "", "refuses": not card.deliverable,
    }  # fmt: skip


def _freight_draft(form: FreightForm) -> delivery.FreightDraft:
    said = form.cleaned_data
    regions = said["regions"].replace("，", ",").replace("、", ",").split(",")
    return delivery.FreightDraft(
        id=said["id"], name=said["name"], regions=tuple(r.strip() for r in regions if r.strip()),
        first=said["first"], extra=said["extra"], first_g=said["first_g"], extra_g=said["extra_g"],
        free_over=said["free_over"], deliverable=not said["refuses"],
    )  # fmt: skip


@at_work("POST", roles=MANAGING)
def remove_freight(request: HttpRequest, seat: Seat, template_id: UUID) -> HttpResponse:
    delivery.remove_freight_template(seat.shop.id, template_id)
    tell(request, _("The template is gone. Orders keep the freight they were quoted."))
    return redirect("workbench:freight", seat.shop.slug)
