"""Money that people answer for: moved by hand by two of them, payouts to banks, and what is stopped."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.books.settlement import api as settlement
from sanhao.faces.control import words
from sanhao.faces.control.proposals import proposals
from sanhao.faces.control.staff import StaffRequest, act, form, page
from sanhao.faces.control.views.common import query, uuid_of, words_of
from sanhao.faces.ui.cards import Tab
from sanhao.faces.ui.fields import choose_among
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.choices import one_of
from sanhao.kit.money import Money, MoneyError
from sanhao.kit.refusals import Refusal
from sanhao.service.orders import api as orders

KEEPERS = ("admin", "finance")
_STOPPERS = ("admin", "arbiter", "finance")
_PAGE = 40


class ProposalForm(forms.Form):
    """What is to be moved, for whom, and why."""

    kind = forms.ChoiceField(label=gettext_lazy("What for"))
    shop = forms.ChoiceField(label=gettext_lazy("Shop"), required=False)
    amount = forms.CharField(
        label=gettext_lazy("Amount"), max_length=20,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    currency = forms.RegexField(r"^[A-Z]{3}$", label=gettext_lazy("Currency"), initial="CNY")
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Who approves it, the shop and an auditor read it."),
    )  # fmt: skip

    def __init__(self, *given: Any, cards: list[shops.ShopCard], **more: Any) -> None:
        super().__init__(*given, **more)
        kinds = settlement.MANUAL_KINDS.items()
        choose_among(self, "kind", [(key, words.said(kind.title)) for key, kind in kinds])
        choose_among(self, "shop", [("", "–"), *((str(card.id), words.said(card.name)) for card in cards)])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "amount" in said and "currency" in said:
            try:
                said["money"] = Money.parse(
                    said["amount"].replace(",", "").replace("¥", ""), said["currency"]
                )
            except MoneyError:
                self.add_error("amount", _("Please write an amount such as 12.30."))
        return said


class StopForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Order number"), max_length=20)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("The shop reads it and may appeal."),
    )


def tabs_about_money(request: StaffRequest, current: str) -> list[Tab]:
    names = {
        "money": _("By two people"), "payouts": _("Payouts"), "claims": _("Ahead and owed"), "holds": _("Stopped"),
    }  # fmt: skip
    if not request.may(*KEEPERS):
        names = {"holds": names["holds"]}
    return [Tab(reverse(f"control:{name}"), said, name == current) for name, said in names.items()]


@form(*KEEPERS)
def manual(request: StaffRequest) -> HttpResponse:
    """What waits for a second person, what was decided, and a form to propose."""
    cards = shops.all_shops()
    said = ProposalForm(request.POST if request.method == "POST" else None, cards=cards)
    if said.is_valid():
        given = said.cleaned_data
        shop_id = uuid_of(given["shop"])
        try:
            settlement.propose_money(
                given["kind"], given["money"], shop_id=shop_id, reason=given["reason"], by=request.person_id, now=time.now()
            )  # fmt: skip
        except Refusal as refusal:
            said.add_error(_FIELDS.get(refusal.code), words.said(refusal.text))
        else:
            messages.success(request, _("Proposed. Somebody else approves it."))
            return redirect("control:money")
    return _manual(request, said, cards)


_FIELDS = {"manual.amount": "amount", "manual.reason": "reason", "manual.kind": "shop"}


def _manual(request: StaffRequest, said: ProposalForm, cards: list[shops.ShopCard]) -> HttpResponse:
    found, known = proposals(cards, limit=_PAGE)
    given = {
        "tabs": tabs_about_money(request, "money"), "form": said, "now": time.now(), "people": known, "desk": "two",
        "waiting": [one for one in found if one.waits], "decided": [one for one in found if not one.waits],
        "me": request.person_id,
    }  # fmt: skip
    return render(request, "control/money.html", given, status=422 if said.errors else 200)


@act(*KEEPERS)
def approve(request: StaffRequest, id: UUID) -> HttpResponse:
    """A second person agrees: booked at once."""
    try:
        settlement.approve_money(id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        messages.error(request, words.said(refusal.text))
    else:
        messages.success(request, _("Approved and booked."))
    return redirect("control:money")


@act(*KEEPERS)
def decline(request: StaffRequest, id: UUID) -> HttpResponse:
    """A second person does not agree, or who proposed it takes it back."""
    try:
        answer = words_of(request.POST.get("answer"), 300)
        settlement.decline_money(id, answer, by=request.person_id, now=time.now())
    except Refusal as refusal:
        messages.error(request, words.said(refusal.text))
    else:
        messages.success(request, _("Done: nothing moves."))
    return redirect("control:money")


@page(*KEEPERS)
def payouts(request: StaffRequest) -> HttpResponse:
    """Every shop's payouts, the last drafted first."""
    state = one_of(request.GET.get("state"), settlement.PAYOUT_STATES)
    found = settlement.all_payouts(state=state, limit=_PAGE + 1, before=uuid_of(request.GET.get("before")))
    shown = found[:_PAGE]
    cards = {card.id: card for card in shops.all_shops()}
    payees = settlement.payees(list(cards))
    given = {
        "tabs": tabs_about_money(request, "payouts"), "payouts": shown, "state": state, "states": words.PAYOUTS, "shops": cards,
        "more": query(request, before=shown[-1].id) if len(found) > _PAGE else "", "now": time.now(), "desk": "two",
        "payees": [(cards[id], payee) for id, payee in payees.items() if payee.ending],
    }  # fmt: skip
    return render(request, "control/payouts.html", given)


@act(*KEEPERS)
def pause(request: StaffRequest, slug: str) -> HttpResponse:
    """Payouts to one shop stand still, or go on where no reason is given."""
    card = shops.by_slug(slug)
    reason = words_of(request.POST.get("reason"), 300)
    try:
        settlement.pause_payouts(card.id, reason, by=request.person_id, now=time.now())
    except Refusal as refusal:
        messages.error(request, words.said(refusal.text))
    else:
        messages.success(request, _("Payouts stand still.") if reason else _("Payouts go on."))
    return redirect("control:payouts")


@form(*_STOPPERS)
def holds(request: StaffRequest) -> HttpResponse:
    """What holds orders' money, by name; and a form to stop one."""
    said = StopForm(request.POST if request.method == "POST" else None)
    if said.is_valid():
        number = said.cleaned_data["number"].strip()
        order_id = orders.by_numbers([number]).get(number)
        try:
            settlement.stop_money(
                order_id or uuid4(), said.cleaned_data["reason"], by=request.person_id, now=time.now()
            )
        except Refusal as refusal:
            said.add_error("reason" if refusal.code == "stop.reason" else "number", words.said(refusal.text))
        else:
            messages.success(request, _("Stopped. The shop reads why."))
            return redirect("control:holds")
    given = {
        "tabs": tabs_about_money(request, "holds"), "form": said, "stopped": settlement.stopped(limit=100), "now": time.now(),
        "shops": {card.id: card for card in shops.all_shops()}, "ours": settlement.STOP, "desk": "two",
    }  # fmt: skip
    return render(request, "control/holds.html", given, status=422 if said.errors else 200)


@act(*_STOPPERS)
def free(request: StaffRequest, order_id: UUID) -> HttpResponse:
    """The platform's own hold ends."""
    try:
        settlement.free_money(order_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        messages.error(request, words.said(refusal.text))
    else:
        messages.success(request, _("The money is free again."))
    return redirect("control:holds")
