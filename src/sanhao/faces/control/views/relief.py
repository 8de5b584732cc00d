"""What the platform grants when time itself was against the shops: holiday extensions, and excuses for orders hit by
something beyond anyone's control."""

from __future__ import annotations

import re

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sanhao.faces.control import words
from sanhao.faces.control.staff import StaffRequest, form
from sanhao.kit import time
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

_MOST = 500
_SHOWN = 20
_LOCAL = "%Y-%m-%dT%H:%M"


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput({"type": "datetime-local", "step": 60}, format=_LOCAL)


class ExtensionForm(forms.Form):
    """A published window: what falls due in it falls due at its end instead."""

    starts_at = forms.DateTimeField(label=gettext_lazy("From"), widget=_moment())
    until = forms.DateTimeField(label=gettext_lazy("Until"), widget=_moment())
    reason_zh = forms.CharField(label=gettext_lazy("Reason in Chinese"), max_length=200)
    reason_en = forms.CharField(label=gettext_lazy("Reason in English"), max_length=200)


class ExcuseForm(forms.Form):
    """Orders by their numbers, and what came between."""

    numbers = forms.CharField(
        label=gettext_lazy("Order numbers"), max_length=_MOST * 22,
        help_text=gettext_lazy("One on each line, or with commas between them. At most 500 at a time."),
        widget=forms.Textarea({"rows": 5, "spellcheck": "false"}),
    )  # fmt: skip
    cause = forms.ChoiceField(
        label=gettext_lazy("What came between"), choices=lambda: list(words.CAUSES.items())
    )

    def clean_numbers(self) -> list[str]:
        found = list(
            dict.fromkeys(n.upper() for n in re.split(r"[\s,;，；、]+", self.cleaned_data["numbers"]) if n)
        )
        if len(found) > _MOST:
            raise ValidationError(
                _("At most 500 orders at a time; this list has %(count)s.") % {"count": len(found)}
            )
        return found


@form("admin")
def extension(request: StaffRequest) -> HttpResponse:
    """Announce a holiday extension; says how many open promises heard of it."""
    said = ExtensionForm(request.POST if request.method == "POST" else None)
    if said.is_valid():
        given = said.cleaned_data
        try:
            heard = promises.announce_extension(
                starts_at=given["starts_at"], until=given["until"], by=request.person_id, now=time.now(),
                reason=Text(zh=given["reason_zh"], en=given["reason_en"]),
            )  # fmt: skip
        except Refusal as refusal:
            said.add_error("starts_at", words.said(refusal.text))
        else:
            told = ngettext("Announced. %(count)s open promise heard of it.", "Announced. %(count)s open promises heard of it.", heard)  # fmt: skip
            messages.success(request, told % {"count": heard})
            return redirect("control:extension")
    return _page(request, said, ExcuseForm())


@form("admin", "arbiter")
def excuse(request: StaffRequest) -> HttpResponse:
    """Excuse orders; a list with an unknown number changes nothing and says which."""
    said = ExcuseForm(request.POST if request.method == "POST" else None)
    if said.is_valid():
        numbers: list[str] = said.cleaned_data["numbers"]
        known = orders.by_numbers(numbers)
        if missing := [number for number in numbers if number not in known]:
            shown = ", ".join(missing[:10])
            said.add_error(
                "numbers", _("Nothing was changed. There is no order %(numbers)s.") % {"numbers": shown}
            )
        else:
            heard = promises.excuse(
                list(known.values()), cause=said.cleaned_data["cause"], by=request.person_id, now=time.now()
            )
            told = ngettext("Done. %(count)s open promise rests now.", "Done. %(count)s open promises heard of it.", heard)  # fmt: skip
            messages.success(request, told % {"count": heard})
            return redirect("control:excuse")
    return _page(request, ExtensionForm() if request.may("admin") else None, said)


def _page(request: StaffRequest, extension: ExtensionForm | None, excuse: ExcuseForm) -> HttpResponse:
    wrong = bool((extension and extension.errors) or excuse.errors)
    announced, excused = promises.extensions(limit=_SHOWN), promises.excuses(limit=_SHOWN)
    given = {
        "extension": extension, "excuse": excuse, "desk": "two", "now": time.now(), "announced": announced,
        "excused": excused, "orders": orders.orders([one.order_id for one in excused]) if excused else {},
        "people": people.cards([*(one.announced_by for one in announced), *(one.by for one in excused)]),
    }  # fmt: skip
    return render(request, "control/relief.html", given, status=422 if wrong else 200)
