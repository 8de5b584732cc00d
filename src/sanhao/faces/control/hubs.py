"""The form of a hub: where it is, whom it serves, who takes the second leg and for how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from sanhao.faces.control import words
from sanhao.faces.ui import places, terms
from sanhao.faces.ui.fields import InCurrency, MoneyField, choose_among
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery
from sanhao.service.remote import api as remote

_HEAVIEST = 1_000_000


class HubForm(InCurrency):
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60)
    serves = forms.MultipleChoiceField(label=_("Areas it serves"), widget=forms.CheckboxSelectMultiple)
    carrier = forms.ChoiceField(label=_("Courier of the second leg"))
    first_g = forms.IntegerField(label=_("First step, grams"), min_value=1, max_value=_HEAVIEST)
    first = MoneyField(label=_("Price of the first step"))
    extra_g = forms.IntegerField(label=_("Further steps, grams"), min_value=1, max_value=_HEAVIEST)
    extra = MoneyField(label=_("Price of a further step"))
    recipient = forms.CharField(label=_("Recipient"), max_length=60)
    phone = forms.CharField(label=_("Phone"), max_length=30)
    country = forms.ChoiceField(label=_("Country or region"), choices=places.choices)
    region = forms.CharField(label=_("Province or region"), max_length=60)
    city = forms.CharField(label=_("City"), max_length=60)
    street = forms.CharField(label=_("Street and number"), max_length=200)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    active = forms.BooleanField(
        label=_("Takes parcels"),
        required=False,
        help_text=_("Off: no new orders go by it; those placed still do."),
    )

    def __init__(self, *given: Any, areas: Mapping[str, str], **more: Any) -> None:
        super().__init__(*given, **more)
        kept = self.initial or {}
        serves = dict.fromkeys([*areas, *kept.get("serves", [])])
        choose_among(self, "serves", ((key, areas.get(key, key)) for key in serves))
        choose_among(
            self, "carrier", ((key, words.said(name)) for key, name in delivery.carrier_names().items())
        )
        if (elsewhere := kept.get("country", places.CHINA)) not in dict(places.choices()):
            choose_among(self, "country", [*places.choices(), (elsewhere, terms.value(elsewhere))])

    @staticmethod
    def of(hub: remote.Hub) -> dict[str, Any]:
        address, tariff = hub.address, hub.tariff
        return {
            "name_zh": hub.name.zh, "name_en": hub.name.en, "serves": list(hub.serves), "carrier": hub.carrier,
            "first_g": tariff.first_g, "first": tariff.first.amount, "extra_g": tariff.extra_g,
            "extra": tariff.extra.amount, "active": hub.active,
            **{name: getattr(address, name) for name in address.__struct_fields__},
        }  # fmt: skip

    def draft(self, id: UUID | None) -> remote.HubDraft:
        said = self.cleaned_data
        return remote.HubDraft(
            Text(zh=said["name_zh"], en=said["name_en"]),
            remote.HubAddress(
                said["recipient"], said["phone"], said["country"], said["region"], said["city"], said["street"],
                said["postcode"],
            ),
            tuple(said["serves"]),
            said["carrier"],
            remote.Tariff(said["first_g"], said["first"], said["extra_g"], said["extra"]),
            said["active"],
            id,
        )  # fmt: skip
