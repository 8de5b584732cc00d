"""Conversations for the platform: what waits, the least time left first; one thread; who speaks says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import msgspec
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.faces.control import words
from sanhao.faces.control.staff import StaffRequest, act, page
from sanhao.faces.control.views.common import moment_of
from sanhao.faces.ui import talk
from sanhao.goods.shops import api as shops
from sanhao.kit import time
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.people import api as people
from sanhao.service.conversations import api as conversations

_ANSWERING = conversations.STAFF
_PAGE = 30


class Row(msgspec.Struct, frozen=True):
    """One thread in the queue: *what* it is about, *who* asks."""

    view: conversations.ThreadView
    what: str
    who: str
    last: str
    clerk: str


def uuid_of(given: str | None) -> UUID | None:
    try:
        return UUID(given or "")
    except ValueError:
        return None


def _rows(found: list[conversations.ThreadView]) -> list[Row]:
    known = shops.shops({view.shop_id for view in found}) if found else {}
    names = people.cards([id for view in found for id in (view.person_id, view.clerk_id) if id])
    rows = []
    for view in found:
        shop = words.said(known[view.shop_id].name)
        buyer = names[view.person_id].name or _("A buyer") if view.person_id else ""
        what = (
            view.title if view.kind == "ticket" else view.handover_words or _("Asked to join a conversation")
        )
        last = str(talk.EVENTS[view.last_event]) if view.last_event else " ".join(view.preview.split())
        rows.append(
            Row(
                view,
                what,
                f"{buyer} · {shop}" if buyer else shop,
                last,
                names[view.clerk_id].name if view.clerk_id else "",
            )
        )
    return rows


@page(*_ANSWERING)
def index(request: StaffRequest) -> HttpResponse:
    """The queue: tickets of shops, and conversations the platform was asked into."""
    now = time.now()
    moment, id = moment_of(request.GET.get("at")), uuid_of(request.GET.get("id"))
    before: tuple[datetime, UUID] | None = (moment, id) if moment and id else None
    done = conversations.answered_by_platform(before=before, limit=_PAGE + 1)
    waiting = conversations.queue() if before is None else []
    given = {
        "waiting": _rows(waiting), "done": _rows(done[:_PAGE]), "now": now, "mine": request.person_id,
        "late": sum(view.from_platform is not None and view.from_platform.due_at < now for view in waiting),
        "next": done[_PAGE - 1] if len(done) > _PAGE else None, "topic": "talks:platform", "desk": "one", "first": before is None,
    }  # fmt: skip
    return render(request, "control/talks.html", given)


def _opened(request: StaffRequest, thread_id: UUID, before: int | None = None) -> dict[str, Any]:
    now = time.now()
    view = conversations.thread(thread_id, side="platform", by=request.person_id)
    said = conversations.messages(thread_id, before=before, judging=True)
    shop = shops.shop(view.shop_id)
    cards = talk.linked(
        talk.keys_of([view], said), now=now,
        listing=lambda id: reverse("storefront:listing", args=[id]), order=lambda id: reverse("control:order", args=[id]),
    )  # fmt: skip
    base = reverse("control:talk", args=[thread_id])
    names = people.cards([id for id in (view.person_id, view.clerk_id) if id])
    in_here = view.clerk_id == request.person_id and (view.kind == "ticket" or view.handover == "joined")
    return {
        "thread": view, "shop": shop, "now": now, "talk": base, "act": f"{base}do/", "say": f"{base}say/",
        "topic": f"talk:{thread_id}", "photo": "storefront:talk_photo", "key": new_id(), "owed": view.from_platform,
        "about": cards.get((view.subject_kind, view.subject_id)), "case_id": view.subject_id if view.subject_kind == "case" else None,
        "buyer": names[view.person_id].name if view.person_id else "", "clerk": names[view.clerk_id].name if view.clerk_id else "",
        "topic_word": words.said(conversations.TOPICS[view.topic]) if view.topic else "", "in_here": in_here,
        "earlier": said[0].number if said and said[0].number > 1 else None, "paged": before is not None, "live_say": before is None,
        "bubbles": talk.bubbles(
            view, said, reader="platform", by=request.person_id, shop=shop, cards=cards, now=now,
            withdraw=timedelta(seconds=conversations.in_force(now)[1].withdraw_seconds),
        ),
    }  # fmt: skip


@page(*_ANSWERING)
def one(request: StaffRequest, thread_id: UUID) -> HttpResponse:
    return _show(request, thread_id)


def _show(request: StaffRequest, thread_id: UUID, refusal: Refusal | None = None) -> HttpResponse:
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else None
    given = _opened(request, thread_id, before)
    part = request.headers.get("HX-Request") == "true"
    given |= {
        "refusal": words.said(refusal.text) if refusal else "", "part": part,
        "text": request.POST.get("text", "")[: conversations.LONGEST], "key": request.POST.get("key") or given["key"],
    }  # fmt: skip
    return render(
        request,
        "control/parts/talk.html" if part else "control/talk.html",
        given,
        status=refusal.status if refusal else 200,
    )


@act(*_ANSWERING)
def say(request: StaffRequest, thread_id: UUID) -> HttpResponse:
    """Speak for the platform, under one's own name. Whoever answers is in."""
    now = time.now()
    part = request.headers.get("HX-Request") == "true"
    try:
        conversations.say(
            thread_id,
            side="platform",
            by=request.person_id,
            text=request.POST.get("text", ""),
            key=uuid_of(request.POST.get("key")) or new_id(),
            photos=conversations.keep_photos(cast(list[UploadedFile], request.FILES.getlist("photos"))),
            now=now,
        )
    except Refusal as no:
        if no.status == 404 or part:
            raise
        return _show(request, thread_id, no)
    if part:
        return render(
            request,
            "control/parts/talk.html",
            {**_opened(request, thread_id), "part": True, "fresh_key": True},
        )
    return redirect("control:talk", thread_id)


@act(*_ANSWERING)
def do(request: StaffRequest, thread_id: UUID, what: str) -> HttpResponse:
    """Come in, leave, say that it is settled, take a message back."""
    now, by = time.now(), request.person_id
    try:
        if what == "join":
            conversations.join(thread_id, by=by, now=now)
        elif what == "leave":
            conversations.leave(thread_id, by=by, now=now)
            messages.success(request, _("You have left. Both sides know."))
        elif what == "solve":
            conversations.solve(thread_id, side="platform", by=by, now=now)
            messages.success(request, _("Settled, unless the shop writes again."))
        elif what == "withdraw":
            conversations.withdraw(
                uuid_of(request.POST.get("message")) or new_id(), side="platform", by=by, now=now
            )
        else:
            raise Http404
    except Refusal as no:
        if no.status == 404:
            raise
        return _show(request, thread_id, no)
    return redirect("control:talk", thread_id)
