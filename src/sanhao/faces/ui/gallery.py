"""The gallery: every component in one page, in the demo world only. Look here before you make a new one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from sanhao.faces.ui import pictures
from sanhao.faces.ui.cards import Bar, ListingCard, PromiseCard, PromiseState, Series, Step, Tab
from sanhao.kit import time as kit_time
from sanhao.kit.money import Money

_LOOKS = ("open", "soon", "past", "kept", "broken", "review", "void")


class SampleForm(forms.Form):
    """Fields as they look with help, with an error, ticked."""

    recipient = forms.CharField(
        label=gettext_lazy("Recipient"), help_text=gettext_lazy("As it should stand on the parcel.")
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), min_length=8)
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    remember = forms.BooleanField(label=gettext_lazy("Use this address next time"), required=False)


def _yuan(minor: int) -> Money:
    return Money(minor, "CNY")


def sample_promise(look: str, now: datetime) -> PromiseCard:
    """A promise of Qingcao Cashmere in each of its looks."""
    states: dict[str, PromiseState] = {
        "kept": "kept", "broken": "broken", "void": "void", "review": "review",
    }  # fmt: skip
    hours = {"open": 31, "soon": 5, "past": -1, "kept": 20, "broken": -3, "review": -4, "void": 12}[look]
    due = now + timedelta(hours=hours)
    sentence = {
        "kept": _("Collected 26 hours before its time."),
        "broken": _("Your ¥3 coupon is here, because the parcel was not collected in time."),
        "review": _("A late scan came in after the settlement. A person looks at it; your coupon stays."),
        "void": _("You cancelled this order, so nothing is owed."),
    }.get(look, "")
    return PromiseCard(
        id=look, kind=_("Late shipment pays"), title=_("Handed to the courier within 48 hours"),
        shop=_("Qingcao Cashmere"), state=states.get(look, "open"), starts_at=due - timedelta(hours=48), due_at=due,
        otherwise=_("a ¥3 coupon, without asking"), sentence=sentence, mark="mark-qingcao",
        decided_at=now - timedelta(hours=2) if look in ("kept", "broken", "void") else None,
        compensation=_yuan(300) if look == "broken" else None,
    )  # fmt: skip


def _wall(now: datetime) -> list[PromiseCard]:
    looks = ["kept"] * 6 + ["open"] * 5 + ["soon", "broken", "past", "review", "void"]
    return [
        sample_promise(looks[i * 7 % len(looks)], now + timedelta(minutes=97 * i % 400)) for i in range(96)
    ]


def _steps(now: datetime) -> list[Step]:
    return [
        Step(_("Paid"), "done", now - timedelta(hours=30)),
        Step(_("Collected by the courier"), "done", now - timedelta(hours=9), _("Ordos, Otog Banner")),
        Step(_("On its way"), "now", now - timedelta(hours=2), _("Passed through Baotou")),
        Step(_("Delivered"), "next"),
    ]


def _charts() -> dict[str, Any]:
    days = [f"{day}" for day in range(1, 15)]
    kept = [52, 61, 58, 70, 66, 81, 77, 90, 84, 95, 99, 92, 104, 110]
    broken = [3, 4, 2, 6, 3, 2, 5, 3, 9, 4, 2, 3, 1, 2]
    return {
        "days": days,
        "bars": [Bar(_("Qingcao Cashmere"), 42, "¥42", 2), Bar(_("Pea Nest"), 18, "¥18", 2), Bar(_("Granny Guoba"), 6, "¥6", 2)],
        "parts": [Bar(_("kept"), 940, "940", 2), Bar(_("waiting"), 120, "120", 3), Bar(_("broken"), 38, "38", 1)],
        "both": [Series(_("kept"), kept, "1,139", 2), Series(_("broken"), broken, "49", 1)],
        "paid": [Series(_("paid out"), [b * 3.4 for b in broken], "¥166.60", 1)],
        "spark": kept,
    }  # fmt: skip


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    if not kit_time.is_demo():
        raise Http404
    now = kit_time.now()
    form = SampleForm({"recipient": "林小满", "phone": "138", "remember": "on"})
    form.is_valid()
    listings = [
        ListingCard("#", _("Crew-neck cashmere sweater from Urna's pasture"), "cashmere-sweater", _yuan(88000), _("Qingcao Cashmere"), _("Ships in 48 h")),
        ListingCard("#", _("The beer sofa"), "beer-sofa", _yuan(128000), _("Pea Nest"), _("Ships in 24 h"), from_price=True),
        ListingCard("#", _("Jelly oranges"), "jelly-orange", _yuan(3990), _("One Mu Orchard"), _("Ships in 48 h"), from_price=True),
        ListingCard("#", _("Wood-fire crisp rice"), "crisp-rice", _yuan(2680), _("Granny Guoba"), sold_out=True),
    ]  # fmt: skip
    return render(request, "ui/gallery.html", {
        "now": now, "form": form, "listings": listings, "steps": _steps(now), "charts": _charts(), "wall": _wall(now),
        "promises": [sample_promise(look, now) for look in _LOOKS],
        "tabs": [Tab("#all", _("All"), True), Tab("#ship", _("To ship"), count=12), Tab("#done", _("Done"), count=340)],
        "names": sorted(pictures.NAMES), "amount": _yuan(128850),
    })  # fmt: skip


@require_GET
def live_card(request: HttpRequest, look: str) -> HttpResponse:
    """What the gallery's live card fetches: the same promise, decided."""
    if not kit_time.is_demo() or look not in _LOOKS:
        raise Http404
    now = kit_time.now()
    return render(request, "ui/gallery_card.html", {"now": now, "card": sample_promise(look, now)})
