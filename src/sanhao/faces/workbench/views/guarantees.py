"""The guarantees a shop gives: what its categories ask for, what it took on of its own, and what it may take on."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, page, sentence, tell
from sanhao.goods.catalog import api as catalog
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.service.promises import api as promises


class Own(msgspec.Struct, frozen=True):
    """Something a shop may promise of itself: the term, what it is called, its choices and the one taken."""

    name: str
    label: str
    choices: Sequence[int]
    chosen: int | None


class Row(msgspec.Struct, frozen=True):
    choice: promises.Choice
    own: Sequence[Own]


@at_work("GET")
def guarantees(request: HttpRequest, seat: Seat) -> HttpResponse:
    return _show(request, seat)


def _show(request: HttpRequest, seat: Seat, error: Refusal | None = None) -> HttpResponse:
    sold = catalog.categories_of_shop(seat.shop.id)
    choices = promises.choices_of(seat.shop.id, [path for _, path in sold], now=seat.now)
    sections = [
        (card, [Row(choice, _own(choice)) for choice in choices if choice.category == card.slug])
        for card, _path in sold
    ]
    given = {"sections": sections, "error": sentence(error) if error else "", "desk": "two"}
    return page(request, seat, "guarantees", given, status=error.status if error else 200)


def _own(choice: promises.Choice) -> list[Own]:
    labels = {"multiple": _("Times the price"), "days": _("Days to return it")}
    return [
        Own(name, labels.get(name, name), choices, choice.own.get(name))
        for name, choices in choice.choices.items()
    ]


@at_work("POST", roles=MANAGING)
def take_on(request: HttpRequest, seat: Seat) -> HttpResponse:
    """For orders from now on, by the terms as they stand today."""
    kind, category = request.POST.get("kind", ""), request.POST.get("category", "")
    try:
        own = {
            name.removeprefix("own."): _number(value)
            for name, value in request.POST.items()
            if name.startswith("own.") and value
        }
        promises.accept(seat.shop.id, kind, category[:60] or "*", own=own, by=seat.person_id, now=seat.now)
    except Refusal as no:
        return _show(request, seat, no)
    tell(request, _("Saved. Orders from now on come with it."))
    return redirect("workbench:guarantees", seat.shop.slug)


def _number(value: object) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Invalid("guarantee.own", zh="请从给出的选项里选。", en="Choose one of those offered.")
    return int(text)


@at_work("POST", roles=MANAGING)
def give_up(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Orders already paid keep what they were promised."""
    try:
        promises.give_up(
            seat.shop.id, request.POST.get("kind", ""), request.POST.get("category", "")[:60] or "*",
            by=seat.person_id, now=seat.now,
        )  # fmt: skip
    except Refusal as no:
        return _show(request, seat, no)
    tell(request, _("Orders from now on come without it. Those already paid keep it."))
    return redirect("workbench:guarantees", seat.shop.slug)
