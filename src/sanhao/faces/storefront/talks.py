"""Conversations as their buyer sees them: rows of the inbox, one thread with who owes what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.faces.storefront.cards import said
from sanhao.faces.ui import talk
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.service.conversations import api as conversations
from sanhao.service.orders import api as orders


class Row(msgspec.Struct, frozen=True):
    view: conversations.ThreadView
    shop: shops.ShopCard
    about: str
    last: str


def _listing(id: UUID) -> str:
    return reverse("storefront:listing", args=[id])


def _order(id: UUID) -> str:
    return reverse("storefront:order", args=[id])


def about(kind: str, id: UUID, cards: dict[talk.Key, talk.Linked], shop: shops.ShopCard) -> talk.Linked:
    """What a thread is about, as a card."""
    if kind == "case":
        return talk.Linked(
            _("Returns and refunds"), said(shop.name), "", reverse("storefront:case", args=[id])
        )
    return cards.get((kind, id)) or talk.Linked(
        said(shop.name), "", "", reverse("storefront:shop", args=[shop.slug])
    )


def card_of(kind: str, id: UUID, shop: shops.ShopCard, now: datetime) -> talk.Linked:
    """The card of one subject."""
    return about(kind, id, talk.linked([(kind, id)], listing=_listing, order=_order, now=now), shop)


def last_words(view: conversations.ThreadView) -> str:
    if view.last_event:
        return str(talk.EVENTS[view.last_event])
    return " ".join(view.preview.split()) or (_("A photo") if view.last_photos else _("Withdrawn"))


def rows(found: Sequence[conversations.ThreadView], now: datetime) -> list[Row]:
    known = shops.shops({view.shop_id for view in found}) if found else {}
    cards = talk.linked(talk.keys_of(found), listing=_listing, order=_order, now=now)
    return [
        Row(
            view, known[view.shop_id],
            about(view.subject_kind, view.subject_id, cards, known[view.shop_id]).title, last_words(view),
        )
        for view in found
    ]  # fmt: skip


def opened(thread_id: UUID, person_id: UUID, now: datetime, before: int | None = None) -> dict[str, Any]:
    """What the page of a thread knows."""
    view = conversations.thread(thread_id, side="buyer", by=person_id)
    messages = conversations.messages(thread_id, before=before)
    shop = shops.shop(view.shop_id)
    cards = talk.linked(talk.keys_of([view], messages), listing=_listing, order=_order, now=now)
    base = reverse("storefront:talk", args=[thread_id])
    seconds = conversations.in_force(now)[1].withdraw_seconds
    return {
        "thread": view, "shop": shop, "now": now, "talk": base, "act": f"{base}do/", "say": f"{base}say/",
        "live_at": f"{base}live/", "topic": f"talk:{thread_id}", "photo": "storefront:talk_photo", "key": new_id(),
        "about": about(view.subject_kind, view.subject_id, cards, shop), "owed": view.from_shop,
        "owed_by_us": view.from_platform, "earlier": messages[0].number if messages and messages[0].number > 1 else None,
        "bubbles": talk.bubbles(
            view, messages, reader="buyer", by=person_id, shop=shop, cards=cards, now=now, withdraw=timedelta(seconds=seconds)
        ),
        "paged": before is not None, "live_say": before is None,
    }  # fmt: skip


def links(person_id: UUID, shop_id: UUID) -> list[tuple[str, str]]:
    """The reader's own orders at this shop, to be shown in a message."""
    mine = orders.orders_of(person_id, limit=20)
    return [
        (f"order:{view.id}", f"{said(view.lines[0].title)} · {view.number}")
        for view in mine
        if view.shop_id == shop_id
    ]
