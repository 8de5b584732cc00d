"""Conversations as a shop works on them: rows with the time left, one thread, saved answers filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.faces.ui import talk
from sanhao.faces.workbench.seat import Seat
from sanhao.faces.workbench.waiting import said
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.conversations import api as conversations
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

SHOWS: dict[conversations.Filter, Any] = {
    "ours": gettext_lazy("Waiting for us"), "late": gettext_lazy("Late"), "mine": gettext_lazy("Mine"),
    "open": gettext_lazy("All open"), "closed": gettext_lazy("Closed"),
}  # fmt: skip
STATES = {
    "open": gettext_lazy("Waits for the platform"), "waiting": gettext_lazy("Answered"),
    "solved": gettext_lazy("Settled"), "closed": gettext_lazy("Closed"),
}  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """One thread in a list. *who* is the buyer, or the topic of a ticket."""

    view: conversations.ThreadView
    who: str
    about: str
    last: str
    assigned: str
    href: str


def about(seat: Seat, kind: str, id: UUID, cards: dict[talk.Key, talk.Linked]) -> talk.Linked:
    if kind == "case":
        return talk.Linked(_("After-sales"), "", "", reverse("workbench:case", args=[seat.shop.slug, id]))
    if kind == "shop":
        return talk.Linked(_("The shop"), "", "", "")
    return cards.get((kind, id)) or talk.Linked(_("No longer there"), "", "", "")


def cards_of(seat: Seat, keys: Sequence[talk.Key]) -> dict[talk.Key, talk.Linked]:
    return talk.linked(
        keys,
        listing=lambda id: (
            reverse("workbench:listing", args=[seat.shop.slug, id])
            if seat.manages
            else reverse("workbench:home", args=[seat.shop.slug])
        ),
        order=lambda id: reverse("workbench:order", args=[seat.shop.slug, id]),
        now=seat.now,
    )


def last_words(view: conversations.ThreadView) -> str:
    if view.last_event:
        return str(talk.EVENTS[view.last_event])
    return " ".join(view.preview.split()) or (_("A photo") if view.last_photos else _("Withdrawn"))


def rows(seat: Seat, found: Sequence[conversations.ThreadView]) -> list[Row]:
    """Names and cards in a query each."""
    cards = cards_of(seat, talk.keys_of(found))
    names = people.cards([id for view in found for id in (view.person_id, view.assigned_id) if id])
    return [
        Row(
            view, names[view.person_id].name or _("The buyer") if view.person_id else view.title,
            about(seat, view.subject_kind, view.subject_id, cards).title if view.kind == "shop" else said(conversations.TOPICS[view.topic]),
            last_words(view), names[view.assigned_id].name if view.assigned_id else "",
            reverse("workbench:talk", args=[seat.shop.slug, view.id]),
        )
        for view in found
    ]  # fmt: skip


def opened(seat: Seat, thread_id: UUID, before: int | None = None) -> dict[str, Any]:
    """What the page of a thread knows, and its part that changes by itself."""
    view = conversations.thread(thread_id, side="shop", by=seat.person_id, shop_id=seat.shop.id)
    messages = conversations.messages(thread_id, before=before)
    cards = cards_of(seat, talk.keys_of([view], messages))
    base = reverse("workbench:talk", args=[seat.shop.slug, thread_id])
    terms = conversations.in_force(seat.now)[1]
    buyer = people.card(view.person_id) if view.person_id else None
    return {
        "thread": view, "talk": base, "act": f"{base}do/", "say": f"{base}say/", "topic": f"talk:{thread_id}",
        "photo": "storefront:talk_photo", "key": new_id(), "buyer": (buyer.name or _("The buyer")) if buyer else "",
        "about": about(seat, view.subject_kind, view.subject_id, cards) if view.kind == "shop" else None,
        "owed": view.from_shop, "owed_by_us": view.from_platform,
        "earlier": messages[0].number if messages and messages[0].number > 1 else None,
        "bubbles": talk.bubbles(
            view, messages, reader="shop", by=seat.person_id, shop=seat.shop, cards=cards, now=seat.now,
            withdraw=timedelta(seconds=terms.withdraw_seconds),
        ),
        "paged": before is not None, "live_say": before is None,
        "state_word": STATES[view.state], "topic_word": said(conversations.TOPICS[view.topic]) if view.topic else "",
    }  # fmt: skip


def beside(seat: Seat, view: conversations.ThreadView) -> dict[str, Any]:
    """What stands beside a thread with a buyer: their orders here, saved answers filled in, who could take care."""
    if view.person_id is None:
        return {}
    mine = [one for one in orders.orders_of(view.person_id, limit=20) if one.shop_id == seat.shop.id]
    chosen = next((one for one in mine if one.id == view.subject_id), mine[0] if mine else None)
    parcels = delivery.consignments_of([chosen.id])[chosen.id] if chosen else []
    known = {
        "buyer": people.card(view.person_id).name, "shop": said(seat.shop.name),
        "order": chosen.number if chosen else "", "goods": said(chosen.lines[0].title) if chosen else "",
        "parcel": parcels[0].tracking_no if parcels else "",
    }  # fmt: skip
    members = shops.members(seat.shop.id)
    names = people.cards([member.person_id for member in members])
    return {
        "orders": mine[:5], "links": [(f"order:{one.id}", f"{said(one.lines[0].title)} · {one.number}") for one in mine],
        "saved": [(one, conversations.filled(one.words, known)) for one in conversations.saved_answers(seat.shop.id)],
        "members": [(id, names[id].name) for id in (member.person_id for member in members)],
        "blocked": conversations.is_blocked(seat.shop.id, view.person_id),
    }  # fmt: skip


def holes() -> list[tuple[str, Text]]:
    return [(f"{{{name}}}", text) for name, text in conversations.HOLES.items()]
