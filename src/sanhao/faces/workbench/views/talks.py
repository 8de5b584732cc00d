"""The desk of conversations: what waits and how long, one thread, saved answers, service hours, tickets to the platform."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sanhao.faces.ui.cards import Tab
from sanhao.faces.workbench import talks
from sanhao.faces.workbench.seat import MANAGING, Seat, at_work, is_part, page, sentence, tell
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.service.aftersales import api as aftersales
from sanhao.service.conversations import api as conversations
from sanhao.service.orders import api as orders

_PAGE = 30
_CLOCK = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)$")


def talk_for(request: HttpRequest, thread_id: UUID) -> HttpResponseBase:
    """From a notice to the thread, in whichever of the reader's shops it is."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    for membership in shops.shops_of(request.user.pk):
        try:
            conversations.thread(thread_id, side="shop", by=request.user.pk, shop_id=membership.shop.id)
        except NotFound:
            continue
        return redirect("workbench:talk", membership.shop.slug, thread_id)
    raise NotFound("talk.unknown", zh="没有找到这段对话。", en="There is no such conversation.")


def uuid_of(given: str | None) -> UUID | None:
    try:
        return UUID(given or "")
    except ValueError:
        return None


def row_key(given: str | None) -> tuple[datetime, UUID] | None:
    """Where a page of rows begins; the first page for what is none."""
    at, _sep, id = (given or "").partition("~")
    try:
        moment, thread = datetime.fromisoformat(at), UUID(id)
    except ValueError:
        return None
    return (moment, thread) if moment.tzinfo else None


@at_work("GET")
def desk(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Threads with buyers: those that wait for the shop first, the least time left first."""
    show = cast(conversations.Filter, request.GET.get("show", "ours"))
    show = show if show in talks.SHOWS else "ours"
    words = request.GET.get("q", "").replace("\0", "").strip()[:80]
    found = conversations.desk(
        seat.shop.id,
        show="all" if words else show,
        member=seat.person_id,
        words=words,
        before=row_key(request.GET.get("before")),
        limit=_PAGE + 1,
    )
    base, shown = reverse("workbench:talks", args=[seat.shop.slug]), found[:_PAGE]
    given = {
        "rows": talks.rows(seat, shown), "show": show, "q": words, "desk": "two", "topic": f"talks:{seat.shop.id}",
        "count": conversations.desk_count(seat.shop.id), "here": request.get_full_path(),
        "tabs": [Tab(f"{base}?show={name}", str(word), name == show and not words) for name, word in talks.SHOWS.items()],
        "figures": conversations.figures([seat.shop.id], now=seat.now)[seat.shop.id],
        "terms": conversations.in_force(seat.now)[1],
        "next": f"{shown[-1].last_at.isoformat()}~{shown[-1].id}"
        if len(found) > _PAGE and (words or show not in ("ours", "late")) else "",
    }  # fmt: skip
    return page(request, seat, "talks#board" if is_part(request) else "talks", given)


@at_work("GET")
def talk(request: HttpRequest, seat: Seat, thread_id: UUID) -> HttpResponse:
    return _show(request, seat, thread_id)


def _show(
    request: HttpRequest, seat: Seat, thread_id: UUID, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else None
    given = talks.opened(seat, thread_id, before)
    view: conversations.ThreadView = given["thread"]
    if view.unread and before is None:
        conversations.read(
            thread_id, side="shop", by=seat.person_id, shop_id=seat.shop.id, upto=view.last_no, now=seat.now
        )
    if is_part(request):
        return page(request, seat, "parts/talk", {**given, "part": True})
    others = (
        conversations.desk(seat.shop.id, limit=12)
        if view.kind == "shop"
        else conversations.tickets(seat.shop.id, limit=12)
    )
    more = {
        **talks.beside(seat, view), "refusal": refusal, "text": request.POST.get("text", "")[: conversations.LONGEST],
        "other": talks.rows(seat, others), "key": request.POST.get("key") or given["key"],
    }  # fmt: skip
    return page(request, seat, "talk", {**given, **more}, status=status)


@at_work("POST")
def say(request: HttpRequest, seat: Seat, thread_id: UUID) -> HttpResponse:
    """Answer; htmx gets the thread as it is now."""
    kind, _sep, id = request.POST.get("link", "").partition(":")
    linked, saved = uuid_of(id), uuid_of(request.POST.get("saved"))
    try:
        conversations.say(
            thread_id,
            side="shop",
            by=seat.person_id,
            shop_id=seat.shop.id,
            text=request.POST.get("text", ""),
            key=uuid_of(request.POST.get("key")) or new_id(),
            photos=conversations.keep_photos(cast(list[UploadedFile], request.FILES.getlist("photos"))),
            link=conversations.Subject(kind, linked) if linked else None,
            now=seat.now,
        )
    except Refusal as no:
        if no.status == 404 or is_part(request):
            raise
        return _show(request, seat, thread_id, refusal=sentence(no), status=no.status)
    if saved:
        conversations.count_use(seat.shop.id, saved)
    if is_part(request):
        return page(
            request, seat, "parts/talk", {**talks.opened(seat, thread_id), "part": True, "fresh_key": True}
        )
    return redirect("workbench:talk", seat.shop.slug, thread_id)


@at_work("POST")
def act(request: HttpRequest, seat: Seat, thread_id: UUID, what: str) -> HttpResponse:
    """One thing a member does to a thread."""
    if what not in _ACTS:
        raise Http404
    try:
        tell(request, _ACTS[what](request, seat, thread_id))
    except Refusal as no:
        if no.status in (403, 404):
            raise
        return _show(request, seat, thread_id, refusal=sentence(no), status=no.status)
    return redirect("workbench:talk", seat.shop.slug, thread_id)


def _withdraw(request: HttpRequest, seat: Seat, thread_id: UUID) -> str:
    message = uuid_of(request.POST.get("message")) or new_id()
    conversations.withdraw(message, side="shop", by=seat.person_id, shop_id=seat.shop.id, now=seat.now)
    return _("Withdrawn.")


def _assign(request: HttpRequest, seat: Seat, thread_id: UUID) -> str:
    member = uuid_of(request.POST.get("member"))
    conversations.assign(thread_id, member, shop_id=seat.shop.id, by=seat.person_id, now=seat.now)
    return _("Noted who takes care of it.") if member else _("Back to everybody.")


def _close(request: HttpRequest, seat: Seat, thread_id: UUID) -> str:
    conversations.close(thread_id, side="shop", by=seat.person_id, shop_id=seat.shop.id, now=seat.now)
    return _("Closed. If somebody writes again, it is open again.")


def _platform(request: HttpRequest, seat: Seat, thread_id: UUID) -> str:
    words = request.POST.get("words", "")
    conversations.hand_over(
        thread_id, side="shop", by=seat.person_id, shop_id=seat.shop.id, words=words, now=seat.now
    )
    return _("The platform has been asked. It reads this conversation from now on.")


def _block(request: HttpRequest, seat: Seat, thread_id: UUID) -> str:
    conversations.block(thread_id, shop_id=seat.shop.id, by=seat.person_id, now=seat.now)
    return _("No more questions about goods from this person. About orders they can still write.")


def _unblock(request: HttpRequest, seat: Seat, thread_id: UUID) -> str:
    conversations.unblock(thread_id, shop_id=seat.shop.id, by=seat.person_id, now=seat.now)
    return _("Welcome again.")


def _solve(request: HttpRequest, seat: Seat, thread_id: UUID) -> str:
    conversations.solve(thread_id, side="shop", by=seat.person_id, shop_id=seat.shop.id, now=seat.now)
    return _("Settled. How was the answer?")


def _rate(request: HttpRequest, seat: Seat, thread_id: UUID) -> str:
    conversations.rate(
        thread_id, request.POST.get("rating", ""), shop_id=seat.shop.id, by=seat.person_id, now=seat.now
    )
    return _("Thank you. We read every one of these.")


_ACTS = {
    "withdraw": _withdraw, "assign": _assign, "close": _close, "platform": _platform, "block": _block,
    "unblock": _unblock, "solve": _solve, "rate": _rate,
}  # fmt: skip


@at_work("GET", "POST")
def about(request: HttpRequest, seat: Seat, kind: str, subject_id: UUID) -> HttpResponse:
    """Write to the buyer of an order or a case: where the two talk about it already, there."""
    if kind == "order":
        person_id = orders.order(subject_id, shop_id=seat.shop.id).person_id
    elif kind == "case":
        person_id = aftersales.case(subject_id, side="shop", shop_id=seat.shop.id).person_id
    else:
        raise Http404
    there = conversations.thread_about(kind, subject_id, person_id=person_id, shop_id=seat.shop.id)
    if there and request.method != "POST":
        return redirect("workbench:talk", seat.shop.slug, there)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            thread_id = conversations.start(
                conversations.Subject(kind, subject_id),
                side="shop",
                by=seat.person_id,
                shop_id=seat.shop.id,
                text=request.POST.get("text", ""),
                key=uuid_of(request.POST.get("key")) or new_id(),
                photos=conversations.keep_photos(cast(list[UploadedFile], request.FILES.getlist("photos"))),
                now=seat.now,
            )
        except Refusal as no:
            refusal, status = sentence(no), no.status
        else:
            return redirect("workbench:talk", seat.shop.slug, thread_id)
    cards = talks.cards_of(seat, [(kind, subject_id)])
    given = {
        "about": talks.about(seat, kind, subject_id, cards), "refusal": refusal, "say": request.path, "desk": "one",
        "key": request.POST.get("key") or new_id(), "text": request.POST.get("text", "")[: conversations.LONGEST],
    }  # fmt: skip
    return page(request, seat, "talk_new", given, status=status)


# ---- saved answers and hours ------------------------------------------------------------------------------------------


@at_work("GET", "POST")
def answers(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Words the shop often answers with."""
    refusal, status = "", 200
    title, words = request.POST.get("title", ""), request.POST.get("words", "")
    saved = conversations.saved_answers(seat.shop.id)
    edited = uuid_of(request.POST.get("answer") or request.GET.get("edit"))
    known = next((one for one in saved if one.id == edited), None)
    if known is not None and request.method != "POST":
        title, words = known.title, known.words
    if request.method == "POST":
        try:
            conversations.save_answer(
                seat.shop.id, title=title, words=words, by=seat.person_id, now=seat.now,
                answer_id=edited,
            )  # fmt: skip
        except Refusal as no:
            refusal, status = sentence(no), no.status
        else:
            tell(request, _("Saved."))
            return redirect("workbench:answers", seat.shop.slug)
    given = {
        "saved": saved, "holes": talks.holes(), "refusal": refusal, "desk": "two", "edited": known,
        "title": title[:30], "words": words[:1000],
    }  # fmt: skip
    return page(request, seat, "answers", given, status=status)


@at_work("POST")
def forget_answer(request: HttpRequest, seat: Seat, answer_id: UUID) -> HttpResponse:
    conversations.forget_answer(seat.shop.id, answer_id, by=seat.person_id)
    tell(request, _("Removed."))
    return redirect("workbench:answers", seat.shop.slug)


@at_work("GET", "POST", roles=MANAGING)
def hours(request: HttpRequest, seat: Seat) -> HttpResponse:
    """When the shop is there to answer: a week, public holidays, further days off."""
    refusal, status = "", 200
    if request.method == "POST":
        try:
            conversations.set_hours(seat.shop.id, _hours_of(request, seat), by=seat.person_id, now=seat.now)
        except Refusal as no:
            refusal, status = sentence(no), no.status
        else:
            tell(request, _("Saved. It counts from the next question on."))
            return redirect("workbench:service_hours", seat.shop.slug)
    terms = conversations.in_force(seat.now)[1]
    mine = conversations.hours_of(seat.shop, terms)
    days = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
    sent = request.POST
    given = {
        "days": [
            (n, name, sent.get(f"on-{n}") == "on" if sent else day is not None,
             sent.get(f"opens-{n}") or _time(day.opens if day else terms.opens), sent.get(f"closes-{n}") or _time(day.closes if day else terms.closes))
            for n, (name, day) in enumerate(zip(days, mine.week, strict=True))
        ],
        "rests": sent.get("rests") == "on" if sent else bool(mine.calendar),
        "closed": sent.get("closed", "")[:1000] if sent else "\n".join(day.isoformat() for day in mine.closed),
        "within": timedelta(minutes=terms.shop_minutes), "refusal": refusal, "desk": "two",
        "figures": conversations.figures([seat.shop.id], now=seat.now)[seat.shop.id],
    }  # fmt: skip
    return page(request, seat, "service_hours", given, status=status)


def _time(minute: int) -> str:
    """Minutes of the day as a browser's field writes them; midnight at the end of a day is 23:59."""
    minute = min(minute, 1_439)
    return f"{minute // 60:02}:{minute % 60:02}"


def _hours_of(request: HttpRequest, seat: Seat) -> conversations.Hours:
    """What was typed. Raises Invalid."""
    week: list[conversations.Opening | None] = []
    for n in range(7):
        if request.POST.get(f"on-{n}") != "on":
            week.append(None)
            continue
        opens, closes = (_minute(request.POST.get(f"{name}-{n}", "")) for name in ("opens", "closes"))
        week.append(conversations.Opening(opens, 1_440 if closes == 1_439 else closes))
    try:
        closed = tuple(date.fromisoformat(day) for day in request.POST.get("closed", "")[:1000].split())
    except ValueError:
        raise Invalid(
            "hours.closed_day",
            zh="休息日写成 2026-10-01 这样，一行一个。",
            en="Write days off like 2026-10-01, one a line.",
        ) from None
    calendar = seat.shop.country if request.POST.get("rests") == "on" else ""
    return conversations.Hours(tuple(week), seat.shop.timezone, calendar, closed)


def _minute(given: str) -> int:
    found = _CLOCK.match(given.strip())
    if not found:
        raise Invalid("hours.time", zh="时间写成 09:00 这样。", en="Write times like 09:00.")
    return int(found[1]) * 60 + int(found[2])


# ---- tickets ----------------------------------------------------------------------------------------------------------


@at_work("GET", "POST", roles=MANAGING)
def tickets(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What the shop has asked the platform, and a new question."""
    refusal, status = "", 200
    sent = request.POST
    if request.method == "POST":
        try:
            ticket = conversations.open_ticket(
                seat.shop.id,
                topic=sent.get("topic", ""),
                title=sent.get("title", ""),
                text=sent.get("text", ""),
                key=uuid_of(sent.get("key")) or new_id(),
                by=seat.person_id,
                photos=conversations.keep_photos(cast(list[UploadedFile], request.FILES.getlist("photos"))),
                now=seat.now,
            )
        except Refusal as no:
            refusal, status = sentence(no), no.status
        else:
            return redirect("workbench:talk", seat.shop.slug, ticket)
    found = conversations.tickets(seat.shop.id, before=row_key(request.GET.get("before")), limit=_PAGE + 1)
    shown = found[:_PAGE]
    given: dict[str, Any] = {
        "rows": talks.rows(seat, shown), "topics": list(conversations.TOPICS.items()), "refusal": refusal, "desk": "two",
        "key": sent.get("key") or new_id(), "title": sent.get("title", "")[:80], "words": sent.get("text", "")[:2000],
        "topic_given": sent.get("topic", ""), "states": talks.STATES,
        "next": f"{shown[-1].last_at.isoformat()}~{shown[-1].id}" if len(found) > _PAGE else "",
    }  # fmt: skip
    return page(request, seat, "tickets", given, status=status)
