"""Refunds without a request: what was found, what it would come to, who agrees, how far it is, and a way to stop it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.faces.control import words
from sanhao.faces.control.staff import StaffRequest, act, form, page
from sanhao.faces.control.views.common import query, words_of
from sanhao.faces.ui import sheets
from sanhao.faces.ui.cards import Bar
from sanhao.faces.ui.fields import choose_among
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.aftersales import api as aftersales
from sanhao.service.orders import api as orders

_JUDGES = ("admin", "arbiter")
_PAGE, _CHUNK = 40, 1_000
_MOMENT = {"type": "datetime-local", "step": 60}


class FindingForm(forms.Form):
    """What was found in a shop, which goods it is about, and what it rests on."""

    trigger = forms.ChoiceField(label=gettext_lazy("What was found"))
    goods = forms.MultipleChoiceField(
        label=gettext_lazy("Which goods"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick nothing for everything the shop sold."),
    )  # fmt: skip
    numbers = forms.CharField(
        label=gettext_lazy("Only these orders"), required=False, max_length=11_000,
        help_text=gettext_lazy("Order numbers, one on each line. Leave it empty for all."),
        widget=forms.Textarea({"rows": 2, "spellcheck": "false"}),
    )  # fmt: skip
    paid_from = forms.DateTimeField(
        label=gettext_lazy("Paid from"), required=False, widget=forms.DateTimeInput(_MOMENT)
    )
    paid_until = forms.DateTimeField(
        label=gettext_lazy("Paid before"), required=False, widget=forms.DateTimeInput(_MOMENT)
    )
    reason_zh = forms.CharField(label=gettext_lazy("Reason in Chinese"), max_length=300)
    reason_en = forms.CharField(label=gettext_lazy("Reason in English"), max_length=300)
    evidence = forms.CharField(
        label=gettext_lazy("What it rests on"), max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("A notice's number, a link, a report. Who confirms it reads it."),
    )  # fmt: skip

    def __init__(self, *given: Any, goods: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        triggers = [(key, words.said(aftersales.TRIGGERS[key])) for key in aftersales.BY_HAND]
        choose_among(self, "trigger", triggers)
        choose_among(self, "goods", goods)


@page(*_JUDGES)
def index(request: StaffRequest) -> HttpResponse:
    """What waits for somebody or runs, and what is over."""
    found, over = aftersales.sweeps(over=False), aftersales.sweeps(over=True)
    given = {
        "found": found, "over": over, "titles": _titles(), "now": time.now(), "desk": "two",
        "shops": shops.shops({view.shop_id for view in (*found, *over)}) if found or over else {},
        "people": _people([*found, *over]),
    }  # fmt: skip
    return render(request, "control/sweeps.html", given)


def _titles() -> dict[str, str]:
    return {key: words.said(title) for key, title in aftersales.TRIGGERS.items()}


def _people(found: Sequence[aftersales.SweepView]) -> dict[UUID, people.PersonCard]:
    return people.cards([who for one in found for who in (one.raised_by, one.confirmed_by) if who])


@form(*_JUDGES)
def new(request: StaffRequest) -> HttpResponse:
    """First the shop, then what was found there: goods by listing or variant, a batch by the time it was paid."""
    shop = _shop(request)
    if shop is None:
        return render(request, "control/new_sweep.html", {"shops": shops.all_shops(), "desk": "two"})
    search = words_of(request.GET.get("q"), 60)
    listed = catalog.listings_of_shop(
        shop.id, now=time.now(), states=("draft", "live", "paused", "intercepted", "closed"), words=search
    )
    sold = catalog.sold_by([card.id for card in listed.cards])
    said = FindingForm(request.POST if request.method == "POST" else None, goods=_goods(listed.cards, sold))
    if said.is_valid():
        try:
            scope = _scope(shop.id, said.cleaned_data, sold)
            raised = aftersales.raise_finding(
                said.cleaned_data["trigger"], scope, by=request.person_id, now=time.now(),
                reason=Text(zh=said.cleaned_data["reason_zh"], en=said.cleaned_data["reason_en"]),
                evidence=said.cleaned_data["evidence"],
            )  # fmt: skip
        except Refusal as refusal:
            said.add_error(_FIELDS.get(refusal.code), words.said(refusal.text))
        else:
            return redirect("control:sweep", raised)
    given = {"shop": shop, "form": said, "q": search, "more": listed.has_next, "desk": "two"}
    return render(request, "control/new_sweep.html", given, status=422 if said.errors else 200)


_FIELDS = {"sweep.reason": "reason_zh", "sweep.evidence": "evidence", "sweep.scope": "paid_until", "sweep.numbers": "numbers"}  # fmt: skip


def _shop(request: StaffRequest) -> shops.ShopCard | None:
    """Raises NotFound for a shop that is not there."""
    slug = words_of(request.GET.get("shop"), 60)
    return shops.by_slug(slug) if slug else None


def _goods(cards: Sequence[catalog.ListingCard], sold: Sequence[catalog.Sold]) -> list[tuple[str, str]]:
    """Each listing, and under it the variants it has, to be ticked."""
    found = []
    for card in cards:
        title = words.said(card.title)
        found.append((f"listing:{card.id}", title))
        variants = [one for one in sold if one.listing_id == card.id]
        if len(variants) > 1:
            found += [
                (f"variant:{one.id}", f"{title} · {words.said(one.name)} · {one.sku}") for one in variants
            ]
    return found


def _scope(shop_id: UUID, given: dict[str, Any], sold: Sequence[catalog.Sold]) -> orders.Within:
    """Raises Invalid ``sweep.numbers`` for an order that is not there."""
    ticked = set(given["goods"])
    listings = {one.listing_id for one in sold if f"listing:{one.listing_id}" in ticked}
    offers = [
        offer
        for one in sold
        if f"variant:{one.id}" in ticked or (one.listing_id in listings and any(t.startswith("variant:") for t in ticked))
        for offer in one.offers
    ]  # fmt: skip
    numbers = list(dict.fromkeys(given["numbers"].upper().replace(",", " ").split()))
    known = orders.by_numbers(numbers) if numbers else {}
    if missing := [number for number in numbers if number not in known]:
        shown = ", ".join(missing[:10])
        raise Invalid("sweep.numbers", zh=f"没有这些订单：{shown}", en=f"There is no order {shown}.")
    return orders.Within(
        (shop_id,), tuple(known.values()), () if offers else tuple(sorted(listings)), tuple(offers),
        given["paid_from"], given["paid_until"],
    )  # fmt: skip


@page(*_JUDGES)
def one(request: StaffRequest, sweep_id: UUID) -> HttpResponse:
    """The finding, what it comes to, who agrees; while it runs, how far it is."""
    return _show(request, sweep_id)


def _show(request: StaffRequest, sweep_id: UUID, refusal: Refusal | None = None) -> HttpResponse:
    view, now = aftersales.sweep(sweep_id), time.now()
    rows = aftersales.swept(sweep_id, after=words_of(request.GET.get("after"), 20), limit=_PAGE + 1)
    progress = aftersales.progress(sweep_id)
    given: dict[str, Any] = {
        "sweep": view, "shop": shops.shop(view.shop_id), "now": now, "titles": _titles(), "people": _people([view]),
        "mine": view.raised_by == request.person_id, "topic": f"sweep:{sweep_id}", "desk": "two",
        "changes": aftersales.changes(sweep_id, now=now) if view.state == "previewed" else None,
        "figures": view.figures, "bars": _bars(view.figures) if view.figures else [],
        "left": _left(view.figures.left if view.figures else {}),
        "parted": _left(view.figures.parted if view.figures else {}), "progress": progress, "left_now": _left(progress.left),
        "parts": _parts(progress), "rows": rows[:_PAGE],
        "reasons": {key: words.said(text) for key, text in aftersales.LEFT.items()},
        "more": query(request, after=rows[_PAGE - 1].number) if len(rows) > _PAGE else "",
        "refusal": words.said(refusal.text) if refusal else "",
    }  # fmt: skip
    return render(request, "control/sweep.html", given, status=refusal.status if refusal else 200)


def _bars(figures: aftersales.Figures) -> list[Bar]:
    """Who would bear how much: a bar for each currency, bearer and outcome."""
    bearer = {"shop": _("out of the shop's money"), "platform": _("at the platform's expense")}
    tones = {"refund": 1, "return": 4, "wait": 3}
    return [
        Bar(
            f"{words.word(words.SWEPT, one.outcome)}, {bearer[one.bearer]}", one.minor,
            f"{Money(one.minor, one.currency).format(words.lang())} · {one.orders:,}", tones.get(one.outcome, 5),
        )
        for one in figures.sums
    ]  # fmt: skip


def _parts(progress: aftersales.Progress) -> list[Bar]:
    """How far it is, as one bar: done, left alone, still to come."""
    left = sum(progress.left.values())
    parts = [
        (_("done"), progress.done, 2),
        (_("left alone"), left, 5),
        (_("still to come"), progress.waiting, 3),
    ]
    return [Bar(label, count, f"{count:,}", tone) for label, count, tone in parts if count]


def _left(left: dict[str, int]) -> list[tuple[str, int]]:
    return [(words.said(aftersales.LEFT[reason]), count) for reason, count in sorted(left.items())]


@act(*_JUDGES)
def preview(request: StaffRequest, sweep_id: UUID) -> HttpResponse:
    try:
        aftersales.preview_sweep(sweep_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _show(request, sweep_id, refusal)
    return redirect("control:sweep", sweep_id)


@act(*_JUDGES)
def confirm(request: StaffRequest, sweep_id: UUID) -> HttpResponse:
    seen = words_of(request.POST.get("look"), 10)
    try:
        aftersales.confirm(
            sweep_id, look=int(seen) if seen.isdecimal() else 0, by=request.person_id, now=time.now()
        )
    except Refusal as refusal:
        return _show(request, sweep_id, refusal)
    messages.success(request, _("It starts. You can stop it at any time."))
    return redirect("control:sweep", sweep_id)


@act(*_JUDGES)
def withdraw(request: StaffRequest, sweep_id: UUID) -> HttpResponse:
    try:
        aftersales.withdraw_finding(sweep_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _show(request, sweep_id, refusal)
    return redirect("control:sweeps")


@act(*_JUDGES)
def stop(request: StaffRequest, sweep_id: UUID) -> HttpResponse:
    try:
        aftersales.stop(sweep_id, by=request.person_id, now=time.now())
    except Refusal as refusal:
        return _show(request, sweep_id, refusal)
    messages.success(request, _("Stopped. What was paid stays paid."))
    return redirect("control:sweep", sweep_id)


@page(*_JUDGES)
def export(request: StaffRequest, sweep_id: UUID) -> StreamingHttpResponse:
    """Every order of a sweep as CSV, streamed."""
    aftersales.sweep(sweep_id)
    lang = words.lang()
    head = [_("Order"), _("State"), _("Outcome"), _("Reason"), _("Borne by"), _("Expected"), _("Paid"), _("Currency"), _("Decision")]  # fmt: skip
    return sheets.table(head, _rows(sweep_id, lang), "sweep.csv")


def _rows(sweep_id: UUID, lang: str) -> Iterator[list[object]]:
    after = ""
    while found := aftersales.swept(sweep_id, after=after, limit=_CHUNK):
        for row in found:
            reason = aftersales.LEFT.get(row.reason)
            yield [
                row.number, row.state, row.outcome, reason.in_(lang) if reason else row.reason, row.bearer,
                row.expected.amount, row.paid.amount, row.paid.currency, row.decision_id or "",
            ]  # fmt: skip
        after = found[-1].number
