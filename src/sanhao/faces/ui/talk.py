"""A conversation as any face draws it: bubbles with who spoke, cards of what is linked, who has read, what leads away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sanhao.faces.ui.format import lang_of
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.text import Text
from sanhao.people import api as people
from sanhao.service.conversations import api as conversations
from sanhao.service.orders import api as orders

_TOGETHER = timedelta(minutes=5)
Key = tuple[str, UUID]
EVENTS = {
    "handed_over": gettext_lazy("The platform was asked to join"),
    "joined": gettext_lazy("The platform is here now"),
    "left": gettext_lazy("The platform has left"),
}


class Linked(msgspec.Struct, frozen=True):
    """What a message or a thread is about, as a small card."""

    title: str
    text: str
    picture: str
    href: str


class Bubble(msgspec.Struct, frozen=True):
    """One message. *tone*: ``mine``, ``theirs``, ``platform`` or ``event``; *who* is said where a speaker begins."""

    id: UUID
    number: int
    tone: str
    who: str
    text: str
    at: datetime
    photos: tuple[conversations.PhotoView, ...]
    linked: Linked | None
    taken_back: bool
    may_take_back: bool
    leads_away: bool
    read: bool


def said(text: Text) -> str:
    return text.in_(lang_of(get_language()))


def linked(
    keys: Sequence[Key], *, listing: Callable[[UUID], str], order: Callable[[UUID], str], now: datetime
) -> dict[Key, Linked]:
    """Cards of listings and orders, at most one query for each kind; *listing* and *order* give their addresses."""
    found: dict[Key, Linked] = {}
    goods = [id for kind, id in keys if kind == "listing"]
    bought = [id for kind, id in keys if kind == "order"]
    for card in catalog.listings(goods, now=now) if goods else ():
        price = card.price_from.format(lang_of(get_language())) if card.price_from else ""
        found["listing", card.id] = Linked(said(card.title), price, card.picture, listing(card.id))
    for view in orders.orders(bought).values() if bought else ():
        line = view.lines[0]
        found["order", view.id] = Linked(said(line.title), view.number, line.picture, order(view.id))
    return found


def keys_of(
    threads: Sequence[conversations.ThreadView], messages: Sequence[conversations.MessageView] = ()
) -> list[Key]:
    """What threads and messages are about."""
    return [
        *((view.subject_kind, view.subject_id) for view in threads),
        *((one.link_kind, one.link_id) for one in messages if one.link_id),
    ]


def bubbles(
    view: conversations.ThreadView,
    messages: Sequence[conversations.MessageView],
    *,
    reader: conversations.Side,
    by: UUID,
    shop: shops.ShopCard,
    cards: Mapping[Key, Linked],
    now: datetime,
    withdraw: timedelta,
) -> list[Bubble]:
    """*messages* as *reader* sees them; names in one query. The last word of one's own shows whether it was read."""
    names = people.cards([one.by for one in messages if one.by])
    mine = [one.number for one in messages if one.side == reader and not one.event]
    last = mine[-1] if mine else 0
    drawn: list[Bubble] = []
    before: conversations.MessageView | None = None
    for one in messages:
        name = names[one.by].name if one.by in names else ""
        follows = (
            before is not None
            and (before.side, before.by, before.event) == (one.side, one.by, "")
            and one.at - before.at < _TOGETHER
        )
        who = "" if follows else _who(one.side, name, reader, said(shop.name), own=one.by == by)
        text = (
            str(EVENTS[one.event]) + (f" · {name}" if one.side == "platform" and name else "")
            if one.event
            else one.text
        )
        drawn.append(
            Bubble(
                one.id, one.number, "event" if one.event else "mine" if one.side == reader else "platform" if one.side == "platform" else "theirs",
                who, text, one.at, one.photos, cards.get((one.link_kind, one.link_id)) if one.link_id else None,
                one.withdrawn_at is not None,
                one.by == by and one.side == reader and not one.event and one.withdrawn_at is None and now - one.at <= withdraw,
                bool(one.away) and reader == "buyer" and one.side == "shop" and one.withdrawn_at is None,
                one.number == last and view.read_by_others >= last,
            )
        )  # fmt: skip
        before = one
    return drawn


def _who(side: str, name: str, reader: str, shop: str, *, own: bool) -> str:
    if side == "platform":
        return _("Platform") + (f" · {name}" if name else "")
    if own:
        return _("You")
    if side == "shop":
        return f"{name}" if reader == "shop" and name else shop
    return name or _("The buyer")
