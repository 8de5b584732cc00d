"""The stage of conversations: the late parcel's shop and buyer, and somebody of the platform."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from sanhao.kit.ids import new_id
from sanhao.people import api as people
from sanhao.service.conversations import api as conversations
from sanhao.service.conversations.api import Subject
from tests.conftest import T0
from tests.goods import world
from tests.service.stage import Stage, rules

__all__ = ["rules"]


def listing_of(at: Stage) -> Subject:
    from sanhao.goods.catalog import api as catalog

    [card] = catalog.listings_of_shop(at.shop_id, now=T0).cards
    return Subject("listing", card.id)


def ask(
    at: Stage,
    text: str = "起球吗？",
    *,
    now: datetime,
    key: UUID | None = None,
    subject: Subject | None = None,
    by: UUID | None = None,
) -> UUID:
    """The buyer writes about the listing; returns the thread."""
    return conversations.start(
        subject or listing_of(at), side="buyer", by=by or at.buyer_id, text=text, key=key or new_id(), now=now
    )


def reply(at: Stage, thread: UUID, text: str = "不起球。", *, now: datetime, **more: Any) -> UUID:
    return conversations.say(
        thread,
        side="shop",
        by=at.owner_id,
        shop_id=at.shop_id,
        text=text,
        key=more.pop("key", new_id()),
        now=now,
        **more,
    )


def buyer_says(at: Stage, thread: UUID, text: str, *, now: datetime, **more: Any) -> UUID:
    return conversations.say(
        thread, side="buyer", by=at.buyer_id, text=text, key=more.pop("key", new_id()), now=now, **more
    )


def seen_by(at: Stage, thread: UUID, side: conversations.Side = "buyer") -> conversations.ThreadView:
    if side == "shop":
        return conversations.thread(thread, side="shop", by=at.owner_id, shop_id=at.shop_id)
    return conversations.thread(thread, side=side, by=at.buyer_id)


def staff(role: str = "support") -> UUID:
    person = world.person()
    people.grant_role(person, role, by=None, now=T0)
    return person


def a_ticket(at: Stage, now: datetime, text: str = "包裹是按时发的") -> UUID:
    return conversations.open_ticket(
        at.shop_id,
        topic="decision",
        title="为什么扣了8.80元",
        text=text,
        key=new_id(),
        by=at.owner_id,
        now=now,
    )


def photo_file() -> SimpleUploadedFile:
    """A small photo as a browser sends it."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    return SimpleUploadedFile("shot.png", out.getvalue(), content_type="image/png")
