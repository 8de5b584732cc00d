"""Talking to shops: the inbox, one thread that changes by itself, asking from a listing, an order or a case."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.faces.storefront import talks, visitor
from sanhao.faces.storefront.cards import said
from sanhao.faces.storefront.views.evidence import bytes_of
from sanhao.faces.ui import talk as drawn
from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit import time as kit_time
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.orders import api as orders

_PAGE = 30


@visitor.page
@visitor.mine
def inbox(request: visitor.PersonRequest) -> HttpResponse:
    """Everything somebody talks about with shops, the newest first."""
    now = kit_time.now()
    before = _row_key(request.GET.get("before"))
    found = conversations.inbox(request.user.pk, before=before, limit=_PAGE + 1)
    shown = found[:_PAGE]
    return render(request, "storefront/talks.html", {
        "rows": talks.rows(shown, now), "now": now, "topic": f"talks:{request.user.pk}",
        "earlier": f"{shown[-1].last_at.isoformat()}~{shown[-1].id}" if len(found) > _PAGE else "",
    })  # fmt: skip


def _row_key(given: str | None) -> tuple[datetime, UUID] | None:
    """Where a page of rows begins. Raises Invalid."""
    if not given:
        return None
    at, _sep, id = given.partition("~")
    try:
        moment, thread = datetime.fromisoformat(at), UUID(id)
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone")
    except ValueError:
        raise Invalid("page.number", zh="没有这一页。", en="There is no such page.") from None
    return moment, thread


@visitor.form
@visitor.of("subject")
def about(request: visitor.ViewerRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Ask about something: where the two talk about it already, there; else a first message starts it."""
    now = kit_time.now()
    shop_id, linked = _subject(kind, subject_id, request.viewer.id)
    there = conversations.thread_about(kind, subject_id, person_id=request.viewer.id, shop_id=shop_id)
    if there and request.method != "POST":
        return HttpResponseRedirect(reverse("storefront:talk", args=[there]))
    refusal, status = "", 200
    if request.method == "POST":
        try:
            thread_id = conversations.start(
                conversations.Subject(kind, subject_id),
                side="buyer",
                by=request.viewer.id,
                text=request.POST.get("text", ""),
                key=visitor.uuid_of(request.POST.get("key")) or new_id(),
                photos=conversations.keep_photos(cast(list[UploadedFile], request.FILES.getlist("photos"))),
                now=now,
            )
        except Refusal as no:
            if no.status == 404:
                raise
            refusal, status = said(no.text), no.status
        else:
            return HttpResponseRedirect(reverse("storefront:talk", args=[thread_id]))
    shop = shops.shop(shop_id)
    return render(request, "storefront/talk_new.html", {
        "shop": shop, "about": linked, "now": now, "refusal": refusal, "key": request.POST.get("key") or new_id(),
        "text": request.POST.get("text", "")[: conversations.LONGEST], "say": request.path, "answers": _answers(shop, now),
        "by_link": request.viewer.by_link,
    }, status=status)  # fmt: skip


def _subject(kind: str, id: UUID, person_id: UUID) -> tuple[UUID, drawn.Linked]:
    """The shop of what somebody asks about, and its card. Raises NotFound, Http404."""
    now = kit_time.now()
    if kind == "listing":
        shop_id = catalog.listing(id, now=now).card.shop_id
    elif kind == "order":
        shop_id = orders.order(id, person_id=person_id).shop_id
    elif kind == "case":
        shop_id = aftersales.case(id, side="buyer", person_id=person_id).shop_id
    elif kind == "shop":
        shop_id = shops.shop(id).id
    else:
        raise Http404
    shop = shops.shop(shop_id)
    return shop_id, talks.card_of(kind, id, shop, now)


def _answers(shop: shops.ShopCard, now: datetime) -> conversations.Figures:
    return conversations.figures([shop.id], now=now)[shop.id]


@visitor.page
@visitor.of("thread")
def talk(request: visitor.ViewerRequest, thread_id: UUID) -> HttpResponse:
    """One thread. Who sees it has read it."""
    return _show(request, thread_id)


def _show(
    request: visitor.ViewerRequest, thread_id: UUID, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    now = kit_time.now()
    before = visitor.number_of(request.GET.get("before"), 0) or None
    given = talks.opened(thread_id, request.viewer.id, now, before)
    _seen(request, given["thread"], before)
    return render(request, "storefront/talk.html", {
        **given, "refusal": refusal, "text": request.POST.get("text", "")[: conversations.LONGEST],
        "key": request.POST.get("key") or given["key"], "by_link": request.viewer.by_link,
        "links": [] if request.viewer.by_link else talks.links(request.viewer.id, given["shop"].id),
    }, status=status)  # fmt: skip


def _seen(request: visitor.ViewerRequest, view: conversations.ThreadView, before: int | None) -> None:
    if view.unread and before is None:
        conversations.read(view.id, side="buyer", by=request.viewer.id, upto=view.last_no, now=kit_time.now())


@visitor.page
@visitor.of("thread")
def live(request: visitor.ViewerRequest, thread_id: UUID) -> HttpResponse:
    """The part of a thread that changes by itself."""
    given = talks.opened(thread_id, request.viewer.id, kit_time.now())
    _seen(request, given["thread"], None)
    return render(request, "storefront/parts/talk.html", {**given, "part": True})


@visitor.act
@visitor.of("thread")
def say(request: visitor.ViewerRequest, thread_id: UUID) -> HttpResponse:
    """Say something; htmx gets the thread as it is now, everybody else comes back to it."""
    kind, _sep, id = request.POST.get("link", "").partition(":")
    linked = visitor.uuid_of(id)
    try:
        conversations.say(
            thread_id,
            side="buyer",
            by=request.viewer.id,
            text=request.POST.get("text", ""),
            key=visitor.uuid_of(request.POST.get("key")) or new_id(),
            photos=conversations.keep_photos(cast(list[UploadedFile], request.FILES.getlist("photos"))),
            link=conversations.Subject(kind, linked) if linked and not request.viewer.by_link else None,
            now=kit_time.now(),
        )
    except Refusal as no:
        if no.status == 404 or request.headers.get("HX-Request") == "true":
            raise
        return _show(request, thread_id, refusal=said(no.text), status=no.status)
    if request.headers.get("HX-Request") == "true":
        given = talks.opened(thread_id, request.viewer.id, kit_time.now())
        return render(request, "storefront/parts/talk.html", {**given, "part": True, "fresh_key": True})
    return HttpResponseRedirect(reverse("storefront:talk", args=[thread_id]))


@visitor.act
@visitor.of("thread")
def act(request: visitor.ViewerRequest, thread_id: UUID, what: str) -> HttpResponse:
    """Take a message back, ask the platform in, or say that it is settled."""
    now = kit_time.now()
    try:
        if what == "withdraw":
            message = visitor.uuid_of(request.POST.get("message")) or new_id()
            conversations.withdraw(message, side="buyer", by=request.viewer.id, now=now)
        elif what == "platform":
            conversations.hand_over(
                thread_id, side="buyer", by=request.viewer.id, words=request.POST.get("words", ""), now=now
            )
            messages.success(
                request, _("The platform has been asked. It reads this conversation from now on.")
            )
        elif what == "close":
            conversations.close(thread_id, side="buyer", by=request.viewer.id, now=now)
            messages.success(request, _("Closed. Write again whenever you like; it opens by itself."))
        else:
            raise Http404
    except Refusal as no:
        if no.status == 404:
            raise
        return _show(request, thread_id, refusal=said(no.text), status=no.status)
    return HttpResponseRedirect(reverse("storefront:talk", args=[thread_id]))


@visitor.page
@visitor.of("photo")
def photo(request: visitor.ViewerRequest, photo_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """A photo of a conversation, to those who may read it."""
    view = conversations.photo_for(photo_id, person_id=request.viewer.id)
    return bytes_of(request, view.digest, view.mime, view.size)
